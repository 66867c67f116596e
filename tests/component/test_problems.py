"""Refusals as the outside sees them: RFC 9457 problem documents with a stable code, and `busy` with Retry-After."""

import inspect
from typing import Any

import pytest

from holdfast import errors
from holdfast.errors import BookingError
from holdfast.storage.store import Store
from tests.kit.apps import CLIENT_ID, LambdaContext
from tests.kit.builders import everything
from tests.kit.flaky_client import LOST_ANSWER, cancelled, flaky_store, server_error, throttled
from tests.kit.front_door import ALICE, STAY, FrontDoor, request_for, routes

CONTRACT = {
    (400, "invalid_request"),
    (400, "idempotency_key_required"),
    (401, "unauthenticated"),
    (403, "forbidden"),
    (404, "not_found"),
    (402, "payment_declined"),
    (409, "sold_out"),
    (409, "restricted"),
    (409, "price_changed"),
    (409, "insufficient_wallet"),
    (409, "amount_too_small"),
    (409, "promo_exhausted"),
    (409, "already_paid"),
    (409, "not_payable"),
    (409, "not_cancellable"),
    (409, "guest_required"),
    (409, "not_revivable"),
    (409, "stay_conflict"),
    (409, "in_progress"),
    (409, "below_sold"),
    (409, "changed_since"),
    (410, "hold_expired"),
    (412, "version_mismatch"),
    (422, "invalid_request"),
    (422, "idempotency_key_reused"),
    (422, "promo_invalid"),
    (429, "too_many_holds"),
    (429, "too_many_topups"),
    (429, "too_many_tries"),
    (429, "too_many_calls"),
    (503, "busy"),
}
PUBLIC = {
    "GET /proof",
    "GET /properties",
    "GET /properties/{property_id}",
    "GET /room-types/{room_type_id}/calendar",
}
WEBHOOKS = {"POST /webhooks/{gateway}"}
PATH = {
    "booking_id": "bk_" + "a" * 26,
    "user_id": ALICE,
    "property_id": "lake-view",
    "room_type_id": "deluxe",
    "topup_id": "tu_" + "a" * 26,
    "change_id": "ch_" + "0" * 11 + "a" * 13,
    "block_id": "bl_" + "a" * 26,
    "image_id": "im_" + "a" * 26,
    "seq": "1",
    "number": "1",
    "plan_id": "breakfast",
}
GUESTS_ROUTES = sorted(set(routes()) - PUBLIC - WEBHOOKS)
ADMINS_ROUTES = [route for route in GUESTS_ROUTES if "/admin/" in route]


def test_the_refusals_are_those_of_the_contract() -> None:
    refusals = [
        kind
        for _, kind in inspect.getmembers(errors, inspect.isclass)
        if issubclass(kind, BookingError) and kind is not BookingError
    ]

    assert {(kind.status, kind.code) for kind in refusals} == CONTRACT
    assert all(kind.title for kind in refusals)


def test_a_problem_says_what_and_where(front_door: FrontDoor) -> None:
    reply = front_door.hold(rooms=0)

    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.body == {
        "type": "urn:holdfast:problem:invalid_request",
        "title": "A field is not valid",
        "status": 422,
        "code": "invalid_request",
        "detail": "rooms: must be 1 to 9",
        "instance": "/bookings",
        "errors": [{"field": "rooms", "detail": "must be 1 to 9"}],
    }


def bare(route: str) -> dict[str, Any]:
    path = {name: value for name, value in PATH.items() if "{" + name + "}" in route}
    return request_for(route, path=path)


@pytest.mark.parametrize("route", GUESTS_ROUTES)
def test_without_a_token_every_route_is_refused(route: str, front_door: FrontDoor, store: Store) -> None:
    before = everything(store)
    request = bare(route)
    request["requestContext"].pop("authorizer", None)

    reply = front_door.send(request)

    assert (reply.status, reply.code) == (401, "unauthenticated")
    assert everything(store) == before


@pytest.mark.parametrize(
    "claims",
    [
        {},
        {"sub": ALICE},
        {"sub": ALICE, "client_id": CLIENT_ID, "token_use": "id"},
        {"sub": ALICE, "client_id": "another", "token_use": "access"},
        {"sub": ALICE, "aud": CLIENT_ID, "token_use": "access"},
        {"sub": "", "client_id": CLIENT_ID, "token_use": "access"},
        {"sub": "a b", "client_id": CLIENT_ID, "token_use": "access"},
        {"client_id": CLIENT_ID, "token_use": "access"},
    ],
)
def test_a_token_that_is_not_our_access_token_is_refused(claims: dict[str, str], front_door: FrontDoor) -> None:
    request = request_for("GET /wallet")
    exp = request["requestContext"]["authorizer"]["jwt"]["claims"]["exp"]
    request["requestContext"]["authorizer"]["jwt"]["claims"] = {"exp": exp} | claims

    assert (front_door.send(request).status, front_door.send(request).code) == (401, "unauthenticated")


@pytest.mark.parametrize("route", ADMINS_ROUTES)
@pytest.mark.parametrize("groups", ["", "[owner]", "[admins]", "[sub-admin]"])
def test_an_admins_route_is_for_admins(route: str, groups: str, front_door: FrontDoor) -> None:
    request = bare(route)
    claims = request["requestContext"]["authorizer"]["jwt"]["claims"]
    claims.pop("cognito:groups", None)
    if groups:
        claims["cognito:groups"] = groups

    assert (front_door.send(request).status, front_door.send(request).code) == (403, "forbidden")


@pytest.mark.parametrize("groups", ["[admin]", "[owner admin]", "[owner, admin]"])
def test_an_admin_is_one_however_the_gateway_writes_groups(groups: str, front_door: FrontDoor) -> None:
    request = bare("POST /admin/wallets/{user_id}/credits")
    request["requestContext"]["authorizer"]["jwt"]["claims"]["cognito:groups"] = groups

    assert front_door.send(request).code == "idempotency_key_required"


@pytest.mark.parametrize("route", sorted(PUBLIC))
def test_anyone_may_look_at_the_catalog(route: str, front_door: FrontDoor) -> None:
    request = bare(route)
    request["requestContext"].pop("authorizer", None)

    assert front_door.send(request).status == 200


def test_a_route_that_no_function_has_is_not_found(front_door: FrontDoor) -> None:
    answer = front_door.app("wallet").lambda_handler(
        request_for("GET /wallet") | {"routeKey": "GET /x"}, LambdaContext()
    )

    assert answer["statusCode"] == 404


ENOUGH = 10_000


@pytest.mark.parametrize(
    ("call", "trouble"),
    [
        ("batch_get_item", throttled("BatchGetItem")),
        ("batch_get_item", LOST_ANSWER),
        ("batch_get_item", server_error("BatchGetItem")),
        ("transact_write_items", throttled("TransactWriteItems")),
        ("transact_write_items", cancelled("None", "TransactionConflict", "None")),
        ("transact_write_items", cancelled("None", "ThrottlingError", "None")),
        ("transact_write_items", cancelled("None", "ProvisionedThroughputExceeded", "None")),
    ],
)
def test_contention_past_the_retries_is_busy_and_changes_nothing(
    call: str, trouble: BaseException, front_door: FrontDoor, store: Store
) -> None:
    before = everything(store)
    troubled, client, watch = flaky_store(store)
    client.before(call, *[trouble] * ENOUGH)
    front_door.use_store("reserve", troubled)
    front_door.context = LambdaContext(seconds_left=15)

    reply = front_door.hold()

    assert (reply.status, reply.code) == (503, "busy")
    assert reply.headers["Retry-After"] == "1"
    assert reply.body["retry_after_seconds"] == 1
    assert watch.at <= 14  # there is time left to write the answer
    assert everything(store) == before


def test_contention_that_passes_is_not_shown(front_door: FrontDoor, store: Store) -> None:
    troubled, client, _ = flaky_store(store)
    client.before("batch_get_item", throttled("BatchGetItem"), LOST_ANSWER)
    client.before("transact_write_items", cancelled("TransactionConflict", "None", "None"), throttled())
    front_door.use_store("reserve", troubled)

    assert front_door.hold().status == 201


def test_an_invocation_without_time_left_begins_nothing(front_door: FrontDoor, store: Store) -> None:
    troubled, client, _ = flaky_store(store)
    front_door.use_store("reserve", troubled)
    front_door.context = LambdaContext(seconds_left=3.9)

    reply = front_door.hold()

    assert (reply.status, reply.code) == (503, "busy")
    assert client.calls == []


def test_a_bug_is_no_refusal_and_crashes(front_door: FrontDoor, store: Store) -> None:
    troubled, client, _ = flaky_store(store)
    client.before("batch_get_item", ZeroDivisionError("a bug"))
    front_door.use_store("reserve", troubled)

    with pytest.raises(ZeroDivisionError):
        front_door.call("POST /bookings", STAY, key="k")
