"""The rooms that blocks keep, counted from the wire form."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from tests.simulation.expressions import Item


class Blocked:
    """The rooms that blocks keep, night by night."""

    def __init__(self, kept: Counter[tuple[str, str, str]]) -> None:
        self._kept = kept

    def follow(self, room_type: str, old: Item | None, new: Item | None) -> set[tuple[str, str]]:
        """Counts the block's rooms; gives the pages whose rooms it changed."""
        pages: set[tuple[str, str]] = set()
        for item, sign in ((old, -1), (new, 1)):
            if item is None or "released_at_ms" in item:
                continue
            first, last = (date.fromisoformat(item[name]["S"]) for name in ("first_night", "last_night"))
            for n in range((last - first).days + 1):
                night = first + timedelta(days=n)
                self._kept[room_type, f"{night:%Y-%m}", str(night.day)] += sign * int(item["rooms"]["N"])
                pages.add((f"ROOM#{room_type}", f"MONTH#{night:%Y-%m}"))
        return pages
