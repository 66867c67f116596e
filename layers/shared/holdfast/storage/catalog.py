"""Hotels in the table: properties, room types, their pages and promos. Guests only read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import msgspec

from holdfast.model.inventory import open_month
from holdfast.model.promo import Promo
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import MonthOnSale, MonthRates
from holdfast.storage.items import (
    Item,
    city_key,
    months_of,
    ownership_key,
    page_item,
    page_key,
    promo_item,
    property_item,
    property_key,
    property_of,
    rates_item,
    rates_key,
    room_type_item,
    room_type_of,
)
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.table import ConditionsFailed, Table, connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.settings import Settings

PROPERTIES_PAGE = 100
MAX_ROOM_TYPES = 100  # of one property
MOVED = sorted({*MonthRates.__struct_fields__} - {"revision"})  # from pages to rates
TRANSACTION_ITEMS = 100  # DynamoDB's limit


class CatalogStore:
    def __init__(self, table: Table) -> None:
        self.table = table

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        return cls(Table(connect(), settings.table_name))

    def within(self, seconds: float) -> Self:
        return type(self)(self.table.within(seconds))

    def property_ids(self, city: str | None, after: str | None = None) -> tuple[list[str], str | None]:
        """A page of the properties of a city, or of all cities, and the cursor of the next page, if there is one.

        Raises ValueError for a cursor of another city.
        """
        pk, sk = city_key(city, "") if city else ("CATALOG", "CITY#")
        if after and not f"CITY#{after}".startswith(sk):
            raise ValueError(after)
        condition = "pk = :pk AND begins_with(sk, :city)"
        start = {"pk": pk, "sk": f"CITY#{after}"} if after else None
        rows, more = self.table.query(condition, {":pk": pk, ":city": sk}, limit=PROPERTIES_PAGE, after=start)
        return [row["property_id"] for row in rows], more["sk"].removeprefix("CITY#") if more else None

    def property(self, property_id: str) -> tuple[Property, list[RoomType]] | None:
        """A property with its room types."""
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        values: Item = {":pk": f"PROPERTY#{property_id}", ":first": "PROPERTY", ":last": "ROOMTYPE#~"}
        items, _ = self.table.query(condition, values, limit=MAX_ROOM_TYPES + 1)
        if not items:
            return None
        return property_of(items[0]), [room_type_of(item) for item in items[1:]]

    def has_property(self, property_id: str) -> bool:
        return bool(self.table.get([property_key(property_id)]))

    def owns(self, user_id: str, property_id: str) -> bool:
        """Whether this user owns the property."""
        return bool(self.table.get([ownership_key(user_id, property_id)]))

    def months(self, room_type_ids: Sequence[str], months: Sequence[str]) -> dict[tuple[str, str], MonthOnSale]:
        """The months that are on sale, by room type and month."""
        wanted = [(room_type_id, month) for room_type_id in room_type_ids for month in months]
        found = self.table.get([key(*one) for one in wanted for key in (page_key, rates_key)])
        return months_of(found, wanted)

    def add_property(self, property_: Property) -> bool:
        """Writes a new property, found by its city; False, and nothing changed, when that id exists."""
        pk, sk = city_key(property_.city, property_.property_id)
        pointer: Item = {"pk": pk, "sk": sk, "property_id": property_.property_id}
        return self._add([property_item(property_), pointer])

    def add_room_type(self, room_type: RoomType, rates: Sequence[MonthRates]) -> bool:
        """Writes a new room type and opens the months of these rates; False when it exists already."""
        pages = [page_item(open_month(room_type, of_month.month)) for of_month in rates]
        assert 2 * len(rates) < TRANSACTION_ITEMS
        return self._add([room_type_item(room_type), *pages, *(rates_item(of_month) for of_month in rates)])

    def change_rates(self, before: MonthRates, after: MonthRates) -> bool:
        """Puts other prices and rules in a month; False, and nothing changed, when they are not `before` any more.

        The page beside them moves to the next revision in the same transaction, so that no reserve goes by the old
        ones. A page that had its rates itself, as those written before the two were apart, leaves them.
        """
        revision = before.revision + 1
        key = page_key(before.room_type_id, before.month)
        names = {f"#{name}": name for name in MOVED}
        update = f"SET revision = :next REMOVE {', '.join(names)}"
        values: Item = {":next": revision, ":read": before.revision}
        page = update_action(self.table.name, key, update, "revision = :read", values, names)
        item = rates_item(msgspec.structs.replace(after, revision=revision))
        unchanged = "attribute_not_exists(pk) OR revision = :read"
        rates = put_action(self.table.name, item, unchanged, {":read": before.revision})
        try:
            self.table.transact([page, rates])
        except ConditionsFailed:
            return False
        return True

    def add_owner(self, user_id: str, property_id: str) -> bool:
        """Makes the user an owner of the property; False when that is so already."""
        pk, sk = ownership_key(user_id, property_id)
        return self._add([{"pk": pk, "sk": sk}])

    def add_promo(self, promo: Promo) -> bool:
        return self._add([promo_item(promo)])

    def _add(self, items: Sequence[Item]) -> bool:
        actions = [put_action(self.table.name, item, "attribute_not_exists(pk)") for item in items]
        try:
            self.table.transact(actions)
        except ConditionsFailed:
            return False
        return True
