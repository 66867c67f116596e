"""A stay: what a guest asks for."""

from __future__ import annotations

from datetime import date

import msgspec

from holdfast.model.dates import months, nights


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms of one type for the nights of `[check_in, check_out)`: the check-out day is not a night."""

    room_type_id: str
    check_in: date
    check_out: date
    rooms: int
    guests: int

    @property
    def nights(self) -> list[date]:
        return nights(self.check_in, self.check_out)

    @property
    def months(self) -> list[str]:
        """The months, as `2026-12`, that the nights fall in."""
        return months(self.check_in, self.check_out)
