"""Bring a room type's months in line with its property and itself, and open those that are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import BelowSold, NotFound, TakenNight
from holdfast.model.dates import add_months, month_of, today_in
from holdfast.model.limits import MONTHS_OPEN
from holdfast.model.rates import MonthOnSale, in_line, open_month
from holdfast.properties.provisional import as_sold
from holdfast.storage.base import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from holdfast.engine import Engine
    from holdfast.model.property import Property, RoomType

type MonthChange = tuple[MonthOnSale | None, MonthOnSale]


def bring_in_line(room_type: RoomType, *, engine: Engine, opens: bool = True) -> int:
    """Writes all months that are missing or differ, in one transaction; how many there were. A repeat writes nothing.

    Those that are missing only where it `opens`.
    It goes by property and room type as they are now, and only while they stay so, for jobs that come at any time.
    Raises NotFound, BelowSold, Busy.
    """
    property_id, room_type_id = room_type.property_id, room_type.room_type_id

    def attempt() -> int:
        found = engine.catalog.sold_room_type(property_id, room_type_id)
        if found is None:
            raise NotFound("There is no room type by that id.")
        property_, now = found
        changes = month_changes(as_sold(property_), now, engine=engine, opens=opens)
        if changes and not engine.catalog.change_months(changes, engine.catalog.unchanged(property_, now)):
            raise WriteConflict(["month"], None)
        return len(changes)

    return engine.store.retry_on_conflict(attempt)


def month_changes(
    property_: Property,
    room_type: RoomType,
    *,
    engine: Engine,
    opens: bool = True,
    before_rooms: int | None = None,
) -> list[MonthChange]:
    """What would bring the months in line that are open or, where it `opens`, should be. Raises BelowSold.

    `before_rooms` is how many rooms the room type had before its change, if this is one.
    """
    room_type_id = room_type.room_type_id
    today = today_in(property_.timezone, engine.clock(), property_.day_ends)
    wanted = open_range(property_, engine)
    found = engine.catalog.months([room_type_id], wanted)
    changes: list[MonthChange] = []
    for month in wanted:
        before = found.get((room_type_id, month))
        if before:
            after = in_line(before, property_, room_type, before_rooms=before_rooms, today=today)
        else:
            after = open_month(property_, room_type, month)
        if before != after and (before or opens):
            changes.append((before, after))
    refuse_below_sold(changes)
    return changes


def open_range(property_: Property, engine: Engine) -> list[str]:
    """The months that a hotel has on sale: this one there, and as many ahead as a stay can reach into."""
    first = today_in(property_.timezone, engine.clock(), property_.day_ends).replace(day=1)
    return [month_of(add_months(first, count)) for count in range(MONTHS_OPEN)]


def refuse_below_sold(changes: Iterable[MonthChange]) -> None:
    """Raises BelowSold if a night would have fewer rooms on sale than are held, sold or blocked."""
    if short := taken_nights(changes):
        raise BelowSold(short)


def lacking(short: Iterable[TakenNight]) -> dict[date, int]:
    """How many rooms each of these nights has too few of."""
    return {of["night"]: of["taken"] - of["rooms_on_sale"] for of in short}


def taken_nights(changes: Iterable[MonthChange]) -> list[TakenNight]:
    """The nights that would have fewer rooms on sale than are held, sold or blocked."""
    return [
        TakenNight(
            night=after.page.night(day),
            rooms_on_sale=after.page.on_sale[day],
            taken=after.page.on_sale[day] - free,
        )
        for _, after in changes
        for day, free in sorted(after.page.free.items())
        if free < 0
    ]
