"""What someone does at the gateway without us, as our Razorpay class reads it from the gateway's answers."""

from collections.abc import Callable

import pytest

from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    PaymentState,
    counted_dispute,
)
from holdfast.payments.gateways.razorpay import RazorpayGateway
from local.gateways.razorpay import LocalRazorpay

AMOUNT = 70_000
DISPUTES = [
    ([], DisputeState.OPEN),
    (["under_review"], DisputeState.OPEN),
    (["under_review", "action_required"], DisputeState.OPEN),
    (["won"], DisputeState.WON),
    (["lost"], DisputeState.LOST),
    (["closed"], DisputeState.WON),
    (["lost", "closed"], DisputeState.LOST),
]


class Paid:
    """A payment of one order, authorised, and the dashboard."""

    def __init__(self, gateway: RazorpayGateway, razorpay: LocalRazorpay, key: str = "order") -> None:
        self.gateway = gateway
        self.play = razorpay.play
        self.order_id = gateway.open_order("bk_1", AMOUNT, "INR", key).order_id
        self.payment_id = self.play(f"orders/{self.order_id}/authorize")["razorpay_payment_id"]

    def capture(self) -> None:
        self.gateway.capture(self.order_id, AMOUNT, "INR", "capture")

    def outside(self, amount: int) -> str:
        return str(self.play(f"payments/{self.payment_id}/refund_outside", amount=amount)["id"])

    @property
    def seen(self) -> GatewayPayment:
        return self.gateway.fetch(self.order_id)


@pytest.fixture
def paid(razorpay_gateway: RazorpayGateway, razorpay: LocalRazorpay) -> Paid:
    return Paid(razorpay_gateway, razorpay)


def test_a_capture_in_the_dashboard_is_a_capture(paid: Paid) -> None:
    paid.play(f"payments/{paid.payment_id}/capture_outside")
    assert (paid.seen.state, paid.seen.captured, paid.seen.refunds) == (PaymentState.CAPTURED, AMOUNT, ())


def test_our_refunds_are_told_from_those_of_the_dashboard(paid: Paid) -> None:
    paid.capture()
    paid.gateway.refund(paid.order_id, 10_000, "INR", "bk_1:refund:order:1:10000")
    outside = paid.outside(20_000)
    ours, theirs = paid.seen.refunds
    assert (ours.amount, ours.pending, ours.ours) == (10_000, False, True)
    assert theirs == GatewayRefund(refund_id=outside, amount=20_000)
    assert paid.seen.refunded == 30_000


@pytest.mark.parametrize(
    ("end", "refunded", "pending"),
    [(None, 20_000, True), ("processed", 20_000, False), ("failed", 0, False)],
    ids=["still pending", "processed", "failed"],
)
def test_a_pending_refund_counts_until_it_fails(paid: Paid, end: str | None, refunded: int, pending: bool) -> None:
    paid.play("webhooks", hold=True, pending_refunds=True)
    paid.capture()
    refund_id = paid.outside(20_000)
    if end:
        paid.play(f"refunds/{refund_id}/settle", status=end)
    assert paid.seen.refunded == refunded
    assert [refund.pending for refund in paid.seen.refunds] == ([pending] if refunded else [])


def test_a_refund_that_was_processed_can_still_fail(paid: Paid) -> None:
    paid.capture()
    kept, failed = paid.outside(20_000), paid.outside(30_000)
    paid.play(f"refunds/{failed}/fail")
    assert paid.seen.refunds == (GatewayRefund(refund_id=kept, amount=20_000),)
    assert (paid.seen.refunded, paid.seen.holds_money) == (20_000, True)


def test_more_refunds_than_one_list_shows_unasked_are_all_counted(paid: Paid) -> None:
    paid.capture()
    for _ in range(12):
        paid.outside(100)
    assert (len(paid.seen.refunds), paid.seen.refunded) == (12, 1_200)


def test_an_authorisation_that_was_released_is_no_refund(paid: Paid) -> None:
    paid.play(f"payments/{paid.payment_id}/expire")
    assert (paid.seen.state, paid.seen.captured, paid.seen.refunded, paid.seen.refunds) == (
        PaymentState.VOIDED,
        0,
        0,
        (),
    )


@pytest.mark.parametrize(("decisions", "state"), DISPUTES, ids=lambda value: "+".join(value) or "raised")
def test_a_dispute_is_open_until_it_is_decided(paid: Paid, decisions: list[str], state: DisputeState) -> None:
    paid.capture()
    dispute = paid.play(f"payments/{paid.payment_id}/dispute", amount=40_000)
    for decision in decisions:
        paid.play(f"disputes/{dispute['id']}/decide", status=decision)
    assert paid.seen.dispute == GatewayDispute(dispute_id=dispute["id"], state=state, amount=40_000)
    assert paid.seen.refunded == 0


@pytest.mark.parametrize(
    ("first", "second", "counts"),
    [
        ("won", None, 1),
        ("lost", None, 1),
        (None, "won", 0),
        ("lost", "won", 0),
        ("won", "lost", 1),
        ("won", "won", 1),
        ("lost", "lost", 1),
    ],
)
def test_of_two_disputes_the_open_one_counts_then_a_lost_one(
    paid: Paid, first: str | None, second: str | None, counts: int
) -> None:
    paid.capture()
    disputes = [paid.play(f"payments/{paid.payment_id}/dispute", amount=10_000)["id"] for _ in range(2)]
    for dispute_id, decision in zip(disputes, (first, second), strict=True):
        if decision:
            paid.play(f"disputes/{dispute_id}/decide", status=decision)
    assert paid.seen.dispute is not None
    assert paid.seen.dispute.dispute_id == disputes[counts]
    assert paid.seen.left == paid.seen.captured - 10_000 * [first, second].count("lost")


def test_a_dispute_that_is_listed_in_two_phases_is_lost_once() -> None:
    phases = [GatewayDispute(dispute_id="disp_1", state=DisputeState.LOST, amount=amount) for amount in (300, 400)]
    assert counted_dispute(phases) == phases[1]


def test_the_disputes_of_other_payments_are_others(paid: Paid, razorpay: LocalRazorpay) -> None:
    other = Paid(paid.gateway, razorpay, key="other")
    paid.capture()
    other.capture()
    razorpay.play(f"payments/{other.payment_id}/dispute")
    assert paid.seen.dispute is None
    assert other.seen.dispute is not None


Play = Callable[[Paid], object]
EVENTS: list[tuple[str, Play]] = [
    ("refund.processed", lambda paid: paid.outside(20_000)),
    ("payment.dispute.created", lambda paid: paid.play(f"payments/{paid.payment_id}/dispute")),
]


@pytest.mark.parametrize(("kind", "play"), EVENTS, ids=[kind for kind, _ in EVENTS])
def test_an_event_of_the_dashboard_names_the_order(paid: Paid, razorpay: LocalRazorpay, kind: str, play: Play) -> None:
    paid.capture()
    play(paid)
    event = razorpay.webhooks.events[-1]
    assert event.type == kind
    assert f'"order_id": "{paid.order_id}"'.encode() in event.body
