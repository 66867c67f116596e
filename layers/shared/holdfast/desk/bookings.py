"""What the desk sees: the bookings of a property, and one booking with everything that is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.desk.cursor import cursor_of, cursor_position, last_shown
from holdfast.model.booking import Booking, Status
from holdfast.model.case import CaseKind, case_id_of
from holdfast.model.stay import StayStep
from holdfast.storage.base import PAGE_SIZE

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.desk.clerk import Clerk
    from holdfast.desk.requests import DeskBookingsQuery
    from holdfast.engine import Engine
    from holdfast.model.account import LedgerEntry
    from holdfast.model.case import Case

PAGES_LOOKED_THROUGH = 10  # of the index in one answer, where few bookings are in the state that is asked for


class DeskBooking(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with the lines that it made in its guest's wallet, oldest first, and its cases, open or closed."""

    booking: Booking
    entries: list[LedgerEntry]
    cases: list[Case]


def list_bookings_at(query: DeskBookingsQuery, *, clerk: Clerk, engine: Engine) -> tuple[list[Booking], str | None]:
    """One page of a property's bookings by check-in day, and the next page's cursor.

    Only those of the day and in the state that the query names. A page may be short, or empty, while more follow.

    Raises NotFound, InvalidFields when the cursor does not come from this list, Busy.
    """
    clerk.require_property(query.property_id, engine=engine)
    days = (query.date, query.date) if query.date else None
    after = None
    if query.cursor:
        last = engine.store.booking(last_shown(query.cursor))
        after = cursor_position(last, query.cursor, query.property_id, days)
    found: list[Booking] = []
    for _ in range(PAGES_LOOKED_THROUGH):
        bookings, after = engine.store.bookings_at(query.property_id, days, after)
        now = engine.clock()
        found += [booking for booking in bookings if query.state is None or _is_in(booking, query.state, now)]
        if after is None or len(found) >= PAGE_SIZE:
            break
    if len(found) > PAGE_SIZE:
        found = found[:PAGE_SIZE]
        after = found[-1].check_in, found[-1].booking_id
    return found, cursor_of(after)


def booking_at_desk(booking_id: str, *, clerk: Clerk, engine: Engine) -> DeskBooking:
    """The booking with all that belongs to it, as the evidence of a dispute needs it too. Raises NotFound, Busy."""
    booking = clerk.booking(booking_id, engine=engine)
    entries, cases = engine.store.entries_of(booking), engine.store.cases(_case_ids(booking))
    return DeskBooking(booking=booking, entries=entries, cases=cases)


def _case_ids(booking: Booking) -> list[str]:
    """The ids of all cases that there may be about the booking and the orders that its history names."""
    refs = [event.ref for event in booking.history if event.ref] + ([booking.payment.ref] if booking.payment else [])
    orders = sorted({(ref.gateway, ref.order_id) for ref in refs})
    kinds = (CaseKind.CAPTURED_SHORT, CaseKind.REFUNDED_OUTSIDE, CaseKind.UNMATCHED)
    found = [case_id_of(CaseKind.CASH_OWED, booking.booking_id)]
    found += [case_id_of(kind, *order) for order in orders for kind in kinds]
    found += [case_id_of(CaseKind.REFUNDED_OUTSIDE, *order, "closed") for order in orders]
    own = booking.payment
    if own and own.dispute:
        found.append(case_id_of(CaseKind.DISPUTED, own.gateway, own.dispute.dispute_id))
    return found


def _is_in(booking: Booking, state: str, now: datetime) -> bool:
    """Whether the booking is in the state: a status, `no_show`, or `checked_in` for the guests who are in the house."""
    if state in Status:
        return booking.status_at(now) == state
    return booking.status is Status.CONFIRMED and booking.stay_step is StayStep(state)
