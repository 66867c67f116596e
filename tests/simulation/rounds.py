"""The minute's rounds that would find nothing: they only read, and most of a day's rounds are such."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.simulation.dynamodb import StandIn

LOOKS_FOR = {"expire": "HOLD#", "settle": "PAYMENT#"}  # in the index of what is due
LONGEST_MS = 90_000  # by then, the next ones look


def is_idle(name: str, table: StandIn, now_ms: int) -> bool:
    """Whether no item is due for a sweep or a round of settle, and no row of the index says that one is."""
    kind = LOOKS_FOR.get(name)
    rows = (*table.items.values(), *table.indexes["due"].shown())
    return kind is not None and not any(
        row["due_shard"]["S"].startswith(kind) and int(row["due_at"]["N"]) <= now_ms + LONGEST_MS
        for row in rows
        if "due_shard" in row
    )
