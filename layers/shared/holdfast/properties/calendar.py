"""An owner changes a room type's calendar: the prices, rooms and rules of its nights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import BelowSold, InvalidFields
from holdfast.model.booking import HOLDING, Booking
from holdfast.model.calendar import CalendarChange, OwnValue
from holdfast.model.dates import millis
from holdfast.model.ids import timed_id
from holdfast.model.stripes import stripe_count
from holdfast.properties.nights import (
    SHORTEST,
    Folded,
    OwnCalendar,
    Setting,
    Settings,
    fold,
    impossible_nights,
    worthless_nights,
)
from holdfast.properties.opening import taken_nights
from holdfast.properties.own_calendar import Change, calendar_store, check_range, own_calendar, write_change
from holdfast.storage.bookings import END_OF_TIME

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.properties.calendar_requests import CalendarRequest, NightsRequest

MOST_RANGES = 50  # kept with a change as they were sent; of more, the one that has them all


class NightMove(NamedTuple):
    """A field of a night before and after; None: its default."""

    night: date
    field: str
    before: OwnValue
    after: OwnValue


class ShownPrice(NamedTuple):
    """What guests are shown for a night, in minor units, before and after."""

    night: date
    before: int
    after: int


class Preview(NamedTuple):
    """What a change would do: the fields of nights that move, and the live holds and shown prices that it touches."""

    moves: list[NightMove]
    live_holds: list[Booking]
    shown_prices: list[ShownPrice]


def change_calendar(
    room_type_id: str, request: CalendarRequest, *, owner_id: str, engine: Engine
) -> CalendarChange | None:
    """Sets what the entries name, all of it or nothing; None when that changes nothing.

    Raises NotFound, InvalidFields, BelowSold, Busy.
    """
    property_id = calendar_store(engine).property_of(room_type_id)

    def decide() -> Change:
        _, folded = _folded(property_id, room_type_id, request, owner_id, engine)
        at_ms = millis(engine.clock())
        record = CalendarChange(
            change_id=timed_id("ch", at_ms, room_type_id, *_revisions(folded)),
            room_type_id=room_type_id,
            at_ms=at_ms,
            by=owner_id,
            ranges=ranges_of(request.changes),
            nights=folded.moves,
        )
        return Change(folded, record)

    record = write_change(room_type_id, decide, engine=engine)
    return record if record.nights else None


def preview_change(room_type_id: str, request: CalendarRequest, *, owner_id: str, engine: Engine) -> Preview:
    """What `change_calendar` would do; writes nothing. Raises as it does.

    A hold past its deadline takes no rooms here, as it would make way.
    """
    property_id = calendar_store(engine).property_of(room_type_id)
    calendar, folded = _folded(property_id, room_type_id, request, owner_id, engine)
    stripes = stripe_count(month.page for month in calendar.months.values())
    found = engine.store.due_holds(room_type_id, END_OF_TIME, stripes=stripes)
    booking_ids = [row.booking_id for rows in found for row in rows]
    holds = [one for one in engine.store.bookings(booking_ids) if one.status in HOLDING]
    now_ms = millis(engine.clock())
    due = [one for one in holds if one.expires_at_ms <= now_ms]
    short = [
        taken
        for taken in taken_nights(folded.changes)
        if taken["taken"] - sum(one.rooms for one in due if taken["night"] in one.nights) > taken["rooms_on_sale"]
    ]
    if short:
        raise BelowSold(short)
    return Preview(
        moves=[
            NightMove(night, field, *move) for night, moved in folded.moves.items() for field, move in moved.items()
        ],
        live_holds=[
            one for one in holds if one.expires_at_ms > now_ms and not folded.moves.keys().isdisjoint(one.nights)
        ],
        shown_prices=list(_shown_prices(calendar, folded)),
    )


def ranges_of(entries: Sequence[NightsRequest]) -> tuple[dict[str, object], ...]:
    """The entries as they were sent; of many, the one range that has all their nights."""
    if len(entries) > MOST_RANGES:
        first, last = first_and_last(entries)
        return ({"first_night": first.isoformat(), "last_night": last.isoformat(), "entries": len(entries)},)
    dumped = (of.model_dump(mode="json", exclude_unset=True) for of in entries)
    return tuple({name: value for name, value in of.items() if name != "room_type_id"} for of in dumped)


def first_and_last(entries: Sequence[NightsRequest]) -> tuple[date, date]:
    """The first night and the last of all the entries."""
    return min(of.first_night for of in entries), max(of.last_night for of in entries)


def _folded(
    property_id: str | None, room_type_id: str, request: CalendarRequest, owner_id: str, engine: Engine
) -> tuple[OwnCalendar, Folded]:
    first, last = first_and_last(request.changes)
    calendar = own_calendar(property_id, room_type_id, first, last, owner_id=owner_id, engine=engine)
    settings = _settings(request.changes, calendar)
    folded = fold(calendar, settings)
    _refuse_impossible(folded, settings)
    return calendar, folded


def _settings(entries: Sequence[NightsRequest], calendar: OwnCalendar) -> Settings:
    """What the entries set, by field and night. Raises InvalidFields where one is out of range or meets another."""
    wrong = [
        (f"changes[{place}].{found[0]}", found[1])
        for place, entry in enumerate(entries)
        if (found := check_range(entry, calendar))
    ] + [
        (f"changes[{place}]", "sets nothing; name at least one field of the nights")
        for place, entry in enumerate(entries)
        if not entry.settings
    ]
    if wrong:
        raise InvalidFields(*wrong)
    settings: Settings = {}
    for place, entry in enumerate(entries):
        for field, value in entry.settings.items():
            known = settings.setdefault(field, {})
            for night in entry.nights:
                if night in known:
                    met = f"overlaps changes[{known[night].place}]: both set {field} on {night}"
                    raise InvalidFields((f"changes[{place}].first_night", met))
                known[night] = Setting(value, place)
    return settings


def _refuse_impossible(folded: Folded, settings: Settings) -> None:
    wrong: dict[str, str] = {}
    for night, says in impossible_nights(folded):
        field = next(name for name in ("max_stay", *SHORTEST) if night in settings.get(name, {}))
        wrong.setdefault(f"changes[{settings[field][night].place}].{field}", says)
    for night, says in worthless_nights(folded):
        wrong.setdefault(f"changes[{settings['price'][night].place}].price", says)
    if wrong:
        raise InvalidFields(*wrong.items())


def _revisions(folded: Folded) -> list[str]:
    """What sets two changes of one instant apart."""
    return [f"{after.rates.month} {after.rates.revision}" for _, after in folded.changes]


def _shown_prices(calendar: OwnCalendar, folded: Folded) -> Iterator[ShownPrice]:
    for night, moved in folded.moves.items():
        if "price" in moved:
            rates = calendar.month_of(night).rates
            own = moved["price"][1]
            yield ShownPrice(night, rates.price_of(night), rates.default_price if own is None else int(own))
