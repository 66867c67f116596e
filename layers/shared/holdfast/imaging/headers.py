"""The kind and the size of a picture, from the first bytes of its file, before any of it is decoded.

A few hundred bytes can ask for gigabytes of pixels, and some decoders set them aside as soon as they are opened. So the
size is read here, by the formats' own descriptions: JPEG (ITU T.81, B.1.1.3 and B.2.2), PNG (11.2.2, and 11.3.6.1 for
animation), WebP (RFC 9649, 2.4 to 2.7).
"""

from __future__ import annotations

import struct
from typing import NamedTuple

JPEG, PNG, WEBP = "image/jpeg", "image/png", "image/webp"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
START_OF_FRAME = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # tables and an extension lie between
STANDING_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # markers without a length
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9


class NotShown(Exception):
    """The file cannot be shown as a picture; the message says why, in words for its owner."""


class Header(NamedTuple):
    content_type: str
    width: int
    height: int
    is_animated: bool = False


def header_of(data: bytes) -> Header:
    """What the file is; raises NotShown if it is no JPEG, PNG or WebP, or ends before it has said its size."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(PNG_SIGNATURE):
            return _png(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (IndexError, struct.error):
        raise NotShown("The file ends before the picture begins.") from None
    raise NotShown("The file is not a JPEG, PNG or WebP picture.")


def _jpeg(data: bytes) -> Header:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise NotShown("The picture is damaged.")
        while data[at] == 0xFF:  # any number of them may come before a marker
            at += 1
        marker = data[at]
        at += 1
        if marker in STANDING_ALONE:
            continue
        if marker in {START_OF_SCAN, END_OF_IMAGE}:
            raise NotShown("The picture is damaged.")
        if marker in START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, at + 3)
            return Header(JPEG, width, height)
        [length] = struct.unpack_from(">H", data, at)
        at += length


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise NotShown("The picture is damaged.")
    width, height = struct.unpack_from(">II", data, 16)
    at, is_animated = len(PNG_SIGNATURE), False
    while (kind := data[at + 4 : at + 8]) not in {b"IDAT", b"IEND"}:
        is_animated = is_animated or kind == b"acTL"
        [length] = struct.unpack_from(">I", data, at)
        at += 12 + length
    return Header(PNG, width, height, is_animated)


def _webp(data: bytes) -> Header:
    kind, at = data[12:16], 20
    if kind == b"VP8X":
        width, height = (int.from_bytes(_exactly(data, place, 3), "little") + 1 for place in (at + 4, at + 7))
        return Header(WEBP, width, height, is_animated=bool(data[at] & 0x02))
    if kind == b"VP8L":
        [bits] = struct.unpack_from("<I", data, at + 1)
        return Header(WEBP, (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, at + 6)
        return Header(WEBP, width & 0x3FFF, height & 0x3FFF)
    raise NotShown("The picture is damaged.")


def _exactly(data: bytes, at: int, count: int) -> bytes:
    part = data[at : at + count]
    if len(part) < count:
        raise IndexError(at)
    return part
