"""IMG1: every shown picture exists in the bucket, and nothing unreferenced stays."""

from collections.abc import Callable

import pytest

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.model.dates import millis
from holdfast.model.draft import PropertyContent, PropertyDraft
from holdfast.model.image import Image, ImageState
from holdfast.model.listing import listing_of
from holdfast.model.property import Picture
from holdfast.storage.images import image_item, image_key
from holdfast.storage.items import Item, Key
from holdfast.storage.property_items import (
    draft_item,
    draft_key,
    listing_item,
    listing_key,
    property_item,
    property_key,
    room_type_item,
    room_type_key,
)
from tests.kit.clock import NOW
from tests.kit.hotel import DELUXE, KOLKATA

PUBLIC, NEW = "im_" + "a" * 26, "im_" + "b" * 26
SIZES = ((500, 300), (400, 240))
SHOWN = (Picture(PUBLIC, "The lake", SIZES),)
DELUXE_KEY = room_type_key("lake-view", "deluxe")
LISTING = listing_key("Udaipur", "lake-view")


def image(image_id: str, state: ImageState = ImageState.READY) -> Image:
    return Image(
        image_id=image_id,
        property_id="lake-view",
        content_type="image/jpeg",
        created_at_ms=millis(NOW),
        asked="rq_x",
        state=state,
        sizes=SIZES if state is ImageState.READY else (),
    )


def files(image_id: str) -> set[str]:
    return {f"images/lake-view/{image_id}/{width}.{file}" for width, _ in SIZES for file in ("avif", "jpg")}


class Site:
    """A live hotel that shows one picture, and whose owner has added another; and the bucket's keys."""

    def __init__(self) -> None:
        property_, room_type = KOLKATA.__replace__(pictures=SHOWN), DELUXE.__replace__(pictures=SHOWN)
        draft = PropertyDraft(
            property_id="lake-view",
            owner_id="owner",
            content=PropertyContent(name="Lake View", city="Udaipur"),
            image_order=(PUBLIC, NEW),
            changed_at_ms=millis(NOW),
        )
        found = [
            property_item(property_),
            room_type_item(room_type),
            listing_item(listing_of(property_, [room_type])),
            draft_item(draft),
            *(image_item(image(one)) for one in (PUBLIC, NEW)),
        ]
        self.items: dict[Key, Item] = {(item["pk"], item["sk"]): item for item in found}
        self.keys = files(PUBLIC) | files(NEW)

    def put(self, changed: Image) -> None:
        self.items[image_key("lake-view", changed.image_id)] = image_item(changed)

    def drop(self, key: Key) -> None:
        del self.items[key]

    def broken(self) -> set[str]:
        found = audit(snapshot_of(self.items.values()), now=NOW, due_shards=8, file_keys=self.keys)
        return {f"{one.invariant} {one.text}" for one in found}


def test_a_hotel_whose_pictures_are_all_there_breaks_nothing() -> None:
    assert Site().broken() == set()


@pytest.mark.parametrize(
    "key", [property_key("lake-view"), DELUXE_KEY, LISTING, image_key("lake-view", PUBLIC)], ids=lambda key: key[1]
)
def test_a_shown_picture_without_one_of_its_files(key: Key) -> None:
    site = Site()
    for other in (property_key("lake-view"), DELUXE_KEY, LISTING):
        if other != key:
            site.drop(other)
    site.keys.remove(f"images/lake-view/{PUBLIC}/400.avif")

    found = site.broken()

    assert all(one.startswith(f"IMG1 {PUBLIC}: ") for one in found)
    assert any(key[1] in one or "ready, and not all" in one for one in found)


def test_a_shown_picture_without_sizes_is_missing() -> None:
    site = Site()
    site.items[LISTING] |= {"picture": [NEW, "Nothing", []]}

    assert site.broken() == {f"IMG1 {NEW}: shown by CITY#udaipur LISTING#lake-view, and not all in the bucket"}


def left_by(change: Callable[[Site], object]) -> set[str]:
    site = Site()
    change(site)
    return site.broken()


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda site: site.drop(image_key("lake-view", NEW)), id="no item"),
        pytest.param(lambda site: site.put(image(NEW, ImageState.GONE)), id="a deleted picture"),
        pytest.param(lambda site: site.put(image(NEW, ImageState.REFUSED)), id="a refused picture"),
    ],
)
def test_files_that_nothing_shows_any_more(change: Callable[[Site], object]) -> None:
    assert left_by(change) == {f"IMG1 {key}: in the bucket, and shown by nothing" for key in files(NEW)}


@pytest.mark.parametrize(
    "key", ["images/lake-view/1600.jpg", "images/", "images/x/y/z/400.jpg", "images/nowhere/x/1.jpg"]
)
def test_files_of_no_form_of_ours(key: str) -> None:
    assert left_by(lambda site: site.keys.add(key)) == {f"IMG1 {key}: in the bucket, and shown by nothing"}


def test_a_size_too_many_is_left_over() -> None:
    key = f"images/lake-view/{NEW}/1600.jpg"

    assert left_by(lambda site: site.keys.add(key)) == {f"IMG1 {key}: in the bucket, and shown by nothing"}


def test_a_ready_picture_that_its_order_has_lost() -> None:
    lost = {f"IMG1 {NEW}: ready, and not in its property's order"}

    def forget(site: Site) -> None:
        site.items[draft_key("lake-view")] |= {"image_order": [PUBLIC]}

    assert left_by(forget) == lost


def test_what_is_being_made_and_what_was_uploaded_is_left_alone() -> None:
    def begin(site: Site) -> None:
        site.put(image(NEW, ImageState.WAITING))
        site.keys -= {f"images/lake-view/{NEW}/400.avif"}
        site.keys |= {f"uploads/lake-view/{NEW}", "web/index.html"}

    assert left_by(begin) == set()


def test_without_the_keys_pictures_are_not_audited() -> None:
    site = Site()

    assert audit(snapshot_of(site.items.values()), now=NOW, due_shards=8) == []
