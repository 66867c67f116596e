"""Requests that mean harm at the routes of owners, each with the status it must get."""

from typing import Any

from tests.component.hostile import FULL_WIDTH, UNKNOWN, Hostile, Request
from tests.kit.front_door import OWNER, request_for

ARRIVALS = "GET /properties/{property_id}/arrivals"
BOARD = "GET /properties/{property_id}/board"


def at_front_desk(
    says: str,
    route: str,
    query: dict[str, str] | None = None,
    status: int = 422,
    code: str = "invalid_request",
    *,
    groups: str = "[owner]",
    property_id: str = "lake-view",
) -> Hostile:
    def made(booking_id: str) -> Request:
        asked = {name: value.replace("{booking_id}", booking_id) for name, value in (query or {}).items()}
        return request_for(route, user=OWNER, groups=groups, query=asked or None, path={"property_id": property_id})

    return Hostile(says, made, status, code)


def of_hotel(says: str, route: str, body: Any, status: int = 422, code: str = "invalid_request") -> Hostile:
    """What an owner, or by the path an admin, sends about a hotel."""
    group = "[admin]" if "/admin/" in route else "[owner]"
    path = {name: value for name, value in HOTEL.items() if f"{{{name}}}" in route}

    def made(_: str) -> Request:
        return request_for(route, body, user=OWNER, groups=group, key="k", headers={"if-match": "*"}, path=path)

    return Hostile(says, made, status, code)


HOTEL = {"property_id": "lake-view", "room_type_id": "deluxe", "plan_id": "breakfast"}
NEW = {"name": "Inn", "city": "Agra"}
OWNERS = [
    of_hotel("a hotel for somebody else", "POST /properties", NEW | {"owner_id": "victim"}),
    of_hotel("a hotel that is live at once", "POST /properties", NEW | {"state": "live"}),
    of_hotel("a city with another item's key", "POST /properties", NEW | {"city": "Agra#LISTING"}),
    of_hotel("a zone that is a file", "POST /properties", NEW | {"timezone": "../../etc/passwd"}),
    of_hotel("a description that clears the screen", "POST /properties", NEW | {"description": "\x1b[2J"}),
    of_hotel("a draft of somebody else's", "PATCH /properties/{property_id}/draft", {"name": "Mine"}, 404, "not_found"),
    of_hotel("a room type of somebody else's", "DELETE /room-types/{room_type_id}", None, 404, "not_found"),
    of_hotel("a price of less than nothing", "PATCH /room-types/{room_type_id}", {"base_price": -1}),
    of_hotel("a version of one's own", "PATCH /room-types/{room_type_id}", {"version": 9}),
    of_hotel("a hash that is a pattern", "POST /admin/properties/{property_id}/approve", {"revision": 1, "hash": ".*"}),
    of_hotel("a reason of two lines", "POST /admin/properties/{property_id}/suspend", {"reason": "a\n[TAG] b"}),
    at_front_desk("arrivals by a guest", ARRIVALS, status=403, code="forbidden", groups=""),
    at_front_desk("arrivals by an admin who owns nothing", ARRIVALS, status=403, code="forbidden", groups="[admin]"),
    at_front_desk("somebody else's arrivals", ARRIVALS, status=404, code="not_found"),
    at_front_desk("somebody else's board", BOARD, status=404, code="not_found"),
    at_front_desk("somebody else's board by a cursor", BOARD, {"cursor": "2026-12-20.{booking_id}"}, 404, "not_found"),
    at_front_desk("an item's key for a hotel", BOARD, status=404, code="not_found", property_id="lake-view#DRAFT"),
    at_front_desk("a path upwards for a hotel", ARRIVALS, status=404, code="not_found", property_id="../lake-view"),
    at_front_desk("an owner's id of one's own", ARRIVALS, {"owner_id": "victim"}),
    at_front_desk("a date with a newline for the arrivals", ARRIVALS, {"date": "2026-12-10\n"}),
    at_front_desk("a cursor of another item's key for the arrivals", ARRIVALS, {"cursor": "2026-12-10.BOOKING#x"}),
    at_front_desk("a cursor with a newline for the board", BOARD, {"cursor": f"2026-12-10.{UNKNOWN}\n"}),
    at_front_desk("a board of a thousand nights", BOARD, {"nights": "1000"}),
    at_front_desk("a board of no nights", BOARD, {"nights": "00"}),
    at_front_desk("a board of full-width nights", BOARD, {"nights": "7".translate(FULL_WIDTH)}),
    at_front_desk("a board before there were days", BOARD, {"first_night": "0001-01-02"}),
    at_front_desk("a board after the last day", BOARD, {"first_night": "9999-12-31"}),
]
