"""Bookings that the wallet pays, and those that an admin confirms."""

import pytest

from holdfast.engine import Engine
from holdfast.errors import BookingError
from holdfast.payments.finalize import finalize_as_admin
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.payments.requests import AdminFinalizeRequest
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.payments_seen import due_now, nothing_moves, stored
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE, STAY_TOTAL, FrontDoor


class TestWalletOnly:
    def test_confirms_and_takes_the_money_in_one(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(2_000_000)
        booking_id = front_door.held()

        reply = front_door.pay(booking_id, STAY_TOTAL)

        assert reply.status == 200
        assert reply.body == {
            "status": "success",
            "message": "The booking is confirmed.",
            "booking_id": booking_id,
            "new_status": "confirmed",
            "final_amount": STAY_TOTAL,
            "wallet_deducted": STAY_TOTAL,
            "gateway_charged": 0,
        }
        booking = front_door.booking(booking_id)
        assert (booking["status"], booking["payment_mode"], booking["wallet_paid"]) == (
            "confirmed",
            "wallet_only",
            STAY_TOTAL,
        )
        account = store.account(ALICE)
        assert (account.balance, account.live_holds) == (425_000, {})
        assert front_door.free()[10] == 4
        assert due_now(store) == []

    def test_again_gives_the_same_answer_and_takes_nothing(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(5_000_000)
        booking_id = front_door.held()
        first = front_door.pay(booking_id, STAY_TOTAL)

        again = nothing_moves(store, lambda: front_door.pay(booking_id, STAY_TOTAL))

        assert (again.status, again.body) == (200, first.body)

    def test_closes_an_order_that_was_opened_and_is_not_needed(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        order_id = front_door.start(booking_id).body["gateway_order_id"]
        front_door.gateway.authorise(order_id)

        reply = front_door.pay(booking_id, STAY_TOTAL)

        assert (reply.status, reply.body["gateway_charged"]) == (200, 0)
        assert front_door.gateway.orders[order_id].state is PaymentState.VOIDED
        assert due_now(store) == []

    @pytest.mark.parametrize("amount", [STAY_TOTAL - 1, STAY_TOTAL + 1, 0])
    def test_amounts_that_do_not_add_up_are_the_wrong_price(
        self, front_door: FrontDoor, store: Store, amount: int
    ) -> None:
        front_door.credit(5_000_000)
        booking_id = front_door.held()

        reply = nothing_moves(store, lambda: front_door.pay(booking_id, amount))

        assert (reply.status, reply.code) == (409, "price_changed")
        assert reply.body["pricing"]["total_payable"] == STAY_TOTAL

    def test_more_than_the_balance_is_refused(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL - 1)
        booking_id = front_door.held()

        reply = nothing_moves(store, lambda: front_door.pay(booking_id, STAY_TOTAL))

        assert (reply.status, reply.code) == (409, "insufficient_wallet")
        assert reply.body["balance"] == STAY_TOTAL - 1

    def test_a_stay_that_costs_nothing_is_paid_with_nothing(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo("FREE", percent_bp=10_000))
        booking_id = front_door.held()

        reply = front_door.pay(booking_id, 0, promo_code="FREE")

        assert (reply.status, reply.body["final_amount"]) == (200, 0)
        assert store.account(ALICE).seq == 0

    @pytest.mark.parametrize("swept", [False, True])
    def test_from_the_deadline_on_nothing_changes(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, swept: bool
    ) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        clock.advance(600)
        if swept:
            front_door.expire()

        reply = nothing_moves(store, lambda: front_door.pay(booking_id, STAY_TOTAL))

        assert (reply.status, reply.code) == (410, "hold_expired")

    def test_a_millisecond_before_the_deadline_is_in_time(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        clock.advance(599.999)

        assert front_door.pay(booking_id, STAY_TOTAL).status == 200

    def test_a_cancelled_booking_cannot_be_paid(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        front_door.cancel(booking_id)

        reply = nothing_moves(store, lambda: front_door.pay(booking_id, STAY_TOTAL))

        assert (reply.status, reply.code) == (409, "not_payable")


class TestAdmin:
    def test_confirms_what_was_paid_outside(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()

        reply = front_door.confirm(booking_id)

        assert reply.status == 200
        assert (reply.body["new_status"], reply.body["final_amount"]) == ("confirmed", STAY_TOTAL)
        assert (reply.body["wallet_deducted"], reply.body["gateway_charged"]) == (0, 0)
        booking = stored(store, booking_id)
        assert (booking.payment_mode, booking.history[-1].note) == ("admin", "Paid in cash at the desk")
        assert booking.history[-1].by.startswith("admin ")
        assert store.account(ALICE).balance == STAY_TOTAL
        assert store.account(ALICE).live_holds == {}

    def test_again_gives_the_same_answer(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        first = front_door.confirm(booking_id)

        again = nothing_moves(store, lambda: front_door.confirm(booking_id, "Typed again"))

        assert (again.status, again.body) == (200, first.body)

    def test_keeps_the_promo_of_a_started_payment_and_not_its_wallet_part(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(100_000)
        booking_id = front_door.held()
        order_id = front_door.start(booking_id, promo_code="TEN", wallet_apply_amount=100_000).body["gateway_order_id"]

        reply = front_door.confirm(booking_id)

        assert (reply.body["final_amount"], reply.body["wallet_deducted"]) == (1_417_500, 0)
        assert store.account(ALICE).balance == 100_000
        assert front_door.gateway.orders[order_id].state is PaymentState.VOIDED

    def test_cannot_confirm_what_has_run_out(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        booking_id = front_door.held()
        clock.advance(600)

        reply = nothing_moves(store, lambda: front_door.confirm(booking_id))

        assert (reply.status, reply.code) == (410, "hold_expired")

    def test_is_for_admins(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        body = {"payment_mode": "admin", "reason": "me"}

        for groups in ("", "[owner]", "[administrators]", "[not-admin admin2]"):
            reply = nothing_moves(
                store,
                lambda groups=groups: front_door.call(  # type: ignore[misc]
                    "POST /admin/bookings/{booking_id}/finalize", body, groups=groups, booking_id=booking_id
                ),
            )
            assert (reply.status, reply.code) == (403, "forbidden")


def test_an_unknown_booking_cannot_be_confirmed_by_an_admin(store: Store, hotel: CatalogStore) -> None:
    with pytest.raises(BookingError, match="no booking"):
        finalize_as_admin(
            "bk_none",
            AdminFinalizeRequest(payment_mode="admin", reason="x"),
            admin_id="root",
            engine=Engine(store, {}, FakeClock()),
        )
