"""An owner's calendar in the table: what a change is decided from, the changes that were made, and the blocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.model.calendar import Block, CalendarChange
from holdfast.model.limits import RETENTION_DAYS
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import Item, Key, item_of, months_of
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.months import read_months
from holdfast.storage.page_writes import release_rooms, rooms_by_page, take_rooms
from holdfast.storage.property_items import (
    draft_key,
    draft_of,
    ownership_key,
    property_key,
    property_of,
    room_type_key,
    room_type_of,
    room_type_pointer_key,
)
from holdfast.storage.table import ConditionsFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.draft import PropertyDraft
    from holdfast.model.property import Property, RoomType
    from holdfast.model.rates import MonthOnSale
    from holdfast.storage.catalog import Action

LIST_SIZE = 20  # changes or blocks in one answer
LISTED_BLOCKS = 100  # rows of the table looked through for one page of blocks


class CalendarRead(NamedTuple):
    """What a change is decided from, read in one round trip: a batch, and no snapshot, so the write has conditions."""

    property: Property | PropertyDraft
    room_type: RoomType
    months: dict[str, MonthOnSale]


def change_key(room_type_id: str, change_id: str) -> Key:
    return f"ROOM#{room_type_id}", f"CHANGE#{change_id}"


def block_key(room_type_id: str, block_id: str) -> Key:
    return f"ROOM#{room_type_id}", f"BLOCK#{block_id}"


def calls_key(property_id: str) -> Key:
    """Where the instants of the latest calls in bulk are counted."""
    return f"PROPERTY#{property_id}", "CALLS"


def change_item(change: CalendarChange) -> Item:
    until = datetime.fromtimestamp(change.at_ms // 1000, UTC) + timedelta(days=RETENTION_DAYS)
    return item_of(change_key(change.room_type_id, change.change_id), change) | {"ttl": int(until.timestamp())}


def change_of(item: Item) -> CalendarChange:
    return msgspec.convert(item, CalendarChange)


def block_item(block: Block) -> Item:
    """It stays as long as the bookings of its last night do, for the audit of what each night's rooms are taken by."""
    last = datetime(block.last_night.year, block.last_night.month, block.last_night.day, tzinfo=UTC)
    until = last + timedelta(days=1 + RETENTION_DAYS)
    return item_of(block_key(block.room_type_id, block.block_id), block) | {"ttl": int(until.timestamp())}


def block_of(item: Item) -> Block:
    return msgspec.convert(item, Block)


class CalendarStore(CatalogStore):
    def property_of(self, room_type_id: str) -> str | None:
        """The id of the room type's property."""
        found = self.table.get([room_type_pointer_key(room_type_id)])
        return next((str(pointer["property_id"]) for pointer in found.values()), None)

    def property_and_change(self, room_type_id: str, change_id: str) -> tuple[str | None, CalendarChange | None]:
        """The id of the room type's property, and the change of that id."""
        pointer, change = room_type_pointer_key(room_type_id), change_key(room_type_id, change_id)
        found = self.table.get([pointer, change])
        property_id = str(found[pointer]["property_id"]) if pointer in found else None
        return property_id, change_of(found[change]) if change in found else None

    def read(self, owner_id: str, property_id: str, room_type_id: str, months: Sequence[str]) -> CalendarRead | None:
        """None unless the room type is there, and its property the owner's."""
        owned, room = ownership_key(owner_id, property_id), room_type_key(property_id, room_type_id)
        public, draft = property_key(property_id), draft_key(property_id)
        wanted = [(room_type_id, month) for month in months]
        found = read_months(self.table.get, wanted, [owned, room, public, draft])
        if owned not in found or room not in found or not (public in found or draft in found):
            return None
        on_sale = months_of(found, wanted)
        return CalendarRead(
            property=property_of(found[public]) if public in found else draft_of(found[draft]),
            room_type=room_type_of(found[room]),
            months={month: one for (_, month), one in on_sale.items()},
        )

    def changes(self, keys: Sequence[Key]) -> dict[Key, CalendarChange]:
        return {key: change_of(item) for key, item in self.table.get(keys).items()}

    def latest_changes(self, room_type_id: str, after: str | None) -> tuple[list[CalendarChange], str | None]:
        """A page of the room type's changes, newest first, and the id of its last if more follow."""
        pk, sk = change_key(room_type_id, "")
        start = {"pk": pk, "sk": sk + after} if after else None
        values: Item = {":pk": pk, ":change": sk}
        items, more = self.table.query(
            "pk = :pk AND begins_with(sk, :change)", values, newest_first=True, limit=LIST_SIZE, after=start
        )
        return [change_of(item) for item in items], more["sk"].removeprefix(sk) if more else None

    def calls(self, property_id: str) -> list[int]:
        """The instants of the latest calls in bulk, in milliseconds since the epoch, oldest first."""
        found = self.table.get([calls_key(property_id)])
        return next((item["calls"] for item in found.values()), [])

    def count_call(self, property_id: str, seen: Sequence[int], calls: Sequence[int]) -> bool:
        """Writes the latest calls; False, and nothing changed, when they are not as they were seen any more."""
        pk, sk = calls_key(property_id)
        condition, values = ("calls = :seen", {":seen": list(seen)}) if seen else ("attribute_not_exists(pk)", {})
        try:
            self.table.put(put_action(self.table.name, {"pk": pk, "sk": sk, "calls": list(calls)}, condition, values))
        except ConditionsFailed:
            return False
        return True

    def recording(self, change: CalendarChange) -> list[Action]:
        """The actions that record a change, and mark the one that it undoes, which must not be undone already."""
        actions = [put_action(self.table.name, change_item(change), "attribute_not_exists(pk)")]
        if change.undoes:
            actions.append(
                update_action(
                    self.table.name,
                    change_key(change.room_type_id, change.undoes),
                    "SET undone_by = :by",
                    "attribute_exists(pk) AND attribute_not_exists(undone_by)",
                    {":by": change.change_id},
                )
            )
        return actions

    def block(self, room_type_id: str, block_id: str) -> Block | None:
        found = self.table.get([block_key(room_type_id, block_id)])
        return next((block_of(item) for item in found.values()), None)

    def blocks(self, room_type_id: str, after: str | None) -> tuple[list[Block], str | None]:
        """A page of the blocks that are not released, by id, and the id of its last if more follow."""
        pk, sk = block_key(room_type_id, "")
        values: Item = {":pk": pk, ":block": sk}
        start: Item | None = {"pk": pk, "sk": sk + after} if after else None
        found: list[Item] = []
        while True:  # a limit counts rows before the filter
            items, start = self.table.query(
                "pk = :pk AND begins_with(sk, :block)",
                values,
                limit=LISTED_BLOCKS,
                after=start,
                filter_by="attribute_not_exists(released_at_ms)",
            )
            found += items
            if start is None or len(found) > LIST_SIZE:
                break
        shown = [block_of(item) for item in found[:LIST_SIZE]]
        return shown, shown[-1].block_id if start or len(found) > LIST_SIZE else None

    def take(self, block: Block) -> bool:
        """Writes a new block and takes its rooms; False, and nothing changed, when a night has too few or it is there.

        As with a hold, the revision of a page does not move.
        """
        put = put_action(self.table.name, block_item(block), "attribute_not_exists(pk)")
        pages = rooms_by_page(block).items()
        return self.table.try_transact([put, *(take_rooms(self.table.name, key, rooms, None) for key, rooms in pages)])

    def release(self, released: Block) -> bool:
        """Ends a block and gives its rooms back; False, and nothing changed, when it is released already."""
        end = put_action(
            self.table.name,
            block_item(released),
            "attribute_exists(pk) AND attribute_not_exists(released_at_ms)",
        )
        pages = rooms_by_page(released).items()
        return self.table.try_transact([end, *(release_rooms(self.table.name, key, rooms) for key, rooms in pages)])
