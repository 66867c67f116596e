"""A picture in the sizes that guests are shown: drawn anew from the pixels alone, so that nothing else of the file is
left: no position, no camera, no words, no hidden file at its end.

Only the `pictures` function loads this module: Pillow is in that function's own layer.
"""

from __future__ import annotations

import io
import struct
import zlib
from math import ceil
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps

from holdfast.imaging.headers import NotShown, header_of
from holdfast.model.limits import MAX_PICTURE_BYTES

WIDTHS = (1600, 800, 400)  # pixels
MAX_PIXELS = 40_000_000
MOST_TIMES_AS_HIGH = 4  # as wide: 40 megapixels in a column of 1600 would be encoded for most of a minute
AVIF_QUALITY, AVIF_SPEED = 60, 8  # measured: at speed 6 as many bytes, for eight times the work
JPEG_QUALITY = 80
DAMAGED = "The picture is damaged or incomplete."
# What Pillow raises for files that are not what they say: its decoders are fed by strangers here.
UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    ImageCms.PyCMSError,
)

Image.MAX_IMAGE_PIXELS = MAX_PIXELS


class SizedPicture(NamedTuple):
    """One size: its pixels, and its file by the ending that its key gets."""

    width: int
    height: int
    files: dict[str, bytes]


def sized(data: bytes, content_type: str) -> list[SizedPicture]:
    """The picture at most 1600, 800 and 400 pixels wide, the widest first, never wider than it came.

    Raises NotShown with the reason, for anything but one picture of the type that was declared.
    """
    if not 1 <= len(data) <= MAX_PICTURE_BYTES:
        raise NotShown(f"The file has {len(data)} bytes; 1 to {MAX_PICTURE_BYTES} are taken.")
    header = header_of(data)
    if header.content_type != content_type:
        raise NotShown(f"The file is {header.content_type}, and {content_type} was declared.")
    if header.is_animated:
        raise NotShown("The picture moves; only pictures that stand still are taken.")
    pixels = header.width * header.height
    if pixels > MAX_PIXELS:
        raise NotShown(f"The picture has {-(-pixels // 1_000_000)} megapixels; at most 40 are taken.")
    try:
        widest = _pixels(data)
        return [_drawn(widest, width) for width in sorted({min(width, widest.width) for width in WIDTHS}, reverse=True)]
    except UNREADABLE as error:
        raise NotShown(DAMAGED) from error


def _pixels(data: bytes) -> Image.Image:
    """The picture upright, in sRGB, on white where it was transparent, at most as wide as the widest size."""
    with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP")) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise NotShown(DAMAGED)  # the header that was read says something else
        turned = opened.getexif().get(0x0112, 1) in {5, 6, 7, 8}  # the orientations that lie on their side
        shrink = min(1.0, WIDTHS[0] / (opened.height if turned else opened.width))
        # A JPEG is decoded at a half, a quarter or an eighth of its size, where that is enough.
        opened.draft(None, (ceil(opened.width * shrink), ceil(opened.height * shrink)))
        opened.load()
        profile = opened.info.get("icc_profile")
        ImageOps.exif_transpose(opened, in_place=True)
        if opened.height > MOST_TIMES_AS_HIGH * opened.width:
            raise NotShown(f"The picture is more than {MOST_TIMES_AS_HIGH} times as high as it is wide.")
        flat = _on_white(opened)
    return _in_srgb(_fitted(flat, WIDTHS[0]), profile)


def _on_white(picture: Image.Image) -> Image.Image:
    """The picture without transparency, as RGB or CMYK, whatever it was."""
    if picture.mode.startswith("I;16"):
        picture = picture.point(lambda level: level / 256).convert("L")
    if picture.has_transparency_data:
        picture = picture.convert("RGBA")
        white = Image.new("RGBA", picture.size, "white")
        white.alpha_composite(picture)
        return white.convert("RGB")
    return picture if picture.mode == "CMYK" else picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """By its own colour profile. One that does not fit the picture, as a grey one after it became RGB, is ignored."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            made = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (OSError, ImageCms.PyCMSError):
            return picture.convert("RGB")
        assert made is not None
        return made
    return picture.convert("RGB")


def _fitted(picture: Image.Image, width: int) -> Image.Image:
    if picture.width <= width:
        return picture
    height = max(1, round(picture.height * width / picture.width))
    return picture.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _drawn(widest: Image.Image, width: int) -> SizedPicture:
    picture = _fitted(widest, width)
    picture.info = {}  # Pillow would write a comment or a profile that is still there
    avif, jpeg = io.BytesIO(), io.BytesIO()
    picture.save(avif, "AVIF", quality=AVIF_QUALITY, speed=AVIF_SPEED)
    picture.save(jpeg, "JPEG", quality=JPEG_QUALITY, progressive=True, optimize=True)
    return SizedPicture(picture.width, picture.height, {"avif": avif.getvalue(), "jpg": jpeg.getvalue()})
