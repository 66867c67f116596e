"""What anyone sends to search."""

import re
from typing import Annotated

from holdfast.fields import Day, Digits, Strict, Text
from holdfast.model.limits import MAX_GUESTS, MAX_ROOMS
from holdfast.model.names import NAME
from holdfast.requests import NO_CURSOR

CITY = re.compile(r"[^\x00-\x1f#]{1,64}")
PROPERTIES_CURSOR = re.compile(rf"[^\x00-\x1f#]{{1,256}}#{NAME.pattern}")
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
ROOMS_DIGITS = re.compile(rf"[1-{MAX_ROOMS}]")
GUESTS_DIGITS = re.compile(r"[1-9][0-9]?")


class SearchQuery(Strict):
    """The query of `GET /properties`. Without dates it lists; with dates it also says what is free, and the price."""

    city: Annotated[str, Text(CITY, "must be 1 to 64 characters, none of them # or a control character")] | None = None
    check_in: Day | None = None
    check_out: Day | None = None
    rooms: Annotated[int, Digits(ROOMS_DIGITS, f"must be 1 to {MAX_ROOMS}")] = 1
    guests: Annotated[int, Digits(GUESTS_DIGITS, f"must be 1 to {MAX_GUESTS}")] = 1
    cursor: Annotated[str, Text(PROPERTIES_CURSOR, NO_CURSOR)] | None = None


class CalendarQuery(Strict):
    month: Annotated[str, Text(MONTH, "must be a month, YYYY-MM, of the years 2000 to 2099")] | None = None
