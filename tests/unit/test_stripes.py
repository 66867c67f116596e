"""Where rooms are taken from stripes and put on them: pure functions, for any rooms on any of them."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest

from holdfast.model.dates import month_of
from holdfast.model.inventory import InventoryMonth, lacking_rooms
from holdfast.model.stripes import (
    RoomsTaken,
    choose_stripes,
    is_settled,
    level,
    rooms_of_stripes,
    spread,
    stripes_to_read,
    sum_of_stripes,
    turn_of,
)

FIRST = date(2026, 12, 30)  # stays reach into January


def a_month(month: str, free: list[dict[int, int]]) -> InventoryMonth:
    stripes = [
        InventoryMonth(room_type_id="deluxe", month=month, on_sale=rooms, free=rooms, revision=1, stripe=number)
        for number, rooms in enumerate(free)
    ]
    return sum_of_stripes(stripes, len(stripes))


def drawn(rng: random.Random, count: int) -> dict[str, InventoryMonth]:
    return {
        month: a_month(month, [{day: rng.choice((0, 0, 1, 2)) for day in range(1, 32)} for _ in range(count)])
        for month in ("2026-12", "2027-01")
    }


@pytest.mark.parametrize("seed", range(60))
def test_a_stay_that_the_sum_has_is_taken_from_what_is_free(seed: int) -> None:
    rng = random.Random(seed)
    pages = drawn(rng, rng.choice((2, 3, 8, 32)))
    nights = [FIRST + timedelta(days=n) for n in range(rng.randrange(1, 6))]
    most = min(pages[month_of(night)].free[night.day] for night in nights)
    for rooms in range(1, most + 1):
        assert lacking_rooms(pages, nights, rooms) == {}
        taken = choose_stripes(pages, nights, rooms, turn_of(str(seed)))
        by_night: Counter[date] = Counter()
        for (stripe, month), days in rooms_of_stripes(taken, nights, rooms).items():
            of = pages[month].stripes[stripe]
            for day, count in days.items():
                assert 0 < count <= of.free[day]
                by_night[of.night(day)] += count
        assert by_night == dict.fromkeys(nights, rooms)


def test_one_stripe_that_has_the_whole_stay_is_enough() -> None:
    pages = {"2026-12": a_month("2026-12", [{30: 1, 31: 0}, {30: 2, 31: 2}, {30: 0, 31: 3}])}

    assert choose_stripes(pages, [FIRST, FIRST + timedelta(days=1)], 2, 0) == (RoomsTaken(1, 0, 2, 2),)


def test_of_two_the_one_with_more_to_spare_gives() -> None:
    pages = {"2026-12": a_month("2026-12", [{30: 2}, {30: 5}])}

    assert choose_stripes(pages, [FIRST], 1, 0) == choose_stripes(pages, [FIRST], 1, 1) == (RoomsTaken(1, 0, 1, 1),)


def test_all_of_the_first_stripe_is_not_written_down() -> None:
    pages = {"2026-12": a_month("2026-12", [{30: 5}, {30: 0}])}

    assert choose_stripes(pages, [FIRST], 2, 0) == ()
    assert rooms_of_stripes((), [FIRST], 2) == {(0, "2026-12"): {30: 2}}


@pytest.mark.parametrize("seed", range(30))
def test_rooms_that_come_or_go_are_spread_and_none_goes_that_is_taken(seed: int) -> None:
    rng = random.Random(seed)
    page = drawn(rng, rng.choice((1, 2, 5, 32)))["2026-12"]
    more = {day: rng.randrange(-page.free[day], 12) for day in page.free}

    shares = spread(page, more)

    for day, count in more.items():
        after = [stripe.free[day] + share.get(day, 0) for stripe, share in zip(page.stripes, shares, strict=True)]
        assert sum(share.get(day, 0) for share in shares) == count
        assert min(after) >= 0


@pytest.mark.parametrize("count", [1, 2, 5, 32])
def test_levelled_stripes_differ_by_one_room_at_most(count: int) -> None:
    page = drawn(random.Random(count), count)["2026-12"]

    needs = level(page)

    for day in page.free:
        after = [stripe.free[day] + need.get(day, 0) for stripe, need in zip(page.stripes, needs, strict=True)]
        assert sum(after) == page.free[day]
        assert max(after) - min(after) <= 1


@pytest.mark.parametrize("count", [1, 2, 3, 32])
def test_two_different_stripes_are_read_where_there_are_two(count: int) -> None:
    read = [stripes_to_read(turn_of(f"bk_{number}"), count) for number in range(400)]

    assert {len(set(stripes)) for stripes in read} == {min(count, 2)}
    assert {stripe for stripes in read for stripe in stripes} == set(range(count))


class TestSettled:
    """Whether two reads show one instant: of the nights that are asked for, whatever else sells meanwhile."""

    SOLD_OUT = a_month("2026-12", [{30: 0, 31: 3}, {30: 1, 31: 3}])

    def test_other_nights_may_sell(self) -> None:
        later = a_month("2026-12", [{30: 0, 31: 2}, {30: 1, 31: 3}])

        assert is_settled([self.SOLD_OUT], [later], [FIRST])

    def test_a_room_that_went_from_one_stripe_to_the_other_shows(self) -> None:
        later = a_month("2026-12", [{30: 1, 31: 3}, {30: 0, 31: 3}])

        assert not is_settled([self.SOLD_OUT], [later], [FIRST])
        assert is_settled([self.SOLD_OUT], [later], [FIRST + timedelta(days=1)])

    def test_stripes_that_were_added_show(self) -> None:
        assert not is_settled([a_month("2026-12", [{30: 1, 31: 1}])], [self.SOLD_OUT], [FIRST])
        assert not is_settled([], [self.SOLD_OUT], [FIRST])

    def test_one_item_is_as_it_was_at_one_instant(self) -> None:
        whole = a_month("2026-12", [{30: 0, 31: 3}])

        assert is_settled([], [whole], [FIRST])
        assert is_settled([], [], [FIRST])
