"""Holding rooms: what a hold takes, and when there is none."""

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from holdfast.bookings.expire import sweep
from holdfast.bookings.reserve import booking_id_for
from holdfast.engine import Engine
from holdfast.errors import SoldOut, TooManyHolds
from holdfast.model.limits import MAX_LIVE_HOLDS
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_key
from holdfast.storage.store import DueRow, Store
from tests.component.direct_holds import a_request, hold
from tests.kit.builders import clock_at, everything, free
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.flaky_client import cancelled, flaky_store
from tests.kit.front_door import ALICE, BOB, STAY_TOTAL, FrontDoor
from tests.kit.hotel import change_rates
from tests.kit.stand_in import update_by_hand

ONE_NIGHT = {"check_in": "2026-12-10", "check_out": "2026-12-11"}


class TestHold:
    def test_takes_the_rooms_and_starts_ten_minutes(self, front_door: FrontDoor) -> None:
        reply = front_door.hold(rooms=2, guests=6)

        assert reply.status == 201
        assert reply.headers["Content-Type"] == "application/json"
        body = reply.body
        assert (body["status"], body["reservation_seconds_left"], body["version"]) == ("reserved", 600, 1)
        assert body["server_time"] == body["reserved_at"] == "2026-11-22T06:30:00.000Z"
        assert body["expires_at"] == "2026-11-22T06:40:00.000Z"
        assert (body["property_id"], body["nights"], body["rooms"], body["guests"]) == ("lake-view", 3, 2, 6)
        assert body["pricing"]["total_payable"] == 2 * STAY_TOTAL
        assert len(body["pricing"]["lines"]) == 6
        assert body["history"] == [{"status": "reserved", "at": body["reserved_at"], "by": "guest"}]
        assert {day: rooms for day, rooms in front_door.free().items() if rooms != 5} == {10: 3, 11: 3, 12: 3}

    def test_is_priced_at_the_discount_where_there_is_one(self, front_door: FrontDoor) -> None:
        assert front_door.hold(room_type_id="suite", guests=4).body["pricing"]["base_amount"] == 3 * 900_000

    def test_leaves_the_day_of_check_out_to_the_next_guest(self, front_door: FrontDoor) -> None:
        front_door.held(rooms=5)
        front_door.held(BOB, check_in="2026-12-13", check_out="2026-12-14", rooms=5, guests=5)

        assert [front_door.free()[day] for day in (12, 13, 14)] == [0, 0, 5]

    def test_freezes_the_nights_own_prices(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, price={11: 800_000})
        booking_id = front_door.held()
        change_rates(store.table, price={11: 100})

        lines = front_door.booking(booking_id)["pricing"]["lines"]
        assert [line["price"] for line in lines] == [500_000, 800_000, 500_000]
        assert [line["gst_rate_bp"] for line in lines] == [500, 1800, 500]

    def test_may_be_thirty_nights_over_two_months(self, front_door: FrontDoor) -> None:
        reply = front_door.hold(check_in="2026-12-20", check_out="2027-01-19")

        assert (reply.status, reply.body["nights"]) == (201, 30)
        assert front_door.free("2027-01")[18] == 4

    def test_today_is_the_propertys_day(self, front_door: FrontDoor, clock: FakeClock) -> None:
        clock.now = datetime.fromisoformat("2026-11-22T22:30:00+00:00")  # 04:00 there: the 22nd has ended

        assert front_door.hold(check_in="2026-11-22", check_out="2026-11-24").fields == {"check_in"}
        assert front_door.hold(check_in="2026-11-23", check_out="2026-11-24").status == 201


class TestSoldOut:
    def test_names_the_short_nights_and_writes_nothing(self, front_door: FrontDoor, store: Store) -> None:
        front_door.held(check_in="2026-12-11", check_out="2026-12-12", rooms=5, guests=5)
        before = everything(store)

        with DynamoDBRecorder(store.table.client, store.table.name) as recorder:
            reply = front_door.hold(BOB)

        assert (reply.status, reply.code) == (409, "sold_out")
        assert reply.body["nights"] == ["2026-12-11"]
        assert recorder.requests
        assert recorder.writes == []
        assert everything(store) == before

    def test_fewer_rooms_than_asked_for_are_not_held_in_part(self, front_door: FrontDoor) -> None:
        front_door.held(rooms=3, guests=3)

        assert front_door.hold(BOB, rooms=3, guests=3).body["nights"] == ["2026-12-10", "2026-12-11", "2026-12-12"]
        assert front_door.hold(BOB, rooms=2, guests=2).status == 201

    def test_a_night_past_the_opened_calendar_is_not_on_sale(self, front_door: FrontDoor) -> None:
        reply = front_door.hold(check_in="2027-01-31", check_out="2027-02-02")

        assert (reply.status, reply.code) == (409, "sold_out")
        assert reply.body["nights"] == ["2027-02-01"]

    def test_the_last_room_may_go_between_read_and_write(self, store: Store, hotel: CatalogStore) -> None:
        troubled, client, _ = flaky_store(store)
        request = a_request(rooms=5, guests=5)
        client.before("transact_write_items", lambda: hold(request, store, user_id=BOB))

        with pytest.raises(SoldOut):
            hold(request, troubled)

        assert store.booking(booking_id_for(ALICE, "key-1")) is None
        assert free(store)[10] == 0

    def test_contention_is_never_answered_as_sold_out(self, store: Store, hotel: CatalogStore) -> None:
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", *[cancelled("None", "TransactionConflict", "None")] * 5)

        assert hold(a_request(), troubled) == (booking_id_for(ALICE, "key-1"), True)


class TestLiveHolds:
    def hold_five(self, front_door: FrontDoor) -> list[str]:
        return [front_door.held(key=f"key-{n}", **ONE_NIGHT) for n in range(MAX_LIVE_HOLDS)]

    def test_a_sixth_is_refused_and_another_guest_is_not(self, front_door: FrontDoor, store: Store) -> None:
        self.hold_five(front_door)
        before = everything(store)

        reply = front_door.hold(key="sixth", room_type_id="suite")

        assert (reply.status, reply.code) == (429, "too_many_holds")
        assert everything(store) == before
        assert front_door.hold(BOB, room_type_id="suite").status == 201

    @pytest.mark.parametrize("way", ["cancel", "confirm"])
    def test_one_that_was_cancelled_or_paid_makes_room(self, front_door: FrontDoor, way: str) -> None:
        first = self.hold_five(front_door)[0]
        getattr(front_door, way)(first)

        assert front_door.hold(key="sixth", room_type_id="suite").status == 201

    @pytest.mark.parametrize("swept", [False, True])
    def test_those_past_their_deadline_make_room_and_are_pruned(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, swept: bool
    ) -> None:
        self.hold_five(front_door)
        clock.advance(599.999)
        assert front_door.hold(key="sixth", room_type_id="suite").code == "too_many_holds"
        clock.advance(0.001)
        if swept:
            front_door.expire()

        sixth = front_door.held(key="sixth", room_type_id="suite")

        assert set(store.account(ALICE).live_holds) == {sixth}

    def test_of_two_for_the_last_place_at_once_one_is_refused(self, store: Store, hotel: CatalogStore) -> None:
        one_night = a_request(check_out=date(2026, 12, 11))
        for n in range(MAX_LIVE_HOLDS - 1):
            hold(one_night, store, key=f"key-{n}")
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: hold(one_night, store, key="first"))

        with pytest.raises(TooManyHolds):
            hold(a_request(room_type_id="suite"), troubled, key="second")

        assert len(store.account(ALICE).live_holds) == MAX_LIVE_HOLDS


class TestReclaim:
    """Layer (b): a hold past its deadline never costs a sale, swept or not."""

    def test_a_buyer_takes_the_rooms_of_holds_that_are_due(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        stale = front_door.held(BOB, rooms=5, guests=5)
        clock.advance(600)

        reply = front_door.hold(rooms=5, guests=5)

        assert reply.status == 201
        assert front_door.booking(stale, BOB)["status"] == "expired"
        assert store.bookings([stale])[0].history[-1].by == "reclaim"
        assert free(store)[10] == 0

    def test_a_hold_with_a_millisecond_left_keeps_its_rooms(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held(BOB, rooms=5, guests=5)
        clock.advance(599.999)

        assert front_door.hold().code == "sold_out"

    def test_due_holds_of_other_nights_and_room_types_are_left_alone(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        in_the_way = front_door.held(BOB, "a", rooms=5, guests=5)
        beside = front_door.held(BOB, "b", check_in="2026-12-20", check_out="2026-12-22")
        elsewhere = front_door.held(BOB, "c", room_type_id="suite")
        clock.advance(600)

        front_door.held()

        statuses = {booking.booking_id: booking.status for booking in store.bookings([in_the_way, beside, elsewhere])}
        assert statuses == {in_the_way: "expired", beside: "reserved", elsewhere: "reserved"}

    def test_what_was_paid_is_never_reclaimed(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.confirm(front_door.held(BOB, rooms=5, guests=5))
        clock.advance(600)

        assert front_door.hold().code == "sold_out"

    def test_rooms_that_a_sweep_frees_under_the_buyers_eyes_are_the_buyers(
        self, store: Store, hotel: CatalogStore
    ) -> None:
        """The buyer reads a full page; before it looks for due holds, the minute's sweep has released them."""
        hold(a_request(rooms=5, guests=5), store, user_id=BOB)
        late = clock_at(600)

        class SweptMeanwhile(Store):
            def due_holds(self, room_type_id: str, now: datetime, *, stripes: int = 1) -> Iterator[list[DueRow]]:
                assert sweep(engine=Engine(store, {}, late)).expired == 1
                return super().due_holds(room_type_id, now, stripes=stripes)

        booking_id, created = hold(a_request(), SweptMeanwhile(store.table), clock=late)

        assert created
        assert store.bookings([booking_id])[0].status == "reserved"

    def test_rooms_that_a_sweep_frees_between_the_look_and_the_release_are_the_buyers(
        self, store: Store, hotel: CatalogStore
    ) -> None:
        hold(a_request(rooms=5, guests=5), store, user_id=BOB)
        late = clock_at(600)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: sweep(engine=Engine(store, {}, late)))

        assert hold(a_request(), troubled, clock=late)[1]

    def test_a_due_hold_that_cannot_be_read_does_not_break_the_sale(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        broken = front_door.held(BOB, "a")
        front_door.held(BOB, "b", rooms=4, guests=4)
        update_by_hand(store.table, booking_key(broken), "REMOVE night_prices")
        clock.advance(600)

        assert front_door.hold(rooms=4, guests=4).status == 201
        assert front_door.hold(key="more").code == "sold_out"
