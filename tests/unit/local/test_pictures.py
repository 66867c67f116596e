"""The demo's drawn pictures: the same each time, of one size, and small enough to be uploaded by the dozen."""

import io

import pytest
from PIL import Image

from local.pictures import KINDS, draw


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_is_the_same_each_time(kind: str) -> None:
    drawn = draw("Lake View", kind, 1)

    assert draw("Lake View", kind, 1) == drawn
    picture = Image.open(io.BytesIO(drawn))
    assert (picture.format, picture.size) == ("JPEG", (1600, 1067))
    assert len(drawn) < 300_000


def test_each_hotel_and_each_seed_has_its_own() -> None:
    assert len({draw(name, "view", seed) for name, seed in (("Lake View", 1), ("Sea View", 1), ("Lake View", 2))}) == 3
