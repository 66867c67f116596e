"""The owner of the small hotel, at the routes of an owner's calendar."""

from datetime import date
from typing import Any

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import page_key, rates_key
from holdfast.storage.store import Store
from tests.kit.front_door import OWNER, FrontDoor, Reply

CALENDAR = "/room-types/{room_type_id}/calendar"


class Hotelier:
    """Calls an owner's routes, and looks the nights up as anyone sees them."""

    def __init__(self, front_door: FrontDoor, store: Store, user: str = OWNER) -> None:
        self.door = front_door
        self.store = store
        self.user = user

    def call(self, route: str, body: Any = None, **sent: Any) -> Reply:
        return self.door.call(route, body, **{"user": self.user, "groups": "[owner]"} | sent)

    def change(self, *changes: dict[str, Any], room_type_id: str = "deluxe", **sent: Any) -> Reply:
        body = {"changes": list(changes)} | sent
        return self.call(f"PUT {CALENDAR}", body, room_type_id=room_type_id)

    def changed(self, *changes: dict[str, Any], room_type_id: str = "deluxe") -> str:
        """The id of a change that was just made."""
        reply = self.change(*changes, room_type_id=room_type_id)
        assert reply.status == 200, reply.body
        change_id: str = reply.body["change_id"]
        return change_id

    def undo(self, change_id: str, room_type_id: str = "deluxe") -> Reply:
        return self.call(f"POST {CALENDAR}/changes/{{change_id}}/undo", room_type_id=room_type_id, change_id=change_id)

    def history(self, room_type_id: str = "deluxe", **query: str) -> Reply:
        return self.call(f"GET {CALENDAR}/changes", query=query or None, room_type_id=room_type_id)

    def night(self, night: str, room_type_id: str = "deluxe") -> dict[str, Any]:
        """The night as anyone sees it in the calendar, without its date."""
        reply = self.door.call(f"GET {CALENDAR}", user=None, query={"month": night[:7]}, room_type_id=room_type_id)
        [found] = [dict(one) for one in reply.body["nights"] if one["date"] == night]
        del found["date"]
        return found

    def revisions(self, month: str = "2026-12", room_type_id: str = "deluxe") -> tuple[int, int]:
        """Of the page, and of its rates."""
        keys = page_key(room_type_id, month), rates_key(room_type_id, month)
        found = self.store.table.get(keys)
        page, rates = (found[key]["revision"] for key in keys)
        return page, rates


def nights(first: str, last: str, **settings: Any) -> dict[str, Any]:
    """An entry of a change."""
    return {"first_night": first, "last_night": last} | settings


def own_hotel(store: Store) -> None:
    CatalogStore(store.table).add_owner(OWNER, "lake-view")


PLAIN: dict[str, Any] = {"rooms_on_sale": 5, "rooms_free": 5, "price": 500_000}
TODAY = date(2026, 11, 22)
