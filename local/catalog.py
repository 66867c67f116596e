"""The catalog file: hotels, promo codes and wallets to load, every field checked before anything is started.

An error names the position in the file: `$.properties[0].room_types[1].base_price: …`.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, ValidationInfo
from pydantic.functional_validators import field_validator, model_validator
from pydantic_core import InitErrorDetails

from holdfast.fields import Day, Strict, Text, Whole, problems
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_AMOUNT, MAX_GUESTS
from holdfast.model.names import NAME, NAME_SAYS
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import PolicyStep, Property, RoomType, TaxPeriod, TaxSlab
from local.tools import LocalError

MAX_FILE_BYTES = 5_000_000
MAX_ROOMS_IN_TYPE = 10_000

# ISO 4217, the codes of money in circulation
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
    CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF
    IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK
    MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED
    VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG""".split()
)

INSTANT = re.compile(r"[0-9-]{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
LABEL = re.compile(r"(?=.{1,200}\Z)\S(.*\S)?")
CITY = re.compile(r"(?=.{1,64}\Z)[^\x00-\x1f#\s]([^\x00-\x1f#]*[^\x00-\x1f#\s])?", re.DOTALL)
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}")

Place = tuple[str | int, ...]  # of a value in the file: the names and indexes that lead to it


def _as_instant(value: Any) -> Any:
    """The instant that an RFC 3339 text with its offset names; anything else as it is, for pydantic to refuse."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        with suppress(ValueError):
            return datetime.fromisoformat(value)
    return value


def _one_of(names: Collection[str], says: str) -> AfterValidator:
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


class PolicyStepEntry(Strict):
    days_before: Annotated[int, Whole(0, 365)]
    refund_percent: Annotated[int, Whole(0, 100)]


class TaxSlabEntry(Strict):
    up_to: Price | None
    rate_bp: BasisPoints


class TaxPeriodEntry(Strict):
    starts: Day
    slabs: Annotated[tuple[TaxSlabEntry, ...], listed(20, least=1)]

    @field_validator("slabs")
    @classmethod
    def _rise_to_no_bound(cls, slabs: tuple[TaxSlabEntry, ...]) -> tuple[TaxSlabEntry, ...]:
        bounds = [slab.up_to for slab in slabs]
        finite = [bound for bound in bounds if bound is not None]
        if bounds[-1] is not None or len(finite) != len(bounds) - 1:
            raise ValueError("the last slab, and only that one, has up_to null")
        if finite != sorted(set(finite)):
            raise ValueError("the slabs must rise, cheapest first")
        return slabs


class RoomTypeEntry(Strict):
    room_type_id: Id
    name: Label
    base_price: Price
    discounted_price: Price | None = None
    total_rooms: Annotated[int, Whole(1, MAX_ROOMS_IN_TYPE)]
    max_guests: Annotated[int, Whole(1, MAX_GUESTS)]

    @field_validator("discounted_price")
    @classmethod
    def _is_a_discount(cls, price: int | None, others: ValidationInfo) -> int | None:
        base = others.data.get("base_price")
        if price is not None and base is not None and price > base:
            raise ValueError(f"{price} is above the base price {base}")
        return price


class PropertyEntry(Strict):
    property_id: Id
    name: Label
    city: City
    timezone: Annotated[str, _one_of(available_timezones(), "a time zone, such as Asia/Kolkata")]
    currency: Annotated[str, _one_of(CURRENCIES, "an ISO 4217 currency, such as INR")]
    cancellation_policy: Annotated[tuple[PolicyStepEntry, ...], listed(20)] = ()
    gst_slabs: Annotated[tuple[TaxPeriodEntry, ...], listed(20, least=1)] | None = None
    room_types: Annotated[tuple[RoomTypeEntry, ...], listed(100, least=1)]

    @field_validator("gst_slabs")
    @classmethod
    def _follow_one_another(cls, periods: tuple[TaxPeriodEntry, ...] | None) -> tuple[TaxPeriodEntry, ...] | None:
        starts = [period.starts for period in periods or ()]
        if starts != sorted(set(starts)):
            raise ValueError("the periods must follow one another, earliest first")
        return periods

    @property
    def model(self) -> Property:
        return Property(
            property_id=self.property_id,
            name=self.name,
            city=self.city,
            timezone=self.timezone,
            currency=self.currency,
            cancellation_policy=tuple(
                PolicyStep(step.days_before, step.refund_percent)
                for step in sorted(self.cancellation_policy, key=lambda step: -step.days_before)
            ),
            tax_table=None
            if self.gst_slabs is None
            else tuple(
                TaxPeriod(period.starts, tuple(TaxSlab(slab.up_to, slab.rate_bp) for slab in period.slabs))
                for period in self.gst_slabs
            ),
        )

    @property
    def room_type_models(self) -> list[RoomType]:
        return [RoomType(property_id=self.property_id, **entry.model_dump()) for entry in self.room_types]


class PromoEntry(Strict):
    model_config = ConfigDict(validate_default=True)  # what a kind needs may not be left out

    code: Code
    kind: Annotated[PromoKind, Field(strict=False)]
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
        for at, entry in hotels:
            steps = enumerate(entry.cancellation_policy)
            names.append({(*at, "cancellation_policy", s, "days_before"): step.days_before for s, step in steps})
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
