"""Stripes: a month that sells too much for one item has several, each with a part of its rooms on sale and free.

A booking remembers how many rooms it took from which stripe on which nights, and gives them back there. So on each
stripe, as on a whole month, the rooms on sale are those free and those taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from zlib import crc32

import msgspec

from holdfast.model.dates import month_of
from holdfast.model.inventory import InventoryMonth

MOST_STRIPES = 64  # of a room type, over all months on sale: an owner's change of them is one transaction of a hundred


class RoomsTaken(msgspec.Struct, frozen=True, array_like=True):
    """So many rooms of one stripe, on each of so many nights in a row; `first` counts from the night of arrival."""

    stripe: int
    first: int
    nights: int
    rooms: int


def turn_of(booking_id: str, tries: int = 0) -> int:
    """What a booking chooses its stripes by: other bookings, and its own further tries, choose others."""
    return crc32(f"{booking_id} {tries}".encode())


def stripes_to_read(turn: int, count: int) -> Sequence[int]:
    """The one stripe, or two of several."""
    if count == 1:
        return (0,)
    first = turn % count
    return first, (first + 1 + turn // count % (count - 1)) % count


def sum_of_stripes(stripes: Sequence[InventoryMonth], count: int) -> InventoryMonth:
    """The month that these of its `count` stripes make."""
    first = stripes[0]
    if count == 1:
        return first
    return msgspec.structs.replace(
        first,
        on_sale=_sum([one.on_sale for one in stripes]),
        free=_sum([one.free for one in stripes]),
        stripe=0,
        parts=tuple(stripes),
    )


def stripe_count(pages: Iterable[InventoryMonth]) -> int:
    """How many stripes the months have at most, which were read whole."""
    return max((len(page.stripes) for page in pages), default=1)


def is_settled(before: Iterable[InventoryMonth], after: Iterable[InventoryMonth], nights: Iterable[date]) -> bool:
    """Whether two reads of months show that at one instant these nights had as many rooms free.

    Reads of several items are no snapshot: a room that is given back to one stripe and taken from another between them
    is in neither. If nothing of these nights has changed from the first read to the second, there was none such. Other
    nights of the month may sell meanwhile.
    """
    earlier, later = ({page.month: page for page in read} for read in (before, after))

    def is_same(night: date) -> bool:
        was, page = earlier.get(month_of(night)), later.get(month_of(night))
        if page is None or not page.parts:
            return True
        return was is not None and _free(was, night) == _free(page, night)

    return all(is_same(night) for night in nights)


def choose_stripes(
    pages: Mapping[str, InventoryMonth], nights: Sequence[date], rooms: int, turn: int
) -> tuple[RoomsTaken, ...]:
    """Where to take rooms that the pages have together: from one stripe of a month if one has them, else from few.

    Of two stripes that have them the one with more to spare, so that all empty alike. Nothing, when all is of stripe 0,
    as of every month that has no other.
    """
    by_stripe: dict[int, list[int]] = {}
    numbers = {night: number for number, night in enumerate(nights)}
    for month, stay in groupby(nights, month_of):
        left = dict.fromkeys((night.day for night in stay), rooms)
        stripes = list(pages[month].stripes)
        while left:
            stripe = _next_stripe(stripes, left, turn)
            for day, needed in list(left.items()):
                count = min(needed, stripe.free[day])
                if count:
                    by_stripe.setdefault(stripe.stripe, [0] * len(nights))[numbers[stripe.night(day)]] += count
                if count == needed:
                    del left[day]
                else:
                    left[day] = needed - count
            stripes.remove(stripe)
    if by_stripe.keys() == {0}:
        return ()
    return tuple(run for stripe, by_night in sorted(by_stripe.items()) for run in _runs(stripe, by_night))


def rooms_of_stripes(
    taken: Sequence[RoomsTaken], nights: Sequence[date], rooms: int
) -> dict[tuple[int, str], dict[int, int]]:
    """What is taken of each stripe and month, by the day of the month."""
    pages: dict[tuple[int, str], dict[int, int]] = {}
    for part in taken or (RoomsTaken(0, 0, len(nights), rooms),):
        for night in nights[part.first : part.first + part.nights]:
            days = pages.setdefault((part.stripe, month_of(night)), {})
            days[night.day] = days.get(night.day, 0) + part.rooms
    return pages


def spread(page: InventoryMonth, more: Mapping[int, int]) -> list[dict[int, int]]:
    """How many rooms each stripe gets of so many more on each day, or gives of so many fewer, so that all are alike."""
    stripes = page.stripes
    shares: list[dict[int, int]] = [{} for _ in stripes]
    for day, count in more.items():
        left = count
        poorest_first = sorted(range(len(stripes)), key=lambda place: stripes[place].free[day])
        for number, place in enumerate(poorest_first):
            others = len(stripes) - number
            share = -(-left // others) if count > 0 else -min(stripes[place].free[day], -left // others)
            if others == 1:
                share = left
            if share:
                shares[place][day] = share
            left -= share
    return shares


def level(page: InventoryMonth) -> list[dict[int, int]]:
    """How many free rooms each stripe must get, or give, on each day so that all have alike."""
    stripes = page.stripes
    shares: list[dict[int, int]] = [{} for _ in stripes]
    for day, total in page.free.items():
        fair, spare = divmod(total, len(stripes))
        richest_first = sorted(range(len(stripes)), key=lambda place: -stripes[place].free[day])
        for number, place in enumerate(richest_first):
            share = fair + (number < spare) - stripes[place].free[day]
            if share:
                shares[place][day] = share
    return shares


def _free(page: InventoryMonth, night: date) -> list[int]:
    return [stripe.free.get(night.day, 0) for stripe in page.stripes]


def _sum(maps: Sequence[Mapping[int, int]]) -> dict[int, int]:
    return {day: sum(one.get(day, 0) for one in maps) for day in maps[0]}


def _next_stripe(stripes: Sequence[InventoryMonth], left: Mapping[int, int], turn: int) -> InventoryMonth:
    """The stripe that gives most of what is left to take."""

    def gives(one: InventoryMonth) -> int:
        return sum(min(needed, one.free[day]) for day, needed in left.items())

    def to_spare(one: InventoryMonth) -> int:
        return min(one.free[day] for day in left)

    start = turn % len(stripes)
    in_turn = [*stripes[start:], *stripes[:start]]
    enough = [one for one in in_turn if gives(one) == sum(left.values())]
    return max(enough[:2], key=to_spare) if enough else max(in_turn, key=gives)


def _runs(stripe: int, by_night: Sequence[int]) -> list[RoomsTaken]:
    runs, first = [], 0
    for rooms, same in groupby(by_night):
        nights = len(list(same))
        if rooms:
            runs.append(RoomsTaken(stripe, first, nights, rooms))
        first += nights
    return runs
