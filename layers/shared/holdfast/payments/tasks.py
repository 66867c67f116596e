"""Carry out at the gateways what is due there: captures, voids, refunds.

A task is written with the state change that asks for it, so a crash loses none. `perform` fetches the gateway's record
first and asks only for what that lacks. So a repeat has one effect, whether it runs at the same time or after a crash
at any step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, Busy
from holdfast.logs import Metric, Tag, count, logger, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.case import Case, CaseKind, booking_case
from holdfast.model.dates import millis
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.money import money
from holdfast.payments.gateways.protocol import GatewayError, GatewayPayment, PaymentState
from holdfast.payments.outside import own_refunds, paid_by, take_over
from holdfast.payments.perform import DISPUTE_PAUSE_SECONDS, Disputed, Lapsed, perform, postponed
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from holdfast.engine import Engine

LAST_LOOK_SECONDS = 86_400  # after the deadline of a hold, at an order of it that cannot be closed


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


def _run(booking: Booking, task: GatewayTask, *, engine: Engine, by: str) -> Booking:
    if not engine.has_time_for(engine.gateways[task.gateway]):
        return booking  # the next round has more time
    try:
        fetched = engine.gateway(task.gateway).fetch(task.order_id, _transaction_of(booking, task))
        booking = take_over(booking, fetched, gateway=task.gateway, engine=engine)
        still_due = _still_due(booking, task)
        if still_due is None:
            return booking
        task = still_due  # a failure puts this one off: its amount may be new
        return _finished(booking, task, fetched, engine=engine, by=by)
    except (GatewayError, BookingError) as error:
        return _postpone(booking, task, error, engine)
    except WriteConflict:
        return engine.store.booking(booking.booking_id) or booking


def _finished(booking: Booking, task: GatewayTask, fetched: GatewayPayment, *, engine: Engine, by: str) -> Booking:
    """The booking with this task done; or undone, if it never can be; or with it due later, while a dispute runs.

    Raises GatewayError, Busy, WriteConflict.
    """
    own = booking.payment
    try:
        payment = perform(
            task,
            key=f"{booking.booking_id}:{task.action}:{task.order_id}:{task.serial}",
            currency=booking.currency,
            engine=engine,
            fetched=fetched,
            may_still_buy=_may_still_buy(booking, task),
            transaction_id=_transaction_of(booking, task),
            recorded=own.refunded_by_us if own and own.order_id == task.order_id else 0,
        )
    except Lapsed as lapsed:
        return _undo(booking, task, lapsed, engine=engine, by=by)
    except Disputed:
        return _wait(booking, task, engine)
    booking = take_over(booking, payment, gateway=task.gateway, engine=engine)  # others may have acted meanwhile
    still_due = _still_due(booking, task)
    if still_due is None or still_due.amount > task.amount:
        return booking  # a refund by others has failed meanwhile: the next round gives back the rest
    look_ms = _next_look_ms(booking, still_due, payment, engine)
    if look_ms:
        later = msgspec.structs.replace(still_due, at_ms=look_ms)
        return _put_off(booking, still_due, later, engine.clock(), engine)
    done = engine.store.commit(booking, _done(booking, still_due, payment, engine.clock(), by), now=engine.clock())
    _record_done(booking, done, still_due, payment)
    return done


def _transaction_of(booking: Booking, task: GatewayTask) -> str | None:
    """The payment that paid for the booking, if the task is about it; a void is about any payment on the order."""
    own = booking.payment
    is_about_it = own is not None and own.order_id == task.order_id and task.action is not TaskAction.VOID
    return own.transaction_id if own and is_about_it else None


def _still_due(booking: Booking, task: GatewayTask) -> GatewayTask | None:
    """The task as the booking has it now, with another amount or time perhaps; None if it is no longer due."""
    same = (task.action, task.order_id, task.serial)
    return next((other for other in booking.tasks if (other.action, other.order_id, other.serial) == same), None)


def _may_still_buy(booking: Booking, task: GatewayTask) -> bool:
    """Whether a payment of this order may confirm the hold: it is refunded once the booking records that decision."""
    own = booking.payment
    if own is None or booking.status not in HOLDING | {Status.EXPIRED}:
        return False
    is_own = own.order_id == task.order_id and not own.refund_pending
    return is_own or (task.buys and task.amount == own.amount)


def _done(booking: Booking, task: GatewayTask, payment: GatewayPayment, now: datetime, by: str) -> Booking:
    """The booking without this task, and with the gateway's record copied if it is of the booking's own order."""
    own = booking.payment
    if own and own.order_id == task.order_id:
        ours = own_refunds(payment, own.refunded_by_us)
        # What others refund of a payment that buys nothing needs no case; of any other, `take_over` records it.
        outside = own.refunded_outside if paid_by(booking, own.order_id) else payment.refunded - ours
        own = msgspec.structs.replace(
            own,
            captured=payment.captured,
            refunded=ours + outside,
            refunded_outside=outside,
            refunds_pending=payment.refunds_pending,
            voided=own.voided or payment.state is PaymentState.VOIDED,
        )
    tasks = tuple(other for other in booking.tasks if other != task)
    note = f"{money(payment.refunded, booking.currency)} {'on its way back' if payment.refunds_pending else 'refunded'}"
    if task.action is TaskAction.CAPTURE:
        note = f"{money(payment.captured, booking.currency)} captured"
    elif task.action is TaskAction.VOID and payment.captured == 0:
        closed = payment.state is PaymentState.VOIDED
        note = "the gateway order is closed; nothing was taken" if closed else "nothing was paid at the gateway"
    return booking.transitioned(booking.status, now, by, note=note, ref=_ref(task, payment), payment=own, tasks=tasks)


def _ref(task: GatewayTask, payment: GatewayPayment) -> GatewayRef:
    """What the task's line is about: with the last refund that we made, if the task gave money back."""
    ours = [refund.refund_id for refund in payment.refunds if refund.ours and task.action is not TaskAction.CAPTURE]
    return GatewayRef(task.gateway, task.order_id, payment.transaction_id or None, ours[-1] if ours else None)


def _next_look_ms(booking: Booking, task: GatewayTask, payment: GatewayPayment, engine: Engine) -> int | None:
    """When to look again at an unpaid order that its gateway cannot close; None once there is nothing more to watch.

    Its guest may still pay it, and the event of that may be lost. A payment that comes even later has its event alone.
    """
    if task.action is not TaskAction.VOID or payment.captured or payment.state is PaymentState.VOIDED:
        return None
    looks = (booking.expires_at_ms + seconds * 1000 for seconds in (engine.late_grace_seconds, LAST_LOOK_SECONDS))
    return next((at_ms for at_ms in looks if at_ms > millis(engine.clock())), None)


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


def _undo(booking: Booking, task: GatewayTask, lapsed: Lapsed, *, engine: Engine, by: str) -> Booking:
    """Cancels a booking whose card can never be charged, and returns its rooms, promo use and wallet part.

    Once the desk has recorded the stay, the booking stands as it is, and what the guest owes becomes a case.
    """
    captured, owes = lapsed.payment.captured, money(task.amount, booking.currency)
    why = "the card's authorisation lapsed before it was charged; nothing was taken"
    if captured:
        why = f"{money(captured, booking.currency)} was given back before the booking could use it"

    def attempt() -> Booking:
        context = engine.store.booking_context(booking.booking_id, booking.user_id)
        current, now = context.booking or booking, engine.clock()
        if task not in current.tasks:
            return current
        void = () if lapsed.closed else (msgspec.structs.replace(task, action=TaskAction.VOID, serial=current.version),)
        stands = current.status is Status.CONFIRMED and current.stay_step is not None
        # Else cancelled before, its wallet part refunded by the policy.
        confirmed = current.status is Status.CONFIRMED and not stands
        undone = current.transitioned(
            Status.CONFIRMED if stands else Status.CANCELLED,
            now,
            by,
            note=f"{why}; the stay had begun, and the guest owes {owes}" if stands else why,
            ref=current.payment.ref if current.payment else None,
            tasks=(*(other for other in current.tasks if other.order_id != task.order_id), *void),
            payment=msgspec.structs.replace(
                current.payment, voided=True, captured=captured, refunded=lapsed.payment.refunded
            )
            if current.payment
            else None,
            wallet_refunded=current.wallet_paid if confirmed else current.wallet_refunded,
        )
        cases = _owed_by_guest(undone, now, engine) if stands else []
        after = engine.store.commit(current, undone, now=now, context=context, cases=cases)
        if stands:
            facts = {"booking_id": after.booking_id, "user_id": after.user_id, "amount": task.amount, "by": by}
            logger.error("a card cannot be charged, and its stay has begun", extra=facts | {"currency": after.currency})
        if confirmed:
            record(Tag.BOOKING_CANCELLED, why, before=current, after=after, rooms=after.rooms, by=by)
        entry = wallet_entry(current, after, context.account)
        if entry:
            record_entry(entry, after.currency)
        return after

    return engine.store.retry_on_conflict(attempt)


def _owed_by_guest(booking: Booking, now: datetime, engine: Engine) -> list[Case]:
    """The case of a stay of which the card paid nothing; none if it is stored already. Raises Busy."""
    own = booking.payment
    if own is None:
        return []
    what = (own.gateway, own.order_id)
    case = booking_case(
        booking, CaseKind.CAPTURED_SHORT, *what, now=now, amount=own.amount, state="captured_short", ref=own.ref
    )
    new = case.replacing(engine.store.case(case.case_id))
    return [new] if new else []


def _wait(booking: Booking, task: GatewayTask, engine: Engine) -> Booking:
    """The booking with the task due later: a dispute is no failure, and never makes it stuck."""
    now = engine.clock()
    later = msgspec.structs.replace(task, at_ms=millis(now) + DISPUTE_PAUSE_SECONDS * 1000)
    return _put_off(booking, task, later, now, engine)


def _postpone(booking: Booking, task: GatewayTask, error: Exception, engine: Engine) -> Booking:
    """The booking with the failed task due later, or stuck."""
    now = engine.clock()
    later = postponed(task, booking.booking_id, error, now)
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
    return _put_off(booking, task, later, now, engine)


def _put_off(booking: Booking, task: GatewayTask, later: GatewayTask, now: datetime, engine: Engine) -> Booking:
    """The booking with `later` in the task's place; as it is, if that cannot be written: the task is tried sooner."""
    tasks = tuple(later if other == task else other for other in booking.tasks)
    try:
        return engine.store.commit(booking, msgspec.structs.replace(booking, tasks=tasks), now=now)
    except (WriteConflict, Busy):
        return booking
