"""Expiry in its layers: the minute's sweep, its dry run, and the stream that brings what TTL deleted."""

import json
from datetime import timedelta
from typing import Any

import pytest

from holdfast.bookings.expire import restore, sweep
from holdfast.errors import Busy
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import millis
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item, booking_key
from holdfast.storage.store import DueRow, Store
from holdfast.storage.table import Table
from tests.kit.apps import LambdaContext
from tests.kit.builders import DEADLINE, a_hold, a_promo, clock_at, everything, free, put_hold
from tests.kit.clock import FakeClock
from tests.kit.flaky_client import flaky_store, throttled
from tests.kit.front_door import ALICE, BOB, FrontDoor, event
from tests.kit.log_capture import LogLines
from tests.kit.stream_events import deleted, deletion

NOTHING = {"expired": 0, "lost_race": 0, "failed": 0, "remaining": 0, "lag_seconds_max": 0.0}


def break_booking(store: Store, booking_id: str, update: str = "REMOVE night_prices") -> None:
    pk, sk = booking_key(booking_id)
    store.table.client.update_item(
        TableName=store.table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}}, UpdateExpression=update
    )


class TestSweep:
    def test_releases_what_is_due_and_tells_what_it_did(self, front_door: FrontDoor, clock: FakeClock) -> None:
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
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        stuck = front_door.held(BOB, check_in="2027-01-10", check_out="2027-01-12")
        fine = front_door.held(ALICE)
        store.table.client.delete_item(
            TableName=store.table.name, Key={"pk": {"S": "ROOM#deluxe"}, "sk": {"S": "MONTH#2027-01"}}
        )
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

        done = sweep(store=StaleIndex(store.table), clock=clock_at(600))

        assert (done.expired, done.lost_race, done.failed) == (0, 3, 0)
        assert everything(store) == before

    def test_a_hold_paid_between_look_and_write_is_a_lost_race(self, store: Store, hotel: CatalogStore) -> None:
        held = put_hold(store, a_hold())
        troubled, client, _ = flaky_store(store)

        def rescued() -> None:
            store.commit(held, held.transitioned(Status.CONFIRMED, DEADLINE, "test"), now=DEADLINE, late=True)

        client.before("transact_write_items", rescued)
        done = sweep(store=troubled, clock=clock_at(600))

        assert (done.expired, done.lost_race, done.failed) == (0, 1, 0)
        assert store.bookings(["bk_1"])[0].status is Status.CONFIRMED
        assert free(store)[10] == 4

    def test_throttling_of_one_read_fails_that_batch_and_goes_on(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        put_hold(store, a_hold("bk_2", BOB, room_type_id="suite"))
        troubled, client, _ = flaky_store(store)
        client.before("batch_get_item", throttled("BatchGetItem"))

        assert sweep(store=troubled, clock=clock_at(600)).expired == 2

    def test_a_shard_that_cannot_be_read_fails_and_stops_no_other(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())

        class BusyShard(Store):
            def due(self, shard: str, *arguments: Any, **named: Any) -> tuple[list[DueRow], bool]:
                if shard == "HOLD#0":
                    raise Busy
                return super().due(shard, *arguments, **named)

        done = sweep(store=BusyShard(store.table), clock=clock_at(600))

        assert (done.expired, done.failed, done.remaining) == (1, 1, 1)

    def test_what_there_is_no_time_for_remains_and_grows_old(self, store: Store, hotel: CatalogStore) -> None:
        put_hold(store, a_hold())
        hurried, _, _ = flaky_store(store, patience_seconds=4.9)

        done = sweep(store=hurried, clock=clock_at(620))

        assert (done.expired, done.remaining, done.lag_seconds_max) == (0, 1, 20.0)
        assert store.bookings(["bk_1"])[0].status is Status.RESERVED

    def test_many_batches_are_all_released(self, table: Table, hotel: CatalogStore) -> None:
        table.client.update_item(
            TableName=table.name,
            Key={"pk": {"S": "ROOM#deluxe"}, "sk": {"S": "MONTH#2026-12"}},
            UpdateExpression="SET #free.#day = :many, on_sale.#day = :many",
            ExpressionAttributeNames={"#free": "free", "#day": "10"},
            ExpressionAttributeValues={":many": {"N": "60"}},
        )
        store = Store(table)
        night = {"check_out": a_hold().check_in + timedelta(days=1), "night_prices": (500_000,)}
        for n in range(30):
            put_hold(store, a_hold(f"bk_{n}", f"user-{n}", **night))

        assert sweep(store=store, clock=clock_at(600)).expired == 30
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


class TestDeletedByTtl:
    """Layer (d): the sweep was down for more than an hour, and DynamoDB deleted the hold."""

    def stream(self, front_door: FrontDoor, *records: dict[str, Any]) -> list[str]:
        answer = front_door.expire({"Records": list(records)})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def test_its_rooms_go_back_and_its_record_is_restored(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held(rooms=2)
        clock.advance(2 * 3600)

        assert self.stream(front_door, deleted(store, booking_id)) == []

        booking = front_door.booking(booking_id)
        assert (booking["status"], booking["history"][-1]["by"]) == ("expired", "ttl")
        assert set(front_door.free().values()) == {5}

    def test_its_promo_goes_back_too(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN")
        clock.advance(2 * 3600)

        self.stream(front_door, deleted(store, booking_id))

        assert front_door.start(front_door.held(key="again"), promo_code="TEN").status == 200

    def test_a_second_delivery_changes_nothing(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        record = deleted(store, front_door.held())
        clock.advance(2 * 3600)
        self.stream(front_door, record)
        before = everything(store)

        assert self.stream(front_door, record, record) == []
        assert everything(store) == before

    def test_a_sweep_that_was_only_just_in_time_is_not_repeated(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held()
        key = booking_key(booking_id)
        image = store.table.get([key])[key]
        clock.advance(2 * 3600)
        front_door.expire()
        before = everything(store)

        assert self.stream(front_door, deletion(image)) == []
        assert everything(store) == before

    def test_a_new_hold_under_the_same_key_keeps_its_id_and_its_rooms(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held(rooms=2)
        clock.advance(2 * 3600)
        record = deleted(store, booking_id)
        assert front_door.held(rooms=2) == booking_id  # the key is free again until the record comes

        assert self.stream(front_door, record, record) == []

        assert front_door.booking(booking_id)["status"] == "reserved"
        assert front_door.free()[10] == 3
        listed = front_door.call("GET /bookings").body["bookings"]
        assert [booking["status"] for booking in listed] == ["reserved", "expired"]
        assert listed[1]["booking_id"] == f"{booking_id}.{a_hold().reserved_at_ms}"
        at_ms = millis(clock())
        assert len(front_door.call("GET /bookings", query={"cursor": f"{at_ms}.{booking_id}"}).body["bookings"]) == 1
        cursor = f"{a_hold().reserved_at_ms}.{listed[1]['booking_id']}"
        assert front_door.call("GET /bookings", query={"cursor": cursor}).body["bookings"] == []

    def test_an_ended_booking_past_its_retention_is_let_go(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        paid, dropped = front_door.held(key="paid"), front_door.held(key="dropped")
        front_door.confirm(paid)
        front_door.cancel(dropped)
        records = [deleted(store, paid), deleted(store, dropped)]
        clock.advance(500 * 86_400)
        before = everything(store)

        assert self.stream(front_door, *records) == []
        assert everything(store) == before

    def test_a_bad_record_is_named_so_that_the_stream_goes_on_from_it(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        good = deleted(store, front_door.held(key="good"), "1")
        later = deleted(store, front_door.held(key="later"), "3")
        bad = deletion({"pk": "BOOKING#bk_bad", "sk": "BOOKING", "status": "reserved"}, "2")
        clock.advance(2 * 3600)

        assert self.stream(front_door, good, bad, later) == ["2"]
        assert self.stream(front_door, later) == []
        assert set(front_door.free().values()) == {5}

    def test_one_whose_page_is_gone_is_told_again_and_again(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        record = deleted(store, front_door.held(), "7")
        store.table.client.delete_item(
            TableName=store.table.name, Key={"pk": {"S": "ROOM#deluxe"}, "sk": {"S": "MONTH#2026-12"}}
        )
        clock.advance(2 * 3600)

        assert self.stream(front_door, record) == ["7"]

    def test_the_event_as_it_is_in_events_is_read(self, front_door: FrontDoor, clock: FakeClock) -> None:
        """Its room type is of another hotel, so it is reported again; but it is read."""
        clock.advance(86_400)

        assert front_door.expire(event("ttl_deletion")) == {
            "batchItemFailures": [{"itemIdentifier": "42145750000000000000000001"}]
        }

    def test_a_stream_without_time_tells_all_again(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        record = deleted(store, front_door.held())
        clock.advance(2 * 3600)
        front_door.context = LambdaContext(seconds_left=1)

        assert self.stream(front_door, record) == ["1"]


def test_a_hold_outlives_its_deadline_by_an_hour_and_an_ended_booking_its_retention() -> None:
    held = a_hold()
    ended = held.transitioned(Status.EXPIRED, DEADLINE, "expire")

    assert booking_item(held, 8)["ttl"] == held.expires_at_ms // 1000 + 3600
    assert booking_item(ended, 8)["ttl"] > booking_item(held, 8)["ttl"] + 400 * 86_400


def test_restoring_what_holds_nothing_does_nothing(store: Store, hotel: CatalogStore) -> None:
    ended: Booking = a_hold().transitioned(Status.CANCELLED, DEADLINE, "guest")

    assert restore(ended, store=store, clock=clock_at(600)) is False
