"""The catalog file: hotels, promo codes and wallets to load, every field checked before anything is started.

An error names the position in the file: `$.properties[0].room_types[1].base_price: …`.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn
from zoneinfo import available_timezones

import msgspec
from msgspec import Meta

from holdfast.model.dates import millis
from holdfast.model.limits import MAX_AMOUNT, MAX_GUESTS
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import PolicyStep, Property, RoomType, TaxPeriod, TaxSlab
from local.tools import LocalError

MAX_FILE_BYTES = 5_000_000
MAX_PROPERTIES = 1_000
MAX_ROOM_TYPES = 100  # per property
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

Id = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
Name = Annotated[str, Meta(pattern=r"\A\S(.*\S)?\Z", max_length=200)]
City = Annotated[str, Meta(pattern=r"\A[^\x00-\x1f#\s]([^\x00-\x1f#]*[^\x00-\x1f#\s])?\Z", max_length=64)]
Code = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9_-]{0,31}\Z")]
User = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}\Z")]
Amount = Annotated[int, Meta(ge=0, le=MAX_AMOUNT)]
Price = Annotated[int, Meta(ge=1, le=MAX_AMOUNT)]
Limit = Annotated[int, Meta(ge=0, le=1_000_000_000)]
BasisPoints = Annotated[int, Meta(ge=0, le=10_000)]
Instant = Annotated[datetime, Meta(tz=True)]


class _Strict(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A part of the file. msgspec refuses unknown fields, wrong types and values out of range."""


class PolicyStepEntry(_Strict, frozen=True, kw_only=True):
    days_before: Annotated[int, Meta(ge=0, le=365)]
    refund_percent: Annotated[int, Meta(ge=0, le=100)]


class TaxSlabEntry(_Strict, frozen=True, kw_only=True):
    up_to: Price | None
    rate_bp: BasisPoints


class TaxPeriodEntry(_Strict, frozen=True, kw_only=True):
    starts: date
    slabs: Annotated[tuple[TaxSlabEntry, ...], Meta(min_length=1, max_length=20)]


class RoomTypeEntry(_Strict, frozen=True, kw_only=True):
    room_type_id: Id
    name: Name
    base_price: Price
    discounted_price: Price | None = None
    total_rooms: Annotated[int, Meta(ge=1, le=MAX_ROOMS_IN_TYPE)]
    max_guests: Annotated[int, Meta(ge=1, le=MAX_GUESTS)]


class PropertyEntry(_Strict, frozen=True, kw_only=True):
    property_id: Id
    name: Name
    city: City
    timezone: str
    currency: str
    cancellation_policy: Annotated[tuple[PolicyStepEntry, ...], Meta(max_length=20)] = ()
    gst_slabs: Annotated[tuple[TaxPeriodEntry, ...], Meta(min_length=1, max_length=20)] | None = None
    room_types: Annotated[tuple[RoomTypeEntry, ...], Meta(min_length=1, max_length=MAX_ROOM_TYPES)]

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
        return [RoomType(property_id=self.property_id, **msgspec.structs.asdict(entry)) for entry in self.room_types]


class PromoEntry(_Strict, frozen=True, kw_only=True):
    code: Code
    kind: PromoKind
    percent_bp: BasisPoints | None = None
    amount: Amount | None = None
    max_discount: Amount | None = None
    min_amount: Amount | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    usage_limit: Limit | None = None
    per_user_limit: Limit | None = None

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


class WalletEntry(_Strict, frozen=True, kw_only=True):
    user: User
    balance: Amount


class Catalog(_Strict, frozen=True, kw_only=True):
    properties: Annotated[tuple[PropertyEntry, ...], Meta(min_length=1, max_length=MAX_PROPERTIES)]
    promos: Annotated[tuple[PromoEntry, ...], Meta(max_length=10_000)] = ()
    wallets: Annotated[tuple[WalletEntry, ...], Meta(max_length=10_000)] = ()


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
        content = json.loads(raw.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
        catalog = msgspec.convert(content, Catalog)
    except OSError as error:
        raise CatalogError(f"{file.name}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise CatalogError(f"{file.name}: not UTF-8, at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise CatalogError(f"{file.name}: not JSON, line {error.lineno} column {error.colno}: {error.msg}") from error
    except _NotPlainJson as error:
        raise CatalogError(f"{file.name}: {error}") from error
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at `")
        raise CatalogError(f"{file.name}: {where.removesuffix('`') or '$'}: {what}") from error
    for path, problem in _problems(catalog):
        raise CatalogError(f"{file.name}: {path}: {problem}")
    return catalog


def _problems(catalog: Catalog) -> Iterator[tuple[str, str]]:
    """The mistakes that the types alone do not show."""
    properties = catalog.properties
    yield from _twice("$.properties[{}].property_id", [entry.property_id for entry in properties])
    rooms = [
        (f"$.properties[{p}].room_types[{r}]", room)
        for p, entry in enumerate(properties)
        for r, room in enumerate(entry.room_types)
    ]
    seen: dict[str, str] = {}
    for path, room in rooms:
        if room.room_type_id in seen:
            yield f"{path}.room_type_id", f"{room.room_type_id!r} is also at {seen[room.room_type_id]}"
        seen[room.room_type_id] = path
        if room.discounted_price is not None and room.discounted_price > room.base_price:
            yield f"{path}.discounted_price", f"{room.discounted_price} is above the base price {room.base_price}"
    for p, entry in enumerate(properties):
        path = f"$.properties[{p}]"
        if entry.timezone not in available_timezones():
            yield f"{path}.timezone", f"{entry.timezone!r} is not a time zone, such as Asia/Kolkata"
        if entry.currency not in CURRENCIES:
            yield f"{path}.currency", f"{entry.currency!r} is not an ISO 4217 currency, such as INR"
        days = [step.days_before for step in entry.cancellation_policy]
        yield from _twice(path + ".cancellation_policy[{}].days_before", days)
        for g, period in enumerate(entry.gst_slabs or ()):
            yield from _slab_problems(f"{path}.gst_slabs[{g}].slabs", period)
        starts = [period.starts for period in entry.gst_slabs or ()]
        if starts != sorted(set(starts)):
            yield f"{path}.gst_slabs", "the periods must follow one another, earliest first"
    yield from _twice("$.promos[{}].code", [promo.code.upper() for promo in catalog.promos])
    for p, promo in enumerate(catalog.promos):
        yield from _promo_problems(f"$.promos[{p}]", promo)
    yield from _twice("$.wallets[{}].user", [wallet.user for wallet in catalog.wallets])


def _slab_problems(path: str, period: TaxPeriodEntry) -> Iterator[tuple[str, str]]:
    bounds = [slab.up_to for slab in period.slabs]
    finite = [bound for bound in bounds if bound is not None]
    if bounds[-1] is not None or len(finite) != len(bounds) - 1:
        yield path, "the last slab, and only that one, has up_to null"
    elif finite != sorted(set(finite)):
        yield path, "the slabs must rise, cheapest first"


def _promo_problems(path: str, promo: PromoEntry) -> Iterator[tuple[str, str]]:
    needed, other = ("percent_bp", "amount") if promo.kind is PromoKind.PERCENT else ("amount", "percent_bp")
    if not getattr(promo, needed):
        yield f"{path}.{needed}", f"a {promo.kind} promo needs it, above 0"
    if getattr(promo, other):
        yield f"{path}.{other}", f"a {promo.kind} promo has none"
    if promo.starts_at and promo.ends_at and promo.ends_at <= promo.starts_at:
        yield f"{path}.ends_at", "it is not after starts_at"


def _twice(path: str, values: Iterable[object]) -> Iterator[tuple[str, str]]:
    first: dict[object, int] = {}
    for index, value in enumerate(values):
        if first.setdefault(value, index) != index:
            yield path.format(index), f"{value!r} is also at {path.format(first[value])}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotPlainJson(f"an object has two members {twice!r}")
    return dict(pairs)


def _no_constant(text: str) -> NoReturn:
    raise _NotPlainJson(f"{text} is not JSON")
