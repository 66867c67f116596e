"""What a search reads: two waves, and the same calls and units however many hotels a city has."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import TABLE_NAME
from tests.kit.market import ACROSS, ReadCounter, market
from tests.kit.stand_in import TableInMemory, table_in_memory

PAGE = 24  # hotels
MOST_CALLS = 5

Counted = Callable[..., tuple[Any, ReadCounter]]


@pytest.fixture
def counted(front_door: FrontDoor) -> Counted:
    """A search in a market of so many hotels, and what it read."""

    def search(hotels: int, client: Any = None, **query: str) -> tuple[Any, ReadCounter]:
        counter = ReadCounter(client or loaded(hotels))
        reading: Any = counter
        front_door.use_store("catalog", Store(TableInMemory(reading, TABLE_NAME)))
        reply = front_door.call("GET /properties", user=None, query=query)
        assert reply.status == 200, reply.body
        return reply.body, counter

    return search


@cache
def items_of(hotels: int) -> list[Any]:
    return list(market(hotels))


def loaded(hotels: int) -> Any:
    client: Any = table_in_memory().client
    client.load(items_of(hotels))
    return client


@pytest.mark.parametrize(("hotels", "shown"), [(12, 12), (PAGE, PAGE), (500, PAGE)])
def test_a_page_over_two_months_takes_two_waves(counted: Counted, hotels: int, shown: int) -> None:
    """288 pages and rates are three calls."""
    found, counter = counted(hotels, city="Goa", **ACROSS)

    assert len(found["properties"]) == shown
    assert all(len(one["room_types"]) == 3 for one in found["properties"])
    assert counter.calls == ["query", *["get"] * (-(-shown * 12 // 100))]
    assert len(counter.calls) <= MOST_CALLS


def test_a_city_of_500_reads_no_more_than_one_of_24(counted: Counted) -> None:
    few, many = (counted(hotels, city="Goa", **ACROSS)[1] for hotels in (PAGE, 500))

    assert (few.calls, few.units) == (many.calls, many.units)
    assert many.units == 288 * 0.5 + 1.0  # the listings are below 8 KB


def test_without_dates_only_listings_are_read(counted: Counted) -> None:
    assert counted(500, city="Goa")[1].calls == ["query"]


def test_without_a_city_the_listings_are_one_call_more(counted: Counted) -> None:
    assert counted(500, **ACROSS)[1].calls == ["query", "get", "get", "get", "get"]


def test_a_city_without_hotels_costs_a_look_at_the_pointers(counted: Counted) -> None:
    found, counter = counted(12, city="Nowhere", **ACROSS)

    assert found["properties"] == []
    assert counter.calls == ["query", "query"]


def test_a_cursor_reads_the_next_page_alone(counted: Counted) -> None:
    client = loaded(60)
    seen: list[str] = []
    query = {"city": "Goa", **ACROSS}
    while True:
        found, counter = counted(60, client, **query)
        seen += [one["property_id"] for one in found["properties"]]
        assert counter.calls[0] == "query"
        assert len(counter.calls) <= 4
        if "next_cursor" not in found:
            break
        query["cursor"] = found["next_cursor"]
    assert seen == [f"inn-{number:03}" for number in range(60)]


def test_the_page_after_the_last_hotel_is_empty_and_one_more_look_for_hotels_without_listings(counted: Counted) -> None:
    client = loaded(PAGE)
    cursor = counted(PAGE, client, city="Goa")[0]["next_cursor"]

    found, counter = counted(PAGE, client, city="Goa", cursor=cursor)

    assert (found, counter.calls) == ({"properties": []}, ["query", "query"])


class TestShort:
    """Rooms that look sold out: the holds that are due are one wave more, of their shards alone, and their bookings."""

    def sold(self, front_door: FrontDoor, client: Any, *room_types: str) -> None:
        store = Store(TableInMemory(client, TABLE_NAME))
        front_door.use_store("reserve", store)
        for number, room_type_id in enumerate(room_types):
            reply = front_door.hold(
                f"guest-{number}", f"key-{number}", room_type_id=room_type_id, rooms=5, guests=5, **ACROSS
            )
            assert reply.status == 201, reply.body

    def test_a_room_type_that_is_sold_out(self, front_door: FrontDoor, counted: Counted, clock: FakeClock) -> None:
        client = loaded(12)
        self.sold(front_door, client, "deluxe-003")
        found, counter = counted(12, client, city="Goa", **ACROSS)
        assert counter.calls == ["query", "get", "get", "query due"]
        assert not found["properties"][3]["room_types"][0]["available"]

        clock.advance(600)
        found, counter = counted(12, client, city="Goa", **ACROSS)

        assert counter.calls == ["query", "get", "get", "query due", "get"]
        assert found["properties"][3]["room_types"][0]["rooms_free"] == 5

    def test_many_of_them_take_a_call_for_each_shard(
        self, front_door: FrontDoor, counted: Counted, clock: FakeClock
    ) -> None:
        client = loaded(500)
        self.sold(front_door, client, *(f"suite-{number:03}" for number in range(PAGE)))
        clock.advance(600)

        found, counter = counted(500, client, city="Goa", **ACROSS)

        assert counter.calls == ["query", "get", "get", "get", *["query due"] * 8, "get"]
        assert all(room["rooms_free"] == 5 for one in found["properties"] for room in one["room_types"])

    def test_nothing_is_read_for_rooms_that_rules_or_size_leave_out(
        self, front_door: FrontDoor, counted: Counted
    ) -> None:
        client = loaded(12)
        self.sold(front_door, client, "deluxe-003")

        assert counted(12, client, city="Goa", rooms="1", guests="4", **ACROSS)[1].calls == ["query"]
