"""Cases: report a payment that belongs to nothing here, list what is open, and close what a person has dealt with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import NotFound
from holdfast.logs import logger
from holdfast.model.account import UNKNOWN, OrphanPayment
from holdfast.model.case import Case, CaseKind, case_id_of
from holdfast.model.dates import millis
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import GatewayPayment
    from holdfast.payments.requests import SettleRequest

HOLDS_MONEY = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED, UNKNOWN})  # states of unmatched payments


def report_unmatched(gateway: str, order_id: str, payment: GatewayPayment | None, engine: Engine) -> None:
    """Opens a case for a payment that matches nothing of ours, and closes it when the gateway has given the money back.

    `payment` is None if the gateway does not show it to us. Raises Busy.
    """
    if payment and not payment.holds_money:
        close_unmatched(gateway, order_id, engine)
        return
    case_id = case_id_of(CaseKind.UNMATCHED, gateway, order_id)
    state: str = payment.state if payment else UNKNOWN

    def attempt() -> Case | None:
        stored, now = engine.store.case(case_id), engine.clock()
        case = Case(
            case_id=case_id,
            kind=CaseKind.UNMATCHED,
            at_ms=stored.at_ms if stored and stored.is_open else millis(now),
            gateway=gateway,
            order_id=order_id,
            transaction_id=(payment.transaction_id if payment else "") or None,
            amount=payment.amount if payment else 0,
            currency=payment.currency if payment else "",
            state=state,
        ).replacing(stored)
        return engine.store.commit_case(case) if case else None

    case = engine.store.retry_on_conflict(attempt)
    if case:
        logger.error("a payment belongs to no booking or top-up of ours", extra=_facts(case))


def close_unmatched(gateway: str, order_id: str, engine: Engine) -> None:
    """Closes the case about that order, if one is open: the gateway has given the money back. Raises Busy."""
    case_id = case_id_of(CaseKind.UNMATCHED, gateway, order_id)

    def attempt() -> Case | None:
        stored, now = engine.store.case(case_id), engine.clock()
        if stored is None or not stored.is_open:
            return None
        return engine.store.commit_case(stored.closed(now, f"gateway {gateway}", "the gateway holds no money of it"))

    case = engine.store.retry_on_conflict(attempt)
    if case:
        logger.info("a payment that belongs to no booking or top-up of ours was given back", extra=_facts(case))


def _facts(case: Case) -> dict[str, object]:
    return {"case_id": case.case_id, "gateway": case.gateway, "order_id": case.order_id, "amount": case.amount}


def adopt_orphans(engine: Engine) -> None:
    """Makes cases of the payments of nobody that code of before recorded in another form. Raises Busy."""
    for orphan in engine.store.orphans():
        case = _case_of(orphan, engine.clock())

        def attempt(orphan: OrphanPayment = orphan, case: Case = case) -> None:
            engine.store.adopt(orphan, case.replacing(engine.store.case(case.case_id)))

        try:
            attempt()
        except WriteConflict:
            continue  # another round was first, or its state changed: the next round looks again


def _case_of(orphan: OrphanPayment, now: datetime) -> Case:
    case = Case(
        case_id=case_id_of(CaseKind.UNMATCHED, orphan.gateway, orphan.order_id),
        kind=CaseKind.UNMATCHED,
        at_ms=orphan.at_ms,
        gateway=orphan.gateway,
        order_id=orphan.order_id,
        amount=orphan.amount,
        currency=orphan.currency,
        state=orphan.payment_state,
    )
    if orphan.payment_state in HOLDS_MONEY:
        return case
    return case.closed(now, f"gateway {orphan.gateway}", "the gateway holds no money of it")


def close_case(case_id: str, request: SettleRequest, *, admin_id: str, engine: Engine) -> Case:
    """The case, closed; a repeat finds it so, with the first reason. Its booking's history gets a line.

    Raises NotFound, Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> tuple[Case, bool]:
        case, now = engine.store.case(case_id), engine.clock()
        if case is None:
            raise NotFound("There is no case by that id.")
        if not case.is_open:
            return case, False
        closed = case.closed(now, by, request.reason)
        booking = engine.store.booking(case.booking_id) if case.booking_id else None
        if booking is None:
            return engine.store.commit_case(closed), True
        note = "a case was closed by the hotel's finance"  # the guest reads it: the reason stays with the case
        engine.store.commit(booking, booking.transitioned(booking.status, now, by, note=note), now=now, cases=[closed])
        return closed, True

    case, is_new = engine.store.retry_on_conflict(attempt)
    if is_new:
        facts = {"case_id": case_id, "kind": case.kind, "booking_id": case.booking_id, "by": by, "why": request.reason}
        logger.info("a case is closed", extra=facts)
    return case
