"""What a room type has for a stay, from what was read of its months: free rooms, prices, or why it cannot take it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from holdfast.bookings.restricted import stays_instead
from holdfast.errors import Alternative
from holdfast.model.dates import add_months, month_of
from holdfast.model.inventory import InventoryMonth, is_on_sale
from holdfast.model.limits import MAX_MONTHS_AHEAD
from holdfast.model.listing import ListedRoom
from holdfast.model.property import RatePlan
from holdfast.model.rates import MonthOnSale, MonthRates
from holdfast.model.stay import Stay
from holdfast.occupancy import room_charges, takes
from holdfast.pricing import Line, Quote, priced_stay, quote
from holdfast.restrictions import Restriction, allowed, restrictions

# Why a room type cannot take the stay, if it is no rule that forbids it.
NOT_ON_SALE = "not_on_sale"
OCCUPANCY = "occupancy"  # a room does not take its guests
SOLD_OUT = "sold_out"


class PlanPrice(msgspec.Struct, frozen=True):
    """A plan that no rule forbids for the stay; its price is for all the rooms, with tax."""

    plan_id: str
    name: str
    total_payable: int


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A room type. With dates: also whether it can take the stay, the rooms free on every night, and the price."""

    room: ListedRoom
    available: bool | None = None
    rooms_free: int | None = None
    quote: Quote | None = None  # for all the rooms; None also where there is no price
    lines: tuple[Line, ...] = ()
    plans: tuple[PlanPrice, ...] = ()
    reason: str | None = None
    restrictions: list[Restriction] = []
    alternatives: list[Alternative] = []


class Candidate(msgspec.Struct, frozen=True):
    """A room type that is large enough for a stay, with what was read of its months; `today` is the hotel's."""

    room: ListedRoom
    stay: Stay
    months: Mapping[str, MonthOnSale]
    today: date

    @property
    def pages(self) -> dict[str, InventoryMonth]:
        return {month: one.page for month, one in self.months.items()}

    @property
    def rates(self) -> dict[str, MonthRates]:
        return {month: one.rates for month, one in self.months.items()}

    @property
    def first_month(self) -> MonthRates | None:
        """By whose plans and occupancy the stay is sold."""
        found = self.months.get(self.stay.months[0])
        return found.rates if found else None

    @property
    def sells_plan(self) -> bool:
        """Whether it sells by the plan that was asked for, or by any, if none was."""
        first = self.first_month
        return self.stay.plan_id is None or (first is not None and first.sells(self.stay.plan_id))

    @property
    def is_short(self) -> bool:
        """Whether nothing but too few free rooms stands in the way, as far as pages say."""
        return self._unsold is None and self.rooms_free < self.stay.rooms

    @property
    def rooms_free(self) -> int:
        """On the scarcest night."""
        return min(self.months[month_of(night)].page.free[night.day] for night in self.stay.nights)

    @property
    def priced_nights(self) -> int:
        """How many nights of rooms its prices are sum_of_stripes over: what pricing it takes."""
        first = self.first_month
        plans = sum(plan.active for plan in first.plans) if first else 0
        return len(self.stay.nights) * self.stay.rooms * max(1, plans)

    @property
    def _unsold(self) -> str | None:
        stay, first, rates = self.stay, self.first_month, self.rates
        in_time = self.today <= stay.check_in <= add_months(self.today, MAX_MONTHS_AHEAD)
        if not in_time or first is None or not is_on_sale(self.pages, stay.nights) or not first.sells(stay.plan_id):
            return NOT_ON_SALE
        return None if takes(stay, rates.values()) else OCCUPANCY

    def with_due(self, due: Mapping[date, int]) -> Candidate:
        """With the rooms of due holds, by night, counted as free."""
        if not due:
            return self
        months = {month: one._replace(page=with_due(one.page, due)) for month, one in self.months.items()}
        return msgspec.structs.replace(self, months=months)

    def offer(self, *, in_full: bool) -> Offer:
        """`in_full`: with the lines of the price, and what each plan costs."""
        unsold, first = self._unsold, self.first_month
        if unsold or first is None:
            return Offer(room=self.room, available=False, rooms_free=0, reason=unsold)
        stay, rates = self.stay, self.rates
        plan = first.plan(stay.plan_id)
        rooms_free = self.rooms_free
        found = restrictions(stay.check_in, stay.check_out, rates=rates, plan=plan, today=self.today)
        is_sold_out = rooms_free < stay.rooms
        price = self._price(plan)
        return Offer(
            room=self.room,
            available=not is_sold_out and not found,
            rooms_free=rooms_free,
            quote=price,
            lines=price.lines if in_full else (),
            plans=self._plan_prices(plan, price) if in_full else (),
            reason=SOLD_OUT if is_sold_out else found[0].rule if found else None,
            restrictions=found,
            alternatives=stays_instead(stay, self.pages, rates, self.today) if is_sold_out or found else [],
        )

    def _price(self, plan: RatePlan | None) -> Quote:
        first, rates = self.rates[self.stay.months[0]], self.rates
        return quote(priced_stay(self.stay, rates, plan, room_charges(self.stay, first.occupancy, plan)))

    def _plan_prices(self, offered: RatePlan | None, price: Quote) -> tuple[PlanPrice, ...]:
        stay, rates = self.stay, self.rates
        return tuple(
            PlanPrice(plan.plan_id, plan.name, (price if plan is offered else self._price(plan)).total_payable)
            for plan in rates[stay.months[0]].plans
            if plan.active
            and stay.plan_id in {None, plan.plan_id}
            and allowed(stay.check_in, stay.check_out, rates=rates, plan=plan, today=self.today)
        )


def with_due(page: InventoryMonth, due: Mapping[date, int]) -> InventoryMonth:
    """The page with the rooms of due holds free.

    Never more than are on sale: a hold released between the two reads would count twice.
    """
    free = {day: min(page.on_sale[day], rooms + due.get(page.night(day), 0)) for day, rooms in page.free.items()}
    return msgspec.structs.replace(page, free=free)
