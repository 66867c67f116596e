"""Cancelling a hold or a paid booking."""

import pytest

from holdfast.model.limits import MAX_LIVE_HOLDS
from holdfast.storage.store import Store
from tests.kit.builders import everything, free
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE, STAY_TOTAL, FrontDoor


class TestCancel:
    def test_a_hold_is_released_at_once(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held(rooms=2)

        reply = front_door.cancel(booking_id)

        assert (reply.status, reply.body["status"], reply.body["reservation_seconds_left"]) == (200, "cancelled", 0)
        assert set(front_door.free().values()) == {5}
        assert store.account(ALICE).live_holds == {}

    def test_again_it_changes_nothing(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        first = front_door.cancel(booking_id)
        before = everything(store)

        again = front_door.cancel(booking_id)

        assert again.status == 200
        assert again.body == first.body
        assert everything(store) == before

    def test_a_started_payments_order_is_closed(self, front_door: FrontDoor) -> None:
        booking_id = front_door.held()
        order_id = front_door.start(booking_id).body["gateway_order_id"]

        front_door.cancel(booking_id)

        assert front_door.gateway.orders[order_id].state == "voided"

    @pytest.mark.parametrize("swept", [False, True])
    def test_a_hold_that_ran_out_is_gone(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, swept: bool
    ) -> None:
        booking_id = front_door.held()
        clock.advance(600)
        if swept:
            front_door.expire()
        before = everything(store)

        reply = front_door.cancel(booking_id)

        assert (reply.status, reply.code) == (410, "hold_expired")
        assert everything(store) == before

    def test_a_stay_that_has_begun_is_not_cancelled_here(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        booking_id = front_door.held()
        front_door.confirm(booking_id)
        clock.advance(19 * 86_400)  # 11 December at the property
        before = everything(store)

        reply = front_door.cancel(booking_id)

        assert (reply.status, reply.code) == (409, "not_cancellable")
        assert everything(store) == before

    def test_a_paid_booking_releases_its_rooms_and_refunds_what_the_policy_says(
        self, front_door: FrontDoor, clock: FakeClock, store: Store
    ) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        front_door.pay(booking_id, STAY_TOTAL)
        clock.advance(15 * 86_400)  # three days before check-in: half

        reply = front_door.cancel(booking_id)

        assert (reply.status, reply.body["status"], reply.body["wallet_refunded"]) == (200, "cancelled", 787_500)
        account = store.account(ALICE)
        assert (account.balance, account.abandoned_rooms) == (787_500, 0)
        assert free(store)[10] == 5
        said = front_door.booking(booking_id)["history"][-1]["note"]
        assert said == "50 % back: 7,875.00 INR to the wallet, 0.00 INR to the card"

    def test_a_refund_that_the_gateway_has_not_answered_is_said_to_be_pending(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        booking_id = front_door.held()
        started = front_door.start(booking_id)
        front_door.gateway.authorise(started.body["gateway_order_id"])
        front_door.pay_by_card(booking_id, started)
        clock.advance(15 * 86_400)
        front_door.gateway.silent_before.add("refund")

        cancelled = front_door.cancel(booking_id).body

        assert (cancelled["refund_pending"], cancelled["payment"]["refunded"]) == (787_500, 0)

    def test_the_preview_of_a_cancelled_booking_says_what_is_kept_of_it(
        self, front_door: FrontDoor, clock: FakeClock
    ) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        front_door.pay(booking_id, STAY_TOTAL)
        clock.advance(15 * 86_400)
        made = front_door.cancel(booking_id).body["cancellation"]

        seen = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body

        assert (seen["cancellable"], seen["schedule"]) == (False, [])
        assert (seen["now"]["refund_percent"], seen["now"]["refund_amount"]) == (0, 0)
        assert seen["now"]["kept"] == made["kept"] == {"price": 750_000, "tax": 37_500}

    def test_cancelling_makes_room_for_another_hold(self, front_door: FrontDoor) -> None:
        one_night = {"check_out": "2026-12-11"}
        made = [front_door.held(key=f"k{n}", **one_night) for n in range(MAX_LIVE_HOLDS)]
        for booking_id in made:
            front_door.cancel(booking_id)

        assert front_door.hold(rooms=5, guests=5, key="again").status == 201
