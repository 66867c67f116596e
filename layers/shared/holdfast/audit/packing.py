"""What one run writes down for the next."""

from __future__ import annotations

import zlib

import msgspec


def packed(value: msgspec.Struct) -> bytes:
    """The value, with all that it is made of."""
    return zlib.compress(msgspec.msgpack.encode(value), level=1)


def unpacked[Value: msgspec.Struct](data: bytes, of: type[Value]) -> Value | None:
    """What was written down; None if this code cannot read it, which may be another's."""
    try:
        return msgspec.msgpack.decode(zlib.decompress(data), type=of)
    except (zlib.error, msgspec.DecodeError):
        return None
