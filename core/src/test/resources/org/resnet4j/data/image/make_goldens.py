"""Writes the images of this folder and what Pillow makes of them.

Made with Python 3.11, Pillow 13.0.0 and libjpeg-turbo 3.2.0; 12.3.0 resizes to the same. Run it here: python make_goldens.py

NAME.jpg, NAME.png     the input
NAME-jpg.rgb, .grey    Image.open(NAME.jpg).convert("RGB" or "L"), row by row
oriented-*             stored in the eight orientations of EXIF, in both byte orders, in JPEG and PNG
oriented-*.upright     ImageOps.exif_transpose of it, converted to "RGB"
truncations.txt        for each input: which of its first 0 %, 1 %, ... 99 % Pillow loads (1) or refuses (0)
large*                 larger inputs to cut off
resize.rgb, .grey      the 27 x 19 source of every resize-* file
resize-FILTER-LEFT-TOP-WIDTH-HEIGHT-to-WxH.rgb    its region resized
"""

import io
import struct
import zlib

from PIL import Image, ImageCms, ImageOps

W, H = 17, 11


def picture(width, height):
    """Smooth ramps, one hard edge and a little texture."""
    image = Image.new("RGB", (width, height))
    for y in range(height):
        for x in range(width):
            edge = 150 if x * 2 > width + y else 0
            image.putpixel(
                (x, y),
                ((x * 255 // width + edge) % 256, y * 255 // height, (x * y * 37 + edge) % 256),
            )
    return image


def jpeg(image, **options):
    out = io.BytesIO()
    image.save(out, "JPEG", **options)
    return out.getvalue()


def png(image, **options):
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def without_jfif(data):
    length = struct.unpack(">H", data[4:6])[0]
    assert data[2:4] == b"\xff\xe0"
    return data[:2] + data[4 + length :]


def with_ids(data, ids):
    data = bytearray(data)
    frame, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    for i, value in enumerate(ids):
        data[frame + 10 + 3 * i] = value
        data[scan + 5 + 2 * i] = value
    return bytes(data)


def as_ycck(data):
    data = bytearray(data)
    adobe = data.index(b"Adobe")
    data[adobe + 11] = 2
    return bytes(data)


def odd_profile():
    """sRGB with red and blue exchanged: applying it would show."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    red, blue = data.index(b"rXYZ"), data.index(b"bXYZ")
    data[red : red + 4], data[blue : blue + 4] = b"bXYZ", b"rXYZ"
    return bytes(data)


def raw_png(bits, colour, row_bytes, chunks=(), width=W, height=H):
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    rows = b"".join(
        b"\0" + bytes((x * 11 + y * 29 + (x * y) % 7) % 256 for x in range(row_bytes))
        for y in range(height)
    )
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(chunk(*c) for c in chunks)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def write(name, data):
    with open(name, "wb") as file:
        file.write(data)


colour = picture(W, H)
grey = colour.convert("L")
cmyk = Image.merge("CMYK", [*colour.split(), grey.transpose(Image.Transpose.FLIP_LEFT_RIGHT)])
alpha = colour.copy()
alpha.putalpha(grey)
full = jpeg(colour, quality=95, subsampling=0)
exif = Image.Exif()
exif[0x0112] = 6

inputs = {
    "baseline.jpg": jpeg(colour, quality=80),
    "422.jpg": jpeg(colour, quality=80, subsampling=1),
    "444.jpg": full,
    "no-jfif.jpg": without_jfif(full),
    "no-jfif-rgb.jpg": with_ids(without_jfif(full), b"RGB"),
    "adobe-rgb.jpg": jpeg(colour, quality=90, keep_rgb=True),
    "progressive.jpg": jpeg(colour, quality=80, progressive=True),
    "grey.jpg": jpeg(grey, quality=80),
    "grey-icc.jpg": jpeg(grey, quality=80, icc_profile=odd_profile()),
    "cmyk.jpg": jpeg(cmyk, quality=90),
    "cmyk-icc.jpg": jpeg(cmyk, quality=90, icc_profile=odd_profile()),
    "ycck.jpg": as_ycck(jpeg(cmyk, quality=90)),
    "icc.jpg": jpeg(colour, quality=80, icc_profile=odd_profile()),
    "rotated.jpg": jpeg(colour, quality=80, exif=exif),
    "rgb.png": png(colour),
    "icc.png": png(colour, icc_profile=odd_profile()),
    "alpha.png": png(alpha),
    "grey.png": png(grey),
    "grey-alpha.png": png(alpha.convert("LA")),
    "palette.png": png(colour.quantize(40)),
    "palette-alpha.png": png(colour.quantize(13), transparency=b"\x00\x80\xff"),
    "bilevel.png": png(colour.convert("1")),
    "grey-2.png": raw_png(2, 0, (W * 2 + 7) // 8),
    "grey-4.png": raw_png(4, 0, (W * 4 + 7) // 8),
    "grey-16.png": raw_png(16, 0, W * 2),
    "grey-alpha-16.png": raw_png(16, 4, W * 4),
    "rgb-16.png": raw_png(16, 2, W * 6),
    "alpha-16.png": raw_png(16, 6, W * 8),
    "rgb-transparent.png": raw_png(8, 2, W * 3, [(b"tRNS", b"\0\0\0\x0b\0\x16")]),
    "gamma.png": raw_png(8, 0, W, [(b"gAMA", struct.pack(">I", 100000))]),
}
def exif_of(orientation, order):
    """A TIFF structure with the byte order mark II or MM, another field and the orientation."""
    byte = "<" if order == b"II" else ">"
    return (
        order
        + struct.pack(byte + "HIH", 42, 8, 2)
        + struct.pack(byte + "HHII", 0x0100, 4, 1, W)
        + struct.pack(byte + "HHIHH", 0x0112, 3, 1, orientation, 0)
        + struct.pack(byte + "I", 0)
    )


oriented = {}
for orientation in range(9):
    order = b"MM" if orientation % 2 else b"II"
    data = b"Exif\0\0" + exif_of(orientation, order)
    oriented[f"oriented-{orientation}.jpg"] = jpeg(colour, quality=80, exif=data)
oriented["oriented-6.png"] = png(colour, exif=exif_of(6, b"MM"))
oriented["oriented-grey-8.jpg"] = jpeg(grey, quality=80, exif=b"Exif\0\0" + exif_of(8, b"II"))
for name, data in oriented.items():
    write(name, data)
    with Image.open(io.BytesIO(data)) as image:
        upright = ImageOps.exif_transpose(image).convert("RGB")
        write(name.replace(".", "-") + ".upright", upright.tobytes())

large = picture(96, 64)
cut = {
    **inputs,
    "large.jpg": jpeg(large, quality=75),
    "large-progressive.jpg": jpeg(large, quality=75, progressive=True),
    "large-restarts.jpg": jpeg(large, quality=75, restart_marker_blocks=2),
    "large.png": png(large),
}
for name in cut.keys() - inputs.keys():
    write(name, cut[name])


def loads(data):
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.load()
        return "1"
    except Exception:
        return "0"


with open("truncations.txt", "w") as file:
    for name, data in sorted(cut.items()):
        verdicts = "".join(loads(data[: len(data) * percent // 100]) for percent in range(100))
        file.write(f"{name} {verdicts}\n")

for name, data in inputs.items():
    write(name, data)
    stem = name.replace(".", "-")
    with Image.open(io.BytesIO(data)) as image:
        write(stem + ".rgb", image.convert("RGB").tobytes())
        if name in ("baseline.jpg", "grey.jpg", "cmyk.jpg", "alpha.png", "palette.png", "grey-16.png"):
            write(stem + ".grey", image.convert("L").tobytes())

source = picture(27, 19)
write("resize.rgb", source.tobytes())
whole = (0, 0, 27, 19)
for filter, region, (width, height) in [
    ("bilinear", whole, (14, 8)),
    ("bilinear", whole, (5, 4)),
    ("bilinear", whole, (31, 22)),
    ("bilinear", whole, (27, 7)),
    ("bilinear", whole, (9, 19)),
    ("bilinear", (5, 3, 21, 14), (12, 12)),
    ("bilinear", (1, 2, 5, 3), (12, 12)),
    ("bicubic", whole, (14, 8)),
    ("bicubic", whole, (5, 4)),
    ("bicubic", whole, (31, 22)),
    ("bicubic", whole, (27, 7)),
    ("bicubic", whole, (1, 1)),
    ("bicubic", (5, 3, 21, 14), (12, 12)),
    ("bicubic", (26, 18, 1, 1), (3, 2)),
]:
    left, top, w, h = region
    cropped = source.crop((left, top, left + w, top + h))
    result = cropped.resize((width, height), Image.Resampling[filter.upper()])
    name = f"resize-{filter}-{left}-{top}-{w}-{h}-to-{width}x{height}.rgb"
    write(name, result.tobytes())
grey_source = source.convert("L")
write("resize.grey", grey_source.tobytes())
for filter in ("bilinear", "bicubic"):
    result = grey_source.resize((15, 26), Image.Resampling[filter.upper()])
    write(f"resize-{filter}-0-0-27-19-to-15x26.grey", result.tobytes())
