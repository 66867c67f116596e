"""Hostile input: refused with its status and code, and not an item of the table moves."""

import json
from typing import Any

import pytest

from holdfast.model.dates import millis
from holdfast.storage.store import Store
from tests.component import hostile as guests
from tests.component.hostile import UNKNOWN, Hostile
from tests.component.hostile_callers import CALLERS
from tests.component.hostile_owners import OWNERS
from tests.component.hostile_pictures import PICTURES
from tests.kit.builders import everything
from tests.kit.clock import NOW
from tests.kit.front_door import ADMIN, ALICE, BOB, FrontDoor, request_for
from tests.kit.log_capture import LogLines
from tests.kit.template import template

TABLE = [*guests.TABLE, *CALLERS, *OWNERS, *PICTURES]


@pytest.mark.parametrize("hostile", TABLE, ids=[hostile.says for hostile in TABLE])
def test_it_is_refused_and_changes_nothing(hostile: Hostile, front_door: FrontDoor, store: Store) -> None:
    booking_id = front_door.held(check_in="2026-12-20", check_out="2026-12-23")
    before = everything(store)

    reply = front_door.send(hostile.request(booking_id))

    assert (reply.status, reply.code) == (hostile.status, hostile.code)
    assert reply.body["detail"].isascii()
    assert reply.body["detail"].isprintable()
    assert reply.headers.get("WWW-Authenticate") == ('Bearer error="invalid_token"' if reply.status == 401 else None)
    assert everything(store) == before


def test_the_table_is_long_enough_and_says_each_thing_once() -> None:
    assert len(TABLE) >= 60
    assert len({hostile.says for hostile in TABLE}) == len(TABLE)


def test_a_token_is_good_until_the_second_it_expires(front_door: FrontDoor) -> None:
    request = request_for("GET /wallet")
    came = request["requestContext"]["timeEpoch"] // 1000
    request["requestContext"]["authorizer"]["jwt"]["claims"]["exp"] = str(came + 1)

    assert front_door.send(request).status == 200


@pytest.mark.parametrize("groups", ["[admin]", "[owner admin]", "[admin x[y]]"])
def test_a_group_counts_wherever_it_stands_in_the_list(groups: str, front_door: FrontDoor) -> None:
    reply = front_door.call("GET /admin/payments", user=ADMIN, groups=groups, query={"state": "due"})

    assert reply.status == 200


def test_somebody_elses_booking_and_a_missing_one_read_the_same(front_door: FrontDoor) -> None:
    theirs = front_door.held(user=BOB)
    replies = [front_door.call("GET /bookings/{booking_id}", booking_id=of) for of in (theirs, UNKNOWN)]

    bodies = [reply.body | {"instance": ""} for reply in replies]
    assert bodies[0] == bodies[1]
    assert {reply.status for reply in replies} == {404}


def test_a_cursor_of_somebody_elses_list_is_refused_like_one_of_nothing(front_door: FrontDoor) -> None:
    theirs = front_door.held(user=BOB)
    at_ms = millis(NOW)

    replies = [
        front_door.call("GET /bookings", query={"cursor": f"{at_ms}.{of}"}, user=ALICE) for of in (theirs, UNKNOWN)
    ]

    assert {(reply.status, reply.code) for reply in replies} == {(422, "invalid_request")}
    assert replies[0].body == replies[1].body
    assert front_door.call("GET /bookings", query={"cursor": f"{at_ms}.{theirs}"}, user=BOB).status == 200


@pytest.mark.parametrize(
    "text",
    ["\n[BOOKING_CONFIRMED] paid", '"}\n{"tag":"BOOKING_CONFIRMED","booking_id":"bk_x"}', "\r\n\x1b[2J", "\u2028line"],
)
def test_a_fake_log_line_stays_inside_the_real_one_or_is_refused(
    text: str, front_door: FrontDoor, lines: LogLines
) -> None:
    """Whatever is logged of it is one JSON line, whose tag is ours."""
    booking_id = front_door.held()
    front_door.confirm(booking_id, reason=text)
    fields: dict[str, Any] = {text: 1}
    front_door.hold(key="other", **fields)
    front_door.call("GET /bookings", query={"cursor": text})

    written = [json.loads(line) for line in lines.text.getvalue().splitlines()]
    assert [line["tag"] for line in written if "tag" in line] == ["BOOKING_RESERVED"]


def test_the_body_of_two_authorization_headers_is_what_the_authorizer_saw(front_door: FrontDoor) -> None:
    """API Gateway joins them by a comma, which is no token, so its authorizer refuses; the code reads claims only."""
    request = request_for("GET /wallet", user=ALICE)
    request["headers"]["authorization"] = "Bearer mine,Bearer somebody-elses"

    assert front_door.send(request).body["user_id"] == ALICE


def test_no_origin_is_accepted_for_its_looks() -> None:
    """API Gateway compares origins with this list, whole: none of ours has a star or lacks its scheme."""
    found = template()
    allowed = found["Parameters"]["CorsOrigins"]["Default"].split(",")

    assert found["Resources"]["Api"]["Properties"]["CorsConfiguration"]["AllowOrigins"] == "CorsOrigins"
    assert all("*" not in origin and origin.startswith(("https://", "http://localhost:")) for origin in allowed)
    assert "AllowCredentials" not in found["Resources"]["Api"]["Properties"]["CorsConfiguration"]
