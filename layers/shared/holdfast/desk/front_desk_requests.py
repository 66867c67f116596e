"""What an owner asks at the front desk: who comes, and who is in the house."""

import re
from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from holdfast.desk.cursor import DESK_CURSOR
from holdfast.fields import Day, Digits, Strict, Text
from holdfast.model.limits import MAX_NIGHTS_ON_BOARD
from holdfast.requests import NO_CURSOR

NIGHTS_DIGITS = re.compile(r"(?:[1-9]|[12][0-9]|3[01])")
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)


def _in_range(day: date) -> date:
    """A day that weeks can be added to and taken from."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValueError(f"must be {FIRST_DAY} to {LAST_DAY}")
    return day


Cursor = Annotated[str, Text(DESK_CURSOR, NO_CURSOR)]


class ArrivalsQuery(Strict):
    """The query of the arrivals: `date` is the check-in day, today at the property if left out."""

    date: Day | None = None
    cursor: Cursor | None = None


class BoardQuery(Strict):
    """The query of the board: so many nights, from the first on, which is today's at the property if left out."""

    first_night: Annotated[Day, AfterValidator(_in_range)] | None = None
    nights: Annotated[int, Digits(NIGHTS_DIGITS, f"must be 1 to {MAX_NIGHTS_ON_BOARD}")] = 14
    cursor: Cursor | None = None
