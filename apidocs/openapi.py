"""`python -m apidocs.openapi`: writes docs/openapi.json, one description of all functions' routes, made from the code.

Routes, callers, bodies, answers and refusals are those that the handlers declare to `Api.route`; schemas are those of
the models that the handlers read and write; examples are answers recorded from the handlers themselves.
"""

import importlib.util
import json
import os
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any
from unittest.mock import patch

from apidocs.parameters import header_parameters, path_parameters, query_parameters
from apidocs.problems import GatewayMessage, document_of, example_of
from apidocs.schemas import REFERENCE, models_by_name
from holdfast import errors
from holdfast.errors import BookingError
from holdfast.http import CSV_MEDIA_TYPE, PROBLEM_MEDIA_TYPE, Api, Role, Route
from local.tools import ROOT

DOCUMENT = ROOT / "docs" / "openapi.json"
EXAMPLES = ROOT / "apidocs" / "examples.json"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "TABLE_NAME": "described-not-called",
    "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
    "POWERTOOLS_SERVICE_NAME": "openapi",
}
MAKES = {
    "POST /bookings": "booking_id",
    "POST /bookings/{booking_id}/revive": "booking_id",
    "POST /wallet/topups": "topup_id",
    "POST /room-types/{room_type_id}/blocks": "block_id",
    "POST /properties": "property_id",
    "POST /properties/{property_id}/room-types": "room_type_id",
}
ANY_CALL = (errors.Busy,)
SECURITY = {
    Role.ANYONE: [],
    Role.GUEST: [{"AccessToken": []}],
    Role.OWNER: [{"AccessToken": ["owner"]}],
    Role.ADMIN: [{"AccessToken": ["admin"]}],
    Role.GATEWAY: [{"StripeSignature": []}, {"RazorpaySignature": []}],
}
SIGNED_IN = frozenset({Role.GUEST, Role.OWNER, Role.ADMIN})
SCHEMES = {
    "AccessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token of the user pool's own client; ID tokens are refused. "
        "Routes with the role `admin` or `owner` need the group of that name in it.",
    },
    "StripeSignature": {"type": "apiKey", "in": "header", "name": "Stripe-Signature"},
    "RazorpaySignature": {"type": "apiKey", "in": "header", "name": "X-Razorpay-Signature"},
}


@cache
def routes() -> tuple[tuple[str, Route], ...]:
    """Every route that a handler registers, with the name of its function."""
    found: list[tuple[str, Route]] = []
    with patch.dict(os.environ, ENVIRONMENT):
        for path in sorted((ROOT / "functions").glob("*/app.py")):
            spec = importlib.util.spec_from_file_location(f"described.{path.parent.name}", path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            api = getattr(module, "api", None)
            if isinstance(api, Api):
                found += ((path.parent.name, route) for route in api.routes.values())
    return tuple(found)


def document(examples: Mapping[str, Any]) -> dict[str, Any]:
    """The whole OpenAPI document."""
    found = sorted(routes(), key=lambda pair: (pair[1].key.partition(" ")[2], pair[1].key))
    schemas = _schemas([route for _, route in found])
    paths: dict[str, Any] = {}
    for function, route in found:
        method, _, path = route.key.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _operation(function, route, examples[route.key])
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Holdfast",
            "version": version("holdfast"),
            "summary": "Hold hotel rooms, pay for them, get a confirmed booking",
            "description": "Amounts are integers in minor units, instants RFC 3339 in UTC, dates `YYYY-MM-DD`. "
            "Unknown fields are refused. Errors are problem documents (RFC 9457) with a stable `code`.",
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com",
                "variables": {"api": {"default": "api-id"}, "region": {"default": "ap-south-1"}},
            }
        ],
        "paths": paths,
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SCHEMES},
    }


def _schemas(found: list[Route]) -> dict[str, Any]:
    """All that is sent and answered, by name. Bodies refuse unknown fields; answers may gain some one day."""
    bodies = {route.body for route in found if route.body}
    problems = {document_of(refusal) for route in found for refusal in refusals(route)}
    answers = {shape for route in found for shape in route.answers.values()} | problems | {GatewayMessage}
    answered = models_by_name(answers, "serialization")
    for schema in answered.values():
        schema.pop("additionalProperties", None)
    return answered | models_by_name(bodies, "validation")


def refusals(route: Route) -> set[type[BookingError]]:
    """All that the route may refuse with: its use case's own, and those that its parts bring with them."""
    found = {*route.refusals, *ANY_CALL}
    if route.who in SIGNED_IN:
        found.add(errors.Unauthenticated)
    if route.who in {Role.OWNER, Role.ADMIN}:
        found.add(errors.Forbidden)
    if "{" in route.key:
        found.add(errors.NotFound)
    if route.who is not Role.GATEWAY:  # which may send any query; everybody else sends what the route declares
        found.add(errors.InvalidFields)
    if route.body:
        found.add(errors.MalformedRequest)
    if route.versioned:
        found |= {errors.VersionMismatch, errors.MalformedRequest}
    if route.idempotent:
        found |= {errors.IdempotencyKeyRequired, errors.MalformedRequest}
    return found


def _operation(function: str, route: Route, example: Mapping[str, Any]) -> dict[str, Any]:
    summary, _, description = (route.handler.__doc__ or "").strip().partition(". ")
    operation: dict[str, Any] = {
        "operationId": route.handler.__name__,
        "tags": [function],
        "summary": summary.rstrip("."),
        "security": SECURITY[route.who],
    }
    if description:
        operation["description"] = description
    parameters = [*path_parameters(route, example), *header_parameters(route), *query_parameters(route, example)]
    if parameters:
        operation["parameters"] = parameters
    if route.body:
        content = {"schema": {"$ref": REFERENCE.format(model=route.body.__name__)}, "example": example.get("body", {})}
        required = any(field.is_required() for field in route.body.model_fields.values())
        operation["requestBody"] = {"required": required, "content": {"application/json": content}}
    elif route.who is Role.GATEWAY:
        content = {"schema": {"type": "object"}, "example": example["body"]}
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    operation["responses"] = _responses(route, example)
    return operation


def _responses(route: Route, example: Mapping[str, Any]) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, struct in route.answers.items():
        content = {
            "schema": {"$ref": REFERENCE.format(model=struct.__name__)},
            "example": example["answers"][str(status)],
        }
        table = {}
        if route.csv:
            media_type = CSV_MEDIA_TYPE.partition(";")[0]
            table[media_type] = {"schema": {"type": "string"}, "example": example["table"]}
        responses[str(status)] = _links(route) | {
            "description": "The same answer as the first time" if len(route.answers) > 1 and status == 200 else "Done",
            "content": {"application/json": content, **table},
        }
    if route.cache_seconds is not None:
        text = {"schema": {"type": "string"}}
        headers = {
            "ETag": {"description": "Of this answer's bytes"} | text,
            "Cache-Control": {"description": "How long a shared cache may keep it"} | text,
        }
        responses["200"]["headers"] = headers
        responses["304"] = {"description": "As the caller has it", "headers": headers}
    by_status: dict[int, list[type[BookingError]]] = {}
    for refusal in sorted(refusals(route), key=lambda refusal: (refusal.status, refusal.code)):
        by_status.setdefault(refusal.status, []).append(refusal)
    for status, refused in by_status.items():
        references = [{"$ref": REFERENCE.format(model=document_of(refusal).__name__)} for refusal in refused]
        responses[str(status)] = {
            "description": "; or: ".join(refusal.title for refusal in refused),
            "content": {
                PROBLEM_MEDIA_TYPE: {
                    "schema": references[0] if len(references) == 1 else {"oneOf": references},
                    "examples": {refusal.code: {"value": example_of(refusal)} for refusal in refused},
                }
            },
        }
    for waiting in {"429", "503"} & set(responses):
        retry = {"schema": {"type": "integer"}, "description": "Seconds to wait before the repeat"}
        responses[waiting]["headers"] = {"Retry-After": retry}
    if "401" in responses:
        challenge = {"schema": {"type": "string"}, "description": "The scheme to authenticate by, and what was wrong"}
        responses["401"]["headers"] = {"WWW-Authenticate": challenge}
    _add_gateway(responses, "429", "API Gateway: too many requests", "Too Many Requests")
    if route.who in SIGNED_IN:
        _add_gateway(responses, "401", "API Gateway: no valid access token", "Unauthorized")
    return dict(sorted(responses.items()))


def _links(route: Route) -> dict[str, Any]:
    """Where the id that this answer makes is to be used."""
    made = MAKES.get(route.key)
    if made is None:
        return {}
    following = [other.handler.__name__ for _, other in routes() if f"{{{made}}}" in other.key]
    return {
        "links": {
            name: {"operationId": name, "parameters": {made: f"$response.body#/{made}"}} for name in sorted(following)
        }
    }


def _add_gateway(responses: dict[str, Any], status: str, description: str, message: str) -> None:
    """What API Gateway answers by itself, before any function runs: no problem document."""
    response = responses.setdefault(status, {"description": description, "content": {}})
    reference = {"$ref": REFERENCE.format(model=GatewayMessage.__name__)}
    response["content"]["application/json"] = {"schema": reference, "example": {"message": message}}


def text() -> str:
    """The file's whole text."""
    return json.dumps(document(json.loads(EXAMPLES.read_text())), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text())
