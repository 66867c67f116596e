"""The reserve use case itself, for races that a handler cannot be put into."""

from datetime import date
from typing import Any

from holdfast.bookings.requests import ReserveRequest
from holdfast.bookings.reserve import reserve
from holdfast.engine import Engine
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE


def a_request(**changes: Any) -> ReserveRequest:
    fields: dict[str, Any] = {
        "room_type_id": "deluxe",
        "check_in": date(2026, 12, 10),
        "check_out": date(2026, 12, 13),
        "rooms": 1,
        "guests": 1,
    }
    return ReserveRequest(**fields | changes)


def hold(
    request: ReserveRequest, store: Store, *, user_id: str = ALICE, key: str = "key-1", clock: FakeClock | None = None
) -> tuple[str, bool]:
    """The use case itself, for races that a handler cannot be put into."""
    booking, created = reserve(
        request, user_id=user_id, key=key, hold_seconds=600, engine=Engine(store, {}, clock or FakeClock())
    )
    return booking.booking_id, created
