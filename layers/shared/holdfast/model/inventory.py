"""One room type's month of rooms: what is on sale, what is free, and at which price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from holdfast.model.dates import add_months, month_of
from holdfast.model.property import DAY_ENDS, PolicyStep, Property, RoomType, TaxPeriod, TaxTable


class InventoryMonth(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One room type's month, with all that a reserve needs to know, so that it reads one item a month.

    `revision` changes whenever anything but `free` does, so one condition proves that prices and rules still stand.
    The maps have the day of the month as key; a night that is not in `free` is not on sale.
    """

    room_type_id: str
    month: str
    property_id: str
    timezone: str
    currency: str
    default_price: int
    max_guests: int  # per room
    cancellation_policy: tuple[PolicyStep, ...] = ()
    day_ends: int = DAY_ENDS
    guest_required: bool = False
    taxes: TaxTable | None = None
    tax_table: tuple[TaxPeriod, ...] | None = None  # of pages written before `taxes`
    on_sale: dict[int, int]
    free: dict[int, int]
    price: dict[int, int]  # only the nights with a price of their own
    revision: int

    def price_of(self, night: date) -> int:
        return self.price.get(night.day, self.default_price)


def short_nights(pages: Mapping[str, InventoryMonth], stay: Sequence[date], rooms: int) -> list[date]:
    """The nights with fewer rooms free than asked for; a night that no page has is not on sale."""

    def free(night: date) -> int:
        page = pages.get(month_of(night))
        return page.free.get(night.day, 0) if page else 0

    return [night for night in stay if free(night) < rooms]


def open_month(property_: Property, room_type: RoomType, month: str) -> InventoryMonth:
    """A month with every room free on every night, at the room type's price."""
    first = date.fromisoformat(f"{month}-01")
    days = (add_months(first, 1) - first).days
    return InventoryMonth(
        room_type_id=room_type.room_type_id,
        month=month,
        property_id=property_.property_id,
        timezone=property_.timezone,
        currency=property_.currency,
        default_price=room_type.price,
        max_guests=room_type.max_guests,
        cancellation_policy=property_.cancellation_policy,
        day_ends=property_.day_ends,
        guest_required=property_.guest_required,
        taxes=property_.taxes,
        tax_table=property_.tax_table,
        on_sale=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        free=dict.fromkeys(range(1, days + 1), room_type.total_rooms),
        price={},
        revision=1,
    )
