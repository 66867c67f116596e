"""What a review shows: the queue and a revision to admins, the list of hotels to guests."""

from typing import Any

from tests.kit.front_door import ADMIN, FrontDoor, Reply


def queue(door: FrontDoor, **query: str) -> list[dict[str, Any]]:
    reply = door.call("GET /admin/reviews", user=ADMIN, groups="[admin]", query=query or None)
    assert reply.status == 200, reply.body
    found: list[dict[str, Any]] = reply.body["reviews"]
    return found


def revision(door: FrontDoor, property_id: str, number: str = "1") -> Reply:
    route = "GET /admin/properties/{property_id}/revisions/{number}"
    return door.call(route, user=ADMIN, groups="[admin]", property_id=property_id, number=number)


def listed(door: FrontDoor, city: str = "Shimla") -> list[str]:
    reply = door.call("GET /properties", user=None, query={"city": city})
    return [one["name"] for one in reply.body["properties"]]
