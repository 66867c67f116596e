"""Requests that mean harm at the routes of owners, each with the status it must get."""

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


OWNERS = [
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
