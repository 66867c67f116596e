"""An owner's calendar, as examples of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.contract.openapi_examples import ExampleRecorder

CALENDAR = "/room-types/{room_type_id}/calendar"


def run_a_calendar(recorder: ExampleRecorder) -> None:
    """Of a room type that the other examples leave alone."""
    suite: dict[str, Any] = {"room_type_id": "suite", "group": "owner"}
    season = {"first_night": "2027-01-08", "last_night": "2027-01-10", "weekdays": ["fri", "sat"]}
    change = {"changes": [season | {"price": 1_500_000, "min_stay_arrival": 2}]}
    recorder.door.held(key="weekend", room_type_id="suite", check_in="2027-01-09", check_out="2027-01-10")
    recorder.call(f"PUT {CALENDAR}", change | {"dry_run": True}, **suite)
    made = recorder.call(f"PUT {CALENDAR}", change, **suite)
    recorder.call(f"GET {CALENDAR}/changes", **suite)
    undo = f"POST {CALENDAR}/changes/{{change_id}}/undo"
    recorder.call(undo, change_id=made["change_id"], **suite)
    values = [
        season | {"room_type_id": "suite", "price": 1_400_000, "rooms_on_sale": 2},
        season | {"room_type_id": "penthouse", "price": 9_000_000},
    ]
    property_: dict[str, Any] = {"property_id": "lake-view", "group": "owner"}
    bulk = recorder.call("POST /properties/{property_id}/ari", {"values": values}, **property_)
    nights = {"first_night": "2027-01-08", "last_night": "2027-01-09"}
    recorder.call("GET /properties/{property_id}/ari", query=nights, **property_)
    recorder.call("POST /properties/{property_id}/ari/{change_id}/undo", change_id=bulk["change_id"], **property_)
    carpets = nights | {"rooms": 1, "reason": "New carpets", "source": "maintenance"}
    blocks = "/room-types/{room_type_id}/blocks"
    recorder.call(f"POST {blocks}", carpets, key="carpets", status=201, **suite)
    block = recorder.call(f"POST {blocks}", carpets, key="carpets", **suite)
    recorder.call(f"GET {blocks}", **suite)
    recorder.call(f"DELETE {blocks}/{{block_id}}", block_id=block["block_id"], **suite)
