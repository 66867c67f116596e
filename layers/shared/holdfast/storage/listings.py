"""Public hotels in the table: the hotel itself, and the listing that search reads of it.

A transaction that changes a hotel or a room type writes its listing too. So that of two at once neither is lost, each
moves the hotel's item to its next version, and rests on the room types that were read after that item.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.model.listing import Listing, listing_of
from holdfast.storage.marshal import delete_action, put_action, update_action
from holdfast.storage.property_items import (
    city_key,
    listing_from,
    listing_item,
    listing_key,
    plain_city,
    property_key,
    property_of,
    room_type_of,
    room_type_pointer_key,
)
from holdfast.storage.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.property import Property, RoomType
    from holdfast.storage.items import Item, Key

LISTINGS_PAGE = 24
PROPERTIES_PAGE = 100
MOST_ROOM_TYPES = 100  # of one property, as its catalog file may have

Action = dict[str, Any]


class ListingStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    def listings(self, city: str | None, after: str | None = None) -> tuple[list[Listing], str | None]:
        """A page of the hotels of a city, or of all, and the cursor of the next page, if there is one.

        Perhaps as they were a moment ago. Raises ValueError for a cursor of another city.
        """
        if after and city and not after.startswith(f"{plain_city(city)}#"):
            raise ValueError(after)
        if city:
            found, more = self._listings_of(city, after)
            if found or more:
                return found, more
        return self._listings_by_pointer(city, after)

    def _listings_of(self, city: str, after: str | None) -> tuple[list[Listing], str | None]:
        pk, sk = listing_key(city, "")
        start = {"pk": pk, "sk": sk + after.partition("#")[2]} if after else None
        condition = "pk = :pk AND begins_with(sk, :listing)"
        values = {":pk": pk, ":listing": sk}
        items, more = self.table.query(condition, values, limit=LISTINGS_PAGE, after=start, consistent=False)
        cursor = f"{plain_city(city)}#{more['sk'].removeprefix(sk)}" if more else None
        return [listing_from(item) for item in items], cursor

    def _listings_by_pointer(self, city: str | None, after: str | None) -> tuple[list[Listing], str | None]:
        """Of all cities; and of one whose hotels were written before there were listings."""
        rows, more = self._pointers(city, after, limit=LISTINGS_PAGE, consistent=False)
        keys = {row["property_id"]: _listing_beside(row) for row in rows}
        found = self.table.get_together(list(keys.values()))
        listings = [
            listing_from(found[key]) if key in found else self._listing_of_before(property_id)
            for property_id, key in keys.items()
        ]
        return [listing for listing in listings if listing], more

    def property_ids(self, after: str | None = None) -> tuple[list[str], str | None]:
        """A page of the public hotels of all cities, and the cursor of the next page, if there is one."""
        rows, more = self._pointers(None, after, limit=PROPERTIES_PAGE)
        return [row["property_id"] for row in rows], more

    def _pointers(
        self, city: str | None, after: str | None, *, limit: int, consistent: bool = True
    ) -> tuple[list[Item], str | None]:
        pk, sk = city_key(city, "") if city else ("CATALOG", "CITY#")
        start = {"pk": pk, "sk": f"CITY#{after}"} if after else None
        condition = "pk = :pk AND begins_with(sk, :city)"
        values = {":pk": pk, ":city": sk}
        rows, more = self.table.query(condition, values, limit=limit, after=start, consistent=consistent)
        return rows, more["sk"].removeprefix("CITY#") if more else None

    def _listing_of_before(self, property_id: str) -> Listing | None:
        known = self.property(property_id)
        return listing_of(*known) if known and known[0].live else None

    def property(self, property_id: str) -> tuple[Property, list[RoomType]] | None:
        """A public property with its room types, those that are not live among them."""
        found = self.table.get([property_key(property_id)])
        room_types = self.room_types(property_id)
        return next(((property_of(item), room_types) for item in found.values()), None)

    def room_types(self, property_id: str) -> list[RoomType]:
        """The room types of a property, public or not."""
        values: Item = {":pk": f"PROPERTY#{property_id}", ":room": "ROOMTYPE#"}
        items, _ = self.table.query("pk = :pk AND begins_with(sk, :room)", values, limit=MOST_ROOM_TYPES)
        return [room_type_of(item) for item in items]

    def listing_actions(
        self, property_: Property, room_types: Sequence[RoomType], before: Property | None = None
    ) -> list[Action]:
        """What keeps search right in a transaction that changes a public hotel, or what is listed of its room types.

        `property_` and all its `room_types` are as the transaction leaves them, `before` is the hotel as it was, if its
        city may be another now. A hotel that is not live is taken out of search. The same transaction must move the
        hotel's item from the version that was read before the room types: by writing it with the next one under that
        condition, or by `touch_property`.
        """
        keys = _search_keys(property_)
        gone = [key for key in _search_keys(before) if key not in keys] if before else []
        if property_.live:
            wanted = [listing_item(listing_of(property_, room_types)), _pointer(property_)]
        else:
            wanted, gone = [], [*gone, *keys]
        return [put_action(self.table.name, item) for item in wanted] + [
            delete_action(self.table.name, key) for key in gone
        ]

    def touch_property(self, property_: Property) -> Action:
        """Moves the hotel's item to the next version, if it is as it was read."""
        unchanged, values = "attribute_exists(pk) AND attribute_not_exists(version)", {":next": property_.version + 1}
        if property_.version:
            unchanged, values = "version = :read", values | {":read": property_.version}
        key = property_key(property_.property_id)
        return update_action(self.table.name, key, "SET version = :next", unchanged, values)

    def refresh_listing(self, property_: Property, room_types: Sequence[RoomType]) -> bool:
        """Brings what search reads of a live hotel in line with it, as it was just read; whether it differed.

        A repeat writes nothing. For hotels that were written before there were listings, or pointers to room types,
        which their owners' requests go by.
        """
        search_keys = _search_keys(property_)
        pointer_keys = [room_type_pointer_key(one.room_type_id) for one in room_types]
        found = self.table.get([*search_keys, *pointer_keys])
        for pk, sk in pointer_keys:
            if (pk, sk) not in found:
                pointer = {"pk": pk, "sk": sk, "property_id": property_.property_id}
                self.table.try_transact([put_action(self.table.name, pointer, "attribute_not_exists(pk)")])
        listings = [listing_from(item) for (_, sk), item in found.items() if sk.startswith("LISTING#")]
        if listings == [listing_of(property_, room_types)] and found.keys() >= set(search_keys):
            return False
        actions = [*self.listing_actions(property_, room_types), self.touch_property(property_)]
        return self.table.try_transact(actions)  # whatever changed the hotel meanwhile wrote its listing too


def _search_keys(property_: Property) -> list[Key]:
    """Where search finds a hotel: in its city, and among those of all cities."""
    return [key(property_.city, property_.property_id) for key in (listing_key, city_key)]


def _pointer(property_: Property) -> Item:
    pk, sk = city_key(property_.city, property_.property_id)
    return {"pk": pk, "sk": sk, "property_id": property_.property_id}


def _listing_beside(pointer: Item) -> Key:
    property_id = pointer["property_id"]
    return pointer["sk"].removesuffix(f"#{property_id}"), f"LISTING#{property_id}"
