"""Read an owner's calendar, and write a change of it: one transaction with its line of the history."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.bookings.reclaim import Shortage
from holdfast.errors import BelowSold, NotFound
from holdfast.logs import logger
from holdfast.model.dates import add_months, months, today_in
from holdfast.model.limits import MAX_MONTHS_AHEAD
from holdfast.model.stripes import stripe_count
from holdfast.properties.nights import Folded, OwnCalendar
from holdfast.properties.opening import lacking, taken_nights
from holdfast.properties.provisional import as_sold
from holdfast.storage.base import WriteConflict
from holdfast.storage.calendar import CalendarStore

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.calendar import CalendarChange
    from holdfast.properties.calendar_requests import NightRange

NO_ROOM_TYPE = "There is no room type by that id."


class Change(NamedTuple):
    """What an owner's call makes of a calendar, and its line of the history, which may be there already."""

    folded: Folded
    record: CalendarChange
    is_new: bool = True


def calendar_store(engine: Engine) -> CalendarStore:
    return CalendarStore(engine.store.table)


def own_calendar(
    property_id: str | None, room_type_id: str, first: date, last: date, *, owner_id: str, engine: Engine
) -> OwnCalendar:
    """The months from one night to another, of a room type of the owner's own. Raises NotFound.

    A month that no hotel anywhere could have on sale today is not read.
    """
    earliest, latest = nights_of_any_hotel(engine.clock().date())
    wanted = months(max(first, earliest), min(last, latest) + timedelta(days=1))
    read = calendar_store(engine).read(owner_id, property_id, room_type_id, wanted) if property_id else None
    if read is None:
        raise NotFound(NO_ROOM_TYPE)
    property_ = as_sold(read.property)
    today = today_in(property_.timezone, engine.clock(), property_.day_ends)
    return OwnCalendar(property_, read.room_type, read.months, today)


def nights_of_any_hotel(today: date) -> tuple[date, date]:
    """The first and the last night that some hotel could have on sale; `today` is the day in UTC.

    By the clock of a hotel it may be a day earlier or later, and a day later may be the next month's first.
    """
    day = timedelta(days=1)
    return today - day, add_months(today + day, MAX_MONTHS_AHEAD) + 2 * day


def check_range(entry: NightRange, calendar: OwnCalendar) -> tuple[str, str] | None:
    """What is wrong with the entry's nights, by the field: they are over, or not on sale yet."""
    if entry.first_night < calendar.today:
        return "first_night", f"is over; the first night that can be changed is {calendar.today}"
    if entry.last_night > calendar.last_night:
        return "last_night", f"is too far ahead; the last night that can be changed is {calendar.last_night}"
    return None


def write_change(room_type_id: str, decide: Callable[[], Change], *, engine: Engine) -> CalendarChange:
    """Writes what `decide` makes of what it reads, again each time another owner's change came first; its record.

    A change that moves nothing is not written. The room type's due holds make way when too few rooms are free.
    Raises BelowSold, Busy and what `decide` raises.
    """
    store = calendar_store(engine)

    def attempt(shortage: Shortage | None = None) -> tuple[CalendarChange, bool]:
        folded, record, is_new = decide()
        if not (is_new and folded.moves):
            return record, False
        if short := taken_nights(folded.changes):
            shortage = shortage or Shortage(room_type_id, by_booking=record.change_id, engine=engine)
            stripes = stripe_count(after.page for _, after in folded.changes)
            if shortage.has_nothing_due(lacking(short), stripes=stripes):
                raise BelowSold(short)
            return attempt(shortage)
        if not store.change_months(folded.changes, store.recording(record)):
            raise WriteConflict(["month"], None)
        return record, True

    record, written = engine.store.retry_on_conflict(attempt)
    if written:
        logger.info(
            f"calendar changed: {len(record.nights)} night(s)",
            extra={
                "room_type_id": room_type_id,
                "change_id": record.change_id,
                "by": record.by,
                "nights": len(record.nights),
                "undoes": record.undoes,
            },
        )
    return record
