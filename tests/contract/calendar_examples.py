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
