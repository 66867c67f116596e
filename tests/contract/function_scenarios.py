"""What each function does in its life, so that every right it needs is asked for at least once."""

import json
from collections.abc import Callable
from typing import Any

from botocore.stub import Stubber  # noqa: TID251 - plays Cognito

from holdfast.model.property import Picture
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.contract.audit_scenario import auditing
from tests.contract.calendar_scenario import opening_calendars, running_a_calendar
from tests.contract.register_scenario import registering, reviewing
from tests.kit.clock import FakeClock
from tests.kit.front_door import ADMIN, ALICE, BOB, OWNER, STAY_TOTAL, FrontDoor, Reply, event
from tests.kit.stream_events import deleted
from tests.kit.studio import IMAGE, IMAGES, open_studio, show


def reserving(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.hold(BOB, rooms=5, guests=5)
    front_door.hold(room_type_id="penthouse")
    front_door.hold(check_in="2027-06-01", check_out="2027-06-02")
    clock.advance(600)
    front_door.hold()
    clock.advance(600)
    front_door.revive(front_door.held(key="short", rooms=1, guests=1))
    front_door.revive(front_door.hold().body["booking_id"])


def booking(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    booking_id = front_door.held()
    front_door.booking(booking_id)
    front_door.call("GET /bookings")
    front_door.call("GET /bookings/{booking_id}/pricing", query={"promo_code": "TEN"}, booking_id=booking_id)
    front_door.call("GET /bookings/{booking_id}/pricing", query={"promo_code": "NONE"}, booking_id=booking_id)


def finalizing(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.credit(STAY_TOTAL)
    front_door.pay(front_door.held(key="wallet"), STAY_TOTAL)
    front_door.confirm(front_door.held(key="admin"))
    late, in_time = front_door.held(key="late", rooms=2, guests=2), front_door.held(key="in-time")
    for booking_id, seconds in ((in_time, 0), (late, 600)):
        started = front_door.start(booking_id, promo_code="TEN")
        front_door.gateway.authorise(started.body["gateway_order_id"])
        clock.advance(seconds)
        if seconds:
            front_door.expire()
            front_door.held(BOB, rooms=1, guests=1)
            clock.advance(600)  # its due hold has to make way for the late payment
        front_door.pay_by_card(booking_id, started)
    front_door.gateway.refuses_key = True
    other = front_door.held("carol", "refused", check_in="2026-12-20", check_out="2026-12-21")
    assert front_door.start(other, "carol").status == 503


def crediting(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.credit(5)
    front_door.credit(5)
    front_door.credit(5, key="again")
    mistaken: dict[str, Any] = {"user": ADMIN, "groups": "[admin]", "user_id": ALICE, "seq": "1"}
    front_door.call("POST /admin/wallets/{user_id}/credits/{seq}/reverse", {"reason": "Wrong guest"}, **mistaken)
    front_door.call("GET /wallet")
    front_door.call("GET /wallet/entries")
    front_door.credit(5, user=ADMIN)


def looking(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.held(rooms=5)
    clock.advance(600)
    front_door.call("GET /properties", query={"check_in": "2026-12-10", "check_out": "2026-12-12", "city": "Udaipur"})
    front_door.call("GET /properties/{property_id}", property_id="lake-view")
    front_door.free()


def cancelling_wallet_payments(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.credit(STAY_TOTAL)
    paid, dropped = front_door.held(key="paid"), front_door.held(key="dropped")
    front_door.pay(paid, STAY_TOTAL)
    front_door.start(dropped, promo_code="TEN")
    front_door.cancel(paid)
    front_door.cancel(dropped)


def expiring(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    front_door.start(front_door.held(), promo_code="TEN")
    record = deleted(store, front_door.held(key="deleted"))
    clock.advance(600)
    front_door.expire({"dry_run": True})
    front_door.expire()
    front_door.expire({"Records": [record]})


def cancelling(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    cancelling_wallet_payments(front_door, clock, store)
    booking_id = _paid_by_card(front_door, "card")
    front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id)
    front_door.cancel(booking_id)


def filling(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    for key in ("first", "second"):
        started = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key=key).body
        front_door.gateway.authorise(started["gateway_order_id"])
        proof = {"gateway_transaction_id": started["gateway_order_id"]}
        front_door.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=started["topup_id"])
    front_door.gateway.refuses_key = True
    refused = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key="refused")
    assert refused.status == 503


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
    assert front_door.send(event("webhook_stripe") | {"body": "/w==", "isBase64Encoded": True}).status == 400
    front_door.gateway.refuses_key = True
    assert _deliver(front_door, late).status == 503


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
    stray = front_door.gateway.open_order("not-ours", 100, "INR", "stray").order_id
    _deliver(front_door, stray, authorise=True)
    for state in ("due", "stuck", "unmatched"):
        front_door.call("GET /admin/payments", query={"state": state}, groups="[admin]")
    [case] = front_door.call("GET /admin/payments", query={"state": "unmatched"}, groups="[admin]").body["payments"]
    close = "POST /admin/cases/{case_id}/close"
    front_door.call(close, {"reason": "Another shop's"}, groups="[admin]", case_id=case["case_id"])
    settle = "POST /admin/bookings/{booking_id}/settle"
    front_door.call(settle, {"reason": "Asked by the guest"}, groups="[admin]", booking_id=paid)
    settle_topup = "POST /admin/topups/{topup_id}/settle"
    front_door.call(settle_topup, {"reason": "Asked by the guest"}, groups="[admin]", topup_id=left["topup_id"])
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)
    assert late
    front_door.gateway.refuses_key = True
    front_door.cancel(paid)
    clock.advance(3600)
    front_door.app("settle").lambda_handler(event("scheduled"), front_door.context)
    front_door.gateway.refuses_key = False
    instead = {"reason": "The card is gone", "paid": "wallet"}
    front_door.call("POST /admin/bookings/{booking_id}/refunds/close", instead, groups="[admin]", booking_id=paid)
    dropped = front_door.call("POST /wallet/topups", {"gateway": "stripe", "amount": 5000}, key="dropped").body
    front_door.gateway.authorise(dropped["gateway_order_id"])
    front_door.gateway.capture_outside(dropped["gateway_order_id"], 2500)
    reason = {"reason": "Given back by bank transfer"}
    front_door.call("POST /admin/topups/{topup_id}/close", reason, groups="[admin]", topup_id=dropped["topup_id"])


def at_the_desk(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    CatalogStore(store.table).add_owner(OWNER, "lake-view")
    front_door.credit(STAY_TOTAL)
    by_wallet = front_door.held(key="wallet")
    front_door.pay(by_wallet, STAY_TOTAL)
    held = front_door.held(key="dropped")
    front_door.start(held, promo_code="TEN")
    for role, user, by_card in (("admin", ADMIN, _paid_by_card(front_door, "one")), ("owner", OWNER, by_wallet)):
        caller: dict[str, Any] = {"user": user, "groups": f"[{role}]"}
        path = f"/{role}/bookings"
        front_door.call(f"GET {path}", query={"property_id": "lake-view"}, **caller)
        front_door.call(f"GET {path}/{{booking_id}}", booking_id=by_card, **caller)
        refund = {"reason": "The roof leaks", "refund": "full"}
        front_door.call(f"POST {path}/{{booking_id}}/cancel", refund, booking_id=by_card, **caller)
    refund = {"reason": "The roof leaks", "refund": "policy"}
    front_door.call("POST /admin/bookings/{booking_id}/cancel", refund, user=ADMIN, groups="[admin]", booking_id=held)


def hosting(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    CatalogStore(store.table).add_owner(OWNER, "lake-view")
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    front_door.guest(booking_id)
    for role, user in (("admin", ADMIN), ("owner", OWNER)):
        path = f"GET /{role}/bookings/{{booking_id}}/guest"
        front_door.call(path, user=user, groups=f"[{role}]", booking_id=booking_id)
    front_door.erase_guest(booking_id)


def picturing(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    """Two pictures are asked for and uploaded, put in order, and deleted, shown or not."""
    studio = open_studio(front_door, store.table)
    ready, refused = studio.made(), studio.asked("second", alt="Two", room_type_id="deluxe")
    studio.upload(refused, b"GIF89a")
    studio.notify(refused)
    nobodys = "im_" + "a" * 26
    studio.upload(nobodys, b"GIF89a")
    studio.bucket.write(f"images/lake-view/{nobodys}/400.jpg", b"left by a crash", "image/jpeg")
    studio.notify(nobodys)
    studio.upload(ready, b"GIF89a")
    studio.notify(ready)
    studio.call(f"PATCH {IMAGE}", {"alt": "One", "room_type_id": "deluxe"}, image_id=ready)
    studio.call(f"PUT {IMAGES}/order", {"image_ids": [refused, ready]})
    studio.see(ready)
    shown = Picture(ready, "One", ((500, 300),))
    show(store.table, shown, of_deluxe=(shown,))
    studio.call(f"DELETE {IMAGE}", image_id=ready)
    studio.call(f"DELETE {IMAGE}", image_id=studio.made("not-shown"))


def receiving_guests(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    CatalogStore(store.table).add_owner(OWNER, "lake-view")
    booking_id = front_door.held()
    front_door.put_guest(booking_id)
    front_door.confirm(booking_id)
    owner: dict[str, Any] = {"user": OWNER, "groups": "[owner]", "property_id": "lake-view"}
    front_door.call("GET /properties/{property_id}/arrivals", query={"date": "2026-12-10"}, **owner)
    front_door.call("GET /properties/{property_id}/board", query={"first_night": "2026-12-10"}, **owner)


def watching(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    for route in ("GET /admin/figures", "GET /admin/proof"):
        assert front_door.call(route, user=ADMIN, groups="[admin]").status == 200
    assert front_door.call("GET /proof", user=None).status == 200


def signing_in(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    app = front_door.app("sign_in")
    with Stubber(app.user_pools._client) as cognito:
        cognito.add_response("admin_get_user", {"Username": ADMIN})
        app.lambda_handler(event("sign_in"), front_door.context)


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
    "reserve": reserving,
    "bookings": booking,
    "finalize": finalizing,
    "wallet": crediting,
    "catalog": looking,
    "cancel": cancelling,
    "topup": filling,
    "webhook": receiving_webhooks,
    "settle": settling,
    "expire": expiring,
    "audit": auditing,
    "desk": at_the_desk,
    "guests": hosting,
    "calendar": running_a_calendar,
    "opener": opening_calendars,
    "arrivals": receiving_guests,
    "images": picturing,
    "pictures": picturing,
    "register": registering,
    "reviews": reviewing,
    "figures": watching,
    "sign_in": signing_in,
}
