"""What anyone may read: properties of a city with rooms to sell and their all-in price, and the month calendar."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.restricted import stays_instead
from holdfast.errors import Alternative, InvalidFields, NotFound
from holdfast.model.booking import HOLDING
from holdfast.model.dates import add_months, month_of, months, today_in
from holdfast.model.inventory import InventoryMonth, is_on_sale
from holdfast.model.limits import MAX_MONTHS_AHEAD, MAX_NIGHTS
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import MonthOnSale, NightRules
from holdfast.model.stay import Stay
from holdfast.occupancy import room_charges, takes
from holdfast.pricing import Quote, priced_stay, quote
from holdfast.requests import NO_CURSOR
from holdfast.restrictions import NO_RULES, Restriction, restrictions

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.properties.requests import SearchQuery


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A room type. With dates: also whether it can take the stay, the rooms free on every night, and the price."""

    room_type: RoomType
    available: bool | None = None
    rooms_free: int | None = None
    quote: Quote | None = None  # for all the rooms; None also if some night is not on sale
    restrictions: list[Restriction] = []
    alternatives: list[Alternative] = []  # of a stay that rules forbid


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    property: Property
    offers: list[Offer]


class CalendarNight(msgspec.Struct, frozen=True, kw_only=True):
    night: date
    rooms_on_sale: int
    rooms_free: int
    price: int
    rules: NightRules


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """One room type's month; without nights, that month is not on sale."""

    room_type_id: str
    property_id: str
    month: str
    currency: str
    nights: list[CalendarNight]


def search(query: SearchQuery, *, engine: Engine) -> tuple[list[Listing], str | None]:
    """A page of the city's properties, and the cursor of the next; with dates, only those that can take the guests.

    Raises InvalidFields.
    """
    dates, rooms, guests = _dates(query), query.rooms, query.guests
    catalog, found = engine.catalog, []
    try:
        property_ids, more = catalog.property_ids(query.city, query.cursor)
    except ValueError as error:
        raise InvalidFields(("cursor", NO_CURSOR)) from error
    for property_id in property_ids:
        known = catalog.property(property_id)
        if known is None:
            continue
        property_, room_types = known
        if dates is None:
            offers = [Offer(room_type=room_type) for room_type in room_types]
        else:
            fitting = [room_type for room_type in room_types if guests <= rooms * room_type.max_guests]
            on_sale = catalog.months([room_type.room_type_id for room_type in fitting], months(*dates))
            offers = [
                _offer(property_, room_type, _stay(room_type, dates, rooms, guests), on_sale, engine)
                for room_type in fitting
            ]
        if offers or dates is None:
            found.append(Listing(property=property_, offers=offers))
    return found, more


def property_detail(property_id: str, *, engine: Engine) -> Listing:
    """Raises NotFound."""
    known = engine.catalog.property(property_id)
    if known is None:
        raise NotFound(f"There is no property {property_id}.")
    property_, room_types = known
    return Listing(property=property_, offers=[Offer(room_type=room_type) for room_type in room_types])


def calendar(room_type_id: str, month: str | None, *, engine: Engine) -> Calendar:
    """The nights of a month, this month at the property if none is named. Raises NotFound.

    A hold past its deadline counts as free, swept or not.
    """
    known = engine.store.any_rates(room_type_id)
    if known is None:
        raise NotFound(f"There is no room type {room_type_id}.")
    wanted = month or month_of(today_in(known.timezone, engine.clock(), known.day_ends))
    due = due_rooms(room_type_id, engine=engine)
    found = engine.catalog.months([room_type_id], [wanted]).get((room_type_id, wanted))
    dates = [date.fromisoformat(f"{wanted}-{day:02d}") for day in sorted(found.page.free)] if found else []
    return Calendar(
        room_type_id=room_type_id,
        property_id=known.property_id,
        month=wanted,
        currency=known.currency,
        nights=[
            CalendarNight(
                night=night,
                rooms_on_sale=found.page.on_sale[night.day],
                rooms_free=_free(found.page, night, due),
                price=found.rates.price_of(night),
                rules=found.rates.rules.get(night.day, NO_RULES),
            )
            for night in dates
            if found
        ],
    )


def due_rooms(room_type_id: str, *, engine: Engine) -> dict[date, int]:
    """The rooms, by night, of holds past their deadline that no sweep has released yet."""
    rows = engine.store.due_holds(room_type_id, engine.clock())
    rooms: dict[date, int] = {}
    for booking in engine.store.bookings([row.booking_id for row in rows]):
        if booking.status in HOLDING:
            for night in booking.nights:
                rooms[night] = rooms.get(night, 0) + booking.rooms
    return rooms


def _free(page: InventoryMonth, night: date, due: dict[date, int]) -> int:
    """Never above what is on sale: a hold released between the two reads would count twice."""
    return min(page.on_sale[night.day], page.free[night.day] + due.get(night, 0))


def _dates(query: SearchQuery) -> tuple[date, date] | None:
    if query.check_in is None and query.check_out is None:
        return None
    if query.check_in is None or query.check_out is None:
        missing = "check_in" if query.check_in is None else "check_out"
        raise InvalidFields((missing, "is required with the other date"))
    length = (query.check_out - query.check_in).days
    if not 1 <= length <= MAX_NIGHTS:
        raise InvalidFields(("check_out", f"must be 1 to {MAX_NIGHTS} nights after check_in"))
    return query.check_in, query.check_out


def _stay(room_type: RoomType, dates: tuple[date, date], rooms: int, guests: int) -> Stay:
    check_in, check_out = dates
    room_type_id = room_type.room_type_id
    return Stay(room_type_id=room_type_id, check_in=check_in, check_out=check_out, rooms=rooms, guests=guests)


def _offer(
    property_: Property,
    room_type: RoomType,
    stay: Stay,
    on_sale: dict[tuple[str, str], MonthOnSale],
    engine: Engine,
) -> Offer:
    """What the room type has for the stay. Reads the due holds only if too few rooms are free without them."""
    own = {month: one for (room_type_id, month), one in on_sale.items() if room_type_id == stay.room_type_id}
    pages = {month: one.page for month, one in own.items()}
    rates = {month: one.rates for month, one in own.items()}
    today = today_in(property_.timezone, engine.clock(), property_.day_ends)
    in_time = today <= stay.check_in <= add_months(today, MAX_MONTHS_AHEAD)
    if not in_time or not is_on_sale(pages, stay.nights):
        return Offer(room_type=room_type, available=False, rooms_free=0)
    known = rates[stay.months[0]]
    plan = known.plan(stay.plan_id)
    if not (known.sells(stay.plan_id) and takes(stay, rates.values())):
        return Offer(room_type=room_type, available=False, rooms_free=0)
    nightly = [(pages[month_of(night)], night) for night in stay.nights]
    rooms_free = min(_free(page, night, {}) for page, night in nightly)
    if rooms_free < stay.rooms:
        due = due_rooms(stay.room_type_id, engine=engine)
        rooms_free = min(_free(page, night, due) for page, night in nightly)
    found = restrictions(stay.check_in, stay.check_out, rates=rates, plan=plan, today=today)
    return Offer(
        room_type=room_type,
        available=rooms_free >= stay.rooms and not found,
        rooms_free=rooms_free,
        quote=quote(priced_stay(stay, rates, plan, room_charges(stay, known.occupancy, plan))),
        restrictions=found,
        alternatives=stays_instead(stay, pages, rates, today) if found else [],
    )
