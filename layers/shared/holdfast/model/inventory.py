"""One room type's month of rooms: what is on sale, and what is free."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from holdfast.model.dates import month_of


class InventoryMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The rooms of each night of a month: all that a reserve writes of what is on sale.

    The maps have the day of the month as key; a night that is not in `free` is not on sale. `revision` is that of the
    `MonthRates` beside it, and changes whenever those or `on_sale` do, so one condition on it proves that prices and
    rules still stand. Sales do not change it.

    A month that sells too much for one item is split into stripes, each with a part of its rooms; `parts` are those
    that were read, and the maps are their sums.
    """

    room_type_id: str
    month: str
    on_sale: dict[int, int]
    free: dict[int, int]
    revision: int
    stripe: int = 0
    parts: tuple[InventoryMonth, ...] = ()

    @property
    def stripes(self) -> tuple[InventoryMonth, ...]:
        """The items that it was read from."""
        return self.parts or (self,)

    def night(self, day: int) -> date:
        return date.fromisoformat(f"{self.month}-{day:02d}")


def lacking_rooms(pages: Mapping[str, InventoryMonth], stay: Sequence[date], rooms: int) -> dict[date, int]:
    """The nights with fewer rooms free than asked for, and by how many; a night that no page has is not on sale."""

    def free(night: date) -> int:
        page = pages.get(month_of(night))
        return page.free.get(night.day, 0) if page else 0

    return {night: rooms - free(night) for night in stay if free(night) < rooms}


def is_on_sale(pages: Mapping[str, InventoryMonth], stay: Sequence[date]) -> bool:
    """Whether every night is on a page, with rooms free or without."""
    return all((page := pages.get(month_of(night))) is not None and night.day in page.on_sale for night in stay)
