"""No line of log carries a secret, a token, a signature or anything of the guest's card, phone or e-mail."""

import logging
import re
from datetime import timedelta

import pytest

from holdfast.errors import BookingError
from holdfast.payments.gateways.protocol import GatewayError
from local.gateways.razorpay import LocalRazorpay
from tests.component.payments.handlers import TOKEN, Handlers
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import (
    KEY_SECRET,
    OLD_WEBHOOK_SECRET,
    STRIPE_KEY,
    WEBHOOK_SECRET,
    NotTaken,
    RazorpayDriver,
    StripeDriver,
)
from tests.kit.payment_scenario import ARRIVAL, PaymentScenario
from tests.kit.webhooks import Webhook, from_razorpay, from_stripe, stripe_body

SIGNATURE = re.compile(r"\b[0-9a-f]{64}\b")  # an HMAC-SHA256 in hex
CLIENT_SECRET = re.compile(r"pi_\w+_secret_\w+")
CARD = re.compile(r"\b\d{14,19}\b")  # a time in milliseconds has 13 digits, for centuries
PYTHONS_OWN = vars(logging.makeLogRecord({})).keys()
GUESTS_OWN = ["guest@example.com", "+919000090000", "guest@upi", "4242"]
SECRETS = [
    KEY_SECRET,
    WEBHOOK_SECRET,
    OLD_WEBHOOK_SECRET,
    STRIPE_KEY,
    TOKEN,
    "nobody-may-see",
    "nobody_may_see",
    "Basic ",
]


def said_wrongly(text: str) -> list[str]:
    """What stands in the text and should not."""
    found = [secret for secret in [*SECRETS, *GUESTS_OWN] if secret in text]
    return [*found, *SIGNATURE.findall(text), *CLIENT_SECRET.findall(text), *CARD.findall(text)]


def everything_said(capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    """Both streams, and every record with all that was handed to it."""
    out, err = capfd.readouterr()
    records = []
    for record in caplog.records:
        handed = {name: value for name, value in vars(record).items() if name not in PYTHONS_OWN}
        records.append(f"{record.getMessage()} {handed} {record.exc_info}")
    return "\n".join([out, err, *records])


def through_everything(scenario: PaymentScenario) -> None:
    """Payments that go well, are refused, late, wrong, lost and cancelled, and top-ups."""
    scenario.give(100_000)
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking, wallet=30_000)
    for signature in (None, "0123456789abcdef" * 4):
        with pytest.raises(BookingError):
            scenario.finalize(booking, type(proof)("pay_other", signature))
    scenario.finalize(booking, proof)
    scenario.deliver_latest(order_id)
    scenario.cancel(booking)
    late = scenario.hold(key="late", room="tower")
    scenario.paid(late)
    scenario.run_out()
    scenario.confirmed(scenario.hold("bob", room="tower"))
    topup = scenario.start_topup()
    scenario.finalize_topup(topup, scenario.driver.pay(topup.order_id))
    scenario.come_to_rest()


def test_a_text_with_a_secret_would_be_seen() -> None:
    for text in (KEY_SECRET, f"x{'0af' * 21}f", "4242424242424242", "pi_1_secret_2", TOKEN):
        assert said_wrongly(f'{{"a": "{text}"}}'.replace("x0", " 0"))
    assert said_wrongly('{"at": 1795368900000, "amount": 1050000, "pi": "pi_3abc"}') == []


def test_razorpays_flows_say_nothing_secret(
    scenario: PaymentScenario,
    driver: RazorpayDriver,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    through_everything(scenario)
    for kind in ("error", "busy", "lost", "dropped", "declined"):
        booking = scenario.hold(key=kind)
        _, proof = scenario.paid(booking)
        driver.razorpay.play("faults", kind=kind, on="capture")
        scenario.finalize(booking, proof)
    wrong = scenario.hold("carol", check_in=ARRIVAL + timedelta(days=5))
    driver.pay(scenario.started(wrong), amount=5_000)
    scenario.come_to_rest()
    text = everything_said(capfd, caplog)
    assert "[PAYMENT_CAPTURED]" in text
    assert "[SETTLE_FAILED]" in text
    assert said_wrongly(text) == []


@pytest.mark.localstripe
def test_stripes_flows_say_nothing_secret(
    stripe_scenario: PaymentScenario, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    through_everything(stripe_scenario)
    assert isinstance(stripe_scenario.driver, StripeDriver)
    booking = stripe_scenario.hold(key="declined")
    with pytest.raises(NotTaken):
        stripe_scenario.driver.pay(stripe_scenario.started(booking), "pm_card_chargeCustomerFail")
    with pytest.raises((GatewayError, BookingError)):
        stripe_scenario.gateways["stripe"].capture("pi_nowhere", 100, "INR", "key")
    text = everything_said(capfd, caplog)
    assert "[PAYMENT_CAPTURED]" in text
    assert said_wrongly(text) == []


@pytest.mark.usefixtures("cloud")
def test_the_handlers_say_nothing_secret(
    scenario: PaymentScenario,
    razorpay: LocalRazorpay,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    handlers = Handlers(monkeypatch, scenario, razorpay_url=razorpay.url, stripe_url="http://127.0.0.1:9")
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    webhook = scenario.events()[-1]
    assert handlers.webhook(Webhook("razorpay", webhook.body, {"x-razorpay-signature": "0" * 64}))[0] == 400
    assert handlers.webhook(from_stripe(stripe_body("payment_intent.succeeded", "pi_1"), clock()))[0] == 503
    body = {
        "payment_mode": "gateway_only",
        "wallet_applied": 0,
        "gateway_amount": 1_050_000,
        "gateway_transaction_id": proof.transaction_id,
    }
    route = "POST /bookings/{booking_id}/finalize"
    for signature, status in (("f" * 64, 402), (proof.signature, 200), (proof.signature, 200)):
        signed = body | {"gateway_signature": signature}
        answer = handlers.guest("finalize", route, signed, user=booking.user_id, booking_id=booking.booking_id)
        assert answer[0] == status, answer
    assert handlers.webhook(webhook)[0] == 200
    assert handlers.webhook(from_razorpay(webhook.body.replace(order_id.encode(), b"order_nowhere")))[0] == 200
    text = everything_said(capfd, caplog)
    assert "[PAYMENT_FINALIZE_ERROR]" in text
    assert said_wrongly(text) == []
