"""The catalog file: hotels, promo codes and wallets to load, every field checked before anything is started.

An error names the position in the file: `$.properties[0].room_types[1].base_price: …`.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, Self

from pydantic import ConfigDict, Field, ValidationError, ValidationInfo
from pydantic.functional_validators import field_validator, model_validator
from pydantic_core import InitErrorDetails

from holdfast.fields import Strict, problems
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_PICTURES
from holdfast.model.money import charge_step
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import DEFAULT_CURRENCY, INDIA, Property
from holdfast.properties.fields import (
    BasisPoints,
    City,
    CountryCode,
    Currency,
    DayEnd,
    Id,
    Label,
    Prose,
    TimeZone,
    listed,
    minutes_of,
)
from holdfast.properties.plan_requests import NamedPlanRequest
from holdfast.properties.policy_requests import Policy, PolicyStepRequest, policy_of
from holdfast.properties.tax_requests import Taxes
from holdfast.requests import Amount
from local.catalog_fields import Code, Instant, Limit, User
from local.catalog_rooms import RoomTypeEntry
from local.catalog_taxes import TaxPeriodRequest, gst_table
from local.tools import LocalError

MAX_FILE_BYTES = 5_000_000

Place = tuple[str | int, ...]  # of a value in the file: the names and indexes that lead to it


class PictureEntry(Strict):
    """A picture that `local/pictures.py` draws: what of, and the words for who cannot see it."""

    kind: Literal["building", "room", "view", "pool"]
    alt: Label
    room_type_id: Id | None = None


class PropertyEntry(Strict):
    property_id: Id
    name: Label
    city: City
    timezone: TimeZone
    currency: Currency
    country: Annotated[CountryCode | None, Field(validate_default=True)] = None
    day_ends_at: DayEnd = "04:00"
    guest_required: bool = False
    cancellation_policy: Policy = ()
    gst_slabs: Annotated[tuple[TaxPeriodRequest, ...], listed(20, least=1)] | None = None
    taxes: Annotated[Taxes | None, Field(validate_default=True)] = None
    owners: Annotated[tuple[User, ...], listed(20)] = ()
    description: Prose = ""
    address: Label | None = None
    amenities: Annotated[tuple[Label, ...], listed(50)] = ()
    pictures: Annotated[tuple[PictureEntry, ...], listed(MAX_PICTURES)] = ()
    room_types: Annotated[tuple[RoomTypeEntry, ...], listed(100, least=1)]

    @field_validator("country")
    @classmethod
    def _is_known(cls, country: str | None, others: ValidationInfo) -> str | None:
        currency = others.data.get("currency")
        if country is None and currency not in {None, DEFAULT_CURRENCY}:
            raise ValueError(f"is required for a property that sells in {currency}")
        return country or INDIA

    @field_validator("gst_slabs")
    @classmethod
    def _follow_one_another(cls, periods: tuple[TaxPeriodRequest, ...] | None) -> tuple[TaxPeriodRequest, ...] | None:
        starts = [period.starts for period in periods or ()]
        if starts != sorted(set(starts)):
            raise ValueError("the periods must follow one another, earliest first")
        return periods

    @field_validator("taxes")
    @classmethod
    def _are_its_countrys(cls, taxes: Taxes | None, others: ValidationInfo) -> Taxes | None:
        country = others.data.get("country")
        if taxes is None and country not in {None, INDIA}:
            raise ValueError(f"is required outside India; there is no table for {country}")
        if taxes and others.data.get("gst_slabs") is not None:
            raise ValueError("name either taxes or gst_slabs")
        return taxes

    @property
    def model(self) -> Property:
        taxes = self.taxes.table(self.country or INDIA) if self.taxes else None
        return Property(
            property_id=self.property_id,
            name=self.name,
            city=self.city,
            country=self.country or INDIA,
            timezone=self.timezone,
            currency=self.currency,
            day_ends=minutes_of(self.day_ends_at),
            guest_required=self.guest_required,
            cancellation_policy=policy_of(self.cancellation_policy),
            taxes=gst_table(self.gst_slabs) if self.gst_slabs else taxes,
            description=self.description,
            address=self.address or "",
            amenities=self.amenities,
        )


class PromoEntry(Strict):
    model_config = ConfigDict(validate_default=True)  # what a kind needs may not be left out

    code: Code
    kind: Annotated[PromoKind, Field(strict=False)]
    currency: Currency | None = None  # of its amounts; without one, rupees
    percent_bp: BasisPoints | None = None
    amount: Amount | None = None
    max_discount: Amount | None = None
    min_amount: Amount | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    usage_limit: Limit | None = None
    per_user_limit: Limit | None = None

    @field_validator("percent_bp", "amount")
    @classmethod
    def _belongs_to_its_kind(cls, value: int | None, others: ValidationInfo) -> int | None:
        kind = others.data.get("kind")
        needed = "percent_bp" if kind is PromoKind.PERCENT else "amount"
        if kind and others.field_name == needed and not value:
            raise ValueError(f"a {kind} promo needs it, above 0")
        if kind and others.field_name != needed and value:
            raise ValueError(f"a {kind} promo has none")
        return value

    @field_validator("ends_at")
    @classmethod
    def _ends_after_its_start(cls, ends_at: datetime | None, others: ValidationInfo) -> datetime | None:
        starts_at = others.data.get("starts_at")
        if starts_at and ends_at and ends_at <= starts_at:
            raise ValueError("it is not after starts_at")
        return ends_at

    @property
    def model(self) -> Promo:
        return Promo(
            code=self.code.upper(),
            kind=self.kind,
            currency=self.currency,
            percent_bp=self.percent_bp or 0,
            amount=self.amount or 0,
            max_discount=self.max_discount,
            min_amount=self.min_amount or 0,
            starts_at_ms=None if self.starts_at is None else millis(self.starts_at),
            ends_at_ms=None if self.ends_at is None else millis(self.ends_at),
            usage_limit=self.usage_limit,
            per_user_limit=self.per_user_limit,
        )


class WalletEntry(Strict):
    user: User
    balance: Amount
    currency: Currency = DEFAULT_CURRENCY

    @field_validator("currency")
    @classmethod
    def _balance_can_be_paid_out(cls, currency: str, others: ValidationInfo) -> str:
        if others.data.get("balance", 0) % charge_step(currency):
            raise ValueError(f"a balance in {currency} goes in steps of {charge_step(currency)}")
        return currency


class Catalog(Strict):
    properties: Annotated[tuple[PropertyEntry, ...], listed(1_000, least=1)]
    promos: Annotated[tuple[PromoEntry, ...], listed(10_000)] = ()
    wallets: Annotated[tuple[WalletEntry, ...], listed(10_000)] = ()

    @model_validator(mode="after")
    def _names_everything_once(self) -> Self:
        hotels = [(("properties", p), entry) for p, entry in enumerate(self.properties)]
        rooms = [((*at, "room_types", r), room) for at, entry in hotels for r, room in enumerate(entry.room_types)]
        names: list[dict[Place, object]] = [
            {(*at, "property_id"): entry.property_id for at, entry in hotels},
            {(*at, "room_type_id"): room.room_type_id for at, room in rooms},
            {("promos", p, "code"): promo.code.upper() for p, promo in enumerate(self.promos)},
            {("wallets", w, "user"): wallet.user for w, wallet in enumerate(self.wallets)},
        ]
        names += [
            {(*at, "plans", p, "plan_id"): plan.plan_id for p, plan in enumerate(room.plans)} for at, room in rooms
        ]
        plans: list[tuple[Place, NamedPlanRequest]] = [
            ((*at, "plans", p), plan) for at, room in rooms for p, plan in enumerate(room.plans)
        ]
        policies: list[tuple[Place, tuple[PolicyStepRequest, ...]]] = [
            (at, entry.cancellation_policy) for at, entry in hotels
        ]
        policies += [(at, plan.cancellation_policy or ()) for at, plan in plans]
        for at, policy in policies:
            steps = enumerate(policy)
            names.append({(*at, "cancellation_policy", s, "days_before"): step.day for s, step in steps})
        repeated = [found for places in names for found in _repeated(places)]
        if repeated:
            raise ValidationError.from_exception_data("Catalog", repeated)
        return self


class CatalogError(LocalError):
    """The catalog file has a mistake; the message names the file and the path in it."""


class _NotPlainJson(Exception):
    """The file has something that json.loads accepts and JSON does not."""


def read_catalog(file: Path) -> Catalog:
    """The catalog in that file; raises CatalogError for the first mistake."""
    try:
        raw = file.read_bytes()
        if len(raw) > MAX_FILE_BYTES:
            raise CatalogError(f"{file.name}: more than {MAX_FILE_BYTES} bytes")
        return Catalog.model_validate(json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant))
    except OSError as error:
        raise CatalogError(f"{file.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file.name}: not UTF-8, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise CatalogError(f"{file.name}: not JSON, line {error.lineno} column {error.colno}: {error.msg}") from error
    except _NotPlainJson as error:
        raise CatalogError(f"{file.name}: {error}") from error
    except ValidationError as error:
        place, says = problems(error)[0]
        raise CatalogError(f"{file.name}: {_path(place)}: {says}") from error


def _repeated(places: Mapping[Place, object]) -> Iterator[InitErrorDetails]:
    """The places whose value an earlier one has already."""
    first: dict[object, Place] = {}
    for place, value in places.items():
        if first.setdefault(value, place) != place:
            says = ValueError(f"{value!r} is also at {_path(first[value])}")
            yield InitErrorDetails(type="value_error", loc=place, input=value, ctx={"error": says})


def _path(place: Place) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotPlainJson(f"an object has two members {twice!r}")
    return dict(pairs)


def _no_constant(text: str) -> NoReturn:
    raise _NotPlainJson(f"{text} is not JSON")
