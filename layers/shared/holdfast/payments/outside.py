"""What others do at a gateway becomes part of our books: captures in part, refunds and their failures, disputes.

People act in the gateway's dashboard, banks send refunds back, guests dispute charges. Each such act is one line of the
booking's history `by` the gateway, one line of the log, and a case for a person where one must look at it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import Tag, logger, record, record_entry
from holdfast.model.account import wallet_entry
from holdfast.model.booking import Booking, Payment, Status
from holdfast.model.case import Case, CaseKind, booking_case
from holdfast.model.dates import millis
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.gateway_task import TaskAction
from holdfast.model.money import money, smallest_refund
from holdfast.payments.gateways.protocol import DisputeState
from holdfast.requests import BY_GATEWAY

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import GatewayDispute, GatewayPayment
    from holdfast.storage.transaction import BookingContext

SAYS = {
    DisputeState.OPEN: "the guest's bank disputes {}; refunds wait until it is decided",
    DisputeState.WON: "the dispute of {} is won; the money stays",
    DisputeState.LOST: "the dispute of {} is lost; the bank has taken it back",
}


def own_refunds(payment: GatewayPayment, recorded: int) -> int:
    """Of what is refunded, our part: what carries our mark, and what we have `recorded` as ours without one."""
    marked = sum(refund.amount for refund in payment.refunds if refund.ours)
    return max(marked, min(recorded, payment.refunded))


def take_over(booking: Booking, payment: GatewayPayment, *, gateway: str, engine: Engine) -> Booking:
    """The booking with what others have done on this order since, committed; as it is if that is recorded already.

    `payment` must have been fetched after `booking` was read: what is older could undo what is newer.
    Raises WriteConflict, Busy.
    """
    seen = _observed(booking, payment, gateway, engine.clock())
    context = _give_residue(seen, engine)
    replaced = [case.replacing(engine.store.case(case.case_id)) for case in seen.cases]
    cases = [case for case in replaced if case]
    if seen.booking is booking or (seen.booking.payment == booking.payment and seen.cases and not cases):
        return booking  # nothing new, or a dispute of another order than the booking's, recorded in its case
    after = engine.store.commit(booking, seen.booking, now=engine.clock(), context=context, cases=cases)
    for line in seen.lines:
        _log(*line)
    entry = wallet_entry(booking, after, context.account) if context else None
    if entry:
        record_entry(entry, after.currency)
    return after


def is_outside_act(booking: Booking, payment: GatewayPayment, gateway: str, now: datetime) -> bool:
    """Whether the record shows an act that the booking does not; perhaps only because it was fetched too early."""
    return _observed(booking, payment, gateway, now).booking is not booking


def paid_by(booking: Booking, order_id: str) -> bool:
    """Whether this order paid for the booking, cancelled since or not: then only its tasks capture or refund."""
    own = booking.payment
    return own is not None and own.order_id == order_id and booking.payment_mode in BY_GATEWAY and not own.voided


def _log(before: Booking, after: Booking, tag: Tag | None, text: str, amount: int) -> None:
    gateway = after.history[-1].by
    if tag:
        record(tag, text, before=before, after=after, amount=amount, by=gateway)
    else:
        facts = {"booking_id": after.booking_id, "user_id": after.user_id, "amount": amount}
        logger.error(text, extra=facts | {"currency": after.currency, "by": gateway})


class _Observed:
    """The booking as the gateway's record makes it: for each act a line of history and of the log, perhaps a case.

    `lines` are to be logged once the acts are committed. A plain class: a struct costs a cold start more.
    """

    def __init__(self, booking: Booking, payment: GatewayPayment, gateway: str, now: datetime) -> None:
        self.booking = booking
        self.payment = payment
        self.gateway = gateway
        self.now = now
        self.cases: list[Case] = []
        self.lines: list[tuple[Booking, Booking, Tag | None, str, int]] = []

    def add(
        self, text: str, *, amount: int, tag: Tag | None = None, refund_id: str | None = None, **own: object
    ) -> None:
        """One act, with the changes that it makes to the booking's own payment."""
        before = self.booking
        payment = msgspec.structs.replace(before.payment, **own) if before.payment and own else before.payment
        by = f"gateway {self.gateway}"
        acted = before.transitioned(before.status, self.now, by, note=text, ref=self._ref(refund_id), payment=payment)
        self.booking = _with_refund_due(acted, self.now) if own else acted
        self.lines.append((before, self.booking, tag, text, amount))

    def report(self, kind: CaseKind, *what: str, amount: int, state: str, refund_id: str | None = None) -> Case:
        ref = self._ref(refund_id)
        case = booking_case(self.booking, kind, self.gateway, *what, now=self.now, amount=amount, state=state, ref=ref)
        if state in {DisputeState.WON, "failed"}:
            case = case.closed(self.now, f"gateway {self.gateway}", f"the gateway says: {state}")
        self.cases.append(case)
        return case

    def _ref(self, refund_id: str | None) -> GatewayRef:
        return GatewayRef(self.gateway, self.payment.order_id, self.payment.transaction_id or None, refund_id)

    def shown(self, amount: int) -> str:
        return money(amount, self.booking.currency)


def _observed(booking: Booking, payment: GatewayPayment, gateway: str, now: datetime) -> _Observed:
    own = booking.payment
    is_own = own is not None and own.order_id == payment.order_id
    seen = _Observed(booking, payment, gateway, now)
    if own and paid_by(booking, payment.order_id):
        _observe_capture(seen, own)
        _observe_refunds(seen)
    if is_own:
        _observe_pending(seen)
    if payment.dispute:
        _observe_dispute(seen, payment.dispute, is_own=is_own)
    return seen


def _observe_capture(seen: _Observed, own: Payment) -> None:
    """Somebody captured less than the order is for: the rest is released, and can never be captured."""
    taken = seen.payment.captured
    if not 0 < taken < own.amount or taken == own.captured:
        return
    seen.booking = msgspec.structs.replace(
        seen.booking,
        tasks=tuple(
            task for task in seen.booking.tasks if (task.order_id, task.action) != (own.order_id, TaskAction.CAPTURE)
        ),
    )
    seen.add(
        f"{seen.shown(taken)} of {seen.shown(own.amount)} captured at the gateway, not by us; the rest is released",
        amount=taken,
        tag=Tag.PAYMENT_CAPTURED,
        captured=taken,
        to_refund=(own.to_refund * taken + own.amount // 2) // own.amount,
    )
    if seen.booking.status is Status.CONFIRMED:
        seen.report(CaseKind.CAPTURED_SHORT, own.order_id, amount=own.amount - taken, state="captured_short")


def _observe_refunds(seen: _Observed) -> None:
    own, payment = seen.booking.payment, seen.payment
    assert own is not None
    ours = own_refunds(payment, own.refunded_by_us)
    outside = payment.refunded - ours
    captured = max(own.captured, payment.captured)
    others = [refund.refund_id for refund in payment.refunds if not refund.ours]
    refund_id = others[-1] if others else None
    before, recorded = own.refunded_outside, own.refunded_by_us
    if outside > before:
        seen.add(
            f"{seen.shown(outside - before)} refunded at the gateway, not by us",
            amount=outside - before,
            tag=Tag.PAYMENT_REFUNDED,
            refund_id=refund_id,
            captured=captured,
            refunded=recorded + outside,
            refunded_outside=outside,
        )
    elif outside < before:
        seen.add(
            f"a refund made at the gateway failed: {seen.shown(before - outside)} stays with us",
            amount=before - outside,
            refunded=recorded + outside,
            refunded_outside=outside,
        )
    if outside != before:
        state = "refunded" if outside else "failed"
        seen.report(CaseKind.REFUNDED_OUTSIDE, own.order_id, amount=outside, state=state, refund_id=refund_id)
    if ours < recorded:
        seen.add(
            f"a refund failed at the gateway: {seen.shown(ours)} of {seen.shown(recorded)} refunded",
            amount=recorded - ours,
            refunded=ours + outside,
            to_refund=own.to_refund or recorded + before,  # of bookings cancelled before this was recorded
        )
    elif ours > recorded and not _is_giving_back(seen.booking, own.order_id):
        seen.add(
            f"a refund of {seen.shown(ours - recorded)} came about after all",
            amount=ours - recorded,
            tag=Tag.PAYMENT_REFUNDED,
            refunded=ours + outside,
        )
        state = "refunded though it was closed"
        seen.report(CaseKind.REFUNDED_OUTSIDE, own.order_id, "closed", amount=ours - recorded, state=state)


def _observe_pending(seen: _Observed) -> None:
    own = seen.booking.payment
    assert own is not None
    pending = seen.payment.refunds_pending
    if own.refunds_pending != pending and own.captured:  # not an act, and no line: the bank's word on what is recorded
        seen.booking = msgspec.structs.replace(
            seen.booking, payment=msgspec.structs.replace(own, refunds_pending=pending)
        )


def _observe_dispute(seen: _Observed, dispute: GatewayDispute, *, is_own: bool) -> None:
    own = seen.booking.payment
    recorded = dispute.recorded
    if is_own and own and own.dispute == recorded:
        return
    if dispute.state is not DisputeState.OPEN:  # what waited for it goes on
        tasks = tuple(
            msgspec.structs.replace(task, at_ms=millis(seen.now)) if task.order_id == seen.payment.order_id else task
            for task in seen.booking.tasks
        )
        seen.booking = msgspec.structs.replace(seen.booking, tasks=tasks)
    text = SAYS[dispute.state].format(seen.shown(dispute.amount))
    if is_own:
        seen.add(text, amount=dispute.amount, dispute=recorded)
    else:
        seen.add(text, amount=dispute.amount)
    seen.report(CaseKind.DISPUTED, dispute.dispute_id, amount=dispute.amount, state=dispute.state)


def _is_giving_back(booking: Booking, order_id: str) -> bool:
    return any(task.order_id == order_id and task.action is not TaskAction.CAPTURE for task in booking.tasks)


def _with_refund_due(booking: Booking, now: datetime) -> Booking:
    """The cancelled booking with exactly that refund due which its guest still lacks, by whoever gave back the rest."""
    own = booking.payment
    voids = own and any((task.order_id, task.action) == (own.order_id, TaskAction.VOID) for task in booking.tasks)
    if own is None or voids or booking.status is not Status.CANCELLED:
        return booking
    refunds = [task for task in booking.tasks if (task.order_id, task.action) == (own.order_id, TaskAction.REFUND)]
    others = tuple(task for task in booking.tasks if task not in refunds)
    # Bookings cancelled before this was recorded: what is due, or was given back.
    wanted = own.to_refund or max((task.amount for task in refunds), default=own.refunded_by_us)
    left = (own.captured or own.amount) - own.given_back
    missing = min(wanted - own.given_back, left)
    if missing <= 0:
        return msgspec.structs.replace(booking, tasks=others)
    target = own.refunded_by_us + missing
    due = refunds[0] if refunds else booking.new_task(TaskAction.REFUND, now, amount=target)
    return msgspec.structs.replace(booking, tasks=(*others, msgspec.structs.replace(due, amount=target)))


def _give_residue(seen: _Observed, engine: Engine) -> BookingContext | None:
    """Gives what is due and too little for the gateway to refund in another way. What that was decided from, if it is.

    Raises Busy.
    """
    booking, own = seen.booking, seen.booking.payment
    refunds = [task for task in booking.tasks if task.action is TaskAction.REFUND]
    if own is None or not refunds or not own.captured or own.order_id != seen.payment.order_id:
        return None
    ours = own_refunds(seen.payment, own.refunded_by_us)
    missing = refunds[0].amount - ours
    is_disputed = own.dispute is not None and own.dispute.state == DisputeState.OPEN
    if is_disputed or not 0 < missing < smallest_refund(booking.currency, own.gateway):
        return None
    from holdfast.payments.residue import give_residue  # noqa: PLC0415 - rare, and a cold start pays for it

    context = engine.store.booking_context(booking.booking_id, booking.user_id)
    own = msgspec.structs.replace(own, refunded=ours + own.refunded_outside)
    seen.booking, case = give_residue(booking, own, missing, context.account.currency, seen.now)
    if case:
        seen.cases.append(case)
        seen.lines.append((booking, seen.booking, None, "a refund is too small for its gateway", missing))
    return context
