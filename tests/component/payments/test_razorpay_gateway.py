"""Our Razorpay class against a Razorpay that answers over HTTP."""

import time
from collections.abc import Callable

import pytest

from holdfast.payments.gateways.protocol import GatewayError, GatewayRefused, GatewayUnknown, PaymentState
from holdfast.payments.gateways.razorpay import RazorpayGateway
from local.gateways.razorpay import LocalRazorpay
from tests.kit.gateway_driver import KEY_ID, KEY_SECRET, GatewayRecord, RazorpayDriver
from tests.kit.webhooks import razorpay_proof

KEY = "bk_1:order:1"


@pytest.fixture
def driver(razorpay: LocalRazorpay) -> RazorpayDriver:
    return RazorpayDriver(razorpay)


@pytest.fixture
def order_id(razorpay_gateway: RazorpayGateway) -> str:
    return razorpay_gateway.open_order("bk_1", 70_000, "INR", KEY).order_id


def test_an_order_carries_reference_amount_and_currency(razorpay_gateway: RazorpayGateway, order_id: str) -> None:
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.reference, payment.amount, payment.currency) == ("bk_1", 70_000, "INR")
    assert (payment.state, payment.holds_money, payment.client_secret) == (PaymentState.OPEN, False, None)


def test_the_same_key_gives_the_same_order(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    assert razorpay_gateway.open_order("bk_1", 70_000, "INR", KEY).order_id == order_id
    assert razorpay_gateway.open_order("bk_1", 70_000, "INR", "bk_1:order:2").order_id != order_id
    assert len(driver.orders()) == 2


def test_an_order_waits_for_a_capture(razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str) -> None:
    proof = driver.pay(order_id)
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.state, payment.transaction_id, payment.captured) == (
        PaymentState.AUTHORISED,
        proof.transaction_id,
        0,
    )
    assert payment.holds_money
    razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.state, payment.captured, payment.refunded) == (PaymentState.CAPTURED, 70_000, 0)


def test_a_second_capture_changes_nothing(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.pay(order_id)
    for _ in range(2):
        razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    assert driver.record(order_id) == GatewayRecord(captured=70_000, captures=1)


def test_refunds_add_up_and_each_key_has_one_effect(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.pay(order_id)
    razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    for key in ("one", "one", "two"):
        razorpay_gateway.refund(order_id, 30_000, "INR", key)
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.captured, payment.refunded, payment.holds_money) == (70_000, 60_000, True)
    with pytest.raises(GatewayRefused):
        razorpay_gateway.refund(order_id, 10_001, "INR", "three")
    assert driver.record(order_id).refunded == 60_000


def test_a_void_refunds_the_whole_at_once(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.pay(order_id)
    razorpay_gateway.void(order_id, "any")
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.captured, payment.refunded, payment.holds_money) == (70_000, 70_000, False)


def test_a_void_of_an_unpaid_order_does_nothing(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    razorpay_gateway.void(order_id, "any")
    assert razorpay_gateway.fetch(order_id).state is PaymentState.OPEN
    assert not razorpay_gateway.closes_orders


def test_a_declined_try_is_failed_and_a_later_one_counts(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.razorpay.play(f"orders/{order_id}/fail")
    assert razorpay_gateway.fetch(order_id).state is PaymentState.FAILED
    driver.pay(order_id)
    assert razorpay_gateway.fetch(order_id).state is PaymentState.AUTHORISED


def test_an_authorisation_that_lapsed_is_voided(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.razorpay.play(f"orders/{order_id}/fail")
    proof = driver.pay(order_id)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.state, payment.holds_money) == (PaymentState.VOIDED, False)


def test_the_proof_of_the_browser_is_checked(razorpay_gateway: RazorpayGateway, order_id: str) -> None:
    good = razorpay_proof(order_id, "pay_1")
    assert razorpay_gateway.verify_checkout_signature(order_id, "pay_1", good)
    for signature in (None, "", good[:-1], good.upper(), "é" * 64, razorpay_proof(order_id, "pay_1", "another")):
        assert not razorpay_gateway.verify_checkout_signature(order_id, "pay_1", signature)
    assert not razorpay_gateway.verify_checkout_signature(order_id, "pay_2", good)
    assert not razorpay_gateway.verify_checkout_signature("order_other", "pay_1", good)


@pytest.mark.parametrize(
    "call",
    [
        lambda gateway: gateway.fetch("order_nowhere"),
        lambda gateway: gateway.open_order("bk_1", 99, "INR", "too little"),
        lambda gateway: gateway.refund("order_nowhere", 100, "INR", "any"),
    ],
    ids=["unknown order", "less than a rupee", "refund of nothing"],
)
def test_what_razorpay_says_no_to_is_refused(
    razorpay_gateway: RazorpayGateway, call: Callable[[RazorpayGateway], object]
) -> None:
    with pytest.raises(GatewayRefused):
        call(razorpay_gateway)


def test_a_capture_or_refund_of_what_is_not_paid_does_nothing(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    with pytest.raises(GatewayRefused):
        razorpay_gateway.refund(order_id, 100, "INR", "any")
    driver.pay(order_id)
    with pytest.raises(GatewayRefused):  # not in part
        razorpay_gateway.capture(order_id, 60_000, "INR", "any")
    assert driver.record(order_id).captured == 0


@pytest.mark.parametrize("kind", ["error", "busy", "lost", "dropped"])
@pytest.mark.parametrize("call", ["orders", "capture", "refund", "fetch"])
def test_what_is_not_answered_clearly_is_unknown(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, call: str, kind: str
) -> None:
    driver.pay(order_id)
    method = "GET" if call == "fetch" else "POST"
    if call == "refund":
        razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    driver.razorpay.play("faults", kind=kind, on="orders" if call == "fetch" else call, method=method)
    acts: dict[str, Callable[[], object]] = {
        "orders": lambda: razorpay_gateway.open_order("bk_2", 70_000, "INR", "other"),
        "capture": lambda: razorpay_gateway.capture(order_id, 70_000, "INR", "any"),
        "refund": lambda: razorpay_gateway.refund(order_id, 500, "INR", "any"),
        "fetch": lambda: razorpay_gateway.fetch(order_id),
    }
    with pytest.raises(GatewayUnknown):
        acts[call]()
    acts[call]()
    assert driver.record(order_id).refunded == (500 if call == "refund" else 0)
    assert len(driver.orders()) == (2 if call == "orders" else 1)


def test_a_slow_answer_is_unknown_after_the_timeout_and_had_its_effect(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    driver.pay(order_id)
    driver.razorpay.play("faults", kind="slow", on="capture", seconds=6)
    began = time.monotonic()
    with pytest.raises(GatewayUnknown):
        razorpay_gateway.capture(order_id, 70_000, "INR", "any")
    assert 2 < time.monotonic() - began < 6
    assert razorpay_gateway.fetch(order_id).captured == 70_000


@pytest.mark.parametrize("secret", ["wrong-secret-nobody-may-see", KEY_SECRET])
def test_no_error_shows_the_secret(razorpay: LocalRazorpay, secret: str) -> None:
    gateway = RazorpayGateway(KEY_ID, secret, (), razorpay.url)
    nowhere = RazorpayGateway(KEY_ID, secret, (), "http://127.0.0.1:9")
    texts = []
    for one in (gateway, nowhere):
        with pytest.raises(GatewayError) as raised:
            one.fetch("order_nowhere")
        error: BaseException | None = raised.value
        while error:
            texts.append(f"{error} {error!r} {error.args}")
            error = error.__cause__ or error.__context__
        one._session.close()
    assert secret not in " ".join(texts)
    assert "Basic " not in " ".join(texts)
