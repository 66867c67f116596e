"""The local Razorpay: webhooks, and what it shows."""

import httpx  # noqa: TID251  the server under test is an HTTP server

from tests.component.local.merchant import (
    WEBHOOK_SECRET,
    Merchant,
    a_captured_payment,
    an_authorized_payment,
    an_order,
    answer,
    refusal,
)
from tests.kit.webhooks import from_razorpay


def test_signs_the_raw_body_of_a_webhook_and_names_the_event(api: httpx.Client, merchant: Merchant) -> None:
    order_id = an_order(api)
    payment_id = an_authorized_payment(api, order_id)
    [event] = merchant.events(1)
    [(headers, body)] = merchant.deliveries
    assert headers["x-razorpay-signature"] == from_razorpay(body, WEBHOOK_SECRET).headers["x-razorpay-signature"]
    assert headers["x-razorpay-event-id"]
    assert (event["event"], event["contains"]) == ("payment.authorized", ["payment"])
    entity = event["payload"]["payment"]["entity"]
    assert (entity["id"], entity["order_id"], entity["status"]) == (payment_id, order_id, "authorized")


def test_sends_a_refused_webhook_again_under_the_same_event_id(api: httpx.Client, merchant: Merchant) -> None:
    merchant.answers = [503]
    an_authorized_payment(api, an_order(api))
    merchant.events(2)
    first, second = merchant.deliveries
    assert first[0]["x-razorpay-event-id"] == second[0]["x-razorpay-event-id"]
    assert first[1] == second[1]


def test_holds_then_reorders_and_duplicates_webhooks(api: httpx.Client, merchant: Merchant) -> None:
    answer(api.post("/_test/webhooks", json={"hold": True}))
    a_captured_payment(api)
    assert merchant.deliveries == []
    assert answer(api.post("/_test/release", json={"reverse": True, "copies": 3})) == {"released": 3}
    backwards = ["order.paid"] * 3 + ["payment.captured"] * 3 + ["payment.authorized"] * 3
    assert merchant.types(9) == backwards
    assert len({headers["x-razorpay-event-id"] for headers, _ in merchant.deliveries}) == 3
    last = merchant.events(9)[-1]
    assert last["payload"]["payment"]["entity"]["status"] == "authorized"  # a snapshot of its time


def test_sends_webhooks_late(api: httpx.Client, merchant: Merchant) -> None:
    answer(api.post("/_test/webhooks", json={"copies": 2, "delay_seconds": 0.5}))
    an_authorized_payment(api, an_order(api))
    assert merchant.deliveries == []
    assert merchant.types(2) == ["payment.authorized"] * 2


def test_shows_a_person_everything(api: httpx.Client, merchant: Merchant) -> None:
    a_captured_payment(api)
    merchant.events(3)
    state = answer(api.get("/_test/state"))
    assert [order["status"] for order in state["orders"]] == ["paid"]
    assert [payment["status"] for payment in state["payments"]] == ["captured"]
    events = [event["event"] for event in state["events"]]
    assert events == ["payment.authorized", "payment.captured", "order.paid"]


def test_says_what_it_did_not_understand(api: httpx.Client) -> None:
    assert "Nothing to play" in refusal(api.post("/_test/faults", json={"kind": "gremlins"}))
    assert "Not understood" in refusal(api.post("/v1/orders", json=[]))
    assert "Not understood" in refusal(api.post("/v1/orders", content=b"{"))
    assert "colour" in refusal(api.post(f"/_test/orders/{an_order(api)}/authorize", json={"colour": "red"}))
