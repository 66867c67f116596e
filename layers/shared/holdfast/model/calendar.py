"""What an owner does to a room type's calendar: changes of its nights, and rooms blocked for a reason."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from holdfast.model.dates import nights
from holdfast.model.stripes import RoomsTaken

OwnValue = int | bool | None  # what a night has of its own; None: the default stands
Move = tuple[OwnValue, OwnValue]  # before and after


class CalendarChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call that changed a room type's nights: by whom, what was sent, and each night's fields before and after.

    Only what differs is in `nights`. An undo names the change that it `undoes`, and the nights and fields that it left
    because another change came since; the undone one names it in `undone_by`.
    """

    change_id: str
    room_type_id: str
    at_ms: int
    by: str
    ranges: tuple[dict[str, Any], ...] = ()
    nights: dict[date, dict[str, Move]]
    undoes: str | None = None
    undone_by: str | None = None
    kept: tuple[tuple[date, str], ...] = ()


class BlockSource(StrEnum):
    MAINTENANCE = "maintenance"
    WALK_IN = "walk_in"
    CHANNEL = "channel"


class Block(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Rooms taken off sale for a reason, counted like those of a hold until they are released."""

    block_id: str
    room_type_id: str
    first_night: date
    last_night: date
    rooms: int
    taken: tuple[RoomsTaken, ...] = ()  # as of a booking
    reason: str
    source: BlockSource
    by: str
    at_ms: int
    released_at_ms: int | None = None
    released_by: str | None = None

    @property
    def nights(self) -> list[date]:
        return nights(self.first_night, self.last_night + timedelta(days=1))
