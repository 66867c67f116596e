"""An owner who registers a hotel, and the admin who decides on it, by way of the handlers."""

from typing import Any

from tests.kit.front_door import ADMIN, OWNER, FrontDoor, Reply

DRAFT = "/properties/{property_id}/draft"
ROOM_TYPE: dict[str, Any] = {"name": "Garden", "base_price": 400_000, "total_rooms": 4, "max_guests": 3}
PLACE: dict[str, Any] = {
    "description": "Between the lake and the old town.",
    "address": "12 Lake Road",
    "country": "IN",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "cancellation_policy": [{"days_before": 3, "refund_percent": 100}],
}


class Applicant:
    """Calls the routes of one property, once it is registered."""

    def __init__(self, door: FrontDoor, user: str = OWNER) -> None:
        self.door = door
        self.user = user
        self.property_id = ""
        self.last: dict[str, Any] = {}  # what was submitted

    def call(self, route: str, body: Any = None, **sent: Any) -> Reply:
        if "{property_id}" in route:
            sent = {"property_id": self.property_id} | sent
        return self.door.call(route, body, **{"user": self.user, "groups": "[owner]"} | sent)

    def decide(self, verb: str, body: Any = None, **sent: Any) -> Reply:
        """What an admin says of the property."""
        admin: dict[str, Any] = {"user": ADMIN, "groups": "[admin]", "property_id": self.property_id}
        return self.door.call(f"POST /admin/properties/{{property_id}}/{verb}", body, **admin | sent)

    def register(self, key: str = "hotel", **fields: Any) -> Reply:
        reply = self.call("POST /properties", {"name": "Hill House", "city": "Shimla"} | fields, key=key)
        self.property_id = reply.body.get("property_id", self.property_id)
        return reply

    def patch(self, version: str = "*", **fields: Any) -> Reply:
        return self.call(f"PATCH {DRAFT}", fields, headers={"if-match": version})

    def draft(self) -> Any:
        reply = self.call(f"GET {DRAFT}")
        assert reply.status == 200, reply.body
        assert reply.headers["ETag"] == f'"{reply.body["version"]}"'
        return reply.body

    def add_room_type(self, key: str = "room", **fields: Any) -> Reply:
        return self.call("POST /properties/{property_id}/room-types", ROOM_TYPE | fields, key=key)

    def room_type(self, key: str = "room", **fields: Any) -> str:
        """The id of a room type that was just added."""
        reply = self.add_room_type(key, **fields)
        assert reply.status == 201, reply.body
        room_type_id: str = reply.body["room_type_id"]
        return room_type_id

    def change_room_type(self, room_type_id: str, **fields: Any) -> Reply:
        return self.call("PATCH /room-types/{room_type_id}", fields, room_type_id=room_type_id)

    def delete_room_type(self, room_type_id: str) -> Reply:
        return self.call("DELETE /room-types/{room_type_id}", room_type_id=room_type_id)

    def put_plan(self, room_type_id: str, plan_id: str, **fields: Any) -> Reply:
        route = "PUT /room-types/{room_type_id}/plans/{plan_id}"
        return self.call(route, {"name": "Breakfast"} | fields, room_type_id=room_type_id, plan_id=plan_id)

    def put_occupancy(self, room_type_id: str, **fields: Any) -> Reply:
        body = {"base_adults": 2, "max_adults": 3, "max_children": 0, "max_guests": 3, "extra_adult": 100_000} | fields
        return self.call("PUT /room-types/{room_type_id}/occupancy", body, room_type_id=room_type_id)

    def checklist(self) -> Any:
        reply = self.call("GET /properties/{property_id}/checklist")
        assert reply.status == 200, reply.body
        return reply.body

    def submit(self) -> Reply:
        reply = self.call("POST /properties/{property_id}/submit")
        self.last = reply.body
        return reply

    def submitted(self) -> Any:
        """The revision that was just made."""
        reply = self.submit()
        assert reply.status == 201, reply.body
        return reply.body

    def approve(self, **changes: Any) -> Reply:
        """Approves what was submitted last, but for `changes`."""
        return self.decide("approve", {"revision": self.last["revision"], "hash": self.last["hash"]} | changes)

    def ready(self) -> str:
        """Registers a property that can be submitted; the id of its room type."""
        assert self.register().status in {200, 201}
        assert self.patch(**PLACE).status == 200
        return self.room_type()

    def live(self) -> str:
        """Registers a property that is on sale; the id of its room type."""
        room_type_id = self.ready()
        self.submitted()
        reply = self.approve()
        assert reply.status == 200, reply.body
        return room_type_id

    def public(self) -> Reply:
        return self.door.call("GET /properties/{property_id}", user=None, property_id=self.property_id)

    def hold(self, room_type_id: str, key: str = "stay", **changes: Any) -> Reply:
        return self.door.hold(key=key, room_type_id=room_type_id, **changes)
