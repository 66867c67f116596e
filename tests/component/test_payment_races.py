"""Two payments, or a payment and another change, of one booking at once."""

import pytest

from holdfast.engine import Engine
from holdfast.errors import BookingError, Busy, HoldExpired, InsufficientWallet
from holdfast.model.booking import Booking
from holdfast.payments.finalize import finalize
from holdfast.payments.requests import FinalizeRequest
from holdfast.storage.store import Store
from tests.component.payments_seen import stored
from tests.kit.builders import clock_at, everything
from tests.kit.clock import FakeClock
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store
from tests.kit.front_door import ALICE, STAY_TOTAL, FrontDoor
from tests.kit.log_capture import LogLines


def pay(booking_id: str, store: Store, *, seconds: float = 0, user_id: str = ALICE) -> Booking:
    """The use case itself, by wallet, for races that a handler cannot be put into."""
    return finalize(
        booking_id,
        FinalizeRequest(payment_mode="wallet_only", wallet_applied=STAY_TOTAL, gateway_amount=0),
        user_id=user_id,
        engine=Engine(store, {}, clock_at(seconds)),
    )


class TestRaces:
    def test_of_two_identical_payments_at_once_both_are_answered_and_one_is_made(
        self, front_door: FrontDoor, store: Store, lines: LogLines
    ) -> None:
        front_door.credit(2 * STAY_TOTAL)
        booking_id = front_door.held()
        lines.clear()
        troubled, client, _ = flaky_store(store)
        answers: list[Booking] = []
        client.before("transact_write_items", lambda: answers.append(pay(booking_id, store)))

        answers.append(pay(booking_id, troubled))

        assert answers[0] == answers[1]
        assert store.account(ALICE).balance == STAY_TOTAL
        assert sorted(lines.tags) == ["BOOKING_CONFIRMED", "PAYMENT_FINALIZE_SUCCESS", "WALLET_DEDUCTED"]

    def test_a_wallet_spent_elsewhere_between_read_and_write_is_answered(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.credit(STAY_TOTAL)
        one, other = front_door.held(), front_door.held(key="other")
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: pay(other, store))

        with pytest.raises(InsufficientWallet):
            pay(one, troubled)

        assert stored(store, one).status == "reserved"
        assert store.account(ALICE).balance == 0

    def test_a_credit_between_read_and_write_does_not_stop_the_payment(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: front_door.credit(7, key="more"))

        assert pay(booking_id, troubled).status == "confirmed"
        assert store.account(ALICE).balance == 7

    def test_a_deadline_that_passes_between_read_and_write_is_kept(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        before = everything(store)
        times = iter([clock_at(599.9)(), clock_at(599.9)(), clock_at(600)(), clock_at(600)()])

        with pytest.raises(HoldExpired):
            finalize(
                booking_id,
                FinalizeRequest(payment_mode="wallet_only", wallet_applied=STAY_TOTAL, gateway_amount=0),
                user_id=ALICE,
                engine=Engine(store, {}, lambda: next(times)),
            )

        assert everything(store) == before

    def test_a_cancel_that_comes_first_wins(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: front_door.cancel(booking_id))

        with pytest.raises(BookingError, match="cancelled"):
            pay(booking_id, troubled)

        assert store.account(ALICE).balance == STAY_TOTAL

    def test_a_payment_whose_answer_was_lost_is_answered_and_taken_once(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.credit(2 * STAY_TOTAL)
        booking_id = front_door.held()
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        assert pay(booking_id, troubled).status == "confirmed"
        assert store.account(ALICE).balance == STAY_TOTAL

    def test_contention_that_outlasts_the_time_left_changes_nothing(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        before = everything(store)
        troubled, client, _ = flaky_store(store, patience_seconds=5)
        client.before("transact_write_items", *[cancelled("TransactionConflict", "None", "None")] * 1000)

        with pytest.raises(Busy):
            pay(booking_id, troubled)

        assert everything(store) == before

    def test_the_gateway_is_looked_at_once_however_often_the_write_is_lost(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        booking_id = front_door.held()
        order_id = front_door.start(booking_id).body["gateway_order_id"]
        front_door.gateway.authorise(order_id)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", *[cancelled("ConditionalCheckFailed", "None")] * 3)
        front_door.gateway.calls.clear()
        front_door.gateway.refuses.add("capture")

        finalize(
            booking_id,
            FinalizeRequest(
                payment_mode="gateway_only",
                wallet_applied=0,
                gateway_amount=STAY_TOTAL,
                gateway_transaction_id=order_id,
            ),
            user_id=ALICE,
            engine=Engine(troubled, {"stripe": front_door.gateway}, FakeClock()),
        )

        looks_of_the_capture = 2
        assert front_door.gateway.calls["fetch"] == 1 + looks_of_the_capture

    def test_an_admin_and_a_guest_at_once_end_in_one_payment(self, front_door: FrontDoor, store: Store) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: front_door.confirm(booking_id))

        with pytest.raises(BookingError, match="another payment"):
            pay(booking_id, troubled)

        assert store.account(ALICE).balance == STAY_TOTAL
