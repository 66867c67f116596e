"""What anyone may read: hotels of a city with rooms to sell and their all-in price, and the month calendar.

A search is two waves of reads, however many hotels and bookings there are: a page of the city's listings; then the
pages and rates of every room type that is large enough, a hundred items a call, sent together. Only where rooms look
short there is more to read: the holds past their deadline that no sweep has released yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import InvalidFields, NotFound
from holdfast.model.booking import HOLDING
from holdfast.model.dates import month_of, today_in
from holdfast.model.limits import MAX_GUESTS, MAX_NIGHTS
from holdfast.model.listing import Listing, listing_of
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import NightRules
from holdfast.model.stay import Party, Stay
from holdfast.model.stripes import stripe_count
from holdfast.occupancy import spread
from holdfast.properties.offers import Candidate, Offer, with_due
from holdfast.requests import NO_CURSOR
from holdfast.restrictions import NO_RULES

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.properties.requests import OffersQuery, SearchQuery

NEED_DATES = ("plan", "max_price")
NO_PARTIES: tuple[Party, ...] = ()
MOST_PRICED_NIGHTS = 5_000  # of all rooms and plans on a page: above it, prices come without their lines


class Found(msgspec.Struct, frozen=True):
    """A hotel of a search, with its room types."""

    listing: Listing
    offers: list[Offer]


class SearchPage(msgspec.Struct, frozen=True):
    """`next_cursor` asks for the next page; `parties` are the guests of each room, where adults were asked for."""

    found: list[Found]
    next_cursor: str | None
    parties: tuple[Party, ...] = ()


class PropertyDetail(msgspec.Struct, frozen=True):
    """A hotel with its room types. With dates: by room type, what those have that are large enough for the guests."""

    property_: Property
    room_types: list[RoomType]
    offers: dict[str, Offer] | None = None
    parties: tuple[Party, ...] = ()


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


def search(query: SearchQuery, *, engine: Engine) -> SearchPage:
    """A page of the city's hotels; with dates, only those with rooms large enough for the guests.

    Order and price limit are of the hotels of this page: it is what was read. Raises InvalidFields.
    """
    stay = _stay(query)
    try:
        listings, more = engine.catalog.listings(query.city, query.cursor)
    except ValueError as error:
        raise InvalidFields(("cursor", NO_CURSOR)) from error
    if query.check_in is None:
        found = [Found(listing, [Offer(room=room) for room in listing.rooms]) for listing in listings]
    else:
        found = _offered(listings, stay, query.max_price, engine)
    if query.sort == "name":
        found.sort(key=lambda one: one.listing.name.casefold())
    elif query.sort == "price":
        found.sort(key=_by_price)
    return SearchPage(found, more, stay.occupancy)


def property_detail(property_id: str, query: OffersQuery, *, engine: Engine) -> PropertyDetail:
    """A live hotel with its live room types; with dates, what each has for the stay. Raises NotFound, InvalidFields."""
    stay = _stay(query)
    known = engine.catalog.property(property_id)
    if known is None or not known[0].live:
        raise NotFound(f"There is no property {property_id}.")
    property_, room_types = known
    live = [room_type for room_type in room_types if room_type.live]
    if query.check_in is None:
        return PropertyDetail(property_, live)
    offered = [offer for found in _offered([listing_of(property_, live)], stay, None, engine) for offer in found.offers]
    return PropertyDetail(property_, live, {offer.room.room_type_id: offer for offer in offered}, stay.occupancy)


def calendar(room_type_id: str, month: str | None, *, engine: Engine) -> Calendar:
    """The nights of a month, this month at the property if none is named. Raises NotFound.

    A hold past its deadline counts as free, swept or not.
    """
    known = engine.store.any_rates(room_type_id)
    if known is None or not known.live:
        raise NotFound(f"There is no room type {room_type_id}.")
    wanted = month or month_of(today_in(known.timezone, engine.clock(), known.day_ends))
    found = engine.catalog.months([room_type_id], [wanted]).get((room_type_id, wanted))
    stripes = {room_type_id: found.rates.stripes if found else 1}
    due = _due_rooms(stripes, engine=engine).get(room_type_id, {})
    page = with_due(found.page, due) if found else None
    return Calendar(
        room_type_id=room_type_id,
        property_id=known.property_id,
        month=wanted,
        currency=known.currency,
        nights=[
            CalendarNight(
                night=page.night(day),
                rooms_on_sale=page.on_sale[day],
                rooms_free=page.free[day],
                price=found.rates.price_of(page.night(day)),
                rules=found.rates.rules.get(day, NO_RULES),
            )
            for day in sorted(page.free)
        ]
        if found and page
        else [],
    )


def _offered(listings: Iterable[Listing], stay: Stay, max_price: int | None, engine: Engine) -> list[Found]:
    """The hotels with room types that are large enough, sell by the plan and cost no more than asked for."""
    large = {
        listing.property_id: [room for room in listing.rooms if stay.guests <= stay.rooms * room.max_guests]
        for listing in listings
    }
    ids = [room.room_type_id for rooms in large.values() for room in rooms]
    months = engine.catalog.months_together(ids, stay.months)
    now = engine.clock()
    candidates = {
        listing.property_id: [
            Candidate(
                room,
                msgspec.structs.replace(stay, room_type_id=room.room_type_id),
                {month: months[key] for month in stay.months if (key := (room.room_type_id, month)) in months},
                today_in(listing.timezone, now, listing.day_ends),
            )
            for room in large[listing.property_id]
        ]
        for listing in listings
    }
    everyone = [one for of_hotel in candidates.values() for one in of_hotel]
    short = {one.room.room_type_id: stripe_count(one.pages.values()) for one in everyone if one.is_short}
    due = _due_rooms(short, engine=engine)
    in_full = sum(one.priced_nights for one in everyone) <= MOST_PRICED_NIGHTS
    found = []
    for listing in listings:
        offers = [
            one.with_due(due.get(one.room.room_type_id, {})).offer(in_full=in_full)
            for one in candidates[listing.property_id]
            if one.sells_plan
        ]
        if max_price is not None:
            offers = [one for one in offers if one.quote and one.quote.total_payable <= max_price]
        if offers:
            found.append(Found(listing, offers))
    return found


def _due_rooms(room_types: Mapping[str, int], *, engine: Engine) -> dict[str, dict[date, int]]:
    """By room type and night, the rooms of holds past their deadline that no sweep has released yet.

    Each room type comes with the number of its stripes.
    """
    rooms: dict[str, dict[date, int]] = {}
    for booking in engine.store.bookings_due_of(room_types, engine.clock()):
        if booking.status in HOLDING:
            by_night = rooms.setdefault(booking.room_type_id, {})
            for night in booking.nights:
                by_night[night] = by_night.get(night, 0) + booking.rooms
    return rooms


def _by_price(found: Found) -> tuple[bool, str, int]:
    """Hotels without an available room come last; each currency by itself; without dates, by the price of a night."""
    offers, currency = found.offers, found.listing.currency
    prices = [one.quote.total_payable for one in offers if one.available and one.quote]
    prices += [one.room.price for one in offers if one.available is None]
    return not prices, currency, min(prices, default=0)


def _stay(query: OffersQuery) -> Stay:
    """The stay that is asked for, of no room type yet; without dates, its dates mean nothing. Raises InvalidFields."""
    wrong: list[tuple[str, str]] = []
    check_in, check_out = query.check_in, query.check_out
    if (check_in is None) != (check_out is None):
        wrong.append(("check_in" if check_in is None else "check_out", "is required with the other date"))
    elif check_in is None:
        wrong += [(name, "needs check_in and check_out") for name in NEED_DATES if getattr(query, name, None)]
    elif check_out is not None and not 1 <= (check_out - check_in).days <= MAX_NIGHTS:
        wrong.append(("check_out", f"must be 1 to {MAX_NIGHTS} nights after check_in"))
    guests, occupancy = query.guests or 1, NO_PARTIES
    if query.adults is None and query.ages:
        wrong.append(("adults", "is required with children"))
    elif query.adults is not None:
        everyone = query.adults + len(query.ages)
        if query.guests not in {None, everyone}:
            wrong.append(("guests", f"must be {everyone}, as adults and children say, or left out"))
        if everyone > MAX_GUESTS:
            wrong.append(("children", f"are {everyone} guests with the adults; at most {MAX_GUESTS} can be"))
        if query.adults < query.rooms:
            wrong.append(("adults", f"must be at least {query.rooms}, one for each room"))
        guests, occupancy = everyone, spread(query.adults, query.ages, query.rooms)
    if wrong:
        raise InvalidFields(*wrong)
    return Stay(
        room_type_id="",
        check_in=check_in or date.min,
        check_out=check_out or date.min,
        rooms=query.rooms,
        guests=guests,
        plan_id=getattr(query, "plan", None),
        occupancy=occupancy,
    )
