"""Carry out at the gateways what is due there: captures, voids, refunds.

A task is written with the state change that asks for it, so a crash loses none. `perform` fetches the gateway's record
first and asks only for what that lacks. So a repeat has one effect, whether it runs at the same time or after a crash
at any step.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, Busy
from holdfast.logs import Metric, Tag, count, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import Booking, GatewayRef, GatewayTask, Status, TaskAction
from holdfast.model.dates import millis
from holdfast.model.money import money
from holdfast.payments.gateways.protocol import (
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    retry_pause_seconds,
)
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import Gateway

STUCK_AFTER_ATTEMPTS = 30  # about a day, as long as a gateway keeps the answer to a key: until then a repeat may help
NEVER_CAPTURABLE = frozenset({PaymentState.VOIDED, PaymentState.FAILED})  # the authorisation is gone


class Lapsed(GatewayError):
    """The authorisation is gone, so its capture can never succeed; `closed` if its order cannot be paid again."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__("the authorisation has lapsed, or its money was given back")
        self.closed = closed


def run_tasks(booking: Booking, *, engine: Engine, by: str, only: Collection[str] | None = None) -> Booking:
    """Tries each due task of the booking once, and returns the booking after that; with `only`, of these orders.

    A task that fails stays due; each next attempt is later, and after the last one it is stuck. Nothing is raised,
    because the booking itself stands. Only a capture that can never succeed undoes the booking.
    """
    unfinished: set[str] = set()  # orders with an earlier task still due: a refund never overtakes its capture
    for task in booking.tasks:
        if only is not None and task.order_id not in only:
            continue
        is_due = task in booking.tasks and not task.stuck and task.at_ms <= millis(engine.clock())
        if is_due and task.order_id not in unfinished:
            booking = _run(booking, task, engine=engine, by=by)
        if any(other.serial == task.serial and other.order_id == task.order_id for other in booking.tasks):
            unfinished.add(task.order_id)
    return booking


def perform(
    task: GatewayTask,
    *,
    key: str,
    currency: str,
    engine: Engine,
    fetched: GatewayPayment | None = None,
    may_still_buy: bool = False,
    transaction_id: str | None = None,
) -> GatewayPayment:
    """Brings the gateway's record of an order to what the task asks for, and returns that record.

    `key` begins every idempotency key, and is the same for every attempt at this task. `fetched` is the record, if the
    caller fetched it just now. With `may_still_buy`, a payment on the order is not refunded. `transaction_id` is the
    payment meant, where the order has several.

    Raises Lapsed; GatewayError if the record does not show it yet; Busy if there is no time for the next call.
    """
    gateway = engine.gateway(task.gateway)
    payment = fetched or gateway.fetch(task.order_id, transaction_id)
    if _reached(task, payment, gateway):
        return payment
    engine.require_call(gateway)
    # A refund's key stays the same while it asks for the same. Capture and void are guarded by the payment's state as
    # well, and take a new key for each attempt, because a gateway repeats a stored failure for the old one.
    still_held = payment.captured - payment.refunded
    attempt_key = f"{key}:{task.attempts}"
    match task.action:
        case TaskAction.CAPTURE if payment.state is PaymentState.AUTHORISED:
            _ignore_refusal(lambda: gateway.capture(task.order_id, task.amount, currency, attempt_key, transaction_id))
        case TaskAction.CAPTURE if payment.state in NEVER_CAPTURABLE or 0 < payment.captured <= payment.refunded:
            raise Lapsed(closed=payment.state is not PaymentState.FAILED)
        case TaskAction.VOID if payment.holds_money and may_still_buy:
            raise GatewayUnknown("the order was paid after all, and may still buy the booking")
        case TaskAction.VOID if still_held > 0:
            _ignore_refusal(lambda: gateway.refund(task.order_id, still_held, currency, f"{key}:{still_held}"))
        case TaskAction.VOID:
            _ignore_refusal(lambda: gateway.void(task.order_id, attempt_key, transaction_id))
        case TaskAction.REFUND if payment.captured >= task.amount:
            missing = task.amount - payment.refunded
            _ignore_refusal(lambda: gateway.refund(task.order_id, missing, currency, f"{key}:{missing}"))
    engine.require_call(gateway)
    payment = gateway.fetch(task.order_id, transaction_id)
    if not _reached(task, payment, gateway):
        seen = f"{payment.state}, {payment.captured} captured, {payment.refunded} refunded"
        raise GatewayUnknown(f"the payment is {seen}")
    return payment


def postponed(task: GatewayTask, owner_id: str, now: datetime) -> GatewayTask:
    """The task with its next attempt later, each pause twice as long; stuck after the last attempt."""
    attempts = task.attempts + 1
    pause_seconds = retry_pause_seconds(f"{owner_id} {task.serial}", task.attempts)
    at_ms = millis(now) + int(pause_seconds * 1000)
    return msgspec.structs.replace(task, attempts=attempts, at_ms=at_ms, stuck=attempts >= STUCK_AFTER_ATTEMPTS)


def _run(booking: Booking, task: GatewayTask, *, engine: Engine, by: str) -> Booking:
    try:
        if not engine.has_time_for(engine.gateways[task.gateway]):
            return booking  # the next round has more time
        payment = perform(
            task,
            key=f"{booking.booking_id}:{task.action}:{task.order_id}:{task.serial}",
            currency=booking.currency,
            engine=engine,
            may_still_buy=_may_still_buy(booking, task),
            transaction_id=_transaction_of(booking, task),
        )
        done = engine.store.commit(booking, _done(booking, task, payment, engine.clock(), by), now=engine.clock())
    except Lapsed as lapsed:
        return _undo(booking, task, closed=lapsed.closed, engine=engine, by=by)
    except (GatewayError, BookingError) as error:
        return _postpone(booking, task, error, engine)
    except WriteConflict:
        return engine.store.booking(booking.booking_id) or booking
    _record_done(booking, done, task, payment)
    return done


def _transaction_of(booking: Booking, task: GatewayTask) -> str | None:
    """The payment that paid for the booking, if the task is about it; a void is about any payment on the order."""
    own = booking.payment
    is_about_it = own is not None and own.order_id == task.order_id and task.action is not TaskAction.VOID
    return own.transaction_id if own and is_about_it else None


def _may_still_buy(booking: Booking, task: GatewayTask) -> bool:
    """Whether a late payment may confirm the expired hold: it is refunded once the booking records that decision."""
    own = booking.payment
    return (
        booking.status is Status.EXPIRED
        and own is not None
        and own.order_id == task.order_id
        and not own.refund_pending
    )


def _ignore_refusal(call: Callable[[], None]) -> None:
    """Ignores refusals: repeating finished work is refused too. The fetch that follows decides."""
    with suppress(GatewayRefused):
        call()


def _reached(task: GatewayTask, payment: GatewayPayment, gateway: Gateway) -> bool:
    match task.action:
        case TaskAction.CAPTURE:
            return payment.captured >= task.amount and payment.captured > payment.refunded
        case TaskAction.REFUND:
            return payment.refunded >= task.amount
        case TaskAction.VOID:
            closed = payment.state is PaymentState.VOIDED or payment.captured > 0 or not gateway.closes_orders
            return closed and not payment.holds_money


def _done(booking: Booking, task: GatewayTask, payment: GatewayPayment, now: datetime, by: str) -> Booking:
    """The booking without this task, and with the gateway's record copied if it is of the booking's own order."""
    own = booking.payment
    if own and own.order_id == task.order_id:
        own = msgspec.structs.replace(
            own,
            captured=payment.captured,
            refunded=payment.refunded,
            voided=payment.state is PaymentState.VOIDED,
        )
    tasks = tuple(other for other in booking.tasks if other != task)
    note = f"{money(payment.refunded, booking.currency)} refunded"
    if task.action is TaskAction.CAPTURE:
        note = f"{money(task.amount, booking.currency)} captured"
    elif task.action is TaskAction.VOID and payment.captured == 0:
        closed = payment.state is PaymentState.VOIDED
        note = "the gateway order is closed; nothing was taken" if closed else "nothing was paid at the gateway"
    return booking.transitioned(booking.status, now, by, note=note, ref=_ref(task, payment), payment=own, tasks=tasks)


def _ref(task: GatewayTask, payment: GatewayPayment) -> GatewayRef:
    """What the task's line is about: with the last refund that we made, if the task gave money back."""
    ours = [refund.refund_id for refund in payment.refunds if refund.ours and task.action is not TaskAction.CAPTURE]
    return GatewayRef(task.gateway, task.order_id, payment.transaction_id or None, ours[-1] if ours else None)


def _record_done(before: Booking, after: Booking, task: GatewayTask, payment: GatewayPayment) -> None:
    tag = Tag.PAYMENT_CAPTURED if task.action is TaskAction.CAPTURE else Tag.PAYMENT_REFUNDED
    if task.action is TaskAction.VOID and payment.captured == 0:
        tag = Tag.PAYMENT_VOIDED
    record(
        tag,
        f"{task.action} of {money(task.amount, after.currency)} at {task.gateway}",
        before=before,
        after=after,
        amount=task.amount,
        gateway=task.gateway,
        by=after.history[-1].by,
    )


def _undo(booking: Booking, task: GatewayTask, *, closed: bool, engine: Engine, by: str) -> Booking:
    """Cancels a booking whose card can never be charged, and returns its rooms, promo use and wallet part."""

    def attempt() -> Booking:
        context = engine.store.booking_context(booking.booking_id, booking.user_id)
        current, now = context.booking or booking, engine.clock()
        if task not in current.tasks:
            return current
        void = () if closed else (msgspec.structs.replace(task, action=TaskAction.VOID, serial=current.version),)
        confirmed = current.status is Status.CONFIRMED  # else cancelled before, its wallet part refunded by the policy
        undone = current.transitioned(
            Status.CANCELLED,
            now,
            by,
            note="the card's authorisation lapsed before it was charged; nothing was taken",
            ref=current.payment.ref if current.payment else None,
            tasks=(*(other for other in current.tasks if other.order_id != task.order_id), *void),
            payment=msgspec.structs.replace(current.payment, voided=True) if current.payment else None,
            wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded,
        )
        after = engine.store.commit(current, undone, now=now, context=context)
        if confirmed:
            text = "the card's authorisation lapsed"
            record(Tag.BOOKING_CANCELLED, text, before=current, after=after, rooms=after.rooms, by=by)
        entry = wallet_entry(current, after, context.account)
        if entry:
            record_entry(entry, after.currency)
        return after

    return engine.store.retry_on_conflict(attempt)


def _postpone(booking: Booking, task: GatewayTask, error: Exception, engine: Engine) -> Booking:
    """Writes the time of the next attempt; if that fails, the task is tried sooner."""
    now = engine.clock()
    later = postponed(task, booking.booking_id, now)
    amount = money(task.amount, booking.currency)
    record(
        Tag.SETTLE_FAILED,
        f"{task.action} of {amount} not done, {'stuck' if later.stuck else 'will be tried again'}: {error}",
        before=booking,
        after=booking,
        action=task.action,
        amount=task.amount,
        gateway=task.gateway,
        attempts=later.attempts,
        stuck=later.stuck,
    )
    count(Metric.SETTLE_FAILED, 1)
    tasks = tuple(later if other == task else other for other in booking.tasks)
    try:
        return engine.store.commit(booking, msgspec.structs.replace(booking, tasks=tasks), now=now)
    except (WriteConflict, Busy):
        return booking
