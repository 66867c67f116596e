"""Holds with bad input, and bodies that nobody can read."""

import base64
import json

import pytest

from holdfast.storage.store import Store
from tests.component.bad_input import SURROGATE, Bad
from tests.kit.builders import everything
from tests.kit.front_door import STAY, FrontDoor, request_for

BAD_STAYS = [
    Bad("check-out on the day of check-in", {"check_out": "2026-12-10"}, "check_out"),
    Bad("check-out before check-in", {"check_out": "2026-12-09"}, "check_out"),
    Bad("thirty-one nights", {"check_in": "2026-12-01", "check_out": "2027-01-01"}, "check_out"),
    Bad("yesterday", {"check_in": "2026-11-21"}, "check_in"),
    Bad("a day over eighteen months ahead", {"check_in": "2028-05-23", "check_out": "2028-05-24"}, "check_in"),
    Bad("no rooms", {"rooms": 0}, "rooms"),
    Bad("ten rooms", {"rooms": 10}, "rooms"),
    Bad("minus one room", {"rooms": -1}, "rooms"),
    Bad("no guests", {"guests": 0}, "guests"),
    Bad("a hundred guests", {"guests": 100}, "guests"),
    Bad("one guest too many for the rooms", {"rooms": 2, "guests": 7}, "guests"),
    Bad("a number as text", {"rooms": "2"}, "rooms"),
    Bad("a number with a point", {"rooms": 2.0}, "rooms"),
    Bad("a truth for a number", {"rooms": True}, "rooms"),
    Bad("nothing for a number", {"guests": None}, "guests"),
    Bad("a list for a number", {"guests": [2]}, "guests"),
    Bad("a number beyond 64 bits", {"guests": 2**70}, "guests"),
    Bad("a date that is none", {"check_in": "2026-02-30"}, "check_in"),
    Bad("an instant for a date", {"check_in": "2026-12-10T00:00:00Z"}, "check_in"),
    Bad("a short date", {"check_in": "2026-12-1"}, "check_in"),
    Bad("a number for a date", {"check_in": 20261210}, "check_in"),
    Bad("half a character for a date", {"check_in": SURROGATE}, "check_in"),
    Bad("a room type that could be no name", {"room_type_id": "../deluxe"}, "room_type_id"),
    Bad("an empty room type", {"room_type_id": ""}, "room_type_id"),
    Bad("a room type with a line's end", {"room_type_id": "deluxe\n"}, "room_type_id"),
    Bad("half a character for a room type", {"room_type_id": SURROGATE}, "room_type_id"),
    Bad("a room type's name of 65 characters", {"room_type_id": "d" * 65}, "room_type_id"),
    Bad("a number for a room type", {"room_type_id": 7}, "room_type_id"),
    Bad("an unknown field", {"price": 1}, "price"),
    Bad("an unknown field with half a character", {SURROGATE: 1}, "\\ud800"),
    Bad("a client's own deadline", {"expires_at": "2030-01-01T00:00:00Z"}, "expires_at"),
]


@pytest.mark.parametrize("bad", BAD_STAYS, ids=[bad.says for bad in BAD_STAYS])
def test_a_stay_with_bad_input_is_refused(bad: Bad, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    reply = front_door.hold(**bad.changes)

    assert (reply.status, reply.code) == (bad.status, bad.code)
    assert reply.fields == {bad.field}
    assert everything(store) == before


@pytest.mark.parametrize("field", list(STAY))
def test_a_stay_that_lacks_a_field_is_refused(field: str, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    reply = front_door.call("POST /bookings", {name: STAY[name] for name in STAY if name != field}, key="k")

    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})
    assert everything(store) == before


def test_every_wrong_field_is_named_at_once(front_door: FrontDoor) -> None:
    reply = front_door.call("POST /bookings", {"rooms": 0, "guests": "2", "extra": 1}, key="k")

    assert reply.fields == {"rooms", "guests", "extra", "room_type_id", "check_in", "check_out"}


@pytest.mark.parametrize("check_in", ["2026-12-10", "2031-01-01", "2020-01-01"])
def test_a_missing_room_type_is_not_found(check_in: str, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)
    check_out = check_in[:-1] + "2"

    reply = front_door.hold(room_type_id="penthouse", check_in=check_in, check_out=check_out)

    assert (reply.status, reply.code) == (404, "not_found")
    assert everything(store) == before


BAD_BODIES = {
    "nothing": "",
    "no JSON": "rooms=1&guests=2",
    "half of it": json.dumps(STAY)[:-1],
    "a list": "[]",
    "a text": '"deluxe"',
    "null": "null",
    "a field twice": json.dumps(STAY)[:-1] + ', "rooms": 2}',
    "a field twice inside": json.dumps(STAY)[:-1] + ', "x": {"a": 1, "a": 2}}',
    "not a number": json.dumps(STAY)[:-1] + ', "x": NaN}',
    "an endless number": '{"rooms": ' + "9" * 5000 + "}",
    "very deep": "[" * 4000 + "]" * 4000,
    "deep": '{"x":' * 20 + "1" + "}" * 20,
    "more after it": json.dumps(STAY) + "{}",
    "too much of it": json.dumps(STAY | {"x": "a" * 9000}),
}


@pytest.mark.parametrize("raw", BAD_BODIES.values(), ids=BAD_BODIES)
def test_a_body_that_cannot_be_read_is_refused(raw: str, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)

    reply = front_door.call("POST /bookings", raw=raw, key="k")

    assert (reply.status, reply.code) == (400, "invalid_request")
    assert everything(store) == before


def test_bytes_that_are_not_text_are_refused(front_door: FrontDoor) -> None:
    request = request_for("POST /bookings", raw=base64.b64encode(b'{"a": "\xff"}').decode(), key="k")

    assert front_door.send(request | {"isBase64Encoded": True}).status == 400
    assert front_door.send(request | {"isBase64Encoded": True, "body": "?"}).status == 400


def test_a_body_that_the_gateway_wrapped_in_base64_is_read(front_door: FrontDoor) -> None:
    request = request_for("POST /bookings", raw=base64.b64encode(json.dumps(STAY).encode()).decode(), key="k")

    assert front_door.send(request | {"isBase64Encoded": True}).status == 201


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/json+x"])
def test_a_body_that_does_not_say_it_is_json_is_refused(content_type: str, front_door: FrontDoor) -> None:
    reply = front_door.call("POST /bookings", STAY, key="k", headers={"content-type": content_type})

    assert (reply.status, reply.code, reply.fields) == (400, "invalid_request", {"Content-Type"})


def test_json_with_a_charset_is_json(front_door: FrontDoor) -> None:
    headers = {"content-type": "Application/JSON; charset=utf-8"}

    assert front_door.call("POST /bookings", STAY, key="k", headers=headers).status == 201
