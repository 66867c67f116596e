"""Random hotels, and stays in them, as the engine stores them and as the second reading has them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from holdfast.model.dates import add_months, month_of
from holdfast.model.inventory import InventoryMonth
from holdfast.model.property import ChildBand, Occupancy, RatePlan
from holdfast.model.rates import MonthRates, NightRules
from holdfast.model.stay import Party, Stay
from tests.unit.catalog_reading import DAY, Calendar

EDGES = [  # ends of months and years, a leap day, the day on which the GST changed, and a day of no note
    date(2025, 9, 21),
    date(2026, 6, 15),
    date(2026, 12, 31),
    date(2027, 1, 31),
    date(2027, 2, 28),
    date(2027, 11, 30),
    date(2028, 2, 28),
    date(2028, 2, 29),
    date(2028, 12, 31),
]
STAYS_IN_A_HOTEL = 25


@dataclass
class Drawn:
    """One stay asked for, and all that decides on it."""

    calendar: Calendar
    stay: Stay
    parties: list[Party]
    plan: RatePlan | None
    occupancy: Occupancy | None
    today: date
    pages: dict[str, InventoryMonth]
    rates: dict[str, MonthRates]


def drawn(dice: random.Random, count: int) -> Iterator[Drawn]:
    """So many stays, some of them in one hotel. Pages and rates are of the stay's own months, as a reserve reads."""
    for _ in range(count // STAYS_IN_A_HOTEL):
        edge = dice.choice(EDGES)
        calendar = _calendar(dice, edge)
        occupancy = dice.choice([None, _occupancy(dice), _occupancy(dice)])
        plan = dice.choice([None, _plan(dice), _plan(dice), _plan(dice)])
        pages, rates = stored(calendar, plan, occupancy)
        for _ in range(STAYS_IN_A_HOTEL):
            length = dice.choice((1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 5, 7, dice.randint(1, 30)))
            check_in = edge - timedelta(days=dice.randint(-4, min(length + 4, 31)))
            parties = [_party(dice, occupancy) for _ in range(dice.choice((1, 1, 1, 1, 2, 3)))]
            named = dice.random() < 0.7
            stay = Stay(
                room_type_id="deluxe",
                check_in=check_in,
                check_out=check_in + timedelta(days=length),
                rooms=len(parties),
                guests=sum(party.persons for party in parties) if named else dice.randint(1, 3 * len(parties)),
                plan_id=plan.plan_id if plan else None,
                occupancy=tuple(parties) if named else (),
            )
            yield Drawn(
                calendar=calendar,
                stay=stay,
                parties=parties if named else [],
                plan=plan,
                occupancy=occupancy,
                today=check_in - timedelta(days=dice.choice((0, 1, dice.randint(0, 12), dice.randint(0, 90)))),
                pages={month: pages[month] for month in stay.months},
                rates={month: rates[month] for month in stay.months},
            )


def stored(
    calendar: Calendar, plan: RatePlan | None, occupancy: Occupancy | None
) -> tuple[dict[str, InventoryMonth], dict[str, MonthRates]]:
    """The calendar as pages and rates, by month. `closed_to_departure` goes to the night before the day."""
    pages: dict[str, InventoryMonth] = {}
    rates: dict[str, MonthRates] = {}
    for month in sorted({month_of(day) for day in calendar.price}):
        days = [day for day in calendar.price if month_of(day) == month]
        rules = {day.day: _rules(calendar, day) for day in days}
        free = {day.day: calendar.free[day] for day in days if day in calendar.free}
        pages[month] = InventoryMonth(
            room_type_id="deluxe", month=month, on_sale=dict.fromkeys(free, 9), free=free, revision=1
        )
        rates[month] = MonthRates(
            room_type_id="deluxe",
            month=month,
            property_id="lake-view",
            timezone="Asia/Kolkata",
            currency="INR",
            default_price=1,
            max_guests=9,
            price={day.day: calendar.price[day] for day in days},
            rules={day: of for day, of in rules.items() if of != NightRules()},
            plans=(plan,) if plan else (),
            occupancy=occupancy,
            revision=1,
        )
    return pages, rates


def _rules(calendar: Calendar, day: date) -> NightRules:
    return NightRules(
        closed=day in calendar.closed,
        min_stay_arrival=calendar.min_stay_arrival.get(day),
        min_stay_through=calendar.min_stay_through.get(day),
        max_stay=calendar.max_stay.get(day),
        closed_to_arrival=day in calendar.closed_to_arrival,
        closed_to_departure=day + DAY in calendar.closed_to_departure,
    )


def _calendar(dice: random.Random, edge: date) -> Calendar:
    calendar = Calendar()
    day = add_months(edge.replace(day=1), -2)
    last = add_months(edge.replace(day=1), 4)
    low, high = dice.choice(((735_000, 765_000), (749_990, 750_010), (100_000, 1_500_000), (1, 60_000)))
    often = dice.choice((0.01, 0.05, 0.2))
    while day < last:
        calendar.price[day] = dice.randint(low, high)
        if dice.random() > often / 2:
            calendar.free[day] = dice.choice((9, 9, 9, 9, 3, 2, 1, 0))
        for days in (calendar.closed, calendar.closed_to_arrival, calendar.closed_to_departure):
            if dice.random() < often:
                days.add(day)
        for lengths, most in (
            (calendar.min_stay_arrival, 6),
            (calendar.min_stay_through, 6),
            (calendar.max_stay, 12),
        ):
            if dice.random() < often:
                lengths[day] = dice.randint(1, most)
        day += DAY
    return calendar


def _plan(dice: random.Random) -> RatePlan:
    def maybe(most: int) -> int | None:
        return dice.randint(0, most) if dice.random() < 0.25 else None

    return RatePlan(
        plan_id="half-board",
        name="Half board",
        percent_bp=dice.choice((0, -1000, -333, 1250, dice.randint(-10_000, 5_000))),
        amount=dice.choice((0, 0, 25_000, -9_999, dice.randint(-80_000, 80_000))),
        meal=dice.choice((0, 60_000, dice.randint(1, 99_999))),
        min_stay=maybe(5),
        max_stay=maybe(20),
        book_from_days=maybe(80),
        book_until_days=maybe(8),
    )


def _occupancy(dice: random.Random) -> Occupancy:
    ages = sorted(dice.sample(range(18), dice.randint(0, 3)))
    return Occupancy(
        base_adults=dice.randint(1, 2),
        max_adults=9,
        max_children=9,
        max_guests=9,
        extra_adult=dice.randint(0, 200_000),
        single_discount=dice.choice((0, 50_000, dice.randint(0, 99_999))),
        child_bands=tuple(ChildBand(age, dice.randint(0, 120_000)) for age in ages),
    )


def _party(dice: random.Random, occupancy: Occupancy | None) -> Party:
    bands = occupancy.child_bands if occupancy else ()
    edges = [age for band in bands for age in (band.max_age, min(band.max_age + 1, 17))]
    ages = [dice.choice([*edges, dice.randint(0, 17)]) for _ in range(dice.choice((0, 0, 0, 1, 2)))]
    return Party(dice.choice((1, 1, 2, 2, 3)), tuple(ages))
