"""Hotels in the table: properties, room types, their pages and promos. Guests only read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import msgspec

from holdfast.model.promo import Promo
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import MonthOnSale, MonthRates
from holdfast.model.stripes import spread
from holdfast.storage.client import connect
from holdfast.storage.items import Item, Key, months_of, page_item, page_key, promo_item, rates_item, rates_key
from holdfast.storage.listings import ListingStore
from holdfast.storage.marshal import check_action, delete_action, put_action, update_action
from holdfast.storage.months import read_months
from holdfast.storage.page_writes import move_rooms
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
from holdfast.storage.table import TRANSACTION_LIMIT, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from holdfast.model.draft import PropertyDraft
    from holdfast.model.inventory import InventoryMonth
    from holdfast.settings import Settings

MOVED = sorted({*MonthRates.__struct_fields__} - {"revision"})  # from pages to rates
OPENING_KEY: Key = ("CATALOG", "OPENING")

Action = dict[str, Any]


class CatalogStore(ListingStore):
    @classmethod
    def connect(cls, settings: Settings) -> Self:
        return cls(Table(connect(), settings.table_name))

    def within(self, seconds: float) -> Self:
        return type(self)(self.table.within(seconds))

    def property_or_draft(self, property_id: str) -> Property | PropertyDraft | None:
        """The public property, or else its owner's draft of it."""
        public, draft = property_key(property_id), draft_key(property_id)
        found = self.table.get([public, draft])
        if public in found:
            return property_of(found[public])
        return draft_of(found[draft]) if draft in found else None

    def sold_room_type(self, property_id: str, room_type_id: str) -> tuple[Property | PropertyDraft, RoomType] | None:
        """A room type with its public property, or else its owner's draft of that, in one round trip."""
        public, draft, room = (
            property_key(property_id),
            draft_key(property_id),
            room_type_key(property_id, room_type_id),
        )
        found = self.table.get([public, draft, room])
        if room not in found or not (public in found or draft in found):
            return None
        property_ = property_of(found[public]) if public in found else draft_of(found[draft])
        return property_, room_type_of(found[room])

    def unchanged(self, property_: Property | PropertyDraft, room_type: RoomType) -> list[Action]:
        """The checks that property and room type are as they were read. A draft's property must not be public yet."""
        room = room_type_key(room_type.property_id, room_type.room_type_id)
        checks = [self._version_check(room, room_type.version)]
        public = property_key(room_type.property_id)
        if not isinstance(property_, Property):
            return [*checks, check_action(self.table.name, public, "attribute_not_exists(pk)")]
        return [*checks, self._version_check(public, property_.version)]

    def _version_check(self, key: Key, version: int) -> Action:
        if version:
            return check_action(self.table.name, key, "version = :version", {":version": version})
        return check_action(self.table.name, key, "attribute_exists(pk) AND attribute_not_exists(version)")

    def opening_cursor(self) -> str | None:
        """Where the job that opens calendars goes on, if its last run did not come to the end."""
        found = self.table.get([OPENING_KEY])
        return next((item["after"] for item in found.values()), None)

    def put_opening_cursor(self, after: str | None) -> None:
        pk, sk = OPENING_KEY
        self.table.put(put_action(self.table.name, {"pk": pk, "sk": sk, "after": after}))

    def has_property(self, property_id: str) -> bool:
        return bool(self.table.get([property_key(property_id)]))

    def owns(self, user_id: str, property_id: str) -> bool:
        """Whether this user owns the property."""
        return bool(self.table.get([ownership_key(user_id, property_id)]))

    def months(self, room_type_ids: Sequence[str], months: Sequence[str]) -> dict[tuple[str, str], MonthOnSale]:
        """The months that are on sale, by room type and month."""
        wanted = [(room_type_id, month) for room_type_id in room_type_ids for month in months]
        return months_of(read_months(self.table.get, wanted), wanted)

    def months_together(
        self, room_type_ids: Sequence[str], months: Sequence[str]
    ) -> dict[tuple[str, str], MonthOnSale]:
        """The same, perhaps as of a moment ago, and in one wave however many they are; those with stripes in two."""
        wanted = [(room_type_id, month) for room_type_id in room_type_ids for month in months]
        return months_of(read_months(self.table.get_together, wanted), wanted)

    def room_type(self, room_type_id: str) -> RoomType | None:
        """A room type, public or not."""
        pointers = self.table.get([room_type_pointer_key(room_type_id)])
        keys = [room_type_key(pointer["property_id"], room_type_id) for pointer in pointers.values()]
        found = self.table.get(keys) if keys else {}
        return next((room_type_of(item) for item in found.values()), None)

    def change_months(
        self, changes: Sequence[tuple[MonthOnSale | None, MonthOnSale]], others: Sequence[Action] = ()
    ) -> bool:
        """Moves months from what was read to other prices, rules and rooms, or opens them; all of it or nothing.

        `others` are the actions that belong to the change. A page moves to the next revision with its rates, so that no
        reserve goes by the old ones; one that had its rates itself, as those written before the two were apart, leaves
        them. Of a night with more or fewer rooms on sale, as many more or fewer are free, spread over its stripes.
        False, and nothing changed, when a month is not as it was read, or fewer rooms are free than would go; or when
        it was read while another change came, a page of one revision with rates of the next: their difference is
        nobody's.
        """
        if any(before and (before.is_torn or not before.has_all_stripes) for before, _ in changes):
            return False
        actions = [action for before, after in changes for action in self._month_actions(before, after)]
        assert len(actions) + len(others) <= TRANSACTION_LIMIT
        return self.table.try_transact([*actions, *others])

    def _month_actions(self, before: MonthOnSale | None, after: MonthOnSale) -> list[Action]:
        if before is None:
            items = (page_item(after.page), rates_item(after.rates))
            return [put_action(self.table.name, item, "attribute_not_exists(pk)") for item in items]
        more = {day: rooms - before.page.on_sale[day] for day, rooms in after.page.on_sale.items()}
        revision, shares = before.rates.revision + 1, spread(before.page, more)
        pages = [
            self._page_action(stripe, share, revision, moves=len(shares) > 1)
            for stripe, share in zip(before.page.stripes, shares, strict=True)
        ]
        item = rates_item(msgspec.structs.replace(after.rates, revision=revision))
        as_read, values = stripes_as_read(before.rates.stripes)
        unchanged = f"(attribute_not_exists(pk) OR revision = :read) AND {as_read}"
        return [*pages, put_action(self.table.name, item, unchanged, {":read": before.rates.revision} | values)]

    def _page_action(self, before: InventoryMonth, more: Mapping[int, int], revision: int, *, moves: bool) -> Action:
        """One page's part of a change. `moves`: free rooms may go from stripe to stripe, under the same revision."""
        sets, enough, values, names = move_rooms({day: rooms for day, rooms in more.items() if rooms})
        moved = {f"#{name}": name for name in MOVED}
        update = f"SET {', '.join(['revision = :next', *sets])} REMOVE {', '.join(moved)}"
        values |= {":next": revision, ":read": before.revision}
        conditions = ["revision = :read", *enough]
        if moves:
            conditions.append("on_sale = :on_sale")
            values[":on_sale"] = _by_day(before.on_sale)
        key = page_key(before.room_type_id, before.month, before.stripe)
        return update_action(self.table.name, key, update, " AND ".join(conditions), values, moved | names)

    def no_month(self, month: MonthOnSale) -> list[Action]:
        """What deletes a month as it was read, of which no room may have been taken meanwhile."""
        page, rates = month
        names = {"#on_sale": "on_sale", "#free": "free"}
        unchanged = "revision = :read AND #on_sale = :on_sale AND #free = :free"
        actions = []
        for stripe in page.stripes:
            key = page_key(page.room_type_id, page.month, stripe.stripe)
            rooms = {":on_sale": _by_day(stripe.on_sale), ":free": _by_day(stripe.free)}
            values = {":read": rates.revision} | rooms
            actions.append(delete_action(self.table.name, key, unchanged, values, names))
        as_read, values = stripes_as_read(rates.stripes)
        key = rates_key(page.room_type_id, page.month)
        return [*actions, delete_action(self.table.name, key, as_read, values)]

    def add_owner(self, user_id: str, property_id: str) -> bool:
        """Makes the user an owner of the property; False when that is so already."""
        pk, sk = ownership_key(user_id, property_id)
        return self._add([{"pk": pk, "sk": sk}])

    def add_promo(self, promo: Promo) -> bool:
        return self._add([promo_item(promo)])

    def _add(self, items: Sequence[Item]) -> bool:
        actions = [put_action(self.table.name, item, "attribute_not_exists(pk)") for item in items]
        return self.table.try_transact(actions)


def stripes_as_read(count: int) -> tuple[str, Item]:
    """The condition that a month has as many stripes as it had when it was read."""
    if count == 1:
        return "attribute_not_exists(stripes)", {}
    return "stripes = :stripes", {":stripes": count}


def _by_day(rooms: Mapping[int, int]) -> Item:
    return {str(day): count for day, count in rooms.items()}
