"""Refuse a stay that rules forbid, and name stays that can be held instead, from what was read already."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import Alternative, Restricted, RestrictionShown
from holdfast.model.dates import month_of
from holdfast.occupancy import room_charges, takes
from holdfast.pricing import priced_stay, quote
from holdfast.restrictions import Restriction, allowed, alternatives, restrictions

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from holdfast.model.inventory import InventoryMonth
    from holdfast.model.property import RatePlan
    from holdfast.model.rates import MonthRates
    from holdfast.model.stay import Stay


def refuse_restricted(
    stay: Stay,
    plan: RatePlan | None,
    pages: Mapping[str, InventoryMonth],
    rates: Mapping[str, MonthRates],
    today: date,
) -> None:
    """Raises Restricted, with every rule and up to three priced stays, if a rule forbids the stay."""
    found = restrictions(stay.check_in, stay.check_out, rates=rates, plan=plan, today=today)
    if not found:
        return
    instead = stays_instead(stay, pages, rates, today)
    raise Restricted(
        _sentence(found, stay, instead),
        restrictions=shown(found),
        alternatives=instead,
    )


def shown(found: Iterable[Restriction]) -> tuple[RestrictionShown, ...]:
    return tuple(RestrictionShown(rule=one.rule, date=one.date, value=one.value) for one in found)


def stays_instead(
    stay: Stay, pages: Mapping[str, InventoryMonth], rates: Mapping[str, MonthRates], today: date
) -> list[Alternative]:
    """Up to three stays near this one, of the same rooms and guests, that are free and that no rule forbids.

    Each is sold as a reserve of it would be: by the plan and the occupancy of its own first month.
    """
    longest = _longest_stays(pages, stay.rooms)
    if not any(longest.values()):
        return []
    fitting = [month for month, of in rates.items() if takes(stay, [of])]
    plans = {month: rates[month].plan(stay.plan_id) for month in fitting if rates[month].sells(stay.plan_id)}

    def works(check_in: date, check_out: date) -> bool:
        if (check_out - check_in).days > longest.get(check_in, 0):
            return False
        first, last = month_of(check_in), month_of(check_out - timedelta(days=1))
        if first not in plans or last not in fitting:
            return False
        return allowed(check_in, check_out, rates=rates, plan=plans[first], today=today)

    def priced(check_in: date, check_out: date) -> Alternative:
        month = month_of(check_in)
        other = msgspec.structs.replace(stay, check_in=check_in, check_out=check_out)
        charges = room_charges(other, rates[month].occupancy, plans[month])
        total = quote(priced_stay(other, rates, plans[month], charges)).total_payable
        return Alternative(check_in=check_in, check_out=check_out, total_payable=total)

    return [priced(*dates) for dates in alternatives(stay.check_in, stay.check_out, today=today, works=works)]


def _longest_stays(pages: Mapping[str, InventoryMonth], rooms: int) -> dict[date, int]:
    """How many nights in a row are free from each night on, so that a stay is looked up and not counted again."""
    longest: dict[date, int] = {}
    for month in sorted(pages, reverse=True):
        free = pages[month].free
        for day in sorted(free, reverse=True):
            night = date.fromisoformat(f"{month}-{day:02d}")
            longest[night] = 1 + longest.get(night + timedelta(days=1), 0) if free[day] >= rooms else 0
    return longest


def _sentence(found: list[Restriction], stay: Stay, instead: list[Alternative]) -> str:
    rules = "; ".join(one.sentence for one in found)
    if not instead:
        return f"{stay.check_in} to {stay.check_out} cannot be booked: {rules}. Nor can any near it."
    first = instead[0]
    return (
        f"{stay.check_in} to {stay.check_out} cannot be booked: {rules}. "
        f"{first['check_in']} to {first['check_out']} can."
    )
