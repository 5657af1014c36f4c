"""Reference networks and reproducible values for the scripts that make reference numbers.

`network(name)` gives a PyTorch network for every name of the catalogue: torchvision's or timm's own
where they have it, else a plain one written here from the papers:

  arXiv 1512.03385, section 4.2   resnet20 .. resnet1202 for 32x32 images, options A, B, C, plain
  arXiv 1603.05027, tables 1, 2   resnet110-gated and the other variants; figure 4 for the orders
  arXiv 1603.05027, table 3       resnetv2_110, resnetv2_164, resnetv2_1001; as in resnet-pre-act.lua
                                  of KaimingHe/resnet-1k-layers
  arXiv 1605.07146, figure 1      wrn-16-8
  arXiv 1611.05431, section 5.2   resnext29_8x64d, of torchvision's Bottleneck

A block's `downsample` carries every shortcut but the identity: zeros instead of it make the plain
block. A pre-activation network has timm's names.
"""
import math
import re

import numpy as np
import timm
import torch
import torchvision
from torch import nn
from torch.nn import functional as F
from torchvision.models.resnet import BasicBlock, Bottleneck

TORCHVISION = [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)] + [
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]


def values(name, count):
    """SplitMix64 seeded with the FNV-1a hash of the name: the top 24 bits, mapped to [-1, 1)."""
    seed = 0xCBF29CE484222325
    for byte in name.encode():
        seed = (seed ^ byte) * 0x100000001B3 % 2**64
    with np.errstate(over="ignore"):
        z = np.uint64(seed) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-23 - 1


def fill(name, shape):
    """Values of one tensor of the state dict, rounded to float32."""
    u = values(name, math.prod(shape))
    if len(shape) > 1:
        u = u * math.sqrt(6 / math.prod(shape[1:]))  # He: the variance is 2 / fan-in
    elif name.endswith("running_var"):
        u = 1.25 + 0.75 * u
    elif name.endswith((".bias", "running_mean")):
        u = 0.25 * u
    else:
        u = 1 + 0.5 * u
    return torch.from_numpy(u.astype(np.float32)).reshape(shape)


def load(network, dtype):
    """The network in that type with the formula's state."""
    state = network.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            state[name] = fill(name, tensor.shape)
    network.to(dtype).load_state_dict(state)
    return network


class Zeros(nn.Module):
    """The shortcut of a plain block."""

    def forward(self, x):
        return 0.0


class ZeroPadded(nn.Module):
    """Option A."""

    def __init__(self, stride, before, after):
        super().__init__()
        self.stride, self.zeros = stride, (0, 0, 0, 0, before, after)

    def forward(self, x):
        return F.pad(x[:, :, :: self.stride, :: self.stride], self.zeros)


def around(inner, outer, stride):
    return ZeroPadded(stride, (outer - inner) // 2, (outer - inner) // 2)


def conv(inner, outer, kernel, stride=1):
    return nn.Conv2d(inner, outer, kernel, stride, kernel // 2, bias=False)


def projection(inner, outer, kernel, stride, padding):
    return nn.Sequential(
        nn.Conv2d(inner, outer, kernel, stride, padding, bias=False), nn.BatchNorm2d(outer)
    )


def v1(network):
    """The stride of every bottleneck on its first 1x1."""
    for block in network.modules():
        if isinstance(block, Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return network


def plain(network):
    for block in network.modules():
        if isinstance(block, (BasicBlock, Bottleneck)):
            block.downsample = Zeros()
    return network


class Variant(nn.Module):
    """Two 3x3 convolutions; arXiv 1603.05027, figures 2 and 4."""

    def __init__(self, inner, outer, stride, variant):
        super().__init__()
        self.conv1, self.bn1 = conv(inner, outer, 3, stride), nn.BatchNorm2d(outer)
        self.conv2, self.bn2 = conv(outer, outer, 3), nn.BatchNorm2d(outer)
        self.variant = variant
        self.zeros = None if inner == outer else around(inner, outer, stride)
        if variant.endswith("gated") and self.zeros is None:
            self.gate = nn.Conv2d(inner, inner, 1)

    def forward(self, x):
        if self.variant == "norm-after-addition":
            return F.relu(self.bn2(self.conv2(self.first(x)) + self.shortcut(x)))
        if self.variant == "relu-before-addition":
            return F.relu(self.bn2(self.conv2(self.first(x)))) + self.shortcut(x)
        if self.variant == "relu-only-pre-activation":
            return self.bn2(self.conv2(self.first(F.relu(x)))) + self.shortcut(x)
        branch = self.bn2(self.conv2(self.first(x)))
        if self.zeros is not None:
            return F.relu(branch + self.zeros(x))
        if self.variant == "scaled":
            return F.relu(0.5 * branch + 0.5 * x)
        if self.variant == "dropout-shortcut":
            return F.relu(branch + F.dropout(x, 0.5, self.training))
        gate = torch.sigmoid(self.gate(x))
        if self.variant == "exclusive-gated":
            branch = gate * branch
        return F.relu(branch + (1 - gate) * x)

    def first(self, x):
        return F.relu(self.bn1(self.conv1(x)))

    def shortcut(self, x):
        return x if self.zeros is None else self.zeros(x)


class Cifar(nn.Module):
    """The networks of arXiv 1512.03385, section 4.2, around any blocks."""

    def __init__(self, width, stages, features, classes, ends_in_relu=True):
        super().__init__()
        self.conv1 = conv(3, width, 3)
        self.bn1 = nn.BatchNorm2d(width)
        for number, blocks in enumerate(stages, 1):
            setattr(self, f"layer{number}", nn.Sequential(*blocks))
        self.stages, self.ends_in_relu = len(stages), ends_in_relu
        self.fc = nn.Linear(features, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for number in range(1, self.stages + 1):
            x = getattr(self, f"layer{number}")(x)
        return self.fc((x if self.ends_in_relu else F.relu(x)).mean((2, 3)))


class Projected(nn.Module):
    """The projection of a pre-activation block, perhaps behind ResNet-D's pool."""

    def __init__(self, inner, outer, stride, pooled=False):
        super().__init__()
        self.pool = nn.AvgPool2d(2, stride, ceil_mode=True) if pooled else nn.Identity()
        self.conv = conv(inner, outer, 1, 1 if pooled else stride)

    def forward(self, x):
        return self.conv(self.pool(x))


class PreActivated(nn.Module):
    """Norm and ReLU before each convolution; whoever changes the shape shares the first of them.

    So does the first unit of a network: "we adopt the first activation right after conv1 and before
    splitting into two paths" (arXiv 1603.05027, section 3).
    """

    def __init__(self, convolutions, downsample=None, shares=True, dropout=0.0):
        super().__init__()
        self.count, self.shares, self.dropout = len(convolutions), shares, dropout
        self.downsample = downsample
        for number, convolution in enumerate(convolutions, 1):
            setattr(self, f"norm{number}", nn.BatchNorm2d(convolution.in_channels))
            setattr(self, f"conv{number}", convolution)

    def forward(self, x):
        activated = F.relu(self.norm1(x))
        shortcut = activated if self.shares else x
        if self.downsample is not None:
            shortcut = self.downsample(shortcut)
        y = self.conv1(activated)
        for number in range(2, self.count + 1):
            y = F.relu(getattr(self, f"norm{number}")(y))
            if number == self.count:
                y = F.dropout(y, self.dropout, self.training)
            y = getattr(self, f"conv{number}")(y)
        return y + shortcut


class PreActivatedCifar(nn.Module):
    def __init__(self, width, stages, features, classes):
        super().__init__()
        self.stem = nn.Sequential()
        self.stem.add_module("conv", conv(3, width, 3))
        self.stages = nn.Sequential()
        for number, blocks in enumerate(stages):
            stage = nn.Sequential()
            stage.add_module("blocks", nn.Sequential(*blocks))
            self.stages.add_module(str(number), stage)
        self.norm = nn.BatchNorm2d(features)
        self.head = nn.Sequential()
        self.head.add_module("fc", nn.Conv2d(features, classes, 1))

    def forward(self, x):
        x = F.relu(self.norm(self.stages(self.stem(x))))
        return self.head(x.mean((2, 3), keepdim=True)).flatten(1)


def three(count, width, make):
    """Three stages of that many blocks, each of twice the width and half the size of the last."""
    stages, inner = [], 16
    for stage in range(3):
        outer, blocks = width << stage, []
        for number in range(count):
            blocks.append(make(inner, outer, 2 if number == 0 and stage > 0 else 1))
            inner = outer
        stages.append(blocks)
    return stages


def paper(depth, suffix):
    def basic(inner, outer, stride):
        if suffix == "-plain":
            return BasicBlock(inner, outer, stride, Zeros())
        if suffix == "-c" or (suffix == "-b" and inner != outer):
            return BasicBlock(inner, outer, stride, projection(inner, outer, 1, stride, 0))
        if suffix in ("", "-b"):
            zeros = None if inner == outer else around(inner, outer, stride)
            return BasicBlock(inner, outer, stride, zeros)
        return Variant(inner, outer, stride, suffix[1:])

    stages = three((depth - 2) // 6, 16, basic)
    return Cifar(16, stages, 64, 10, suffix != "-relu-only-pre-activation")


def pre_activation(depth):
    bottlenecks = depth in (164, 1001)

    def bottleneck(inner, outer, stride):
        width = outer // 4
        convolutions = [conv(inner, width, 1, stride), conv(width, width, 3), conv(width, outer, 1)]
        if inner == outer:
            return PreActivated(convolutions, shares=False)
        return PreActivated(convolutions, Projected(inner, outer, stride))

    def basic(inner, outer, stride):
        convolutions = [conv(inner, outer, 3, stride), conv(outer, outer, 3)]
        if inner == outer:
            return PreActivated(convolutions, shares=False)
        return PreActivated(convolutions, around(inner, outer, stride))

    if bottlenecks:
        return PreActivatedCifar(16, three((depth - 2) // 9, 64, bottleneck), 256, 10)
    stages = three((depth - 2) // 6, 16, basic)
    stages[0][0].shares = True
    return PreActivatedCifar(16, stages, 64, 10)


def wide(depth, factor, dropout):
    def basic(inner, outer, stride):
        convolutions = [conv(inner, outer, 3, stride), conv(outer, outer, 3)]
        if inner == outer:
            return PreActivated(convolutions, shares=False, dropout=dropout)
        return PreActivated(convolutions, Projected(inner, outer, stride), dropout=dropout)

    stages = three((depth - 4) // 6, 16 * factor, basic)
    return PreActivatedCifar(16, stages, 64 * factor, 10)


def grouped(groups, width):
    stages, inner = [], 64
    for stage in range(3):
        planes, blocks = 64 << stage, []
        for number in range(3):
            stride = 2 if number == 0 and stage > 0 else 1
            shortcut = projection(inner, 4 * planes, 1, stride, 0) if number == 0 else None
            blocks.append(Bottleneck(inner, planes, stride, shortcut, groups, width))
            inner = 4 * planes
        stages.append(blocks)
    return Cifar(64, stages, 1024, 10)


def cifar(name):
    if match := re.fullmatch(r"resnet(\d+)(-[a-z-]+)?", name):
        return paper(int(match[1]), match[2] or "")
    if match := re.fullmatch(r"resnetv2_(\d+)", name):
        return pre_activation(int(match[1]))
    if match := re.fullmatch(r"wrn-(\d+)-(\d+)(-dropout)?", name):
        return wide(int(match[1]), int(match[2]), 0.3 if match[3] else 0.0)
    match = re.fullmatch(r"resnext29_(\d+)x(\d+)d", name)
    return grouped(int(match[1]), int(match[2]))


def imagenet(name, classes, output_stride, source):
    if source == "torchvision":
        dilated = {32: None, 16: (False, False, True), 8: (False, True, True)}[output_stride]
        if dilated is None:
            return torchvision.models.get_model(name, num_classes=classes)
        return torchvision.models.get_model(
            name, num_classes=classes, replace_stride_with_dilation=dilated
        )
    return timm.create_model(name, num_classes=classes, output_stride=output_stride)


def sources(name):
    """Who has a network of that name."""
    bare = re.sub("-(v1|plain)", "", name)
    if bare in TORCHVISION:
        return ["torchvision"] if bare != name else ["torchvision", "timm"]
    if re.fullmatch(r"(resnetv2_|\D+)(18|34|50|101|152)([a-z_].*)?", bare):
        return ["timm"]
    return []


def network(name, classes=None, output_stride=32, source=None):
    """That network, by torchvision or timm if they have it, with a head for that many classes."""
    source = source or next(iter(sources(name)), None)
    if source is None:
        return cifar(name)
    made = imagenet(re.sub("-(v1|plain)", "", name), classes or 1000, output_stride, source)
    made = v1(made) if "-v1" in name else made
    return plain(made) if name.endswith("-plain") else made


def side(name):
    """Of the images the network is for."""
    return 224 if sources(name) else 32
