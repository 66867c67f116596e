"""A room type's nights as their owner sets them: pure functions of the months that were read and what is set.

Each field of a night has a value of its own or its default: the room type's price and number of rooms, no rule.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.model.calendar import Move, OwnValue
from holdfast.model.dates import add_months, month_of
from holdfast.model.limits import MAX_MONTHS_AHEAD
from holdfast.model.rates import MonthOnSale, NightRules, in_line, open_month, with_rooms
from holdfast.properties.lowest_price import nothing_left
from holdfast.restrictions import NO_RULES

if TYPE_CHECKING:
    from holdfast.model.property import Property, RoomType
    from holdfast.properties.opening import MonthChange

PRICE, ROOMS = "price", "rooms_on_sale"
TRUTHS = frozenset({"closed", "closed_to_arrival", "closed_to_departure"})
SHORTEST = ("min_stay_arrival", "min_stay_through")
LENGTHS = frozenset({*SHORTEST, "max_stay"})


class Setting(NamedTuple):
    """A value for a field of a night, and the place, in what was sent, of the entry that sets it."""

    value: OwnValue
    place: int


type Settings = dict[str, dict[date, Setting]]  # by field and night


class OwnCalendar(NamedTuple):
    """A room type's months as they were read, and its property as it is sold."""

    property_: Property
    room_type: RoomType
    months: Mapping[str, MonthOnSale]
    today: date

    @property
    def last_night(self) -> date:
        return add_months(self.today, MAX_MONTHS_AHEAD)

    def month(self, name: str) -> MonthOnSale:
        """The month as it is, or as it would be opened. One of before says nothing of its own rooms: it is read in."""
        found = self.months.get(name)
        if found is None:
            return open_month(self.property_, self.room_type, name)
        return found if found.rates.default_rooms is not None else in_line(found, self.property_, self.room_type)

    def month_of(self, night: date) -> MonthOnSale:
        return self.month(month_of(night))


class Folded(NamedTuple):
    """The months that differ once the settings are folded in, and the moves of their nights, by field."""

    changes: list[MonthChange]
    moves: dict[date, dict[str, Move]]


def fold(calendar: OwnCalendar, settings: Settings) -> Folded:
    """Every setting on its night. A month without any move is not in the changes."""
    by_month: dict[str, dict[date, dict[str, OwnValue]]] = {}
    for field, nights in settings.items():
        for night, setting in nights.items():
            by_month.setdefault(month_of(night), {}).setdefault(night, {})[field] = setting.value
    changes: list[MonthChange] = []
    moves: dict[date, dict[str, Move]] = {}
    for name, nights_set in sorted(by_month.items()):
        month = calendar.month(name)
        moved = {
            night: found for night, values in sorted(nights_set.items()) if (found := _moves(month, night, values))
        }
        if moved:
            changes.append((calendar.months.get(name), _moved(month, moved)))
            moves |= moved
    return Folded(changes, moves)


def own_value(month: MonthOnSale, night: date, field: str) -> OwnValue:
    """What the night has of its own; None, or false of a rule that is on or off: the default."""
    if field == PRICE:
        return month.rates.price.get(night.day)
    if field == ROOMS:
        return month.rates.rooms.get(night.day)
    value: OwnValue = getattr(month.rates.rules.get(night.day, NO_RULES), field)
    return value


def impossible_nights(folded: Folded) -> Iterator[tuple[date, str]]:
    """The nights that no stay could have any more: their longest stay is shorter than their shortest. And why."""
    for night, after in _moved_nights(folded, LENGTHS):
        rules = after.rates.rules.get(night.day, NO_RULES)
        for name in SHORTEST:
            shortest = getattr(rules, name)
            if shortest is not None and rules.max_stay is not None and rules.max_stay < shortest:
                yield night, f"max_stay {rules.max_stay} is below {name} {shortest} on {night}"
                break


def worthless_nights(folded: Folded) -> Iterator[tuple[date, str]]:
    """The nights whose price would be nothing after what one guest alone and every plan take off. And why."""
    known: dict[tuple[str, int], str | None] = {}
    for night, after in _moved_nights(folded, frozenset({PRICE})):
        price = after.rates.price_of(night)
        key = after.rates.month, price
        if key not in known:
            found = nothing_left(price, after.rates.occupancy, after.rates.plans)
            known[key] = found and _why(found.plan, found.says)
        if says := known[key]:
            yield night, f"{says} on {night}"


def _why(plan: int | None, says: str) -> str:
    return f"is too low: the discount of one guest, {says}" if plan is None else f"is too low: the plan {says}"


def _moved_nights(folded: Folded, fields: frozenset[str]) -> Iterator[tuple[date, MonthOnSale]]:
    after = {month.rates.month: month for _, month in folded.changes}
    for night, moved in folded.moves.items():
        if fields & moved.keys():
            yield night, after[month_of(night)]


def _moves(month: MonthOnSale, night: date, values: Mapping[str, OwnValue]) -> dict[str, Move]:
    moves: dict[str, Move] = {}
    for field, value in values.items():
        before, after = own_value(month, night, field), bool(value) if field in TRUTHS else value
        if before != after:
            moves[field] = before, after
    return moves


def _moved(month: MonthOnSale, moves: Mapping[date, Mapping[str, Move]]) -> MonthOnSale:
    """The month after those moves; rooms on sale and free change together."""
    rates = month.rates
    price, rooms, rules = dict(rates.price), dict(rates.rooms), dict(rates.rules)
    on_sale: dict[int, int] = {}
    for night, moved in moves.items():
        day = night.day
        for field, (_, value) in moved.items():
            if field == PRICE:
                _put(price, day, value)
            elif field == ROOMS:
                _put(rooms, day, value)
                assert rates.default_rooms is not None
                on_sale[day] = rooms.get(day, rates.default_rooms)
        of_the_rules = {field: value for field, (_, value) in moved.items() if field not in {PRICE, ROOMS}}
        if of_the_rules:
            rules[day] = msgspec.structs.replace(rules.get(day, NightRules()), **of_the_rules)
            if rules[day] == NO_RULES:
                del rules[day]
    changed = msgspec.structs.replace(rates, price=price, rooms=rooms, rules=rules)
    return MonthOnSale(with_rooms(month.page, on_sale), changed)


def _put(own: dict[int, int], day: int, value: OwnValue) -> None:
    if value is None:
        own.pop(day, None)
    else:
        own[day] = int(value)
