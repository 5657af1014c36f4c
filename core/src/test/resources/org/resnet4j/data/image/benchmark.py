"""Prints what a photograph costs Pillow and numpy on its way into a network, as ImageBenchmark does of ours.

Made for Pillow 12.3.0. Run: taskset -c 0 python benchmark.py FOLDER, a folder of JPEG files.
"""

import io
import pathlib
import statistics
import sys
import time

import numpy
import PIL
from PIL import Image

MEAN = numpy.array([0.485, 0.456, 0.406], numpy.float32)
STD = numpy.array([0.229, 0.224, 0.225], numpy.float32)
ROUNDS = 15


def decode(data):
    return Image.open(io.BytesIO(data)).convert("RGB")


def fit(image):
    """torchvision's Resize(256), CenterCrop(224)."""
    shorter = min(image.size)
    width, height = (256 * side // shorter for side in image.size)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = round((width - 224) / 2), round((height - 224) / 2)
    image = image.crop((left, top, left + 224, top + 224))
    image.load()
    return image


def normalise(image):
    """ToTensor and Normalize in numpy, as float32, without the change to planes."""
    values = numpy.asarray(image).astype(numpy.float32)
    values /= 255
    values -= MEAN
    values /= STD
    return values


def measure(name, part, items):
    millis = []
    for round in range(-3, ROUNDS):
        start = time.perf_counter()
        for item in items:
            part(item)
        if round >= 0:
            millis.append((time.perf_counter() - start) * 1e3 / len(items))
    print(f"{name:22s} median {statistics.median(millis):.3f} ms ({min(millis):.3f} to {max(millis):.3f}), {len(items)} images")


files = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
decoded = [decode(data) for data in files]
cropped = [fit(image) for image in decoded]
print("Pillow", PIL.__version__, "numpy", numpy.__version__)
measure("decode", decode, files)
measure("resize, crop", fit, decoded)
measure("normalise", normalise, cropped)
measure("decode, resize, crop", lambda data: fit(decode(data)), files)
measure("all", lambda data: normalise(fit(decode(data))), files)
