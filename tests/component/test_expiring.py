"""The sweep and its dry run."""

import json
from datetime import timedelta
from typing import Any

import pytest

import holdfast.bookings.expire
from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.errors import Busy
from holdfast.model.booking import Status
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_key, page_key
from holdfast.storage.store import DueRow, Store
from holdfast.storage.table import Table
from tests.kit.builders import DEADLINE, a_hold, clock_at, everything, free, put_hold
from tests.kit.clock import FakeClock
from tests.kit.flaky_client import flaky_store, throttled
from tests.kit.front_door import ALICE, BOB, FrontDoor, event
from tests.kit.log_capture import LogLines
from tests.kit.stand_in import delete_by_hand, update_by_hand

NOTHING = {"expired": 0, "lost_race": 0, "failed": 0, "remaining": 0, "lag_seconds_max": 0.0}


def break_booking(store: Store, booking_id: str, update: str = "REMOVE night_prices") -> None:
    update_by_hand(store.table, booking_key(booking_id), update)


class TestSweep:
    def test_releases_what_is_due_and_reports_what_it_did(self, front_door: FrontDoor, clock: FakeClock) -> None:
        first = front_door.held(rooms=2)
        clock.advance(30)
        second = front_door.held(BOB, room_type_id="suite")
        clock.advance(1)
        young = front_door.held("carol")
        clock.advance(599)  # 30 s past the first deadline, at the second, before the third

        summary = front_door.expire()

        assert summary == NOTHING | {"expired": 2, "lag_seconds_max": 30.0}
        assert front_door.booking(first)["status"] == "expired"
        assert front_door.booking(second, BOB)["status"] == "expired"
        assert front_door.booking(young, "carol")["status"] == "reserved"
        assert front_door.free()[10] == 4

    def test_again_finds_nothing(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        front_door.held()
        clock.advance(600)
        front_door.expire()
        before = everything(store)

        assert front_door.expire() == NOTHING
        assert everything(store) == before

    def test_of_an_empty_hotel_does_nothing(self, front_door: FrontDoor) -> None:
        assert front_door.expire() == NOTHING

    def test_never_touches_the_account(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        front_door.held()
        account = store.account(ALICE)
        clock.advance(600)
        front_door.expire()

        assert store.account(ALICE) == account

    def test_closes_the_order_of_a_payment_that_was_not_finished(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held()
        order_id = front_door.start(booking_id).body["gateway_order_id"]
        clock.advance(600)
        front_door.expire()

        [booking] = store.bookings([booking_id])
        assert [(due.action, due.order_id) for due in booking.tasks] == [("void", order_id)]

    def test_a_hold_that_cannot_be_released_stops_no_other(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(holdfast.bookings.expire, "WORKERS_IN_ROOM_TYPE", 1)  # moto undoes others' writes with one
        stuck = front_door.held(BOB, check_in="2027-01-10", check_out="2027-01-12")
        fine = front_door.held(ALICE)
        delete_by_hand(store.table, page_key("deluxe", "2027-01"))
        clock.advance(600)

        summary = front_door.expire()

        assert summary == NOTHING | {"expired": 1, "failed": 1}
        assert [booking.status for booking in store.bookings([stuck, fine])] == ["reserved", "expired"]

    def test_a_hold_that_cannot_be_read_stops_no_other(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, lines: LogLines
    ) -> None:
        broken = front_door.held(BOB)
        for n in range(3):
            front_door.held(ALICE, f"key-{n}")
        break_booking(store, broken)
        clock.advance(605)

        summary = front_door.expire()

        assert summary == NOTHING | {"expired": 3, "failed": 1, "lag_seconds_max": 5.0}
        assert any(line["level"] == "ERROR" and broken in json.dumps(line) for line in lines.all)

    def test_a_stale_row_of_the_index_is_a_lost_race(self, store: Store, hotel: CatalogStore) -> None:
        """The index still shows a booking that was paid, one that was moved, and one that is gone."""
        paid, young = put_hold(store, a_hold("bk_paid")), put_hold(store, a_hold("bk_young", BOB))
        store.commit(paid, paid.transitioned(Status.CANCELLED, clock_at(1)(), "guest"), now=clock_at(1)())
        young = store.commit(
            None, a_hold("bk_2", expires_at_ms=young.expires_at_ms + 1), now=clock_at(0)(), context=_file(store)
        )
        before = everything(store)

        class StaleIndex(Store):
            def due(self, shard: str, *arguments: Any, **named: Any) -> tuple[list[DueRow], bool]:
                stale = ["bk_paid", "bk_2", "bk_gone"] if shard == "HOLD#0" else []
                return [DueRow(booking_id, "deluxe", 0) for booking_id in stale], False

        done = sweep(engine=Engine(StaleIndex(store.table), {}, clock_at(600)))

        assert (done.expired, done.lost_race, done.failed) == (0, 3, 0)
        assert everything(store) == before

    def test_a_hold_paid_between_look_and_write_is_a_lost_race(self, store: Store, hotel: CatalogStore) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)

        def rescued() -> None:
            store.commit(held, held.transitioned(Status.CONFIRMED, DEADLINE, "test"), now=DEADLINE, late=True)

        client.before("transact_write_items", rescued)
        done = sweep(engine=Engine(troubled, {}, clock_at(600)))

        assert (done.expired, done.lost_race, done.failed) == (0, 1, 0)
        assert store.bookings(["bk_1"])[0].status is Status.CONFIRMED
        assert free(store)[10] == 4

    def test_throttling_of_one_read_fails_that_batch_only(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB, room_type_id="suite"))
        troubled, client, _ = flaky_store(store)
        client.before("batch_get_item", throttled("BatchGetItem"))

        assert sweep(engine=Engine(troubled, {}, clock_at(600))).expired == 2

    def test_a_shard_that_cannot_be_read_fails_and_stops_no_other(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())

        class BusyShard(Store):
            def due(self, shard: str, *arguments: Any, **named: Any) -> tuple[list[DueRow], bool]:
                if shard == "HOLD#0":
                    raise Busy
                return super().due(shard, *arguments, **named)

        done = sweep(engine=Engine(BusyShard(store.table), {}, clock_at(600)))

        assert (done.expired, done.failed, done.remaining) == (1, 1, 1)

    def test_what_there_is_no_time_for_remains_and_grows_old(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        hurried, _, _ = flaky_store(store, patience_seconds=4.9)

        done = sweep(engine=Engine(hurried, {}, clock_at(620)))

        assert (done.expired, done.remaining, done.lag_seconds_max) == (0, 1, 20.0)
        assert store.bookings(["bk_1"])[0].status is Status.RESERVED

    def test_many_batches_are_all_released(self, table: Table, hotel: CatalogStore) -> None:
        update_by_hand(
            table,
            page_key("deluxe", "2026-12"),
            "SET #free.#day = :many, on_sale.#day = :many",
            ExpressionAttributeNames={"#free": "free", "#day": "10"},
            ExpressionAttributeValues={":many": {"N": "60"}},
        )
        store = Store(table)
        night = {"check_out": a_hold().check_in + timedelta(days=1), "night_prices": (500_000,)}
        for n in range(30):
            put_hold(store, a_hold(f"bk_{n}", f"user-{n}", **night))

        assert sweep(engine=Engine(store, {}, clock_at(600))).expired == 30
        assert free(store)[10] == 60


def _file(store: Store) -> Any:
    return store.booking_context("bk_2", ALICE, room_type_id="deluxe", months=["2026-12"])


class TestDryRun:
    def test_lists_the_oldest_first_and_touches_nothing(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        first = front_door.held()
        clock.advance(5)
        second = front_door.held(BOB, room_type_id="suite")
        clock.advance(605)
        before = everything(store)

        answer = front_door.expire(event("dry_run"))

        assert answer == {
            "dry_run": True,
            "due": [
                {"booking_id": first, "room_type_id": "deluxe", "lag_seconds": 10.0},
                {"booking_id": second, "room_type_id": "suite", "lag_seconds": 5.0},
            ],
        }
        assert everything(store) == before

    @pytest.mark.parametrize("flag", ["true", 1, None])
    def test_a_flag_that_is_not_false_touches_nothing(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, flag: Any
    ) -> None:
        front_door.held()
        clock.advance(600)
        before = everything(store)

        assert front_door.expire({"dry_run": flag})["dry_run"] is True
        assert everything(store) == before

    def test_false_is_a_sweep(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held()
        clock.advance(600)

        assert front_door.expire({"dry_run": False})["expired"] == 1
