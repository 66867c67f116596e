"""An owner registers a hotel and an admin reviews it, as examples of their routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.kit.applicant import DRAFT, PLACE
from tests.kit.front_door import OWNER

if TYPE_CHECKING:
    from tests.contract.openapi_examples import ExampleRecorder

PLAN: dict[str, Any] = {"name": "Breakfast", "meal": 50_000}
ROOM_TYPE: dict[str, Any] = {"name": "Garden", "base_price": 400_000, "total_rooms": 4, "max_guests": 3}
OCCUPANCY: dict[str, Any] = {
    "base_adults": 2,
    "max_adults": 3,
    "max_children": 1,
    "max_guests": 3,
    "extra_adult": 100_000,
    "child_bands": [{"max_age": 11, "amount": 50_000}],
}


def register_a_hotel(recorder: ExampleRecorder) -> None:
    hotel = {"name": "Hill House", "city": "Shimla"}
    recorder.call("POST /properties", hotel, group="owner", key="hotel", status=201)
    made = recorder.call("POST /properties", hotel, group="owner", key="hotel")
    owner: dict[str, Any] = {"group": "owner", "property_id": made["property_id"]}
    admin = owner | {"group": "admin"}
    adds = "POST /properties/{property_id}/room-types"
    recorder.call(adds, ROOM_TYPE, key="room", status=201, **owner)
    room = recorder.call(adds, ROOM_TYPE, key="room", **owner)
    ours: dict[str, Any] = {"group": "owner", "room_type_id": room["room_type_id"]}
    recorder.call(f"PATCH {DRAFT}", PLACE, headers={"if-match": '"2"'}, **owner)
    recorder.call("PUT /room-types/{room_type_id}/plans/{plan_id}", PLAN, plan_id="breakfast", **ours)
    recorder.call("PUT /room-types/{room_type_id}/occupancy", OCCUPANCY, **ours)
    recorder.call("PATCH /room-types/{room_type_id}", {"total_rooms": 6}, **ours)
    recorder.call("GET /properties/{property_id}/checklist", **owner)
    recorder.call("POST /properties/{property_id}/submit", {}, status=201, **owner)
    submitted = recorder.call("POST /properties/{property_id}/submit", {}, **owner)
    recorder.call(f"GET {DRAFT}", **owner)
    recorder.call("GET /admin/reviews", group="admin", query={"state": "submitted"})
    recorder.call("GET /admin/properties/{property_id}/revisions/{number}", number="1", **admin)
    why = {"revision": 1, "reason": "The address is in the lake"}
    recorder.call("POST /admin/properties/{property_id}/reject", why, **admin)
    again = recorder.door.call(
        "POST /properties/{property_id}/submit", {}, user=OWNER, groups="[owner]", property_id=made["property_id"]
    ).body
    assert again["hash"] == submitted["hash"]
    approved = {"revision": again["revision"], "hash": again["hash"]}
    recorder.call("POST /admin/properties/{property_id}/approve", approved, **admin)
    recorder.call("POST /admin/properties/{property_id}/suspend", {"reason": "Guests were turned away"}, **admin)
    recorder.call("POST /admin/properties/{property_id}/resume", {}, **admin)
    recorder.call("GET /owner/properties", group="owner")
    recorder.call("DELETE /room-types/{room_type_id}", **ours)
