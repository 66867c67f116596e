"""The stay as the desk records it: the guest checks in, checks out, or does not come.

check_in day ------------------------------------------------> check_out day
may check in, or be recorded as a no-show: from here           until here
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import StayConflict
from holdfast.logs import Tag, record
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import millis, today_in
from holdfast.model.stay import StayStep

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.desk.clerk import Clerk
    from holdfast.engine import Engine

TAG_OF = {
    StayStep.CHECKED_IN: Tag.BOOKING_CHECKED_IN,
    StayStep.CHECKED_OUT: Tag.BOOKING_CHECKED_OUT,
    StayStep.NO_SHOW: Tag.BOOKING_NO_SHOW,
}


def check_in(booking_id: str, reason: str | None, *, clerk: Clerk, engine: Engine) -> Booking:
    """The booking with its guest in the house, from the check-in day until check-out; also a no-show who came late.

    Raises NotFound, StayConflict, Busy.
    """

    def step(booking: Booking, now: datetime) -> Booking | None:
        if booking.checked_in_at_ms is not None:
            return None
        _require_stay_days(booking, now)
        return msgspec.structs.replace(booking, checked_in_at_ms=millis(now), no_show=False)

    return _record_step(booking_id, StayStep.CHECKED_IN, step, reason, clerk=clerk, engine=engine)


def check_out(booking_id: str, reason: str | None, *, clerk: Clerk, engine: Engine) -> Booking:
    """The booking with its guest gone, any time after check-in. Raises NotFound, StayConflict, Busy."""

    def step(booking: Booking, now: datetime) -> Booking | None:
        if booking.checked_out_at_ms is not None:
            return None
        if booking.checked_in_at_ms is None:
            raise StayConflict("The guest has not checked in.")
        return msgspec.structs.replace(booking, checked_out_at_ms=millis(now))

    return _record_step(booking_id, StayStep.CHECKED_OUT, step, reason, clerk=clerk, engine=engine)


def mark_no_show(booking_id: str, reason: str, *, clerk: Clerk, engine: Engine) -> Booking:
    """The booking marked as one whose guest did not come: it keeps its rooms and its money.

    Raises NotFound, StayConflict, Busy.
    """

    def step(booking: Booking, now: datetime) -> Booking | None:
        if booking.no_show:
            return None
        if booking.checked_in_at_ms is not None:
            raise StayConflict("The guest has checked in.")
        _require_stay_days(booking, now)
        return msgspec.structs.replace(booking, no_show=True)

    return _record_step(booking_id, StayStep.NO_SHOW, step, reason, clerk=clerk, engine=engine)


def _require_stay_days(booking: Booking, now: datetime) -> None:
    """Raises StayConflict unless it is the check-in day or a later night of the stay, by the property's day."""
    today = today_in(booking.timezone, now, booking.day_ends)
    if today < booking.check_in:
        raise StayConflict(f"The stay begins on {booking.check_in}; today at the property is {today}.")
    if today >= booking.check_out:
        raise StayConflict(f"The stay ended on {booking.check_out}; today at the property is {today}.")


def _record_step(
    booking_id: str,
    stay: StayStep,
    step: Callable[[Booking, datetime], Booking | None],
    reason: str | None,
    *,
    clerk: Clerk,
    engine: Engine,
) -> Booking:
    """The booking as `step` changes it; unchanged if that is recorded already, which `step` says by None."""

    def attempt() -> tuple[Booking | None, Booking]:
        booking, now = clerk.booking(booking_id, engine=engine), engine.clock()
        if booking.status is not Status.CONFIRMED:
            raise StayConflict(f"The booking is {booking.status_at(now)}; only a confirmed one has a stay.")
        changed = step(booking, now)
        if changed is None:
            return None, booking
        after = changed.transitioned(booking.status, now, clerk.actor, note=reason, stay=stay)
        return booking, engine.store.commit(booking, after, now=now)

    before, after = engine.store.retry_on_conflict(attempt)
    if before is not None:
        record(TAG_OF[stay], f"{after.rooms} room(s)", before=before, after=after, rooms=after.rooms, by=clerk.actor)
    return after
