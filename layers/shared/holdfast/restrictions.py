"""Which rules stand in the way of a stay, and which stays near it none of them forbids.

Pure functions of what was read: search, calendar and reserve ask the same ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from itertools import chain, product
from typing import TYPE_CHECKING, NamedTuple

from holdfast.model.dates import add_months, month_of
from holdfast.model.limits import MAX_MONTHS_AHEAD, MAX_NIGHTS
from holdfast.model.rates import NightRules

if TYPE_CHECKING:
    from holdfast.model.property import RatePlan
    from holdfast.model.rates import MonthRates

MOST_ALTERNATIVES = 3
MOST_DAYS_AWAY = 31  # of an alternative's check-in from the one asked for
NO_RULES = NightRules()


class Rule(StrEnum):
    CLOSED = "closed"
    CLOSED_TO_ARRIVAL = "closed_to_arrival"
    CLOSED_TO_DEPARTURE = "closed_to_departure"
    MIN_STAY_ARRIVAL = "min_stay_arrival"
    MIN_STAY_THROUGH = "min_stay_through"
    MIN_STAY = "min_stay"
    MAX_STAY = "max_stay"
    BOOK_FROM_DAYS = "book_from_days"
    BOOK_UNTIL_DAYS = "book_until_days"


SENTENCES = {
    Rule.CLOSED: "the night of {date} is closed",
    Rule.CLOSED_TO_ARRIVAL: "nobody can arrive on {date}",
    Rule.CLOSED_TO_DEPARTURE: "nobody can depart on {date}",
    Rule.MIN_STAY_ARRIVAL: "a stay from {date} is at least {value} nights",
    Rule.MIN_STAY_THROUGH: "a stay with the night of {date} is at least {value} nights",
    Rule.MIN_STAY: "a stay by this plan is at least {value} nights",
    Rule.MAX_STAY: "a stay from {date} is at most {value} nights",
    Rule.BOOK_FROM_DAYS: "by this plan {date} can be booked at most {value} days ahead",
    Rule.BOOK_UNTIL_DAYS: "by this plan {date} must be booked at least {value} days ahead",
}


class Restriction(NamedTuple):
    """A rule that forbids the stay: the night or day that has it, and its value in nights or days, or true."""

    rule: Rule
    date: date
    value: int | bool

    @property
    def sentence(self) -> str:
        """What the rule says, in words for the guest."""
        return SENTENCES[self.rule].format(date=self.date, value=self.value)


def restrictions(
    check_in: date, check_out: date, *, rates: Mapping[str, MonthRates], plan: RatePlan | None, today: date
) -> list[Restriction]:
    """Every rule that forbids the stay, by date; a month that is not there has no rules. `today` is the property's."""
    found = [
        *_of_the_arrival(check_in, check_out, rates),
        *_of_the_nights(check_in, check_out, rates),
        *_of_the_departure(check_out, rates),
        *_of_the_plan(check_in, check_out, plan, today),
    ]
    return sorted(dict.fromkeys(found), key=lambda one: one.date)  # night and plan may say the same


def allowed(
    check_in: date, check_out: date, *, rates: Mapping[str, MonthRates], plan: RatePlan | None, today: date
) -> bool:
    """Whether there are no `restrictions`; it stops at the first, and asks those first that take one look."""
    found = chain(
        _of_the_plan(check_in, check_out, plan, today),
        _of_the_arrival(check_in, check_out, rates),
        _of_the_departure(check_out, rates),
        _of_the_nights(check_in, check_out, rates),
    )
    return next(found, None) is None


def alternatives(
    check_in: date, check_out: date, *, today: date, works: Callable[[date, date], bool]
) -> list[tuple[date, date]]:
    """Up to three stays that work, nearest to the one asked for first: by days moved and nights added or left out.

    A stay `works` if its nights are free and on sale and no rule forbids it, as the caller knows.
    """
    last = add_months(today, MAX_MONTHS_AHEAD)
    found: list[tuple[date, date]] = []
    for start, end in _near(check_in, (check_out - check_in).days):
        if today <= start <= last and works(start, end):
            found.append((start, end))
            if len(found) == MOST_ALTERNATIVES:
                break
    return found


def _near(check_in: date, length: int) -> Iterator[tuple[date, date]]:
    """The stays around one, nearest first; of two as near the one that keeps the length, then the earlier one."""
    for move, nights_ in _moves(length):
        start = check_in + timedelta(days=move)
        yield start, start + timedelta(days=nights_)


@cache
def _moves(length: int) -> list[tuple[int, int]]:
    """By how many days to move a stay of that length, and how many nights to give it, in the order to try them."""
    moves = range(-MOST_DAYS_AWAY, MOST_DAYS_AWAY + 1)
    near = [(move, other) for move, other in product(moves, range(1, MAX_NIGHTS + 1)) if (move, other) != (0, length)]
    return sorted(near, key=lambda one: (abs(one[0]) + abs(one[1] - length), abs(one[1] - length), one))


def _rules(rates: Mapping[str, MonthRates], night: date) -> NightRules:
    month = rates.get(month_of(night))
    return month.rules.get(night.day, NO_RULES) if month else NO_RULES


def _of_the_arrival(check_in: date, check_out: date, rates: Mapping[str, MonthRates]) -> Iterator[Restriction]:
    rules, length = _rules(rates, check_in), (check_out - check_in).days
    if rules.closed_to_arrival:
        yield Restriction(Rule.CLOSED_TO_ARRIVAL, check_in, value=True)
    if rules.min_stay_arrival is not None and length < rules.min_stay_arrival:
        yield Restriction(Rule.MIN_STAY_ARRIVAL, check_in, rules.min_stay_arrival)
    if rules.max_stay is not None and length > rules.max_stay:
        yield Restriction(Rule.MAX_STAY, check_in, rules.max_stay)


def _of_the_nights(check_in: date, check_out: date, rates: Mapping[str, MonthRates]) -> Iterator[Restriction]:
    length = (check_out - check_in).days
    for n in range(length):
        night = check_in + timedelta(days=n)
        rules = _rules(rates, night)
        if rules.closed:
            yield Restriction(Rule.CLOSED, night, value=True)
        if rules.min_stay_through is not None and length < rules.min_stay_through:
            yield Restriction(Rule.MIN_STAY_THROUGH, night, rules.min_stay_through)


def _of_the_departure(check_out: date, rates: Mapping[str, MonthRates]) -> Iterator[Restriction]:
    if _rules(rates, check_out - timedelta(days=1)).closed_to_departure:
        yield Restriction(Rule.CLOSED_TO_DEPARTURE, check_out, value=True)


def _of_the_plan(check_in: date, check_out: date, plan: RatePlan | None, today: date) -> Iterator[Restriction]:
    if plan is None:
        return
    length, days_ahead = (check_out - check_in).days, (check_in - today).days
    if plan.min_stay is not None and length < plan.min_stay:
        yield Restriction(Rule.MIN_STAY, check_in, plan.min_stay)
    if plan.max_stay is not None and length > plan.max_stay:
        yield Restriction(Rule.MAX_STAY, check_in, plan.max_stay)
    if plan.book_from_days is not None and days_ahead > plan.book_from_days:
        yield Restriction(Rule.BOOK_FROM_DAYS, check_in, plan.book_from_days)
    if plan.book_until_days is not None and days_ahead < plan.book_until_days:
        yield Restriction(Rule.BOOK_UNTIL_DAYS, check_in, plan.book_until_days)
