"""Slips that somebody planted where a task meets the gateway's record, and that nothing noticed at that time."""

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from holdfast.model.booking import Status
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.payments.gateways.protocol import GatewayUnknown, PaymentState
from holdfast.payments.gateways.razorpay_payments import payment_of
from holdfast.payments.perform import Lapsed, perform
from holdfast.storage.store import Store
from tests.component.outside.desk import PART, Desk
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import STAY_TOTAL, FrontDoor
from tests.kit.log_capture import LogLines

PAID = 1_000_000


@dataclass
class Remembering(FakeGateway):
    """Repeats a failure to the key that met it, as Stripe does for a day."""

    failing: bool = True
    failed: set[str] = field(default_factory=set)

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        self._remember(key)
        super().capture(order_id, amount, currency, key, transaction_id)

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        self._remember(key)
        super().void(order_id, key, transaction_id)

    def _remember(self, key: str) -> None:
        if self.failing:
            self.failed.add(key)
        if key in self.failed:
            raise GatewayUnknown("an error of the gateway, which its key repeats")


@pytest.fixture
def stripe() -> Remembering:
    """A gateway with one authorised payment."""
    stripe = Remembering()
    stripe.authorise(stripe.open_order("bk", PAID, "INR", "order").order_id)
    return stripe


@pytest.mark.parametrize(("seconds_left", "outcome"), [(30, "settled"), (20, "remaining")])
def test_a_round_begins_no_payment_for_which_its_time_may_not_suffice(
    desk: Desk, seconds_left: int, outcome: str
) -> None:
    desk.refund_due()
    desk.clock.advance(4_000)
    desk.door.context.seconds_left = seconds_left

    assert desk.settle()[outcome] == 1


def carry_out(stripe: Remembering, action: TaskAction, *, attempts: int = 0) -> Any:
    [order_id] = stripe.orders
    task = GatewayTask(
        action=action, gateway="stripe", order_id=order_id, amount=PAID, at_ms=0, serial=1, attempts=attempts
    )
    engine: Any = SimpleNamespace(gateway=lambda _: stripe, require_call=lambda _: None)
    return perform(task, key="bk:task", currency="INR", engine=engine)


@pytest.mark.parametrize(
    ("action", "state"), [(TaskAction.CAPTURE, PaymentState.CAPTURED), (TaskAction.VOID, PaymentState.VOIDED)]
)
def test_an_attempt_after_a_failure_has_another_key(
    stripe: Remembering, action: TaskAction, state: PaymentState
) -> None:
    with pytest.raises(GatewayUnknown):
        carry_out(stripe, action)
    stripe.failing = False
    assert carry_out(stripe, action, attempts=1).state is state


def test_a_capture_that_we_gave_back_is_not_reached(stripe: Remembering) -> None:
    stripe.failing = False
    [order_id] = stripe.orders
    carry_out(stripe, TaskAction.CAPTURE)
    stripe.refund(order_id, PAID, "INR", "given back")
    with pytest.raises(Lapsed):
        carry_out(stripe, TaskAction.CAPTURE, attempts=1)


@pytest.mark.parametrize("newest_first", [True, False])
def test_an_attempt_that_has_only_begun_hides_no_authorised_payment(*, newest_first: bool) -> None:
    paid = {"id": "pay_paid", "status": "authorized", "captured": False}
    begun = {"id": "pay_begun", "status": "created", "captured": False}
    assert payment_of([begun, paid] if newest_first else [paid, begun], None) == paid


def test_after_a_refund_by_others_fails_the_guest_is_owed_that_part_on_top_of_ours(
    front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway
) -> None:
    desk = Desk(front_door, store, clock, gateway)
    desk.captured()
    theirs = gateway.refund_outside(desk.order_id, PART, pending=True)
    desk.deliver()
    clock.advance(timedelta(days=13).total_seconds())
    desk.cancel()
    desk.come_to_rest()
    assert [refund.amount for refund in desk.order.refunds] == [PART, STAY_TOTAL // 2 - PART]

    gateway.fail_refund(desk.order_id, theirs)
    desk.deliver()
    desk.come_to_rest()

    assert [refund.amount for refund in desk.order.refunds] == [STAY_TOTAL // 2 - PART, PART]
    assert all(refund.ours for refund in desk.order.refunds)
    assert desk.broken() == []


def test_what_we_refunded_before_refunds_had_a_mark_is_not_refunded_again(desk: Desk) -> None:
    desk.refund_due()
    desk.gateway.refund_outside(desk.order_id, PART)  # without a mark, as ours were then
    before = desk.booking
    assert before.payment
    recorded = msgspec.structs.replace(before.payment, refunded=PART)
    desk.store.commit(before, msgspec.structs.replace(before, payment=recorded), now=desk.clock())

    desk.come_to_rest()

    assert (desk.order.refunded, desk.booking.tasks) == (STAY_TOTAL // 2, ())
    assert desk.broken() == []


def test_the_order_of_a_booking_that_the_wallet_pays_after_all_is_closed(desk: Desk) -> None:
    desk.started_payment()
    desk.credit(STAY_TOTAL, "INR")
    assert desk.door.start(desk.booking_id, wallet_apply_amount=STAY_TOTAL).status == 200
    assert desk.booking.payment is None

    desk.come_to_rest()

    assert (desk.order.state, desk.booking.tasks) == (PaymentState.VOIDED, ())


def test_a_dispute_of_an_earlier_order_is_not_one_of_the_payment_that_bought_the_stay(desk: Desk) -> None:
    desk.door.credit(100_000)
    desk.started_payment()
    earlier = desk.order_id
    desk.gateway.silent_before.add("void")
    desk.started = desk.door.start(desk.booking_id, wallet_apply_amount=100_000)
    desk.gateway.authorise(desk.started.body["gateway_order_id"])
    assert desk.finalize().status == 200
    desk.gateway.authorise(earlier)
    desk.gateway.capture_outside(earlier)
    desk.gateway.open_dispute(earlier)
    desk.gateway.silent_before.clear()

    assert desk.deliver().status == 200

    paid = desk.booking.payment
    assert paid
    assert (paid.order_id, paid.dispute, paid.refunds_pending) == (desk.started.body["gateway_order_id"], None, 0)
    assert desk.cases("disputed") == [("open", STAY_TOTAL)]
    assert desk.preview()["now"]["gateway"] == STAY_TOTAL - 100_000


def test_a_dispute_that_is_decided_hurries_no_task_of_another_order(desk: Desk) -> None:
    desk.door.credit(100_000)
    desk.started_payment()
    earlier = desk.order_id
    desk.gateway.silent_before |= {"void", "capture"}
    desk.started = desk.door.start(desk.booking_id, wallet_apply_amount=100_000)
    desk.gateway.authorise(desk.started.body["gateway_order_id"])
    assert desk.finalize().status == 200
    desk.gateway.authorise(earlier)
    desk.gateway.capture_outside(earlier)
    desk.gateway.open_dispute(earlier)
    desk.deliver()
    [capture] = [task for task in desk.booking.tasks if task.order_id != earlier]
    desk.gateway.win_dispute(earlier)
    desk.gateway.silent_before.add("refund")
    desk.deliver()

    assert [task for task in desk.booking.tasks if task.order_id != earlier] == [capture]


@pytest.mark.parametrize("state", ["capture_due", "refund_due"])
def test_a_due_task_costs_one_look_before_it_and_one_after(desk: Desk, state: str) -> None:
    getattr(desk, state)()
    desk.clock.advance(4_000)
    before = desk.gateway.calls["fetch"]

    assert desk.settle()["settled"] == 1

    assert desk.gateway.calls["fetch"] - before == 2


@pytest.mark.parametrize(
    ("state", "tag"),
    [
        ("capture_due", "PAYMENT_CAPTURED"),
        ("refund_due", "PAYMENT_REFUNDED"),
        ("given_back", "PAYMENT_REFUNDED"),
        ("expired_unpaid", "PAYMENT_VOIDED"),
    ],
)
def test_what_was_done_at_the_gateway_has_its_tag(desk: Desk, lines: LogLines, state: str, tag: str) -> None:
    getattr(desk, state)()
    desk.come_to_rest()

    assert [line for line in lines.tags if line.startswith("PAYMENT_")][-1] == tag


def test_the_last_cent_of_a_payment_that_buys_nothing_goes_back(desk: Desk) -> None:
    desk.expired_unpaid()
    desk.door.held("someone-else", "other", rooms=5, guests=5)
    desk.gateway.authorise(desk.order_id)
    desk.gateway.capture_outside(desk.order_id)
    desk.gateway.refund_outside(desk.order_id, STAY_TOTAL - 1)

    desk.come_to_rest()

    assert (desk.order.refunded, desk.booking.tasks) == (STAY_TOTAL, ())


def test_half_of_a_part_that_somebody_captured_is_rounded_half_up(desk: Desk) -> None:
    desk.capture_due()
    desk.clock.advance(timedelta(days=13).total_seconds())
    desk.gateway.silent_before.add("capture")
    desk.cancel()
    desk.gateway.capture_outside(desk.order_id, PART + 1)
    desk.gateway.silent_before.clear()

    desk.come_to_rest()

    assert desk.order.refunded == PART // 2 + 1
    assert desk.broken() == []


def test_a_refund_of_ours_that_comes_about_after_it_was_closed_adds_to_what_others_gave_back(desk: Desk) -> None:
    desk.refund_due()
    close = "POST /admin/bookings/{booking_id}/refunds/close"
    body = {"reason": "paid by transfer", "paid": "outside"}
    assert desk.as_admin(close, body, booking_id=desk.booking_id).status == 200
    desk.gateway.refund_outside(desk.order_id, 100_000)
    desk.deliver()
    desk.gateway.refund(desk.order_id, 50_000, "INR", "asked for before it was closed")
    desk.deliver()

    payment = desk.booking.payment
    assert payment
    assert (payment.refunded, payment.refunded_outside, payment.refunded_by_us) == (150_000, 100_000, 50_000)
    assert desk.notes()[-1] == "a refund of 500.00 INR came about after all"


def test_a_top_up_that_the_gateway_still_works_on_is_asked_for_again(desk: Desk) -> None:
    desk.topup_started()
    desk.gateway.change(desk.order_id, state=PaymentState.PROCESSING)

    answer = desk.finalize_topup()

    assert (answer.status, answer.code) == (409, "in_progress")


def test_a_top_up_that_failed_is_tried_later(desk: Desk) -> None:
    desk.topup_authorised()
    desk.gateway.silent_before.add("capture")
    desk.clock.advance(1_000)

    assert [desk.settle()["waiting"] for _ in range(2)] == [1, 0]


@pytest.mark.parametrize("days", [0, 13, 17])
def test_a_booking_whose_card_can_never_be_charged_gives_its_wallet_part_back_whole(desk: Desk, days: int) -> None:
    """Whatever the policy would give at that time: the guest did not cancel."""
    desk.door.credit(100_000)
    desk.booking_id = desk.door.held()
    desk.started = desk.door.start(desk.booking_id, wallet_apply_amount=100_000)
    desk.order_id = desk.started.body["gateway_order_id"]
    desk.gateway.authorise(desk.order_id)
    desk.gateway.silent_before.add("capture")
    assert desk.finalize().status == 200
    desk.gateway.silent_before.clear()
    desk.clock.advance(timedelta(days=days).total_seconds())
    desk.gateway.cancel_outside(desk.order_id)

    desk.come_to_rest()

    assert (desk.booking.status, desk.balance(), desk.booking.tasks) == (Status.CANCELLED, 100_000, ())
    assert desk.broken() == []
