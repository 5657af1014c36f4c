"""Writes the checkpoints beside it; run with PyTorch 2.15, NumPy and safetensors 0.8.0.

With a file as argument (written.pth, which the Java writer made), checks it against
expected.safetensors instead.
"""

import argparse
import io
import sys
import zipfile
from collections import OrderedDict

import numpy as np
import torch
from safetensors.torch import load_file, save_file


def tensors():
    flat = torch.arange(24, dtype=torch.float32) / 8 - 1
    image = torch.arange(2 * 3 * 4 * 5, dtype=torch.float32).reshape(2, 3, 4, 5)
    return OrderedDict(
        [
            ("plain", flat.reshape(4, 6)),
            ("tied", flat.reshape(4, 6)),
            ("row", flat.reshape(4, 6)[2]),
            ("column", flat.reshape(4, 6)[:, 1]),
            ("transposed", flat.reshape(4, 6).t()),
            ("every_other", flat[1::2]),
            ("channels_last", image.to(memory_format=torch.channels_last)),
            ("permuted", image[:, 1:, 1:3].permute(3, 0, 2, 1)),
            ("expanded", torch.tensor([1.5, -2.5]).reshape(2, 1).expand(2, 3)),
            ("parameter", torch.nn.Parameter(torch.tensor([0.1, float("nan"), float("-inf")]))),
            ("half", torch.tensor([0.5, 65504.0, 6e-8, float("inf")], dtype=torch.float16)),
            ("brain", torch.tensor([0.5, 3e38, -1e-40], dtype=torch.bfloat16)),
            ("double", torch.tensor([1e300, 0.1, 1 + 2**-24, 1 + 2**-23 + 2**-24], dtype=torch.float64)),
            ("double_column", torch.arange(6, dtype=torch.float64).reshape(2, 3).t()),
            ("bytes", torch.tensor([0, 128, 255], dtype=torch.uint8)),
            ("chars", torch.tensor([-128, 127], dtype=torch.int8)),
            ("shorts", torch.tensor([[-32768], [32767]], dtype=torch.int16)),
            ("ints", torch.tensor([-1, 2**31 - 1], dtype=torch.int32)),
            ("flags", torch.tensor([True, False])),
            ("empty", torch.empty(0, 4)),
            ("bn1.num_batches_tracked", torch.tensor(2**40 + 7)),
            ("sch\u00f6n", torch.tensor(3.0)),
        ]
    )


def repacked(source, target, method):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", method) as new:
        for entry in old.infolist():
            when = zipfile.ZipInfo(entry.filename)
            when.compress_type = method
            new.writestr(when, old.read(entry))


def write():
    values = tensors()
    save_file({k: v.detach().clone().contiguous() for k, v in values.items()}, "expected.safetensors")
    torch.save(values, "zip.pth")
    torch.save(values, "legacy.pth", _use_new_zipfile_serialization=False)
    repacked("zip.pth", "deflated.pth", zipfile.ZIP_DEFLATED)
    torch.serialization.set_crc32_options(False)
    torch.save(OrderedDict(a=torch.ones(3)), "unsummed.pth")
    torch.serialization.set_crc32_options(True)

    torch.manual_seed(0)
    model = torch.nn.Sequential(torch.nn.Linear(2, 3, bias=False), torch.nn.BatchNorm1d(3))
    optimizer = torch.optim.Adam(model.parameters())
    model(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    averaged = torch.optim.swa_utils.AveragedModel(model)
    scheduler = torch.optim.lr_scheduler.MultiStepLR(optimizer, [3, 5])
    torch.save(
        {
            "epoch": 3,
            "arch": "resnet18",
            "state_dict": torch.nn.DataParallel(model).state_dict(),
            "optimizer": optimizer.state_dict(),
            "lr_scheduler": scheduler.state_dict(),
            "args": argparse.Namespace(lr=0.1, data="imagenet", seed=2**63),
            "best": np.float64(76.1),
            "size": torch.Size([3, 224, 224]),
            "model_ema": averaged.state_dict(),
        },
        "training.pth",
    )
    save_file({k: v.clone() for k, v in model.state_dict().items()}, "training.safetensors")


def check(file):
    expected = load_file("expected.safetensors")
    for options in {}, {"weights_only": True}, {"weights_only": True, "mmap": True}:
        found = torch.load(file, **options)
        assert type(found) is OrderedDict and set(found) == set(expected), set(found) ^ set(expected)
        for name, value in expected.items():
            other = found[name]
            assert (other.dtype, other.shape) == (value.dtype, value.shape), name
            raw = [io.BytesIO(t.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()).read() for t in (value, other)]
            assert raw[0] == raw[1], name
    assert zipfile.ZipFile(file).testzip() is None
    print(len(expected), "tensors equal")


check(sys.argv[1]) if len(sys.argv) > 1 else write()
