"""The small hotel that most tests book."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from holdfast.model.dates import add_months, month_of
from holdfast.model.property import PolicyStep, Property, RoomType
from holdfast.model.rates import MonthOnSale, open_month
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import Item, page_item, rates_item
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import property_item, room_type_item, room_type_pointer_key
from holdfast.storage.table import Table
from tests.kit.clock import NOW

TABLE_NAME = "holdfast-test"
KOLKATA = Property(
    property_id="lake-view",
    name="Lake View",
    city="Udaipur",
    timezone="Asia/Kolkata",
    cancellation_policy=(PolicyStep(7, 100), PolicyStep(2, 50)),
)
DELUXE = RoomType(
    room_type_id="deluxe", property_id="lake-view", name="Deluxe", base_price=500_000, total_rooms=5, max_guests=3
)
SUITE = RoomType(
    room_type_id="suite",
    property_id="lake-view",
    name="Suite",
    base_price=1_200_000,
    discounted_price=900_000,
    total_rooms=2,
    max_guests=4,
)
MONTHS = [month_of(add_months(NOW.date(), n)) for n in range(20)]


def months_for(property_: Property, room_type: RoomType, months: Iterable[str]) -> list[MonthOnSale]:
    return [open_month(property_, room_type, month) for month in months]


def change_rates(table: Table, month: str = "2026-12", room_type_id: str = "deluxe", **changes: Any) -> None:
    """What an owner's change of a month's prices and rules writes."""
    catalog = CatalogStore(table)
    read = catalog.months([room_type_id], [month])[room_type_id, month]
    assert catalog.change_months([(read, read._replace(rates=msgspec.structs.replace(read.rates, **changes)))])


def add_property(catalog: CatalogStore, property_: Property) -> None:
    """Writes a new property, which search finds by its city."""
    new = put_action(catalog.table.name, property_item(property_), "attribute_not_exists(pk)")
    catalog.table.transact([new, *catalog.listing_actions(property_, ())])


def add_room_type(catalog: CatalogStore, room_type: RoomType, months: Sequence[MonthOnSale]) -> None:
    """Writes a new room type with its months on sale, listed with the others of its property, if that is there."""
    pk, sk = room_type_pointer_key(room_type.room_type_id)
    pointer: Item = {"pk": pk, "sk": sk, "property_id": room_type.property_id}
    opened = [item for month in months for item in (page_item(month.page), rates_item(month.rates))]
    items = [room_type_item(room_type), pointer, *opened]
    actions = [put_action(catalog.table.name, item, "attribute_not_exists(pk)") for item in items]
    if known := catalog.property(room_type.property_id):
        property_, others = known
        room_types = sorted([*others, room_type], key=lambda one: one.room_type_id)
        actions += [*catalog.listing_actions(property_, room_types), catalog.touch_property(property_)]
    catalog.table.transact(actions)


def open_hotel(table: Table, months: int = 3) -> CatalogStore:
    """Five Deluxe rooms and two Suites, on sale for so many months: moto copies the whole table at each transaction."""
    catalog = CatalogStore(table)
    add_property(catalog, KOLKATA)
    for room_type in (DELUXE, SUITE):
        add_room_type(catalog, room_type, months_for(KOLKATA, room_type, MONTHS[:months]))
    return catalog
