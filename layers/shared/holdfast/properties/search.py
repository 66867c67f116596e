"""What anyone may look at: properties of a city with rooms to sell and their all-in price, and the month calendar."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import InvalidFields, NotFound
from holdfast.model.booking import HOLDING
from holdfast.model.dates import add_months, month_of, months, nights, today_in
from holdfast.model.inventory import InventoryMonth
from holdfast.model.limits import MAX_MONTHS_AHEAD, MAX_NIGHTS
from holdfast.model.property import PolicyStepView, Property, RoomType
from holdfast.pricing import Stay, quote
from holdfast.requests import SearchQuery

if TYPE_CHECKING:
    from holdfast.storage.catalog import CatalogStore
    from holdfast.storage.store import Store


class PriceView(msgspec.Struct, kw_only=True):
    base_amount: int
    gst_amount: int
    total_payable: int


class RoomTypeView(msgspec.Struct, kw_only=True, omit_defaults=True):
    """`rooms_free`, `available` and `pricing` are there when dates were asked for; the price is for all the rooms."""

    room_type_id: str
    name: str
    base_price: int
    discounted_price: int | None
    total_rooms: int
    max_guests: int
    available: bool | None = None
    rooms_free: int | None = None
    pricing: PriceView | None = None


class PropertyView(msgspec.Struct, kw_only=True):
    property_id: str
    name: str
    city: str
    timezone: str
    currency: str
    cancellation_policy: list[PolicyStepView]
    room_types: list[RoomTypeView]


class PropertyList(msgspec.Struct, kw_only=True):
    properties: list[PropertyView]


class NightView(msgspec.Struct, kw_only=True):
    date: date
    rooms_on_sale: int
    rooms_free: int
    price: int


class CalendarView(msgspec.Struct, kw_only=True):
    room_type_id: str
    property_id: str
    month: str
    currency: str
    nights: list[NightView]


def search(query: SearchQuery, *, catalog: CatalogStore, store: Store, now: datetime) -> list[PropertyView]:
    """The properties of the city; with dates, only those that can take the guests, each with what is free.

    Raises InvalidFields.
    """
    stay, rooms, guests = _stay(query), query.rooms, query.guests
    found = []
    for property_id in catalog.property_ids(query.city):
        known = catalog.property(property_id)
        if known is None:
            continue
        property_, room_types = known
        if stay is None:
            found.append(_property_view(property_, [_room_type_view(room_type) for room_type in room_types]))
            continue
        fitting = [room_type for room_type in room_types if guests <= rooms * room_type.max_guests]
        pages = catalog.pages([room_type.room_type_id for room_type in fitting], months(*stay))
        views = [_offer(property_, room_type, rooms, stay, pages, store=store, now=now) for room_type in fitting]
        if views:
            found.append(_property_view(property_, views))
    return found


def property_detail(property_id: str, *, catalog: CatalogStore) -> PropertyView:
    """Raises NotFound."""
    known = catalog.property(property_id)
    if known is None:
        raise NotFound(f"There is no property {property_id}.")
    property_, room_types = known
    return _property_view(property_, [_room_type_view(room_type) for room_type in room_types])


def calendar(
    room_type_id: str, month: str | None, *, catalog: CatalogStore, store: Store, now: datetime
) -> CalendarView:
    """The nights of a month, this month at the property if none is named. Raises NotFound.

    A hold past its deadline counts as free, swept or not.
    """
    known = store.any_page(room_type_id)
    if known is None:
        raise NotFound(f"There is no room type {room_type_id}.")
    wanted = month or month_of(today_in(known.timezone, now))
    due = due_rooms(room_type_id, store=store, now=now)
    page = catalog.pages([room_type_id], [wanted]).get((room_type_id, wanted))
    if page is None:
        return CalendarView(
            room_type_id=room_type_id,
            property_id=known.property_id,
            month=wanted,
            currency=known.currency,
            nights=[],
        )
    dates = [date.fromisoformat(f"{wanted}-{day:02d}") for day in sorted(page.free)]
    return CalendarView(
        room_type_id=room_type_id,
        property_id=page.property_id,
        month=wanted,
        currency=page.currency,
        nights=[
            NightView(
                date=night,
                rooms_on_sale=page.on_sale[night.day],
                rooms_free=_free(page, night, due),
                price=page.price_of(night),
            )
            for night in dates
        ],
    )


def due_rooms(room_type_id: str, *, store: Store, now: datetime) -> dict[date, int]:
    """The rooms, by night, of holds past their deadline that no sweep has released yet."""
    rows = store.due_holds(room_type_id, now)
    rooms: dict[date, int] = {}
    for booking in store.bookings([row.booking_id for row in rows]):
        if booking.status in HOLDING:
            for night in booking.nights:
                rooms[night] = rooms.get(night, 0) + booking.rooms
    return rooms


def _free(page: InventoryMonth, night: date, due: dict[date, int]) -> int:
    """Never above what is on sale: a hold released between the two reads would count twice."""
    return min(page.on_sale[night.day], page.free[night.day] + due.get(night, 0))


def _stay(query: SearchQuery) -> tuple[date, date] | None:
    if query.check_in is None and query.check_out is None:
        return None
    if query.check_in is None or query.check_out is None:
        missing = "check_in" if query.check_in is None else "check_out"
        raise InvalidFields((missing, "is required with the other date"))
    length = (query.check_out - query.check_in).days
    if not 1 <= length <= MAX_NIGHTS:
        raise InvalidFields(("check_out", f"must be 1 to {MAX_NIGHTS} nights after check_in"))
    return query.check_in, query.check_out


def _offer(
    property_: Property,
    room_type: RoomType,
    rooms: int,
    stay: tuple[date, date],
    pages: dict[tuple[str, str], InventoryMonth],
    *,
    store: Store,
    now: datetime,
) -> RoomTypeView:
    """What the room type has for the stay. The due holds are looked up only when without them it is short."""
    today = today_in(property_.timezone, now)
    view = _room_type_view(room_type)
    view.available, view.rooms_free = False, 0
    dates = nights(*stay)
    by_night = [pages.get((room_type.room_type_id, month_of(night))) for night in dates]
    in_time = today <= stay[0] <= add_months(today, MAX_MONTHS_AHEAD)
    on_sale = [page for page, night in zip(by_night, dates, strict=True) if page and night.day in page.free]
    if not in_time or len(on_sale) < len(dates):
        return view
    view.rooms_free = min(_free(page, night, {}) for page, night in zip(on_sale, dates, strict=True))
    if view.rooms_free < rooms:
        due = due_rooms(room_type.room_type_id, store=store, now=now)
        view.rooms_free = min(_free(page, night, due) for page, night in zip(on_sale, dates, strict=True))
    view.available = view.rooms_free >= rooms
    prices = tuple(page.price_of(night) for page, night in zip(on_sale, dates, strict=True))
    all_in = quote(Stay(*stay, rooms, prices, property_.currency, property_.tax_table))
    view.pricing = PriceView(
        base_amount=all_in.base_amount, gst_amount=all_in.gst_amount, total_payable=all_in.total_payable
    )
    return view


def _room_type_view(room_type: RoomType) -> RoomTypeView:
    return RoomTypeView(
        room_type_id=room_type.room_type_id,
        name=room_type.name,
        base_price=room_type.base_price,
        discounted_price=room_type.discounted_price,
        total_rooms=room_type.total_rooms,
        max_guests=room_type.max_guests,
    )


def _property_view(property_: Property, room_types: list[RoomTypeView]) -> PropertyView:
    return PropertyView(
        property_id=property_.property_id,
        name=property_.name,
        city=property_.city,
        timezone=property_.timezone,
        currency=property_.currency,
        cancellation_policy=[
            PolicyStepView(step.days_before, step.refund_percent) for step in property_.cancellation_policy
        ],
        room_types=room_types,
    )
