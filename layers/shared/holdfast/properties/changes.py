"""The history of a room type's calendar: what was changed, newest first, and a change undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields, NotFound
from holdfast.model.calendar import CalendarChange
from holdfast.model.dates import millis
from holdfast.model.ids import timed_id
from holdfast.properties.nights import (
    LENGTHS,
    PRICE,
    Folded,
    OwnCalendar,
    Setting,
    Settings,
    fold,
    impossible_nights,
    own_value,
    worthless_nights,
)
from holdfast.properties.own_calendar import Change, calendar_store, own_calendar, write_change
from holdfast.properties.owners import own_room_type
from holdfast.requests import NO_CURSOR
from holdfast.storage.calendar import change_key

if TYPE_CHECKING:
    from datetime import date

    from holdfast.engine import Engine
    from holdfast.properties.calendar_requests import ChangesQuery


def list_changes(
    room_type_id: str, query: ChangesQuery, *, owner_id: str, engine: Engine
) -> tuple[list[CalendarChange], str | None]:
    """A page of the calendar's changes, newest first, and the next page's cursor. Raises NotFound, InvalidFields."""
    own_room_type(room_type_id, owner_id=owner_id, engine=engine)
    store = calendar_store(engine)
    if query.cursor and not store.changes([change_key(room_type_id, query.cursor)]):
        raise InvalidFields(("cursor", NO_CURSOR))
    return store.latest_changes(room_type_id, query.cursor)


def undo_change(
    room_type_id: str, change_id: str, *, owner_id: str, engine: Engine, undo_id: str | None = None
) -> CalendarChange:
    """Puts back what the change found, on each night and field that still has what the change gave it.

    What was changed since is left, and named in the answer's `kept`; nights that are over are left. A repeat answers
    the same and does nothing. With nothing to put back, nothing is written, and the change may be undone later.
    `undo_id` is for one of several changes that are undone together.

    Raises NotFound, BelowSold, Busy.
    """
    store = calendar_store(engine)

    def decide() -> Change:
        property_id, change = store.property_and_change(room_type_id, change_id)
        today = engine.clock().date()
        first, last = (min(change.nights), max(change.nights)) if change else (today, today)
        calendar = own_calendar(property_id, room_type_id, first, last, owner_id=owner_id, engine=engine)
        if change is None:
            raise NotFound("There is no change by that id.")
        if change.undone_by:
            key = change_key(room_type_id, change.undone_by)
            return Change(Folded([], {}), store.changes([key])[key], is_new=False)
        folded, kept = _put_back(change, calendar)
        at_ms = millis(engine.clock())
        record = CalendarChange(
            change_id=undo_id or timed_id("ch", at_ms, "undo", change_id),
            room_type_id=room_type_id,
            at_ms=at_ms,
            by=owner_id,
            nights=folded.moves,
            undoes=change_id,
            kept=tuple(kept),
        )
        return Change(folded, record)

    return write_change(room_type_id, decide, engine=engine)


def _put_back(change: CalendarChange, calendar: OwnCalendar) -> tuple[Folded, list[tuple[date, str]]]:
    """The nights as the change found them, and what is kept: changed since, or no night to sell as it was."""
    settings: Settings = {}
    kept = []
    for night, moves in change.nights.items():
        for field, (before, after) in moves.items() if night >= calendar.today else ():
            if own_value(calendar.month_of(night), night, field) == after:
                settings.setdefault(field, {})[night] = Setting(before, 0)
            else:
                kept.append((night, field))
    folded = fold(calendar, settings)
    unsellable = [(night, LENGTHS) for night, _ in impossible_nights(folded)]
    unsellable += [(night, frozenset({PRICE})) for night, _ in worthless_nights(folded)]
    for night, fields in unsellable:
        left = [field for field in fields if settings.get(field, {}).pop(night, None)]
        kept += [(night, field) for field in left]
    return fold(calendar, settings) if unsellable else folded, sorted(kept)
