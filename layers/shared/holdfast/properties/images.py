"""An owner's pictures of a property: uploads that are asked for, words, room types, order, and deletion."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound
from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.model.ids import hashed_id
from holdfast.model.image import Image, picture_keys
from holdfast.model.limits import MAX_PICTURE_BYTES, MAX_PICTURES, MAX_PICTURES_OF_ROOM_TYPE
from holdfast.properties.owners import require_own_property
from holdfast.storage.images import Gallery, ImageStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.engine import Engine
    from holdfast.properties.image_requests import ImageChange, ImageRequest
    from holdfast.storage.bucket import Bucket, UploadForm

FORM_LASTS = timedelta(minutes=5)


def add_image(
    property_id: str, request: ImageRequest, *, owner_id: str, key: str, bucket: Bucket, engine: Engine
) -> tuple[Image, UploadForm, bool]:
    """The picture that the owner's `key` stands for, a new form to upload it, and whether this call made it.

    Raises NotFound, InvalidFields when there are too many, IdempotencyKeyReused, Busy.
    """
    store = _own_store(property_id, owner_id, engine)
    image_id = hashed_id("im", owner_id, property_id, key)
    asked = hashed_id("rq", request.content_type, request.alt or "", request.room_type_id or "")

    def attempt() -> tuple[Image, bool]:
        gallery = _gallery(property_id, store, engine)
        known = store.image(property_id, image_id)
        if known:
            if known.asked != asked:
                raise IdempotencyKeyReused("This key made another picture; send a new key for a new one.")
            if not known.is_there(engine.clock()):
                raise IdempotencyKeyReused("The picture that this key made is gone; send a new key for a new one.")
            return known, False
        if len(gallery.images) >= MAX_PICTURES:
            raise InvalidFields(("images", f"a property has at most {MAX_PICTURES} pictures"))
        _require_place(request.room_type_id, image_id, gallery, store)
        image = Image(
            image_id=image_id,
            property_id=property_id,
            content_type=request.content_type,
            created_at_ms=millis(engine.clock()),
            asked=asked,
            alt=request.alt or "",
        )
        store.add(image, request.room_type_id, gallery)
        logger.info("picture asked for", extra={"property_id": property_id, "image_id": image_id, "by": owner_id})
        return image, True

    image, is_new = store.retry_on_conflict(attempt)
    until = engine.clock() + FORM_LASTS
    return image, bucket.upload_form(image.upload_key, image.content_type, most=MAX_PICTURE_BYTES, until=until), is_new


def own_gallery(property_id: str, *, owner_id: str, engine: Engine) -> Gallery:
    """The property's pictures in their order, in every state. Raises NotFound, Busy."""
    return _gallery(property_id, _own_store(property_id, owner_id, engine), engine)


def describe_image(
    property_id: str, image_id: str, change: ImageChange, *, owner_id: str, engine: Engine
) -> tuple[Image, str | None]:
    """The picture with the alternative text and the room type that were sent; what was not sent is as before.

    Raises NotFound, InvalidFields, Busy.
    """
    store = _own_store(property_id, owner_id, engine)

    def attempt() -> tuple[Image, str | None]:
        gallery = _gallery(property_id, store, engine)
        before, room_before = require_image(image_id, gallery), gallery.rooms.get(image_id)
        image = before if change.alt is None else msgspec.structs.replace(before, alt=change.alt)
        room_type_id = change.room_type_id if "room_type_id" in change.model_fields_set else room_before
        if (image, room_type_id) == (before, room_before):
            return image, room_type_id
        if room_type_id != room_before:
            _require_place(room_type_id, image_id, gallery, store)
        store.describe(image, room_type_id, gallery, engine.clock())
        logger.info("picture described", extra={"property_id": property_id, "image_id": image_id, "by": owner_id})
        return image, room_type_id

    return store.retry_on_conflict(attempt)


def order_images(property_id: str, image_ids: Sequence[str], *, owner_id: str, engine: Engine) -> Gallery:
    """Puts the pictures in this order. Each has to be named once, and the first must have its alternative text.

    Raises NotFound, InvalidFields, Busy.
    """
    store = _own_store(property_id, owner_id, engine)

    def attempt() -> Gallery:
        gallery = _gallery(property_id, store, engine)
        _require_same(image_ids, gallery)
        ordered = tuple(require_image(image_id, gallery) for image_id in image_ids)
        if ordered and not ordered[0].alt:
            raise InvalidFields(("image_ids[0]", "needs alternative text to be the primary picture"))
        if ordered != gallery.images:
            store.reorder(image_ids, gallery, engine.clock())
            logger.info("pictures ordered", extra={"property_id": property_id, "by": owner_id})
        return msgspec.structs.replace(gallery, images=ordered)

    return store.retry_on_conflict(attempt)


def delete_image(property_id: str, image_id: str, *, owner_id: str, bucket: Bucket, engine: Engine) -> None:
    """Takes the picture off the property, what guests see of it too, and its files from the bucket.

    The next picture becomes the primary one. It can be repeated until the files are gone. Raises NotFound, Busy.
    """
    store = _own_store(property_id, owner_id, engine)

    def attempt() -> Image:
        gallery = _gallery(property_id, store, engine)
        image = gallery.image(image_id)
        if image is None:
            return _deleted_before(store.image(property_id, image_id))
        store.delete(image, gallery, engine.clock())
        logger.info("picture deleted", extra={"property_id": property_id, "image_id": image_id, "by": owner_id})
        return image

    image = store.retry_on_conflict(attempt)
    bucket.delete([image.upload_key, *picture_keys(property_id, image.picture)])


def require_image(image_id: str, gallery: Gallery) -> Image:
    """Raises NotFound unless the property has the picture."""
    image = gallery.image(image_id)
    if image is None:
        raise NotFound("There is no picture by that id.")
    return image


def _own_store(property_id: str, owner_id: str, engine: Engine) -> ImageStore:
    require_own_property(property_id, owner_id=owner_id, engine=engine)
    return ImageStore(engine.store.table)


def _gallery(property_id: str, store: ImageStore, engine: Engine) -> Gallery:
    gallery = store.gallery(property_id, engine.clock())
    if gallery is None:
        raise NotFound("There is no property by that id.")
    return gallery


def _deleted_before(image: Image | None) -> Image:
    """The picture whose files a repeat deletes once more."""
    if image is None:
        raise NotFound("There is no picture by that id.")
    return image


def _require_place(room_type_id: str | None, image_id: str, gallery: Gallery, store: ImageStore) -> None:
    """Raises InvalidFields unless the property has the room type, and that has a place for this picture."""
    if room_type_id is None:
        return
    if not store.has_room_type(gallery.draft.property_id, room_type_id):
        raise InvalidFields(("room_type_id", "is not a room type of this property"))
    others = [one for one, room in gallery.rooms.items() if room == room_type_id and one != image_id]
    if len(others) >= MAX_PICTURES_OF_ROOM_TYPE:
        raise InvalidFields(("room_type_id", f"has its {MAX_PICTURES_OF_ROOM_TYPE} pictures already"))


def _require_same(image_ids: Sequence[str], gallery: Gallery) -> None:
    """Raises InvalidFields unless these are the property's pictures, each of them once."""
    for position, image_id in enumerate(image_ids):
        if gallery.image(image_id) is None:
            raise InvalidFields((f"image_ids[{position}]", "is not a picture of this property"))
        if image_id in image_ids[:position]:
            raise InvalidFields((f"image_ids[{position}]", "is named twice"))
    missing = [image_id for image_id in gallery.order if image_id not in image_ids]
    if missing:
        raise InvalidFields(("image_ids", f"must name every picture; missing: {', '.join(missing)}"))
