"""Search reads listings: they follow the hotel and its room types, whatever changes them, and at once."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.model.listing import Listing, listing_of
from holdfast.model.property import Picture, PolicyStep, RoomType
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import listing_from, listing_item, listing_key, property_item
from tests.kit.capacity import KB, item_size
from tests.kit.front_door import FrontDoor, event
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS, SUITE, add_property, add_room_type, months_for

ATTIC = structs.replace(DELUXE, room_type_id="attic", name="Attic")
LISTED = [("lake-view", ["deluxe", "suite"])]


def found(front_door: FrontDoor, **query: str) -> list[tuple[str, list[str]]]:
    """The hotels that search finds, with their room types."""
    reply = front_door.call("GET /properties", user=None, query=query or None)
    assert reply.status == 200, reply.body
    return [
        (hotel["property_id"], [room["room_type_id"] for room in hotel["room_types"]])
        for hotel in reply.body["properties"]
    ]


def page_status(front_door: FrontDoor) -> int:
    return front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").status


def write(hotel: CatalogStore, **changes: Any) -> None:
    """What an admin's decision writes: the hotel's next version, and its listing."""
    known = hotel.property("lake-view")
    assert known
    before, room_types = known
    after = structs.replace(before, version=before.version + 1, **changes)
    put = put_action(hotel.table.name, property_item(after), "version = :read", {":read": before.version})
    hotel.table.transact([put, *hotel.listing_actions(after, room_types, before)])


def stored_listing(hotel: CatalogStore) -> Listing | None:
    found = hotel.table.get([listing_key("Udaipur", "lake-view")])
    return next((listing_from(item) for item in found.values()), None)


@pytest.mark.parametrize("query", [{}, {"city": "Udaipur"}])
def test_a_room_type_is_listed_with_its_hotel(
    front_door: FrontDoor, hotel: CatalogStore, query: dict[str, str]
) -> None:
    assert found(front_door, **query) == LISTED

    add_room_type(hotel, ATTIC, months_for(KOLKATA, ATTIC, MONTHS[:1]))

    assert found(front_door, **query) == [("lake-view", ["attic", "deluxe", "suite"])]


def test_a_room_type_that_is_not_approved_is_nowhere(front_door: FrontDoor, hotel: CatalogStore) -> None:
    add_room_type(hotel, structs.replace(ATTIC, live=False), [])

    page = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").body
    assert found(front_door) == LISTED
    assert [room["room_type_id"] for room in page["room_types"]] == ["deluxe", "suite"]


@pytest.mark.parametrize("query", [{}, {"city": "Udaipur"}])
def test_a_suspended_hotel_is_gone_until_it_is_resumed(
    front_door: FrontDoor, hotel: CatalogStore, query: dict[str, str]
) -> None:
    write(hotel, live=False)
    assert (found(front_door, **query), page_status(front_door)) == ([], 404)

    write(hotel, live=True)
    assert (found(front_door, **query), page_status(front_door)) == (LISTED, 200)


def test_a_hotel_that_moves_is_found_in_its_new_city_alone(front_door: FrontDoor, hotel: CatalogStore) -> None:
    write(hotel, city="Jaipur", name="Pink View")

    assert (found(front_door), found(front_door, city="jaipur")) == (LISTED, LISTED)
    assert found(front_door, city="Udaipur") == []


class TestTablesOfBefore:
    """Hotels that were written before there were listings."""

    @pytest.fixture(autouse=True)
    def _without_listing(self, hotel: CatalogStore) -> None:
        hotel.table.delete(listing_key("Udaipur", "lake-view"))

    @pytest.mark.parametrize("query", [{}, {"city": "Udaipur"}])
    def test_are_found_all_the_same(self, front_door: FrontDoor, query: dict[str, str]) -> None:
        assert found(front_door, **query) == LISTED
        assert found(front_door, check_in="2026-12-10", check_out="2026-12-12", **query) == LISTED

    def test_are_found_on_every_page(
        self, front_door: FrontDoor, hotel: CatalogStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("holdfast.storage.listings.LISTINGS_PAGE", 1)
        add_property(hotel, structs.replace(KOLKATA, property_id="old-fort"))
        hotel.table.delete(listing_key("Udaipur", "old-fort"))

        first, cursor = hotel.listings("Udaipur")
        second, _ = hotel.listings("Udaipur", cursor)

        assert [listing.property_id for listing in [*first, *second]] == ["lake-view", "old-fort"]

    def test_get_their_listing_from_the_daily_job_once(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        front_door.context.seconds_left = 300
        opened = front_door.app("opener").lambda_handler(event("scheduled"), front_door.context)

        assert opened["failed"] == 0
        assert stored_listing(hotel) == listing_of(KOLKATA, [DELUXE, SUITE])
        assert not refresh(hotel)

    @pytest.mark.parametrize("changes", [{"name": "Other"}, {"rooms": ()}])
    def test_or_a_listing_that_is_not_the_hotels_is_put_right(
        self, hotel: CatalogStore, changes: dict[str, Any]
    ) -> None:
        right = listing_of(KOLKATA, [DELUXE, SUITE])
        hotel.table.put(put_action(hotel.table.name, listing_item(structs.replace(right, **changes))))

        assert refresh(hotel)

        assert stored_listing(hotel) == right

    def test_one_that_is_changed_meanwhile_is_left_to_that_change(self, hotel: CatalogStore) -> None:
        known = hotel.property("lake-view")
        assert known
        write(hotel, name="Other View")

        assert not hotel.refresh_listing(*known)

        written = stored_listing(hotel)
        assert written
        assert written.name == "Other View"


def refresh(hotel: CatalogStore) -> bool:
    known = hotel.property("lake-view")
    assert known
    return hotel.refresh_listing(*known)


@pytest.mark.parametrize("letter", ["a", "é", "झ", "🏨"])
def test_a_listing_of_twenty_long_names_is_at_most_3_kb(letter: str) -> None:
    long = structs.replace(
        KOLKATA,
        property_id="p" * 30,
        name=letter * 200,
        city=letter * 64,
        cancellation_policy=tuple(PolicyStep(days, 100 - days, 1080) for days in range(20, 10, -1)),
        pictures=(Picture("i" * 26, letter * 200, ((1600, 1067), (800, 533), (400, 267))),),
    )
    rooms = [
        RoomType(
            room_type_id=f"room-type-of-thirty-letters-{number:02}",
            property_id=long.property_id,
            name=f"{number:02} " + letter * 190,
            base_price=99_999_999,
            discounted_price=88_888_888,
            total_rooms=2_000,
            max_guests=99,
        )
        for number in range(20)
    ]

    listing = listing_of(long, rooms)

    assert item_size(listing_item(listing)) <= 3 * KB
    assert [room.name[:2] for room in listing.rooms] == [f"{number:02}" for number in range(20)]
    assert all(room.name.endswith("…") for room in listing.rooms)


def test_names_are_whole_where_there_is_room() -> None:
    suites = [structs.replace(SUITE, room_type_id=f"suite-{number}", name="S" * 200) for number in range(5)]

    assert {room.name for room in listing_of(KOLKATA, suites).rooms} == {"S" * 200}
