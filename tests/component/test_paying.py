"""Paying: starting a payment, the four modes of finalize, repeats, and everything that must move nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from holdfast.errors import BookingError, Busy, HoldExpired, InsufficientWallet, PromoExhausted
from holdfast.model.booking import Booking, TaskAction
from holdfast.model.dates import millis
from holdfast.payments.confirm import Finalized, finalize
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.payments.start import PaymentStart, start_payment
from holdfast.requests import AdminFinalizeRequest, FinalizeRequest, PaymentRequest
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import PAYMENTS_DUE
from holdfast.storage.store import Store
from tests.kit.builders import a_promo, clock_at, everything
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store
from tests.kit.front_door import ALICE, BOB, STAY_TOTAL, FrontDoor, Reply
from tests.kit.log_capture import LogLines

FINALIZE = "POST /bookings/{booking_id}/finalize"


def nothing_moves(store: Store, call: Callable[[], Reply]) -> Reply:
    """Nothing but the count of promo codes that did not apply."""
    before = but_promo_attempts(store)
    reply = call()
    assert but_promo_attempts(store) == before
    return reply


def but_promo_attempts(store: Store) -> list[dict[str, Any]]:
    return [{name: item[name] for name in item if name not in {"tries", "tries_ms"}} for item in everything(store)]


def due_now(store: Store) -> list[str]:
    """The bookings that the `due` index has for the gateways, at a time when all of it is due."""
    late = clock_at(10**7)()
    return [row.booking_id for shard in store.shards(PAYMENTS_DUE) for row in store.due(shard, late)[0]]


def stored(store: Store, booking_id: str) -> Booking:
    [booking] = store.bookings([booking_id])
    return booking


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

    def test_another_choice_opens_another_order_and_leaves_the_old_one_to_be_closed(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        front_door.credit(100_000)
        booking_id = front_door.held()
        first = front_door.start(booking_id).body["gateway_order_id"]
        second = front_door.start(booking_id, wallet_apply_amount=100_000).body["gateway_order_id"]

        assert first != second
        assert [(task.action, task.order_id) for task in stored(store, booking_id).tasks] == [(TaskAction.VOID, first)]

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

    @pytest.mark.parametrize("wallet", [0, 10**9])
    def test_it_cannot_be_started_without_end(self, front_door: FrontDoor, hotel: CatalogStore, wallet: int) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(wallet or 1)
        booking_id = front_door.held()

        replies = [
            front_door.start(booking_id, wallet_apply_amount=wallet, **({"promo_code": "TEN"} if n % 2 else {}))
            for n in range(21)
        ]

        assert [reply.status for reply in replies[:20]] == [200] * 20
        assert (replies[-1].status, replies[-1].code) == (409, "not_payable")

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
    def test_from_the_deadline_on_nothing_moves(
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
        payment = front_door.booking(booking_id)["payment"]
        assert (payment["authorised"], payment["captured"], payment["refunded"]) == (STAY_TOTAL, STAY_TOTAL, 0)
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
    def test_wrong_money_confirms_nothing_and_is_never_captured(
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

    def test_a_wallet_that_was_emptied_since_the_start_is_told(self, front_door: FrontDoor, store: Store) -> None:
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
            caller=ALICE,
            store=troubled,
            gateways={"stripe": front_door.gateway},
            clock=FakeClock(),
        )

        assert done.new_status == "confirmed"
        assert front_door.gateway.calls["capture"] == 0
        assert due_now(store) == [booking_id]


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


class TestPromo:
    def claims(self, store: Store, user_id: str = ALICE) -> tuple[int, set[str]]:
        context = store.booking_context("none", user_id, promo_code="TEN")
        assert context.promo
        assert context.redemption
        return context.promo.claimed, set(context.redemption.bookings)

    def test_is_claimed_at_the_start_and_kept_by_the_payment(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(2_000_000)
        booking_id = front_door.held()
        assert self.claims(store) == (0, set())

        front_door.start(booking_id, promo_code="ten")
        assert self.claims(store) == (1, {booking_id})
        reply = front_door.pay(booking_id, 1_417_500, promo_code="TEN")

        assert (reply.status, reply.body["final_amount"]) == (200, 1_417_500)
        assert self.claims(store) == (1, {booking_id})

    def test_can_be_claimed_by_the_payment_itself(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        front_door.credit(2_000_000)
        booking_id = front_door.held()

        assert front_door.pay(booking_id, 1_417_500, promo_code="TEN").status == 200
        assert self.claims(store) == (1, {booking_id})
        assert front_door.booking(booking_id)["pricing"]["promo_discount"] == 150_000

    @pytest.mark.parametrize("end", ["cancel", "expire"])
    def test_goes_back_when_the_hold_ends(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store, end: str
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN")
        if end == "cancel":
            front_door.cancel(booking_id)
        else:
            clock.advance(600)
            front_door.expire()

        assert self.claims(store) == (0, set())
        again = front_door.held(key="again")
        assert front_door.start(again, promo_code="TEN").status == 200

    def test_is_exhausted_for_all_and_for_one_user(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=2, per_user_limit=1))
        front_door.start(front_door.held(), promo_code="TEN")
        second = front_door.held(key="second")
        twice = nothing_moves(store, lambda: front_door.start(second, promo_code="TEN"))
        front_door.start(front_door.held(BOB), BOB, promo_code="TEN")
        carols = front_door.held("carol")
        third = nothing_moves(store, lambda: front_door.start(carols, "carol", promo_code="TEN"))

        for reply in (twice, third):
            assert (reply.status, reply.code) == (409, "promo_exhausted")

    def test_stays_as_it_was_fixed_when_its_terms_run_out(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock
    ) -> None:
        hotel.add_promo(a_promo(ends_at_ms=millis(NOW) + 60_000))
        front_door.credit(2_000_000)
        booking_id = front_door.held()
        front_door.start(booking_id, promo_code="TEN")
        clock.advance(61)

        assert front_door.pay(booking_id, 1_417_500, promo_code="TEN").status == 200

    def test_that_is_unknown_moves_nothing(self, front_door: FrontDoor, store: Store) -> None:
        booking_id = front_door.held()

        reply = nothing_moves(store, lambda: front_door.start(booking_id, promo_code="NONE"))

        assert (reply.status, reply.code) == (422, "promo_invalid")

    def test_the_last_use_lost_between_read_and_write_is_told(
        self, front_door: FrontDoor, hotel: CatalogStore, store: Store
    ) -> None:
        hotel.add_promo(a_promo(usage_limit=1))
        booking_id, bobs = front_door.held(), front_door.held(BOB)
        troubled, client, _ = flaky_store(store)
        client.before("transact_write_items", lambda: start(bobs, store, front_door.gateway, BOB, promo_code="TEN"))

        with pytest.raises(PromoExhausted):
            start(booking_id, troubled, front_door.gateway, promo_code="TEN")

        assert self.claims(store, BOB) == (1, {bobs})


def start(booking_id: str, store: Store, gateway: FakeGateway, user_id: str = ALICE, **choice: Any) -> PaymentStart:
    return start_payment(
        booking_id,
        PaymentRequest(gateway="stripe", **choice),
        user_id=user_id,
        store=store,
        gateways={"stripe": gateway},
        clock=FakeClock(),
    )


def pay(booking_id: str, store: Store, *, seconds: float = 0, user_id: str = ALICE) -> Finalized:
    """The use case itself, by wallet, for races that a handler cannot be put into."""
    return finalize(
        booking_id,
        FinalizeRequest(payment_mode="wallet_only", wallet_applied=STAY_TOTAL, gateway_amount=0),
        caller=user_id,
        store=store,
        gateways={},
        clock=clock_at(seconds),
    )


class TestRaces:
    def test_of_two_identical_payments_at_once_both_are_answered_and_one_is_made(
        self, front_door: FrontDoor, store: Store, lines: LogLines
    ) -> None:
        front_door.credit(2 * STAY_TOTAL)
        booking_id = front_door.held()
        lines.clear()
        troubled, client, _ = flaky_store(store)
        answers: list[Finalized] = []
        client.before("transact_write_items", lambda: answers.append(pay(booking_id, store)))

        answers.append(pay(booking_id, troubled))

        assert answers[0] == answers[1]
        assert store.account(ALICE).balance == STAY_TOTAL
        assert sorted(lines.tags) == ["BOOKING_CONFIRMED", "PAYMENT_FINALIZE_SUCCESS", "WALLET_DEDUCTED"]

    def test_a_wallet_spent_elsewhere_between_read_and_write_is_told(self, front_door: FrontDoor, store: Store) -> None:
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

        assert pay(booking_id, troubled).new_status == "confirmed"
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
                caller=ALICE,
                store=store,
                gateways={},
                clock=lambda: next(times),
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

        assert pay(booking_id, troubled).new_status == "confirmed"
        assert store.account(ALICE).balance == STAY_TOTAL

    def test_contention_that_outlasts_the_time_left_moves_nothing(self, front_door: FrontDoor, store: Store) -> None:
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
            caller=ALICE,
            store=troubled,
            gateways={"stripe": front_door.gateway},
            clock=FakeClock(),
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


def test_a_decline_leaves_the_hold_as_it_was_for_another_try(front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held()
    opened = front_door.start(booking_id)
    order_id = opened.body["gateway_order_id"]
    front_door.gateway.change(order_id, state=PaymentState.FAILED)
    assert front_door.pay_by_card(booking_id, opened).code == "payment_declined"
    front_door.gateway.authorise(order_id)

    assert front_door.pay_by_card(booking_id, opened).status == 200


def test_an_unknown_booking_cannot_be_confirmed_by_an_admin(store: Store, hotel: CatalogStore) -> None:
    with pytest.raises(BookingError, match="no booking"):
        finalize(
            "bk_none",
            AdminFinalizeRequest(payment_mode="admin", reason="x"),
            caller="root",
            store=store,
            gateways={},
            clock=FakeClock(),
        )
