"""What owners send about the nights of their room types: changes, rates and availability in bulk, and blocks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SkipValidation, ValidationInfo
from pydantic.functional_validators import field_validator

from holdfast.fields import Day, Strict, Text, Whole
from holdfast.model.calendar import OwnValue
from holdfast.model.ids import BLOCK_ID, CHANGE_ID
from holdfast.model.limits import MAX_ROOMS_IN_TYPE
from holdfast.model.rates import NightRules
from holdfast.properties.fields import Nights, Price, listed
from holdfast.requests import NO_CURSOR, Name, Reason

MAX_CHANGES = 400  # in one call
MAX_CALENDAR_BYTES = 256 * 1024
MAX_ARI_VALUES = 2_000
MAX_ARI_BYTES = 1024 * 1024

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SETTABLE = ("price", "rooms_on_sale", *NightRules.__struct_fields__)


def _not_empty[Entries: tuple[object, ...]](entries: Entries) -> Entries:
    """After the entries themselves: of one that is wrong, only that is said."""
    if not entries:
        raise ValueError("must have at least 1")
    return entries


AT_LEAST_ONE = (AfterValidator(_not_empty), Field(json_schema_extra={"minItems": 1}))


class NightRange(Strict):
    """Nights from `first_night` to `last_night`, both included."""

    first_night: Day
    last_night: Day

    @field_validator("last_night")
    @classmethod
    def _is_no_earlier(cls, last: date, others: ValidationInfo) -> date:
        first = others.data.get("first_night")
        if first and last < first:
            raise ValueError(f"is before first_night {first}")
        return last


class NightsRequest(NightRange):
    """Nights, and what is set on them. A field that is absent is left alone; null goes back to the default."""

    weekdays: Annotated[tuple[Weekday, ...], listed(7), *AT_LEAST_ONE] = WEEKDAYS
    price: Price | None = None
    rooms_on_sale: Annotated[int, Whole(0, MAX_ROOMS_IN_TYPE)] | None = None
    closed: bool | None = None
    min_stay_arrival: Nights | None = None
    min_stay_through: Nights | None = None
    max_stay: Nights | None = None
    closed_to_arrival: bool | None = None
    closed_to_departure: bool | None = None

    @property
    def settings(self) -> dict[str, OwnValue]:
        """What is set, by field; None: the default."""
        return {name: getattr(self, name) for name in SETTABLE if name in self.model_fields_set}

    @property
    def nights(self) -> Iterator[date]:
        for n in range((self.last_night - self.first_night).days + 1):
            night = self.first_night + timedelta(days=n)
            if WEEKDAYS[night.weekday()] in self.weekdays:
                yield night


class CalendarRequest(Strict):
    """With `dry_run`, nothing is written: the answer says what would be."""

    changes: Annotated[tuple[NightsRequest, ...], listed(MAX_CHANGES), *AT_LEAST_ONE]
    dry_run: bool = False


class ChangesQuery(Strict):
    cursor: Annotated[str, Text(CHANGE_ID, NO_CURSOR)] | None = None


class AriValue(NightsRequest):
    """A plan's prices are derived from its room type's: `plan_id` may name a plan that adds nothing of its own."""

    room_type_id: Name
    plan_id: Name | None = None


class AriRequest(Strict):
    """Each value is checked by itself: a bad one is refused by its index, and never sinks the rest."""

    values: Annotated[tuple[Annotated[AriValue, SkipValidation], ...], listed(MAX_ARI_VALUES), *AT_LEAST_ONE]


class AriQuery(NightRange):
    """The query of `GET /properties/{property_id}/ari`."""


class BlockRequest(NightRange):
    """Rooms to take off sale on every night of the range."""

    rooms: Annotated[int, Whole(1, MAX_ROOMS_IN_TYPE)]
    reason: Reason
    source: Literal["maintenance", "walk_in", "channel"]


class BlocksQuery(Strict):
    cursor: Annotated[str, Text(BLOCK_ID, NO_CURSOR)] | None = None
