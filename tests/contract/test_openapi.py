"""docs/openapi.json is what the code says: current, valid, and true of what the handlers answer."""

import ast
import json
import os
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from apidocs import openapi
from holdfast.http import Role
from holdfast.storage.store import Store
from tests.contract.openapi_examples import examples
from tests.kit.front_door import FrontDoor, base_events
from tests.kit.template import ROOT, template

DOCUMENT: dict[str, Any] = json.loads(openapi.DOCUMENT.read_text()) if openapi.DOCUMENT.exists() else {}
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT.get("paths", {}).items()
    for method, operation in methods.items()
}
REGISTERED = {route.key: (function, route) for function, route in openapi.routes()}


def test_the_examples_are_what_the_handlers_answer(front_door: FrontDoor, store: Store) -> None:
    """`make openapi` records them again."""
    recorded = json.dumps(examples(front_door, store), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
    if os.environ.get("HOLDFAST_RECORD"):
        openapi.EXAMPLES.write_text(recorded)

    assert openapi.EXAMPLES.read_text() == recorded


def test_the_description_is_current() -> None:
    assert openapi.DOCUMENT.read_text() == openapi.text(), "run: make openapi"


def test_the_description_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DOCUMENT).validate()


def test_the_described_routes_are_the_registered_and_the_deployed_ones() -> None:
    assert set(OPERATIONS) == set(REGISTERED) == set(deployed_routes())


def test_each_route_is_deployed_to_the_function_that_registers_it() -> None:
    assert {key: function for key, (function, _) in REGISTERED.items()} == {
        key: Path(function["CodeUri"]).name for key, (function, _) in deployed_routes().items()
    }


def test_the_authorizer_guards_exactly_the_routes_for_guests_and_admins() -> None:
    guarded = {key for key, (_, event) in deployed_routes().items() if event.get("Auth") != {"Authorizer": "NONE"}}

    assert guarded == {key for key, (_, route) in REGISTERED.items() if route.who in openapi.SIGNED_IN}
    assert guarded == {key for key, operation in OPERATIONS.items() if "AccessToken" in str(operation["security"])}


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OWNER])
def test_the_paths_of_a_group_are_for_its_members(role: Role) -> None:
    """Owners have those of hotels besides, where what is their own is changed."""
    theirs = {key for key, (_, route) in REGISTERED.items() if route.who is role}
    named = {key for key in REGISTERED if key.partition(" ")[2].startswith(f"/{role}/")}
    hotels = ("/properties", "/room-types") if role is Role.OWNER else ()

    assert named <= theirs
    assert all(key.partition(" ")[2].startswith(hotels) for key in theirs - named)


def test_every_route_has_an_event_to_try_it_with() -> None:
    assert set(base_events()) == set(REGISTERED)


def test_every_operation_has_its_own_name() -> None:
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("key", REGISTERED)
def test_a_handler_reads_the_body_and_the_query_that_its_route_declares(key: str) -> None:
    function, route = REGISTERED[key]
    tree = ast.parse((ROOT / "functions" / function / "app.py").read_text())
    [handler] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == route.handler.__name__
    ]
    read = {
        (call.func.attr, ast.unparse(call.args[0]))
        for call in ast.walk(handler)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in {"body", "query"}
    }
    idempotent = any(isinstance(node, ast.Attribute) and node.attr == "idempotency_key" for node in ast.walk(handler))

    declared = {("body", route.body), ("query", route.query)}
    assert read == {(part, struct.__name__) for part, struct in declared if struct}
    assert idempotent == route.idempotent


@pytest.mark.parametrize("key", REGISTERED)
def test_every_example_fits_its_schema(key: str) -> None:
    operation = OPERATIONS[key]
    answers = [
        (content["schema"], example)
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for example in _examples(content)
    ]
    sent = [
        (content["schema"], content["example"])
        for content in operation.get("requestBody", {}).get("content", {}).values()
    ]
    given = [(part["schema"], part["example"]) for part in operation.get("parameters", ()) if "example" in part]

    assert {status for status in operation["responses"] if status < "300"} == {
        str(status) for status in REGISTERED[key][1].answers
    }
    for schema, example in [*answers, *sent, *given]:
        OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(example)


def test_a_401_says_how_to_sign_in() -> None:
    for operation in OPERATIONS.values():
        headers = operation["responses"].get("401", {}).get("headers", {})
        assert ("WWW-Authenticate" in headers) == ("AccessToken" in str(operation["security"]))


def test_every_code_of_the_contract_is_described() -> None:
    described = {
        part["code"]["enum"][0] if "enum" in part["code"] else part["code"]["const"]
        for schema in DOCUMENT["components"]["schemas"].values()
        if {"enum", "const"} & (part := schema.get("properties", {})).get("code", {}).keys()
    }

    assert described == {
        *("invalid_request", "idempotency_key_required", "unauthenticated", "forbidden", "not_found"),
        *(
            "payment_declined",
            "sold_out",
            "restricted",
            "price_changed",
            "insufficient_wallet",
            "promo_exhausted",
            "already_paid",
        ),
        *(
            "not_payable",
            "not_cancellable",
            "stay_conflict",
            "in_progress",
            "hold_expired",
            "idempotency_key_reused",
            "promo_invalid",
        ),
        *("guest_required", "not_revivable", "below_sold", "too_many_calls", "changed_since", "version_mismatch"),
        *("too_many_holds", "too_many_topups", "too_many_tries", "busy", "amount_too_small"),
    }


def test_a_request_schema_takes_what_the_code_takes_and_nothing_more(front_door: FrontDoor) -> None:
    """Patterns are written for Python and for JSON Schema: both end at the end of the text, not before a newline."""
    schema = {**DOCUMENT["components"]["schemas"]["ReserveRequest"], "components": DOCUMENT["components"]}
    good: dict[str, Any] = json.loads(json.dumps(OPERATIONS["POST /bookings"]["requestBody"]))["content"][
        "application/json"
    ]["example"]
    validator = OAS31Validator(schema)

    assert validator.is_valid(good)
    assert not validator.is_valid(good | {"price": 1})
    for wrong in ({"rooms": 10}, {"rooms": "1"}, {"room_type_id": "../x"}, {"guests": 0}):
        assert not validator.is_valid(good | wrong)
        assert front_door.call("POST /bookings", good | wrong, key="k").status == 422


def deployed_routes() -> dict[str, tuple[dict[str, Any], dict[str, Any]]]:
    """The function's and the event's properties of each route in the template."""
    found = {}
    for resource in template()["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            for event in resource["Properties"].get("Events", {}).values():
                if event["Type"] == "HttpApi":
                    route = event["Properties"]
                    found[f"{route['Method']} {route['Path']}"] = (resource["Properties"], route)
    return found


def _examples(content: dict[str, Any]) -> list[Any]:
    return [content["example"]] if "example" in content else [one["value"] for one in content["examples"].values()]
