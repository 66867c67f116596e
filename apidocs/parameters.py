"""The parameters of a route: in its path, its headers and its query."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apidocs.schemas import models_by_name
from holdfast.fields import whole_text
from holdfast.http import Route
from holdfast.http_request import IDEMPOTENCY_KEY, VERSION_TAG
from holdfast.model.ids import BLOCK_ID, BOOKING_ID, CHANGE_ID, TOPUP_ID
from holdfast.model.names import GATEWAY_NAMES, NAME
from holdfast.properties.review_requests import REVISION_NUMBER

PATH_PATTERNS = {
    "booking_id": BOOKING_ID,
    "topup_id": TOPUP_ID,
    "change_id": CHANGE_ID,
    "block_id": BLOCK_ID,
    "number": REVISION_NUMBER,
}  # any other is a NAME


def path_parameters(route: Route, example: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.key):
        pattern = {"pattern": whole_text(PATH_PATTERNS.get(name, NAME))}
        yield {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string"} | ({"enum": sorted(GATEWAY_NAMES)} if name == "gateway" else pattern),
            "example": example["path"][name],
        }


def header_parameters(route: Route) -> Iterator[dict[str, Any]]:
    if route.idempotent:
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": True,
            "description": "Made by the caller. The same key with the same body gets the first answer again.",
            "schema": {"type": "string", "pattern": whole_text(IDEMPOTENCY_KEY)},
            "example": "6f1c1f0e-7a55-4c1b-9f0e-5b8a1f0e2d3c",
        }
    if route.versioned:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "description": "The version that was read, as the ETag of that answer; `*` changes any.",
            "schema": {"type": "string", "pattern": rf"^(?:\*|{VERSION_TAG.pattern})$"},
            "example": '"3"',
        }
    if route.cache_seconds is not None:
        yield {
            "name": "If-None-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of an answer that the caller has: 304 if it still stands.",
            "schema": {"type": "string"},
        }


def query_parameters(route: Route, example: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if not route.query:
        return
    schema = models_by_name({route.query}, "validation")[route.query.__name__]
    for name, field in schema["properties"].items():
        stated = next((kind for kind in field.pop("anyOf", []) if kind != {"type": "null"}), {}) | field
        default = stated.pop("default", None)
        if default is not None:
            stated["default"] = str(default)  # a query is text
        required = name in schema.get("required", ())
        parameter = {"name": name, "in": "query", "required": required, "allowEmptyValue": True, "schema": stated}
        yield parameter | ({"example": example["query"][name]} if name in example.get("query", {}) else {})
