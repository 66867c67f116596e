"""Rate plans and occupancy of a room type, as an owner sends them and as a catalog file has them."""

from typing import Annotated

from pydantic import Field, ValidationInfo
from pydantic.functional_validators import field_validator

from holdfast.fields import Strict, Whole
from holdfast.model.limits import MAX_CHILD_AGE, MAX_GUESTS
from holdfast.model.property import ChildBand, Occupancy, RatePlan
from holdfast.properties.fields import Id, Label, Nights, Surcharge, listed
from holdfast.properties.policy_requests import Policy, policy_of
from holdfast.requests import Amount

MAX_DAYS_AHEAD = 730

DaysAhead = Annotated[int, Whole(0, MAX_DAYS_AHEAD)]


class DerivedPrice(Strict):
    """The plan's price from the night's: basis points more or fewer, then an amount."""

    percent_bp: Annotated[int, Whole(-10_000, 100_000)] = 0
    amount: Surcharge = 0


class PlanRequest(Strict):
    """A rate plan; `meal` is the price of its meals for each person and night."""

    name: Label
    meal: Amount = 0
    derived: DerivedPrice = DerivedPrice()
    cancellation_policy: Policy | None = None
    min_stay: Nights | None = None
    max_stay: Nights | None = None
    book_from_days: DaysAhead | None = None
    book_until_days: DaysAhead | None = None
    active: bool = True

    @field_validator("max_stay")
    @classmethod
    def _is_no_shorter(cls, most: int | None, others: ValidationInfo) -> int | None:
        return at_least(most, "min_stay", others)

    @field_validator("book_until_days")
    @classmethod
    def _comes_after_the_first_day(cls, until: int | None, others: ValidationInfo) -> int | None:
        first = others.data.get("book_from_days")
        if until is not None and first is not None and until > first:
            raise ValueError(f"{until} is above book_from_days {first}: no day is left to book on")
        return until

    def model(self, plan_id: str) -> RatePlan:
        policy = self.cancellation_policy
        return RatePlan(
            plan_id=plan_id,
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


class NamedPlanRequest(PlanRequest):
    """A plan among others of a list."""

    plan_id: Id

    @property
    def plan(self) -> RatePlan:
        return self.model(self.plan_id)


class ChildBandRequest(Strict):
    max_age: Annotated[int, Whole(0, MAX_CHILD_AGE)]
    amount: Amount


class OccupancyRequest(Strict):
    base_adults: Annotated[int, Whole(1, MAX_GUESTS)]
    max_adults: Annotated[int, Whole(1, MAX_GUESTS)]
    max_children: Annotated[int, Whole(0, MAX_GUESTS)]
    max_guests: Annotated[int, Whole(1, MAX_GUESTS)]
    extra_adult: Amount
    single_discount: Amount = 0
    child_bands: Annotated[tuple[ChildBandRequest, ...], listed(MAX_CHILD_AGE + 1), Field(validate_default=True)] = ()

    @field_validator("max_adults")
    @classmethod
    def _take_the_base_adults(cls, most: int, others: ValidationInfo) -> int:
        return at_least(most, "base_adults", others)

    @field_validator("max_guests")
    @classmethod
    def _takes_the_adults_or_the_children(cls, most: int, others: ValidationInfo) -> int:
        for name in ("max_adults", "max_children"):
            at_least(most, name, others)
        return most

    @field_validator("child_bands")
    @classmethod
    def _rise(cls, bands: tuple[ChildBandRequest, ...]) -> tuple[ChildBandRequest, ...]:
        ages = [band.max_age for band in bands]
        if ages != sorted(set(ages)):
            raise ValueError("the bands overlap: max_age must rise from one to the next")
        return bands

    @field_validator("child_bands")
    @classmethod
    def _say_who_is_a_child(
        cls, bands: tuple[ChildBandRequest, ...], others: ValidationInfo
    ) -> tuple[ChildBandRequest, ...]:
        children = others.data.get("max_children")
        if children and not bands:
            raise ValueError(f"max_children is {children}, and without a band nobody counts as a child")
        return bands

    @property
    def model(self) -> Occupancy:
        bands = tuple(ChildBand(band.max_age, band.amount) for band in self.child_bands)
        return Occupancy(**self.model_dump() | {"child_bands": bands})


def at_least[Most: int | None](most: Most, name: str, others: ValidationInfo) -> Most:
    """`most`, unless it is below the field of that name; raises ValueError then."""
    least = others.data.get(name)
    if most is not None and least is not None and most < least:
        raise ValueError(f"{most} is below {name} {least}")
    return most
