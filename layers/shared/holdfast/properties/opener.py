"""Keep every hotel's calendar open: the daily job that opens the months that are missing, and heals the others.

It heals what search and owners read of each hotel too, for tables that were written before there were listings.

It may run at any time and twice at once. A hotel or room type that fails is logged, and stops no other.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import Metric, count, logger
from holdfast.model.limits import MONTHS_OPEN
from holdfast.properties.opening import bring_in_line, open_range

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.property import Property, RoomType

RESERVE_SECONDS = 15.0  # with less time left, no other hotel is begun: the next run goes on from there


class Opening(msgspec.Struct, kw_only=True):
    """What one run did. `months_ahead_min`: the fewest months open after this one, of the room types that it saw."""

    hotels: int = 0
    months_written: int = 0
    failed: int = 0
    finished: bool = True
    months_ahead_min: int = MONTHS_OPEN - 1


def open_calendars(*, engine: Engine) -> Opening:
    """Opens the calendars of all live hotels, from where the last run had to stop, within the time that is left."""
    done = Opening()
    catalog = engine.catalog
    after = catalog.opening_cursor()
    begun = after
    while True:
        property_ids, more = catalog.property_ids(after)
        for property_id in property_ids:
            if engine.deadline.seconds_left < RESERVE_SECONDS:
                done.finished = False
                break
            _open_hotel(property_id, done, engine=engine)
        if not done.finished or more is None:
            break
        after = more
    reached = None if done.finished else after
    if reached != begun:
        catalog.put_opening_cursor(reached)
    count(Metric.MONTHS_AHEAD_MIN, done.months_ahead_min)
    count(Metric.OPENING_FAILED, done.failed)
    count(Metric.OPENING_UNFINISHED, int(not done.finished))
    logger.info("calendars opened", extra=msgspec.to_builtins(done))
    return done


def _open_hotel(property_id: str, done: Opening, *, engine: Engine) -> None:
    try:
        known = engine.catalog.property(property_id)
    except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
        _note_failure(done, property_id, None)
        return
    if known is None or not known[0].live:
        return
    property_, room_types = known
    done.hotels += 1
    _list_hotel(property_, room_types, done, engine=engine)
    for room_type in room_types:
        if room_type.live:
            _open_room_type(property_, room_type, done, engine=engine)


def _list_hotel(property_: Property, room_types: list[RoomType], done: Opening, *, engine: Engine) -> None:
    try:
        engine.catalog.refresh_listing(property_, room_types)
    except Exception:  # noqa: BLE001 - the same
        _note_failure(done, property_.property_id, None)


def _open_room_type(property_: Property, room_type: RoomType, done: Opening, *, engine: Engine) -> None:
    """A room type whose months cannot be written counts with those that it has; one that cannot be read, with none."""
    ahead = MONTHS_OPEN - 1
    try:
        done.months_written += bring_in_line(room_type, engine=engine)
    except Exception:  # noqa: BLE001 - the same
        _note_failure(done, property_.property_id, room_type.room_type_id)
        ahead = _months_ahead(property_, room_type, engine=engine)
    done.months_ahead_min = min(done.months_ahead_min, ahead)


def _months_ahead(property_: Property, room_type: RoomType, *, engine: Engine) -> int:
    """How many months after this one are open, without a gap."""
    wanted = open_range(property_, engine)
    with suppress(Exception):
        found = engine.catalog.months([room_type.room_type_id], wanted)
        missing = [number for number, month in enumerate(wanted) if (room_type.room_type_id, month) not in found]
        return max(0, (missing[0] if missing else len(wanted)) - 1)
    return 0


def _note_failure(done: Opening, property_id: str, room_type_id: str | None) -> None:
    done.failed += 1
    logger.exception("a calendar cannot be opened", extra={"property_id": property_id, "room_type_id": room_type_id})
