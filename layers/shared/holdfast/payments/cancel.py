"""Cancel: a hold ends at once; a confirmed booking is refunded by its policy, tender by tender."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking
from holdfast.errors import HoldExpired, NotCancellable
from holdfast.logs import Tag, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import HOLDING, Booking, GatewayTask, Status, TaskAction
from holdfast.model.dates import today_in
from holdfast.model.money import money
from holdfast.payments.tasks import run_tasks
from holdfast.pricing import NO_REFUND, Refund, refund

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.storage.transaction import BookingContext


class RefundStep(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling gives back from one day on, up to and with `until`, by dates at the property."""

    since: date
    until: date
    refund: Refund


class CancellationPreview(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling gives back `now`, and at each later date of the policy."""

    booking: Booking
    status: Status
    cancellable: bool
    now: Refund
    schedule: list[RefundStep]


def preview(booking_id: str, *, user_id: str, engine: Engine) -> CancellationPreview:
    """What cancelling the booking would give back now, and at each later date of its policy. Raises NotFound."""
    booking, now = own_booking(engine.store.booking(booking_id), user_id), engine.clock()
    status, today = booking.status_at(now), today_in(booking.timezone, now)
    confirmed = status is Status.CONFIRMED
    return CancellationPreview(
        booking=booking,
        status=status,
        cancellable=status in HOLDING or (confirmed and today <= booking.check_in),
        now=refund(booking, (booking.check_in - today).days) if confirmed else NO_REFUND,
        schedule=_schedule(booking, today) if confirmed else [],
    )


def cancel(booking_id: str, *, user_id: str, engine: Engine) -> Booking:
    """The booking, cancelled; cancelling it again changes nothing.

    One transaction returns the rooms and the wallet part, and makes the gateway part due; it is tried at once.

    Raises NotFound, HoldExpired, NotCancellable, Busy.
    """

    def attempt() -> tuple[Booking, Booking, BookingContext]:
        context = engine.store.booking_context(booking_id, user_id)
        booking, now = own_booking(context.booking, user_id), engine.clock()
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
        return booking, engine.store.commit(booking, cancelled, now=now, context=context), context

    before, after, context = engine.store.retry_on_conflict(attempt)
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
    return run_tasks(after, engine=engine, by="cancel")


def _refunded(booking: Booking, now: datetime) -> Booking:
    """The confirmed booking cancelled, with its refund split and due. Raises NotCancellable once the stay has begun."""
    today = today_in(booking.timezone, now)
    if today > booking.check_in:
        raise NotCancellable(f"The stay began on {booking.check_in}; ask the hotel.")
    back = refund(booking, (booking.check_in - today).days)
    shown = partial(money, currency=booking.currency)
    return booking.transitioned(
        Status.CANCELLED,
        now,
        "guest",
        note=f"{back.refund_percent} % back: {shown(back.wallet)} to the wallet, {shown(back.gateway)} to the card",
        wallet_refunded=back.wallet,
        tasks=_refund_tasks(booking, back, now),
    )


def _refund_tasks(booking: Booking, back: Refund, now: datetime) -> tuple[GatewayTask, ...]:
    """The tasks with the gateway's part due as a refund; a full refund before the capture voids the payment instead."""
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
        steps.append(RefundStep(since=since, until=until, refund=refund(booking, (booking.check_in - until).days)))
        since = until + timedelta(days=1)
    return steps
