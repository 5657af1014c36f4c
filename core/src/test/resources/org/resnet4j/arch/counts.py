"""Reference numbers for the tests of org.resnet4j.arch, taken from networks of PyTorch.

The networks are torchvision's and timm's own, or those of ../nn/reference.py where neither has one.
Writes beside itself
  counts.csv      for every name of the catalogue and some more: trained values, multiply-adds, and
                  the SHA-256 of the lines "name shape" of its state dict in order
  NAME.state      those lines themselves, for a few
and asserts that torchvision and timm agree where both have a network.

Multiply-adds are counted by hooks on nn.Conv2d and nn.Linear at 3x224x224 or 3x32x32; the head of
timm's pre-activation networks is a Conv2d. The blur of resnetblur50 is neither and is not counted;
its filter is a buffer that the state dict leaves out. v1 is the same network with the stride of each
bottleneck moved from conv2 to conv1; a plain twin adds zeros instead of its shortcuts.

Made with torch 2.15.0, torchvision 0.29.2, timm 1.0.31. Run: python counts.py
"""
import hashlib
import sys
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "nn"))
import reference  # noqa: E402

LISTED = (
    [f"resnet{d}{suffix}" for d in (20, 32, 44, 56, 110, 1202) for suffix in ("", "-b", "-plain")]
    + [f"resnet110-{s}" for s in ("scaled", "gated", "exclusive-gated", "dropout-shortcut", "c")]
    + [f"resnet110-{s}" for s in ("norm-after-addition", "relu-before-addition")]
    + ["resnet110-relu-only-pre-activation"]
    + [f"resnetv2_{depth}" for depth in (110, 164, 1001)]
    + ["resnext29_8x64d", "resnext29_16x64d"]
    + ["wrn-16-8", "wrn-28-10", "wrn-28-10-dropout", "wrn-40-4"]
    + [f"resnet{depth}{suffix}" for depth in (18, 34, 50, 101, 152) for suffix in ("", "-plain")]
    + ["resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"]
    + ["wide_resnet50_2", "wide_resnet101_2", "resnet50c", "resnet50s", "resnet50t"]
    + [f"resnet{depth}d" for depth in (18, 34, 50, 101, 152)]
    + [f"seresnet{depth}" for depth in (18, 34, 50, 101, 152)]
    + ["seresnext50_32x4d", "resnetblur50", "resnet50_gn"]
    + [f"resnetv2_{depth}" for depth in (18, 34, 50, 101, 152)]
    + ["resnetv2_50d"]
)
MORE = [f"resnet{depth}-v1" for depth in (50, 101, 152)] + ["resnetv2_18d", "seresnext101_32x8d"]
WHOLE = ["resnet18", "resnet50", "seresnet18", "resnet18d", "resnetv2_50d"]


def multiply_adds(network, side):
    total = 0

    def count(layer, _, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, side, side))
    return total


def lines(network):
    state = network.state_dict().items()
    return "".join(f"{key} {'x'.join(map(str, value.shape))}".rstrip() + "\n" for key, value in state)


def counted(name, source):
    network = reference.network(name, source=source)
    parameters = sum(p.numel() for p in network.parameters())
    text = lines(network)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return (parameters, multiply_adds(network, reference.side(name)), digest), text


rows = []
for name in LISTED + MORE:
    (row, text), *others = [counted(name, source) for source in reference.sources(name) or [None]]
    assert all(other == row for other, _ in others), name
    rows.append(f"{name},{','.join(map(str, row))}\n")
    print(rows[-1], end="", flush=True)
    if name in WHOLE:
        (HERE / f"{name}.state").write_text(text)
(HERE / "counts.csv").write_text("".join(rows))
