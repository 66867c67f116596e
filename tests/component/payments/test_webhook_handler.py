"""POST /webhooks/{gateway} as API Gateway calls it: what is answered, and what is written."""

import json
import time

import pytest

from holdfast.model.booking import Status
from holdfast.storage.items import Item
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.handlers import Handlers
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import OLD_WEBHOOK_SECRET, RazorpayTill, StripeTill
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import House
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe, razorpay_body, stripe_body

NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def handlers(house: House, razorpay: LocalRazorpay, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Handlers:
    return Handlers(monkeypatch, clock, razorpay.url, NOWHERE)


def everything(house: House) -> list[Item]:
    return sorted(house.store.table.scan(), key=lambda item: (item["pk"], item["sk"]))


@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("secret", [None, OLD_WEBHOOK_SECRET])
def test_a_genuine_webhook_confirms(house: House, handlers: Handlers, base64: bool, secret: str | None) -> None:
    booking = house.hold()
    house.paid(booking)
    told = house.news()[-1]
    if secret:
        told = from_razorpay(told.body, secret)
    assert handlers.webhook(told, base64=base64) == (200, {"received": True, "acted": True})
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_second_delivery_is_answered_within_a_second(house: House, handlers: Handlers) -> None:
    booking = house.hold()
    house.paid(booking)
    handlers.webhook(house.news()[-1])
    began = time.monotonic()
    assert handlers.webhook(house.news()[-1])[0] == 200
    assert time.monotonic() - began < 1


def test_a_bad_signature_is_400_and_writes_nothing(house: House, handlers: Handlers) -> None:
    house.paid(house.hold())
    before = everything(house)
    told = house.news()[-1]
    for headers in (
        {},
        {"x-razorpay-signature": ""},
        {"x-razorpay-signature": "é"},
        {"x-razorpay-signature": "0" * 64},
        from_razorpay(told.body, "another").headers,
        from_stripe(told.body, house.clock()).headers,
    ):
        status, answer = handlers.webhook(Webhook("razorpay", told.body, headers))
        assert (status, answer["code"]) == (400, "invalid_request")
    assert handlers.webhook(Webhook("stripe", told.body, told.headers))[0] == 400
    assert everything(house) == before


def test_a_body_that_is_not_what_its_encoding_says_is_400(house: House, handlers: Handlers) -> None:
    house.paid(house.hold())
    told = house.news()[-1]
    assert handlers.webhook(told, body="!!", isBase64Encoded=True)[0] == 400
    assert handlers.webhook(told, body=None)[0] == 400
    assert handlers.webhook(told, headers=None)[0] == 400


@pytest.mark.parametrize(
    "told",
    [
        from_razorpay(b'{"event": "settlement.processed", "payload": {"settlement": {"entity": {"id": "setl_1"}}}}'),
        from_razorpay(b"[]"),
        from_razorpay(
            json.dumps({"event": "payment.authorized", "payload": {"payment": {"entity": {"order_id": None}}}}).encode()
        ),
    ],
)
def test_kinds_that_we_do_not_follow_are_200(house: House, handlers: Handlers, told: Webhook) -> None:
    before = everything(house)
    assert handlers.webhook(told) == (200, {"received": True, "acted": False})
    assert everything(house) == before


def test_an_unknown_order_is_put_aside_and_200(house: House, handlers: Handlers) -> None:
    told = from_razorpay(razorpay_body("payment.captured", "order_of_another_shop"))
    assert [handlers.webhook(told)[0] for _ in range(2)] == [200, 200]
    [orphans] = house.store.orphans()
    assert orphans.order_id == "order_of_another_shop"


def test_a_gateway_that_does_not_answer_is_503_and_the_event_comes_again(
    house: House, till: RazorpayTill, handlers: Handlers
) -> None:
    booking = house.hold()
    house.paid(booking)
    till.razorpay.play("faults", kind="error", on="orders", method="GET")
    assert handlers.webhook(house.news()[-1])[0] == 503
    assert house.stored(booking).status is Status.PAYMENT_PENDING
    assert handlers.webhook(house.news()[-1])[0] == 200
    assert house.stored(booking).status is Status.CONFIRMED


def test_another_gateway_is_not_found(house: House, handlers: Handlers) -> None:
    assert handlers.webhook(Webhook("paypal", b"{}", {}))[0] == 404


@pytest.mark.parametrize("kilobytes", [9, 100])
def test_a_large_event_is_taken(house: House, handlers: Handlers, kilobytes: int) -> None:
    """Events carry their whole object, and whatever metadata was put on it."""
    booking = house.hold()
    order_id, _ = house.paid(booking)
    body = razorpay_body("payment.authorized", order_id, notes={"much": "x" * 1024 * kilobytes})
    assert handlers.webhook(from_razorpay(body))[0] == 200
    assert house.stored(booking).status is Status.CONFIRMED


@pytest.mark.localstripe
@pytest.mark.parametrize("base64", [False, True])
def test_stripes_webhook_confirms(
    stripe_house: House, localstripe: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, base64: bool
) -> None:
    handlers = Handlers(monkeypatch, clock, NOWHERE, localstripe)
    booking = stripe_house.hold()
    order_id, _ = stripe_house.paid(booking)
    told = from_stripe(stripe_body("payment_intent.amount_capturable_updated", order_id), clock())
    assert handlers.webhook(told, base64=base64) == (200, {"received": True, "acted": True})
    assert stripe_house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(stripe_house) == []


@pytest.mark.localstripe
def test_an_intent_of_another_program_is_put_aside_and_200(
    stripe_house: House, localstripe: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = Handlers(monkeypatch, clock, NOWHERE, localstripe)
    assert isinstance(stripe_house.till, StripeTill)
    for order_id in (stripe_house.till.open_foreign(5000), "pi_nowhere"):
        told = from_stripe(stripe_body("payment_intent.succeeded", order_id), clock())
        assert handlers.webhook(told)[0] == 200
    assert [found.amount for found in stripe_house.store.orphans()].count(5000) == 1
    assert len(stripe_house.store.orphans()) == 2
