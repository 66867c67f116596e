"""A stay: what a guest asks for, by what it is priced, and what the desk records of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from holdfast.model.dates import months, nights


class Party(msgspec.Struct, frozen=True, array_like=True):
    """Who sleeps in one room: adults, and the ages of the children."""

    adults: int
    children: tuple[int, ...] = ()

    @property
    def persons(self) -> int:
        return self.adults + len(self.children)


class Stay(msgspec.Struct, frozen=True, kw_only=True):
    """Rooms of one type for the nights of `[check_in, check_out)`: the check-out day is not a night."""

    room_type_id: str
    check_in: date
    check_out: date
    rooms: int
    guests: int
    plan_id: str | None = None  # None: the room type's first
    occupancy: tuple[Party, ...] = ()  # room by room; none: the guests are adults, spread over the rooms

    @property
    def nights(self) -> list[date]:
        return nights(self.check_in, self.check_out)

    @property
    def months(self) -> list[str]:
        """The months, as `2026-12`, that the nights fall in."""
        return months(self.check_in, self.check_out)


class BookedPlan(msgspec.Struct, frozen=True, array_like=True):
    """The rate plan as it was at reserve: all of it that prices a line."""

    plan_id: str
    name: str
    percent_bp: int = 0
    amount: int = 0
    meal: int = 0  # for each person and night


class RoomCharge(msgspec.Struct, frozen=True, array_like=True):
    """What the guests of one room add to each night's price, and how many they are."""

    persons: int
    extra_adults: int = 0
    children: int = 0
    single_discount: int = 0  # taken off

    @property
    def amount(self) -> int:
        return self.extra_adults + self.children - self.single_discount


class StayStep(StrEnum):
    """What the desk records of a confirmed booking's guest."""

    CHECKED_IN = "checked_in"
    CHECKED_OUT = "checked_out"
    NO_SHOW = "no_show"
