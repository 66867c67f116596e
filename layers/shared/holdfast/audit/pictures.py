"""The audit of pictures: what is shown is in the bucket, and the bucket has nothing that nobody shows.

Where a picture's files are is written here a second time: an auditor that asked the model would agree with its
mistakes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.model.image import ImageState
from holdfast.storage.images import image_key
from holdfast.storage.property_items import draft_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from holdfast.model.property import Picture

FOLDER = "images/"
FILES = ("avif", "jpg")  # of each width


def broken_pictures(view: Snapshot, stored: Iterable[str]) -> Iterator[Broken]:
    """IMG1: every shown picture exists in the bucket, and nothing unreferenced stays; `stored` are the keys there.

    A ready picture has its place in its property's order. The files of one that is being made may be there already.
    """
    keys = {key for key in stored if key.startswith(FOLDER)}
    wanted: set[str] = set()
    for where, property_id, picture in view.shown:
        needed = _files(property_id, picture)
        wanted |= needed
        if not needed or needed - keys:
            text = f"{picture.image_id}: shown by {' '.join(where)}, and not all in the bucket"
            yield Broken("IMG1", text, (where, image_key(property_id, picture.image_id)))
    for (property_id, image_id), image in sorted(view.images.items()):
        key = image_key(property_id, image_id)
        if image.state is not ImageState.READY:
            continue
        needed = _files(property_id, image.picture)
        wanted |= needed
        if not needed or needed - keys:
            yield Broken("IMG1", f"{image_id}: ready, and not all in the bucket", (key,))
        draft = view.drafts.get(property_id)
        if draft is None or image_id not in draft.image_order:
            yield Broken("IMG1", f"{image_id}: ready, and not in its property's order", (key, draft_key(property_id)))
    for key_left in sorted(keys - wanted):
        property_id, _, rest = key_left.removeprefix(FOLDER).partition("/")
        image_id = rest.partition("/")[0]
        known = view.images.get((property_id, image_id))
        if known is None or known.state is not ImageState.WAITING:
            yield Broken(
                "IMG1", f"{key_left}: in the bucket, and shown by nothing", (image_key(property_id, image_id),)
            )


def _files(property_id: str, picture: Picture) -> set[str]:
    folder = f"{FOLDER}{property_id}/{picture.image_id}"
    return {f"{folder}/{width}.{file}" for width, _ in picture.sizes for file in FILES}
