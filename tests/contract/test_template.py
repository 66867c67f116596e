"""The template and the functions agree: each route has its handler, each handler its rights, and no more."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.contract.function_scenarios import DYNAMODB_SCENARIOS
from tests.kit.apps import engine_home
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import FrontDoor, base_events, routes
from tests.kit.template import ROOT, functions, http_events, template

# The right that each operation needs; a transaction needs those of its actions.
RIGHTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


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


def needed(recorder: DynamoDBRecorder) -> set[tuple[str, str]]:
    """What IAM would have asked for."""
    found = set()
    for request in recorder.requests:
        if request.operation == "TransactWriteItems":
            found |= {(RIGHTS[kind], "table") for action in request.body["TransactItems"] for kind in action}
        else:
            found.add((request.operation, request.resource))
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


@contextmanager
def watched(front_door: FrontDoor, names: list[str]) -> Iterator[dict[str, DynamoDBRecorder]]:
    """What each function sends to DynamoDB meanwhile."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            store: Store = engine_home(front_door.app(name)).engine.store
            found[name] = stack.enter_context(DynamoDBRecorder(store.table.client, store.table.name))
        yield found


@pytest.mark.moto
@pytest.mark.parametrize(("function", "work"), DYNAMODB_SCENARIOS.items())
def test_a_function_may_do_what_it_does(
    function: str,
    work: Callable[[FrontDoor, FakeClock, Store], None],
    front_door: FrontDoor,
    hotel: CatalogStore,
    clock: FakeClock,
    store: Store,
) -> None:
    hotel.add_promo(a_promo())
    with watched(front_door, [function]) as recorder:
        work(front_door, clock, store)

    used = needed(recorder[function])
    assert used
    assert used - allowed(function) == set(), "IAM would refuse this"


@pytest.mark.parametrize("function", sorted(functions()))
def test_no_function_may_change_or_read_more_than_items(function: str) -> None:
    actions = {action for action, _ in allowed(function)}

    assert actions <= {
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
