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
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.cancellation import Cancellation, RefundChoice
from holdfast.model.case import Case, CaseKind, booking_case
from holdfast.model.dates import today_in
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.money import money
from holdfast.model.property import PolicyStep
from holdfast.model.stay import StayStep
from holdfast.payments.tasks import run_tasks
from holdfast.refunds import (
    Refund,
    Tenders,
    gateway_refund_end,
    kept_of,
    no_refund,
    policy_shares,
    refund,
    step_ends,
    still_held,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.engine import Engine
    from holdfast.storage.transaction import BookingContext


class RefundStep(msgspec.Struct, frozen=True, kw_only=True):
    """What cancelling gives back from one of the hotel's days on, up to and with `until`; it changes at `until_at`."""

    since: date
    until: date
    until_at: datetime
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
    context = engine.store.booking_context(booking_id, user_id)
    booking, now, wallet = own_booking(context.booking, user_id), engine.clock(), context.account.currency
    status, today = booking.status_at(now), today_in(booking.timezone, now, booking.day_ends)
    confirmed = status is Status.CONFIRMED
    with_the_guest = booking.stay_step is None  # else only the desk ends the stay
    return CancellationPreview(
        booking=booking,
        status=status,
        cancellable=status in HOLDING or (confirmed and with_the_guest and today <= booking.check_in),
        now=refund(booking, now, wallet) if confirmed and with_the_guest else no_refund(booking),
        schedule=_schedule(booking, now, wallet) if confirmed and with_the_guest else [],
    )


def cancel(booking_id: str, *, user_id: str, engine: Engine) -> Booking:
    """The booking, cancelled by its guest; cancelling it again changes nothing.

    Raises NotFound, HoldExpired, NotCancellable, Busy.
    """

    def decide(booking: Booking, now: datetime, wallet_currency: str) -> Booking:
        own_booking(booking, user_id)
        if booking.status_at(now) is Status.CONFIRMED:
            return _cancelled_by_guest(booking, now, wallet_currency)
        return without_refund(booking, now, by="guest")

    return commit_cancellation(booking_id, decide, user_id=user_id, engine=engine)


def commit_cancellation(
    booking_id: str, decide: Callable[[Booking, datetime, str], Booking], *, user_id: str, engine: Engine
) -> Booking:
    """The booking as `decide` cancels it; unchanged if `decide` gives it back as it is.

    `decide` gets the time and the currency of the guest's wallet. One transaction returns the rooms and the wallet
    part, and makes the gateway part due; it is tried at once. Cash that the desk owes becomes a case. `user_id` is the
    guest's.

    Raises NotFound, Busy, and what `decide` raises.
    """

    def attempt() -> tuple[Booking, Booking, BookingContext]:
        context = engine.store.booking_context(booking_id, user_id)
        booking, now = own_booking(context.booking, user_id), engine.clock()
        cancelled = decide(booking, now, context.account.currency)
        if cancelled is booking:
            return booking, booking, context
        cases = _cash_owed(cancelled, now)
        return booking, engine.store.commit(booking, cancelled, now=now, context=context, cases=cases), context

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
        cash_refund=after.cancellation.cash if after.cancellation else 0,
        by=after.history[-1].by,
    )
    entry = wallet_entry(before, after, context.account)
    if entry:
        record_entry(entry, after.currency)
    return run_tasks(after, engine=engine, by="cancel")


def without_refund(booking: Booking, now: datetime, *, by: str, note: str | None = None) -> Booking:
    """A hold, cancelled; a booking that is cancelled already, as it is. Raises HoldExpired."""
    match booking.status_at(now):
        case Status.CANCELLED:
            return booking
        case Status.EXPIRED:
            raise HoldExpired("The hold is over already; there is nothing to cancel.")
        case _:
            tasks = (*booking.tasks, *booking.open_order_void(now))
            return booking.transitioned(Status.CANCELLED, now, by, note=note, tasks=tasks)


def with_refund(
    booking: Booking,
    back: Tenders,
    now: datetime,
    *,
    by: str,
    why: str,
    choice: RefundChoice = RefundChoice.POLICY,
    asked: int = 0,
) -> Booking:
    """The confirmed booking, cancelled, with what goes back to the wallet, and the gateway's part due.

    `why` begins the note of the history. `asked` is the amount that the desk asked for, if it named one.
    """
    kept = kept_of(booking, sum(still_held(booking)) - sum(back))
    payment = booking.payment
    if payment:  # with what others gave back already: if that fails, it is due again
        most = booking.gateway_taken
        if choice is RefundChoice.POLICY and not back.gateway:
            most = policy_shares(booking, now)[1].gateway
        payment = msgspec.structs.replace(payment, to_refund=min(most, payment.given_back + back.gateway))
    return booking.transitioned(
        Status.CANCELLED,
        now,
        by,
        note=f"{why}: {_shown(back, booking)}",
        wallet_refunded=booking.wallet_refunded + back.wallet,
        payment=payment,
        tasks=_refund_tasks(booking, back.gateway, now),
        cancellation=Cancellation(
            choice=choice,
            asked=asked,
            wallet=back.wallet,
            gateway=back.gateway,
            cash=back.cash,
            kept_price=kept.price,
            kept_tax=kept.tax,
        ),
    )


def _cash_owed(cancelled: Booking, now: datetime) -> tuple[Case, ...]:
    """The case of the cash that the cancellation owes, open until an admin closes it as paid; none if it owes none."""
    made = cancelled.cancellation
    if made is None or made.cash == 0:
        return ()
    case = booking_case(cancelled, CaseKind.CASH_OWED, cancelled.booking_id, now=now, amount=made.cash, state="owed")
    return (case,)


def _cancelled_by_guest(booking: Booking, now: datetime, wallet_currency: str) -> Booking:
    """The confirmed booking, cancelled by its policy. Raises NotCancellable once the stay has begun."""
    if booking.stay_step is StayStep.NO_SHOW:
        raise NotCancellable("The hotel has recorded that nobody came; ask the hotel.")
    if booking.stay_step is not None or today_in(booking.timezone, now, booking.day_ends) > booking.check_in:
        raise NotCancellable(f"The stay began on {booking.check_in}; ask the hotel.")
    back = refund(booking, now, wallet_currency)
    tenders = Tenders(back.wallet, back.gateway, back.cash_refund)
    return with_refund(booking, tenders, now, by="guest", why=f"{back.refund_percent} % back")


def _shown(back: Tenders, booking: Booking) -> str:
    """The refund for people: in cash what was paid at the desk, or is too old for its gateway to refund."""
    shown = partial(money, currency=booking.currency)
    if booking.cash_paid:
        return f"{shown(back.cash)} in cash"
    parts = f"{shown(back.wallet)} to the wallet, {shown(back.gateway)} to the card"
    return f"{parts}, {shown(back.cash)} in cash" if back.cash else parts


def _refund_tasks(booking: Booking, amount: int, now: datetime) -> tuple[GatewayTask, ...]:
    """The tasks with the gateway's part due as a refund; a full refund before the capture voids the payment instead."""
    payment = booking.payment
    if payment is None or not amount:
        return booking.tasks
    task = booking.new_task(TaskAction.REFUND, now, amount=payment.refunded_by_us + amount)
    if amount == payment.amount and not payment.captured:
        void = msgspec.structs.replace(task, action=TaskAction.VOID)
        return (*(other for other in booking.tasks if other.order_id != payment.order_id), void)
    return (*booking.tasks, task)


def _schedule(booking: Booking, now: datetime, wallet_currency: str) -> list[RefundStep]:
    """One step for each part of the time from now to the end of check-in day in which the refund is the same."""
    last = step_ends(booking, PolicyStep(0, 0))
    changes = {step_ends(booking, step) for step in booking.cancellation_policy}
    too_old_at = gateway_refund_end(booking)
    changes |= {too_old_at} if too_old_at else set()
    steps, since = [], now
    for until_at in sorted({at for at in changes if now < at < last} | {last}):
        if until_at <= now:
            break
        steps.append(
            RefundStep(
                since=today_in(booking.timezone, since, booking.day_ends),
                until=today_in(booking.timezone, until_at - timedelta(milliseconds=1), booking.day_ends),
                until_at=until_at,
                refund=refund(booking, since, wallet_currency),
            )
        )
        since = until_at
    return steps
