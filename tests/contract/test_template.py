"""The template and the functions agree: each route has its handler, each handler its rights, and no more."""

import pytest

from tests.kit.front_door import base_events, routes
from tests.kit.template import ROOT, functions, http_events, template


def allowed(function: str) -> set[tuple[str, str]]:
    """What the function's policy lets it do to the table and to its indexes."""
    found = set()
    for policy in functions()[function].get("Policies", []):
        for statement in policy["Statement"] if isinstance(policy, dict) else []:
            actions = statement["Action"]
            resources = statement["Resource"]
            for action in actions if isinstance(actions, list) else [actions]:
                for resource in resources if isinstance(resources, list) else [resources]:
                    where = "table" if resource == "Table.Arn" else str(resource).removeprefix("${Table.Arn}/")
                    if action.startswith("dynamodb:"):
                        found.add((action.removeprefix("dynamodb:"), where))
    return found


def test_every_function_is_deployed_and_every_deployed_function_is_there() -> None:
    assert set(functions()) == {path.parent.name for path in (ROOT / "functions").glob("*/app.py")}


def test_every_route_has_its_handler_and_every_handler_its_route() -> None:
    wired = {
        f"{event['Method']} {event['Path']}": function
        for function, properties in functions().items()
        for event in http_events(properties)
    }

    assert wired == routes()


def test_only_the_catalog_the_proof_and_the_webhooks_are_open() -> None:
    open_routes = {
        f"{event['Method']} {event['Path']}"
        for properties in functions().values()
        for event in http_events(properties)
        if event.get("Auth", {}).get("Authorizer") == "NONE"
    }

    assert {route for route in open_routes if not route.startswith("POST /webhooks/")} == {
        "GET /properties",
        "GET /properties/{property_id}",
        "GET /room-types/{room_type_id}/calendar",
        "GET /proof",
    }


def test_every_route_has_an_event_to_try_it_with() -> None:
    assert set(base_events()) >= set(routes()) - {"POST /webhooks/{gateway}"}


def test_every_variable_that_the_settings_read_is_set_by_the_template_or_has_a_default() -> None:
    everywhere = set(template()["Globals"]["Function"]["Environment"]["Variables"])

    assert {"TABLE_NAME", "HOLD_SECONDS", "DUE_SHARDS", "POWERTOOLS_METRICS_NAMESPACE"} <= everywhere
    for function, properties in functions().items():
        own = set(properties.get("Environment", {}).get("Variables", {}))
        assert "POWERTOOLS_SERVICE_NAME" in own, function
        if any(event.get("Auth", {}).get("Authorizer") != "NONE" for event in http_events(properties)):
            assert "COGNITO_CLIENT_ID" in own, function


@pytest.mark.parametrize("function", sorted(functions()))
def test_no_function_may_change_or_read_more_than_items(function: str) -> None:
    actions = {action for action, _ in allowed(function)}
    changes = {"DescribeStream", "GetRecords", "GetShardIterator"} if function == "audit" else set()

    assert actions - changes <= {
        "BatchGetItem",
        "ConditionCheckItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "UpdateItem",
    }
    assert ("Scan" in actions) <= (function == "audit")


def test_looking_changes_nothing() -> None:
    assert {action for action, _ in allowed("catalog")} <= {"BatchGetItem", "Query"}
