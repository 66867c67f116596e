"""Bring the gateway's record of one order to what a task asks for: a capture, a void or a refund."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.dates import millis
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    RefundRefused,
    retry_pause_seconds,
)
from holdfast.payments.outside import own_refunds

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import Gateway

STUCK_AFTER_ATTEMPTS = 30  # about a day, as long as a gateway keeps the answer to a key: until then a repeat may help
NEVER_CAPTURABLE = frozenset({PaymentState.VOIDED, PaymentState.FAILED})  # the authorisation is gone
DISPUTE_PAUSE_SECONDS = 3600  # between two looks whether a dispute is decided, where no event says so


class Lapsed(GatewayError):
    """The payment is gone, so its capture can never succeed; `closed` if its order cannot be paid again."""

    def __init__(self, payment: GatewayPayment) -> None:
        super().__init__("the authorisation has lapsed, or its money was given back")
        self.payment = payment
        self.closed = payment.state is not PaymentState.FAILED


class Disputed(GatewayError):
    """The guest's bank disputes the charge: what is refunded now could be taken twice."""


def perform(
    task: GatewayTask,
    *,
    key: str,
    currency: str,
    engine: Engine,
    fetched: GatewayPayment | None = None,
    may_still_buy: bool = False,
    transaction_id: str | None = None,
    recorded: int = 0,
) -> GatewayPayment:
    """Brings the gateway's record of an order to what the task asks for, and returns that record.

    `key` begins every idempotency key, and is the same for every attempt at this task. `fetched` is the record, if the
    caller fetched it just now. With `may_still_buy`, a payment on the order is not refunded. `transaction_id` is the
    payment meant, where the order has several. A refund is measured by what we refunded, of which `recorded` is known,
    and ends when nothing is left to refund.

    Raises Lapsed, Disputed; RefundRefused, or another GatewayError, if the record does not show it yet; Busy if there
    is no time for a call.
    """
    gateway = engine.gateway(task.gateway)
    payment = fetched or gateway.fetch(task.order_id, transaction_id)
    if _reached(task, payment, gateway, recorded):
        return payment
    engine.require_call(gateway)
    gives_back = task.action is not TaskAction.CAPTURE and payment.left > 0
    if gives_back and payment.dispute and payment.dispute.state is DisputeState.OPEN:
        raise Disputed("a dispute of the payment is not decided yet")
    # Capture and void are guarded by the payment's state as well, and take a new key for each attempt, because a
    # gateway repeats a stored failure for the old one.
    attempt_key = f"{key}:{task.attempts}"
    refusal: GatewayRefused | None = None
    match task.action:
        case TaskAction.CAPTURE if payment.state is PaymentState.AUTHORISED:
            _refusal_of(lambda: gateway.capture(task.order_id, task.amount, currency, attempt_key, transaction_id))
        case TaskAction.CAPTURE if payment.state in NEVER_CAPTURABLE or payment.captured:
            raise Lapsed(payment)
        case TaskAction.VOID if payment.holds_money and may_still_buy:
            raise GatewayUnknown("the order was paid after all, and may still buy the booking")
        case TaskAction.VOID if payment.left > 0:
            refund_key = _refund_key(key, f"{payment.left}", task, payment)
            refusal = _refusal_of(lambda: gateway.refund(task.order_id, payment.left, currency, refund_key))
        case TaskAction.VOID:
            _refusal_of(lambda: gateway.void(task.order_id, attempt_key, transaction_id))
        case TaskAction.REFUND if payment.left > 0:
            own = own_refunds(payment, recorded)
            missing = min(task.amount - own, payment.left)
            # Who sees another amount due takes the same key: the first of them has an effect.
            refund_key = _refund_key(key, f"from{own}" if task.keyed_by_refunds else f"{missing}", task, payment)
            refusal = _refusal_of(lambda: gateway.refund(task.order_id, missing, currency, refund_key))
    engine.require_call(gateway)
    payment = gateway.fetch(task.order_id, transaction_id)
    if not _reached(task, payment, gateway, recorded):
        seen = f"the payment is {payment.state}, {payment.captured} captured, {payment.refunded} refunded"
        raise RefundRefused(f"{refusal}; {seen}") if refusal else GatewayUnknown(seen)
    return payment


def postponed(task: GatewayTask, owner_id: str, error: Exception, now: datetime) -> GatewayTask:
    """The task that failed by `error`, its next attempt later, each pause twice as long; stuck after the last one."""
    attempts, refusals = task.attempts + 1, task.refusals + isinstance(error, RefundRefused)
    pause_seconds = retry_pause_seconds(f"{owner_id} {task.serial}", task.attempts)
    at_ms = millis(now) + int(pause_seconds * 1000)
    stuck = attempts >= STUCK_AFTER_ATTEMPTS
    return msgspec.structs.replace(task, attempts=attempts, refusals=refusals, at_ms=at_ms, stuck=stuck)


def _refund_key(key: str, what: str, task: GatewayTask, payment: GatewayPayment) -> str:
    """The key for `what` is refunded: the same while no answer is known, so that a repeat has no second effect.

    Once a refund was refused or has failed it is another, because a gateway repeats its answer to a key for a day.
    """
    refused = f":refused{task.refusals}" if task.refusals else ""
    failed = f":{payment.failed_refunds}" if payment.failed_refunds else ""
    return f"{key}:{what}{refused}{failed}"


def _refusal_of(call: Callable[[], None]) -> GatewayRefused | None:
    """The refusal of this call, if any. It proves nothing, as finished work is refused too: the next fetch decides."""
    try:
        call()
    except GatewayRefused as refusal:
        return refusal
    return None


def _reached(task: GatewayTask, payment: GatewayPayment, gateway: Gateway, recorded: int) -> bool:
    """A capture in part is one that somebody else made, and final; one that we gave back is none."""
    match task.action:
        case TaskAction.CAPTURE:
            return payment.captured > own_refunds(payment, 0)
        case TaskAction.REFUND:
            nothing_left = payment.captured > 0 and payment.left == 0
            return own_refunds(payment, recorded) >= task.amount or nothing_left
        case TaskAction.VOID:
            closed = payment.state is PaymentState.VOIDED or payment.captured > 0 or not gateway.closes_orders
            return closed and not payment.holds_money
