"""Reference numbers for org.resnet4j.nn: outputs and gradients of small residual networks.

Writes parity.safetensors.gz beside itself and prints the literals of ReproducibleValuesTest.
Made with torch 2.15.0, torchvision 0.29.2, timm 1.0.31, safetensors, Python 3 on x86-64.
Run: python parity.py

The blocks are torchvision's own BasicBlock and Bottleneck, timm's where torchvision lacks the kind
(squeeze-and-excitation, blur, dilation, pooled projections), and those of reference.py; the last
network is torchvision's resnet50.

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
from pathlib import Path

import timm.layers
import torch
from safetensors.torch import save
from timm.models import resnet as timms
from torch import nn
from torch.nn import functional as F
from torchvision.models import resnet50
from torchvision.models.resnet import BasicBlock, Bottleneck

import reference
from reference import Cifar, PreActivated, PreActivatedCifar, Projected, Variant, ZeroPadded, Zeros
from reference import conv, fill, projection, v1, values

HERE = Path(__file__).resolve().parent


def tiny(block, features):
    return Cifar(8, [[block]], features, 5)


def pre_activated(convolutions, features, *shortcut, **keywords):
    block = PreActivated(convolutions, *shortcut, **keywords)
    return PreActivatedCifar(8, [[block]], features, 5)


def group_normed():
    network = tiny(Bottleneck(8, 4, 2, projection(8, 16, 1, 2, 0)), 16)
    for module in list(network.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, nn.BatchNorm2d):
                setattr(module, name, nn.GroupNorm(4, child.num_features))
    return network


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
        "bottleneck-projection-v1": (v1(nn.Sequential(Bottleneck(8, 4, 2, projection(8, 16, 1, 2, 0))))[0], 16),
        "bottleneck-plain": (Bottleneck(8, 4, 2, Zeros()), 16),
    }
    squeezed = timms.BasicBlock(8, 8, attn_layer="se")
    blurred = timms.Bottleneck(
        8, 4, 2, projection(8, 16, 1, 2, 0), aa_layer=timm.layers.BlurPool2d
    )
    dilated = timms.BasicBlock(8, 8, dilation=2, first_dilation=1)
    blocks |= {
        "bottleneck-grouped": (Bottleneck(8, 2, groups=4, base_width=64), 8),
        "basic-dilated": (dilated, 8),
        "bottleneck-blurred": (blurred, 16),
        "basic-squeezed": (squeezed, 8),
        "basic-pooled-projection": (BasicBlock(8, 12, 2, timms.downsample_avg(8, 12, 1, 2)), 12),
        "basic-pooled-projection-dilated": (
            BasicBlock(8, 12, 1, timms.downsample_avg(8, 12, 1, 1, 2)),
            12,
        ),
    }
    for name, (block, features) in blocks.items():
        yield name, tiny(block, features), 5, 8, 0.0
    for variant in (
        "scaled",
        "gated",
        "exclusive-gated",
        "norm-after-addition",
        "relu-before-addition",
    ):
        yield f"basic-{variant}", tiny(Variant(8, 8, 1, variant), 8), 5, 8, 0.0
    two = [Variant(8, 8, 1, "relu-only-pre-activation") for _ in range(2)]
    yield "basic-relu-only-pre-activation", Cifar(8, [two], 8, 5, ends_in_relu=False), 5, 8, 0.0
    threes = [conv(8, 8, 3), conv(8, 8, 3)]
    yield "basic-pre-activation", pre_activated(threes, 8, shares=False), 5, 8, 0.0
    threes = [conv(8, 8, 3), conv(8, 8, 3)]
    yield "basic-pre-activation-first", pre_activated(threes, 8), 5, 8, 0.0
    threes = [conv(8, 12, 3, 2), conv(12, 12, 3)]
    yield "basic-pre-activation-zeros", pre_activated(threes, 12, ZeroPadded(2, 2, 2)), 5, 8, 0.0
    for name, shortcut in (
        ("projection", Projected(8, 16, 2)),
        ("pooled-projection", Projected(8, 16, 2, pooled=True)),
    ):
        convolutions = [conv(8, 4, 1), conv(4, 4, 3, 2), conv(4, 16, 1)]
        yield f"bottleneck-pre-activation-{name}", pre_activated(convolutions, 16, shortcut), 5, 8, 0.0
    yield "bottleneck-group-norm", group_normed(), 5, 8, 0.0
    yield "label-smoothing", tiny(BasicBlock(8, 8), 8), 5, 8, 0.1
    yield "resnet20", reference.network("resnet20"), 10, 32, 0.0
    yield "resnet50", resnet50(num_classes=10), 10, 64, 0.0


def step(network, dtype, classes, side, smoothing):
    """Results of one evaluation and one training step from the formula's state."""
    reference.load(network, dtype).zero_grad()
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
        results |= {name: b for name, b in network.named_buffers() if "running" in name}
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
