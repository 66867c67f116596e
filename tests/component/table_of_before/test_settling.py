"""What was due in the table of before is swept and settled."""

from collections import Counter
from typing import Any

import pytest

from holdfast.audit.snapshot import snapshot_of
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.store import Store
from tests.component.table_of_before.recorded import (
    BOOKINGS,
    DUMP,
    GRACE,
    IDS,
    THEN,
    as_admin,
    broken,
    calendars,
    entries,
    order_of,
    promo,
    settle,
    shown,
)
from tests.kit.builders import free
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ALICE, BOB, FrontDoor, event


class TestSweeping:
    def test_a_due_hold_is_swept_and_its_rooms_return(self, front_door: FrontDoor, store: Store) -> None:
        """Anybody sees them as free from the deadline on; the page has them back with the sweep."""
        before, claimed = free(store), promo(store, "TEN").claimed

        assert front_door.expire()["expired"] == 2

        assert free(store) == before | {5: before[5] + 3 + 1, 6: before[6] + 3}
        assert calendars(front_door) == THEN["calendars"]
        assert promo(store, "TEN").claimed == claimed - 1
        for name in ("due_reserved", "due_payment_pending"):
            recorded = shown(front_door, name)
            assert (recorded["status"], recorded["history"][-1]["by"]) == ("expired", "expire")
            assert recorded["version"] == BOOKINGS[name]["shown"]["version"] + 1

    def test_no_other_booking_is_touched(self, front_door: FrontDoor) -> None:
        front_door.expire()

        for name, recorded in BOOKINGS.items():
            if not name.startswith("due_"):
                assert shown(front_door, name) == recorded["shown"]

    def test_a_hold_that_ttl_deletes_gives_its_rooms_back(
        self, front_door: FrontDoor, store: Store, clock: FakeClock
    ) -> None:
        """The stream's record is the item as the code of then wrote it."""
        [image] = [item for item in DUMP if item["pk"]["S"] == f"BOOKING#{IDS['due_reserved']}"]
        key = {part: image[part] for part in ("pk", "sk")}
        store.table.client.delete_item(TableName=store.table.name, Key=key)
        record = event("ttl_deletion")["Records"][0]
        record["dynamodb"] |= {"Keys": key, "OldImage": image}
        clock.advance(3_600)
        before = free(store)

        assert front_door.expire({"Records": [record]}) == {"batchItemFailures": []}

        assert shown(front_door, "due_reserved")["history"][-1]["by"] == "ttl"
        assert free(store) == before | {5: before[5] + 3, 6: before[6] + 3}

    def test_a_buyer_reclaims_the_rooms_of_a_due_hold(self, front_door: FrontDoor, store: Store) -> None:
        assert free(store)[5] == 1

        front_door.held(GRACE, check_in="2026-12-05", check_out="2026-12-06", rooms=5, guests=5)

        assert shown(front_door, "due_reserved")["history"][-1]["by"] == "reclaim"


class TestSettling:
    @pytest.fixture
    def settled(self, front_door: FrontDoor) -> Any:
        front_door.expire()
        return settle(front_door)

    def test_a_round_does_all_that_is_due(self, settled: Any) -> None:
        recorded = {part: settled[part] for part in ("settled", "waiting", "failed", "remaining", "stuck", "unmatched")}

        # Five of bookings, one of them of a hold just swept, and a top-up.
        assert recorded == {"settled": 6, "waiting": 0, "failed": 0, "remaining": 0, "stuck": 2, "unmatched": 2}

    @pytest.mark.parametrize(
        ("name", "captured", "refunded", "voided"),
        [
            ("confirmed_capture_due", 1_050_000, 0, False),
            ("cancelled_refund_due", 950_000, 475_000, False),
            ("expired_void_due", 0, 0, True),
            ("expired_giving_back", 0, 0, True),
            ("due_payment_pending", 0, 0, True),
        ],
    )
    def test_captures_refunds_and_voids_are_carried_out(
        self,
        settled: Any,
        front_door: FrontDoor,
        store: Store,
        gateway: FakeGateway,
        name: str,
        captured: int,
        refunded: int,
        voided: bool,
    ) -> None:
        order, booking, recorded = gateway.orders[order_of(name)], store.booking(IDS[name]), shown(front_door, name)
        assert booking
        assert booking.payment

        assert (order.captured, order.refunded, order.state is PaymentState.VOIDED) == (captured, refunded, voided)
        assert (booking.payment.captured, booking.payment.refunded, booking.payment.voided, booking.tasks) == (
            captured,
            refunded,
            voided,
            (),
        )
        assert (recorded["status"], recorded["history"][-1]["by"]) == (BOOKINGS[name]["shown"]["status"], "settle")

    def test_a_top_up_that_was_paid_is_credited(
        self, settled: Any, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        [newest, *older] = front_door.call("GET /wallet/entries").body["entries"]

        assert (newest["amount"], newest["reason"], newest["actor"]) == (120_000, "topup", "stripe")
        assert newest["seq"] == older[0]["seq"] + 1
        assert entries(older) == THEN["wallets"][ALICE]["entries"]
        assert store.account(ALICE).pending_topups == 0
        assert gateway.calls["capture"] == 2  # the booking's and this

    def test_what_is_stuck_waits_for_an_admin(
        self, settled: Any, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        name, topup = "cancelled_refund_stuck", THEN["topups"]["topup-stuck"]
        assert gateway.orders[order_of(name)].refunded == 0
        assert shown(front_door, name) == BOOKINGS[name]["shown"]
        reason = {"reason": "The gateway is well again"}

        refunded = as_admin(front_door, "POST /admin/bookings/{booking_id}/settle", reason, booking_id=IDS[name])
        closed = as_admin(front_door, "POST /admin/topups/{topup_id}/settle", reason, topup_id=topup["topup_id"])

        assert (refunded.status, refunded.body["payment"]["refunded"]) == (200, 1_050_000)
        assert gateway.orders[order_of(name)].refunded == 1_050_000
        assert (closed.status, closed.body["status"]) == (200, "closed")
        assert store.account(BOB).pending_topups == 0
        assert as_admin(front_door, "GET /admin/payments", query={"state": "stuck"}).body["payments"] == []

    def test_late_money_still_buys_the_rooms(
        self, front_door: FrontDoor, gateway: FakeGateway, clock: FakeClock
    ) -> None:
        gateway.authorise(order_of("expired_void_due"))

        settle(front_door)

        recorded = shown(front_door, "expired_void_due")
        assert (recorded["status"], recorded["payment"]["captured"]) == ("confirmed", 1_050_000)
        assert front_door.free()[28] == THEN["calendars"]["deluxe"]["2026-12"][27]["rooms_free"] - 1

    def test_the_auditor_finds_nothing_broken_after(
        self,
        settled: Any,
        front_door: FrontDoor,
        store: Store,
        clock: FakeClock,
        gateway: FakeGateway,
        razorpay: FakeGateway,
    ) -> None:
        assert broken(store, clock, gateway, razorpay) == []

    def test_nor_when_all_has_come_to_rest(
        self, front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        for seconds in (3_600, 86_400):  # for a day, settle watches orders that cannot be closed
            clock.advance(seconds)
            front_door.expire()
            settle(front_door)
        for booking_id, booking in snapshot_of(store.table.scan()).bookings.items():
            if booking.tasks:
                reason = {"reason": "The gateway is well again"}
                as_admin(front_door, "POST /admin/bookings/{booking_id}/settle", reason, booking_id=booking_id)

        view = snapshot_of(store.table.scan())
        assert Counter(booking.status for booking in view.bookings.values()) == {
            "confirmed": sum(recorded["shown"]["status"] == "confirmed" for recorded in BOOKINGS.values()),
            "cancelled": sum(recorded["shown"]["status"] == "cancelled" for recorded in BOOKINGS.values()),
            "expired": sum(
                recorded["shown"]["status"] not in {"confirmed", "cancelled"} for recorded in BOOKINGS.values()
            ),
        }
        assert [booking_id for booking_id, booking in view.bookings.items() if booking.tasks] == []
        assert broken(store, clock, gateway, razorpay) == []
