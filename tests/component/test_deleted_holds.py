"""Holds that DynamoDB deleted by TTL because no sweep came."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from holdfast.bookings.expire import restore
from holdfast.engine import Engine
from holdfast.model.booking import Booking, Payment, Status
from holdfast.model.dates import millis
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item, booking_key, page_key
from holdfast.storage.store import Store
from tests.kit.apps import LambdaContext
from tests.kit.builders import DEADLINE, a_hold, a_promo, clock_at, everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor, event
from tests.kit.stand_in import delete_by_hand
from tests.kit.stream_events import deleted, deletion


class TestDeletedByTtl:
    """Layer (d): the sweep was down for more than an hour, and DynamoDB deleted the hold."""

    def stream(self, front_door: FrontDoor, *records: dict[str, Any]) -> list[str]:
        answer = front_door.expire({"Records": list(records)})
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def test_its_rooms_are_released_and_its_record_is_restored(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held(rooms=2)
        clock.advance(2 * 3600)

        assert self.stream(front_door, deleted(store, booking_id)) == []

        booking = front_door.booking(booking_id)
        assert (booking["status"], booking["history"][-1]["by"]) == ("expired", "ttl")
        assert set(front_door.free().values()) == {5}

    def test_its_promo_use_is_returned_too(
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
        image = store.booking(booking_id)
        clock.advance(2 * 3600)
        record = deleted(store, booking_id)
        assert front_door.held(rooms=2) == booking_id  # the key is free again until the record comes

        assert self.stream(front_door, record, record) == []
        assert image
        assert restore(image, engine=Engine(store, {}, clock)) is False

        assert front_door.booking(booking_id)["status"] == "reserved"
        assert front_door.free()[10] == 3
        listed = front_door.call("GET /bookings").body["bookings"]
        assert [booking["status"] for booking in listed] == ["reserved", "expired"]
        assert listed[1]["booking_id"] == f"{booking_id}.{a_hold().reserved_at_ms}"
        at_ms = millis(clock())
        assert len(front_door.call("GET /bookings", query={"cursor": f"{at_ms}.{booking_id}"}).body["bookings"]) == 1
        cursor = f"{a_hold().reserved_at_ms}.{listed[1]['booking_id']}"
        assert front_door.call("GET /bookings", query={"cursor": cursor}).body["bookings"] == []

    def test_a_new_hold_under_the_same_key_is_no_sixth_one(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held()
        clock.advance(300)
        for number in range(4):
            front_door.held(key=f"other-{number}", check_in="2026-12-20", check_out="2026-12-21")
        clock.advance(400)
        deleted(store, booking_id)

        assert front_door.held() == booking_id

    def test_an_ended_booking_past_its_retention_stays_deleted(
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

    def test_a_bad_record_is_named_so_that_the_stream_resumes_from_it(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        good = deleted(store, front_door.held(key="good"), "1")
        later = deleted(store, front_door.held(key="later"), "3")
        bad = deletion({"pk": "BOOKING#bk_bad", "sk": "BOOKING", "status": "reserved"}, "2")
        clock.advance(2 * 3600)

        assert self.stream(front_door, good, bad, later) == ["2"]
        assert self.stream(front_door, later) == []
        assert set(front_door.free().values()) == {5}

    def test_one_whose_month_is_gone_is_reported_each_time(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        record = deleted(store, front_door.held(), "7")
        delete_by_hand(store.table, page_key("deluxe", "2026-12"))
        clock.advance(2 * 3600)

        assert self.stream(front_door, record) == ["7"]

    def test_the_event_as_it_is_in_events_is_read(self, front_door: FrontDoor, clock: FakeClock) -> None:
        """Its room type is of another hotel, so it is reported again; but it is read."""
        clock.advance(86_400)

        assert front_door.expire(event("ttl_deletion")) == {
            "batchItemFailures": [{"itemIdentifier": "42145750000000000000000001"}]
        }

    def test_a_stream_invocation_without_time_repeats_every_record(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        record = deleted(store, front_door.held())
        clock.advance(2 * 3600)
        front_door.context = LambdaContext(seconds_left=1)

        assert self.stream(front_door, record) == ["1"]


class TestTimeToLive:
    ORDER = Payment(gateway="stripe", order_id="o1", amount=1)
    VOID = GatewayTask(action=TaskAction.VOID, gateway="stripe", order_id="o0", amount=1, at_ms=0, serial=1)

    def ttl(self, status: Status, **changes: Any) -> int:
        ended = msgspec.structs.replace(a_hold(), **changes).transitioned(status, DEADLINE, "expire")
        kept_until: int = booking_item(ended, 8)["ttl"]
        return kept_until

    def test_a_hold_outlives_its_deadline_by_an_hour(self) -> None:
        held = a_hold()
        assert booking_item(held, 8)["ttl"] == held.expires_at_ms // 1000 + 3600

    def test_an_expired_hold_stays_for_a_week(self) -> None:
        assert self.ttl(Status.EXPIRED) == int(DEADLINE.timestamp()) + 7 * 86_400

    def test_one_that_was_released_late_stays_as_long_from_then_on(self) -> None:
        """The figures of that day are counted for a week, from bookings that are there."""
        late = DEADLINE + timedelta(hours=23)
        expired = a_hold().transitioned(Status.EXPIRED, late, "ttl")

        assert booking_item(expired, 8)["ttl"] == int(late.timestamp()) + 7 * 86_400

    @pytest.mark.parametrize(
        "changes",
        [{"payment": ORDER}, {"tasks": (VOID,)}, {"orders_opened": 1}, {"revives": "bk_before"}],
        ids=["its order", "a void that is due", "an order of before", "the hold that it revived"],
    )
    def test_one_that_money_may_still_come_for_stays_as_a_booking_does(self, changes: dict[str, Any]) -> None:
        assert self.ttl(Status.EXPIRED, **changes) == self.ttl(Status.CANCELLED)

    def test_any_other_ended_booking_stays_for_its_retention(self) -> None:
        check_out = datetime(2026, 12, 13, tzinfo=UTC)
        assert self.ttl(Status.CANCELLED) == self.ttl(Status.CONFIRMED) == check_out.timestamp() + 400 * 86_400


def test_restoring_what_holds_nothing_does_nothing(store: Store, hotel: CatalogStore) -> None:
    ended: Booking = a_hold().transitioned(Status.CANCELLED, DEADLINE, "guest")

    assert restore(ended, engine=Engine(store, {}, clock_at(600))) is False
