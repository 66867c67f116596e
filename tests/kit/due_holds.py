"""Many holds that are due, in a table in memory, and what their release costs."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from holdfast.model.booking import Booking
from holdfast.storage.items import booking_item, page_item, rates_item
from holdfast.storage.marshal import from_wire, to_wire
from tests.kit.builders import a_hold
from tests.kit.capacity import write_units
from tests.kit.dynamodb_recorder import index_of
from tests.kit.hotel import DELUXE, KOLKATA, TABLE_NAME, months_for
from tests.kit.template import table_definition
from tests.simulation.dynamodb import Commit, StandIn

FIRST = date(2026, 12, 10)


def one_night(number: int, night: date = FIRST, **changes: Any) -> Booking:
    """One room for one night, of a guest of its own."""
    known: dict[str, Any] = {"booking_id": f"bk_{number:05}", "user_id": f"user-{number}", "write_id": f"w{number}"}
    stay = {"check_in": night, "check_out": night + timedelta(days=1), "night_prices": (500_000,)}
    return a_hold(**(known | stay | changes))


def put_due(table: StandIn, holds: Iterable[Booking], *, rooms: int, due_shards: int = 8) -> None:
    """The pages of December and January with so many rooms a night, of which these holds have taken theirs."""
    holds = list(holds)
    taken: dict[date, int] = {}
    for booking in holds:
        for night in booking.nights:
            taken[night] = taken.get(night, 0) + booking.rooms
    room_type = msgspec.structs.replace(DELUXE, total_rooms=rooms)
    for page, rates in months_for(KOLKATA, room_type, ["2026-12", "2027-01"]):
        free = {day: rooms - taken.get(page.night(day), 0) for day in page.free}
        table.load([to_wire(page_item(msgspec.structs.replace(page, free=free))), to_wire(rates_item(rates))])
    for booking in holds:
        table.change({_key(booking): to_wire(booking_item(booking, due_shards))})


class WriteMeter:
    """Counts the transactions that a table carries out, their bookings, and the write units that AWS charges."""

    def __init__(self, table: StandIn) -> None:
        self.bookings: list[int] = []  # in each transaction
        self.units = 0
        self._indexes = tuple(map(index_of, table_definition(TABLE_NAME)["GlobalSecondaryIndexes"]))
        table.on_commit.append(self._count)

    def _count(self, changes: Commit) -> None:
        self.bookings.append(sum(key[0].startswith("BOOKING#") for key, _, _ in changes))
        for _, old, new in changes:
            before, after = (from_wire(image) if image else None for image in (old, new))
            self.units += write_units(before, after, self._indexes, transactional=len(changes) > 1)


def statuses(table: StandIn, holds: Sequence[Booking]) -> list[str]:
    return [table.items[_key(booking)]["status"]["S"] for booking in holds]


def free_on(table: StandIn, night: date = FIRST) -> int:
    return int(table.items["ROOM#deluxe", f"MONTH#{night:%Y-%m}"]["free"]["M"][str(night.day)]["N"])


def _key(booking: Booking) -> tuple[str, str]:
    return f"BOOKING#{booking.booking_id}", "BOOKING"
