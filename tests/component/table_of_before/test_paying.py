"""The holds of before are paid, and the limits that were reached still hold."""

from datetime import timedelta
from typing import Any

import pytest

from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.store import Store
from tests.component.table_of_before.recorded import (
    A_NIGHT,
    BOOKINGS,
    CABIN_NIGHT,
    CAROL,
    DAVE,
    ERIN,
    FRANK,
    GRACE,
    IDS,
    order_of,
    promo,
    settle,
    shown,
)
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import ALICE, BOB, FrontDoor, Reply


class TestPaying:
    def test_a_new_booking_is_held_and_paid_from_the_wallet(self, front_door: FrontDoor, store: Store) -> None:
        before = store.account(ALICE)

        booking_id = front_door.held(key="new", **A_NIGHT)
        held = store.account(ALICE)
        paid = front_door.pay(booking_id, 525_000)

        assert (paid.status, front_door.booking(booking_id)["status"]) == (200, "confirmed")
        gone = IDS["due_payment_pending"]  # past its deadline, so its room counts as let go
        live = {IDS[name] for name in ("reserved", "payment_pending", "payment_pending_giving_back")}
        assert set(before.live_holds) == set(before.held_rooms) == {*live, gone}
        assert (set(held.live_holds), set(held.held_rooms)) == ({*live, booking_id}, {*live, booking_id})
        assert (before.abandoned_rooms, held.abandoned_rooms) == (2, 3)
        after = store.account(ALICE)
        assert (after.balance, after.seq) == (before.balance - 525_000, before.seq + 1)
        assert set(after.live_holds) == set(after.held_rooms) == live

    def test_a_payment_that_was_started_is_finished_by_card_and_wallet(
        self, front_door: FrontDoor, store: Store, gateway: FakeGateway
    ) -> None:
        gateway.authorise(order_of("payment_pending"))

        reply = front_door.pay(
            IDS["payment_pending"],
            100_000,
            payment_mode="wallet_partial",
            gateway_amount=845_000,
            gateway_transaction_id=order_of("payment_pending"),
        )

        assert reply.status == 200, reply.body
        recorded = shown(front_door, "payment_pending")
        assert (recorded["status"], recorded["payment"]["captured"], recorded["wallet_paid"]) == (
            "confirmed",
            845_000,
            100_000,
        )
        assert recorded["pricing"] == BOOKINGS["payment_pending"]["shown"]["pricing"]
        assert promo(store, "TEN").claimed == 3

    def test_one_that_was_started_anew_closes_its_first_order(
        self, front_door: FrontDoor, gateway: FakeGateway, razorpay: FakeGateway
    ) -> None:
        name, first = "payment_pending_restarted", "pi_0019"
        assert gateway.orders[first].reference == IDS[name]
        transaction_id = razorpay.authorise(order_of(name))

        reply = front_door.pay(
            IDS[name],
            0,
            BOB,
            payment_mode="gateway_only",
            gateway_amount=1_062_000,
            gateway_transaction_id=transaction_id,
            gateway_signature="signed",
        )

        assert reply.status == 200, reply.body
        assert razorpay.orders[order_of(name)].captured == 1_062_000
        assert gateway.orders[first].state is PaymentState.VOIDED

    def test_one_without_an_order_is_finished_from_the_wallet(self, front_door: FrontDoor) -> None:
        assert front_door.pay(IDS["payment_pending_no_order"], 210_000, BOB).status == 200

    def test_an_order_whose_money_is_being_given_back_buys_nothing(
        self, front_door: FrontDoor, gateway: FakeGateway
    ) -> None:
        name = "payment_pending_giving_back"
        gateway.change(order_of(name), amount=525_000)  # so that nothing but what the booking remembers is against it
        by_card: dict[str, Any] = {
            "payment_mode": "gateway_only",
            "gateway_amount": 525_000,
            "gateway_transaction_id": order_of(name),
        }

        refused = front_door.pay(IDS[name], 0, **by_card)
        anew = front_door.start(IDS[name])

        assert (refused.code, "being given back" in refused.body["detail"]) == ("payment_declined", True)
        assert (anew.status, anew.body["gateway_order_id"] != order_of(name)) == (200, True)

    @pytest.mark.parametrize(
        ("name", "wallet", "card"),
        [
            ("confirmed_wallet", 1_575_000, 0),
            ("confirmed_wallet_started", 2_835_000, 0),
            ("confirmed_card", 0, 3_150_000),
            ("confirmed_card_promo", 0, 997_500),
            ("confirmed_both", 300_000, 1_824_000),
            ("confirmed_late", 0, 1_050_000),
        ],
    )
    def test_a_paid_booking_is_cancelled_by_the_policy_of_then(
        self,
        front_door: FrontDoor,
        gateway: FakeGateway,
        razorpay: FakeGateway,
        name: str,
        wallet: int,
        card: int,
    ) -> None:
        user = BOOKINGS[name]["user_id"]
        balance = front_door.call("GET /wallet", user=user).body["balance"]

        recorded = front_door.cancel(IDS[name], user).body

        assert (recorded["status"], recorded["wallet_refunded"]) == ("cancelled", wallet)
        assert front_door.call("GET /wallet", user=user).body["balance"] == balance + wallet
        if card:
            orders = gateway.orders | razorpay.orders
            assert (recorded["payment"]["refunded"], orders[order_of(name)].refunded) == (card, card)


class TestLimits:
    """An account that stands at a limit goes on standing there, and no longer than it would have."""

    @pytest.mark.parametrize(
        ("user", "recorded"), [(CAROL, "5 live holds"), (DAVE, "hold 9 room(s)"), (ERIN, "let 54 room(s) go unpaid")]
    )
    def test_no_more_holds(self, front_door: FrontDoor, user: str, recorded: str) -> None:
        refused = front_door.hold(user, "new", **CABIN_NIGHT)

        assert (refused.status, refused.code) == (429, "too_many_holds")
        assert recorded in refused.body["detail"]

    @pytest.mark.parametrize(("user", "name"), [(CAROL, "at_limit_live_3"), (DAVE, "at_limit_rooms")])
    def test_a_hold_let_go_makes_room_for_another(self, front_door: FrontDoor, user: str, name: str) -> None:
        assert front_door.cancel(IDS[name], user).status == 200

        assert front_door.hold(user, "new", **CABIN_NIGHT).status == 201

    def test_rooms_let_go_are_forgotten_in_their_time(self, front_door: FrontDoor, clock: FakeClock) -> None:
        clock.now = NOW - timedelta(minutes=2) + timedelta(minutes=5 * 30)  # five of them, counted from the first one
        clock.advance(-1)
        assert front_door.hold(ERIN, "new", **CABIN_NIGHT).code == "too_many_holds"
        clock.advance(1)
        assert front_door.hold(ERIN, "new", **CABIN_NIGHT).status == 201

    def test_no_more_tries_of_promo_codes_for_a_minute(self, front_door: FrontDoor, clock: FakeClock) -> None:
        def price() -> Reply:
            asked = {"promo_code": "TEN"}
            booking_id = IDS["at_limit_tries"]
            return front_door.call("GET /bookings/{booking_id}/pricing", user=FRANK, query=asked, booking_id=booking_id)

        assert price().code == "too_many_tries"
        clock.now = NOW + timedelta(seconds=50)
        assert price().status == 200

    def test_no_more_top_ups_until_some_are_closed(self, front_door: FrontDoor, clock: FakeClock) -> None:
        def top_up() -> Reply:
            return front_door.call(
                "POST /wallet/topups", {"gateway": "stripe", "amount": 5_000}, user=GRACE, key="one-more"
            )

        assert top_up().code == "too_many_topups"
        clock.advance(900)
        settle(front_door)
        assert top_up().status == 201

    def test_a_promo_that_is_used_up_stays_so(self, front_door: FrontDoor) -> None:
        assert front_door.start(IDS["reserved"], promo_code="ONCE").code == "promo_exhausted"

    def test_a_use_of_a_promo_that_came_back_can_be_had_again(self, front_door: FrontDoor, store: Store) -> None:
        """Its claim is still there, of no booking."""
        front_door.cancel(IDS["at_limit_rooms"], DAVE)
        booking_id = front_door.held(DAVE, "new", **CABIN_NIGHT)

        assert front_door.start(booking_id, DAVE, promo_code="TEN").status == 200
        claim = store.booking_context(booking_id, DAVE, promo_code="TEN").redemption
        assert (claim and set(claim.bookings)) == {booking_id}
