"""Carry out at the gateways what a booking has due there: captures, voids, refunds.

A due is written with the state change that asks for it, so a crash loses none. Each is carried out by looking first:
what the gateway's books already show is marked as done, and only what they lack is asked for. So a repeat, at the same
time or after a crash before or after any step, has one effect.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, Busy
from holdfast.logs import Metric, Tag, count, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import Booking, GatewayTask, Status, TaskAction
from holdfast.model.dates import Clock, millis
from holdfast.payments.gateways.protocol import (
    Gateway,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    retry_pause_seconds,
)
from holdfast.storage.store import WriteConflict
from holdfast.storage.table import CALL_SECONDS, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from holdfast.storage.store import Store

STUCK_AFTER_ATTEMPTS = 30  # about a day; a gateway keeps the answer to a key that long, so a repeat may help till then


NEVER_CAPTURABLE = frozenset(
    {PaymentState.VOIDED, PaymentState.FAILED}
)  # an authorisation that can be captured no more


class Lapsed(GatewayError):
    """The authorisation is gone, so its capture can never succeed; `closed` when its order cannot be paid again."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__("the authorisation has lapsed, or its money went back")
        self.closed = closed


def run_tasks(booking: Booking, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str) -> Booking:
    """Tries once each thing that the booking has due by now, and returns the booking as that leaves it.

    Whatever fails stays due, with its next try later and later, and is marked stuck in the end: nothing is raised,
    for the booking itself stands. Only a capture that can never succeed undoes the booking.
    """
    unfinished: set[str] = set()  # orders with something earlier still to do: a refund never overtakes its capture
    for task in booking.tasks:
        is_due = task in booking.tasks and not task.stuck and task.at_ms <= millis(clock())
        if is_due and task.order_id not in unfinished:
            booking = _carry_out(booking, task, store=store, gateways=gateways, clock=clock, by=by)
        if any(other.serial == task.serial and other.order_id == task.order_id for other in booking.tasks):
            unfinished.add(task.order_id)
    return booking


def _carry_out(
    booking: Booking, task: GatewayTask, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str
) -> Booking:
    try:
        gateway = gateways[task.gateway]
        if store.table.seconds_left() < gateway.call_seconds + CALL_SECONDS:
            return booking  # the next round has more time
        payment = _act(booking, task, gateway, store.table)
        done = store.commit(booking, _done(booking, task, payment, clock(), by), now=clock())
    except Lapsed as lapsed:
        return _undo(booking, task, closed=lapsed.closed, store=store, clock=clock, by=by)
    except (GatewayError, BookingError) as error:
        return _put_off(booking, task, error, clock(), store)
    except WriteConflict:
        return store.booking(booking.booking_id) or booking
    _record_done(booking, done, task, payment)
    return done


def _act(booking: Booking, task: GatewayTask, gateway: Gateway, table: Table) -> GatewayPayment:
    """Brings the gateway's books to what is due, and returns them; raises GatewayError when they are not there yet."""
    payment = gateway.fetch(task.order_id)
    if _reached(task, payment, gateway):
        return payment
    table.require(gateway.call_seconds + CALL_SECONDS)
    # A refund's key stays the same while it asks for the same. Capture and void are guarded by the payment's state as
    # well, and take a new key for each try, because a gateway repeats a stored failure for the old one.
    still_held = payment.captured - payment.refunded
    key = f"{booking.booking_id}:{task.action}:{task.order_id}:{task.serial}"
    attempt_key = f"{key}:{task.attempts}"
    match task.action:
        case TaskAction.CAPTURE if payment.state is PaymentState.AUTHORISED:
            _ignore_refusal(lambda: gateway.capture(task.order_id, task.amount, booking.currency, attempt_key))
        case TaskAction.CAPTURE if payment.state in NEVER_CAPTURABLE or 0 < payment.captured <= payment.refunded:
            raise Lapsed(closed=payment.state is not PaymentState.FAILED)
        case TaskAction.VOID if payment.holds_money and _may_still_buy(booking, task):
            raise GatewayUnknown("the order was paid after all, and may still buy the booking")
        case TaskAction.VOID if still_held > 0:
            _ignore_refusal(lambda: gateway.refund(task.order_id, still_held, f"{key}:{still_held}"))
        case TaskAction.VOID:
            _ignore_refusal(lambda: gateway.void(task.order_id, attempt_key))
        case TaskAction.REFUND if payment.captured >= task.amount:
            missing = task.amount - payment.refunded
            _ignore_refusal(lambda: gateway.refund(task.order_id, missing, f"{key}:{missing}"))
    table.require(gateway.call_seconds + CALL_SECONDS)
    payment = gateway.fetch(task.order_id)
    if not _reached(task, payment, gateway):
        seen = f"{payment.state}, {payment.captured} captured, {payment.refunded} refunded"
        raise GatewayUnknown(f"the payment is {seen}")
    return payment


def _may_still_buy(booking: Booking, task: GatewayTask) -> bool:
    """Late money on the order of an expired hold goes back only once that is decided, and written on the booking."""
    own = booking.payment
    return (
        booking.status is Status.EXPIRED
        and own is not None
        and own.order_id == task.order_id
        and not own.refund_pending
    )


def _ignore_refusal(call: Callable[[], None]) -> None:
    """A refusal is no verdict: a repeat of what was done already is refused too. The look that follows decides."""
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
    """The booking with this due off its list, and the gateway's books copied if they are of its own order."""
    own = booking.payment
    if own and own.order_id == task.order_id:
        own = msgspec.structs.replace(
            own,
            captured=payment.captured,
            refunded=payment.refunded,
            voided=payment.state is PaymentState.VOIDED,
        )
    tasks = tuple(other for other in booking.tasks if other != task)
    note = f"{task.amount} captured" if task.action is TaskAction.CAPTURE else f"{payment.refunded} refunded"
    if task.action is TaskAction.VOID and payment.captured == 0:
        closed = payment.state is PaymentState.VOIDED
        note = "the gateway order is closed; nothing was taken" if closed else "nothing was paid at the gateway"
    return booking.transitioned(booking.status, now, by, note=note, payment=own, tasks=tasks)


def _record_done(before: Booking, after: Booking, task: GatewayTask, payment: GatewayPayment) -> None:
    tag = Tag.PAYMENT_CAPTURED if task.action is TaskAction.CAPTURE else Tag.PAYMENT_REFUNDED
    if task.action is TaskAction.VOID and payment.captured == 0:
        tag = Tag.PAYMENT_VOIDED
    record(
        tag,
        f"{task.action} of {task.amount} at {task.gateway}",
        before=before,
        after=after,
        amount=task.amount,
        gateway=task.gateway,
        by=after.history[-1].by,
    )


def _undo(booking: Booking, task: GatewayTask, *, closed: bool, store: Store, clock: Clock, by: str) -> Booking:
    """Cancels a booking whose card can never be charged: its rooms, promo use and wallet part go back."""

    def attempt() -> tuple[Booking, Booking]:
        context = store.booking_context(booking.booking_id, booking.user_id)
        current, now = context.booking or booking, clock()
        if task not in current.tasks:
            return current, current
        void = () if closed else (msgspec.structs.replace(task, action=TaskAction.VOID, serial=current.version),)
        confirmed = current.status is Status.CONFIRMED  # else cancelled before, with the wallet part it was due
        undone = current.transitioned(
            Status.CANCELLED,
            now,
            by,
            note="the card's authorisation lapsed before it was charged; nothing was taken",
            tasks=(*(other for other in current.tasks if other.order_id != task.order_id), *void),
            payment=msgspec.structs.replace(current.payment, voided=True) if current.payment else None,
            wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded,
        )
        after = store.commit(current, undone, now=now, context=context)
        if confirmed:
            text = "the card's authorisation lapsed"
            record(Tag.BOOKING_CANCELLED, text, before=current, after=after, rooms=after.rooms, by=by)
        entry = wallet_entry(current, after, context.account)
        if entry:
            record_entry(entry, after.currency)
        return current, after

    return store.retry_on_conflict(attempt)[1]


def _put_off(booking: Booking, task: GatewayTask, error: Exception, now: datetime, store: Store) -> Booking:
    """The due with its next try later, each time twice as late; if that cannot be written, it is tried sooner."""
    attempts = task.attempts + 1
    pause_seconds = retry_pause_seconds(f"{booking.booking_id} {task.serial}", task.attempts)
    later = msgspec.structs.replace(
        task, attempts=attempts, at_ms=millis(now) + int(pause_seconds * 1000), stuck=attempts >= STUCK_AFTER_ATTEMPTS
    )
    record(
        Tag.SETTLE_FAILED,
        f"{task.action} of {task.amount} not done, {'stuck' if later.stuck else 'will be tried again'}: {error}",
        before=booking,
        after=booking,
        action=task.action,
        amount=task.amount,
        gateway=task.gateway,
        attempts=attempts,
        stuck=later.stuck,
    )
    count(Metric.SETTLE_FAILED, 1)
    tasks = tuple(later if other == task else other for other in booking.tasks)
    try:
        return store.commit(booking, msgspec.structs.replace(booking, tasks=tasks), now=now)
    except (WriteConflict, Busy):
        return booking
