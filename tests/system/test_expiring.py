"""A hold left alone, on a stack whose holds last seconds and whose catalog is a file of ours."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.system.fixtures import BRIEF_HOLD_SECONDS
from tests.system.stack import RunningStack

pytestmark = pytest.mark.system

HOLD_SECONDS = BRIEF_HOLD_SECONDS


@pytest.fixture
def stack(brief_stack: RunningStack) -> RunningStack:
    return brief_stack


def stay(days_ahead: int) -> dict[str, Any]:
    check_in = datetime.now(UTC).date() + timedelta(days=days_ahead)
    check_out = check_in + timedelta(days=2)
    return {
        "room_type_id": "only",
        "check_in": check_in.isoformat(),
        "check_out": check_out.isoformat(),
        "rooms": 1,
        "guests": 2,
    }


def test_an_unpaid_hold_expires_on_the_next_read_and_its_room_is_anothers_at_once(stack: RunningStack) -> None:
    first, second = stack.guest("first"), stack.guest("second")
    booking = first.post("/bookings", stay(20), key=uuid4().hex, status=201)
    assert 0 < booking["reservation_seconds_left"] <= HOLD_SECONDS
    sold_out = second.call("POST", "/bookings", stay(20), uuid4().hex)
    if booking["reservation_seconds_left"] and sold_out.status_code != 201:
        assert sold_out.json()["code"] == "sold_out"
    time.sleep(HOLD_SECONDS)
    shown = first.get(f"/bookings/{booking['booking_id']}")
    assert (shown["status"], shown["reservation_seconds_left"]) == ("expired", 0)
    second.post("/bookings", stay(20), key=uuid4().hex, status=201)
    body = {"payment_mode": "wallet_only", "wallet_applied": 0, "gateway_amount": 0}
    late = first.call("POST", f"/bookings/{booking['booking_id']}/finalize", body)
    assert (late.status_code, late.json()["code"]) == (410, "hold_expired")


def test_a_tick_reports_what_it_expired(stack: RunningStack) -> None:
    guest = stack.guest("third")
    booking = guest.post("/bookings", stay(40), key=uuid4().hex, status=201)
    time.sleep(HOLD_SECONDS)
    planned = json.loads(stack.local("tick", "--dry-run"))
    swept = json.loads(stack.local("tick"))
    assert {"expired", "lost_race", "failed", "remaining", "lag_seconds_max"} <= swept.keys()
    if swept["expired"] == 0:  # the minute's own rule was first
        swept["expired"] = stack.output.count(f"booking_id={booking['booking_id']}")
    else:
        assert booking["booking_id"] in json.dumps(planned)
    assert swept["expired"] >= 1
    assert swept["failed"] == 0


def test_the_rule_ticks_every_minute_by_itself(stack: RunningStack) -> None:
    guest = stack.guest("fourth")
    booking = guest.post("/bookings", stay(60), key=uuid4().hex, status=201)
    tagged = "[BOOKING_EXPIRED]"
    deadline = time.monotonic() + HOLD_SECONDS + 75
    while time.monotonic() < deadline:
        lines = [line for line in stack.output.splitlines() if tagged in line and booking["booking_id"] in line]
        if lines:
            return
        time.sleep(1)
    pytest.fail("no tick came within a minute and a bit")


def test_wallets_of_the_catalog_are_loaded_once(stack: RunningStack) -> None:
    assert stack.guest("carol").get("/wallet")["balance"] == 250000
