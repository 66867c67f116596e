"""Calls in bulk of the small hotel's owner."""

from typing import Any

from tests.component.owners.hotelier import Hotelier
from tests.kit.front_door import Reply

ARI = "/properties/{property_id}/ari"


def value(first: str, last: str, room_type_id: str = "deluxe", **settings: Any) -> dict[str, Any]:
    return {"room_type_id": room_type_id, "first_night": first, "last_night": last} | settings


def send(hotelier: Hotelier, *values: Any, **sent: Any) -> Reply:
    return hotelier.call(f"POST {ARI}", {"values": list(values)}, **{"property_id": "lake-view"} | sent)


def undo(hotelier: Hotelier, change_id: str) -> Reply:
    return hotelier.call(f"POST {ARI}/{{change_id}}/undo", property_id="lake-view", change_id=change_id)
