"""The stream of a table in memory: every commit since it was made, in a shard for bookings and one for all else."""

from collections.abc import Iterator
from typing import Any

from holdfast.storage.marshal import from_wire
from holdfast.storage.stream import Change, Stream, StreamPage

A_PAGE = 5


class FakeStream(Stream):
    def __init__(self, client: Any) -> None:
        super().__init__("arn:the-table's")
        self._shards: dict[str, list[Change]] = {"shard-0": [], "shard-1": []}
        self.by_ttl = False
        self.behind: str | None = None  # a shard that has nothing new yet
        self.broken: type[Exception] | None = None
        client.on_commit.append(self._note)

    def shards(self) -> list[str]:
        if self.broken:
            raise self.broken
        return list(self._shards)

    def pages(self, shard_id: str, after: str | None) -> Iterator[StreamPage]:
        changes = self._shards[shard_id] if shard_id != self.behind else []
        for first in range(int(after or 0), len(changes), A_PAGE):
            page = changes[first : first + A_PAGE]
            yield StreamPage(page, str(first + len(page)), ended=False)

    def forget(self, shard_id: str) -> None:
        """As the stream does after a day."""
        del self._shards[shard_id]

    def trim(self, shard_id: str) -> None:
        """Takes the oldest change away."""
        del self._shards[shard_id][0]

    def _note(self, commit: list[Any]) -> None:
        for key, old, new in commit:
            was, now = (from_wire(item) if item else None for item in (old, new))
            shard_id = "shard-0" if key[0].startswith("BOOKING#") else "shard-1"
            self._shards[shard_id].append(Change(was, now, self.by_ttl))
