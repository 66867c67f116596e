"""A walk through every route, as its examples in the API description: what was sent, and what the handlers answered."""

import json
from datetime import UTC, datetime
from typing import Any

from holdfast.audit.record import record_audit
from holdfast.audit.table import audit_table
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import promo_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.contract.calendar_examples import run_a_calendar
from tests.contract.front_desk_examples import receive_guests
from tests.contract.register_examples import register_a_hotel
from tests.kit.builders import a_promo
from tests.kit.front_door import ADMIN, ALICE, GUEST, OWNER, STAY, FrontDoor, Reply, event, request_for
from tests.kit.pictures import jpeg
from tests.kit.studio import IMAGE, IMAGES, open_studio

Example = dict[str, Any]
CALLERS = {"": ALICE, "admin": ADMIN, "owner": OWNER}


class ExampleRecorder:
    """Sends calls, and keeps each route's last request and its answers by status."""

    def __init__(self, front_door: FrontDoor) -> None:
        self.door = front_door
        self.examples: dict[str, Example] = {}

    def call(
        self,
        route: str,
        body: Any = None,
        *,
        group: str = "",
        key: str | None = None,
        query: dict[str, str] | None = None,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **path: str,
    ) -> Any:
        user, groups = CALLERS[group], f"[{group}]" if group else ""
        sent = request_for(route, body, user=user, groups=groups, key=key, query=query, headers=headers, path=path)
        reply = self.door.send(sent)
        assert reply.status == status, reply.body
        self.keep(route, reply, body=body, query=query, path=path)
        return reply.body

    def keep(self, route: str, reply: Reply, **sent: Any) -> None:
        example = self.examples.setdefault(route, {"answers": {}})
        example |= {name: value for name, value in sent.items() if value}
        example["answers"][str(reply.status)] = reply.body


def at_the_desk(recorder: ExampleRecorder, cancelled: str, store: Store) -> None:
    """What admins and owners do with bookings, at the property and on the days of the stay."""
    CatalogStore(store.table).add_owner(OWNER, "lake-view")
    clock = recorder.door.clock
    now, guests = clock.now, {}
    for role in ("admin", "owner"):
        path = f"/{role}/bookings"
        of_a_day = {"property_id": "lake-view", "date": str(STAY["check_in"]), "state": "confirmed"}
        recorder.call(f"GET {path}", group=role, query=of_a_day)
        recorder.call(f"GET {path}/{{booking_id}}", group=role, booking_id=cancelled)
        recorder.call(f"GET {path}/{{booking_id}}/guest", group=role, booking_id=cancelled)
        for step in ("stay", "none"):
            guests[step] = recorder.door.held(key=f"{role}-{step}")
            recorder.door.confirm(guests[step])
        clock.now = datetime(2026, 12, 10, 9, tzinfo=UTC)
        recorder.call(f"POST {path}/{{booking_id}}/check_in", {}, group=role, booking_id=guests["stay"])
        early = {"reason": "Left a day early"}
        recorder.call(f"POST {path}/{{booking_id}}/check_out", early, group=role, booking_id=guests["stay"])
        nobody = {"reason": "Nobody came"}
        recorder.call(f"POST {path}/{{booking_id}}/no_show", nobody, group=role, booking_id=guests["none"])
        by_policy = {"reason": "Asked by the guest", "refund": "policy"}
        recorder.call(f"POST {path}/{{booking_id}}/cancel", by_policy, group=role, booking_id=guests["none"])
        part = {"reason": "The heating failed", "refund": "amount", "amount": 500_000}
        recorder.call(f"POST {path}/{{booking_id}}/cancel", part, group=role, booking_id=guests["stay"])
        clock.now = now


def _pictures(recorder: ExampleRecorder, store: Store) -> None:
    """A picture that is ready, and one that waits for its upload."""
    studio = open_studio(recorder.door, store.table)
    of: dict[str, Any] = {"group": "owner", "property_id": "lake-view"}
    asked = {"content_type": "image/jpeg", "alt": "The lake from the terrace"}
    left_to_chance = ("policy", "x-amz-credential", "x-amz-date", "x-amz-signature")
    image_id = ""
    for status in (201, 200):
        made = recorder.call(f"POST {IMAGES}", asked, key="lake", status=status, **of)
        made["upload"]["fields"] |= dict.fromkeys(left_to_chance, "as signed")
        image_id = made["image_id"]
    studio.upload(image_id, jpeg(1600, 1067))
    studio.notify(image_id)
    bed = studio.asked("bed")
    recorder.call(f"GET {IMAGE}", image_id=image_id, **of)
    recorder.call(f"PATCH {IMAGE}", {"alt": "A wide bed", "room_type_id": "deluxe"}, image_id=bed, **of)
    recorder.call(f"PUT {IMAGES}/order", {"image_ids": [bed, image_id]}, **of)
    recorder.call(f"GET {IMAGES}", **of)
    recorder.call(f"DELETE {IMAGE}", image_id=bed, **of)


def _hold_again(recorder: ExampleRecorder) -> None:
    abandoned = recorder.door.held(key="let-go")
    recorder.door.cancel(abandoned)
    for status in (201, 200):
        recorder.call("POST /bookings/{booking_id}/revive", {}, status=status, booking_id=abandoned)


def _ways_out(recorder: ExampleRecorder, topup_id: str) -> None:
    """What an admin does about what waits, or can never succeed."""
    door = recorder.door
    reason = {"reason": "The gateway is back"}
    recorder.call("POST /admin/topups/{topup_id}/settle", reason, group="admin", topup_id=topup_id)
    money = {"gateway": "stripe", "amount": 70_000}
    short = door.call("POST /wallet/topups", money, key="paid-short").body
    door.gateway.authorise(short["gateway_order_id"])
    door.gateway.capture_outside(short["gateway_order_id"], 30_000)
    reason = {"reason": "Given back by bank transfer"}
    recorder.call("POST /admin/topups/{topup_id}/close", reason, group="admin", topup_id=short["topup_id"])
    wrong = door.credit(1_000, key="wrong").body
    for status in (201, 200):
        recorder.call(
            "POST /admin/wallets/{user_id}/credits/{seq}/reverse",
            {"reason": "Credited to the wrong guest"},
            group="admin",
            status=status,
            user_id=ALICE,
            seq=str(wrong["seq"]),
        )
    third = door.held(key="third-trip", check_in="2026-12-20", check_out="2026-12-21")
    started = door.start(third)
    door.gateway.authorise(started.body["gateway_order_id"])
    assert door.pay_by_card(third, started).status == 200
    door.gateway.refuses.add("refund")
    assert door.cancel(third).status == 200
    door.gateway.refuses.clear()
    instead = {"reason": "The card is gone; paid by bank transfer", "paid": "outside"}
    recorder.call("POST /admin/bookings/{booking_id}/refunds/close", instead, group="admin", booking_id=third)


def _watch(recorder: ExampleRecorder, store: Store) -> None:
    """An audit of all this, and what admins and anyone read of it."""
    clock = recorder.door.clock
    record_audit(audit_table(store, clock=clock), store=store)
    today = clock().date().isoformat()
    recorder.call("GET /admin/figures", query={"from": today, "to": today}, group="admin")
    recorder.call("GET /admin/proof", group="admin")
    recorder.call("GET /proof")


def _close_case(recorder: ExampleRecorder) -> None:
    door = recorder.door
    stray = door.gateway.open_order("of another shop", 5_000, "INR", "stray").order_id
    door.gateway.authorise(stray)
    door.call("POST /webhooks/{gateway}", raw=stray, user=None, gateway="stripe")
    [case] = door.call("GET /admin/payments", user=ADMIN, groups="[admin]", query={"state": "unmatched"}).body[
        "payments"
    ]
    dealt_with = {"reason": "Refunded in Stripe's dashboard"}
    recorder.call("POST /admin/cases/{case_id}/close", dealt_with, group="admin", case_id=case["case_id"])


def examples(door: FrontDoor, store: Store) -> dict[str, Example]:
    """One example for each route and each status that it answers with, all of one guest's few minutes."""
    recorder = ExampleRecorder(door)
    stay: dict[str, str] = {"check_in": str(STAY["check_in"]), "check_out": str(STAY["check_out"])}
    store.table.put(put_action(store.table.name, promo_item(a_promo())))

    recorder.call("GET /properties", query={"city": "Udaipur", "rooms": "1", "guests": "2"} | stay)
    recorder.call("GET /properties/{property_id}", query={"rooms": "1", "guests": "2"} | stay, property_id="lake-view")
    month = recorder.call("GET /room-types/{room_type_id}/calendar", query={"month": "2026-12"}, room_type_id="deluxe")
    month["nights"] = month["nights"][9:12]

    credit = {"amount": 600_000, "reason": "Goodwill"}
    for status in (201, 200):
        recorder.call(
            "POST /admin/wallets/{user_id}/credits", credit, group="admin", key="credit", status=status, user_id=ALICE
        )
    recorder.call("POST /bookings", STAY, key="trip", status=201)
    held = recorder.call("POST /bookings", STAY, key="trip")
    booking = {"booking_id": held["booking_id"]}
    for route, body in (("PUT /bookings/{booking_id}/guest", GUEST), ("GET /bookings/{booking_id}/guest", None)):
        recorder.call(route, body, **booking)
    door.clock.advance(60)
    choice = {"promo_code": "TEN", "wallet_apply_amount": "200000"}
    recorder.call("GET /bookings/{booking_id}/pricing", query=choice, **booking)
    start = recorder.call(
        "POST /bookings/{booking_id}/payment",
        {"gateway": "stripe", "promo_code": "TEN", "wallet_apply_amount": 200_000},
        **booking,
    )
    door.gateway.authorise(start["gateway_order_id"])
    recorder.call(
        "POST /bookings/{booking_id}/finalize",
        {
            "payment_mode": "wallet_partial",
            "wallet_applied": 200_000,
            "gateway_amount": start["amount"],
            "gateway_transaction_id": start["gateway_order_id"],
        },
        **booking,
    )
    recorder.call("GET /bookings/{booking_id}", **booking)
    recorder.call("GET /bookings/{booking_id}/cancellation", **booking)
    recorder.call("GET /bookings")
    door.gateway.silent_before.add("refund")
    recorder.call("POST /bookings/{booking_id}/cancel", {}, **booking)
    [due] = recorder.call("GET /admin/payments", query={"state": "due"}, group="admin")["payments"]
    due["next_try_at"] = "2026-11-22T06:32:00.000Z"  # left to chance by some seconds
    door.gateway.silent_before.clear()
    recorder.call(
        "POST /admin/bookings/{booking_id}/settle", {"reason": "The card's bank is back"}, group="admin", **booking
    )

    other = door.held(key="another-trip")
    paid_at_the_desk = {"payment_mode": "admin", "reason": "Paid in cash at the desk"}
    recorder.call("POST /admin/bookings/{booking_id}/finalize", paid_at_the_desk, group="admin", booking_id=other)

    at_the_desk(recorder, held["booking_id"], store)
    for of_owners in (run_a_calendar, receive_guests, register_a_hotel):
        of_owners(recorder)
    recorder.call("DELETE /bookings/{booking_id}/guest", **booking)
    _hold_again(recorder)
    _pictures(recorder, store)

    money = {"gateway": "stripe", "amount": 50_000}
    recorder.call("POST /wallet/topups", money, key="fill", status=201)
    topup = recorder.call("POST /wallet/topups", money, key="fill")
    door.gateway.authorise(topup["gateway_order_id"])
    proof = {"gateway_transaction_id": topup["gateway_order_id"]}
    recorder.call("POST /wallet/topups/{topup_id}/finalize", proof, topup_id=topup["topup_id"])
    _ways_out(recorder, topup["topup_id"])
    recorder.call("GET /wallet")
    recorder.call("GET /wallet/entries")

    _close_case(recorder)
    _watch(recorder, store)

    webhook = event("webhook_stripe")
    recorder.keep(
        "POST /webhooks/{gateway}", door.send(webhook), body=json.loads(webhook["body"]), path={"gateway": "stripe"}
    )
    return recorder.examples
