"""JSON nested in every way, through every route that reads a body: refused, and never a crash."""

import json
from typing import Any

import pytest

from holdfast.http_request import MAX_BODY_BYTES
from holdfast.storage.store import Store
from holdfast.strict_json import MAX_JSON_DEPTH
from tests.kit.builders import everything
from tests.kit.front_door import FrontDoor, base_events

BODY_ROUTES = sorted(route for route, event in base_events().items() if "body" in event and "/webhooks/" not in route)
DEPTHS = (MAX_JSON_DEPTH + 1, 1_000)
NESTED = {
    "lists": ("[", "]"),
    "objects": ('{"x":', "}"),
    "lists in objects": ('{"x":[', "]}"),
    "objects in lists": ('[{"x":', "}]"),
    "lists beside values": ("[1,", ",2]"),
}


def nested(shape: str, depth: int) -> str:
    """A value of that depth: each opening has one container or two."""
    opening, closing = NESTED[shape]
    times = -(-depth // (opening.count("[") + opening.count("{")))
    return opening * times + "1" + closing * times


@pytest.mark.parametrize("route", BODY_ROUTES)
def test_a_body_that_is_nested_in_any_way_is_refused(route: str, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    for shape in NESTED:
        for depth in DEPTHS:
            value = nested(shape, depth)
            for raw in (value, f'{{"x":{value}}}'):
                reply = front_door.send(with_body(route, raw))
                assert (reply.status, reply.code) == (400, "invalid_request"), (shape, depth, raw[:20])
    assert everything(store) == before


@pytest.mark.parametrize("shape", NESTED)
def test_one_level_less_is_only_a_field_that_is_not_known(shape: str, front_door: FrontDoor) -> None:
    value = nested(shape, MAX_JSON_DEPTH - 2)

    assert front_door.send(with_body("POST /bookings", f'{{"x":{value}}}')).status == 422


def test_lists_of_a_kilobyte_or_two_are_all_that_it_takes() -> None:
    """Every route takes so many bytes: the depth is what refuses them."""
    assert len(nested("lists", 1_000)) < MAX_BODY_BYTES


def with_body(route: str, raw: str) -> dict[str, Any]:
    request: dict[str, Any] = json.loads(json.dumps(base_events()[route]))
    request["headers"]["content-type"] = "application/json"
    return request | {"body": raw, "isBase64Encoded": False}
