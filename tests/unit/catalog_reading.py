"""A second reading of restrictions and occupancy prices, from their description alone, slow and plain.

It shares no code with the engine: nights are walked one by one, shares are fractions, rules stand with the day that
they speak of. The engine's records are only read.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from holdfast.model.property import Occupancy, RatePlan
    from holdfast.model.stay import Party

DAY = timedelta(days=1)
FOUND = tuple[str, date, int]  # rule, date, value
GST = ((date(2025, 9, 22), 500, 1800), (date(2022, 7, 18), 1200, 1800))  # from the night, up to 7,500.00, above it
EDGE = 750_000


@dataclass
class Calendar:
    """What a hotel says of its days. `closed_to_departure` has the days on which nobody departs."""

    price: dict[date, int] = field(default_factory=dict)
    closed: set[date] = field(default_factory=set)
    closed_to_arrival: set[date] = field(default_factory=set)
    closed_to_departure: set[date] = field(default_factory=set)
    min_stay_arrival: dict[date, int] = field(default_factory=dict)
    min_stay_through: dict[date, int] = field(default_factory=dict)
    max_stay: dict[date, int] = field(default_factory=dict)
    free: dict[date, int] = field(default_factory=dict)


@dataclass
class ReadLine:
    """A line as the reading prices it; the parts are signed, so that they sum to the price."""

    night: date
    room: int
    parts: dict[str, int]
    price: int
    discount: int = 0
    rate_bp: int = 0
    tax: int = 0


def forbidding(calendar: Calendar, plan: RatePlan | None, check_in: date, check_out: date, today: date) -> set[FOUND]:
    """Every rule that the stay breaks."""
    length = _days_from(check_in, check_out)
    found: set[FOUND] = set()
    if check_in in calendar.closed_to_arrival:
        found.add(("closed_to_arrival", check_in, True))
    if check_out in calendar.closed_to_departure:
        found.add(("closed_to_departure", check_out, True))
    if check_in in calendar.min_stay_arrival and length < calendar.min_stay_arrival[check_in]:
        found.add(("min_stay_arrival", check_in, calendar.min_stay_arrival[check_in]))
    if check_in in calendar.max_stay and length > calendar.max_stay[check_in]:
        found.add(("max_stay", check_in, calendar.max_stay[check_in]))
    for night in _nights(check_in, check_out):
        if night in calendar.closed:
            found.add(("closed", night, True))
        if night in calendar.min_stay_through and length < calendar.min_stay_through[night]:
            found.add(("min_stay_through", night, calendar.min_stay_through[night]))
    return found | (set() if plan is None else _forbidding_by_plan(plan, check_in, length, _days_from(today, check_in)))


def _forbidding_by_plan(plan: RatePlan, check_in: date, length: int, ahead: int) -> set[FOUND]:
    found: set[FOUND] = set()
    if plan.min_stay is not None and length < plan.min_stay:
        found.add(("min_stay", check_in, plan.min_stay))
    if plan.max_stay is not None and length > plan.max_stay:
        found.add(("max_stay", check_in, plan.max_stay))
    if plan.book_from_days is not None and ahead > plan.book_from_days:
        found.add(("book_from_days", check_in, plan.book_from_days))
    if plan.book_until_days is not None and ahead < plan.book_until_days:
        found.add(("book_until_days", check_in, plan.book_until_days))
    return found


def is_free(calendar: Calendar, check_in: date, check_out: date, rooms: int) -> bool:
    return all(calendar.free.get(night, 0) >= rooms for night in _nights(check_in, check_out))


def near(check_in: date, check_out: date, works: Callable[[date, date], bool]) -> Iterator[tuple[int, int, date]]:
    """The stays that work and arrive within 31 days, nearest first: how far, by how many nights, and the arrival."""
    length = _days_from(check_in, check_out)
    around = [
        (abs(moved) + abs(nights - length), abs(nights - length), check_in + moved * DAY, nights)
        for moved in range(-31, 32)
        for nights in range(1, 31)
        if moved != 0 or nights != length
    ]
    for distance, longer, arrival, nights in sorted(around):
        if works(arrival, arrival + nights * DAY):
            yield distance, longer, arrival


def spread(guests: int, rooms: int) -> list[int]:
    """The adults of each room: one after the other walks to the next room, from the first."""
    adults = [0] * rooms
    for n in range(guests):
        adults[n % rooms] += 1
    return [max(1, in_room) for in_room in adults]


def parts_of(night_price: int, party: Party, occupancy: Occupancy | None, plan: RatePlan | None) -> dict[str, int]:
    """What one room costs for one night, part by part."""
    adults, children, single = 0, 0, 0
    if occupancy is not None:
        counted = party.adults
        for age in party.children:
            band = next((amount for max_age, amount in _bands(occupancy) if age <= max_age), None)
            if band is None:
                counted += 1
            else:
                children += band
        while counted > occupancy.base_adults:
            counted -= 1
            adults += occupancy.extra_adult
        if party.adults + len(party.children) == 1:
            single = occupancy.single_discount
    room = night_price + adults + children - single
    by_plan, meals = 0, 0
    if plan is not None:
        by_plan = half_up(room * (1 + Fraction(plan.percent_bp, 10_000))) - room + plan.amount
        meals = plan.meal * (party.adults + len(party.children))
    by_plan -= min(0, room + by_plan + meals)  # a line costs nothing at least
    return {
        "night": night_price,
        "extra_adults": adults,
        "children": children,
        "single_discount": -single,
        "plan": by_plan,
        "meals": meals,
    }


def priced(
    calendar: Calendar,
    plan: RatePlan | None,
    occupancy: Occupancy | None,
    parties: Sequence[Party],
    check_in: date,
    check_out: date,
    promo_bp: int,
) -> list[ReadLine]:
    """The lines of a stay, by night, then by room; the promo takes so many basis points of the whole."""
    lines = []
    for night in _nights(check_in, check_out):
        for room, party in enumerate(parties, 1):
            parts = parts_of(calendar.price[night], party, occupancy, plan)
            lines.append(ReadLine(night, room, parts, sum(parts.values())))
    whole = sum(line.price for line in lines)
    _share(lines, promo_of(promo_bp, whole), whole)
    for line in lines:
        value = line.price - line.discount
        _, low, high = next(row for row in GST if row[0] <= line.night)
        line.rate_bp = low if value <= EDGE else high
        line.tax = 2 * half_up(Fraction(value * line.rate_bp, 2 * 10_000))
    return lines


def promo_of(promo_bp: int, whole: int) -> int:
    return half_up(Fraction(promo_bp * whole, 10_000))


def half_up(value: Fraction) -> int:
    return math.floor(value + Fraction(1, 2))


def _share(lines: list[ReadLine], discount: int, whole: int) -> None:
    """Each line's share cut to whole paise, then the spare paise one by one to the line that was cut most."""
    if whole == 0:
        return
    cut = {}
    for n, line in enumerate(lines):
        exact = Fraction(discount * line.price, whole)
        line.discount = math.floor(exact)
        cut[n] = exact - line.discount
    while sum(line.discount for line in lines) < discount:
        most = max(cut, key=lambda n: (cut[n], -n))
        lines[most].discount += 1
        del cut[most]


def _bands(occupancy: Occupancy) -> list[tuple[int, int]]:
    return sorted((band.max_age, band.amount) for band in occupancy.child_bands)


def _nights(check_in: date, check_out: date) -> Iterator[date]:
    night = check_in
    while night < check_out:
        yield night
        night += DAY


def _days_from(first: date, last: date) -> int:
    return last.toordinal() - first.toordinal()
