"""Who is in the house: a hotel's nights by room type, with the rooms left, and the stays and blocks that take them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.desk.arrivals import GuestStay, confirmed_stays, own_front_desk
from holdfast.model.dates import month_of
from holdfast.model.limits import MAX_NIGHTS
from holdfast.storage.front_desk import FrontDeskStore

if TYPE_CHECKING:
    from holdfast.desk.front_desk_requests import BoardQuery
    from holdfast.engine import Engine
    from holdfast.model.calendar import Block
    from holdfast.model.inventory import InventoryMonth


class BoardNight(NamedTuple):
    """A room type's night: on sale, free and blocked, and who sleeps there, of the stays on this page."""

    night: date
    rooms_on_sale: int
    rooms_free: int
    rooms_blocked: int
    booking_ids: list[str]


class BoardRoomType(NamedTuple):
    """A room type's nights, and the stays and blocks that are in them. One that exists no more has no name."""

    room_type_id: str
    name: str | None
    nights: list[BoardNight]
    stays: list[GuestStay]
    blocks: list[Block]


class Board(NamedTuple):
    """A page of the board, and the next page's cursor: every page has all nights and blocks, and stays of its own."""

    property_id: str
    first_night: date
    last_night: date
    room_types: list[BoardRoomType]
    cursor: str | None


def board(property_id: str, query: BoardQuery, *, owner_id: str, engine: Engine) -> Board:
    """The nights that the query names, or from today's at the property on, with the confirmed stays that reach them.

    A stay began up to 29 nights before the first. Rooms of holds are neither free nor anybody's, also for the minute in
    which a hold is over and not swept. A booking confirmed a moment ago is perhaps not among the stays yet.

    Raises NotFound, InvalidFields when the cursor does not come from this list, Busy.
    """
    front_desk = own_front_desk(property_id, query.cursor, owner_id=owner_id, engine=engine)
    first = query.first_night or front_desk.today
    nights = [first + timedelta(days=n) for n in range(query.nights)]
    check_ins = first - timedelta(days=MAX_NIGHTS - 1), nights[-1]
    stays, cursor = confirmed_stays(front_desk, check_ins, first, query.cursor, engine=engine)
    names: dict[str, str | None] = {one.room_type_id: one.latest.name for one in engine.catalog.room_types(property_id)}
    names |= {stay.booking.room_type_id: None for stay in stays if stay.booking.room_type_id not in names}
    store = FrontDeskStore(engine.store.table)
    pages = store.pages(list(names), sorted({month_of(night) for night in nights}))
    room_types = []
    for room_type_id, name in names.items():
        own = [stay for stay in stays if stay.booking.room_type_id == room_type_id]
        blocks = store.blocks(room_type_id, nights[0], nights[-1])
        by_night = [_night(night, pages.get((room_type_id, month_of(night))), own, blocks) for night in nights]
        room_types.append(BoardRoomType(room_type_id, name, by_night, own, blocks))
    return Board(property_id, first, nights[-1], room_types, cursor)


def _night(night: date, page: InventoryMonth | None, stays: list[GuestStay], blocks: list[Block]) -> BoardNight:
    """What the room type's month says of the night; one that is not open has no rooms on sale."""
    bookings = [stay.booking for stay in stays if stay.booking.check_in <= night < stay.booking.check_out]
    return BoardNight(
        night=night,
        rooms_on_sale=page.on_sale.get(night.day, 0) if page else 0,
        rooms_free=page.free.get(night.day, 0) if page else 0,
        rooms_blocked=sum(block.rooms for block in blocks if block.first_night <= night <= block.last_night),
        booking_ids=[booking.booking_id for booking in bookings],
    )
