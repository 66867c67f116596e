"""A payment as Razorpay's answers show it: its order, its payments, their refunds and disputes.

An order may have several payments; one at most is captured. Where the customer bears the fee, a payment is the order's
amount and the fee; where an offer of the account is used, it is the order's amount less the offer. The engine gets
the order's amount in both cases: https://razorpay.com/docs/payments/dashboard/account-settings/configuration/convenience-fees,
https://razorpay.com/docs/payments/offers. A whole refund is shown as one of the order's amount, too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from holdfast.payments.gateways.marks import is_marked, own_reference
from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    PaymentState,
    counted_dispute,
    unknown_state,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type Entity = Mapping[str, Any]

RECEIPT_LENGTH = 40  # of an order or a refund, at most
RECEIPT = re.compile(rf"[0-9a-f]{{{RECEIPT_LENGTH}}}")  # of our refunds, also of those without a mark

_STATES = {
    "created": PaymentState.OPEN,
    "failed": PaymentState.FAILED,
    "authorized": PaymentState.AUTHORISED,
    "captured": PaymentState.CAPTURED,
    "refunded": PaymentState.CAPTURED,
}
_RANKS = {"authorized": 1, "created": 3, "refunded": 4, "failed": 5}  # a state that is not known: 2
_DISPUTES = {"won": DisputeState.WON, "lost": DisputeState.LOST}


def payment_of(payments: Sequence[Entity], transaction_id: str | None) -> Entity | None:
    """The payment of that id, else the one that counts: captured, authorised, or one that came to nothing."""
    named = [payment for payment in payments if payment["id"] == transaction_id]
    return min(named or payments, key=_rank, default=None)


def second_payments(payments: Sequence[Entity], payment: Entity | None) -> tuple[str, ...]:
    """The ids of the order's other payments that hold money."""
    return tuple(other["id"] for other in payments if other is not payment and _holds_money(other))


def order_amount(order: Entity, payment: Entity) -> int:
    """What the payment pays of its order: its amount, without a fee that the customer bears, before an offer."""
    amount, asked = int(payment["amount"]), int(order["amount"])
    fee = int(payment.get("fee") or 0)
    discounted = amount < asked and (payment.get("offer_id") or order.get("offer_id") or order.get("offers"))
    return asked if discounted or amount == asked + fee else amount


def gateway_payment(
    order: Entity,
    payment: Entity | None,
    refunds: Sequence[Entity] = (),
    disputes: Sequence[Entity] = (),
    *,
    others: tuple[str, ...] = (),
    stack_id: str = "",
) -> GatewayPayment:
    """The order with that payment, and the payment's refunds and disputes, both newest first as Razorpay lists them."""
    amount = order_amount(order, payment) if payment else order["amount"]
    captured = amount if payment and payment["captured"] else 0
    counted = _refunds(refunds[::-1], payment["amount"], captured) if payment and captured else ()
    return GatewayPayment(
        order_id=order["id"],
        transaction_id=payment["id"] if payment else "",
        reference=own_reference(_notes(order), stack_id),
        amount=amount,
        currency=payment["currency"] if payment else order["currency"],
        state=_state(payment),
        captured=captured,
        refunded=sum(refund.amount for refund in counted),
        refunds=counted,
        dispute=counted_dispute(_dispute(dispute) for dispute in disputes[::-1]),
        others=others,
    )


def _rank(payment: Entity) -> int:
    return 0 if payment["captured"] else _RANKS.get(payment["status"], 2)


def _holds_money(payment: Entity) -> bool:
    left = payment["captured"] and payment["amount_refunded"] < payment["amount"]
    return bool(left or payment["status"] == "authorized")


def _state(payment: Entity | None) -> PaymentState:
    """Razorpay reports an authorisation that it released by itself as a refund without a capture: for us, voided."""
    if payment is None:
        return PaymentState.OPEN
    if payment["status"] == "refunded" and not payment["captured"]:
        return PaymentState.VOIDED
    return _STATES.get(payment["status"]) or unknown_state("razorpay", payment["order_id"], payment["status"])


def _refunds(refunded: Sequence[Entity], paid: int, captured: int) -> tuple[GatewayRefund, ...]:
    """The refunds that have not failed, oldest first, in the order's amounts: a whole one gives `captured` back."""
    refunds = []
    left_paid, left = paid, captured
    for refund in refunded:
        if refund["status"] == "failed":
            continue
        left_paid -= refund["amount"]
        amount = min(refund["amount"], left) if left_paid else left
        left -= amount
        if amount:
            refunds.append(_refund(refund, amount))
    return tuple(refunds)


def _refund(refund: Entity, amount: int) -> GatewayRefund:
    pending, ours = refund["status"] != "processed", _is_ours(refund)
    return GatewayRefund(refund_id=refund["id"], amount=amount, pending=pending, ours=ours)


def _is_ours(refund: Entity) -> bool:
    return is_marked(_notes(refund)) or bool(RECEIPT.fullmatch(refund.get("receipt") or ""))


def _dispute(dispute: Entity) -> GatewayDispute:
    """A closed dispute took something or nothing; every other state is open until it is won or lost."""
    state = _DISPUTES.get(dispute["status"], DisputeState.OPEN)
    if dispute["status"] == "closed":
        state = DisputeState.LOST if dispute.get("amount_deducted") else DisputeState.WON
    return GatewayDispute(dispute_id=dispute["id"], state=state, amount=dispute["amount"])


def _notes(entity: Entity) -> Mapping[str, Any]:
    """The notes of an entity, which are a list when there are none."""
    notes = entity.get("notes")
    return notes if isinstance(notes, dict) else {}
