"""What an owner sends about pictures."""

from typing import Annotated, Literal

from pydantic import Field

from holdfast.fields import Readable, Strict, Text
from holdfast.model.ids import IMAGE_ID
from holdfast.requests import Name

ALT_LENGTH = 250  # characters

AltText = Annotated[str, Readable(ALT_LENGTH)]
ImageId = Annotated[str, Text(IMAGE_ID, "must be the id of a picture")]


class ImageRequest(Strict):
    """The body of `POST /properties/{property_id}/images`."""

    content_type: Literal["image/jpeg", "image/png", "image/webp"]
    alt: AltText | None = None
    room_type_id: Name | None = None


class ImageChange(Strict):
    """The body of a picture's `PATCH`; what is left out stays. `room_type_id` null: of the whole property."""

    alt: AltText | None = None
    room_type_id: Name | None = None


class ImageOrder(Strict):
    """The body of `PUT /properties/{property_id}/images/order`: every picture once, the primary one first."""

    image_ids: Annotated[list[ImageId], Field(max_length=100)]
