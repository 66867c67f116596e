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
from holdfast.model.booking import Booking, Due, DueAction, Status
from holdfast.model.dates import Clock, millis
from holdfast.payments import (
    Gateway,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    retry_pause_seconds,
)
from holdfast.store import Lost
from holdfast.table import CALL_SECONDS, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from holdfast.store import Store

STUCK_AFTER_ATTEMPTS = 30  # about a day; a gateway keeps the answer to a key that long, so a repeat may help till then


LOST_FOR_GOOD = frozenset({PaymentState.VOIDED, PaymentState.FAILED})  # an authorisation that can be captured no more


class Lapsed(GatewayError):
    """The authorisation is gone, so its capture can never succeed; `closed` when its order cannot be paid again."""

    def __init__(self, *, closed: bool) -> None:
        super().__init__("the authorisation has lapsed, or its money went back")
        self.closed = closed


def carry_out_dues(
    booking: Booking, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str
) -> Booking:
    """Tries once each thing that the booking has due by now, and returns the booking as that leaves it.

    Whatever fails stays due, with its next try later and later, and is marked stuck in the end: nothing is raised,
    for the booking itself stands. Only a capture that can never succeed undoes the booking.
    """
    unfinished: set[str] = set()  # orders with something earlier still to do: a refund never overtakes its capture
    for due in booking.dues:
        is_due = due in booking.dues and not due.stuck and due.at_ms <= millis(clock())
        if is_due and due.order_id not in unfinished:
            booking = _carry_out(booking, due, store=store, gateways=gateways, clock=clock, by=by)
        if any(other.serial == due.serial and other.order_id == due.order_id for other in booking.dues):
            unfinished.add(due.order_id)
    return booking


def _carry_out(
    booking: Booking, due: Due, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str
) -> Booking:
    try:
        gateway = gateways[due.gateway]
        if store.table.seconds_left() < gateway.call_seconds + CALL_SECONDS:
            return booking  # the next round has more time
        payment = _act(booking, due, gateway, store.table)
        done = store.commit(booking, _done(booking, due, payment, clock(), by), now=clock())
    except Lapsed as lapsed:
        return _undo(booking, due, closed=lapsed.closed, store=store, clock=clock, by=by)
    except (GatewayError, BookingError) as error:
        return _put_off(booking, due, error, clock(), store)
    except Lost:
        return store.booking(booking.booking_id) or booking
    _record_done(booking, done, due, payment)
    return done


def _act(booking: Booking, due: Due, gateway: Gateway, table: Table) -> GatewayPayment:
    """Brings the gateway's books to what is due, and returns them; raises GatewayError when they are not there yet."""
    payment = gateway.fetch(due.order_id)
    if _reached(due, payment, gateway):
        return payment
    table.require(gateway.call_seconds + CALL_SECONDS)
    # A refund's key stays the same while it asks for the same. Capture and void are guarded by the payment's state as
    # well, and take a new key for each try, because a gateway repeats a stored failure for the old one.
    still_held = payment.captured - payment.refunded
    key = f"{booking.booking_id}:{due.action}:{due.order_id}:{due.serial}"
    tried = f"{key}:{due.attempts}"
    match due.action:
        case DueAction.CAPTURE if payment.state is PaymentState.AUTHORISED:
            _ask(lambda: gateway.capture(due.order_id, due.amount, booking.currency, tried))
        case DueAction.CAPTURE if payment.state in LOST_FOR_GOOD or 0 < payment.captured <= payment.refunded:
            raise Lapsed(closed=payment.state is not PaymentState.FAILED)
        case DueAction.VOID if payment.holds_money and _may_still_buy(booking, due):
            raise GatewayUnknown("the order was paid after all, and may still buy the booking")
        case DueAction.VOID if still_held > 0:
            _ask(lambda: gateway.refund(due.order_id, still_held, f"{key}:{still_held}"))
        case DueAction.VOID:
            _ask(lambda: gateway.void(due.order_id, tried))
        case DueAction.REFUND if payment.captured >= due.amount:
            missing = due.amount - payment.refunded
            _ask(lambda: gateway.refund(due.order_id, missing, f"{key}:{missing}"))
    table.require(gateway.call_seconds + CALL_SECONDS)
    payment = gateway.fetch(due.order_id)
    if not _reached(due, payment, gateway):
        told = f"{payment.state}, {payment.captured} captured, {payment.refunded} refunded"
        raise GatewayUnknown(f"the payment is {told}")
    return payment


def _may_still_buy(booking: Booking, due: Due) -> bool:
    """Late money on the order of an expired hold goes back only once that is decided, and written on the booking."""
    own = booking.payment
    return booking.status is Status.EXPIRED and own is not None and own.order_id == due.order_id and not own.returning


def _ask(call: Callable[[], None]) -> None:
    """A refusal is no verdict: a repeat of what was done already is refused too. The look that follows decides."""
    with suppress(GatewayRefused):
        call()


def _reached(due: Due, payment: GatewayPayment, gateway: Gateway) -> bool:
    match due.action:
        case DueAction.CAPTURE:
            return payment.captured >= due.amount and payment.captured > payment.refunded
        case DueAction.REFUND:
            return payment.refunded >= due.amount
        case DueAction.VOID:
            closed = payment.state is PaymentState.VOIDED or payment.captured > 0 or not gateway.closes_orders
            return closed and not payment.holds_money


def _done(booking: Booking, due: Due, payment: GatewayPayment, now: datetime, by: str) -> Booking:
    """The booking with this due off its list, and the gateway's books copied if they are of its own order."""
    own = booking.payment
    if own and own.order_id == due.order_id:
        own = msgspec.structs.replace(
            own,
            captured=payment.captured,
            refunded=payment.refunded,
            voided=payment.state is PaymentState.VOIDED,
        )
    dues = tuple(other for other in booking.dues if other != due)
    note = f"{due.amount} captured" if due.action is DueAction.CAPTURE else f"{payment.refunded} refunded"
    if due.action is DueAction.VOID and payment.captured == 0:
        closed = payment.state is PaymentState.VOIDED
        note = "the gateway order is closed; nothing was taken" if closed else "nothing was paid at the gateway"
    return booking.moved(booking.status, now, by, note=note, payment=own, dues=dues)


def _record_done(before: Booking, after: Booking, due: Due, payment: GatewayPayment) -> None:
    tag = Tag.PAYMENT_CAPTURED if due.action is DueAction.CAPTURE else Tag.PAYMENT_REFUNDED
    if due.action is DueAction.VOID and payment.captured == 0:
        tag = Tag.PAYMENT_VOIDED
    record(
        tag,
        f"{due.action} of {due.amount} at {due.gateway}",
        before=before,
        after=after,
        amount=due.amount,
        gateway=due.gateway,
        by=after.history[-1].by,
    )


def _undo(booking: Booking, due: Due, *, closed: bool, store: Store, clock: Clock, by: str) -> Booking:
    """Cancels a booking whose card can never be charged: its rooms, promo use and wallet part go back."""

    def attempt() -> tuple[Booking, Booking]:
        file = store.file(booking.booking_id, booking.user_id)
        current, now = file.booking or booking, clock()
        if due not in current.dues:
            return current, current
        void = () if closed else (msgspec.structs.replace(due, action=DueAction.VOID, serial=current.version),)
        confirmed = current.status is Status.CONFIRMED  # else cancelled before, with the wallet part it was due
        undone = current.moved(
            Status.CANCELLED,
            now,
            by,
            note="the card's authorisation lapsed before it was charged; nothing was taken",
            dues=(*(other for other in current.dues if other.order_id != due.order_id), *void),
            payment=msgspec.structs.replace(current.payment, voided=True) if current.payment else None,
            wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded,
        )
        after = store.commit(current, undone, now=now, file=file)
        if confirmed:
            text = "the card's authorisation lapsed"
            record(Tag.BOOKING_CANCELLED, text, before=current, after=after, rooms=after.rooms, by=by)
        entry = wallet_entry(current, after, file.account)
        if entry:
            record_entry(entry, after.currency)
        return current, after

    return store.until_won(attempt)[1]


def _put_off(booking: Booking, due: Due, error: Exception, now: datetime, store: Store) -> Booking:
    """The due with its next try later, each time twice as late; if that cannot be written, it is tried sooner."""
    attempts = due.attempts + 1
    pause_seconds = retry_pause_seconds(f"{booking.booking_id} {due.serial}", due.attempts)
    later = msgspec.structs.replace(
        due, attempts=attempts, at_ms=millis(now) + int(pause_seconds * 1000), stuck=attempts >= STUCK_AFTER_ATTEMPTS
    )
    record(
        Tag.SETTLE_FAILED,
        f"{due.action} of {due.amount} not done, {'stuck' if later.stuck else 'will be tried again'}: {error}",
        before=booking,
        after=booking,
        action=due.action,
        amount=due.amount,
        gateway=due.gateway,
        attempts=attempts,
        stuck=later.stuck,
    )
    count(Metric.SETTLE_FAILED, 1)
    dues = tuple(later if other == due else other for other in booking.dues)
    try:
        return store.commit(booking, msgspec.structs.replace(booking, dues=dues), now=now)
    except (Lost, Busy):
        return booking
