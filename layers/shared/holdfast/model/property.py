"""Properties and room types, and the cancellation policy and tax table of their bookings.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from datetime import date

import msgspec

DEFAULT_CURRENCY = "INR"


class PolicyStep(msgspec.Struct, frozen=True, array_like=True):
    """Cancelling `days_before` the check-in day, or earlier, refunds `refund_percent` of the price."""

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
