"""Pictures, as their owner and guests see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.fields import Strict
from holdfast.model.image import Image
from holdfast.views.pictures import ImageSize, sizes_view

if TYPE_CHECKING:
    from holdfast.storage.bucket import UploadForm
    from holdfast.storage.images import Gallery


class ImageView(Strict):
    """`state` is `waiting` until the upload was processed, then `ready`, or `refused` with a `reason`."""

    image_id: str
    state: str
    alt: str
    sizes: list[ImageSize]
    content_type: str
    room_type_id: str | None = None
    reason: str | None = None


class ImageList(Strict):
    """In the property's order: the first one is the primary picture."""

    images: list[ImageView]


class UploadView(Strict):
    """Post the file to `url` as `multipart/form-data`: these fields first, then `file`."""

    url: str
    fields: dict[str, str]


class ImageUpload(Strict):
    image_id: str
    upload: UploadView


class ImageDeleted(Strict):
    """The picture is gone, and its files are."""


def gallery_view(gallery: Gallery, base_url: str) -> ImageList:
    """`base_url` is where the bucket's pictures are served, without a slash at its end."""
    rooms = gallery.rooms
    return ImageList(images=[image_view(image, rooms.get(image.image_id), base_url) for image in gallery.images])


def image_view(image: Image, room_type_id: str | None, base_url: str) -> ImageView:
    return ImageView(
        image_id=image.image_id,
        state=image.state,
        alt=image.alt,
        sizes=sizes_view(image.property_id, image.picture, base_url),
        content_type=image.content_type,
        room_type_id=room_type_id,
        reason=image.reason,
    )


def upload_view(image: Image, form: UploadForm) -> ImageUpload:
    return ImageUpload(image_id=image.image_id, upload=UploadView(url=form.url, fields=form.fields))
