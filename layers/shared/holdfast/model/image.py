"""Pictures of a property as their owner keeps them, ready or not; the files are in the bucket."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from holdfast.model.dates import millis
from holdfast.model.property import Picture

UNCONFIRMED_MS = 24 * 3_600_000  # what is not confirmed by then is gone
GONE_KEPT_SECONDS = 7 * 86_400  # what is left of a deleted picture, so that a late event finds it deleted
ENDINGS = {"avif": "image/avif", "jpg": "image/jpeg"}  # of the files of one size, with their types
CLAIM_MS = 2 * 60_000  # by then, whoever makes a picture is done or dead: a function runs for a minute at most
UPLOADS, SHOWN = "uploads/", "images/"  # the folders of the bucket: what owners send, and what guests see


class ImageState(StrEnum):
    WAITING = "waiting"  # for its upload, or for the upload to be processed
    READY = "ready"
    REFUSED = "refused"
    GONE = "gone"  # deleted; nobody is shown it


class Image(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One picture. `upload_tag` is the ETag of the upload that it is made of: no other one changes it afterwards, if
    that one did not come to nothing.

    Its place in the order, and the room type that it shows, are on the property's draft.
    """

    image_id: str
    property_id: str
    content_type: str
    created_at_ms: int
    asked: str  # a hash of the request that made it
    alt: str = ""
    state: ImageState = ImageState.WAITING
    reason: str | None = None
    sizes: tuple[tuple[int, int], ...] = ()  # widths and heights in pixels, widest first
    upload_tag: str | None = None
    claimed_at_ms: int | None = None  # when the work on that upload was begun

    @property
    def upload_key(self) -> str:
        return f"{UPLOADS}{self.property_id}/{self.image_id}"

    @property
    def picture(self) -> Picture:
        """As guests see it, once it is ready."""
        return Picture(self.image_id, self.alt, self.sizes)

    def is_there(self, now: datetime) -> bool:
        """Whether its owner still has it: ready, or less than a day old and not deleted."""
        if self.state in {ImageState.READY, ImageState.GONE}:
            return self.state is ImageState.READY
        return millis(now) < self.created_at_ms + UNCONFIRMED_MS


def picture_folder(property_id: str, image_id: str) -> str:
    """Where the bucket has the files that guests are shown."""
    return f"{SHOWN}{property_id}/{image_id}/"


def picture_keys(property_id: str, picture: Picture) -> list[str]:
    """Of the files that guests are shown."""
    folder = picture_folder(property_id, picture.image_id)
    return [f"{folder}{width}.{ending}" for width, _ in picture.sizes for ending in ENDINGS]
