"""What the table's stream reports when DynamoDB deletes a hold by its TTL."""

from typing import Any

from holdfast.storage.items import booking_key
from holdfast.storage.marshal import to_wire
from holdfast.storage.store import Store
from tests.kit.front_door import event


def remove(store: Store, booking_id: str) -> None:
    pk, sk = booking_key(booking_id)
    store.table.client.delete_item(TableName=store.table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})


def deletion(image: dict[str, Any], number: str = "1") -> dict[str, Any]:
    """The record of `events/ttl_deletion.json`, about this item."""
    record: dict[str, Any] = event("ttl_deletion")["Records"][0]
    wire = to_wire(image)
    record["dynamodb"] |= {"Keys": {key: wire[key] for key in ("pk", "sk")}, "OldImage": wire, "SequenceNumber": number}
    return record


def deleted(store: Store, booking_id: str, number: str = "1") -> dict[str, Any]:
    """Deletes a booking as TTL would, and gives the stream's record of it."""
    key = booking_key(booking_id)
    image = store.table.get([key])[key]
    remove(store, booking_id)
    return deletion(image, number)
