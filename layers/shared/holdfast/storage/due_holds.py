"""The holds past their deadline: found page by page of the index, read by who only looks, released several at once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.storage.base import due_row
from holdfast.storage.bookings import BookingStore
from holdfast.storage.items import HOLDS_DUE, booking_key, booking_of, due_shard
from holdfast.storage.table import ConditionsFailed
from holdfast.storage.transaction import Writes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from holdfast.model.booking import Booking
    from holdfast.storage.base import DueRow
    from holdfast.storage.items import Item

ROWS_AT_ONCE = 200  # of the index, of whatever room types share the shard


class BookingsChanged(Exception):
    """Other writes came first to these bookings: nothing was written, and their own conditions say so."""

    def __init__(self, booking_ids: Collection[str]) -> None:
        self.booking_ids = frozenset(booking_ids)
        super().__init__(", ".join(sorted(booking_ids)))


class DueHoldStore(BookingStore):
    def due_holds(self, room_type_id: str, now: datetime, *, stripes: int = 1) -> Iterator[list[DueRow]]:
        """The holds of one room type that are due at `now`, as the index knows them, oldest first.

        Asks for the next page only when it is wanted, so whoever needs a few reads a few, however many there are. Those
        of a room type with `stripes` are in as many shards, if there are so many: a page of each is asked for at once.
        """
        starts: dict[str, Item | None] = dict.fromkeys(self._shards_of(room_type_id, stripes))

        def look(shard: str) -> tuple[list[Item], Item | None]:
            return self.table.query(
                "due_shard = :shard AND due_at <= :now",
                {":shard": shard, ":now": millis(now), ":room_type": room_type_id},
                index="due",
                limit=ROWS_AT_ONCE,
                after=starts[shard],
                filter_by="room_type_id = :room_type",
            )

        while starts:
            shards = list(starts)
            found = self.table.together([partial(look, shard) for shard in shards])
            rows = [due_row(row) for of_shard, _ in found for row in of_shard]
            if rows:
                yield sorted(rows, key=lambda row: row.due_at_ms)
            starts = {shard: more for shard, (_, more) in zip(shards, found, strict=True) if more}

    def _shards_of(self, room_type_id: str, stripes: int) -> list[str]:
        return [due_shard(HOLDS_DUE, room_type_id, self.due_shards, n) for n in range(min(stripes, self.due_shards))]

    def bookings_due_of(self, room_types: Mapping[str, int], now: datetime) -> list[Booking]:
        """The bookings that the index knows as due holds of these room types, perhaps as of a moment ago.

        Each room type comes with the number of its stripes.

        One call for each of their shards, sent together, then one for each hundred bookings; no call for no room type.
        One that cannot be read is logged, and left out.
        """
        shards = {
            shard for room_type_id, stripes in room_types.items() for shard in self._shards_of(room_type_id, stripes)
        }
        found = self.table.together([partial(self.due, shard, now) for shard in sorted(shards)])
        rows = [row for of_shard, _ in found for row in of_shard if row.room_type_id in room_types]
        bookings = []
        for item in self.table.get_together([booking_key(row.booking_id) for row in rows]).values():
            try:
                bookings.append(booking_of(item))
            except msgspec.ValidationError:
                logger.exception("a booking cannot be read", extra={"booking_id": item["pk"].partition("#")[2]})
        return bookings

    def release(self, changes: Sequence[tuple[Booking, Booking]], *, now: datetime) -> list[Booking]:
        """Several holds expire in one transaction, from how each was read to how it will be; all of them or none.

        Returns them as stored. Each has its own write id and its own condition, as when it expires alone. Raises
        BookingsChanged with those whose condition failed, ConditionsFailed when only a page or a promo refused. If this
        call's own write was applied and its answer lost, that is a success: one booking that has the new write id
        proves it for all.
        """
        written = [msgspec.structs.replace(after, write_id=self._new_id()) for _, after in changes]
        befores = [before for before, _ in changes]
        actions = Writes(self.table.name, self.due_shards).of_releases(
            list(zip(befores, written, strict=True)), now=now
        )
        try:
            self.table.transact(actions, written[0].write_id)
        except ConditionsFailed as failed:
            changed = []
            for after, reason in zip(written, failed.reasons, strict=False):  # the bookings' actions are the first
                if reason.item and reason.item.get("write_id") == after.write_id:
                    return written
                if reason.code == "ConditionalCheckFailed":
                    changed.append(after.booking_id)
            if changed:
                raise BookingsChanged(changed) from failed
            raise
        return written
