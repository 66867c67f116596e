"""What a front desk reads of its hotel beside the bookings. It writes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.model.booking import Booking
from holdfast.storage.base import TableStore
from holdfast.storage.calendar import block_key, block_of
from holdfast.storage.items import Item, booking_key, booking_of, months_of
from holdfast.storage.months import read_months
from holdfast.storage.property_items import draft_key, draft_of, ownership_key, property_key, property_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from holdfast.model.calendar import Block
    from holdfast.model.inventory import InventoryMonth

BLOCKS_READ = 1000  # rows of one room type in a round trip, released ones and those of other nights among them
NO_TIMEZONE = "UTC"  # of a draft whose owner has not said one yet


class OwnHotel(NamedTuple):
    """The clock on a hotel's wall, and the booking that a cursor named."""

    timezone: str
    day_ends: int
    last_shown: Booking | None


class FrontDeskStore(TableStore):
    def own_hotel(self, owner_id: str, property_id: str, last_shown: str | None) -> OwnHotel | None:
        """The hotel, public or a draft, if it is the owner's; with the booking of that id. One round trip."""
        ownership, public, draft = (
            ownership_key(owner_id, property_id),
            property_key(property_id),
            draft_key(property_id),
        )
        last = booking_key(last_shown) if last_shown else None
        found = self.table.get([ownership, public, draft, *([last] if last else [])])
        if ownership not in found:
            return None
        timezone, day_ends = NO_TIMEZONE, 0
        if public in found:
            property_ = property_of(found[public])
            timezone, day_ends = property_.timezone, property_.day_ends
        elif draft in found:
            content = draft_of(found[draft]).content
            timezone, day_ends = content.timezone or NO_TIMEZONE, content.day_ends
        return OwnHotel(timezone, day_ends, booking_of(found[last]) if last in found else None)

    def pages(self, room_type_ids: Sequence[str], months: Sequence[str]) -> dict[tuple[str, str], InventoryMonth]:
        """The months' rooms that exist, by room type and month; a round trip for each fifty of them."""
        wanted = [(room_type_id, month) for room_type_id in room_type_ids for month in months]
        on_sale = months_of(read_months(self.table.get, wanted), wanted)
        return {one: month.page for one, month in on_sale.items()}

    def blocks(self, room_type_id: str, first: date, last: date) -> list[Block]:
        """The room type's blocks of some night from the first to the last that are not released, by id."""
        pk, sk = block_key(room_type_id, "")
        found: list[Item] = []
        more: Item | None = None
        while True:
            items, more = self.table.query(
                "pk = :pk AND begins_with(sk, :block)",
                {":pk": pk, ":block": sk, ":first": first.isoformat(), ":last": last.isoformat()},
                limit=BLOCKS_READ,
                after=more,
                filter_by="attribute_not_exists(released_at_ms) AND first_night <= :last AND last_night >= :first",
            )
            found += items
            if more is None:
                return [block_of(item) for item in found]
