"""A room type in the catalog file: its prices, rate plans, occupancy, and the days that differ."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

import msgspec
from pydantic import ValidationError, ValidationInfo
from pydantic.functional_validators import field_validator, model_validator
from pydantic_core import InitErrorDetails

from holdfast.fields import Day, Strict, Whole
from holdfast.model.limits import MAX_GUESTS, MAX_PLANS
from holdfast.model.property import RoomType
from holdfast.model.rates import NightRules
from holdfast.properties.fields import Id, Label, Nights, Prose, listed
from holdfast.properties.lowest_price import nothing_left
from holdfast.properties.plan_requests import NamedPlanRequest, OccupancyRequest, at_least
from local.catalog_fields import Price

MAX_ROOMS_IN_TYPE = 10_000
type Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class NightsEntry(Strict):
    """Nights from `first_night` to `last_night`, both included, and what differs on them.

    A later entry goes on top: of a night that both name, what it leaves out stays as the earlier one has it.
    """

    first_night: Day
    last_night: Day
    weekdays: Annotated[tuple[Weekday, ...], listed(7, least=1)] = WEEKDAYS
    price: Price | None = None
    closed: bool = False
    min_stay_arrival: Nights | None = None
    min_stay_through: Nights | None = None
    max_stay: Nights | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False

    @field_validator("last_night")
    @classmethod
    def _is_no_earlier(cls, last: date, others: ValidationInfo) -> date:
        first = others.data.get("first_night")
        if first and last < first:
            raise ValueError(f"is before first_night {first}")
        return last

    @field_validator("max_stay")
    @classmethod
    def _is_no_shorter(cls, most: int | None, others: ValidationInfo) -> int | None:
        for shortest in ("min_stay_arrival", "min_stay_through"):
            at_least(most, shortest, others)
        return most

    @property
    def nights(self) -> Iterator[date]:
        for n in range((self.last_night - self.first_night).days + 1):
            night = self.first_night + timedelta(days=n)
            if WEEKDAYS[night.weekday()] in self.weekdays:
                yield night

    @property
    def rules(self) -> dict[str, int]:
        """The rules that differ from a night without any, by their names in `NightRules`."""
        named = {name: getattr(self, name) for name in NightRules.__struct_fields__}
        return {name: value for name, value in named.items() if value}


class RoomTypeEntry(Strict):
    room_type_id: Id
    name: Label
    description: Prose = ""
    base_price: Price
    discounted_price: Price | None = None
    total_rooms: Annotated[int, Whole(1, MAX_ROOMS_IN_TYPE)]
    max_guests: Annotated[int, Whole(1, MAX_GUESTS)]
    occupancy: OccupancyRequest | None = None
    plans: Annotated[tuple[NamedPlanRequest, ...], listed(MAX_PLANS)] = ()
    calendar: Annotated[tuple[NightsEntry, ...], listed(400)] = ()

    @field_validator("discounted_price")
    @classmethod
    def _is_a_discount(cls, price: int | None, others: ValidationInfo) -> int | None:
        base = others.data.get("base_price")
        if price is not None and base is not None and price > base:
            raise ValueError(f"{price} is above the base price {base}")
        return price

    @field_validator("occupancy")
    @classmethod
    def _fits_the_room(cls, occupancy: OccupancyRequest | None, others: ValidationInfo) -> OccupancyRequest | None:
        most = others.data.get("max_guests")
        if occupancy and most is not None and occupancy.max_guests > most:
            raise ValueError(f"max_guests {occupancy.max_guests} is above the room's {most}")
        return occupancy

    @model_validator(mode="after")
    def _has_prices_above_zero(self) -> Self:
        """The lowest price of a room with one guest, by every plan."""
        discounted = self.base_price if self.discounted_price is None else self.discounted_price
        lowest = min([discounted, *(entry.price for entry in self.calendar if entry.price is not None)])
        plans = tuple(plan.plan for plan in self.plans)
        found = nothing_left(lowest, self.occupancy.model if self.occupancy else None, plans)
        if found and found.plan is None:
            single = self.occupancy.single_discount if self.occupancy else 0
            raise _wrong(("occupancy", "single_discount"), single, found.says)
        if found and found.plan is not None:
            raise _wrong(("plans", found.plan), plans[found.plan].plan_id, found.says)
        return self

    def model(self, property_id: str) -> RoomType:
        return RoomType(
            room_type_id=self.room_type_id,
            property_id=property_id,
            name=self.name,
            description=self.description,
            base_price=self.base_price,
            discounted_price=self.discounted_price,
            total_rooms=self.total_rooms,
            max_guests=self.max_guests,
            plans=tuple(plan.plan for plan in self.plans),
            occupancy=self.occupancy.model if self.occupancy else None,
        )

    @property
    def night_prices(self) -> dict[date, int]:
        """The nights with a price of their own."""
        return {night: entry.price for entry in self.calendar if entry.price for night in entry.nights}

    @property
    def night_rules(self) -> dict[date, NightRules]:
        """The nights with rules; each rule as the last entry that names it has it."""
        rules: dict[date, NightRules] = {}
        for entry in self.calendar:
            for night in entry.nights if entry.rules else ():
                rules[night] = msgspec.structs.replace(rules.get(night, NightRules()), **entry.rules)
        return rules


def _wrong(place: tuple[str | int, ...], value: object, says: str) -> ValidationError:
    """What is wrong with the value at that place within the entry."""
    error = InitErrorDetails(type="value_error", loc=place, input=value, ctx={"error": ValueError(says)})
    return ValidationError.from_exception_data("RoomTypeEntry", [error])
