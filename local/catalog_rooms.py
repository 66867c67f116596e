"""A room type in the catalog file: its prices, rate plans, occupancy, and the days that differ."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Annotated, Literal, Self

import msgspec
from pydantic import Field, ValidationError, ValidationInfo
from pydantic.functional_validators import field_validator, model_validator
from pydantic_core import InitErrorDetails

from holdfast.fields import Day, Strict, Whole
from holdfast.model.limits import MAX_AMOUNT, MAX_CHILD_AGE, MAX_GUESTS, MAX_NIGHTS, MAX_PLANS
from holdfast.model.property import ChildBand, Occupancy, PolicyStep, RatePlan, RoomType
from holdfast.model.rates import NightRules
from local.catalog_fields import Amount, Hour, Id, Label, Price, listed, minutes_of

MAX_ROOMS_IN_TYPE = 10_000
MAX_DAYS_AHEAD = 730
type Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Nights = Annotated[int, Whole(1, MAX_NIGHTS)]
DaysAhead = Annotated[int, Whole(0, MAX_DAYS_AHEAD)]
Surcharge = Annotated[int, Whole(-MAX_AMOUNT, MAX_AMOUNT)]


class PolicyStepEntry(Strict):
    """`until`: the hour of that day, at the property; without it, the whole of the hotel's day."""

    days_before: Annotated[int, Whole(0, 365)]
    until: Hour | None = None
    refund_percent: Annotated[int, Whole(0, 100)]

    @property
    def day(self) -> int | str:
        """What no other step of the policy may have."""
        return self.days_before if self.until is None else f"{self.days_before} until {self.until}"

    @property
    def model(self) -> PolicyStep:
        until = None if self.until is None else minutes_of(self.until)
        return PolicyStep(self.days_before, self.refund_percent, until)


Policy = Annotated[tuple[PolicyStepEntry, ...], listed(20)]


def policy_of(steps: tuple[PolicyStepEntry, ...]) -> tuple[PolicyStep, ...]:
    return tuple(step.model for step in sorted(steps, key=lambda step: -step.days_before))


class DerivedEntry(Strict):
    """The plan's price from the night's: basis points more or fewer, then an amount."""

    percent_bp: Annotated[int, Whole(-10_000, 100_000)] = 0
    amount: Surcharge = 0


class PlanEntry(Strict):
    """A rate plan; `meal` is the price of its meals for each person and night."""

    plan_id: Id
    name: Label
    meal: Amount = 0
    derived: DerivedEntry = DerivedEntry()
    cancellation_policy: Policy | None = None
    min_stay: Nights | None = None
    max_stay: Nights | None = None
    book_from_days: DaysAhead | None = None
    book_until_days: DaysAhead | None = None
    active: bool = True

    @field_validator("max_stay")
    @classmethod
    def _is_no_shorter(cls, most: int | None, others: ValidationInfo) -> int | None:
        return _at_least(most, "min_stay", others)

    @field_validator("book_until_days")
    @classmethod
    def _comes_after_the_first_day(cls, until: int | None, others: ValidationInfo) -> int | None:
        first = others.data.get("book_from_days")
        if until is not None and first is not None and until > first:
            raise ValueError(f"{until} is above book_from_days {first}: no day is left to book on")
        return until

    @property
    def model(self) -> RatePlan:
        policy = self.cancellation_policy
        return RatePlan(
            plan_id=self.plan_id,
            name=self.name,
            percent_bp=self.derived.percent_bp,
            amount=self.derived.amount,
            meal=self.meal,
            cancellation_policy=None if policy is None else policy_of(policy),
            min_stay=self.min_stay,
            max_stay=self.max_stay,
            book_from_days=self.book_from_days,
            book_until_days=self.book_until_days,
            active=self.active,
        )


class ChildBandEntry(Strict):
    max_age: Annotated[int, Whole(0, MAX_CHILD_AGE)]
    amount: Amount


class OccupancyEntry(Strict):
    base_adults: Annotated[int, Whole(1, MAX_GUESTS)]
    max_adults: Annotated[int, Whole(1, MAX_GUESTS)]
    max_children: Annotated[int, Whole(0, MAX_GUESTS)]
    max_guests: Annotated[int, Whole(1, MAX_GUESTS)]
    extra_adult: Amount
    single_discount: Amount = 0
    child_bands: Annotated[tuple[ChildBandEntry, ...], listed(MAX_CHILD_AGE + 1), Field(validate_default=True)] = ()

    @field_validator("max_adults")
    @classmethod
    def _take_the_base_adults(cls, most: int, others: ValidationInfo) -> int:
        return _at_least(most, "base_adults", others)

    @field_validator("max_guests")
    @classmethod
    def _takes_the_adults_or_the_children(cls, most: int, others: ValidationInfo) -> int:
        for name in ("max_adults", "max_children"):
            _at_least(most, name, others)
        return most

    @field_validator("child_bands")
    @classmethod
    def _rise(cls, bands: tuple[ChildBandEntry, ...]) -> tuple[ChildBandEntry, ...]:
        ages = [band.max_age for band in bands]
        if ages != sorted(set(ages)):
            raise ValueError("the bands overlap: max_age must rise from one to the next")
        return bands

    @field_validator("child_bands")
    @classmethod
    def _say_who_is_a_child(
        cls, bands: tuple[ChildBandEntry, ...], others: ValidationInfo
    ) -> tuple[ChildBandEntry, ...]:
        children = others.data.get("max_children")
        if children and not bands:
            raise ValueError(f"max_children is {children}, and without a band nobody counts as a child")
        return bands

    @property
    def model(self) -> Occupancy:
        bands = tuple(ChildBand(band.max_age, band.amount) for band in self.child_bands)
        return Occupancy(**self.model_dump() | {"child_bands": bands})


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
            _at_least(most, shortest, others)
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
    base_price: Price
    discounted_price: Price | None = None
    total_rooms: Annotated[int, Whole(1, MAX_ROOMS_IN_TYPE)]
    max_guests: Annotated[int, Whole(1, MAX_GUESTS)]
    occupancy: OccupancyEntry | None = None
    plans: Annotated[tuple[PlanEntry, ...], listed(MAX_PLANS)] = ()
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
    def _fits_the_room(cls, occupancy: OccupancyEntry | None, others: ValidationInfo) -> OccupancyEntry | None:
        most = others.data.get("max_guests")
        if occupancy and most is not None and occupancy.max_guests > most:
            raise ValueError(f"max_guests {occupancy.max_guests} is above the room's {most}")
        return occupancy

    @model_validator(mode="after")
    def _has_prices_above_zero(self) -> Self:
        """The lowest price of a room with one guest, by every plan."""
        discounted = self.base_price if self.discounted_price is None else self.discounted_price
        lowest = min([discounted, *(entry.price for entry in self.calendar if entry.price is not None)])
        single = self.occupancy.single_discount if self.occupancy else 0
        if single >= lowest:
            raise _wrong(("occupancy", "single_discount"), single, f"{single} is not below the lowest price {lowest}")
        for n, plan in enumerate(self.plans):
            derived = plan.derived
            if (lowest - single) * (10_000 + derived.percent_bp) // 10_000 + derived.amount + plan.meal < 1:
                left = f"of {lowest - single}, the lowest price for one guest"
                raise _wrong(("plans", n), plan.plan_id, f"{plan.plan_id} leaves nothing {left}")
        return self

    def model(self, property_id: str) -> RoomType:
        return RoomType(
            room_type_id=self.room_type_id,
            property_id=property_id,
            name=self.name,
            base_price=self.base_price,
            discounted_price=self.discounted_price,
            total_rooms=self.total_rooms,
            max_guests=self.max_guests,
            plans=tuple(plan.model for plan in self.plans),
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


def _at_least[Most: int | None](most: Most, name: str, others: ValidationInfo) -> Most:
    least = others.data.get(name)
    if most is not None and least is not None and most < least:
        raise ValueError(f"{most} is below {name} {least}")
    return most
