"""A payment start: it fixes the quote and opens the gateway's order."""

from typing import Any

import pytest

from holdfast.model.limits import GATEWAY_READ_DECAY_MS
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.payments_seen import nothing_moves, stored
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL, FrontDoor, Reply


def unhurried(front_door: FrontDoor, booking_id: str, **choice: Any) -> Reply:
    """A start by a guest who takes as long for each choice as a gateway may be asked again after."""
    front_door.clock.advance(GATEWAY_READ_DECAY_MS / 1000)
    return front_door.start(booking_id, **choice)


class TestStart:
    def test_fixes_the_quote_and_opens_an_order_for_the_gateways_part(self, front_door: FrontDoor) -> None:
        front_door.credit(100_000)
        booking_id = front_door.held()

        reply = front_door.start(booking_id, wallet_apply_amount=300_000)

        order = front_door.gateway.orders[reply.body["gateway_order_id"]]
        assert reply.status == 200
        assert (order.reference, order.amount, order.currency) == (booking_id, STAY_TOTAL - 100_000, "INR")
        assert reply.body["amount"] == STAY_TOTAL - 100_000
        assert (reply.body["gateway"], reply.body["currency"]) == ("stripe", "INR")
        assert reply.body["client_secret"] == order.client_secret
        assert reply.body["pricing"]["wallet_applied"] == 100_000
        assert front_door.booking(booking_id)["status"] == "payment_pending"

    def test_again_gives_the_same_order(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        first = front_door.start(booking_id)

        again = nothing_moves(store, lambda: front_door.start(booking_id))

        assert again.body == first.body
        assert len(front_door.gateway.orders) == 1

    def test_another_amount_opens_another_order_and_closes_the_old_one_at_once(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.credit(100_000)
        booking_id = front_door.held()
        first = front_door.start(booking_id).body["gateway_order_id"]
        second = front_door.start(booking_id, wallet_apply_amount=100_000).body["gateway_order_id"]

        assert first != second
        assert front_door.gateway.orders[first].state is PaymentState.VOIDED
        assert stored(store, booking_id).tasks == ()

    def test_an_order_of_another_amount_is_never_taken_up_though_it_stays_open(self, front_door: FrontDoor) -> None:
        razorpay = FakeGateway(name="razorpay", closes_orders=False)
        front_door.gateways = {"razorpay": razorpay}
        front_door.credit(100_000)
        booking_id = front_door.held()
        parts = (0, 100_000, 50_000)
        started = [front_door.start(booking_id, gateway="razorpay", wallet_apply_amount=part).body for part in parts]

        amounts = [razorpay.orders[start["gateway_order_id"]].amount for start in started]
        assert amounts == [start["amount"] for start in started] == [STAY_TOTAL - part for part in parts]

    def test_an_order_of_the_same_amount_at_another_gateway_stays_open_and_buys(self, front_door: FrontDoor) -> None:
        stripe, razorpay = FakeGateway(name="stripe"), FakeGateway(name="razorpay", closes_orders=False)
        front_door.gateways = {"stripe": stripe, "razorpay": razorpay}
        razorpay.open_order("another", 100, "INR", "key")  # so that the ids of the two gateways differ
        razorpay.unproven = True  # what Stripe gives to a browser proves nothing there
        booking_id = front_door.held()
        first = front_door.start(booking_id)
        front_door.start(booking_id, gateway="razorpay")
        order_id = first.body["gateway_order_id"]
        assert stripe.orders[order_id].state is PaymentState.OPEN
        stripe.authorise(order_id)

        reply = front_door.pay_by_card(booking_id, first)

        assert (reply.status, reply.body["gateway_charged"]) == (200, STAY_TOTAL)
        assert stripe.orders[order_id].captured == STAY_TOTAL

    def test_when_the_wallet_covers_all_there_is_no_order(self, front_door: FrontDoor) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held()

        reply = front_door.start(booking_id, wallet_apply_amount=STAY_TOTAL)

        assert (reply.body["gateway_order_id"], reply.body["amount"]) == (None, 0)
        assert front_door.gateway.orders == {}
        assert front_door.pay(booking_id, STAY_TOTAL).status == 200

    def test_an_order_whose_answer_was_lost_is_found_again(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        front_door.gateway.silent_after.add("open_order")

        lost = nothing_moves(store, lambda: front_door.start(booking_id))
        front_door.gateway.silent_after.clear()
        found = front_door.start(booking_id)

        assert (lost.status, lost.code) == (503, "busy")
        assert found.status == 200
        assert len(front_door.gateway.orders) == 1

    def test_a_gateway_that_says_no_is_a_declined_payment(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()
        front_door.gateway.refuses.add("open_order")

        reply = nothing_moves(store, lambda: front_door.start(booking_id))

        assert (reply.status, reply.code) == (402, "payment_declined")

    def test_orders_cannot_be_opened_without_end(self, front_door: FrontDoor) -> None:
        front_door.credit(100_000)
        booking_id = front_door.held()

        replies = [unhurried(front_door, booking_id, wallet_apply_amount=100 * n) for n in range(21)]

        assert [reply.status for reply in replies[:20]] == [200] * 20
        assert (replies[-1].status, replies[-1].code) == (409, "not_payable")
        assert (
            unhurried(front_door, booking_id, wallet_apply_amount=1900).status == 200
        )  # the order that it has goes on

    def test_changing_between_two_codes_of_the_same_worth_never_locks_a_hold(
        self, front_door: FrontDoor, hotel: CatalogStore
    ) -> None:
        hotel.add_promo(a_promo())
        hotel.add_promo(a_promo("ZEN"))
        booking_id = front_door.held()

        orders = [
            unhurried(front_door, booking_id, promo_code=("TEN", "ZEN")[n % 2]).body["gateway_order_id"]
            for n in range(25)
        ]

        assert len(set(orders)) == 1

    @pytest.mark.parametrize(("after", "code"), [("cancel", "not_payable"), ("confirm", "not_payable")])
    def test_not_of_a_booking_that_is_settled(self, front_door: FrontDoor, store: Store, after: str, code: str) -> None:
        booking_id = front_door.held()
        getattr(front_door, after)(booking_id)

        reply = nothing_moves(store, lambda: front_door.start(booking_id))

        assert (reply.status, reply.code) == (409, code)
        assert front_door.gateway.orders == {}

    def test_not_of_a_hold_that_ran_out(self, front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
        booking_id = front_door.held()
        clock.advance(600)

        reply = nothing_moves(store, lambda: front_door.start(booking_id))

        assert (reply.status, reply.code) == (410, "hold_expired")
        assert front_door.gateway.orders == {}
