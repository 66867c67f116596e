"""Who comes: a hotel's confirmed bookings that check in on a day, with their guests' details."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from holdfast.desk.cursor import cursor_of, cursor_position, last_shown
from holdfast.errors import NotFound
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import today_in
from holdfast.model.guest import GuestDetails
from holdfast.storage.front_desk import FrontDeskStore
from holdfast.storage.guests import GuestStore

if TYPE_CHECKING:
    from holdfast.desk.front_desk_requests import ArrivalsQuery
    from holdfast.engine import Engine

BOOKINGS_READ = 500  # for one answer; a cursor continues


class GuestStay(NamedTuple):
    """A confirmed booking, with what its guest has said of who stays."""

    booking: Booking
    guest: GuestDetails | None


class Arrivals(NamedTuple):
    """A page of the stays that begin on a day, and the next page's cursor."""

    property_id: str
    day: date
    stays: list[GuestStay]
    cursor: str | None


class FrontDesk(NamedTuple):
    """An owner's hotel as a front desk opens it: the day there, and the booking that a cursor named."""

    property_id: str
    today: date
    last_shown: Booking | None


def arrivals(property_id: str, query: ArrivalsQuery, *, owner_id: str, engine: Engine) -> Arrivals:
    """The confirmed bookings that check in on the day that the query names, or today at the property.

    A page may be short, or empty, while more follow. A booking confirmed a moment ago is perhaps not in it yet.

    Raises NotFound, InvalidFields when the cursor does not come from this list, Busy.
    """
    front_desk = own_front_desk(property_id, query.cursor, owner_id=owner_id, engine=engine)
    day = query.date or (front_desk.last_shown.check_in if front_desk.last_shown else front_desk.today)
    stays, cursor = confirmed_stays(front_desk, (day, day), day, query.cursor, engine=engine)
    return Arrivals(property_id, day, stays, cursor)


def own_front_desk(property_id: str, cursor: str | None, *, owner_id: str, engine: Engine) -> FrontDesk:
    """Raises NotFound unless the property is the owner's."""
    store = FrontDeskStore(engine.store.table)
    found = store.own_hotel(owner_id, property_id, last_shown(cursor) if cursor else None)
    if found is None:
        raise NotFound("There is no property by that id.")
    return FrontDesk(property_id, today_in(found.timezone, engine.clock(), found.day_ends), found.last_shown)


def confirmed_stays(
    front_desk: FrontDesk, days: tuple[date, date], night: date, cursor: str | None, *, engine: Engine
) -> tuple[list[GuestStay], str | None]:
    """A page of those that check in from the first to the last of the days, by check-in day, and the next cursor.

    Stays that were over before the night are left out, and their guests' details are not read.

    Raises InvalidFields, Busy.
    """
    after = cursor_position(front_desk.last_shown, cursor, front_desk.property_id, days) if cursor else None
    bookings, more = engine.store.bookings_at(front_desk.property_id, days, after, BOOKINGS_READ)
    found = [booking for booking in bookings if booking.status is Status.CONFIRMED and booking.check_out > night]
    guests = GuestStore(engine.store.table).details_of([booking.booking_id for booking in found])
    return [GuestStay(booking, guests.get(booking.booking_id)) for booking in found], cursor_of(more)
