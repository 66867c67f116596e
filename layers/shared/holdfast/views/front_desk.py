"""Arrivals and board, as an owner's front desk sees them."""

from datetime import date
from typing import TYPE_CHECKING, TypedDict

from holdfast.fields import Instant, Strict
from holdfast.model.calendar import BlockSource
from holdfast.model.dates import rfc3339
from holdfast.views.guests import GuestView, guest_view
from holdfast.views.party import PartyView, party_views

if TYPE_CHECKING:
    from holdfast.desk.arrivals import Arrivals, GuestStay
    from holdfast.desk.board import Board, BoardRoomType


class ArrivalView(Strict):
    """A stay that begins on the day. `guest` is what was said of who stays, if anything was."""

    booking_id: str
    status: str
    room_type_id: str
    check_in: date
    check_out: date
    nights: int
    rooms: int
    guests: int
    plan_id: str | None = None
    occupancy: tuple[PartyView, ...] = ()
    checked_in_at: Instant | None = None
    checked_out_at: Instant | None = None
    no_show: bool = False
    guest: GuestView | None = None


class ArrivalList(Strict):
    """A page of a day's confirmed bookings; `next_cursor` asks for the next one."""

    property_id: str
    date: date
    arrivals: list[ArrivalView]
    next_cursor: str | None


class BoardNightView(TypedDict):
    """One night of a room type. `booking_ids` names those of `stays` that sleep there."""

    night: date
    rooms_on_sale: int
    rooms_free: int
    rooms_blocked: int
    booking_ids: list[str]


class BoardStayView(Strict):
    """A confirmed booking on the board."""

    booking_id: str
    check_in: date
    check_out: date
    nights: int
    rooms: int
    guests: int
    guest_name: str | None = None
    checked_in_at: Instant | None = None
    checked_out_at: Instant | None = None
    no_show: bool = False


class BoardBlockView(TypedDict):
    """Rooms that are off sale, from the first night to the last; `source` says for whom."""

    block_id: str
    first_night: date
    last_night: date
    rooms: int
    reason: str
    source: BlockSource


class BoardRoomTypeView(TypedDict):
    """A room type by night. One that exists no more, and still has stays, has no name."""

    room_type_id: str
    name: str | None
    nights: list[BoardNightView]
    stays: list[BoardStayView]
    blocks: list[BoardBlockView]


class BoardView(Strict):
    """All nights and room types, and a page of the stays; `next_cursor` asks for the rest of them."""

    property_id: str
    first_night: date
    last_night: date
    room_types: list[BoardRoomTypeView]
    next_cursor: str | None


def arrivals_view(found: "Arrivals") -> ArrivalList:
    return ArrivalList(
        property_id=found.property_id,
        date=found.day,
        arrivals=[_arrival_view(stay) for stay in found.stays],
        next_cursor=found.cursor,
    )


def board_view(found: "Board") -> BoardView:
    return BoardView(
        property_id=found.property_id,
        first_night=found.first_night,
        last_night=found.last_night,
        room_types=[_room_type_view(room_type) for room_type in found.room_types],
        next_cursor=found.cursor,
    )


def _arrival_view(stay: "GuestStay") -> ArrivalView:
    booking, guest = stay
    return ArrivalView(
        booking_id=booking.booking_id,
        status=booking.status,
        room_type_id=booking.room_type_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        nights=len(booking.nights),
        rooms=booking.rooms,
        guests=booking.guests,
        plan_id=booking.plan.plan_id if booking.plan else None,
        occupancy=party_views(booking.occupancy),
        checked_in_at=_instant(booking.checked_in_at_ms),
        checked_out_at=_instant(booking.checked_out_at_ms),
        no_show=booking.no_show,
        guest=guest_view(guest) if guest else None,
    )


def _room_type_view(room_type: "BoardRoomType") -> BoardRoomTypeView:
    return BoardRoomTypeView(
        room_type_id=room_type.room_type_id,
        name=room_type.name,
        nights=[
            BoardNightView(
                night=night.night,
                rooms_on_sale=night.rooms_on_sale,
                rooms_free=night.rooms_free,
                rooms_blocked=night.rooms_blocked,
                booking_ids=night.booking_ids,
            )
            for night in room_type.nights
        ],
        stays=[_stay_view(stay) for stay in room_type.stays],
        blocks=[
            BoardBlockView(
                block_id=block.block_id,
                first_night=block.first_night,
                last_night=block.last_night,
                rooms=block.rooms,
                reason=block.reason,
                source=block.source,
            )
            for block in room_type.blocks
        ],
    )


def _stay_view(stay: "GuestStay") -> BoardStayView:
    booking, guest = stay
    return BoardStayView(
        booking_id=booking.booking_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        nights=len(booking.nights),
        rooms=booking.rooms,
        guests=booking.guests,
        guest_name=guest.name if guest else None,
        checked_in_at=_instant(booking.checked_in_at_ms),
        checked_out_at=_instant(booking.checked_out_at_ms),
        no_show=booking.no_show,
    )


def _instant(at_ms: int | None) -> str | None:
    return None if at_ms is None else rfc3339(at_ms)
