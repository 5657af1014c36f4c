"""Reference numbers for org.resnet4j.nn: outputs and gradients of small residual networks.

Writes parity.safetensors.gz beside itself and prints the literals of ReproducibleValuesTest.
Made with torch 2.15.0, torchvision 0.29.2, safetensors, Python 3 on x86-64. Run: python parity.py

The blocks are torchvision's own BasicBlock and Bottleneck, and the last network its resnet50. A
block's `downsample` carries every other shortcut: zeros instead of it make the plain block.

Conditions. Weights, statistics and images follow from a formula on a tensor's name (`values`), so
only results are stored. Everything is computed in float64 and rounded once, so the numbers belong
to no kernel. Batch norm: epsilon 1e-5, momentum 0.1. Eval logits come from the given statistics,
before the training step; the loss is the mean cross entropy in training mode.

Tensors, under "<case>/": logits.train, logits.eval, loss, running statistics after one training
step under their state dict name, and either gradients under gradient.<name> or, for the two deep
networks, gradient_norms, the L2 norm of each parameter's gradient in the order of the state dict.
"deviation" is how far the same computation in float32 on the CPU lies from the above, first for
logits, loss and statistics, then for gradients: the largest of |a - b| / max|b| over the tensors,
of |a - b| / b over the norms. It is the noise a tolerance has to allow for; in resnet50 it is large,
since two images leave its last stage 8 values a channel and ReLUs flip on rounding.
"""
import gzip
import math
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50
from torchvision.models.resnet import BasicBlock, Bottleneck

HERE = Path(__file__).resolve().parent


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


def projection(inner, outer, kernel, stride, padding):
    return nn.Sequential(
        nn.Conv2d(inner, outer, kernel, stride, padding, bias=False), nn.BatchNorm2d(outer)
    )


def v1(block):
    block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return block


class Cifar(nn.Module):
    """The networks of arXiv 1512.03385, section 4.2, around blocks of torchvision."""

    def __init__(self, width, stages, features, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        for number, blocks in enumerate(stages, 1):
            setattr(self, f"layer{number}", nn.Sequential(*blocks))
        self.stages = len(stages)
        self.fc = nn.Linear(features, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        for number in range(1, self.stages + 1):
            x = getattr(self, f"layer{number}")(x)
        return self.fc(x.mean((2, 3)))


def tiny(block, features):
    return Cifar(8, [[block]], features, 5)


def resnet20():
    stages, inner = [], 16
    for stage in range(3):
        outer, blocks = 16 << stage, []
        for number in range(3):
            change = number == 0 and stage > 0
            zeros = (outer - inner) // 2
            blocks.append(
                BasicBlock(inner, outer, 2 if change else 1, ZeroPadded(2, zeros, zeros) if change else None)
            )
            inner = outer
        stages.append(blocks)
    return Cifar(16, stages, 64, 10)


def cases():
    """Name, network, classes, side of the image, label smoothing."""
    blocks = {
        "basic-identity": (BasicBlock(8, 8), 8),
        "basic-zeros-around": (BasicBlock(8, 12, 2, ZeroPadded(2, 2, 2)), 12),
        "basic-zeros-after": (BasicBlock(8, 12, 2, ZeroPadded(2, 0, 4)), 12),
        "basic-projection": (BasicBlock(8, 12, 2, projection(8, 12, 1, 2, 0)), 12),
        "basic-projection-same-shape": (BasicBlock(8, 8, 1, projection(8, 8, 1, 1, 0)), 8),
        "basic-projection-3x3": (BasicBlock(8, 12, 2, projection(8, 12, 3, 2, 1)), 12),
        "basic-plain": (BasicBlock(8, 12, 2, Zeros()), 12),
        "bottleneck-identity": (Bottleneck(8, 2), 8),
        "bottleneck-projection": (Bottleneck(8, 4, 2, projection(8, 16, 1, 2, 0)), 16),
        "bottleneck-projection-v1": (v1(Bottleneck(8, 4, 2, projection(8, 16, 1, 2, 0))), 16),
        "bottleneck-plain": (Bottleneck(8, 4, 2, Zeros()), 16),
    }
    for name, (block, features) in blocks.items():
        yield name, tiny(block, features), 5, 8, 0.0
    yield "label-smoothing", tiny(BasicBlock(8, 8), 8), 5, 8, 0.1
    yield "resnet20", resnet20(), 10, 32, 0.0
    yield "resnet50", resnet50(num_classes=10), 10, 64, 0.0


def step(network, dtype, classes, side, smoothing):
    """Results of one evaluation and one training step from the formula's state."""
    state = network.state_dict()
    for name, tensor in state.items():
        if tensor.is_floating_point():
            state[name] = fill(name, tensor.shape)
    network.to(dtype).load_state_dict(state)
    network.zero_grad()
    images = torch.from_numpy(values("images", 2 * 3 * side * side)).reshape(2, 3, side, side).to(dtype)
    labels = torch.tensor([(3 * i + 1) % classes for i in range(2)])
    with torch.no_grad():
        results = {"logits.eval": network.eval()(images)}
    results["logits.train"] = network.train()(images)
    results["loss"] = F.cross_entropy(results["logits.train"], labels, label_smoothing=smoothing)
    results["loss"].backward()
    gradients = {name: p.grad for name, p in network.named_parameters()}
    if side > 8:
        results["gradient_norms"] = torch.stack([g.norm() for g in gradients.values()])
    else:
        results |= {"gradient." + name: g for name, g in gradients.items()}
        results |= {name: b for name, b in network.named_buffers() if b.is_floating_point()}
    return {key: value.detach().clone() for key, value in results.items()}


def deviation(network, exact, *arguments):
    forward, backward = 0.0, 0.0
    for key, rough in step(network, torch.float32, *arguments).items():
        error = (rough.double() - exact[key]).abs()
        if key == "gradient_norms":
            backward = float((error / exact[key]).max())
        elif key.startswith("gradient."):
            backward = max(backward, float(error.max() / exact[key].abs().max()))
        else:
            forward = max(forward, float(error.max() / exact[key].abs().max()))
    return forward, backward


def main():
    stored = {}
    for name, network, *arguments in cases():
        exact = step(network, torch.float64, *arguments)
        noise = deviation(network, exact, *arguments)
        print(f"{name}: loss {exact['loss'].item():.6f}, deviation {noise[0]:.2g}, {noise[1]:.2g}")
        exact["deviation"] = torch.tensor(noise)
        stored |= {f"{name}/{key}": value.float().contiguous() for key, value in exact.items()}
    file = HERE / "parity.safetensors.gz"
    file.write_bytes(gzip.compress(save(stored), 9, mtime=0))
    print(f"{file.name}: {len(stored)} tensors, {file.stat().st_size} bytes")
    print("images:", [float(v) for v in values("images", 4)])
    for name, shape in (
        ("conv1.weight", (8, 3, 3, 3)),
        ("bn1.weight", (8,)),
        ("bn1.bias", (8,)),
        ("bn1.running_mean", (8,)),
        ("bn1.running_var", (8,)),
        ("fc.weight", (5, 8)),
        ("fc.bias", (5,)),
    ):
        print(name, [float(v) for v in fill(name, shape).flatten()[:3]])


main()
