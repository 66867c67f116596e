"""Whose webhook it is: over the raw bytes, before anything is read, and never a crash."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from holdfast.payments.gateways.protocol import BadSignature
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway
from tests.kit.clock import NOW
from tests.kit.gateway_driver import OLD_WEBHOOK_SECRET, WEBHOOK_SECRET
from tests.kit.webhooks import from_razorpay, from_stripe, razorpay_body, stripe_body, stripe_signature

SECONDS = int(NOW.timestamp())
RAZORPAY = razorpay_body("payment.authorized", "order_1")
STRIPE = stripe_body("payment_intent.succeeded", "pi_1")
GARBAGE = [
    "",
    ",",
    "=",
    "t=,v1=",
    "v1=abc",
    "é",
    "\udcff",
    "t=1,t=2,v1=a",
    "t=-1,v1=a",
    "t=1e9,v1=a",
    "t=٣,v1=a",
    "x" * 9000,
]


@pytest.fixture
def stripe() -> StripeGateway:
    return StripeGateway("sk_test_1", (WEBHOOK_SECRET, OLD_WEBHOOK_SECRET), "http://127.0.0.1:9")


@pytest.fixture
def razorpay() -> Iterator[RazorpayGateway]:
    gateway = RazorpayGateway("key", "secret", (WEBHOOK_SECRET, OLD_WEBHOOK_SECRET), "http://127.0.0.1:9")
    yield gateway
    gateway._session.close()


def stripe_says(stripe: StripeGateway, body: bytes, header: str) -> str | None:
    return stripe.verify_webhook(body, {"stripe-signature": header}, NOW)


def razorpay_says(razorpay: RazorpayGateway, body: bytes, header: str) -> str | None:
    return razorpay.verify_webhook(body, {"x-razorpay-signature": header}, NOW)


@pytest.mark.parametrize("secret", [WEBHOOK_SECRET, OLD_WEBHOOK_SECRET])
def test_a_genuine_webhook_names_its_order_under_either_secret(
    stripe: StripeGateway, razorpay: RazorpayGateway, secret: str
) -> None:
    webhook = from_stripe(STRIPE, NOW, secret)
    assert stripe.verify_webhook(webhook.body, webhook.headers, NOW) == "pi_1"
    webhook = from_razorpay(RAZORPAY, secret)
    assert razorpay.verify_webhook(webhook.body, webhook.headers, NOW) == "order_1"


@pytest.mark.parametrize(
    "kind",
    [
        *("charge.refunded", "charge.refund.updated", "charge.updated"),
        *("refund.created", "refund.updated", "refund.failed"),
        *(f"charge.dispute.{what}" for what in ("created", "updated", "closed", "funds_withdrawn", "funds_reinstated")),
    ],
)
def test_stripe_events_about_other_things_name_the_intent(stripe: StripeGateway, kind: str) -> None:
    webhook = from_stripe(stripe_body(kind, "pi_1"), NOW)
    assert stripe.verify_webhook(webhook.body, webhook.headers, NOW) == "pi_1"


@pytest.mark.parametrize(
    "kind",
    [
        *("payment.failed", "payment.captured", "order.paid"),
        *("refund.created", "refund.processed", "refund.failed", "refund.speed_changed"),
        *(f"payment.dispute.{what}" for what in ("created", "under_review", "won", "lost", "closed")),
    ],
)
def test_razorpay_events_about_other_things_name_the_order(razorpay: RazorpayGateway, kind: str) -> None:
    webhook = from_razorpay(razorpay_body(kind, "order_1"))
    assert razorpay.verify_webhook(webhook.body, webhook.headers, NOW) == "order_1"


def test_an_altered_body_is_not_the_gateways(stripe: StripeGateway, razorpay: RazorpayGateway) -> None:
    for altered in (RAZORPAY.replace(b"order_1", b"order_2"), RAZORPAY + b" ", RAZORPAY[:-1]):
        with pytest.raises(BadSignature):
            razorpay_says(razorpay, altered, from_razorpay(RAZORPAY).headers["x-razorpay-signature"])
    for altered in (STRIPE.replace(b"pi_1", b"pi_2"), STRIPE + b" ", STRIPE[:-1]):
        with pytest.raises(BadSignature):
            stripe_says(stripe, altered, stripe_signature(STRIPE, SECONDS, WEBHOOK_SECRET))


def test_json_that_was_encoded_again_is_not_the_gateways(stripe: StripeGateway, razorpay: RazorpayGateway) -> None:
    """The same content in other bytes: what a proxy that parses would make of it."""
    compact = json.dumps(json.loads(RAZORPAY), separators=(",", ":")).encode()
    assert json.loads(compact) == json.loads(RAZORPAY)
    with pytest.raises(BadSignature):
        razorpay_says(razorpay, compact, from_razorpay(RAZORPAY).headers["x-razorpay-signature"])
    spaced = json.dumps(json.loads(STRIPE), indent=2).encode()
    with pytest.raises(BadSignature):
        stripe_says(stripe, spaced, stripe_signature(STRIPE, SECONDS, WEBHOOK_SECRET))


def test_a_wrong_secret_is_refused(stripe: StripeGateway, razorpay: RazorpayGateway) -> None:
    with pytest.raises(BadSignature):
        stripe_says(stripe, STRIPE, stripe_signature(STRIPE, SECONDS, "another"))
    with pytest.raises(BadSignature):
        razorpay_says(razorpay, RAZORPAY, from_razorpay(RAZORPAY, "another").headers["x-razorpay-signature"])


@pytest.mark.parametrize(
    ("seconds", "good"), [(-300, True), (300, True), (-301, False), (301, False), (-(10**9), False)]
)
def test_stripes_time_may_be_five_minutes_off_either_way(stripe: StripeGateway, seconds: int, good: bool) -> None:
    webhook = from_stripe(STRIPE, NOW + timedelta(seconds=seconds))
    if good:
        assert stripe.verify_webhook(webhook.body, webhook.headers, NOW) == "pi_1"
    else:
        with pytest.raises(BadSignature):
            stripe.verify_webhook(webhook.body, webhook.headers, NOW)


def test_one_good_signature_of_several_is_enough(stripe: StripeGateway) -> None:
    assert stripe_says(stripe, STRIPE, stripe_signature(STRIPE, SECONDS, "another", WEBHOOK_SECRET)) == "pi_1"
    assert stripe_says(stripe, STRIPE, stripe_signature(STRIPE, SECONDS, WEBHOOK_SECRET, "another")) == "pi_1"


def test_only_the_scheme_v1_counts(stripe: StripeGateway) -> None:
    header = stripe_signature(STRIPE, SECONDS, WEBHOOK_SECRET).replace("v1=", "v0=")
    with pytest.raises(BadSignature):
        stripe_says(stripe, STRIPE, header)


@pytest.mark.parametrize("header", GARBAGE)
def test_a_malformed_header_is_refused_and_crashes_nothing(
    stripe: StripeGateway, razorpay: RazorpayGateway, header: str
) -> None:
    with pytest.raises(BadSignature):
        stripe_says(stripe, STRIPE, header)
    with pytest.raises(BadSignature):
        razorpay_says(razorpay, RAZORPAY, header)
    with pytest.raises(BadSignature):
        stripe_says(stripe, STRIPE, f"t={SECONDS},v1={header}")


def test_a_missing_header_is_refused(stripe: StripeGateway, razorpay: RazorpayGateway) -> None:
    with pytest.raises(BadSignature):
        stripe.verify_webhook(STRIPE, {}, NOW)
    with pytest.raises(BadSignature):
        razorpay.verify_webhook(RAZORPAY, {}, NOW)


def test_without_a_secret_nothing_is_genuine() -> None:
    unset = StripeGateway("sk_test_1", (), "http://127.0.0.1:9")
    with pytest.raises(BadSignature):
        unset.verify_webhook(STRIPE, from_stripe(STRIPE, NOW, "").headers, NOW)


@pytest.mark.parametrize("kind", ["customer.created", "invoice.paid", "", "payment_method.attached"])
def test_kinds_that_we_do_not_follow_name_nothing(stripe: StripeGateway, kind: str) -> None:
    webhook = from_stripe(stripe_body(kind, "pi_1") if kind else b"{}", NOW)
    assert stripe.verify_webhook(webhook.body, webhook.headers, NOW) is None


@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b"1", b'{"payload": {}}', b'{"payload": {"settlement": {"entity": {}}}}']
)
def test_signed_bodies_about_nothing_name_nothing(
    stripe: StripeGateway, razorpay: RazorpayGateway, body: bytes
) -> None:
    assert razorpay.verify_webhook(body, from_razorpay(body).headers, NOW) is None
    assert stripe.verify_webhook(body, from_stripe(body, NOW).headers, NOW) is None


def test_a_body_that_is_not_utf8_is_signed_like_any_other(stripe: StripeGateway, razorpay: RazorpayGateway) -> None:
    with pytest.raises(ValueError, match="decode"):
        stripe.verify_webhook(b"\xff", from_stripe(b"\xff", NOW).headers, NOW)
    with pytest.raises(BadSignature):
        razorpay_says(razorpay, b"\xff", "00")
