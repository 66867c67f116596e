"""What operators are given besides alarms: saved queries over fields that the code really writes; what is kept."""

import json
import re
from typing import Any

import pytest

from holdfast.http import Api
from holdfast.logs import Tag
from holdfast.store import Store
from tests.conftest import FakeClock, template
from tests.front_door.tour import examples
from tests.unit.front_door import FrontDoor
from tests.unit.log_lines import LogLines

RESOURCES: dict[str, Any] = template()["Resources"]
QUERIES = {
    name: resource["Properties"]
    for name, resource in RESOURCES.items()
    if resource["Type"] == "AWS::Logs::QueryDefinition"
}
WORDS = {
    *("fields", "filter", "sort", "stats", "limit", "desc", "asc", "by", "as", "in", "sum", "count", "pct", "max"),
    *("bin", "strcontains", "h", "d"),
}


def fields_of(query: str) -> set[str]:
    """The names that a query takes from the lines: not its words, its texts, its numbers, its own new names."""
    bare = re.sub(r'"[^"]*"', "", query)
    made = set(re.findall(r"\bas (\w+)", bare))
    found = set(re.findall(r"@?[A-Za-z_][\w.]*", re.sub(r"\b\d+[a-z]?\b", "", bare)))
    return {name for name in found - made - WORDS if not name.startswith("@")}


@pytest.fixture
def written(front_door: FrontDoor, store: Store, clock: FakeClock, lines: LogLines) -> set[str]:
    """The names of all fields in the lines of a whole tour, with a payment refused and a hold expired."""
    examples(front_door, store)
    booking_id = front_door.held(key="unpaid")
    front_door.pay(booking_id, 1)
    clock.advance(600)
    front_door.expire()
    return {name for line in lines.text.getvalue().splitlines() for name in _names(json.loads(line))}


@pytest.mark.parametrize("name", sorted(set(QUERIES) - {"SlowestRequestsQuery"}))
def test_a_query_asks_for_fields_that_the_code_writes(name: str, written: set[str]) -> None:
    asked = fields_of(QUERIES[name]["QueryString"])

    assert asked
    assert asked - written == set(), "no line has these"


def test_the_query_for_slow_requests_asks_for_what_the_access_log_has() -> None:
    written = json.loads(RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"])

    assert fields_of(QUERIES["SlowestRequestsQuery"]["QueryString"]) <= set(written)


def test_a_query_names_tags_that_there_are() -> None:
    for query in QUERIES.values():
        named = set(re.findall(r'"([A-Z]+_[A-Z_]+)"', query["QueryString"]))
        assert named <= set(Tag)


def test_there_is_a_query_for_each_question() -> None:
    assert {query["Name"].partition("/")[2] for query in QUERIES.values()} == {
        "Why did this booking end so",
        "Payment failures by reason",
        "Expiry rate",
        "Wallet share",
        "Timer accuracy",
        "Rooms released an hour",
        "Slowest requests",
    }


def test_every_log_group_forgets_in_time_and_every_function_has_one() -> None:
    groups = {name: found for name, found in RESOURCES.items() if found["Type"] == "AWS::Logs::LogGroup"}
    used = {
        resource["Properties"]["LoggingConfig"]["LogGroup"]
        for resource in RESOURCES.values()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert all(group["Properties"]["RetentionInDays"] == "LogRetentionDays" for group in groups.values())
    assert used == set(groups) - {"ApiLogs"}


def test_the_table_is_encrypted_recoverable_and_kept() -> None:
    table = RESOURCES["Table"]

    assert table["Properties"]["SSESpecification"] == {"SSEEnabled": True}
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == ["IsProd", "Retain", "Delete"]


def test_every_parameter_says_what_it_takes() -> None:
    for name, parameter in template()["Parameters"].items():
        limits = {"AllowedValues", "AllowedPattern", "MinValue", "MaxValue"} & set(parameter)
        assert limits or parameter["Type"] == "CommaDelimitedList", name
        assert "Default" in parameter, name


def _names(line: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, value in line.items():
        found.add(before + name)
        if isinstance(value, dict):
            found |= _names(value, f"{before}{name}.")
    return found


def test_no_handler_keeps_an_api_without_routes(front_door: FrontDoor) -> None:
    for name in ("reserve", "bookings", "finalize", "wallet", "catalog", "cancel", "topup", "webhook", "settle"):
        api = front_door.app(name).api
        assert isinstance(api, Api)
        assert api.routes
