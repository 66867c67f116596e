"""Where a page of a property's bookings starts: after the last one shown, by its check-in day and its id."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields
from holdfast.model.ids import BOOKING_ID
from holdfast.requests import NO_CURSOR

if TYPE_CHECKING:
    from holdfast.model.booking import Booking

DESK_CURSOR = re.compile(rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?")


def cursor_of(position: tuple[date, str] | None) -> str | None:
    return f"{position[0]}.{position[1]}" if position else None


def last_shown(cursor: str) -> str:
    """The id of the booking that the cursor names."""
    return cursor.partition(".")[2]


def cursor_position(
    last: Booking | None, cursor: str, property_id: str, days: tuple[date, date] | None
) -> tuple[date, str]:
    """The position after the booking that the cursor names; raises InvalidFields unless it is in the same list."""
    if (
        last is None
        or (last.property_id, last.check_in.isoformat()) != (property_id, cursor.partition(".")[0])
        or not (days is None or days[0] <= last.check_in <= days[1])
    ):
        raise InvalidFields(("cursor", NO_CURSOR))
    return last.check_in, last.booking_id
