"""Arrivals and board as CSV (RFC 4180), for a front desk that works in a spreadsheet. Loaded when one is asked for."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO
from typing import TYPE_CHECKING

from holdfast.model.dates import rfc3339

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from holdfast.desk.arrivals import Arrivals, GuestStay
    from holdfast.desk.board import Board, BoardNight, BoardRoomType
    from holdfast.model.stay import Party

# What a spreadsheet takes for the start of a formula: https://owasp.org/www-community/attacks/CSV_Injection
FORMULA_STARTS = tuple("=+-@\t\r\n\0＝＋－＠")  # noqa: RUF001 - full-width forms count as well

ARRIVAL_COLUMNS = (
    "booking_id",
    "status",
    "room_type_id",
    "check_in",
    "check_out",
    "nights",
    "rooms",
    "guests",
    "plan_id",
    "occupancy",
    "checked_in_at",
    "checked_out_at",
    "no_show",
    "guest_name",
    "email",
    "phone",
    "country",
    "arrival_time",
    "wishes",
)
BOARD_COLUMNS = (
    "night",
    "room_type_id",
    "room_type",
    "rooms_on_sale",
    "rooms_free",
    "rooms_blocked",
    "taken_by",
    "id",
    "rooms",
    "guest_or_reason",
    "from",
    "until",
)

Cell = str | int | None


def arrivals_table(found: Arrivals) -> str:
    """A row for each booking."""
    return _table(ARRIVAL_COLUMNS, (_arrival_row(stay) for stay in found.stays))


def board_table(found: Board) -> str:
    """A row for each night of each stay and block; a room type's night that has none has one row of its own.

    `taken_by` is `stay`, or the source of the block; the morning of `until` is free again.
    """
    return _table(BOARD_COLUMNS, _board_rows(found))


def _table(columns: tuple[str, ...], rows: Iterable[Iterable[Cell]]) -> str:
    text = StringIO()
    table = csv.writer(text)  # ends its lines with CR and LF
    table.writerow(columns)
    table.writerows([_plain(cell) for cell in row] for row in rows)
    return text.getvalue()


def _plain(cell: Cell) -> Cell:
    """Never a formula: an apostrophe before its start makes it a text."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell


def _arrival_row(stay: GuestStay) -> Iterator[Cell]:
    booking, guest = stay
    yield from (booking.booking_id, booking.status, booking.room_type_id)
    yield from (booking.check_in.isoformat(), booking.check_out.isoformat(), len(booking.nights))
    yield from (booking.rooms, booking.guests, booking.plan.plan_id if booking.plan else None)
    yield "; ".join(_party(party) for party in booking.occupancy)
    yield from (
        None if at_ms is None else rfc3339(at_ms) for at_ms in (booking.checked_in_at_ms, booking.checked_out_at_ms)
    )
    yield "yes" if booking.no_show else None
    if guest:
        yield from (guest.name, guest.email, guest.phone, guest.country, guest.arrival_time, guest.wishes)
    else:
        yield from (None,) * 6


def _party(party: Party) -> str:
    """One room's guests, as `2 adults, children 5 9`."""
    adults = f"{party.adults} adult{'s' if party.adults > 1 else ''}"
    ages = " ".join(str(age) for age in party.children)
    return f"{adults}, {'child' if len(party.children) == 1 else 'children'} {ages}" if ages else adults


def _board_rows(found: Board) -> Iterator[Iterable[Cell]]:
    for room_type in found.room_types:
        for night in room_type.nights:
            begins: tuple[Cell, ...] = (night.night.isoformat(), room_type.room_type_id, room_type.name)
            begins += (night.rooms_on_sale, night.rooms_free, night.rooms_blocked)
            taken = [*_stays_in(night, room_type), *_blocks_in(night, room_type)]
            for one in taken or [(None,) * (len(BOARD_COLUMNS) - len(begins))]:
                yield (*begins, *one)


def _stays_in(night: BoardNight, room_type: BoardRoomType) -> Iterator[tuple[Cell, ...]]:
    for booking, guest in room_type.stays:
        if booking.check_in <= night.night < booking.check_out:
            dates = booking.check_in.isoformat(), booking.check_out.isoformat()
            yield ("stay", booking.booking_id, booking.rooms, guest.name if guest else None, *dates)


def _blocks_in(night: BoardNight, room_type: BoardRoomType) -> Iterator[tuple[Cell, ...]]:
    for block in room_type.blocks:
        if block.first_night <= night.night <= block.last_night:
            ends = block.last_night + timedelta(days=1)
            dates = block.first_night.isoformat(), ends.isoformat()
            yield (block.source, block.block_id, block.rooms, block.reason, *dates)
