"""A room type whose months have stripes: every reader and writer, with one stripe, with two and with thirty-two."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from holdfast.bookings.expire import restore, sweep
from holdfast.engine import Engine
from holdfast.errors import SoldOut
from holdfast.model.booking import Booking
from holdfast.model.rates import MonthOnSale, with_rooms
from holdfast.model.stripes import turn_of
from holdfast.storage.base import ContendedWrite, DueRow
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item, page_key
from holdfast.storage.store import Store
from tests.component.owners.hotelier import Hotelier, nights, own_hotel
from tests.component.striped_holds import DECEMBER, held
from tests.kit.auditing import broken_in
from tests.kit.builders import free
from tests.kit.capacity import KB, item_size
from tests.kit.clock import NOW, FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import BOB, FrontDoor
from tests.kit.guests import ARRIVAL, DEADLINE, HOLD_SECONDS, abandoned_rooms, hold
from tests.kit.striped import COUNTS, free_by_stripe, striped

pytestmark = pytest.mark.usefixtures("hotel")


@pytest.fixture(params=COUNTS, ids=lambda count: f"{count} stripes")
def count(request: pytest.FixtureRequest, store: Store) -> Iterator[int]:
    """Gives the Deluxe's months so many; after each test the auditor looks at every stripe."""
    striped(store, request.param)
    yield request.param
    assert broken_in(store, NOW) == []


def put_on_sale(store: Store, rooms: int) -> None:
    """So many rooms on every night of December."""
    catalog = CatalogStore(store.table)
    month = catalog.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]
    every = dict.fromkeys(month.page.on_sale, rooms)
    rates = msgspec.structs.replace(month.rates, rooms=every)
    assert catalog.change_months([(month, MonthOnSale(with_rooms(month.page, every), rates))])


class TestHolds:
    def test_every_room_can_be_held_and_none_twice(self, store: Store, count: int) -> None:
        for number in range(5):
            held(store, f"guest-{number}")

        with pytest.raises(SoldOut) as refused:
            held(store, "late")

        assert [night.isoformat() for night in refused.value.nights] == ["2026-12-10", "2026-12-11"]
        assert free_by_stripe(store, 10) == [0] * count

    def test_one_guest_holds_the_rooms_of_several_stripes(self, store: Store, count: int) -> None:
        before = free_by_stripe(store, 10)

        booking = held(store, "family", rooms=5, check_in=ARRIVAL, nights=4)

        assert sum(free_by_stripe(store, 30)) == sum(free_by_stripe(store, 2, "2027-01")) == 0
        assert len({part.stripe for part in booking.taken}) == (
            0 if count == 1 else len([rooms for rooms in before if rooms])
        )

    def test_a_stay_takes_each_night_where_it_is_free(self, store: Store, count: int) -> None:
        """One room is left on each of two nights, perhaps on other stripes: together they are a stay."""
        held(store, "first", nights=1, rooms=4)
        held(store, "second", check_in=DECEMBER + timedelta(days=1), nights=1, rooms=4)

        held(store, "third", rooms=1)

        assert free(store)[10] == free(store)[11] == 0

    @pytest.mark.parametrize("rooms", [1, 5])
    def test_what_is_cancelled_expires_or_is_deleted_goes_back_where_it_was(
        self, store: Store, count: int, rooms: int
    ) -> None:
        before = [free_by_stripe(store, day) for day in (30, 31)]

        abandoned_rooms(store, held(store, "one", check_in=ARRIVAL, rooms=rooms), clock=FakeClock())
        assert [free_by_stripe(store, day) for day in (30, 31)] == before

        held(store, "two", check_in=ARRIVAL, rooms=rooms)
        assert sweep(engine=Engine(store, {}, FakeClock(DEADLINE))).expired == 1
        assert [free_by_stripe(store, day) for day in (30, 31)] == before

        booking = held(store, "three", check_in=ARRIVAL, rooms=rooms)
        store.table.delete((f"BOOKING#{booking.booking_id}", "BOOKING"))
        assert restore(booking, engine=Engine(store, {}, FakeClock(DEADLINE)))
        assert [free_by_stripe(store, day) for day in (30, 31)] == before

    def test_due_holds_make_way_wherever_they_are(self, store: Store, count: int) -> None:
        for number in range(5):
            held(store, f"sleeper-{number}", check_in=date(2026, 12, 31))
        clock = FakeClock(DEADLINE)

        booking = hold(store, "buyer", clock=clock, check_in=date(2027, 1, 1), nights=1, rooms=5)

        assert store.booking(booking.booking_id) == booking

    def test_a_sweep_finds_all_of_them(self, store: Store, count: int) -> None:
        for number in range(5):
            held(store, f"sleeper-{number}")

        assert sweep(engine=Engine(store, {}, FakeClock(DEADLINE))).expired == 5
        assert free(store)[10] == 5

    def test_a_table_of_before_is_written_as_before(self, store: Store, count: int) -> None:
        booking = held(store, "guest")
        item = booking_item(booking, store.due_shards)
        assert ("taken" in item) is any(part.stripe for part in booking.taken)
        if count == 1:
            [rates] = store.table.get([("ROOM#deluxe", "RATES#2026-12")]).values()
            [page] = store.table.get([page_key("deluxe", "2026-12")]).values()
            assert "stripes" not in rates
            assert page.keys() == {"pk", "sk", "on_sale", "free", "revision"}


class TestBudgets:
    def test_a_hold_is_two_round_trips_and_as_many_units(
        self, store: Store, count: int, recorder: DynamoDBRecorder
    ) -> None:
        put_on_sale(store, 200)
        held(store, "first")  # the store has seen the room type
        recorder.clear()

        booking = held(store, "second", check_in=date(2026, 12, 1), nights=7)

        assert recorder.operations == ["BatchGetItem", "TransactWriteItems"]
        assert recorder.units <= 10
        assert item_size(booking_item(booking, 8)) <= KB

    def test_a_store_that_has_not_seen_it_sells_the_first_stripe_at_once_and_then_knows(
        self, store: Store, count: int, recorder: DynamoDBRecorder
    ) -> None:
        held(store, "first")
        recorder.clear()

        held(Store(store.table), "second")

        assert len(recorder.operations) <= 3

    def test_who_finds_two_stripes_short_reads_all_of_them_in_one_call(
        self, store: Store, count: int, recorder: DynamoDBRecorder
    ) -> None:
        held(store, "first")
        recorder.clear()

        held(store, "second", rooms=4)

        reads = recorder.operations.count("BatchGetItem")
        assert reads <= 2
        assert recorder.operations.count("TransactWriteItems") == 1


class TestOwners:
    @pytest.fixture
    def hotelier(self, front_door: FrontDoor, store: Store) -> Hotelier:
        own_hotel(store)
        return Hotelier(front_door, store)

    def test_a_change_of_rooms_counts_all_stripes(self, hotelier: Hotelier, store: Store, count: int) -> None:
        held(store, "family", rooms=3)

        refused = hotelier.change(nights("2026-12-10", "2026-12-10", rooms_on_sale=2))
        hotelier.changed(nights("2026-12-10", "2026-12-11", rooms_on_sale=3, price=600_000))

        assert (refused.status, refused.code) == (409, "below_sold")
        assert refused.body["nights"] == [{"night": "2026-12-10", "rooms_on_sale": 2, "taken": 3}]
        assert hotelier.night("2026-12-10") == {"rooms_on_sale": 3, "rooms_free": 0, "price": 600_000}
        with pytest.raises(SoldOut):
            held(store, "late")
        hotelier.changed(nights("2026-12-10", "2026-12-11", rooms_on_sale=7))
        assert held(store, "late", rooms=4).night_prices == (600_000, 600_000)

    def test_a_change_that_meets_due_holds_on_any_stripe_has_them_released(
        self, hotelier: Hotelier, store: Store, count: int
    ) -> None:
        for number in range(5):
            held(store, f"sleeper-{number}")
        hotelier.door.clock.advance(HOLD_SECONDS)

        hotelier.changed(nights("2026-12-10", "2026-12-10", rooms_on_sale=0))

        assert hotelier.night("2026-12-10")["rooms_on_sale"] == 0

    def test_blocks_take_rooms_of_all_stripes_and_give_them_back(
        self, hotelier: Hotelier, store: Store, count: int
    ) -> None:
        before = free_by_stripe(store, 31)
        block = {"first_night": "2026-12-30", "last_night": "2027-01-02", "reason": "Carpets", "source": "maintenance"}
        route = "/room-types/{room_type_id}/blocks"

        taken = hotelier.call(f"POST {route}", block | {"rooms": 4}, key="carpets", room_type_id="deluxe")
        refused = hotelier.call(f"POST {route}", block | {"rooms": 2}, key="more", room_type_id="deluxe")
        assert (taken.status, refused.code) == (201, "sold_out")
        assert hotelier.night("2026-12-31")["rooms_free"] == 1
        assert broken_in(store, NOW) == []
        block_id = taken.body["block_id"]
        assert hotelier.call(f"DELETE {route}/{{block_id}}", room_type_id="deluxe", block_id=block_id).status == 200

        assert free_by_stripe(store, 31) == before

    def test_guests_and_the_desk_see_the_rooms_of_all_stripes(
        self, hotelier: Hotelier, store: Store, count: int
    ) -> None:
        held(store, "family", rooms=2)
        dates = {"check_in": "2026-12-10", "check_out": "2026-12-12", "rooms": "3", "guests": "3"}
        found = hotelier.door.call("GET /properties", user=None, query={"city": "Udaipur"} | dates)
        board = hotelier.call(
            "GET /properties/{property_id}/board",
            query={"first_night": "2026-12-10", "nights": "1"},
            property_id="lake-view",
        )

        [deluxe] = [of for of in found.body["properties"][0]["room_types"] if of["room_type_id"] == "deluxe"]
        assert (deluxe["available"], deluxe["rooms_free"]) == (True, 3)
        [row] = [of for of in board.body["room_types"] if of["room_type_id"] == "deluxe"]
        assert (row["nights"][0]["rooms_on_sale"], row["nights"][0]["rooms_free"]) == (5, 3)
        assert hotelier.night("2026-12-10")["rooms_free"] == 3

    def test_holds_past_their_deadline_are_shown_as_free_wherever_they_are(
        self, hotelier: Hotelier, store: Store, count: int
    ) -> None:
        for number in range(5):
            held(store, f"sleeper-{number}")
        hotelier.door.clock.advance(HOLD_SECONDS)

        assert hotelier.night("2026-12-10")["rooms_free"] == 5

    def test_a_month_that_nobody_has_taken_rooms_of_goes_with_all_its_stripes(
        self, hotelier: Hotelier, store: Store, count: int
    ) -> None:
        catalog = CatalogStore(store.table)
        month = catalog.months(["deluxe"], ["2027-01"])["deluxe", "2027-01"]

        booking = held(store, "guest", check_in=date(2027, 1, 5))
        assert not catalog.change_months([], catalog.no_month(month))  # a room was taken meanwhile
        abandoned_rooms(store, booking, clock=FakeClock())
        assert catalog.change_months([], catalog.no_month(month))

        left = [item for item in store.table.scan() if item["sk"] in {"MONTH#2027-01", "RATES#2027-01"}]
        assert {item["pk"] for item in left} == {"ROOM#suite"}

    def test_a_page_of_stays_instead_counts_all_stripes(self, hotelier: Hotelier, store: Store, count: int) -> None:
        hotelier.changed(nights("2026-12-10", "2026-12-10", closed=True))
        body = {"room_type_id": "deluxe", "check_in": "2026-12-10", "check_out": "2026-12-11", "rooms": 5, "guests": 5}

        refused = hotelier.door.call("POST /bookings", body, user=BOB, key="closed")

        assert refused.code == "restricted"
        assert refused.body["alternatives"][0]["check_in"] == "2026-12-09"


def test_other_bookings_and_further_tries_turn_elsewhere() -> None:
    assert len({turn_of(f"bk_{number}") % 32 for number in range(300)}) == 32
    assert len({turn_of("bk_1", tries) % 32 for tries in range(300)}) == 32


def test_a_hold_that_lost_a_write_looks_again_for_due_holds(store: Store) -> None:
    """A hold has become due since the first look: whoever needs its rooms is not refused."""
    asked: dict[str, Any] = {"check_in": DECEMBER, "nights": 1}
    clock = FakeClock()
    hold(store, "sleeper", clock=clock, rooms=2, **asked)
    passing = hold(store, "passing", clock=clock, rooms=3, **asked)
    looks: list[str] = []

    class Overtaken(Store):
        """Rooms come back after the first look, and the hold that would take them meets others."""

        def due_holds(self, room_type_id: str, now: Any, *, stripes: int = 1) -> Iterator[list[DueRow]]:
            looks.append(room_type_id)
            if len(looks) == 1:
                abandoned_rooms(store, passing, clock=clock)
                return iter(())
            return super().due_holds(room_type_id, now, stripes=stripes)

        def commit(self, before: Booking | None, after: Booking, **context: Any) -> Booking:
            if before is None and len(looks) == 1:
                hold(store, "faster", clock=clock, rooms=3, **asked)
                clock.advance(HOLD_SECONDS - 1)
                looks.append("overtaken")
                raise ContendedWrite(1)
            return super().commit(before, after, **context)

    clock.advance(1)
    booking = hold(Overtaken(store.table), "buyer", clock=clock, rooms=2, **asked)

    assert store.booking(booking.booking_id) == booking
