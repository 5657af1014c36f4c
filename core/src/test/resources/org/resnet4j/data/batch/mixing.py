"""Writes mixing.json, the numbers of MixingTest: torchvision 0.28.0 on PyTorch 2.13.0.

A batch of 5 images, (3, 5, 4) each, whose value i in (N, H, W, C) order is sin(0.7 i), goes through v2.MixUp and
v2.CutMix with draws that are given: the share, and the middle of the box. They mix a batch with itself rolled by
one; here it is reversed instead, as in timm.
"""
import json
import math
import pathlib
from unittest import mock
import torch
from torchvision.transforms import v2

N, H, W, C = 5, 5, 4, 3
IMAGES = torch.tensor([math.sin(0.7 * i) for i in range(N * H * W * C)]).reshape(N, H, W, C).permute(0, 3, 1, 2)
LABELS = torch.tensor([4, 0, 3, 1, 2])


def mixed(transform, share, middle=()):
    transform._dist = mock.Mock(sample=lambda shape: torch.tensor(share, dtype=torch.float64))
    middles = [torch.tensor([v]) for v in middle]
    reverse = mock.patch.object(torch.Tensor, "roll", lambda self, shifts, dims: self.flip(0))
    with reverse, mock.patch("torch.randint", side_effect=middles):
        images, targets = transform(IMAGES, LABELS)
    return {
        "share": share,
        "middle": list(middle),
        "pixels": [float("%.9g" % v) for v in images.permute(0, 2, 3, 1).flatten().tolist()],
        "targets": [float("%.9g" % v) for v in targets.flatten().tolist()],
    }


RESULTS = {
    "mixup": [mixed(v2.MixUp(num_classes=5), share) for share in (0.8, 0.3)],
    "cutmix": [
        mixed(v2.CutMix(num_classes=5), 0.75, (1, 2)),
        mixed(v2.CutMix(num_classes=5), 0.2, (0, 4)),
        mixed(v2.CutMix(num_classes=5), 0.999, (3, 0)),
        mixed(v2.CutMix(num_classes=5), 0.0, (2, 2)),
    ],
}
pathlib.Path(__file__).with_name("mixing.json").write_text(
    json.dumps(RESULTS, separators=(",", ":")).replace('"cutmix"', '\n"cutmix"').replace('},{', '},\n{') + "\n")
