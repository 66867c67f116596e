"""What an account at Razorpay may be set to, or show: fees that the customer bears, offers, two payments, new states.

An order of 70,000 is paid in each; the engine gets the order's amounts.
"""

from typing import Any

import pytest

from holdfast.errors import Busy, InProgress
from holdfast.model.booking import Status
from holdfast.model.case import CaseKind
from holdfast.payments.gateways.protocol import GatewayKeyRefused, GatewayRefused, PaymentState
from holdfast.payments.gateways.razorpay import RazorpayGateway
from local.gateways.razorpay import LocalRazorpay
from tests.kit.gateway_driver import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, Proof, RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import PaymentScenario

AMOUNT = 70_000
SETTINGS = [{"fee": 1_652}, {"offer": 5_000}]
SETTING_NAMES = ["the customer bears the fee", "an offer takes some off"]


@pytest.fixture
def driver(razorpay: LocalRazorpay) -> RazorpayDriver:
    return RazorpayDriver(razorpay)


@pytest.fixture
def order_id(razorpay_gateway: RazorpayGateway) -> str:
    return razorpay_gateway.open_order("bk_1", AMOUNT, "INR", "order").order_id


def authorised(driver: RazorpayDriver, order_id: str, **settings: int) -> Proof:
    paid = driver.razorpay.play(f"orders/{order_id}/authorize", **settings)
    return Proof(paid["razorpay_payment_id"], paid["razorpay_signature"])


@pytest.mark.parametrize("setting", SETTINGS, ids=SETTING_NAMES)
def test_a_payment_counts_by_its_orders_amount(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, setting: dict[str, int]
) -> None:
    authorised(driver, order_id, **setting)
    assert razorpay_gateway.fetch(order_id).amount == AMOUNT
    razorpay_gateway.capture(order_id, AMOUNT, "INR", "capture")
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.state, payment.amount, payment.captured) == (PaymentState.CAPTURED, AMOUNT, AMOUNT)
    assert driver.record(order_id).captured == AMOUNT + setting.get("fee", 0) - setting.get("offer", 0)


@pytest.mark.parametrize("setting", SETTINGS, ids=SETTING_NAMES)
@pytest.mark.parametrize("parts", [[AMOUNT], [20_000, 50_000]], ids=["whole", "in two parts"])
def test_a_whole_refund_leaves_nothing_to_refund(
    razorpay_gateway: RazorpayGateway,
    driver: RazorpayDriver,
    order_id: str,
    setting: dict[str, int],
    parts: list[int],
) -> None:
    authorised(driver, order_id, **setting)
    razorpay_gateway.capture(order_id, AMOUNT, "INR", "capture")
    for part in parts:
        razorpay_gateway.refund(order_id, part, "INR", f"refund {part}")
    payment = razorpay_gateway.fetch(order_id)
    assert [refund.amount for refund in payment.refunds] == parts
    assert (payment.refunded, payment.holds_money) == (AMOUNT, False)
    assert driver.record(order_id).refunded == AMOUNT - setting.get("offer", 0)


@pytest.mark.parametrize("setting", SETTINGS, ids=SETTING_NAMES)
def test_a_void_gives_back_all_that_was_paid(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, setting: dict[str, int]
) -> None:
    authorised(driver, order_id, **setting)
    razorpay_gateway.void(order_id, "void")
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.captured, payment.refunded, payment.holds_money) == (AMOUNT, AMOUNT, False)
    assert driver.record(order_id).net == 0


@pytest.mark.parametrize("setting", SETTINGS, ids=SETTING_NAMES)
def test_a_booking_is_confirmed_and_cancelled_at_its_own_price(
    scenario: PaymentScenario, driver: RazorpayDriver, setting: dict[str, int]
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.finalize(booking, authorised(driver, order_id, **setting))
    paid = scenario.stored(booking)
    assert (paid.status, paid.gateway_charged) == (Status.CONFIRMED, 1_050_000)
    assert paid.payment is not None
    assert (paid.payment.captured, paid.tasks) == (1_050_000, ())
    scenario.cancel(booking)
    scenario.come_to_rest()
    ended = scenario.stored(booking)
    assert ended.payment is not None
    assert (ended.payment.refunded, ended.tasks) == (1_050_000, ())


@pytest.mark.parametrize("paid", [AMOUNT - 1, AMOUNT + 1_652])
def test_another_amount_without_fee_or_offer_is_told_as_it_is(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, paid: int
) -> None:
    driver.pay(order_id, amount=paid)
    assert razorpay_gateway.fetch(order_id).amount == paid


# Two payments on one order: the first is answered late by its bank, when another is authorised already.


def two_payments(driver: RazorpayDriver, order_id: str) -> tuple[str, Proof]:
    """The payment that its bank authorised late, and the one that the guest paid meanwhile; Razorpay lists it first."""
    late = driver.razorpay.play(f"orders/{order_id}/fail", late=True)["id"]
    proof = driver.pay(order_id)
    driver.razorpay.play(f"payments/{late}/authorize")
    return late, proof


def test_the_payment_that_is_proven_is_the_one_looked_at(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    late, proof = two_payments(driver, order_id)
    for named, other in ((late, proof.transaction_id), (proof.transaction_id, late)):
        payment = razorpay_gateway.fetch(order_id, named)
        assert (payment.transaction_id, payment.others) == (named, (other,))
    assert razorpay_gateway.fetch(order_id, "pay_of_another_order").transaction_id == late
    assert razorpay_gateway.fetch(order_id).others == (proof.transaction_id,)


def test_the_payment_that_is_named_is_captured_and_counts_from_then_on(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    late, proof = two_payments(driver, order_id)
    razorpay_gateway.capture(order_id, AMOUNT, "INR", "capture", proof.transaction_id)
    payment = razorpay_gateway.fetch(order_id)
    assert (payment.transaction_id, payment.captured, payment.others) == (proof.transaction_id, AMOUNT, (late,))
    razorpay_gateway.void(order_id, "void", late)  # Razorpay captures no second one: it lapses by itself
    assert razorpay_gateway.fetch(order_id, late).state is PaymentState.AUTHORISED
    driver.razorpay.play(f"payments/{late}/expire")
    assert razorpay_gateway.fetch(order_id, late).state is PaymentState.VOIDED
    assert razorpay_gateway.fetch(order_id).others == ()


def test_the_payment_that_is_named_is_voided(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    late, proof = two_payments(driver, order_id)
    razorpay_gateway.void(order_id, "void", proof.transaction_id)
    assert not razorpay_gateway.fetch(order_id, proof.transaction_id).holds_money
    assert razorpay_gateway.fetch(order_id, late).state is PaymentState.AUTHORISED


def test_a_booking_is_paid_by_the_payment_that_its_guest_proves_and_the_other_one_is_watched_until_it_is_back(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    late, proof = two_payments(driver, order_id)
    paid = scenario.finalize(booking, proof)
    assert paid.status is Status.CONFIRMED
    assert paid.payment is not None
    assert (paid.payment.transaction_id, paid.payment.captured) == (proof.transaction_id, 1_050_000)
    for _ in range(2):
        scenario.delivered = 0
        scenario.deliver_new()
    [case] = scenario.cases(CaseKind.UNMATCHED)
    assert (case.order_id, case.transaction_id, case.amount) == (order_id, late, 1_050_000)
    assert driver.record(order_id).net == 1_050_000
    driver.razorpay.play(f"payments/{late}/expire")
    scenario.come_to_rest()
    assert scenario.cases(CaseKind.UNMATCHED) == []
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_of_two_payments_on_a_topup_one_is_credited_and_the_other_one_is_watched(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    topup = scenario.start_topup()
    late, proof = two_payments(driver, topup.order_id)
    scenario.finalize_topup(topup, proof)
    scenario.deliver_new()
    assert scenario.balance() == topup.amount
    [case] = scenario.cases(CaseKind.UNMATCHED)
    assert case.transaction_id in {late, proof.transaction_id}
    driver.razorpay.play(f"payments/{case.transaction_id}/expire")
    scenario.deliver_new()
    assert (scenario.cases(CaseKind.UNMATCHED), scenario.balance()) == ([], topup.amount)


STATES = ["pending", "authenticated", "a state of next year"]


@pytest.mark.parametrize("status", STATES)
def test_a_state_that_is_not_known_is_processing_and_an_error_line(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, lines: LogLines, status: str
) -> None:
    proof = driver.pay(order_id)
    driver.razorpay.play(f"payments/{proof.transaction_id}/status", status=status)
    assert razorpay_gateway.fetch(order_id).state is PaymentState.PROCESSING
    [line] = lines.all
    assert (line["level"], line["gateway"], line["order_id"], line["payment_state"]) == (
        "ERROR",
        "razorpay",
        order_id,
        status,
    )


@pytest.mark.parametrize("status", STATES)
def test_a_payment_of_a_known_state_counts_before_one_of_an_unknown_state_only_if_it_holds_money(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str, status: str
) -> None:
    first = driver.razorpay.play(f"orders/{order_id}/fail")["id"]
    driver.razorpay.play(f"payments/{first}/status", status=status)
    driver.razorpay.play(f"orders/{order_id}/fail")
    assert razorpay_gateway.fetch(order_id).transaction_id == first
    proof = driver.pay(order_id)
    assert razorpay_gateway.fetch(order_id).transaction_id == proof.transaction_id


CALLS: dict[str, Any] = {
    "open_order": lambda gateway: gateway.open_order("bk_1", AMOUNT, "INR", "key"),
    "fetch": lambda gateway: gateway.fetch("order_1"),
    "capture": lambda gateway: gateway.capture("order_1", AMOUNT, "INR", "key"),
    "void": lambda gateway: gateway.void("order_1", "key"),
    "refund": lambda gateway: gateway.refund("order_1", AMOUNT, "INR", "key"),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_key_that_is_refused_is_its_own_error(razorpay: LocalRazorpay, lines: LogLines, call: str) -> None:
    gateway = RazorpayGateway(KEY_ID, "wrong-secret-nobody-may-see", (), razorpay.url)
    with pytest.raises(GatewayKeyRefused):
        CALLS[call](gateway)
    gateway._session.close()
    assert [(line["level"], line["gateway"]) for line in lines.all] == [("ERROR", "razorpay")]
    assert "nobody-may-see" not in lines.text.getvalue()


def test_a_refund_of_more_than_was_captured_is_refused_as_ever(
    razorpay_gateway: RazorpayGateway, driver: RazorpayDriver, order_id: str
) -> None:
    authorised(driver, order_id)
    razorpay_gateway.capture(order_id, AMOUNT, "INR", "capture")
    with pytest.raises(GatewayRefused):
        razorpay_gateway.refund(order_id, AMOUNT + 1, "INR", "refund")


@pytest.mark.parametrize("status", STATES)
def test_a_booking_waits_while_its_payment_is_in_a_state_that_is_not_known(
    scenario: PaymentScenario, driver: RazorpayDriver, status: str
) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    driver.razorpay.play(f"payments/{proof.transaction_id}/status", status=status)
    with pytest.raises(InProgress):
        scenario.finalize(booking, proof)
    scenario.deliver_latest(order_id)
    assert (scenario.stored(booking).status, driver.record(order_id).captured) == (Status.PAYMENT_PENDING, 0)
    driver.razorpay.play(f"payments/{proof.transaction_id}/status", status="authorized")
    assert scenario.finalize(booking, proof).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_what_waits_for_a_good_key_is_done_once_there_is_one(
    scenario: PaymentScenario, razorpay: LocalRazorpay, lines: LogLines
) -> None:
    """A start, a finalize, a webhook and a capture while the key is refused: guests repeat, nothing is lost."""
    good = scenario.gateways["razorpay"]
    refused = RazorpayGateway("rzp_test_revoked", KEY_SECRET, (WEBHOOK_SECRET,), razorpay.url)
    booking, other = scenario.hold(), scenario.hold("bob", "second")
    order_id, proof = scenario.paid(booking)
    scenario.gateways["razorpay"] = refused
    with pytest.raises(Busy):
        scenario.start(other)
    for _ in range(2):
        with pytest.raises(Busy):
            scenario.finalize(booking, proof)
        with pytest.raises(Busy):
            scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING
    assert {line["level"] for line in lines.all if line["message"] == "the gateway refuses our key"} == {"ERROR"}
    scenario.gateways["razorpay"] = good
    scenario.confirmed(other)
    scenario.gateways["razorpay"] = refused
    scenario.cancel(other)
    assert [task.attempts for task in scenario.stored(other).tasks] == [1]
    scenario.gateways["razorpay"] = good
    assert scenario.finalize(booking, proof).status is Status.CONFIRMED
    scenario.come_to_rest()
    assert wrong_in(scenario) == []
    refused._session.close()
