"""What is kept of a stack and for how long, and what its parameters take."""

from typing import Any

from holdfast.http import Api
from tests.conftest import template
from tests.unit.front_door import FrontDoor

RESOURCES: dict[str, Any] = template()["Resources"]


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


def test_no_handler_keeps_an_api_without_routes(front_door: FrontDoor) -> None:
    for name in ("reserve", "bookings", "finalize", "wallet", "catalog", "cancel", "topup", "webhook", "settle"):
        api = front_door.app(name).api
        assert isinstance(api, Api)
        assert api.routes
