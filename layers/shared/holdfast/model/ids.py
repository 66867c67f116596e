"""The ids that Holdfast makes: a prefix and 26 characters, 130 bits of a hash over what identifies the thing."""

from __future__ import annotations

import re
from base64 import b32encode
from hashlib import sha256

BOOKING_ID = re.compile(r"bk_[a-z2-7]{26}")
TOPUP_ID = re.compile(r"tu_[a-z2-7]{26}")
CASE_ID = re.compile(r"cs_[a-z2-7]{26}")
CHANGE_ID = re.compile(r"ch_[0-9a-f]{11}[a-z2-7]{13}")
BLOCK_ID = re.compile(r"bl_[a-z2-7]{26}")
IMAGE_ID = re.compile(r"im_[a-z2-7]{26}")


def hashed_id(prefix: str, *parts: str) -> str:
    """The same id for the same parts, such as a user and an Idempotency-Key."""
    digest = sha256("\0".join(parts).encode()).digest()
    return f"{prefix}_{b32encode(digest)[:26].decode().lower()}"


def timed_id(prefix: str, at_ms: int, *parts: str) -> str:
    """The same, with the instant first, so that the ids sort by it."""
    digest = sha256("\0".join(parts).encode()).digest()
    return f"{prefix}_{at_ms:011x}{b32encode(digest)[:13].decode().lower()}"


def revived_id_for(user_id: str, booking_id: str) -> str:
    """The id of the hold that revives this booking: of no Idempotency-Key, since a key cannot hold a NUL."""
    return hashed_id("bk", user_id, "revive", booking_id)
