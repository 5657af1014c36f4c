"""Reference numbers for the tests of org.resnet4j.arch, taken from torchvision's own networks.

Prints parameters and multiply-adds of resnet18 .. resnet152 at 3x224x224 and writes beside itself
resnet18.state and resnet50.state: a line "name shape" for every tensor of the state dict, in order.
Multiply-adds are counted by hooks on nn.Conv2d and nn.Linear; v1 is the same network with the
stride of each bottleneck moved from conv2 to conv1.

Made with torch 2.15.0, torchvision 0.29.2. Run: python counts.py
"""
from pathlib import Path

import torch
from torch import nn
from torchvision import models

HERE = Path(__file__).resolve().parent


def multiply_adds(network):
    total = 0

    def count(layer, _, output):
        nonlocal total
        total += output.numel() * layer.weight[0].numel()

    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            layer.register_forward_hook(count)
    with torch.no_grad():
        network.eval()(torch.zeros(1, 3, 224, 224))
    return total


def v1(network):
    for block in network.modules():
        if isinstance(block, models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return network


for depth in (18, 34, 50, 101, 152):
    network = getattr(models, f"resnet{depth}")()
    parameters = sum(p.numel() for p in network.parameters())
    print(depth, parameters, multiply_adds(network), multiply_adds(v1(network)))
    if depth in (18, 50):
        state = network.state_dict().items()
        lines = [f"{key} {'x'.join(map(str, value.shape))}".rstrip() + "\n" for key, value in state]
        (HERE / f"resnet{depth}.state").write_text("".join(lines))
