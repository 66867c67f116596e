"""What is kept of a stack and for how long, and what its parameters take."""

import json
import re
from typing import Any

import pytest

from apidocs import openapi
from holdfast.http import Api, Role
from tests.kit.front_door import FrontDoor
from tests.kit.template import ROOT, functions, template

RESOURCES: dict[str, Any] = template()["Resources"]
PARAMETERS: dict[str, Any] = template()["Parameters"]


def test_every_log_group_forgets_in_time_and_every_function_has_one() -> None:
    groups = {name: found for name, found in RESOURCES.items() if found["Type"] == "AWS::Logs::LogGroup"}
    used = {
        resource["Properties"]["LoggingConfig"]["LogGroup"]
        for resource in RESOURCES.values()
        if resource["Type"] == "AWS::Serverless::Function"
    }

    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {
        "LogRetentionDays",
        "TrailRetentionDays",
    }
    assert used == set(groups) - {"ApiLogs"}


def test_the_money_trail_is_kept_by_its_own_rule_without_gaps_or_debug_lines() -> None:
    """Of the functions that may ask a gateway, or write into wallets. The default level would drop it, or add to it."""
    moving = {
        name
        for name, properties in functions().items()
        if name == "wallet" or "secretsmanager:GetSecretValue" in str(properties.get("Policies"))
    }

    assert len(moving) == 7
    for name, properties in functions().items():
        group = RESOURCES[properties["LoggingConfig"]["LogGroup"]]
        is_trail = name in moving
        kept = ["IsProd", "Retain", "Delete"] if is_trail else "Delete"
        assert group["DeletionPolicy"] == group["UpdateReplacePolicy"] == kept, name
        assert (group["Properties"]["RetentionInDays"] == "TrailRetentionDays") is is_trail, name
        level = properties["Environment"]["Variables"].get("POWERTOOLS_LOG_LEVEL")
        assert level == ("INFO" if is_trail else None), name
    assert PARAMETERS["TrailRetentionDays"]["Default"] >= 365


def test_the_template_is_plain_ascii() -> None:
    """CloudFormation turns other letters into question marks in some texts."""
    assert (ROOT / "template.yaml").read_text().isascii()


def test_what_has_one_namespace_for_all_regions_is_named_with_its_region() -> None:
    for resource, name in (
        ("Dashboard", "DashboardName"),
        ("PageShells", "Name"),
        ("SiteAccess", "OriginAccessControlConfig"),
        ("PageHeaders", "ResponseHeadersPolicyConfig"),
        ("SiteBucket", "BucketName"),
    ):
        named = RESOURCES[resource]["Properties"][name]
        assert "${AWS::Region}" in str(named["Name"] if isinstance(named, dict) else named), resource


def test_the_table_is_encrypted_recoverable_and_kept() -> None:
    table = RESOURCES["Table"]

    assert table["Properties"]["SSESpecification"] == {
        "SSEEnabled": True,
        "SSEType": "KMS",
        "KMSMasterKeyId": ["HasKey", "KeyArn", "AWS::NoValue"],
    }
    assert table["Properties"]["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == ["IsProd", "Retain", "Delete"]


def test_every_parameter_says_what_it_takes() -> None:
    for name, parameter in PARAMETERS.items():
        assert {"AllowedValues", "AllowedPattern", "MinValue", "MaxValue"} & set(parameter), name
        assert "Default" in parameter, name


def is_origin(text: str) -> bool:
    """Whether the stack may be deployed with that origin; CloudFormation holds each of the list to the pattern."""
    return re.fullmatch(PARAMETERS["CorsOrigins"]["AllowedPattern"], text) is not None


@pytest.mark.parametrize(
    "origin",
    [
        "https://book.example.com",
        "https://localhost:8443",
        "http://localhost",
        "http://localhost:3000",
        "http://127.0.0.1:4569",
        PARAMETERS["CorsOrigins"]["Default"],
    ],
)
def test_pages_by_https_and_of_ones_own_machine_may_call(origin: str) -> None:
    assert is_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "https://*",
        "https://*.example.com",
        "http://book.example.com",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "https://book.example.com/",
        "https://book.example.com/page",
        "https://someone@book.example.com",
        "https://",
        "null",
        "",
        "file://",
        "https://a.example https://b.example",
    ],
)
def test_no_other_origin_can_be_deployed(origin: str) -> None:
    assert not is_origin(origin)


def limit(settings: dict[str, str], name: str) -> int:
    """A throttle, as a stack with the defaults has it."""
    value: int = PARAMETERS[settings[name]]["Default"]
    return value


def test_all_routes_together_are_throttled() -> None:
    settings = RESOURCES["Api"]["Properties"]["DefaultRouteSettings"]

    assert 0 < limit(settings, "ThrottlingRateLimit") <= 1000
    assert 0 < limit(settings, "ThrottlingBurstLimit") <= 2000


def test_each_open_and_each_costly_route_has_a_throttle_below_that() -> None:
    """HTTP APIs take no settings for a route that they do not have, so each must be spelled as it is deployed."""
    api = RESOURCES["Api"]["Properties"]
    throttled = set(api["RouteSettings"])
    who = {route.key: route.who for _, route in openapi.routes()}

    assert throttled <= set(who)
    assert throttled >= {key for key, may in who.items() if may in {Role.ANYONE, Role.GATEWAY}}
    assert throttled >= {"POST /bookings", "POST /bookings/{booking_id}/payment", "GET /bookings/{booking_id}/pricing"}
    for settings in api["RouteSettings"].values():
        for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit"):
            assert 0 < limit(settings, name) < limit(api["DefaultRouteSettings"], name)


def test_a_route_that_asks_a_gateway_has_the_lowest_rate() -> None:
    """Its first read of each guest is free of the account's count; all guests together have this rate."""
    rates = {name: PARAMETERS[f"{name}RouteRate"]["Default"] for name in ("Open", "Costly", "Paying")}

    assert min(rates.values()) == rates["Paying"]


def test_a_vault_that_was_kept_is_in_no_other_vaults_way() -> None:
    """It stays with its copies when backups end or the key changes, and its name with it."""
    vault = RESOURCES["BackupVault"]

    assert vault["DeletionPolicy"] == vault["UpdateReplacePolicy"] == "Retain"
    assert vault["Properties"]["BackupVaultName"][:2] == ["NamesVault", "BackupVaultName"]


def test_the_access_log_says_who_asked_for_what_and_nothing_secret() -> None:
    written = json.loads(RESOURCES["Api"]["Properties"]["AccessLogSettings"]["Format"])

    assert {"requestId", "route", "status", "sourceIp", "sub"} <= set(written)
    assert not re.search("header|query|body|email|authorizer.(?!claims.sub)", " ".join(written.values()), re.IGNORECASE)


def test_lambda_writes_no_lines_of_its_own_and_drops_none_of_ours() -> None:
    """Powertools takes the level that Lambda filters by for its own, so the two must be the same for each function."""
    shared = template()["Globals"]["Function"]
    assert shared["LoggingConfig"] == {
        "LogFormat": "JSON",
        "SystemLogLevel": "WARN",
        "ApplicationLogLevel": shared["Environment"]["Variables"]["POWERTOOLS_LOG_LEVEL"],
    }
    assert template()["Parameters"]["LogLevel"]["AllowedValues"] == ["DEBUG", "INFO"]
    for name, properties in functions().items():
        own = properties["Environment"]["Variables"].get("POWERTOOLS_LOG_LEVEL")
        assert properties["LoggingConfig"].get("ApplicationLogLevel") == own, name


def test_no_handler_keeps_an_api_without_routes(front_door: FrontDoor) -> None:
    for name in (
        "reserve",
        "bookings",
        "finalize",
        "wallet",
        "catalog",
        "cancel",
        "topup",
        "webhook",
        "settle",
        "calendar",
        "arrivals",
        "register",
        "reviews",
        "figures",
    ):
        api = front_door.app(name).api
        assert isinstance(api, Api)
        assert api.routes
