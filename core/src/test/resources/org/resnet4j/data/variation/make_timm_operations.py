"""Writes what the operations of timm's RandAugment make of two images.

Made with Python 3.11, timm 1.0.31 and Pillow 13.0.0. Run it here: python make_timm_operations.py

timm-operations.txt    "OPERATION LEVEL KERNEL IMAGE CRC32": the result's bytes, row by row. The images
                       are those of ../image/resize.rgb and resize.grey (27 x 19), the colour beyond the
                       rim is (124, 116, 104) or 117, and a level below 0 means the negative sign.
                       KERNEL is "-" where nothing is moved. Without Posterize of level 10, which keeps
                       no bit: Pillow 12 makes that black, 13 refuses it
"""

import zlib
from pathlib import Path

from PIL import Image
from timm.data import auto_augment
from timm.data.auto_augment import _RAND_INCREASING_TRANSFORMS, AugmentOp

LEVELS = (0.0, 1.3, 2.5, 5.0, 6.21, 7.0, 7.77, 10.0)
MOVING = ("Rotate", "ShearX", "ShearY", "TranslateXRel", "TranslateYRel")
SIGNED = MOVING + ("ColorIncreasing", "ContrastIncreasing", "BrightnessIncreasing", "SharpnessIncreasing")

here = Path(__file__).parent
images = {
    "rgb": (Image.frombytes("RGB", (27, 19), (here / "../image/resize.rgb").read_bytes()), (124, 116, 104)),
    "grey": (Image.frombytes("L", (27, 19), (here / "../image/resize.grey").read_bytes()), 117),
}
kernels = {"BILINEAR": Image.Resampling.BILINEAR, "BICUBIC": Image.Resampling.BICUBIC}


def word(name):
    name = name.replace("Increasing", "").replace("Rel", "")
    return "".join("_" + c if c.isupper() and i else c for i, c in enumerate(name)).upper()


with open(here / "timm-operations.txt", "w") as out:
    for name in _RAND_INCREASING_TRANSFORMS:
        for level in LEVELS if auto_augment.LEVEL_TO_ARG[name] else (0.0,):
            if name == "PosterizeIncreasing" and level == 10:
                continue
            for sign in (1, -1) if name in SIGNED and level else (1,):
                auto_augment._randomly_negate = lambda value: sign * value
                for kernel in kernels if name in MOVING else ("-",):
                    for kind, (image, mean) in images.items():
                        hparams = {"img_mean": mean, "interpolation": kernels.get(kernel)}
                        result = AugmentOp(name, 1.0, level, hparams)(image)
                        crc = zlib.crc32(result.tobytes())
                        out.write(f"{word(name)} {sign * level!r} {kernel} {kind} {crc:08x}\n")
