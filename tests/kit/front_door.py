"""The front door: API Gateway's part, played over the handlers in `functions/` with the events of `events/`."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from holdfast.http import CSV_MEDIA_TYPE
from holdfast.storage.store import Store
from tests.kit.apps import CLIENT_ID, Apps, LambdaContext, engine_home
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.template import ROOT

ALICE = "137f74f6-103a-4e59-bd0f-68056e399488"  # the guest of the events
BOB = "5e0c7d1a-9b1f-4a56-8f0e-2c3d4e5f6a7b"
ADMIN = "b4a8f498-9021-7095-2f2f-0c8f3d6f5a11"  # the admin of the events
OWNER = "7c1d2e3f-4a5b-4c6d-8e7f-90a1b2c3d4e5"  # the owner of the events, of the property lake-view


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str:
        """The stable code of a problem document."""
        assert self.headers["Content-Type"] == "application/problem+json", self.body
        assert self.body["status"] == self.status
        code: str = self.body["code"]
        return code

    @property
    def fields(self) -> set[str]:
        """The fields that a problem document names."""
        return {error["field"] for error in self.body.get("errors", [])} | (
            {self.body["field"]} if "field" in self.body else set()
        )


@cache
def routes() -> dict[str, str]:
    """The function that answers each route key."""
    found = {}
    for path in sorted((ROOT / "functions").glob("*/app.py")):
        for key in re.findall(r'@api\.route\(\s*"([^"]+)"', path.read_text()):
            assert key not in found
            found[key] = path.parent.name
    return found


def event(name: str) -> dict[str, Any]:
    """One of `events/*.json`."""
    loaded: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text())
    return loaded


@cache
def base_events() -> dict[str, dict[str, Any]]:
    """One event of `events/` for each route key."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((ROOT / "events").glob("*.json")):
        loaded = json.loads(path.read_text())
        if "routeKey" in loaded:
            found.setdefault(loaded["routeKey"], loaded)
    return found


class FrontDoor:
    """Calls routes as a guest, as an admin, or as nobody. In every handler, time and gateway are the test's."""

    def __init__(self, apps: Apps, clock: FakeClock, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
        self.apps = apps
        self.clock = clock
        self.gateway = gateway
        self.context = LambdaContext()
        self.gateways: Mapping[str, Any] | None = None  # None: the gateway alone, by its name
        self._stores: dict[str, Store] = {}
        self._monkeypatch = monkeypatch

    def app(self, name: str) -> Any:
        module = self.apps[name]
        home = engine_home(module)
        if not hasattr(home, "engine"):  # Cognito's function knows no bookings
            return module
        engine = home.engine._replace(clock=self.clock, gateways=self.gateways or {self.gateway.name: self.gateway})
        if name in self._stores:
            engine = engine._replace(store=self._stores[name])
        self._monkeypatch.setattr(home, "engine", engine)
        return module

    def use_store(self, name: str, store: Store) -> None:
        """Gives one function another store: one whose client fails in the ways a test needs."""
        self._stores[name] = store

    def send(self, request: dict[str, Any]) -> Reply:
        """One whole event, as it is."""
        answer = self.app(routes()[request["routeKey"]]).lambda_handler(request, self.context)
        assert set(answer) == {"statusCode", "headers", "body", "isBase64Encoded"}
        is_json = answer["body"] and answer["headers"]["Content-Type"] != CSV_MEDIA_TYPE
        body = json.loads(answer["body"]) if is_json else answer["body"]
        return Reply(answer["statusCode"], answer["headers"], body)

    def call(
        self,
        route: str,
        body: Any = None,
        *,
        raw: str | None = None,
        user: str | None = ALICE,
        groups: str = "",
        key: str | None = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        **path: str,
    ) -> Reply:
        """`route` is a route key such as `POST /bookings`; `body` is sent as JSON, `raw` as it stands."""
        return self.send(
            request_for(
                route, body, raw=raw, user=user, groups=groups, key=key, query=query, headers=headers, path=path
            )
        )

    def hold(self, user: str = ALICE, key: str = "key-1", **changes: Any) -> Reply:
        """`POST /bookings` for one Deluxe room and three December nights, but for `changes`."""
        return self.call("POST /bookings", STAY | changes, user=user, key=key)

    def held(self, user: str = ALICE, key: str = "key-1", **changes: Any) -> str:
        """The id of a hold that was just made."""
        reply = self.hold(user, key, **changes)
        assert reply.status == 201, reply.body
        booking_id: str = reply.body["booking_id"]
        return booking_id

    def booking(self, booking_id: str, user: str = ALICE) -> Any:
        reply = self.call("GET /bookings/{booking_id}", user=user, booking_id=booking_id)
        assert reply.status == 200, reply.body
        return reply.body

    def credit(self, amount: int, user: str = ALICE, key: str = "credit-1") -> Reply:
        return self.call(
            "POST /admin/wallets/{user_id}/credits",
            {"amount": amount, "reason": "Goodwill"},
            user=ADMIN,
            groups="[admin]",
            key=key,
            user_id=user,
        )

    def pay(self, booking_id: str, wallet: int, user: str = ALICE, **changes: Any) -> Reply:
        """`POST /bookings/{booking_id}/finalize` from the wallet alone."""
        body = {"payment_mode": "wallet_only", "wallet_applied": wallet, "gateway_amount": 0} | changes
        return self.call("POST /bookings/{booking_id}/finalize", body, user=user, booking_id=booking_id)

    def confirm(self, booking_id: str, reason: str = "Paid in cash at the desk") -> Reply:
        """An admin's finalize."""
        return self.call(
            "POST /admin/bookings/{booking_id}/finalize",
            {"payment_mode": "admin", "reason": reason},
            user=ADMIN,
            groups="[admin]",
            booking_id=booking_id,
        )

    def start(self, booking_id: str, user: str = ALICE, **choice: Any) -> Reply:
        """`POST /bookings/{booking_id}/payment`."""
        body = {"gateway": "stripe"} | choice
        return self.call("POST /bookings/{booking_id}/payment", body, user=user, booking_id=booking_id)

    def pay_by_card(self, booking_id: str, start: Reply, user: str = ALICE, **changes: Any) -> Reply:
        """The finalize that belongs to a started payment; the guest has authorised it or not."""
        pricing = start.body["pricing"]
        body = {
            "payment_mode": "wallet_partial" if pricing["wallet_applied"] else "gateway_only",
            "wallet_applied": pricing["wallet_applied"],
            "gateway_amount": pricing["gateway_payable"],
            "gateway_transaction_id": start.body["gateway_order_id"],
        }
        return self.call("POST /bookings/{booking_id}/finalize", body | changes, user=user, booking_id=booking_id)

    def put_guest(self, booking_id: str, user: str = ALICE, **changes: Any) -> Reply:
        """`PUT /bookings/{booking_id}/guest` with `GUEST`, but for `changes`."""
        return self.call("PUT /bookings/{booking_id}/guest", GUEST | changes, user=user, booking_id=booking_id)

    def erase_guest(self, booking_id: str, user: str = ALICE, groups: str = "") -> Reply:
        return self.call("DELETE /bookings/{booking_id}/guest", user=user, groups=groups, booking_id=booking_id)

    def guest(self, booking_id: str, user: str = ALICE) -> Reply:
        return self.call("GET /bookings/{booking_id}/guest", user=user, booking_id=booking_id)

    def revive(self, booking_id: str, user: str = ALICE, **sent: Any) -> Reply:
        return self.call("POST /bookings/{booking_id}/revive", user=user, booking_id=booking_id, **sent)

    def cancel(self, booking_id: str, user: str = ALICE) -> Reply:
        return self.call("POST /bookings/{booking_id}/cancel", user=user, booking_id=booking_id)

    def expire(self, request: dict[str, Any] | None = None) -> Any:
        """What the `expire` function answers to the minute rule's event, or to `request`."""
        return self.app("expire").lambda_handler(request or event("scheduled"), self.context)

    def free(self, month: str = "2026-12", room_type_id: str = "deluxe") -> dict[int, int]:
        """The rooms free by day, as anyone sees them in the calendar."""
        reply = self.call(
            "GET /room-types/{room_type_id}/calendar", user=None, query={"month": month}, room_type_id=room_type_id
        )
        assert reply.status == 200, reply.body
        return {int(night["date"][-2:]): night["rooms_free"] for night in reply.body["nights"]}


STAY = {"room_type_id": "deluxe", "check_in": "2026-12-10", "check_out": "2026-12-13", "rooms": 1, "guests": 2}
GUEST = {
    "name": "Asha Rao",
    "email": "asha.rao@example.com",
    "phone": "+91 98765 43210",
    "country": "IN",
    "arrival_time": "18:30",
    "wishes": "A quiet room, please",
}
STAY_TOTAL = 1_575_000  # three nights of 5,000.00 and 5 %


def request_for(
    route: str,
    body: Any = None,
    *,
    raw: str | None = None,
    user: str | None = ALICE,
    groups: str = "",
    key: str | None = None,
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    path: dict[str, str] | None = None,
) -> dict[str, Any]:
    """The route's event from `events/`, with this caller, body, path and query in it."""
    request: dict[str, Any] = json.loads(json.dumps(base_events()[route]))
    for part in ("body", "queryStringParameters", "pathParameters"):
        request.pop(part, None)
    for name in ("idempotency-key", "content-type"):
        request["headers"].pop(name, None)
    if raw is None and body is not None:
        raw = json.dumps(body)
    if raw is not None:
        request["body"] = raw
        request["headers"]["content-type"] = "application/json"
    if key is not None:
        request["headers"]["idempotency-key"] = key
    request["headers"] |= headers or {}
    if query is not None:
        request["queryStringParameters"] = query
    if path:
        request["pathParameters"] = path
        request["rawPath"] = re.sub(r"\{(\w+)\}", lambda match: path[match[1]], route.split(" ")[1])
    set_caller(request, user, groups)
    return request


def set_caller(request: dict[str, Any], user: str | None, groups: str) -> None:
    context = request["requestContext"]
    context.pop("authorizer", None)
    if user is None:
        request["headers"].pop("authorization", None)
        return
    claims = {
        "sub": user,
        "client_id": CLIENT_ID,
        "token_use": "access",
        "username": "someone",
        "exp": str(context["timeEpoch"] // 1000 + 3600),
    }
    context["authorizer"] = {"jwt": {"claims": claims | ({"cognito:groups": groups} if groups else {}), "scopes": None}}
