"""A case: something about money that a person must look at, kept until an admin closes it.

It is stored with the change that causes it. Amounts are integers in minor units of the named currency.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from holdfast.model.dates import millis
from holdfast.model.ids import hashed_id

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.gateway_ref import GatewayRef


class CaseKind(StrEnum):
    UNMATCHED = "unmatched"  # a gateway holds a payment that belongs to no booking or top-up
    REFUNDED_OUTSIDE = "refunded_outside"  # somebody refunded at the gateway, not through us
    DISPUTED = "disputed"
    CAPTURED_SHORT = "captured_short"  # somebody captured less than the booking costs
    CASH_OWED = "cash_owed"  # the hotel owes the guest cash


class Case(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case. `state` is what is known of it: a new state or amount opens a closed case again."""

    case_id: str
    kind: CaseKind
    at_ms: int
    amount: int
    currency: str
    state: str
    booking_id: str | None = None
    topup_id: str | None = None
    user_id: str | None = None
    gateway: str | None = None
    order_id: str | None = None
    transaction_id: str | None = None
    refund_id: str | None = None
    note: str | None = None
    closed_at_ms: int | None = None
    closed_by: str | None = None
    closed_why: str | None = None
    write_id: str = ""  # of the stored case that the next write replaces; empty while none is stored

    @property
    def is_open(self) -> bool:
        return self.closed_at_ms is None

    def closed(self, now: datetime, by: str, why: str) -> Case:
        return msgspec.structs.replace(self, closed_at_ms=millis(now), closed_by=by, closed_why=why)

    def replacing(self, stored: Case | None) -> Case | None:
        """This case as it replaces the stored one; None if that says the same, closed since or not."""
        if stored is None:
            return self
        if (stored.state, stored.amount) == (self.state, self.amount):
            return None
        return msgspec.structs.replace(self, write_id=stored.write_id)


def case_id_of(kind: CaseKind, *what: str) -> str:
    """The id of the one case of that kind about this: a booking's id, or a gateway and its order."""
    return hashed_id("cs", kind, *what)


def booking_case(
    booking: Booking, kind: CaseKind, *what: str, now: datetime, amount: int, state: str, ref: GatewayRef | None = None
) -> Case:
    """A case of that booking, opened now; `what` makes its id, `ref` is what it is about at a gateway, if at one."""
    return Case(
        case_id=case_id_of(kind, *what),
        kind=kind,
        at_ms=millis(now),
        booking_id=booking.booking_id,
        user_id=booking.user_id,
        gateway=ref.gateway if ref else None,
        order_id=ref.order_id if ref else None,
        transaction_id=ref.transaction_id if ref else None,
        refund_id=ref.refund_id if ref else None,
        amount=amount,
        currency=booking.currency,
        state=state,
    )
