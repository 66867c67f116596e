"""Delete a room type that nobody will stay in: with its months ahead, under the condition that these are free."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.reclaim import Shortage
from holdfast.errors import FutureBooking, NotFound, RoomTypeInUse
from holdfast.logs import logger
from holdfast.model.booking import KEEPING_ROOMS, Booking
from holdfast.model.dates import month_of, today_in
from holdfast.model.limits import MAX_NIGHTS
from holdfast.model.rates import MonthOnSale, with_rooms
from holdfast.model.stripes import stripe_count
from holdfast.properties.opening import open_range
from holdfast.properties.owners import own_room_type
from holdfast.properties.provisional import sold_as
from holdfast.properties.register import changed
from holdfast.storage.base import WriteConflict
from holdfast.storage.bookings import END_OF_TIME
from holdfast.storage.properties import PropertyStore

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.model.property import RoomType

MOST_NAMED = 20  # bookings in a refusal


def delete_room_type(room_type_id: str, *, owner_id: str, engine: Engine) -> None:
    """Takes the room type off sale and off the draft, for good; a repeat answers as a missing one.

    What was booked of it in the past stays. Raises NotFound, RoomTypeInUse, Busy.
    """
    store = PropertyStore(engine.store.table)

    def attempt(shortage: Shortage | None = None) -> None:
        property_id = own_room_type(room_type_id, owner_id=owner_id, engine=engine).property_id
        public, room_type = store.public_room_type(property_id, room_type_id)
        draft = store.draft(property_id)
        if room_type is None or draft is None:
            raise NotFound("There is no room type by that id.")
        sold = public or sold_as(room_type, engine=engine)
        today = today_in(sold.timezone, engine.clock(), sold.day_ends)
        months = engine.catalog.months([room_type_id], open_range(sold, engine))
        taken = _taken_nights(list(months.values()), today)
        stripes = stripe_count(one.page for one in months.values())
        if taken:
            shortage = shortage or Shortage(room_type_id, by_booking=property_id, engine=engine)
            if shortage.has_nothing_due(taken, stripes=stripes):
                raise _in_use(room_type, list(taken), today, stripes, engine)
            return attempt(shortage)
        left = [one for one in engine.catalog.room_types(property_id) if one.room_type_id != room_type_id]
        after = changed(
            draft,
            engine,
            room_types=tuple(one for one in draft.room_types if one != room_type_id),
            image_rooms={image: room for image, room in draft.image_rooms.items() if room != room_type_id},
        )
        others = [store.writes.no_room_type(room_type), store.writes.draft(draft, after)]
        if public and room_type.live:
            others += store.writes.published(public, public, left)
        else:
            others.append(store.writes.property_unchanged(property_id, public))
        this_month = month_of(today)
        for (_, month), one in months.items():
            others += engine.catalog.no_month(one) if month != this_month else []
        current = months.get((room_type_id, this_month))
        changes = [(current, _off_sale(current, today))] if current else []
        if not engine.catalog.change_months(changes, others):
            raise WriteConflict(["room type"], None)
        facts = {"property_id": property_id, "room_type_id": room_type_id, "by": owner_id}
        logger.info("room type deleted", extra=facts)
        return None

    store.retry_on_conflict(attempt)


def _taken_nights(months: list[MonthOnSale], today: date) -> dict[date, int]:
    """The nights from today on, in order, that have rooms held, sold or blocked, and how many."""
    return {
        page.night(day): rooms - page.free[day]
        for page, _ in sorted(months, key=lambda month: month.page.month)
        for day, rooms in sorted(page.on_sale.items())
        if page.night(day) >= today and page.free[day] < rooms
    }


def _off_sale(month: MonthOnSale, today: date) -> MonthOnSale:
    """The month with nothing to sell from today on; what was sold before stays."""
    ahead = {day: 0 for day in month.page.on_sale if month.page.night(day) >= today}
    closed = msgspec.structs.replace(month.rates, live=False, rooms=month.rates.rooms | ahead)
    return MonthOnSale(with_rooms(month.page, ahead), closed)


def _in_use(room_type: RoomType, taken: list[date], today: date, stripes: int, engine: Engine) -> RoomTypeInUse:
    found = sorted(_future_bookings(room_type, today, stripes, engine), key=lambda of: (of.check_in, of.booking_id))
    named = [
        FutureBooking(
            booking_id=of.booking_id,
            status=of.status,
            check_in=of.check_in,
            check_out=of.check_out,
            rooms=of.rooms,
        )
        for of in found[:MOST_NAMED]
    ]
    return RoomTypeInUse(named, taken)


def _future_bookings(room_type: RoomType, today: date, stripes: int, engine: Engine) -> list[Booking]:
    """Holds and confirmed bookings with nights ahead, some of them if there are many."""
    store, room_type_id = engine.store, room_type.room_type_id
    rows = next(store.due_holds(room_type_id, END_OF_TIME, stripes=stripes), [])[:MOST_NAMED]
    found = {one.booking_id: one for one in store.bookings([row.booking_id for row in rows])}
    start: tuple[date, str] | None = (today - timedelta(days=MAX_NIGHTS), "")
    while start and len(found) < MOST_NAMED:
        page, start = store.bookings_at(room_type.property_id, None, start)
        found |= {one.booking_id: one for one in page if one.room_type_id == room_type_id}
    now = engine.clock()
    return [one for one in found.values() if one.check_out > today and one.status_at(now) in KEEPING_ROOMS]
