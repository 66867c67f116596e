"""What the calendar function does in its life."""

from typing import Any

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.front_door import OWNER, FrontDoor


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
    made = front_door.call("POST /room-types/{room_type_id}/blocks", nights | block, key="carpets", **owner)
    front_door.call("GET /room-types/{room_type_id}/blocks", **owner)
    release = "DELETE /room-types/{room_type_id}/blocks/{block_id}"
    assert front_door.call(release, block_id=made.body["block_id"], **owner).status == 200
