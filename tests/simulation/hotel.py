"""The small hotel of every simulated world, and its table before anything happens."""

from __future__ import annotations

from datetime import date
from functools import cache

from msgspec import structs

from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import PolicyStep, Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.model.rates import open_month
from holdfast.storage.items import page_item, promo_item, rates_item
from holdfast.storage.marshal import to_wire
from holdfast.storage.property_items import ownership_key, property_item, room_type_item, room_type_pointer_key
from tests.kit.template import table_definition
from tests.simulation.desk import OWNER
from tests.simulation.expressions import Item
from tests.simulation.handlers import TABLE
from tests.simulation.table_index import Index
from tests.simulation.units import VAT_PERCENT

PLACE = Property(
    property_id="lake-view",
    name="Lake View",
    city="Udaipur",
    timezone="Asia/Kolkata",
    cancellation_policy=(PolicyStep(7, 100), PolicyStep(2, 50)),
)
ROOM_TYPES = (
    RoomType(
        room_type_id="deluxe", property_id="lake-view", name="Deluxe", base_price=50_000, total_rooms=5, max_guests=3
    ),
    RoomType(
        room_type_id="suite", property_id="lake-view", name="Suite", base_price=90_000, total_rooms=3, max_guests=4
    ),
)
PROMOS = (
    Promo(code="TENOFF", kind=PromoKind.PERCENT, percent_bp=1_000, usage_limit=1, per_user_limit=1),
    Promo(code="FLAT", kind=PromoKind.FLAT, amount=5_000, usage_limit=3, per_user_limit=1),
)
POISON = {
    "pk": {"S": "BOOKING#bk_poison"},
    "sk": {"S": "BOOKING"},
    "history": {"S": "unreadable"},
    "status": {"S": "reserved"},
    "room_type_id": {"S": "suite"},
    "due_at": {"N": "1"},
}
POISON_KEY = ("BOOKING#bk_poison", "BOOKING")


@cache
def opening(currency: str) -> tuple[Item, ...]:
    """The table before anything happens: two room types with two months each, two promos, and an owner.

    In another currency than rupees, prices are a little odd, and a VAT is rounded once for the booking.
    """
    place, odd = PLACE, 0
    if currency != "INR":
        slabs = (TaxSlab(None, 100 * VAT_PERCENT, (100 * VAT_PERCENT,)),)
        vat = TaxTable(names=("VAT",), by_booking=True, periods=(TaxPeriod(date(2000, 1, 1), slabs),))
        place, odd = structs.replace(PLACE, country="JP", currency=currency, taxes=vat), 3
    rooms = [structs.replace(room, base_price=room.base_price + odd) for room in ROOM_TYPES]
    months = [open_month(place, room, month) for room in rooms for month in ("2026-11", "2026-12")]
    pages = [page_item(month.page) for month in months]
    rates = [rates_item(month.rates) for month in months]
    pk, sk = ownership_key(OWNER, PLACE.property_id)
    owner = {"pk": pk, "sk": sk}
    return tuple(to_wire(item) for item in [*pages, *rates, *(promo_item(promo) for promo in PROMOS), owner])


@cache
def catalog_of_the_hotel() -> tuple[Item, ...]:
    """The hotel and its room types as owners' routes read them."""
    items = [property_item(PLACE), *map(room_type_item, ROOM_TYPES)]
    return *map(to_wire, items), *pointers()


@cache
def pointers() -> tuple[Item, ...]:
    """From the room types to their hotel."""
    found = []
    for room in ROOM_TYPES:
        pk, sk = room_type_pointer_key(room.room_type_id)
        found.append(to_wire({"pk": pk, "sk": sk, "property_id": room.property_id}))
    return tuple(found)


@cache
def _index_shapes() -> tuple[tuple[str, str, str, tuple[str, ...]], ...]:
    """The indexes as the template defines them."""
    shapes = []
    for index in table_definition(TABLE)["GlobalSecondaryIndexes"]:
        keys = {part["KeyType"]: part["AttributeName"] for part in index["KeySchema"]}
        more = tuple(index["Projection"].get("NonKeyAttributes", ()))
        shapes.append((index["IndexName"], keys["HASH"], keys["RANGE"], more))
    return tuple(shapes)


def indexes() -> list[Index]:
    return [Index(*shape) for shape in _index_shapes()]


def waits_for_a_person(pk: str) -> bool:
    """Whether the item may stay in the `due` index: an open case does, until somebody closes it."""
    return pk.startswith("CASE#")
