"""POST /webhooks/{gateway} as API Gateway calls it: what is answered, and what is written."""

import json
import time

import pytest

from holdfast.model.booking import Status
from holdfast.model.case import CaseKind
from holdfast.storage.items import Item
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.handlers import Handlers
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import OLD_WEBHOOK_SECRET, RazorpayDriver, StripeDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import PaymentScenario
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe, razorpay_body, stripe_body

NOWHERE = "http://127.0.0.1:9"

pytestmark = pytest.mark.usefixtures("cloud")  # the secrets are there


@pytest.fixture
def handlers(
    scenario: PaymentScenario, razorpay: LocalRazorpay, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Handlers:
    return Handlers(monkeypatch, scenario, razorpay_url=razorpay.url, stripe_url=NOWHERE)


def everything(scenario: PaymentScenario) -> list[Item]:
    return sorted(scenario.store.table.scan(), key=lambda item: (item["pk"], item["sk"]))


@pytest.mark.parametrize("base64", [False, True])
@pytest.mark.parametrize("secret", [None, OLD_WEBHOOK_SECRET])
def test_a_genuine_webhook_confirms(
    scenario: PaymentScenario, handlers: Handlers, base64: bool, secret: str | None
) -> None:
    booking = scenario.hold()
    scenario.paid(booking)
    webhook = scenario.events()[-1]
    if secret:
        webhook = from_razorpay(webhook.body, secret)
    assert handlers.webhook(webhook, base64=base64) == (200, {"received": True, "acted": True})
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_second_delivery_is_answered_within_a_second(scenario: PaymentScenario, handlers: Handlers) -> None:
    booking = scenario.hold()
    scenario.paid(booking)
    handlers.webhook(scenario.events()[-1])
    began = time.monotonic()
    assert handlers.webhook(scenario.events()[-1])[0] == 200
    assert time.monotonic() - began < 1


def test_a_bad_signature_is_400_and_writes_nothing(scenario: PaymentScenario, handlers: Handlers) -> None:
    scenario.paid(scenario.hold())
    before = everything(scenario)
    webhook = scenario.events()[-1]
    for headers in (
        {},
        {"x-razorpay-signature": ""},
        {"x-razorpay-signature": "é"},
        {"x-razorpay-signature": "0" * 64},
        from_razorpay(webhook.body, "another").headers,
        from_stripe(webhook.body, scenario.clock()).headers,
    ):
        status, answer = handlers.webhook(Webhook("razorpay", webhook.body, headers))
        assert (status, answer["code"]) == (400, "invalid_request")
    assert handlers.webhook(Webhook("stripe", webhook.body, webhook.headers))[0] == 400
    assert everything(scenario) == before


def test_a_body_that_is_not_what_its_encoding_says_is_400(scenario: PaymentScenario, handlers: Handlers) -> None:
    scenario.paid(scenario.hold())
    webhook = scenario.events()[-1]
    assert handlers.webhook(webhook, body="!!", isBase64Encoded=True)[0] == 400
    assert handlers.webhook(webhook, body=None)[0] == 400
    assert handlers.webhook(webhook, headers=None)[0] == 400


@pytest.mark.parametrize(
    "webhook",
    [
        from_razorpay(b'{"event": "settlement.processed", "payload": {"settlement": {"entity": {"id": "setl_1"}}}}'),
        from_razorpay(b"[]"),
        from_razorpay(
            json.dumps({"event": "payment.authorized", "payload": {"payment": {"entity": {"order_id": None}}}}).encode()
        ),
    ],
)
def test_kinds_that_we_do_not_follow_are_200(scenario: PaymentScenario, handlers: Handlers, webhook: Webhook) -> None:
    before = everything(scenario)
    assert handlers.webhook(webhook) == (200, {"received": True, "acted": False})
    assert everything(scenario) == before


def test_an_unknown_order_is_recorded_and_200(scenario: PaymentScenario, handlers: Handlers) -> None:
    webhook = from_razorpay(razorpay_body("payment.captured", "order_of_another_shop"))
    assert [handlers.webhook(webhook)[0] for _ in range(2)] == [200, 200]
    [case] = scenario.cases(CaseKind.UNMATCHED)
    assert case.order_id == "order_of_another_shop"


def test_a_gateway_that_does_not_answer_is_503_and_the_event_comes_again(
    scenario: PaymentScenario, driver: RazorpayDriver, handlers: Handlers
) -> None:
    booking = scenario.hold()
    scenario.paid(booking)
    driver.razorpay.play("faults", kind="error", on="orders", method="GET")
    assert handlers.webhook(scenario.events()[-1])[0] == 503
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING
    assert handlers.webhook(scenario.events()[-1])[0] == 200
    assert scenario.stored(booking).status is Status.CONFIRMED


def test_another_gateway_is_not_found(scenario: PaymentScenario, handlers: Handlers) -> None:
    assert handlers.webhook(Webhook("paypal", b"{}", {}))[0] == 404


@pytest.mark.parametrize("kilobytes", [9, 100])
def test_a_large_event_is_accepted(scenario: PaymentScenario, handlers: Handlers, kilobytes: int) -> None:
    """Events carry their whole object, and whatever metadata was put on it."""
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    body = razorpay_body("payment.authorized", order_id, notes={"much": "x" * 1024 * kilobytes})
    assert handlers.webhook(from_razorpay(body))[0] == 200
    assert scenario.stored(booking).status is Status.CONFIRMED


@pytest.mark.localstripe
@pytest.mark.parametrize("base64", [False, True])
def test_stripes_webhook_confirms(
    stripe_scenario: PaymentScenario, localstripe: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, base64: bool
) -> None:
    handlers = Handlers(monkeypatch, stripe_scenario, razorpay_url=NOWHERE, stripe_url=localstripe)
    booking = stripe_scenario.hold()
    order_id, _ = stripe_scenario.paid(booking)
    webhook = from_stripe(stripe_body("payment_intent.amount_capturable_updated", order_id), clock())
    assert handlers.webhook(webhook, base64=base64) == (200, {"received": True, "acted": True})
    assert stripe_scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(stripe_scenario) == []


@pytest.mark.localstripe
def test_an_intent_of_another_program_is_kept_nowhere_and_an_unknown_one_is_recorded(
    stripe_scenario: PaymentScenario, localstripe: str, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = Handlers(monkeypatch, stripe_scenario, razorpay_url=NOWHERE, stripe_url=localstripe)
    assert isinstance(stripe_scenario.driver, StripeDriver)
    foreign = stripe_scenario.driver.open_foreign(5000)
    stripe_scenario.driver.pay(foreign)
    for order_id in (foreign, "pi_nowhere"):
        webhook = from_stripe(stripe_body("payment_intent.succeeded", order_id), clock())
        assert handlers.webhook(webhook)[0] == 200
    assert [case.order_id for case in stripe_scenario.cases(CaseKind.UNMATCHED)] == ["pi_nowhere"]
