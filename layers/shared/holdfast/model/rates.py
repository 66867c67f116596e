"""One room type's month of prices and rules.

Amounts are integers in minor units of the room type's currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from holdfast.model.dates import add_months, month_of
from holdfast.model.inventory import InventoryMonth
from holdfast.model.property import (
    DAY_ENDS,
    Occupancy,
    PolicyStep,
    Property,
    RatePlan,
    RoomType,
    TaxPeriod,
    TaxTable,
)


class NightRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a night asks of a stay. None: anything goes.

    Of the arrival night count `min_stay_arrival`, `max_stay` and `closed_to_arrival`; of every night of the stay
    `closed` and `min_stay_through`; `closed_to_departure` is of the morning after this night.
    """

    closed: bool = False
    min_stay_arrival: int | None = None
    min_stay_through: int | None = None
    max_stay: int | None = None
    closed_to_arrival: bool = False
    closed_to_departure: bool = False


class MonthRates(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A month's prices and rules, with all else that a reserve needs to know and does not write.

    The maps have the day of the month as key. `revision` is that of the page beside it.
    """

    room_type_id: str
    month: str
    property_id: str
    timezone: str
    currency: str
    default_price: int
    default_rooms: int | None = None  # on sale on a night without a number of its own; None: written before it was here
    max_guests: int  # per room
    live: bool = True  # whether property and room type are approved, and not suspended
    cancellation_policy: tuple[PolicyStep, ...] = ()
    day_ends: int = DAY_ENDS
    guest_required: bool = False  # before payment
    taxes: TaxTable | None = None
    tax_table: tuple[TaxPeriod, ...] | None = None  # of items written before `taxes`
    price: dict[int, int] = {}  # only the nights with a price of their own
    rooms: dict[int, int] = {}  # only the nights with a number of rooms on sale of their own
    rules: dict[int, NightRules] = {}  # only the nights that have any
    plans: tuple[RatePlan, ...] = ()
    occupancy: Occupancy | None = None
    stripes: int = 1  # of the page beside it
    revision: int

    def price_of(self, night: date) -> int:
        return self.price.get(night.day, self.default_price)

    def plan(self, plan_id: str | None) -> RatePlan | None:
        """The plan of that id, if it is on sale; without an id, the first on sale, if there is any."""
        return next((plan for plan in self.plans if plan.active and plan_id in {None, plan.plan_id}), None)

    def sells(self, plan_id: str | None) -> bool:
        """Whether a stay by that plan is on sale; without an id, by some plan. A room type without plans sells bare."""
        return self.live and (self.plan(plan_id) is not None or not (plan_id or self.plans))


class MonthOnSale(NamedTuple):
    """A room type's month: its page, sum_of_stripes over the stripes that were read, and its rates."""

    page: InventoryMonth
    rates: MonthRates

    @property
    def has_all_stripes(self) -> bool:
        return len(self.page.stripes) == self.rates.stripes

    @property
    def is_torn(self) -> bool:
        """Whether an owner's change came between the reads: then its parts have several revisions."""
        return any(stripe.revision != self.rates.revision for stripe in self.page.stripes)


def open_month(property_: Property, room_type: RoomType, month: str) -> MonthOnSale:
    """A month at the room type's price and by its rules of every night, with every room free."""
    first = date.fromisoformat(f"{month}-01")
    rooms = dict.fromkeys(range(1, (add_months(first, 1) - first).days + 1), room_type.total_rooms)
    page = InventoryMonth(room_type_id=room_type.room_type_id, month=month, on_sale=rooms, free=dict(rooms), revision=1)
    bare = MonthRates(
        room_type_id=room_type.room_type_id,
        month=month,
        property_id=property_.property_id,
        timezone="",
        currency="",
        default_price=0,
        max_guests=0,
        revision=1,
    )
    return in_line(MonthOnSale(page, bare), property_, room_type)


def in_line(
    month: MonthOnSale,
    property_: Property,
    room_type: RoomType,
    *,
    before_rooms: int | None = None,
    today: date | None = None,
) -> MonthOnSale:
    """The month with all that it has from its property and room type; the nights keep what is their own.

    A night whose rooms are the default gets the new default, and as many more or fewer free: perhaps below zero, which
    the write's condition refuses. Nights before `today` keep their rooms, as their own. A month that does not say its
    default had `before_rooms`, the room type's number before its change; None: as many as now.
    """
    page, rates = month
    after = room_type.total_rooms
    before, own = rates.default_rooms, rates.rooms
    if before is None:
        before = after if before_rooms is None else before_rooms
        own = {day: rooms for day, rooms in page.on_sale.items() if rooms != before}
    usual = [day for day, rooms in page.on_sale.items() if day not in own and rooms == before]
    if today and before != after:
        over = [day for day in usual if page.night(day) < today]
        own = own | dict.fromkeys(over, before)
        usual = [day for day in usual if day not in over]
    rates = msgspec.structs.replace(
        rates,
        timezone=property_.timezone,
        currency=property_.currency,
        default_price=room_type.price,
        default_rooms=after,
        max_guests=room_type.max_guests,
        live=property_.live and room_type.live,
        cancellation_policy=property_.cancellation_policy,
        day_ends=property_.day_ends,
        guest_required=property_.guest_required,
        taxes=property_.taxes,
        tax_table=property_.tax_table,
        plans=room_type.plans,
        occupancy=room_type.occupancy,
        rooms=own,
    )
    return MonthOnSale(with_rooms(page, dict.fromkeys(usual, after)), rates)


def with_nights(month: MonthOnSale, prices: Mapping[date, int], rules: Mapping[date, NightRules]) -> MonthOnSale:
    """The month with the prices and rules of those nights that are in it."""
    rates = month.rates
    changed = msgspec.structs.replace(
        rates,
        price=rates.price | {night.day: price for night, price in prices.items() if month_of(night) == rates.month},
        rules=rates.rules | {night.day: of for night, of in rules.items() if month_of(night) == rates.month},
    )
    return month._replace(rates=changed)


def with_rooms(page: InventoryMonth, rooms: Mapping[int, int]) -> InventoryMonth:
    """The page with so many rooms on sale on those days, and as many more or fewer of them free."""
    more = {day: count - page.on_sale[day] for day, count in rooms.items()}
    return msgspec.structs.replace(
        page,
        on_sale=page.on_sale | dict(rooms),
        free=page.free | {day: page.free[day] + count for day, count in more.items()},
    )
