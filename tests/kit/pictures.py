"""Pictures for tests, made in code: good ones, and files that only look like pictures."""

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms, ImageDraw

from holdfast.imaging.headers import PNG_SIGNATURE

MAKER = "SpyCam 3000"
LATITUDE = (24.0, 34.0, 37.5)  # degrees, minutes, seconds
GPS_IFD, EXIF_IFD = 0x8825, 0x8769
PAYLOAD = b"<script>alert('found me')</script>"


def drawing(width: int = 1800, height: int = 1200, mode: str = "RGB") -> Image.Image:
    """Sky above, sea below, and a red square in the upper left corner, by which its orientation is told."""
    picture = Image.new("RGB", (width, height), (120, 170, 220))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height // 2, width, height), fill=(20, 80, 120))
    draw.rectangle((0, 0, width // 4, height // 4), fill=(220, 20, 20))
    if mode == "I;16":
        return picture.convert("L").convert("I").point(lambda level: level * 256).convert("I;16")
    return picture.quantize(32) if mode == "P" else picture.convert(mode)


def file_of(picture: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def jpeg(width: int = 1800, height: int = 1200, **options: Any) -> bytes:
    return file_of(drawing(width, height), quality=80, **options)


def photograph(orientation: int = 1) -> bytes:
    """As a telephone writes it: with camera, position, comment and colour profile."""
    exif = Image.Exif()
    exif[0x010F] = MAKER
    exif[0x0112] = orientation
    exif.get_ifd(GPS_IFD).update({1: "N", 2: LATITUDE, 3: "E", 4: (73.0, 41.0, 0.0)})
    exif.get_ifd(EXIF_IFD).update({0x9003: "2026:11:26 10:00:00"})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><creator>Asha</creator></x:xmpmeta>'
    return jpeg(exif=exif.tobytes(), icc_profile=profile, comment="taken at home", xmp=xmp)


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]
    return file_of(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, loop=0)


def huge_png(width: int = 20_000, height: int = 10_000) -> bytes:
    """Two hundred megapixels, one bit each, in a file of some kilobytes."""
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((1 + width // 8) * height), 9)
    return PNG_SIGNATURE + b"".join(_chunk(*one) for one in ((b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
