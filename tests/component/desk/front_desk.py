"""An owner's front desk in the tests: arrivals and board, as JSON or as a table."""

import csv
from datetime import date
from io import StringIO
from typing import Any

import msgspec

from holdfast.model.booking import Booking, Status
from holdfast.storage.items import booking_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.component.desk.desk import THE_OWNER, Caller
from tests.kit.builders import a_hold
from tests.kit.front_door import FrontDoor, Reply


class FrontDesk:
    """Asks as the owner of the tests' hotel, but for another caller or property."""

    def __init__(self, door: FrontDoor, caller: Caller = THE_OWNER, property_id: str = "lake-view") -> None:
        self.door = door
        self.caller = caller
        self.property_id = property_id

    def arrivals(self, **query: str) -> Reply:
        return self.ask("arrivals", query)

    def board(self, **query: str) -> Reply:
        return self.ask("board", query)

    def coming(self, **query: str) -> list[str]:
        return [arrival["booking_id"] for arrival in self.arrivals(**query).body["arrivals"]]

    def in_house(self, **query: str) -> dict[str, list[str]]:
        """Who sleeps in the Deluxe rooms, by night; nights with nobody are left out."""
        [deluxe] = [one for one in self.board(**query).body["room_types"] if one["room_type_id"] == "deluxe"]
        return {night["night"]: night["booking_ids"] for night in deluxe["nights"] if night["booking_ids"]}

    def table(self, what: str, **query: str) -> list[dict[str, str]]:
        """The rows of the table, each by its columns."""
        reply = self.raw_table(what, **query)
        assert reply.status == 200, reply.body
        return list(csv.DictReader(StringIO(reply.body, newline="")))

    def raw_table(self, what: str, **query: str) -> Reply:
        return self.ask(what, query, accept="text/csv")

    def block(self, first: str, last: str, rooms: int = 1, reason: str = "The lift is mended") -> str:
        """The id of a block of Deluxe rooms that was just made."""
        body = {"first_night": first, "last_night": last, "rooms": rooms, "reason": reason, "source": "maintenance"}
        owner: Any = {"user": self.caller.user, "groups": f"[{self.caller.role}]", "room_type_id": "deluxe"}
        reply = self.door.call("POST /room-types/{room_type_id}/blocks", body, key=f"{first}-{last}", **owner)
        assert reply.status == 201, reply.body
        block_id: str = reply.body["block_id"]
        return block_id

    def release(self, block_id: str) -> None:
        owner: Any = {"user": self.caller.user, "groups": f"[{self.caller.role}]", "room_type_id": "deluxe"}
        route = "DELETE /room-types/{room_type_id}/blocks/{block_id}"
        assert self.door.call(route, block_id=block_id, **owner).status == 200

    def ask(self, what: str, query: dict[str, str], accept: str = "application/json") -> Reply:
        """`what` is arrivals or board."""
        return self.door.call(
            f"GET /properties/{{property_id}}/{what}",
            user=self.caller.user,
            groups=f"[{self.caller.role}]",
            query=query or None,
            headers={"accept": accept},
            property_id=self.property_id,
        )


def put_booking(store: Store, number: int, check_in: date, check_out: date, **changes: Any) -> str:
    """A confirmed booking, as the table has it; its rooms are not taken from the page."""
    booking_id = "bk_" + "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}") + "a" * 23
    nights = (check_out - check_in).days
    booking: Booking = a_hold(
        booking_id, f"guest-{number}", check_in=check_in, check_out=check_out, night_prices=(1,) * nights
    )
    booking = msgspec.structs.replace(booking, **{"status": Status.CONFIRMED} | changes)
    store.table.put(put_action(store.table.name, booking_item(booking, store.due_shards)))
    return booking_id
