"""Holds of a room type whose months are split into stripes."""

from datetime import date
from typing import Any

from holdfast.model.booking import Booking
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.guests import hold

DECEMBER = date(2026, 12, 10)


def held(store: Store, guest: str, **stay: Any) -> Booking:
    asked: dict[str, Any] = {"clock": FakeClock(), "check_in": DECEMBER, "nights": 2}
    return hold(store, guest, **asked | stay)
