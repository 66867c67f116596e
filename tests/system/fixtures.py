"""Real stacks: one for each length of hold that the tests need, started by the first test that asks for it."""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.kit.template import ROOT
from tests.system.stack import RunningStack, attached_stack, running_stack

TODAY = datetime.now(UTC).date()
RULED = TODAY + timedelta(days=100)  # the first of the days that have rules, a week each


def _week(number: int, **rules: Any) -> dict[str, Any]:
    first = RULED + timedelta(days=7 * number)
    return {"first_night": first.isoformat(), "last_night": (first + timedelta(days=1)).isoformat(), **rules}


INN: dict[str, Any] = {
    "property_id": "inn",
    "name": "The Inn",
    "city": "Pune",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "cancellation_policy": [{"days_before": 1, "refund_percent": 100}],
    "room_types": [
        {
            "room_type_id": "only",
            "name": "The Only Room",
            "base_price": 100000,
            "discounted_price": None,
            "total_rooms": 1,
            "max_guests": 2,
        },
        {
            "room_type_id": "ruled",
            "name": "A room with rules",
            "base_price": 700000,
            "total_rooms": 20,
            "max_guests": 4,
            "occupancy": {
                "base_adults": 2,
                "max_adults": 3,
                "max_children": 2,
                "max_guests": 4,
                "extra_adult": 100000,
                "child_bands": [{"max_age": 12, "amount": 40000}],
            },
            "plans": [
                {"plan_id": "room-only", "name": "Room only"},
                {
                    "plan_id": "weekly",
                    "name": "A week",
                    "derived": {"percent_bp": -1000},
                    "min_stay": 7,
                    "max_stay": 10,
                },
                {"plan_id": "soon", "name": "Last minute", "book_from_days": 110},
                {"plan_id": "early", "name": "Early bird", "book_until_days": 120},
            ],
            "calendar": [
                _week(0, closed=True),
                _week(1, closed_to_arrival=True),
                _week(2, closed_to_departure=True),
                _week(3, min_stay_arrival=3),
                _week(4, min_stay_through=4),
                _week(5, max_stay=1),
            ],
        },
    ],
}
STRICT_INN = INN | {
    "property_id": "strict-inn",
    "name": "The Inn That Asks",
    "guest_required": True,
    "room_types": [{"room_type_id": "asks", "name": "Room", "base_price": 100000, "total_rooms": 5, "max_guests": 2}],
}
BRIEF_HOLD_SECONDS = 20  # room for a slow machine to pay in time, and still short enough to wait for


def demo_without_pictures() -> dict[str, Any]:
    """The demo's catalog without what would be drawn and uploaded beside the tests."""
    catalog: dict[str, Any] = json.loads((ROOT / "local" / "demo.json").read_text())
    for entry in catalog["properties"]:
        entry["pictures"] = []
    return catalog


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """So that each of two programs starts one stack."""
    for item in items:
        if "brief_stack" in getattr(item, "fixturenames", ()):
            item.add_marker("brief")


@pytest.fixture(scope="session")
def start_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RunningStack]]:
    """Starts stacks; after the last test of all, the audit of each must be clean."""
    with ExitStack() as running:
        catalog = tmp_path_factory.mktemp("catalog") / "demo.json"
        catalog.write_text(json.dumps(demo_without_pictures()))

        def start(**environment: str) -> RunningStack:
            folder = tmp_path_factory.mktemp("local")
            stack = running.enter_context(running_stack(folder, **{"CATALOG": str(catalog)} | environment))
            running.callback(lambda: stack.local("audit"))
            return stack

        yield start


@pytest.fixture(scope="session")
def long_stack(request: pytest.FixtureRequest) -> Iterator[RunningStack]:
    """As `make run` starts it: the demo's hotels, and ten minutes for each hold.

    RUNNING_STACK names the folder of one that runs already (`.local`): for work on the pages.
    """
    if folder := os.environ.get("RUNNING_STACK"):
        with attached_stack(Path(folder)) as stack:
            yield stack
    else:
        yield request.getfixturevalue("start_stack")()


@pytest.fixture(scope="session")
def brief_stack(start_stack: Callable[..., RunningStack], tmp_path_factory: pytest.TempPathFactory) -> RunningStack:
    """Holds last seconds; the catalog is a file of ours, with two hotels beside the demo's.

    One has one room, the other asks who stays.
    """
    catalog = demo_without_pictures()
    catalog["properties"] += [INN, STRICT_INN]
    catalog["wallets"].append({"user": "carol", "balance": 250000})
    file = tmp_path_factory.mktemp("catalog") / "inn.json"
    file.write_text(json.dumps(catalog))
    return start_stack(HOLD_SECONDS=str(BRIEF_HOLD_SECONDS), CATALOG=str(file))
