"""Writes what torchvision's operations make of two images, and its tables of magnitudes.

Made with Python 3.11, torchvision 0.28 and Pillow 13.0.0. Run it here: python make_operations.py

operations.txt    "OPERATION MAGNITUDE IMAGE CRC32": the result's bytes, row by row. The images are
                  those of ../image/resize.rgb and resize.grey (27 x 19); "colours" is every 5th of
                  the 2^24 colours, in 2048 columns, for hue alone
magnitudes.txt    "TABLE OPERATION v0 v1 ... v30", RandAugment's for 27 x 19 and TrivialAugmentWide's
"""

import zlib
from pathlib import Path

import numpy as np
from PIL import Image
from torchvision.transforms import InterpolationMode, RandAugment, TrivialAugmentWide
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import _apply_op

here = Path(__file__).parent
images = {
    "rgb": Image.frombytes("RGB", (27, 19), (here / "../image/resize.rgb").read_bytes()),
    "grey": Image.frombytes("L", (27, 19), (here / "../image/resize.grey").read_bytes()),
}
count = 2**24 // 5 // 2048 * 2048
numbers = np.arange(count, dtype=np.uint32) * 5
colours = np.stack([numbers >> 16, numbers >> 8 & 255, numbers & 255], 1).astype(np.uint8)
colours = Image.frombytes("RGB", (2048, count // 2048), colours.tobytes())


def word(name):
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper()


tables = {
    "RandAugment": RandAugment()._augmentation_space(31, (19, 27)),
    "TrivialAugment": TrivialAugmentWide()._augmentation_space(31),
}
with open(here / "magnitudes.txt", "w") as out:
    for table, space in tables.items():
        for name, (magnitudes, signed) in space.items():
            if magnitudes.ndim:
                values = " ".join(repr(float(m)) for m in magnitudes)
                out.write(f"{table} {word(name)} {values}\n")

with open(here / "operations.txt", "w") as out:

    def line(name, magnitude, kind, result):
        out.write(f"{name} {magnitude!r} {kind} {zlib.crc32(result.tobytes()):08x}\n")

    done = set()
    for space in tables.values():
        for name, (magnitudes, signed) in space.items():
            bins = [float(magnitudes[i]) for i in (0, 3, 9, 14, 20, 27, 30)] if magnitudes.ndim else [0.0]
            for magnitude in sorted({s * m for m in bins for s in ((1, -1) if signed else (1,))}):
                for kind, image in images.items():
                    if (name, magnitude, kind) not in done:
                        done.add((name, magnitude, kind))
                        result = _apply_op(image, name, magnitude, InterpolationMode.NEAREST, None)
                        line(word(name), magnitude, kind, result)
    for turns in (-0.5, -0.1, 0.0, 0.05, 0.31, 0.5):
        line("HUE", turns, "rgb", F.adjust_hue(images["rgb"], turns))
        line("HUE", turns, "grey", F.adjust_hue(images["grey"], turns))
    line("HUE", 0.05, "colours", F.adjust_hue(colours, 0.05))
