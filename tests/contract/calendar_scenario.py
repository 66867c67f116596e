"""What the calendar function does in its life."""

from typing import Any

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.property_items import listing_key
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.front_door import OWNER, FrontDoor, event
from tests.kit.hotel import KOLKATA, change_rates


def running_a_calendar(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    """Changes, one that a due hold with a promo must make way for, and an undo."""
    CatalogStore(store.table).add_owner(OWNER, "lake-view")
    front_door.start(front_door.held(rooms=2, guests=2), promo_code="TEN")
    nights = {"first_night": "2026-12-10", "last_night": "2027-01-02"}
    owner: dict[str, Any] = {"user": OWNER, "groups": "[owner]", "room_type_id": "deluxe"}
    calendar = "/room-types/{room_type_id}/calendar"
    change = {"changes": [nights | {"price": 600_000}]}
    front_door.call(f"PUT {calendar}", change | {"dry_run": True}, **owner)
    change_id = front_door.call(f"PUT {calendar}", change, **owner).body["change_id"]
    clock.advance(600)
    front_door.call(f"PUT {calendar}", {"changes": [nights | {"rooms_on_sale": 1}]}, **owner)
    front_door.call(f"GET {calendar}/changes", **owner)
    undone = front_door.call(f"POST {calendar}/changes/{{change_id}}/undo", change_id=change_id, **owner)
    assert undone.status == 200, undone.body
    property_: dict[str, Any] = {"user": OWNER, "groups": "[owner]", "property_id": "lake-view"}
    values = {"values": [nights | {"room_type_id": "deluxe", "price": 600_000}]}
    bulk = front_door.call("POST /properties/{property_id}/ari", values, **property_)
    front_door.call("GET /properties/{property_id}/ari", query=nights, **property_)
    front_door.call(
        "POST /properties/{property_id}/ari/{change_id}/undo", change_id=bulk.body["change_id"], **property_
    )
    block = {"rooms": 1, "reason": "New carpets", "source": "maintenance"}
    longer = nights | {"last_night": "2027-06-01"} | block  # into months that are not open yet
    made = front_door.call("POST /room-types/{room_type_id}/blocks", longer, key="carpets", **owner)
    front_door.call("GET /room-types/{room_type_id}/blocks", **owner)
    release = "DELETE /room-types/{room_type_id}/blocks/{block_id}"
    assert front_door.call(release, block_id=made.body["block_id"], **owner).status == 200


def opening_calendars(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    """A listing and months that the hotel lacks, and one not in line, from where a run had to stop."""
    store.table.delete(listing_key(KOLKATA.city, KOLKATA.property_id))
    change_rates(store.table, max_guests=1)
    CatalogStore(store.table).put_opening_cursor("a")
    front_door.context.seconds_left = 300
    front_door.app("opener").lambda_handler(event("scheduled"), front_door.context)
