"""Cancel: a hold is let go at once; a confirmed booking gives back what its policy says, tender by tender."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking
from holdfast.errors import HoldExpired, NotCancellable
from holdfast.logs import Tag, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import Booking, GatewayTask, Status, TaskAction
from holdfast.model.dates import Clock, today_in
from holdfast.payments.tasks import run_tasks
from holdfast.pricing import Refund, refund

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.storage.store import Store
    from holdfast.storage.transaction import BookingContext


class RefundStep(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling gives back from one day on, up to and with `until`, by dates at the property."""

    since: date
    until: date
    refund_percent: int
    refund_amount: int
    wallet: int
    gateway: int


class Cancellation(msgspec.Struct, kw_only=True):
    """The preview of `GET /bookings/{booking_id}/cancellation`; `now` is what cancelling does today."""

    booking_id: str
    status: Status
    cancellable: bool
    currency: str
    now: Refund
    schedule: list[RefundStep]


def preview(booking_id: str, *, user_id: str, store: Store, now: datetime) -> Cancellation:
    """What cancelling the booking would give back now, and at each later date of its policy. Raises NotFound."""
    booking = own_booking(store.booking(booking_id), user_id)
    status, today = booking.status_at(now), today_in(booking.timezone, now)
    confirmed = status is Status.CONFIRMED
    return Cancellation(
        booking_id=booking_id,
        status=status,
        cancellable=status in {Status.RESERVED, Status.PAYMENT_PENDING} or (confirmed and today <= booking.check_in),
        currency=booking.currency,
        now=refund(booking, (booking.check_in - today).days)
        if confirmed
        else Refund(refund_percent=0, refund_amount=0, wallet=0, gateway=0),
        schedule=_schedule(booking, today) if confirmed else [],
    )


def cancel(booking_id: str, *, user_id: str, store: Store, gateways: Mapping[str, Gateway], clock: Clock) -> Booking:
    """The booking, cancelled; cancelling it again changes nothing.

    Rooms and wallet part go back in the same transaction; the gateway's part is due with it, and tried at once.

    Raises NotFound, HoldExpired, NotCancellable, Busy.
    """

    def attempt() -> tuple[Booking, Booking, BookingContext]:
        context = store.booking_context(booking_id, user_id)
        booking, now = own_booking(context.booking, user_id), clock()
        match booking.status_at(now):
            case Status.CANCELLED:
                return booking, booking, context
            case Status.EXPIRED:
                raise HoldExpired("The hold is over already; there is nothing to cancel.")
            case Status.CONFIRMED:
                cancelled = _refunded(booking, now)
            case _:
                tasks = (*booking.tasks, *booking.open_order_void(now))
                cancelled = booking.transitioned(Status.CANCELLED, now, "guest", tasks=tasks)
        return booking, store.commit(booking, cancelled, now=now, context=context), context

    before, after, context = store.retry_on_conflict(attempt)
    if after is before:
        return after
    record(
        Tag.BOOKING_CANCELLED,
        f"{after.rooms} room(s) back on sale",
        before=before,
        after=after,
        rooms=after.rooms,
        wallet_refund=after.wallet_refunded,
        by=after.history[-1].by,
    )
    entry = wallet_entry(before, after, context.account)
    if entry:
        record_entry(entry, after.currency)
    return run_tasks(after, store=store, gateways=gateways, clock=clock, by="cancel")


def _refunded(booking: Booking, now: datetime) -> Booking:
    """The confirmed booking cancelled, with its refund split and due. Raises NotCancellable once the stay has begun."""
    today = today_in(booking.timezone, now)
    if today > booking.check_in:
        raise NotCancellable(f"The stay began on {booking.check_in}; ask the hotel.")
    back = refund(booking, (booking.check_in - today).days)
    return booking.transitioned(
        Status.CANCELLED,
        now,
        "guest",
        note=f"{back.refund_percent} % back: {back.wallet} to the wallet, {back.gateway} to the card",
        wallet_refunded=back.wallet,
        tasks=_refund_dues(booking, back, now),
    )


def _refund_dues(booking: Booking, back: Refund, now: datetime) -> tuple[GatewayTask, ...]:
    """The gateway's part as a due refund; money not captured yet, and all to go back, is not captured any more."""
    payment = booking.payment
    if payment is None or not back.gateway:
        return booking.tasks
    task = booking.new_task(TaskAction.REFUND, now, amount=back.gateway)
    if back.gateway == payment.amount and not payment.captured:
        void = msgspec.structs.replace(task, action=TaskAction.VOID)
        return (*(other for other in booking.tasks if other.order_id != payment.order_id), void)
    return (*booking.tasks, task)


def _schedule(booking: Booking, today: date) -> list[RefundStep]:
    """One step for each part of the time from today to check-in day in which the refund is the same."""
    deadlines = [booking.check_in - timedelta(days=step.days_before) for step in booking.cancellation_policy]
    untils = sorted({day for day in deadlines if today <= day < booking.check_in} | {booking.check_in})
    steps, since = [], today
    for until in untils:
        if until < today:
            break
        back = refund(booking, (booking.check_in - until).days)
        steps.append(
            RefundStep(
                since=since,
                until=until,
                refund_percent=back.refund_percent,
                refund_amount=back.refund_amount,
                wallet=back.wallet,
                gateway=back.gateway,
            )
        )
        since = until + timedelta(days=1)
    return steps
