"""A city of many hotels, put into a table as it would be after they were approved, and a client that counts reads."""

import time
from collections.abc import Iterator
from typing import Any

from msgspec import structs

from holdfast.model.listing import listing_of
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import open_month
from holdfast.storage.items import page_item, rates_item
from holdfast.storage.marshal import from_wire, to_wire
from holdfast.storage.property_items import city_key, listing_item, property_item, room_type_item
from tests.kit.capacity import KB, item_size
from tests.kit.hotel import KOLKATA

MONTHS = ("2026-12", "2027-01")
ACROSS = {"check_in": "2026-12-30", "check_out": "2027-01-02"}  # three nights in both months
ROOM_TYPES = tuple(
    RoomType(room_type_id=name, property_id="", name=name.title(), base_price=price, total_rooms=5, max_guests=3)
    for name, price in (("deluxe", 500_000), ("garden", 700_000), ("suite", 900_000))
)


def market(hotels: int, city: str = "Goa") -> Iterator[dict[str, Any]]:
    """The items of so many hotels, in DynamoDB's form: each has three room types, on sale for two months."""
    for number in range(hotels):
        property_ = structs.replace(KOLKATA, property_id=f"inn-{number:03}", name=f"Inn {number:03}", city=city)
        rooms = [
            structs.replace(room, room_type_id=f"{room.room_type_id}-{number:03}", property_id=property_.property_id)
            for room in ROOM_TYPES
        ]
        for item in hotel_items(property_, rooms):
            yield to_wire(item)


def hotel_items(property_: Property, rooms: list[RoomType]) -> Iterator[dict[str, Any]]:
    pk, sk = city_key(property_.city, property_.property_id)
    yield {"pk": pk, "sk": sk, "property_id": property_.property_id}
    yield property_item(property_)
    yield listing_item(listing_of(property_, rooms))
    for room in rooms:
        yield room_type_item(room)
        for month in MONTHS:
            opened = open_month(property_, room, month)
            yield from (page_item(opened.page), rates_item(opened.rates))


class ReadCounter:
    """A client of DynamoDB that counts reads and their units; each takes `seconds` more than it does."""

    def __init__(self, client: Any, seconds: float = 0.0) -> None:
        self.calls: list[str] = []
        self.units = 0.0
        self._client = client
        self._seconds = seconds

    def query(self, **arguments: Any) -> Any:
        answer = self._counted("query", arguments.get("IndexName", ""), self._client.query(**arguments))
        read = sum(item_size(from_wire(item)) for item in answer.get("Items", ()))
        self.units += _units(read, consistent=arguments["ConsistentRead"])
        return answer

    def batch_get_item(self, **arguments: Any) -> Any:
        answer = self._counted("get", "", self._client.batch_get_item(**arguments))
        [(table, wanted)] = arguments["RequestItems"].items()
        for item in answer["Responses"][table]:
            self.units += _units(item_size(from_wire(item)), consistent=wanted["ConsistentRead"])
        return answer

    def _counted(self, operation: str, index: str, answer: Any) -> Any:
        self.calls.append(f"{operation} {index}".strip())
        time.sleep(self._seconds)
        return answer


def _units(size: int, *, consistent: bool) -> float:
    return max(1, -(-size // (4 * KB))) * (1.0 if consistent else 0.5)
