"""What becomes of an upload: the sizes that guests are shown, or a reason why there are none.

The bucket's events come twice, late, in any order, and for keys that nobody asked for. The key says which picture is
meant; whether it still waits, and for which upload, the table says, when the work is begun and when it is done:

    claim: it waits for this upload  →  files written  →  ready, if it still waits and the property still has it

Whoever finds that it does not, deletes what was written. So a repeat writes the same files again, or none.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

import msgspec

from holdfast.errors import Busy
from holdfast.imaging.headers import NotShown
from holdfast.logs import logger
from holdfast.model.ids import IMAGE_ID
from holdfast.model.image import ENDINGS, UPLOADS, Image, ImageState, picture_folder, picture_keys
from holdfast.model.limits import MAX_PICTURE_BYTES
from holdfast.model.names import NAME
from holdfast.storage.images import ImageStore

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from holdfast.engine import Engine
    from holdfast.imaging.sizes import SizedPicture
    from holdfast.storage.bucket import Bucket, Upload

KEY = re.compile(rf"{UPLOADS}({NAME.pattern})/({IMAGE_ID.pattern})")
TOO_LATE = timedelta(hours=1)  # before a waiting picture is over, an event for it is too late: clocks differ


class UploadedKey(NamedTuple):
    property_id: str
    image_id: str


def uploaded_key(key: str) -> UploadedKey | None:
    """Whose upload a key names, as an event has it, with its odd letters escaped; None if it is none of ours."""
    match = KEY.fullmatch(unquote_plus(key))
    return UploadedKey(match[1], match[2]) if match else None


def process_upload(
    uploaded: UploadedKey,
    *,
    bucket: Bucket,
    engine: Engine,
    sized: Callable[[bytes, str], Sequence[SizedPicture]],
) -> ImageState | None:
    """Makes a waiting picture ready or refused; any other stays as it is, and what was uploaded for it is deleted.

    Returns the picture's new state, if it has one. Raises Busy, too while another upload is claimed: Lambda's repeat
    finds that one done, or takes its place.
    """
    property_id, image_id = uploaded
    store = ImageStore(engine.store.table)
    image = store.image(property_id, image_id)
    upload_key = f"{UPLOADS}{property_id}/{image_id}"
    if image is None or not image.is_there(engine.clock() + TOO_LATE):
        facts = {"property_id": property_id, "image_id": image_id}
        logger.warning("an upload for no picture, or too late for it", extra=facts)
        bucket.delete([upload_key, *bucket.keys(picture_folder(property_id, image_id))])
        return None
    if image.state is not ImageState.WAITING:
        bucket.delete([upload_key, *_left_over(image, bucket)])
        return None
    upload = bucket.read(upload_key, MAX_PICTURE_BYTES)
    if upload is None:
        return None
    if not store.claim(image, upload.tag, engine.clock()):
        raise Busy("Another upload of this picture is being processed.")
    claimed = msgspec.structs.replace(image, upload_tag=upload.tag)
    state = _resolved(claimed, upload, bucket, store, sized)
    if state and image.upload_tag not in {None, upload.tag}:
        resolved = store.image(property_id, image_id)
        bucket.delete(_left_over(resolved, bucket) if resolved else [])
    return state


def _left_over(image: Image, bucket: Bucket) -> list[str]:
    """The files that a function that died made of an upload before the one that the picture became."""
    found = bucket.keys(picture_folder(image.property_id, image.image_id))
    return sorted(set(found) - set(picture_keys(image.property_id, image.picture)))


def _resolved(
    claimed: Image,
    upload: Upload,
    bucket: Bucket,
    store: ImageStore,
    sized: Callable[[bytes, str], Sequence[SizedPicture]],
) -> ImageState | None:
    try:
        made = sized(upload.data, claimed.content_type)
    except NotShown as refusal:
        made = []
        image = msgspec.structs.replace(claimed, state=ImageState.REFUSED, reason=str(refusal))
    else:
        sizes = tuple((one.width, one.height) for one in made)
        image = msgspec.structs.replace(claimed, state=ImageState.READY, sizes=sizes)
    folder = picture_folder(image.property_id, image.image_id)
    for one in made:
        for ending, data in one.files.items():
            bucket.write(f"{folder}{one.width}.{ending}", data, ENDINGS[ending])
    is_won = store.resolve(image)
    if not is_won:
        now = store.image(image.property_id, image.image_id)
        if now is None or now.state is not ImageState.READY:  # the same event came twice if it is ready
            bucket.delete(picture_keys(image.property_id, image.picture))
    bucket.delete([image.upload_key])
    if not is_won:
        return None
    facts = {"property_id": image.property_id, "image_id": image.image_id, "reason": image.reason}
    logger.info(f"picture {image.state}", extra=facts)
    return image.state
