"""What the hotel's rules forbid is refused over HTTP with the rule, its day and a stay that can be held instead."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.system.fixtures import RULED
from tests.system.stack import RunningStack

pytestmark = pytest.mark.system


@pytest.fixture
def stack(brief_stack: RunningStack) -> RunningStack:
    return brief_stack


@pytest.mark.parametrize(
    ("rule", "value", "week", "first", "nights", "plan", "day"),
    [
        ("closed", True, 0, 0, 1, None, 0),
        ("closed_to_arrival", True, 1, 0, 1, None, 0),
        ("closed_to_departure", True, 2, -1, 2, None, 1),
        ("min_stay_arrival", 3, 3, 0, 2, None, 0),
        ("min_stay_through", 4, 4, 1, 1, None, 1),
        ("max_stay", 1, 5, 0, 2, None, 0),
        ("min_stay", 7, 6, 0, 6, "weekly", 0),
        ("max_stay", 10, 6, 0, 11, "weekly", 0),
        ("book_from_days", 110, 2, 3, 1, "soon", 3),
        ("book_until_days", 120, 2, 4, 1, "early", 4),
    ],
)
def test_a_refused_stay_names_one_that_can_be_held(
    stack: RunningStack, rule: str, value: int | bool, week: int, first: int, nights: int, plan: str | None, day: int
) -> None:
    guest = stack.guest(f"rules-{rule}-{value}".lower())
    check_in = RULED + timedelta(days=7 * week + first)
    asked: dict[str, Any] = {
        "room_type_id": "ruled",
        "rooms": 1,
        "occupancy": [{"adults": 2, "children": [9]}],
        **({"plan_id": plan} if plan else {}),
    }

    refused = guest.call("POST", "/bookings", asked | dates(check_in, nights), uuid4().hex)

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "restricted"), problem
    on = (RULED + timedelta(days=7 * week + day)).isoformat()
    assert {"rule": rule, "date": on, "value": value} in problem["restrictions"]
    instead = problem["alternatives"][0]
    stay = {name: instead[name] for name in ("check_in", "check_out")}
    held = guest.post("/bookings", asked | stay, key=uuid4().hex, status=201)
    assert held["pricing"]["total_payable"] == instead["total_payable"]
    guest.post(f"/bookings/{held['booking_id']}/cancel")


def dates(check_in: date, nights: int) -> dict[str, str]:
    return {"check_in": check_in.isoformat(), "check_out": (check_in + timedelta(days=nights)).isoformat()}
