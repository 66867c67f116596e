"""A keys-only index that lags: a row is seen some time after the item was written, as the service allows."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from tests.simulation.expressions import Item, Unsupported

Key = tuple[str, str]


def key_of(wire: dict[str, Any]) -> Key:
    if set(wire) != {"pk", "sk"}:
        raise Unsupported(f"a key of {sorted(wire)}")
    return wire["pk"]["S"], wire["sk"]["S"]


class Index:
    def __init__(self, name: str, hash_key: str, range_key: str, more: tuple[str, ...] = ()) -> None:
        self.name = name
        self.keys = hash_key, range_key
        self._kept = ("pk", "sk", hash_key, range_key, *more)
        self._rows: dict[str, dict[Key, Item]] = {}
        self._shown: dict[Key, Item] = {}
        self._coming: list[tuple[int, int, Key, Item | None]] = []
        self._written: dict[Key, Item | None] = {}
        self._seen_us: dict[Key, int] = {}
        self._turns = 0
        self.stale_reads = 0

    def write(self, key: Key, old: Item | None, new: Item | None, now_us: int, lag_us: Callable[[], int]) -> None:
        """The row as it will be seen after a while; a write that leaves the row as it was costs nothing."""
        before, after = self._row(old), self._row(new)
        if before == after:
            return
        self._turns += 1
        self._written[key] = after
        seen_us = max(now_us + lag_us(), self._seen_us.get(key, 0))  # late, but never in another order
        self._seen_us[key] = seen_us
        heappush(self._coming, (seen_us, self._turns, key, after))

    def rows(self, value: Any, now_us: int) -> list[Item]:
        """The rows under a hash key, as the index knows them by now."""
        while self._coming and self._coming[0][0] <= now_us:
            _, _, key, row = heappop(self._coming)
            shown = self._shown.pop(key, None)
            if shown is not None:
                del self._rows[shown[self.keys[0]]["S"]][key]
            if row is not None:
                self._shown[key] = row
                self._rows.setdefault(row[self.keys[0]]["S"], {})[key] = row
        found = self._rows.get(value["S"], {})
        self.stale_reads += sum(self._written.get(key) != row for key, row in found.items())
        return list(found.values())

    def shown(self) -> list[Item]:
        """All rows that readers may see."""
        return list(self._shown.values())

    def _row(self, item: Item | None) -> Item | None:
        if item is None or any(name not in item for name in self.keys):
            return None
        return {name: item[name] for name in self._kept if name in item}
