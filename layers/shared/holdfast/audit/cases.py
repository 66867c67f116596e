"""The audit of cases: what others did at a gateway, as bookings and top-ups record it, is reported to operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.model.account import TopUp
from holdfast.model.case import CaseKind, case_id_of
from holdfast.storage.items import booking_key, case_key, topup_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.model.booking import Booking, Payment
    from holdfast.storage.items import Key


def broken_cases(view: Snapshot) -> Iterator[Broken]:
    """CASE1: each refund and dispute that others made has its case, open or closed since, with the same amount."""
    for booking_id, booking in view.bookings.items():
        if booking.payment:
            yield from _untold(view, booking, booking.payment, booking_key(booking_id))
    for topup_id, topup in view.topups.items():
        yield from _untold(view, topup, topup, topup_key(topup_id))


def _untold(view: Snapshot, owner: Booking | TopUp, payment: Payment | TopUp, key: Key) -> Iterator[Broken]:
    reported = []
    if isinstance(owner, TopUp) or owner.gateway_charged:  # who gave back what bought nothing does not matter
        reported.append((CaseKind.REFUNDED_OUTSIDE, payment.order_id, payment.refunded_outside))
    if payment.dispute:
        reported.append((CaseKind.DISPUTED, payment.dispute.dispute_id, payment.dispute.amount))
    for kind, what, amount in reported:
        case_id = case_id_of(kind, payment.gateway, what)
        case = view.cases.get(case_id)
        if amount and (case is None or case.amount != amount):
            text = f"{key[0]}: {amount} {kind}, and its case says {case.amount if case else 'nothing'}"
            yield Broken("CASE1", text, (key, case_key(case_id)))
