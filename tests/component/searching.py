"""How the tests of search ask and read what it answers."""

from typing import Any

from tests.kit.front_door import FrontDoor, Reply

DATES = {"check_in": "2026-12-10", "check_out": "2026-12-13"}
TOTALS = {"deluxe": 1_575_000, "suite": 3_186_000}  # three nights at 5 % and, over 7,500.00, at 18 %


def ask(front_door: FrontDoor, **query: str) -> Reply:
    return front_door.call("GET /properties", user=None, query=query)


def hotels(front_door: FrontDoor, **query: str) -> list[Any]:
    reply = ask(front_door, **DATES | query)
    assert reply.status == 200, reply.body
    found: list[Any] = reply.body["properties"]
    return found


def offers(front_door: FrontDoor, **query: str) -> dict[str, Any]:
    """The room types of all hotels found, by id."""
    return {room["room_type_id"]: room for hotel in hotels(front_door, **query) for room in hotel["room_types"]}
