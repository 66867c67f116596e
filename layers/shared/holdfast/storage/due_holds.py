"""The holds past their deadline of several room types: whoever only looks counts their rooms as free."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import logger
from holdfast.storage.bookings import BookingStore
from holdfast.storage.items import HOLDS_DUE, booking_key, booking_of, due_shard

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from holdfast.model.booking import Booking


class DueHoldStore(BookingStore):
    def bookings_due_of(self, room_type_ids: Collection[str], now: datetime) -> list[Booking]:
        """The bookings that the index knows as due holds of these room types, perhaps as of a moment ago.

        One call for each of their shards, sent together, then one for each hundred bookings; no call for no room type.
        One that cannot be read is logged, and left out.
        """
        shards = {due_shard(HOLDS_DUE, room_type_id, self.due_shards) for room_type_id in room_type_ids}
        found = self.table.together([partial(self.due, shard, now) for shard in sorted(shards)])
        rows = [row for of_shard, _ in found for row in of_shard if row.room_type_id in room_type_ids]
        bookings = []
        for item in self.table.get_together([booking_key(row.booking_id) for row in rows]).values():
            try:
                bookings.append(booking_of(item))
            except msgspec.ValidationError:
                logger.exception("a booking cannot be read", extra={"booking_id": item["pk"].partition("#")[2]})
        return bookings
