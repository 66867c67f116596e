"""What the fields of a hotel may hold, in a request of its owner and in a catalog file alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Annotated, Any

from pydantic import AfterValidator, Field, WithJsonSchema

from holdfast.fields import Text, Whole
from holdfast.model.limits import MAX_AMOUNT, MAX_NIGHTS, MAX_PRICE
from holdfast.properties.city import CityText
from holdfast.requests import Name, TimeOfDay, is_writing

LABEL = re.compile(r"(?=.{1,200}\Z)\S(.*\S)?")
CITY = re.compile(r"(?=.{1,64}\Z)[^\x00-\x1f#\s]([^\x00-\x1f#]*[^\x00-\x1f#\s])?", re.DOTALL)
PROSE_LENGTH = 4_000
LATEST_DAY_END = 720  # minutes after midnight: noon


def one_of(names: Collection[str] | Callable[[], Collection[str]], says: str) -> AfterValidator:
    """One of those names; where they are many and come from elsewhere, they are looked up at the first check."""

    def check(name: str) -> str:
        known = names() if callable(names) else names
        if name not in known:
            raise ValueError(f"{name!r} is not {says}")
        return name

    return AfterValidator(check)


def listed(most: int, least: int = 0) -> Any:
    """A tuple of `least` to `most`, which in JSON is a list."""
    return Field(strict=False, min_length=least, max_length=most)


def minutes_of(hour: str) -> int:
    """Minutes after midnight of a time of day, as `18:00`."""
    return int(hour[:2]) * 60 + int(hour[3:])


def _in_the_morning(hour: str) -> str:
    if minutes_of(hour) > LATEST_DAY_END:
        raise ValueError("must be from 00:00 to 12:00: the hotel's day ends in the morning of the next date")
    return hour


def _prose(text: str) -> str:
    if len(text) > PROSE_LENGTH or not is_writing(text.replace("\n", "")):
        raise ValueError(f"must be at most {PROSE_LENGTH} characters, none of them a control character but new lines")
    return text


def _matching(pattern: str) -> WithJsonSchema:
    """How the names of a long list look."""
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$"})


def _zones() -> Collection[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - it reads the whole folder of zones

    return available_timezones()


def _countries() -> Collection[str]:
    from holdfast.model.countries import COUNTRIES  # noqa: PLC0415 - a start that checks no country is spared the list

    return COUNTRIES


def _currencies() -> Collection[str]:
    from holdfast.model.currencies import CURRENCIES  # noqa: PLC0415 - the same

    return CURRENCIES


def _chargeable(currency: str) -> str:
    from holdfast.model.money import CHARGEABLE  # noqa: PLC0415 - the same

    if currency not in CHARGEABLE:
        raise ValueError(f"no gateway charges in {currency}")
    return currency


Id = Name
Label = Annotated[str, Text(LABEL, "must be 1 to 200 characters on one line, without blanks around them")]
City = Annotated[
    str, CityText(CITY, "must be 1 to 64 characters without blanks around them, none of them # or a control character")
]
Prose = Annotated[str, AfterValidator(_prose)]
Price = Annotated[int, Whole(1, MAX_PRICE)]
Nights = Annotated[int, Whole(1, MAX_NIGHTS)]  # of a stay
Surcharge = Annotated[int, Whole(-MAX_AMOUNT, MAX_AMOUNT)]
SlabBound = Annotated[int, Whole(1, MAX_AMOUNT)]  # of a tax
BasisPoints = Annotated[int, Whole(0, 10_000)]
Hour = TimeOfDay
DayEnd = Annotated[TimeOfDay, AfterValidator(_in_the_morning)]
TimeZone = Annotated[str, one_of(_zones, "a time zone, such as Asia/Kolkata"), _matching("[A-Za-z0-9_+/-]+")]
CountryCode = Annotated[str, one_of(_countries, "a country by ISO 3166-1, such as IN"), _matching("[A-Z]{2}")]
Currency = Annotated[
    str,
    one_of(_currencies, "an ISO 4217 currency, such as INR"),
    AfterValidator(_chargeable),
    _matching("[A-Z]{3}"),
]
