"""What anyone sends to search."""

from typing import Annotated, Literal

from holdfast.fields import Day, Digits, Strict, Text
from holdfast.model.limits import MAX_CHILD_AGE, MAX_GUESTS, MAX_ROOMS
from holdfast.model.names import NAME
from holdfast.properties.city import CityCursor, CityText
from holdfast.requests import NO_CURSOR, Name

CITY = r"[^\x00-\x1f#]{1,64}"
PROPERTIES_CURSOR = rf"[^\x00-\x1f#]{{1,256}}#{NAME.pattern}"
MONTH = r"20[0-9]{2}-(0[1-9]|1[0-2])"
ROOMS_DIGITS = rf"[1-{MAX_ROOMS}]"
GUESTS_DIGITS = r"[1-9][0-9]?"
AGES = r"(?:1[0-7]|[0-9])(?:,(?:1[0-7]|[0-9])){0,97}"
PRICE_DIGITS = r"[1-9][0-9]{0,12}"

Guests = Annotated[int, Digits(GUESTS_DIGITS, f"must be 1 to {MAX_GUESTS}")]


class OffersQuery(Strict):
    """Dates, rooms and guests: what a hotel has for them. Without dates, none of it counts.

    `guests` are adults; or else `adults` and the ages of `children` say who comes. They are spread over the rooms
    evenly.
    """

    check_in: Day | None = None
    check_out: Day | None = None
    rooms: Annotated[int, Digits(ROOMS_DIGITS, f"must be 1 to {MAX_ROOMS}")] = 1
    guests: Guests | None = None
    adults: Guests | None = None
    children: Annotated[str, Text(AGES, f"must be ages of 0 to {MAX_CHILD_AGE} with commas between, as 5,9")] | None = (
        None
    )

    @property
    def ages(self) -> tuple[int, ...]:
        """Of the children."""
        return tuple(int(age) for age in self.children.split(",")) if self.children else ()


class SearchQuery(OffersQuery):
    """The query of `GET /properties`. Without dates it lists; with dates it also says what is free, and the price.

    `plan` and `max_price`, for the whole stay in minor units, need dates. `max_price` and `sort` are of the hotels of
    one answer, which is a page of up to 24.
    """

    city: Annotated[str, CityText(CITY, "must be 1 to 64 characters, none of them # or a control character")] | None = (
        None
    )
    plan: Name | None = None
    max_price: Annotated[int, Digits(PRICE_DIGITS, "must be 1 to 13 digits, in minor units")] | None = None
    sort: Literal["price", "name"] | None = None
    cursor: Annotated[str, CityCursor(PROPERTIES_CURSOR, NO_CURSOR)] | None = None


class CalendarQuery(Strict):
    month: Annotated[str, Text(MONTH, "must be a month, YYYY-MM, of the years 2000 to 2099")] | None = None
