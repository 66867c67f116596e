"""Bookings that a card pays, with the wallet or alone, up to the capture."""

from typing import Any

import pytest

from holdfast.engine import Engine
from holdfast.model.dates import millis
from holdfast.payments.finalize import finalize
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.payments.requests import FinalizeRequest
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.payments_seen import due_now, nothing_moves, stored
from tests.kit.builders import a_promo
from tests.kit.clock import NOW, FakeClock
from tests.kit.flaky_client import flaky_store
from tests.kit.front_door import ALICE, BOB, STAY_TOTAL, FrontDoor, Reply
from tests.kit.log_capture import LogLines

FINALIZE = "POST /bookings/{booking_id}/finalize"


class TestGateway:
    def started(self, front_door: FrontDoor, **choice: Any) -> tuple[str, Reply]:
        booking_id = front_door.held()
        start = front_door.start(booking_id, **choice)
        front_door.gateway.authorise(start.body["gateway_order_id"])
        return booking_id, start

    def test_only_is_confirmed_and_then_captured(self, front_door: FrontDoor, store: Store) -> None:
        booking_id, start = self.started(front_door)

        reply = front_door.pay_by_card(booking_id, start)

        assert reply.status == 200
        assert (reply.body["new_status"], reply.body["gateway_charged"]) == ("confirmed", STAY_TOTAL)
        order = front_door.gateway.orders[start.body["gateway_order_id"]]
        assert (order.state, order.captured) == (PaymentState.CAPTURED, STAY_TOTAL)
        paid = front_door.booking(booking_id)
        payment = paid["payment"]
        assert (payment["authorised"], payment["captured"], payment["refunded"]) == (STAY_TOTAL, STAY_TOTAL, 0)
        assert "refund_pending" not in paid
        assert due_now(store) == []

    def test_partial_takes_the_wallets_part_in_the_same_transaction(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(600_000)
        booking_id, start = self.started(front_door, wallet_apply_amount=500_000)

        reply = front_door.pay_by_card(booking_id, start)

        assert (reply.body["wallet_deducted"], reply.body["gateway_charged"]) == (500_000, STAY_TOTAL - 500_000)
        assert reply.body["final_amount"] == STAY_TOTAL
        assert store.account(ALICE).balance == 100_000
        assert stored(store, booking_id).payment_mode == "wallet_partial"

    @pytest.mark.parametrize("choice", [{}, {"wallet_apply_amount": 500_000}])
    def test_again_gives_the_same_answer_and_charges_nothing(
        self, front_door: FrontDoor, store: Store, choice: dict[str, Any]
    ) -> None:
        front_door.credit(600_000)
        booking_id, start = self.started(front_door, **choice)
        first = front_door.pay_by_card(booking_id, start)
        captures = front_door.gateway.calls["capture"]

        again = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start))

        assert (again.status, again.body) == (200, first.body)
        assert front_door.gateway.calls["capture"] == captures == 1

    def test_another_payment_of_a_paid_booking_is_refused(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(5_000_000)
        booking_id, start = self.started(front_door)
        front_door.pay_by_card(booking_id, start)

        by_wallet = nothing_moves(store, lambda: front_door.pay(booking_id, STAY_TOTAL))
        by_another = nothing_moves(
            store, lambda: front_door.pay_by_card(booking_id, start, gateway_transaction_id="pi_9999")
        )
        by_admin = nothing_moves(store, lambda: front_door.confirm(booking_id))

        for reply in (by_wallet, by_another, by_admin):
            assert (reply.status, reply.code) == (409, "already_paid")

    def test_before_a_payment_was_started_there_is_nothing_to_finalize(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        booking_id = front_door.held()
        body = {
            "payment_mode": "gateway_only",
            "wallet_applied": 0,
            "gateway_amount": STAY_TOTAL,
            "gateway_transaction_id": "pi_0001",
        }

        reply = nothing_moves(store, lambda: front_door.call(FINALIZE, body, booking_id=booking_id))

        assert (reply.status, reply.code) == (409, "not_payable")

    @pytest.mark.parametrize(
        ("changes", "status", "code"),
        [
            ({"transaction_id": "pi_other"}, 402, "payment_declined"),
            ({"state": PaymentState.OPEN}, 402, "payment_declined"),
            ({"state": PaymentState.FAILED}, 402, "payment_declined"),
            ({"state": PaymentState.VOIDED}, 402, "payment_declined"),
            ({"state": PaymentState.PROCESSING}, 409, "in_progress"),
        ],
    )
    def test_a_payment_that_is_not_ours_to_take_confirms_nothing(
        self, front_door: FrontDoor, store: Store, changes: dict[str, Any], status: int, code: str
    ) -> None:
        booking_id, start = self.started(front_door)
        front_door.gateway.change(start.body["gateway_order_id"], **changes)

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start))

        assert (reply.status, reply.code) == (status, code)
        assert front_door.gateway.calls["capture"] == 0

    @pytest.mark.parametrize(
        "changes",
        [
            {"reference": "bk_" + "b" * 26},
            {"reference": None},
            {"amount": STAY_TOTAL - 1},
            {"amount": STAY_TOTAL + 1},
            {"currency": "USD"},
        ],
    )
    def test_a_wrong_amount_confirms_nothing_and_is_never_captured(
        self, front_door: FrontDoor, store: Store, changes: dict[str, Any]
    ) -> None:
        booking_id, start = self.started(front_door)
        front_door.gateway.change(start.body["gateway_order_id"], **changes)

        reply = front_door.pay_by_card(booking_id, start)

        booking = store.booking(booking_id)
        assert (reply.status, reply.code) == (402, "payment_declined")
        assert booking
        assert (booking.status, booking.wallet_paid) == ("payment_pending", 0)
        assert front_door.gateway.calls["capture"] == 0

    def test_the_payment_of_another_booking_pays_nothing_here(self, front_door: FrontDoor, store: Store) -> None:
        booking_id, start = self.started(front_door)
        bobs = front_door.held(BOB)
        bobs_order = front_door.start(bobs, BOB).body["gateway_order_id"]
        front_door.gateway.authorise(bobs_order)

        reply = nothing_moves(
            store, lambda: front_door.pay_by_card(booking_id, start, gateway_transaction_id=bobs_order)
        )

        assert (reply.status, reply.code) == (402, "payment_declined")

    def test_the_proof_that_the_browser_brings_is_checked(self, front_door: FrontDoor, store: Store) -> None:
        booking_id, start = self.started(front_door)
        front_door.gateway.unproven = True

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start, gateway_signature="forged"))

        assert (reply.status, reply.code) == (402, "payment_declined")

    @pytest.mark.parametrize(
        "changes",
        [
            {"gateway_amount": STAY_TOTAL - 1},
            {"gateway_amount": STAY_TOTAL + 1},
            {"payment_mode": "wallet_partial", "wallet_applied": 1, "gateway_amount": STAY_TOTAL - 1},
            {"promo_code": "TEN"},
        ],
    )
    def test_amounts_other_than_the_started_ones_are_the_wrong_price(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store, changes: dict[str, Any]
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(600_000)
        booking_id, start = self.started(front_door)

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start, **changes))

        assert (reply.status, reply.code) == (409, "price_changed")

    def test_a_wallet_emptied_since_the_start_is_answered(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id, start = self.started(front_door, wallet_apply_amount=500_000)
        other = front_door.held(key="other")
        front_door.pay(other, STAY_TOTAL)

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start))

        assert (reply.status, reply.code, reply.body["balance"]) == (409, "insufficient_wallet", 0)

    @pytest.mark.parametrize("silence", ["silent_before", "silent_after"])
    def test_a_gateway_that_does_not_answer_is_busy_and_never_a_decline(
        self, front_door: FrontDoor, store: Store, silence: str
    ) -> None:
        booking_id, start = self.started(front_door)
        getattr(front_door.gateway, silence).add("fetch")

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start))
        getattr(front_door.gateway, silence).clear()

        assert (reply.status, reply.code) == (503, "busy")
        assert reply.headers["Retry-After"] == "1"
        assert front_door.pay_by_card(booking_id, start).status == 200

    def test_a_gateway_that_does_not_know_the_payment_is_a_decline(self, front_door: FrontDoor, store: Store) -> None:
        booking_id, start = self.started(front_door)
        front_door.gateway.refuses.add("fetch")

        reply = nothing_moves(store, lambda: front_door.pay_by_card(booking_id, start))

        assert (reply.status, reply.code) == (402, "payment_declined")

    def test_a_payment_that_was_captured_already_is_not_captured_again(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        booking_id, start = self.started(front_door)
        order_id = start.body["gateway_order_id"]
        front_door.gateway.change(order_id, state=PaymentState.CAPTURED, captured=STAY_TOTAL)

        assert front_door.pay_by_card(booking_id, start).status == 200
        assert front_door.gateway.calls["capture"] == 0
        assert due_now(store) == []


class TestCapture:
    """The card is charged after the booking is confirmed; whatever happens to that call, the booking stands."""

    def paid(self, front_door: FrontDoor) -> tuple[str, Reply]:
        booking_id = front_door.held()
        start = front_door.start(booking_id)
        front_door.gateway.authorise(start.body["gateway_order_id"])
        return booking_id, front_door.pay_by_card(booking_id, start)

    @pytest.mark.parametrize("trouble", ["refuses", "silent_before"])
    def test_that_fails_leaves_the_booking_confirmed_and_due(
        self, front_door: FrontDoor, store: Store, lines: LogLines, trouble: str
    ) -> None:
        getattr(front_door.gateway, trouble).add("capture")

        booking_id, reply = self.paid(front_door)

        assert (reply.status, reply.body["new_status"]) == (200, "confirmed")
        booking = stored(store, booking_id)
        assert [(task.action, task.amount, task.attempts) for task in booking.tasks] == [("capture", STAY_TOTAL, 1)]
        assert millis(NOW) + 30_000 <= booking.tasks[0].at_ms <= millis(NOW) + 60_000
        assert due_now(store) == [booking_id]
        failed = lines.of("SETTLE_FAILED")
        assert (failed["booking_id"], failed["amount"], failed["attempts"]) == (booking_id, STAY_TOTAL, 1)
        assert failed["message"].startswith("[SETTLE_FAILED] ")
        assert "PAYMENT_CAPTURED" not in lines.tags

    def test_that_worked_though_its_answer_was_lost_is_seen_by_looking(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.gateway.silent_after.add("capture")

        booking_id, reply = self.paid(front_door)

        order = front_door.gateway.orders["pi_0001"]
        assert (reply.status, order.captured) == (200, STAY_TOTAL)
        assert due_now(store) == [booking_id]  # the next look finds it done

    def test_is_not_begun_without_the_time_to_end_it(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        start = front_door.start(booking_id)
        front_door.gateway.authorise(start.body["gateway_order_id"])
        troubled, client, watch = flaky_store(store, patience_seconds=12)
        client.after("transact_write_items", lambda: watch.sleep(8))

        done = finalize(
            booking_id,
            FinalizeRequest(
                payment_mode="gateway_only",
                wallet_applied=0,
                gateway_amount=STAY_TOTAL,
                gateway_transaction_id=start.body["gateway_order_id"],
            ),
            user_id=ALICE,
            engine=Engine(troubled, {"stripe": front_door.gateway}, FakeClock()),
        )

        assert done.status == "confirmed"
        assert front_door.gateway.calls["capture"] == 0
        assert due_now(store) == [booking_id]


def test_a_decline_leaves_the_hold_as_it_was_for_another_try(front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held()
    opened = front_door.start(booking_id)
    order_id = opened.body["gateway_order_id"]
    front_door.gateway.change(order_id, state=PaymentState.FAILED)
    assert front_door.pay_by_card(booking_id, opened).code == "payment_declined"
    front_door.gateway.authorise(order_id)

    assert front_door.pay_by_card(booking_id, opened).status == 200
