"""What a hotel sells: properties, room types and their months, the rules they are sold by.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from holdfast.model.dates import add_months, month_of

DEFAULT_CURRENCY = "INR"


class PolicyStep(msgspec.Struct, frozen=True, array_like=True):
    """Cancelling `days_before` check-in day, or earlier, gives `refund_percent` of the price back."""

    days_before: int
    refund_percent: int


class PolicyStepView(msgspec.Struct, frozen=True):
    """A step of the policy as the API shows it: by names, where the table keeps a pair."""

    days_before: int
    refund_percent: int


class TaxSlab(msgspec.Struct, frozen=True, array_like=True):
    """The rate of tax on a room-night worth at most `up_to` (minor units; None: any value)."""

    up_to: int | None
    rate_bp: int  # basis points: 500 is 5 %


class TaxPeriod(msgspec.Struct, frozen=True, array_like=True):
    """The slabs, cheapest first, for nights from `starts` on, until the next period starts."""

    starts: date
    slabs: tuple[TaxSlab, ...]


class Property(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    property_id: str
    name: str
    city: str
    timezone: str
    currency: str = DEFAULT_CURRENCY
    cancellation_policy: tuple[PolicyStep, ...] = ()
    tax_table: tuple[TaxPeriod, ...] | None = None  # None: the Indian GST table of pricing.py


class RoomType(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    room_type_id: str
    property_id: str
    name: str
    base_price: int
    discounted_price: int | None = None
    total_rooms: int
    max_guests: int

    @property
    def price(self) -> int:
        return self.base_price if self.discounted_price is None else self.discounted_price


class Page(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One room type's month, with all that a reserve needs to know, so that it reads one place.

    `revision` changes whenever anything but `free` does, so one condition proves that prices and rules still stand.
    Nights are keyed by day of month; a night that is not in `free` is not on sale.
    """

    room_type_id: str
    month: str
    property_id: str
    timezone: str
    currency: str
    default_price: int
    max_guests: int  # per room
    cancellation_policy: tuple[PolicyStep, ...] = ()
    tax_table: tuple[TaxPeriod, ...] | None = None
    on_sale: dict[int, int]
    free: dict[int, int]
    price: dict[int, int]  # only the nights with a price of their own
    revision: int

    def price_of(self, night: date) -> int:
        return self.price.get(night.day, self.default_price)


def short_nights(pages: Mapping[str, Page], stay: Sequence[date], rooms: int) -> list[date]:
    """The nights with fewer rooms free than asked for; a night that no page has is not on sale."""

    def free(night: date) -> int:
        page = pages.get(month_of(night))
        return page.free.get(night.day, 0) if page else 0

    return [night for night in stay if free(night) < rooms]


def opened_page(place: Property, room_type: RoomType, month: str) -> Page:
    """A month with every room free on every night, at the room type's price."""
    first = date.fromisoformat(f"{month}-01")
    days = (add_months(first, 1) - first).days
    return Page(
        room_type_id=room_type.room_type_id,
        month=month,
        property_id=place.property_id,
        timezone=place.timezone,
        currency=place.currency,
        default_price=room_type.price,
        max_guests=room_type.max_guests,
        cancellation_policy=place.cancellation_policy,
        tax_table=place.tax_table,
        on_sale=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        free=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        price={},
        revision=1,
    )
