"""An owner's front desk, as examples of its routes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.kit.front_door import BOB, OWNER, request_for

if TYPE_CHECKING:
    from tests.contract.openapi_examples import ExampleRecorder

STAY: dict[str, Any] = {"check_in": "2026-12-27", "check_out": "2026-12-30", "rooms": 2, "guests": 4}
CSV = {"accept": "text/csv"}
OCCUPANCY = [{"adults": 2, "children": [7]}, {"adults": 1, "children": []}]


def receive_guests(recorder: ExampleRecorder) -> None:
    """On days that the other examples leave alone."""
    coming = recorder.door.held(BOB, **STAY | {"occupancy": OCCUPANCY})
    recorder.door.put_guest(coming, BOB)
    recorder.door.confirm(coming)
    arrivals, board = (f"GET /properties/{{property_id}}/{what}" for what in ("arrivals", "board"))
    for route, query in ((arrivals, {"date": "2026-12-27"}), (board, {"first_night": "2026-12-26", "nights": "3"})):
        recorder.call(route, group="owner", query=query, property_id="lake-view")
        sent = request_for(
            route, user=OWNER, groups="[owner]", query=query, headers=CSV, path={"property_id": "lake-view"}
        )
        recorder.examples[route]["table"] = recorder.door.send(sent).body
