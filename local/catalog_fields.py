"""What the fields of the catalog file may hold."""

import re
from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from holdfast.bookings.guest_requests import TimeOfDay
from holdfast.fields import Text, Whole
from holdfast.model.limits import MAX_AMOUNT
from holdfast.model.money import CHARGEABLE
from holdfast.model.names import NAME, NAME_SAYS
from local.iso import CURRENCIES

INSTANT = re.compile(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
LABEL = re.compile(r"(?=.{1,200}\Z)\S(.*\S)?")
CITY = re.compile(r"(?=.{1,64}\Z)[^\x00-\x1f#\s]([^\x00-\x1f#]*[^\x00-\x1f#\s])?", re.DOTALL)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")


def _as_instant(value: Any) -> Any:
    """The instant that an RFC 3339 text with its offset names; anything else as it is, for pydantic to refuse."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    return value


def one_of(names: Collection[str], says: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"{name!r} is not {says}")
        return name

    return AfterValidator(check)


Id = Annotated[str, Text(NAME, NAME_SAYS)]
Label = Annotated[str, Text(LABEL, "must be 1 to 200 characters on one line, without blanks around them")]
City = Annotated[
    str, Text(CITY, "must be 1 to 64 characters without blanks around them, none of them # or a control character")
]
Code = Annotated[str, Text(CODE, "must be 1 to 32 letters, digits, dashes or underscores, beginning with no dash")]
User = Annotated[str, Text(USER, "must be 1 to 64 letters, digits or any of . _ @ + -, the first a letter or digit")]
Amount = Annotated[int, Whole(0, MAX_AMOUNT)]
Price = Annotated[int, Whole(1, MAX_AMOUNT)]
Limit = Annotated[int, Whole(0, 1_000_000_000)]
BasisPoints = Annotated[int, Whole(0, 10_000)]
Instant = Annotated[datetime, BeforeValidator(_as_instant)]


def listed(most: int, least: int = 0) -> Any:
    """A tuple of `least` to `most`, which in JSON is a list."""
    return Field(strict=False, min_length=least, max_length=most)


def minutes_of(hour: str) -> int:
    """Minutes after midnight of a time of day, as `18:00`."""
    return int(hour[:2]) * 60 + int(hour[3:])


Hour = TimeOfDay


def _chargeable(currency: str) -> str:
    if currency not in CHARGEABLE:
        raise ValueError(f"no gateway charges in {currency}")
    return currency


Currency = Annotated[str, one_of(CURRENCIES, "an ISO 4217 currency, such as INR"), AfterValidator(_chargeable)]
