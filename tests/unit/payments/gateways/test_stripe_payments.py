"""A payment as Stripe's answers show it: refunds of captured money, what a capture in part releases, disputes."""

from typing import Any

import pytest
import stripe  # noqa: TID251 - builds the objects that Stripe answers with

from holdfast.payments.gateways.marks import KEY
from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    PaymentState,
)
from holdfast.payments.gateways.stripe import _payment
from tests.kit.log_capture import LogLines

type Fields = dict[str, Any]

OURS = {KEY: "bk_1:refund"}


def seen(*refunds: Fields, disputes: tuple[Fields, ...] = (), stack_id: str = "", **fields: Any) -> GatewayPayment:
    """The payment of an intent of 70,000; refunds and disputes oldest first."""
    intent = {"id": "pi_1", "object": "payment_intent", "amount": 70_000, "currency": "inr", "status": "succeeded"}
    intent |= {"amount_received": 70_000, "metadata": {"holdfast_reference": "bk_1"}, "client_secret": "made up"}
    return _payment(
        stripe.PaymentIntent.construct_from(intent | fields, "key"), stack_id, refunds[::-1], disputes[::-1]
    )


def refund(amount: int, status: str = "succeeded", *, metadata: Fields | None = None, name: str = "re_1") -> Fields:
    return {"id": name, "object": "refund", "amount": amount, "status": status, "metadata": metadata or {}}


RELEASED = refund(20_000, name="re_released")
REFUNDS: list[tuple[str, int, list[Fields], list[tuple[int, bool, bool]]]] = [
    ("none", 70_000, [], []),
    ("ours", 70_000, [refund(10_000, metadata=OURS)], [(10_000, False, True)]),
    ("outside", 70_000, [refund(10_000)], [(10_000, False, False)]),
    ("of another shop's metadata", 70_000, [refund(10_000, metadata={"a": "b"})], [(10_000, False, False)]),
    ("pending", 70_000, [refund(10_000, "pending")], [(10_000, True, False)]),
    ("waits for the guest", 70_000, [refund(10_000, "requires_action")], [(10_000, True, False)]),
    ("failed", 70_000, [refund(10_000, "failed")], []),
    ("cancelled", 70_000, [refund(10_000, "canceled")], []),
    ("one of two failed", 70_000, [refund(10_000, "failed"), refund(20_000)], [(20_000, False, False)]),
    ("captured in part", 50_000, [RELEASED], []),
    ("captured in part, not listed", 50_000, [], []),
    ("captured in part, then refunded", 50_000, [RELEASED, refund(50_000)], [(50_000, False, False)]),
    ("captured in part, the same again", 50_000, [RELEASED, refund(20_000)], [(20_000, False, False)]),
    ("captured in part, ours the same", 50_000, [RELEASED, refund(20_000, metadata=OURS)], [(20_000, False, True)]),
]


@pytest.mark.parametrize(
    ("received", "refunds", "counted"), [row[1:] for row in REFUNDS], ids=[row[0] for row in REFUNDS]
)
def test_only_refunds_of_captured_money_count(
    received: int, refunds: list[Fields], counted: list[tuple[int, bool, bool]]
) -> None:
    payment = seen(*refunds, amount_received=received)
    assert [(one.amount, one.pending, one.ours) for one in payment.refunds] == counted
    assert (payment.captured, payment.refunded) == (received, sum(amount for amount, _, _ in counted))


def test_a_released_authorisation_is_no_refund() -> None:
    payment = seen(refund(70_000), status="canceled", amount_received=0)
    assert (payment.state, payment.captured, payment.refunded, payment.refunds) == (PaymentState.VOIDED, 0, 0, ())
    assert not payment.holds_money


def test_refunds_are_told_oldest_first() -> None:
    payment = seen(refund(10_000, name="re_1"), refund(20_000, name="re_2"))
    assert payment.refunds == (
        GatewayRefund(refund_id="re_1", amount=10_000),
        GatewayRefund(refund_id="re_2", amount=20_000),
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("warning_needs_response", DisputeState.OPEN),
        ("warning_under_review", DisputeState.OPEN),
        ("warning_closed", DisputeState.WON),
        ("needs_response", DisputeState.OPEN),
        ("under_review", DisputeState.OPEN),
        ("prevented", DisputeState.WON),
        ("won", DisputeState.WON),
        ("lost", DisputeState.LOST),
        ("a state of next year", DisputeState.OPEN),
    ],
)
def test_a_dispute_is_open_until_it_is_decided(status: str, state: DisputeState) -> None:
    dispute = {"id": "dp_1", "object": "dispute", "amount": 40_000, "status": status}
    assert seen(disputes=(dispute,)).dispute == GatewayDispute(dispute_id="dp_1", state=state, amount=40_000)


@pytest.mark.parametrize(
    ("status", "state", "errors"),
    [
        ("requires_payment_method", PaymentState.OPEN, 0),
        ("requires_confirmation", PaymentState.OPEN, 0),
        ("requires_action", PaymentState.OPEN, 0),
        ("processing", PaymentState.PROCESSING, 0),
        ("requires_capture", PaymentState.AUTHORISED, 0),
        ("succeeded", PaymentState.CAPTURED, 0),
        ("canceled", PaymentState.VOIDED, 0),
        ("a state of next year", PaymentState.PROCESSING, 1),
    ],
)
def test_every_state_is_one_of_ours_and_a_new_one_is_an_error_line(
    lines: LogLines, status: str, state: PaymentState, errors: int
) -> None:
    assert seen(status=status).state is state
    assert [line["payment_state"] for line in lines.all if line["level"] == "ERROR"] == [status] * errors


@pytest.mark.parametrize(
    ("metadata", "reference"),
    [
        ({}, None),
        ({"invoice": "17"}, None),
        ({"holdfast_reference": ""}, None),
        ({"holdfast_reference": "bk_1"}, "bk_1"),
        ({"holdfast_reference": "bk_1", "holdfast_stack": "holdfast-prod"}, "bk_1"),
        ({"holdfast_reference": "bk_1", "holdfast_stack": "holdfast-dev"}, None),
    ],
)
def test_an_intent_is_ours_by_its_marks(metadata: Fields, reference: str | None) -> None:
    assert seen(metadata=metadata, stack_id="holdfast-prod").reference == reference


@pytest.mark.parametrize(
    ("currency", "at_stripe", "ours"), [("isk", 2_200_000, 22_000), ("ugx", 5_000_000, 50_000), ("mga", 500, 50_000)]
)
def test_a_currency_with_a_form_of_its_own_at_stripe_is_counted_as_ours(
    currency: str, at_stripe: int, ours: int
) -> None:
    whole = refund(at_stripe, metadata=OURS)
    dispute = {"id": "dp_1", "object": "dispute", "status": "lost", "amount": at_stripe}
    payment = seen(whole, disputes=(dispute,), currency=currency, amount=at_stripe, amount_received=at_stripe)
    assert (payment.amount, payment.captured, payment.refunded) == (ours, ours, ours)
    assert payment.dispute is not None
    assert payment.dispute.amount == ours


@pytest.mark.parametrize(
    ("refunds", "failed"),
    [
        ([refund(10_000, "failed", metadata=OURS)], 1),
        ([refund(10_000, "canceled", metadata=OURS), refund(10_000, metadata=OURS)], 1),
        ([refund(10_000, "failed")], 0),  # somebody else's: no key of ours stands for it
        ([refund(10_000, metadata=OURS)], 0),
    ],
)
def test_our_failed_refunds_are_counted(refunds: list[Fields], failed: int) -> None:
    assert seen(*refunds).failed_refunds == failed
