"""What each function does in its life, so that every right it needs is asked for at least once."""

import json
from collections.abc import Callable

from holdfast.storage.store import Store
from tests.contract import test_template as known
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor, Reply, event


def cancelling(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    known.cancelling(front_door, clock, store)
    booking_id = _paid_by_card(front_door, "card")
    front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id)
    front_door.cancel(booking_id)


def filling(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    for key in ("first", "second"):
        started = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key=key).body
        front_door.gateway.authorise(started["gateway_order_id"])
        proof = {"gateway_transaction_id": started["gateway_order_id"]}
        front_door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=started["topup_id"])


def receiving_webhooks(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    """A payment in time; one too late, whose rooms another overdue hold has; one that belongs to nothing."""
    _deliver(front_door, _authorised(front_door, "in-time"))
    late = _authorised(front_door, "late", rooms=3)
    clock.advance(600)
    front_door.expire()
    front_door.held("someone-else", rooms=4, guests=4)
    clock.advance(600)
    _deliver(front_door, late)
    _deliver(front_door, front_door.gateway.open_order("not-ours", 100, "INR", "stray").order_id, authorise=True)


def settling(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.gateway.silent_before.add("capture")
    paid = _paid_by_card(front_door, "late-capture")
    late = _authorised(front_door, "late", rooms=3)
    left = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key="left").body
    clock.advance(900)
    front_door.expire()
    front_door.held("someone-else", rooms=4, guests=4)
    clock.advance(600)
    front_door.gateway.silent_before.clear()
    front_door.context.seconds_left = 60
    for state in ("due", "stuck", "unmatched"):
        front_door.call("GET /admin/payments", query={"state": state}, groups="[admin]")
    settle = "POST /admin/bookings/{booking_id}/settle"
    front_door.call(settle, {"reason": "Asked by the guest"}, groups="[admin]", booking_id=paid)
    settle_topup = "POST /admin/topups/{topup_id}/settle"
    front_door.call(settle_topup, {"reason": "Asked by the guest"}, groups="[admin]", topup_id=left["topup_id"])
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)
    assert late


def auditing(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    app = front_door.app("audit")
    app.PAUSE_SECONDS = 0
    front_door.context.seconds_left = 300
    app.lambda_handler(event("scheduled"), front_door.context)


def _authorised(front_door: FrontDoor, key: str, rooms: int = 1) -> str:
    """The order of a payment that the guest has authorised."""
    started = front_door.start(front_door.held(f"guest-{key}", key, rooms=rooms), f"guest-{key}", promo_code="TEN")
    order_id: str = started.body["gateway_order_id"]
    front_door.gateway.authorise(order_id)
    return order_id


def _paid_by_card(front_door: FrontDoor, key: str) -> str:
    booking_id = front_door.held(key=key)
    started = front_door.start(booking_id)
    front_door.gateway.authorise(started.body["gateway_order_id"])
    assert front_door.pay_by_card(booking_id, started).status == 200
    return booking_id


def _deliver(front_door: FrontDoor, order_id: str, *, authorise: bool = False) -> Reply:
    """The webhook of that order."""
    if authorise:
        front_door.gateway.authorise(order_id)
    request = json.loads(json.dumps(event("webhook_stripe")))
    return front_door.send(request | {"body": order_id})


SCENARIOS: dict[str, Callable[[FrontDoor, FakeClock, Store], None]] = {
    "reserve": known.reserving,
    "bookings": known.booking,
    "finalize": known.finalizing,
    "wallet": known.crediting,
    "catalog": known.looking,
    "cancel": cancelling,
    "topup": filling,
    "webhook": receiving_webhooks,
    "settle": settling,
    "expire": known.expiring,
    "audit": auditing,
}
