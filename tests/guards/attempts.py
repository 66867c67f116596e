"""What the guards in the code stop: each check is an attempt, and true while it comes to nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from botocore.stub import Stubber  # noqa: TID251 - plays Cognito

from holdfast.fields import Strict
from holdfast.imaging.headers import PNG, NotShown
from holdfast.imaging.sizes import sized
from holdfast.model.dates import millis
from holdfast.model.limits import GATEWAY_READ_DECAY_MS
from holdfast.payments.gateways.protocol import BadSignature, Gateway, GatewayUnknown
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from holdfast.payments.webhook import MAX_WEBHOOK_BYTES
from holdfast.storage.items import promo_item
from holdfast.storage.marshal import put_action
from holdfast.views.front_desk_tables import _plain
from tests.component.hostile import TABLE
from tests.component.hostile_callers import CALLERS
from tests.kit.builders import a_promo
from tests.kit.clock import NOW
from tests.kit.front_door import ADMIN, BOB, STAY, FrontDoor, event
from tests.kit.gateway_driver import WEBHOOK_SECRET
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe, razorpay_body, stripe_body

Check = Callable[[FrontDoor], bool]
NOWHERE = "http://127.0.0.1:9"


def refused(says: str) -> Check:
    """The row of `hostile.py` that says so gets the answer that it must get."""
    [hostile] = [row for row in (*TABLE, *CALLERS) if row.says == says]

    def check(front_door: FrontDoor) -> bool:
        reply = front_door.send(hostile.request(front_door.held()))
        return reply.status == hostile.status and reply.code == hostile.code

    return check


def quote(front_door: FrontDoor, booking_id: str, code: str) -> tuple[int, str]:
    reply = front_door.call("GET /bookings/{booking_id}/pricing", query={"promo_code": code}, booking_id=booking_id)
    return reply.status, reply.code


def a_guest_is_no_admin(front_door: FrontDoor) -> bool:
    return front_door.call("GET /admin/payments", user=ADMIN).status == 403


def a_guest_is_no_owner(front_door: FrontDoor) -> bool:
    return front_door.call("GET /owner/properties").status == 403


def a_booking_of_bobs_is_missing(front_door: FrontDoor) -> bool:
    return front_door.call("GET /bookings/{booking_id}", booking_id=front_door.held(user=BOB)).status == 404


def a_place_in_bobs_list_is_no_cursor(front_door: FrontDoor) -> bool:
    cursor = f"{millis(NOW)}.{front_door.held(user=BOB)}"
    return front_door.call("GET /bookings", query={"cursor": cursor}).status == 422


def an_owner_is_at_no_other_desk(front_door: FrontDoor) -> bool:
    booking_id = front_door.held()
    route = "GET /owner/bookings/{booking_id}"
    return front_door.call(route, user="stranger", groups="[owner]", booking_id=booking_id).status == 404


def twenty_levels_are_too_deep(front_door: FrontDoor) -> bool:
    deep: Any = 1
    for _ in range(20):
        deep = [deep]
    return front_door.call("POST /bookings", STAY | {"rooms": deep}, key="deep").status == 400


def a_large_webhook_is_refused_for_its_size(front_door: FrontDoor) -> bool:
    large = json.dumps({"type": "ping", "padding": "x" * MAX_WEBHOOK_BYTES})
    reply = front_door.call("POST /webhooks/{gateway}", raw=large, user=None, gateway="stripe")
    return reply.status == 400 and "are taken" in reply.body["detail"]


@contextmanager
def no_limit_on_webhooks(front_door: FrontDoor) -> Iterator[None]:
    app = front_door.app("webhook")
    before, app.MAX_WEBHOOK_BYTES = app.MAX_WEBHOOK_BYTES, 10**9
    yield
    app.MAX_WEBHOOK_BYTES = before


@contextmanager
def unknown_fields_are_ignored(_: FrontDoor) -> Iterator[None]:
    before, Strict.model_config["extra"] = Strict.model_config["extra"], "ignore"
    yield
    Strict.model_config["extra"] = before


def every_request_and_answer_is_closed(_: FrontDoor) -> bool:
    def below(kind: type[Strict]) -> Iterator[type[Strict]]:
        yield kind
        for one in kind.__subclasses__():
            yield from below(one)

    return all(one.model_config["extra"] == "forbid" and one.model_config["strict"] for one in below(Strict))


def is_refused(gateway: Gateway, webhook: Webhook, **headers: str) -> bool:
    try:
        gateway.verify_webhook(webhook.body, dict(webhook.headers) | headers, NOW)
    except BadSignature:
        return True
    return False


def stripe() -> StripeGateway:
    return StripeGateway("sk_test_1", (WEBHOOK_SECRET,), NOWHERE)


@contextmanager
def razorpay() -> Iterator[RazorpayGateway]:
    gateway = RazorpayGateway("key", "secret", (WEBHOOK_SECRET,), NOWHERE)
    yield gateway
    gateway._session.close()


def a_forger_is_not_stripe(_: FrontDoor) -> bool:
    return is_refused(stripe(), from_stripe(stripe_body("payment_intent.succeeded", "pi_1"), NOW, "another secret"))


def a_forger_is_not_razorpay(_: FrontDoor) -> bool:
    with razorpay() as gateway:
        return is_refused(gateway, from_razorpay(razorpay_body("payment.captured", "order_1"), "another secret"))


def an_old_event_is_refused(_: FrontDoor) -> bool:
    body = stripe_body("payment_intent.succeeded", "pi_1")
    return is_refused(stripe(), from_stripe(body, NOW.replace(year=NOW.year - 1)))


def a_sixth_hold_is_refused(front_door: FrontDoor) -> bool:
    for n in range(5):
        front_door.held(key=f"hold-{n}", check_in=f"2026-12-{10 + n}", check_out=f"2026-12-{11 + n}", guests=1)
    return front_door.hold(key="another", room_type_id="suite").status == 429


def a_tenth_room_is_refused(front_door: FrontDoor) -> bool:
    front_door.held(key="a", rooms=5, guests=5)
    front_door.held(key="b", rooms=4, guests=4, check_in="2026-12-13", check_out="2026-12-14")
    return front_door.hold(key="c", room_type_id="suite").status == 429


def a_loop_of_holds_has_to_wait(front_door: FrontDoor) -> bool:
    for n in range(10):
        front_door.cancel(front_door.held(key=f"key-{n}", rooms=5, guests=5))
    return front_door.hold(key="once-more").status == 429


def a_twenty_first_code_is_not_tried(front_door: FrontDoor) -> bool:
    booking_id = front_door.held()
    tried = [quote(front_door, booking_id, f"CODE{n}")[0] for n in range(21)]
    return tried == [422] * 20 + [429]


def a_code_that_is_used_up_reads_like_none(front_door: FrontDoor) -> bool:
    store = front_door.app("bookings").api.engine.store
    store.table.put(put_action(store.table.name, promo_item(a_promo("GONE", usage_limit=3, claimed=3))))
    return quote(front_door, front_door.held(), "GONE") == (422, "promo_invalid")


def a_sixth_topup_is_refused(front_door: FrontDoor) -> bool:
    body = {"gateway": "stripe", "amount": 5000}
    begun = [front_door.call("POST /wallet/topups", body, key=f"key-{n}").status for n in range(6)]
    return begun == [201] * 5 + [429]


def a_twenty_first_order_is_refused(front_door: FrontDoor) -> bool:
    front_door.credit(100_000)
    booking_id = front_door.held()
    begun = []
    for n in range(21):
        front_door.clock.advance(GATEWAY_READ_DECAY_MS / 1000)
        begun.append(front_door.start(booking_id, wallet_apply_amount=100 * n).status)
    return begun == [200] * 20 + [409]


def a_seventh_repeat_has_to_wait(front_door: FrontDoor) -> bool:
    booking_id = front_door.held()
    return [front_door.start(booking_id).status for _ in range(8)] == [200] * 7 + [429]


def a_smaller_payment_confirms_nothing(front_door: FrontDoor) -> bool:
    booking_id = front_door.held()
    started = front_door.start(booking_id)
    order_id = started.body["gateway_order_id"]
    front_door.gateway.authorise(order_id)
    front_door.gateway.change(order_id, amount=100)
    front_door.pay_by_card(booking_id, started)
    return bool(front_door.booking(booking_id)["status"] != "confirmed")


def stripe_has_a_deadline(_: FrontDoor) -> bool:
    client: Any = stripe()._client._requestor._client
    return client._timeout is not None


def razorpay_has_a_deadline(_: FrontDoor) -> bool:
    asked: list[Any] = []

    def request(*_: Any, timeout: Any, **__: Any) -> Any:
        asked.append(timeout)
        raise ValueError

    with razorpay() as gateway, suppress(GatewayUnknown):
        gateway._session.request = request  # type: ignore[assignment,method-assign]
        gateway.fetch("order_1")
    return asked != [None]


def an_admin_without_a_second_factor_is_none(front_door: FrontDoor) -> bool:
    app = front_door.app("sign_in")
    with Stubber(app.user_pools._client) as cognito:
        cognito.add_response("admin_get_user", {"Username": ADMIN})
        answer = app.lambda_handler(event("sign_in"), front_door.context)["response"]["claimsAndScopeOverrideDetails"]
    return answer is not None and "admin" not in answer["groupOverrideDetails"]["groupsToOverride"]


def a_formula_is_a_text(_: FrontDoor) -> bool:
    return _plain("=HYPERLINK(1)") == "'=HYPERLINK(1)"


def not_shown(data: bytes, reason: str) -> Check:
    def check(_: FrontDoor) -> bool:
        try:
            sized(data, PNG)
        except NotShown as refusal:
            return reason in str(refusal)
        return False

    return check
