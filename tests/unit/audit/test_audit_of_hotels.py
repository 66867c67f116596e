"""PUB1: what guests see of a hotel is the last revision that an admin approved."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.audit.properties import broken_hotels
from holdfast.audit.snapshot import snapshot_of
from holdfast.model.dates import millis
from holdfast.model.draft import (
    Decision,
    DraftState,
    PropertyContent,
    PropertyDraft,
    PropertyRevision,
    RevisedPicture,
)
from holdfast.model.listing import listing_of
from holdfast.model.property import Picture, RoomContent
from holdfast.storage.items import Item
from holdfast.storage.property_items import (
    draft_item,
    draft_key,
    listing_item,
    listing_key,
    property_item,
    property_key,
    revision_item,
    revision_key,
    room_type_item,
    room_type_key,
)
from tests.kit.clock import NOW
from tests.kit.hotel import DELUXE, KOLKATA

SHOWN = Picture("im_1", "The lake", ((1600, 900),))
PUBLIC = KOLKATA.__replace__(revision=2, version=3, pictures=(SHOWN,))
ROOM = DELUXE.__replace__(version=2)
REVISION = PropertyRevision(
    property_id="lake-view",
    number=2,
    content=PropertyContent(
        name="Lake View",
        city="Udaipur",
        timezone="Asia/Kolkata",
        currency="INR",
        cancellation_policy=KOLKATA.cancellation_policy,
    ),
    rooms={"deluxe": RoomContent(name="Deluxe")},
    pictures=(RevisedPicture("im_0", "Gone since"), RevisedPicture("im_1", "The lake")),
    digest="0" * 64,
    submitted_at_ms=millis(NOW),
    submitted_by="owner",
    decision=Decision.APPROVED,
    decided_at_ms=millis(NOW),
    decided_by="admin",
)
DRAFT = PropertyDraft(
    property_id="lake-view",
    owner_id="owner",
    content=REVISION.content,
    room_types=("deluxe",),
    state=DraftState.LIVE,
    revision=2,
    live_revision=2,
    changed_at_ms=millis(NOW),
)
type Items = dict[tuple[str, str], Item]

DRAFT_AT, PAGE_AT, REVISION_AT = draft_key("lake-view"), property_key("lake-view"), revision_key("lake-view", 2)
ROOM_AT, LISTING_AT = room_type_key("lake-view", "deluxe"), listing_key("Udaipur", "lake-view")


def items() -> Items:
    found = [
        draft_item(DRAFT),
        revision_item(REVISION),
        property_item(PUBLIC),
        room_type_item(ROOM),
        listing_item(listing_of(PUBLIC, [ROOM])),
    ]
    return {(item["pk"], item["sk"]): item for item in found}


def broken(found: Items) -> list[str]:
    return [one.text for one in broken_hotels(snapshot_of(found.values())) if one.invariant == "PUB1"]


def test_a_hotel_as_it_was_approved_is_sound() -> None:
    assert broken(items()) == []


def test_a_hotel_loaded_before_there_were_revisions_is_sound() -> None:
    before = property_item(KOLKATA)

    assert broken({(before["pk"], before["sk"]): before}) == []


def test_a_draft_that_is_changed_or_rejected_breaks_nothing() -> None:
    found = items()
    later = PropertyRevision.__replace__(REVISION, number=3, decision=Decision.REJECTED)
    found[revision_key("lake-view", 3)] = revision_item(later)
    found[DRAFT_AT] |= {"state": "rejected", "revision": 3, "content": {"name": "Palace", "city": "Udaipur"}}

    assert broken(found) == []


def put(key: tuple[str, str], **fields: Any) -> Callable[[Items], None]:
    def change(found: Items) -> None:
        found[key] = found[key] | fields

    return change


def drop(key: tuple[str, str]) -> Callable[[Items], None]:
    def change(found: Items) -> None:
        del found[key]

    return change


def approve_another(found: Items) -> None:
    found[revision_key("lake-view", 3)] = revision_item(REVISION.__replace__(number=3))


def list_elsewhere(found: Items) -> None:
    item = listing_item(listing_of(PUBLIC.__replace__(city="Agra"), [ROOM]))
    found[item["pk"], item["sk"]] = item


AS = "not that of revision 2"
BREAKS: list[tuple[Callable[[Items], None], str]] = [
    (put(PAGE_AT, name="Lake Palace"), f"its name is {AS}"),
    (put(PAGE_AT, city="Agra"), f"its city is {AS}"),
    (put(PAGE_AT, timezone="Asia/Tokyo"), f"its timezone is {AS}"),
    (put(PAGE_AT, currency="USD"), f"its currency is {AS}"),
    (put(PAGE_AT, country="JP"), f"its country is {AS}"),
    (put(PAGE_AT, cancellation_policy=[]), f"its cancellation_policy is {AS}"),
    (put(PAGE_AT, guest_required=True), f"its guest_required is {AS}"),
    (put(PAGE_AT, day_ends=0), f"its day_ends is {AS}"),
    (put(PAGE_AT, description="Changed"), f"its description is {AS}"),
    (put(PAGE_AT, address="Changed"), f"its address is {AS}"),
    (put(PAGE_AT, amenities=["Pool"]), f"its amenities is {AS}"),
    (put(PAGE_AT, pictures=[["im_2", "Another", []]]), "its pictures are not those of revision 2"),
    (put(PAGE_AT, pictures=[["im_1", "Other words", []]]), "its pictures are not those of revision 2"),
    (put(PAGE_AT, revision=1), "revision 1 is public, and revision 2 was approved last"),
    (put(REVISION_AT, decision="rejected"), "revision 2 is public, and no revision was approved"),
    (drop(REVISION_AT), "revision 2 is public, and no revision was approved"),
    (approve_another, "revision 2 is public, and revision 3 was approved last"),
    (put(DRAFT_AT, live_revision=1), "the draft says that revision 1 is public, not 2"),
    (drop(PAGE_AT), "revision 2 was approved, and nothing is public"),
    (put(ROOM_AT, name="Royal"), "live, and not as revision 2 has it"),
    (put(ROOM_AT, description="Changed"), "live, and not as revision 2 has it"),
    (put(REVISION_AT, rooms={}), "live, and not as revision 2 has it"),
    (drop(LISTING_AT), "listed in no city, and not in ['udaipur']"),
    (put(PAGE_AT, live=False), "listed in ['udaipur'], and not in none"),
    (list_elsewhere, "listed in ['agra', 'udaipur'], and not in ['udaipur']"),
    (put(ROOM_AT, base_price=1), "listed, and not as it is sold"),
    (put(ROOM_AT, total_rooms=1), "listed, and not as it is sold"),
    (put(LISTING_AT, rooms=[]), "listed, and not as it is sold"),
    (put(LISTING_AT, currency="USD"), "listed, and not as it is sold"),
]


@pytest.mark.parametrize(("change", "says"), BREAKS)
def test_each_side_that_differs_is_found(change: Callable[[Items], None], says: str) -> None:
    found = items()
    change(found)

    assert any(text.endswith(says) for text in broken(found)), broken(found)


def test_a_room_type_that_was_deleted_since_breaks_nothing() -> None:
    found = items()
    del found[ROOM_AT]
    found[LISTING_AT] |= {"rooms": []}

    assert broken(found) == []
