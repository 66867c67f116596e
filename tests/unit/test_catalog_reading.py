"""The engine agrees with a second reading of restrictions and prices, over ten thousand random stays."""

import os
import random
import secrets
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from holdfast.bookings.restricted import stays_instead
from holdfast.model.stay import Party
from holdfast.occupancy import parties_of, room_charges
from holdfast.pricing import Line, priced_stay, quote
from holdfast.restrictions import alternatives, restrictions
from tests.unit.catalog_reading import (
    Calendar,
    ReadLine,
    forbidding,
    is_free,
    near,
    priced,
    promo_of,
    spread,
)
from tests.unit.random_stays import Drawn, drawn

STAYS = 10_000
STAYS_MOVED = 250  # each looks at hundreds of stays around it


@pytest.fixture(scope="module")
def seed() -> int:
    """Replay one run with STAYS_SEED=<the seed it printed>."""
    return int(os.environ.get("STAYS_SEED") or secrets.randbits(32))


@pytest.fixture
def dice(seed: int) -> random.Random:
    print(f"STAYS_SEED={seed}")  # noqa: T201 - shown by pytest when the test fails
    return random.Random(seed)


def test_every_rule_that_forbids_a_stay_is_found_and_no_other(dice: random.Random) -> None:
    seen: set[str] = set()
    for one in drawn(dice, STAYS):
        stay = one.stay
        found = restrictions(stay.check_in, stay.check_out, rates=one.rates, plan=one.plan, today=one.today)
        read = forbidding(one.calendar, one.plan, stay.check_in, stay.check_out, one.today)
        named = [(str(rule), day, value) for rule, day, value in found]
        assert sorted(named) == sorted(read), one
        assert [day for _, day, _ in named] == sorted(day for _, day, _ in named), one
        seen |= {rule for rule, _, _ in read}
    assert len(seen) == 9  # each rule has forbidden some stay


def test_every_line_has_the_price_the_parts_and_the_slab_of_the_second_reading(dice: random.Random) -> None:
    over_the_edge = 0
    for one in drawn(dice, STAYS):
        bp = dice.choice((0, 0, 1000, 777, 10_000))
        read = _read(one, bp)
        taken_off = sum(line.discount for line in read)
        charges = room_charges(one.stay, one.occupancy, one.plan)
        found = quote(priced_stay(one.stay, one.rates, one.plan, charges), promo_discount=taken_off)
        assert found.base_amount == sum(line.price for line in read), one
        assert found.promo_discount == taken_off == promo_of(bp, found.base_amount), one
        assert found.total_payable == sum(line.price - line.discount + line.tax for line in read), one
        for line, other in zip(found.lines, read, strict=True):
            assert _told(line) == _told_by(other), (one, line)
            assert line.get("parts", other.parts) == other.parts, (one, line)
            over_the_edge += line["price"] > 750_000 >= line["taxable"]
    assert over_the_edge > 100  # the promo has lowered many a slab


def test_guests_without_rooms_of_their_own_are_adults_spread_over_the_rooms(dice: random.Random) -> None:
    for one in drawn(dice, STAYS // 10):
        if not one.parties:
            adults = spread(one.stay.guests, one.stay.rooms)
            assert parties_of(one.stay) == tuple(Party(in_room) for in_room in adults), one


def test_alternatives_are_free_unrestricted_and_the_nearest_that_the_second_reading_finds(dice: random.Random) -> None:
    found_some = found_none = 0
    for one in drawn(dice, STAYS_MOVED):
        stay, calendar = one.stay, _of_the_months_read(one)
        length = (stay.check_out - stay.check_in).days
        instead = stays_instead(stay, one.pages, one.rates, one.today)
        keys = []
        for other in instead:
            check_in, check_out = other["check_in"], other["check_out"]
            assert (check_in, check_out) != (stay.check_in, stay.check_out), one
            assert _works(calendar, one, check_in, check_out), (one, other)
            assert other["total_payable"] == _total(one, check_in, check_out), (one, other)
            moved = abs((check_in - stay.check_in).days)
            longer = abs((check_out - check_in).days - length)
            keys.append((moved + longer, longer, check_in))
        read = near(stay.check_in, stay.check_out, lambda start, end: _works(calendar, one, start, end))  # noqa: B023
        assert keys == [key for _, key in zip(range(3), read, strict=False)], one
        found_some += bool(keys)
        found_none += not keys
    assert min(found_some, found_none) > 0


def test_an_alternative_is_within_31_days_today_or_later_and_not_beyond_the_calendar() -> None:
    anything = {"check_in": date(2026, 12, 10), "check_out": date(2026, 12, 12)}
    asked: list[tuple[date, date]] = []

    def never(check_in: date, check_out: date) -> bool:
        asked.append((check_in, check_out))
        return False

    assert alternatives(**anything, today=date(2026, 12, 8), works=never) == []
    assert min(asked)[0] == date(2026, 12, 8)
    assert max(asked)[0] == date(2027, 1, 10)
    assert {(end - start).days for start, end in asked} == set(range(1, 31))
    assert (date(2026, 12, 10), date(2026, 12, 12)) not in asked
    asked.clear()
    assert alternatives(**anything, today=date(2025, 6, 12), works=never) == []
    assert max(asked)[0] == date(2026, 12, 12)  # 18 months ahead


def _read(one: Drawn, promo_bp: int = 0, dates: tuple[date, date] | None = None) -> list[ReadLine]:
    parties = one.parties or [Party(adults) for adults in spread(one.stay.guests, one.stay.rooms)]
    check_in, check_out = dates or (one.stay.check_in, one.stay.check_out)
    return priced(one.calendar, one.plan, one.occupancy, parties, check_in, check_out, promo_bp)


def _total(one: Drawn, check_in: date, check_out: date) -> int:
    return sum(line.price + line.tax for line in _read(one, dates=(check_in, check_out)))


def _told(line: Line) -> tuple[object, ...]:
    names = ("night", "room", "price", "discount", "taxable", "gst_rate_bp", "tax", "cgst", "sgst")
    return tuple(line.get(name) for name in names)


def _told_by(line: ReadLine) -> tuple[object, ...]:
    value, half = line.price - line.discount, line.tax // 2
    return line.night, line.room, line.price, line.discount, value, line.rate_bp, line.tax, half, half


def _of_the_months_read(one: Drawn) -> Calendar:
    """The calendar as one who has read the stay's months knows it: of all other nights, nothing is free."""
    months = {(day.year, day.month) for day in _days(one.stay.check_in, one.stay.check_out)}
    known = {day: rooms for day, rooms in one.calendar.free.items() if (day.year, day.month) in months}
    return Calendar(**{**vars(one.calendar), "free": known})


def _days(check_in: date, check_out: date) -> Iterator[date]:
    yield from (check_in + timedelta(days=n) for n in range((check_out - check_in).days))


def _works(calendar: Calendar, one: Drawn, check_in: date, check_out: date) -> bool:
    return (
        check_in >= one.today
        and is_free(calendar, check_in, check_out, one.stay.rooms)
        and not forbidding(calendar, one.plan, check_in, check_out, one.today)
    )
