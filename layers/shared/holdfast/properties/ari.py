"""Availability, rates and inventory in bulk, as channel managers send them, for many room types of one property."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from pydantic import ValidationError

from holdfast.errors import BelowSold, BookingError, Busy, InvalidFields, NotFound, TooManyCalls
from holdfast.fields import path, problems
from holdfast.model.calendar import CalendarChange
from holdfast.model.dates import millis, month_of
from holdfast.model.ids import timed_id
from holdfast.model.limits import MAX_MONTHS_AHEAD
from holdfast.properties.ari_values import Bulk, Refused
from holdfast.properties.calendar import ranges_of
from holdfast.properties.calendar_requests import AriQuery, AriRequest, AriValue
from holdfast.properties.changes import undo_change
from holdfast.properties.own_calendar import NO_ROOM_TYPE, Change, calendar_store, own_calendar, write_change
from holdfast.properties.owners import require_own_property
from holdfast.storage.base import WriteConflict
from holdfast.storage.calendar import change_key

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.rates import MonthOnSale

MOST_CALLS = 20  # of one property
WITHIN_MS = 60_000
MOST_NIGHTS_READ = 31 * (MAX_MONTHS_AHEAD + 2)


class BulkResult(NamedTuple):
    """How many values moved something, how many were so already, and which were refused, by their index."""

    applied: int
    unchanged: int
    refused: list[Refused]
    change_id: str | None


class RoomTypeUndone(NamedTuple):
    room_type_id: str
    undo: CalendarChange | BookingError


class NightOnSale(NamedTuple):
    room_type_id: str
    night: date
    month: MonthOnSale


def set_values(property_id: str, request: AriRequest, *, owner_id: str, engine: Engine) -> BulkResult:
    """Folds the values in order, the last wins: one transaction for each room type, all with the same change's id.

    A bad value is refused by its index, and the rest is applied. Raises NotFound, TooManyCalls, Busy.
    """
    require_own_property(property_id, owner_id=owner_id, engine=engine)
    calls = _count_call(property_id, engine=engine)
    known = {room_type.room_type_id for room_type in engine.catalog.room_types(property_id)}
    at_ms = millis(engine.clock())
    change_id = timed_id("ch", at_ms, property_id, str(calls))
    refused: list[Refused] = []
    by_room_type: dict[str, list[tuple[int, AriValue]]] = {}
    for index, sent in enumerate(request.values):
        try:
            value = AriValue.model_validate(sent)
        except ValidationError as error:
            says = "; ".join(f"{path(place)}: {words}" if place else words for place, words in problems(error))
            refused.append(Refused(index, InvalidFields.code, says))
            continue
        if value.room_type_id in known:
            by_room_type.setdefault(value.room_type_id, []).append((index, value))
        else:
            refused.append(Refused(index, NotFound.code, NO_ROOM_TYPE))
    applied = unchanged = 0
    for room_type_id, values in by_room_type.items():
        bulk = Bulk(values)
        try:
            _set_in(property_id, room_type_id, bulk, change_id, at_ms, owner_id=owner_id, engine=engine)
        except (Busy, NotFound) as refusal:  # not found: deleted meanwhile
            bulk.refuse_all(refusal.code, refusal.detail)
        applied += len(bulk.applied)
        unchanged += len(values) - len(bulk.applied) - len(bulk.refused)
        refused += bulk.refused.values()
    return BulkResult(applied, unchanged, sorted(refused), change_id if applied else None)


def undo_values(property_id: str, change_id: str, *, owner_id: str, engine: Engine) -> list[RoomTypeUndone]:
    """Undoes a call in bulk in all its room types, each in a transaction; what is refused there, by room type.

    A repeat goes on where it stopped, and answers the same. Raises NotFound, TooManyCalls, Busy.
    """
    require_own_property(property_id, owner_id=owner_id, engine=engine)
    _count_call(property_id, engine=engine)
    keys = [change_key(room_type.room_type_id, change_id) for room_type in engine.catalog.room_types(property_id)]
    found = calendar_store(engine).changes(keys)
    if not found:
        raise NotFound("There is no change by that id.")
    begun = next((change.undone_by for change in found.values() if change.undone_by), None)
    undo_id = begun or timed_id("ch", millis(engine.clock()), "undo", change_id)
    return [
        _undone(found[key].room_type_id, change_id, undo_id, owner_id=owner_id, engine=engine)
        for key in keys
        if key in found
    ]


def read_values(property_id: str, query: AriQuery, *, owner_id: str, engine: Engine) -> list[NightOnSale]:
    """What is on sale, by room type and night. Raises NotFound, InvalidFields."""
    require_own_property(property_id, owner_id=owner_id, engine=engine)
    nights = (query.last_night - query.first_night).days + 1
    if nights > MOST_NIGHTS_READ:
        raise InvalidFields(("last_night", f"at most {MOST_NIGHTS_READ} nights are read at once; this is {nights}"))
    room_types = [room_type.room_type_id for room_type in engine.catalog.room_types(property_id)]
    every = [query.first_night + timedelta(days=n) for n in range(nights)]
    names = sorted({month_of(night) for night in every})
    known = engine.catalog.months(room_types, names)
    return [
        NightOnSale(room_type_id, night, month)
        for room_type_id in room_types
        for night in every
        if (month := known.get((room_type_id, month_of(night)))) and night.day in month.page.free
    ]


def _set_in(
    property_id: str, room_type_id: str, bulk: Bulk, change_id: str, at_ms: int, *, owner_id: str, engine: Engine
) -> None:
    """The room type's values in one transaction; `bulk` knows afterwards what became of each."""
    nights = [night for _, value in bulk.values for night in (value.first_night, value.last_night)]

    def decide() -> Change:
        calendar = own_calendar(property_id, room_type_id, min(nights), max(nights), owner_id=owner_id, engine=engine)
        folded = bulk.fold(calendar)
        record = CalendarChange(
            change_id=change_id,
            room_type_id=room_type_id,
            at_ms=at_ms,
            by=owner_id,
            ranges=ranges_of([value for index, value in bulk.values if index in bulk.applied]),
            nights=folded.moves,
        )
        return Change(folded, record)

    write_change(room_type_id, decide, engine=engine)


def _undone(room_type_id: str, change_id: str, undo_id: str, *, owner_id: str, engine: Engine) -> RoomTypeUndone:
    try:
        undo = undo_change(room_type_id, change_id, owner_id=owner_id, engine=engine, undo_id=undo_id)
    except (BelowSold, Busy) as refusal:
        return RoomTypeUndone(room_type_id, refusal)
    return RoomTypeUndone(room_type_id, undo)


def _count_call(property_id: str, *, engine: Engine) -> int:
    """How many calls there were within a minute, with this one; raises TooManyCalls, which says how long to wait."""
    store = calendar_store(engine)

    def attempt() -> int:
        now_ms = millis(engine.clock())
        seen = store.calls(property_id)
        latest = [at_ms for at_ms in seen if now_ms - WITHIN_MS < at_ms <= now_ms]
        if len(latest) >= MOST_CALLS:
            seconds = max(1, -(-(latest[0] + WITHIN_MS - now_ms) // 1000))
            text = f"At most {MOST_CALLS} calls a minute change a property in bulk; wait {seconds} s."
            raise TooManyCalls(text, retry_after_seconds=seconds)
        if not store.count_call(property_id, seen, [*latest, now_ms]):
            raise WriteConflict(["calls"], None)
        return len(latest) + 1

    return engine.store.retry_on_conflict(attempt)
