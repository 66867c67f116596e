"""Our Stripe class, through the `stripe` package, against localstripe."""

from uuid import uuid4

import pytest

from holdfast.payments.gateways.protocol import GatewayKeyRefused, GatewayRefused, PaymentState
from holdfast.payments.gateways.stripe import StripeGateway
from tests.kit.gateway_driver import GatewayRecord, NotTaken, StripeDriver

pytestmark = pytest.mark.localstripe


@pytest.fixture
def driver(localstripe: str) -> StripeDriver:
    return StripeDriver(localstripe)


@pytest.fixture
def order_id(stripe_gateway: StripeGateway) -> str:
    return stripe_gateway.open_order("bk_1", 70_000, "INR", uuid4().hex).order_id


def test_an_order_carries_reference_amount_and_currency(stripe_gateway: StripeGateway, order_id: str) -> None:
    payment = stripe_gateway.fetch(order_id)
    assert (payment.reference, payment.amount, payment.currency) == ("bk_1", 70_000, "INR")
    assert (payment.state, payment.holds_money) == (PaymentState.OPEN, False)
    assert payment.client_secret is not None
    assert payment.transaction_id == payment.order_id == order_id


def test_an_order_waits_for_a_capture(stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str) -> None:
    driver.pay(order_id)
    payment = stripe_gateway.fetch(order_id)
    assert (payment.state, payment.captured, payment.holds_money) == (PaymentState.AUTHORISED, 0, True)
    stripe_gateway.capture(order_id, 70_000, "INR", f"{order_id}:capture")
    payment = stripe_gateway.fetch(order_id)
    assert (payment.state, payment.captured, payment.refunded) == (PaymentState.CAPTURED, 70_000, 0)


def test_the_same_key_has_one_effect(stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str) -> None:
    key = uuid4().hex
    first = stripe_gateway.open_order("bk_1", 70_000, "INR", key)
    assert stripe_gateway.open_order("bk_1", 70_000, "INR", key) == first
    driver.pay(order_id)
    for act in ("capture", "capture", "refund", "refund"):
        if act == "capture":
            stripe_gateway.capture(order_id, 70_000, "INR", f"{order_id}:capture")
        else:
            stripe_gateway.refund(order_id, 10_000, "INR", f"{order_id}:refund")
    assert driver.record(order_id) == GatewayRecord(captured=70_000, refunded=10_000, captures=1)


def test_refunds_add_up(stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str) -> None:
    driver.pay(order_id)
    stripe_gateway.capture(order_id, 70_000, "INR", f"{order_id}:capture")
    stripe_gateway.refund(order_id, 30_000, "INR", f"{order_id}:one")
    assert stripe_gateway.fetch(order_id).refunded == 30_000
    assert stripe_gateway.fetch(order_id).holds_money
    stripe_gateway.refund(order_id, 40_000, "INR", f"{order_id}:two")
    assert not stripe_gateway.fetch(order_id).holds_money
    assert driver.record(order_id) == GatewayRecord(captured=70_000, refunded=70_000, captures=1)


def test_a_void_releases_an_authorisation(stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str) -> None:
    driver.pay(order_id)
    stripe_gateway.void(order_id, f"{order_id}:void")
    payment = stripe_gateway.fetch(order_id)
    assert (payment.state, payment.captured, payment.holds_money) == (PaymentState.VOIDED, 0, False)


def test_a_void_closes_an_unpaid_order_for_good(
    stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str
) -> None:
    assert stripe_gateway.closes_orders
    stripe_gateway.void(order_id, f"{order_id}:void")
    assert stripe_gateway.fetch(order_id).state is PaymentState.VOIDED
    with pytest.raises(NotTaken):
        driver.pay(order_id)
    assert stripe_gateway.fetch(order_id).state is PaymentState.VOIDED


def test_a_declined_card_is_failed(stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str) -> None:
    with pytest.raises(NotTaken):
        driver.pay(order_id, "pm_card_chargeCustomerFail")
    payment = stripe_gateway.fetch(order_id)
    assert (payment.state, payment.holds_money) == (PaymentState.FAILED, False)


def test_a_second_capture_or_void_is_refused_and_changes_nothing(
    stripe_gateway: StripeGateway, driver: StripeDriver, order_id: str
) -> None:
    driver.pay(order_id)
    stripe_gateway.capture(order_id, 70_000, "INR", f"{order_id}:capture")
    with pytest.raises(GatewayRefused):
        stripe_gateway.capture(order_id, 70_000, "INR", f"{order_id}:capture:1")
    with pytest.raises(GatewayRefused):
        stripe_gateway.void(order_id, f"{order_id}:void")
    assert driver.record(order_id) == GatewayRecord(captured=70_000, captures=1)


def test_an_unknown_order_is_refused(stripe_gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        stripe_gateway.fetch("pi_nowhere")


def test_a_key_that_stripe_refuses_is_its_own_error_and_not_shown(localstripe: str) -> None:
    gateway = StripeGateway("bad-key-nobody-may-see", (), localstripe)
    with pytest.raises(GatewayKeyRefused) as raised:
        gateway.fetch("pi_1")
    error: BaseException | None = raised.value
    texts = []
    while error:
        texts.append(f"{error} {error!r} {error.args}")
        error = error.__cause__ or error.__context__
    assert "nobody-may-see" not in " ".join(texts)


def test_the_browser_proves_nothing_but_which_intent_it_means(stripe_gateway: StripeGateway) -> None:
    assert stripe_gateway.verify_checkout_signature("pi_1", "pi_1", None)
    assert not stripe_gateway.verify_checkout_signature("pi_1", "pi_2", "signed")


@pytest.mark.parametrize(("currency", "ours", "at_stripe"), [("ISK", 22_000, 2_200_000), ("KWD", 27_500, 27_500)])
def test_stripe_is_sent_its_own_form_of_a_currency(
    stripe_gateway: StripeGateway, driver: StripeDriver, currency: str, ours: int, at_stripe: int
) -> None:
    order_id = stripe_gateway.open_order("bk_1", ours, currency, uuid4().hex).order_id
    driver.pay(order_id)
    stripe_gateway.capture(order_id, ours, currency, f"{order_id}:capture")
    stripe_gateway.refund(order_id, ours // 2, currency, f"{order_id}:refund")
    payment = stripe_gateway.fetch(order_id)
    assert (payment.amount, payment.captured, payment.refunded) == (ours, ours, ours // 2)
    assert driver.record(order_id).captured == at_stripe
