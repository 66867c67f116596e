"""Pictures that guests see: where each file of them is served."""

from typing import TypedDict

from holdfast.model.property import Picture


class ImageSize(TypedDict):
    """One file: its size in pixels, its type, and where it is served."""

    width: int
    height: int
    type: str
    url: str


class PictureView(TypedDict):
    """A picture and, in words, what it shows."""

    image_id: str
    alt: str
    sizes: list[ImageSize]


def picture_view(property_id: str, picture: Picture, base_url: str) -> PictureView:
    return PictureView(image_id=picture.image_id, alt=picture.alt, sizes=sizes_view(property_id, picture, base_url))


def sizes_view(property_id: str, picture: Picture, base_url: str) -> list[ImageSize]:
    """Every file of a picture, the widest first, each width as AVIF and then as JPEG.

    `base_url` is where the bucket's pictures are served, without a slash at its end.
    """
    from holdfast.model.image import ENDINGS, picture_folder  # noqa: PLC0415 - a start is spared what owners keep

    folder = f"{base_url}/{picture_folder(property_id, picture.image_id)}"
    return [
        ImageSize(width=width, height=height, type=content_type, url=f"{folder}{width}.{ending}")
        for width, height in picture.sizes
        for ending, content_type in ENDINGS.items()
    ]
