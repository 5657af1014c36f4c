"""Writes pipeline.txt: what torchvision makes of image files on their way into a network.

Made with Python 3.11, torch 2.15.0, torchvision 0.29.2 and Pillow 12.3.0, the last that takes the passes of a resize
in the order that published weights were trained with. Run it here: python make_pipeline.py SHARED

SHARED is a folder with photos/, hymenoptera/ and torchvision-golden/. Each line: the file (below SHARED, or here),
then for Resize(256), CenterCrop(224) bilinear and for Resize(235), CenterCrop(224) bicubic the CRC-32 of the cropped
image's bytes and of ToTensor + Normalize, as little-endian floats in H x W x C order.
"""

import pathlib
import sys
import zlib

import PIL
from PIL import Image
from torchvision import transforms
from torchvision.transforms import InterpolationMode

assert PIL.__version__ == "12.3.0", PIL.__version__

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
here = pathlib.Path(__file__).parent
shared = pathlib.Path(sys.argv[1])
files = [(path.name, path) for path in sorted(here.glob("*.jpg")) + sorted(here.glob("*.png"))]
for pattern in (
    "photos/*.JPEG",
    "torchvision-golden/assets/encode_jpeg/**/*.jpg",
    "torchvision-golden/assets/fakedata/**/*.[jp][pn]g",
    "hymenoptera/val/**/*.jpg",
):
    files += [(str(path.relative_to(shared)), path) for path in sorted(shared.glob(pattern))]

with open(here / "pipeline.txt", "w") as out:
    for name, path in files:
        image = Image.open(path).convert("RGB")
        sums = []
        for resize, mode in ((256, InterpolationMode.BILINEAR), (235, InterpolationMode.BICUBIC)):
            cut = transforms.CenterCrop(224)(transforms.Resize(resize, mode)(image))
            tensor = transforms.Normalize(MEAN, STD)(transforms.ToTensor()(cut))
            floats = tensor.permute(1, 2, 0).contiguous().numpy().astype("<f4").tobytes()
            sums += [zlib.crc32(cut.tobytes()), zlib.crc32(floats)]
        out.write(name + "".join(f" {value:08x}" for value in sums) + "\n")
