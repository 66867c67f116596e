"""The rooms that blocks keep, counted from the wire form."""

from __future__ import annotations

from collections import Counter
from datetime import date

from tests.simulation.expressions import Item
from tests.simulation.pages import page_of, taken
from tests.simulation.table_index import Key


class Blocked:
    """The rooms that blocks keep, night by night."""

    def __init__(self, kept: Counter[tuple[str, str, str]]) -> None:
        self._kept = kept

    def follow(self, room_type: str, old: Item | None, new: Item | None) -> set[Key]:
        """Counts the block's rooms; gives the pages whose rooms it changed."""
        pages: set[Key] = set()
        for item, sign in ((old, -1), (new, 1)):
            if item is None or "released_at_ms" in item:
                continue
            first, last = (date.fromisoformat(item[name]["S"]) for name in ("first_night", "last_night"))
            for (stripe, night), rooms in taken(item, first, (last - first).days + 1).items():
                key = page_of(room_type, f"{night:%Y-%m}", stripe)
                self._kept[(*key, str(night.day))] += sign * rooms
                pages.add(key)
        return pages
