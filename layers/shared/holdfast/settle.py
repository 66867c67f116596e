"""Carry out at the gateways what bookings have due there: captures, voids, refunds.

A due is written with the state change that asks for it, so a crash loses none. Each is carried out by looking first:
what the gateway's books already show is marked as done, and only what they lack is asked for, under a key that makes
a second asking one effect.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import Busy
from holdfast.logs import Tag, record
from holdfast.model import Booking, Clock, Due, DueAction, millis
from holdfast.payments import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Gateway,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)
from holdfast.store import Lost

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from holdfast.store import Store

FIRST_RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 3600
CALL_SECONDS = 3 * (CONNECT_SECONDS + READ_SECONDS)  # look, act, look again
_DONE = {
    DueAction.CAPTURE: Tag.PAYMENT_CAPTURED,
    DueAction.VOID: Tag.PAYMENT_VOIDED,
    DueAction.REFUND: Tag.PAYMENT_REFUNDED,
}


def settle(booking: Booking, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str) -> Booking:
    """Tries once each thing that the booking has due by now, and returns the booking as that leaves it.

    Whatever fails stays due, with its next try later: nothing is raised, for the booking itself stands.
    """
    for due in booking.dues:
        if due in booking.dues and due.at_ms <= millis(clock()):
            booking = _carry_out(booking, due, store=store, gateway=gateways[due.gateway], clock=clock, by=by)
    return booking


def _carry_out(booking: Booking, due: Due, *, store: Store, gateway: Gateway, clock: Clock, by: str) -> Booking:
    try:
        store.table.require(CALL_SECONDS)
        payment = _act(booking, due, gateway)
        done = _done(booking, due, payment, clock(), by)
        done = store.commit(booking, done, now=clock())
    except (GatewayError, Busy) as error:
        record(
            Tag.SETTLE_FAILED,
            f"{due.action} of {due.amount} not done, will be tried again: {error}",
            before=booking,
            after=booking,
            action=due.action,
            amount=due.amount,
            attempts=due.attempts + 1,
        )
        return _put_off(booking, due, clock(), store)
    except Lost:
        return store.booking(booking.booking_id) or booking
    record(
        _DONE[due.action],
        f"{due.action} of {due.amount} done",
        before=booking,
        after=done,
        amount=due.amount,
        gateway=due.gateway,
        by=by,
    )
    return done


def _act(booking: Booking, due: Due, gateway: Gateway) -> GatewayPayment:
    """Brings the gateway's books to what is due, and returns them; raises GatewayError when they are not there yet."""
    payment = gateway.fetch(due.order_id)
    key = f"{booking.booking_id}:{due.action}:{due.order_id}:{due.amount}"
    if due.action is DueAction.CAPTURE and payment.state is PaymentState.AUTHORISED:
        _ask(lambda: gateway.capture(due.order_id, due.amount, booking.currency, key))
    elif due.action is DueAction.VOID and payment.state is not PaymentState.VOIDED:
        _ask(lambda: gateway.void(due.order_id, key))
    elif due.action is DueAction.REFUND and payment.refunded < due.amount:
        _ask(lambda: gateway.refund(due.order_id, due.amount - payment.refunded, key))
    else:
        return payment
    return _reached(due, gateway.fetch(due.order_id))


def _ask(call: Callable[[], None]) -> None:
    """A refusal is no verdict: a repeat of what was done already is refused too. The look that follows decides."""
    with suppress(GatewayRefused):
        call()


def _reached(due: Due, payment: GatewayPayment) -> GatewayPayment:
    reached = {
        DueAction.CAPTURE: payment.captured >= due.amount,
        DueAction.VOID: payment.state is PaymentState.VOIDED,
        DueAction.REFUND: payment.refunded >= due.amount,
    }
    if not reached[due.action]:
        raise GatewayUnknown(
            f"the payment is {payment.state}, {payment.captured} captured, {payment.refunded} refunded"
        )
    return payment


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
    return booking.moved(booking.status, now, by, note=f"{due.action} {due.amount}", payment=own, dues=dues)


def _put_off(booking: Booking, due: Due, now: datetime, store: Store) -> Booking:
    """The due with its next try later, each time twice as late; if that cannot be written, it is tried sooner."""
    pause_seconds = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**due.attempts)
    later = msgspec.structs.replace(due, attempts=due.attempts + 1, at_ms=millis(now) + pause_seconds * 1000)
    dues = tuple(later if other == due else other for other in booking.dues)
    try:
        return store.commit(booking, msgspec.structs.replace(booking, dues=dues), now=now)
    except (Lost, Busy):
        return booking
