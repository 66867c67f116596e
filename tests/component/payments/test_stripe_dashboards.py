"""What someone does at Stripe without us, and its rules, as our Stripe class reads them from the local Stripe."""

from typing import Any
from uuid import uuid4

import pytest
import stripe  # noqa: TID251 - reads the charge as Stripe shows it

from holdfast.payments.gateways.protocol import (
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    GatewayRefused,
    PaymentState,
)
from holdfast.payments.gateways.stripe import StripeGateway
from tests.kit.gateway_driver import STRIPE_KEY, GatewayRecord, StripeDriver
from tests.kit.log_capture import LogLines

pytestmark = pytest.mark.localstripe

AMOUNT = 70_000


class Paid:
    """An intent that its guest has authorised, and the dashboard."""

    def __init__(self, gateway: StripeGateway, driver: StripeDriver) -> None:
        self.gateway, self.driver = gateway, driver
        self.order_id = gateway.open_order("bk_1", AMOUNT, "INR", uuid4().hex).order_id
        driver.pay(self.order_id)

    def play(self, what: str, **body: Any) -> dict[str, Any]:
        return self.driver.play(f"payment_intents/{self.order_id}/{what}", **body)

    def capture(self, amount: int = AMOUNT) -> None:
        self.gateway.capture(self.order_id, amount, "INR", uuid4().hex)

    def refund(self, amount: int) -> None:
        self.gateway.refund(self.order_id, amount, "INR", uuid4().hex)

    def outside(self, amount: int | None = None) -> str:
        return str(self.play("refund", amount=amount)["id"])

    @property
    def seen(self) -> GatewayPayment:
        return self.gateway.fetch(self.order_id)

    @property
    def charge(self) -> dict[str, Any]:
        """The charge as Stripe shows it."""
        client = stripe.StripeClient(STRIPE_KEY, base_addresses={"api": self.driver._url})
        intent = client.v1.payment_intents.retrieve(self.order_id, {"expand": ["latest_charge"]})
        charge: dict[str, Any] = intent.to_dict()["latest_charge"]
        return charge


@pytest.fixture
def paid(stripe_gateway: StripeGateway, localstripe: str) -> Paid:
    return Paid(stripe_gateway, StripeDriver(localstripe))


def test_a_capture_in_part_releases_the_rest_which_is_no_refund(paid: Paid) -> None:
    paid.play("capture", amount=50_000)
    assert (paid.charge["amount_captured"], paid.charge["amount_refunded"]) == (50_000, 20_000)
    assert (paid.seen.state, paid.seen.amount, paid.seen.captured) == (PaymentState.CAPTURED, AMOUNT, 50_000)
    assert (paid.seen.refunded, paid.seen.refunds) == (0, ())
    paid.refund(20_000)
    assert [(refund.amount, refund.ours) for refund in paid.seen.refunds] == [(20_000, True)]
    paid.outside()
    assert (paid.seen.refunded, paid.seen.holds_money) == (50_000, False)
    assert paid.driver.record(paid.order_id) == GatewayRecord(captured=50_000, refunded=50_000, captures=1)


def test_a_released_authorisation_shows_as_refunded_and_is_none(paid: Paid) -> None:
    paid.play("cancel")
    assert (paid.charge["amount_refunded"], paid.charge["refunded"], paid.charge["captured"]) == (AMOUNT, True, False)
    assert (paid.seen.state, paid.seen.captured, paid.seen.refunded) == (PaymentState.VOIDED, 0, 0)


def test_our_refunds_are_told_from_those_of_the_dashboard(paid: Paid) -> None:
    paid.capture()
    paid.refund(10_000)
    outside = paid.outside(20_000)
    ours, theirs = paid.seen.refunds
    assert (ours.amount, ours.ours) == (10_000, True)
    assert theirs == GatewayRefund(refund_id=outside, amount=20_000)


def test_more_refunds_than_a_charge_shows_are_all_counted(paid: Paid) -> None:
    paid.capture()
    for _ in range(12):
        paid.outside(100)
    assert (len(paid.seen.refunds), paid.seen.refunded) == (12, 1_200)


@pytest.mark.parametrize("status", ["failed", "canceled"])
@pytest.mark.parametrize("first", ["pending", "succeeded"])
def test_a_refund_may_come_to_nothing_later(paid: Paid, first: str, status: str) -> None:
    paid.capture()
    paid.driver.play("refunds", status=first)
    refund_id = paid.outside(20_000)
    paid.driver.play("refunds", status="succeeded")
    assert [(refund.amount, refund.pending) for refund in paid.seen.refunds] == [(20_000, first == "pending")]
    paid.driver.play(f"refunds/{refund_id}/settle", status=status)
    assert (paid.seen.refunded, paid.seen.refunds, paid.seen.holds_money) == (0, (), True)
    paid.refund(AMOUNT)
    assert not paid.seen.holds_money


@pytest.mark.parametrize(
    ("decisions", "state"),
    [
        ([], DisputeState.OPEN),
        (["under_review"], DisputeState.OPEN),
        (["won"], DisputeState.WON),
        (["lost"], DisputeState.LOST),
        (["warning_under_review", "warning_closed"], DisputeState.WON),
    ],
)
def test_a_dispute_is_open_until_it_is_decided(paid: Paid, decisions: list[str], state: DisputeState) -> None:
    paid.capture()
    dispute = paid.play("dispute", amount=40_000)["id"]
    for decision in decisions:
        paid.driver.play(f"disputes/{dispute}/decide", status=decision)
    assert paid.seen.dispute == GatewayDispute(dispute_id=dispute, state=state, amount=40_000)


def test_the_disputes_of_other_payments_are_others(paid: Paid) -> None:
    other = Paid(paid.gateway, paid.driver)
    for one in (paid, other):
        one.capture()
    other.play("dispute")
    assert (paid.seen.dispute is None, other.seen.dispute is None) == (True, False)


@pytest.mark.parametrize(("status", "refundable"), [("needs_response", False), ("lost", False), ("won", True)])
def test_what_the_bank_has_taken_back_cannot_be_refunded(paid: Paid, status: str, refundable: bool) -> None:
    paid.capture()
    paid.play("dispute", status=status)
    if refundable:
        paid.refund(AMOUNT)
    else:
        with pytest.raises(GatewayRefused):
            paid.refund(AMOUNT)
    assert paid.seen.refunded == (AMOUNT if refundable else 0)


def test_a_state_that_is_not_known_is_processing(paid: Paid, lines: LogLines) -> None:
    paid.play("status", status="requires_something_new")
    assert paid.seen.state == "processing"
    assert [line["payment_state"] for line in lines.all if line["level"] == "ERROR"] == ["requires_something_new"]
    paid.play("status")
    assert paid.seen.state == "authorised"


def test_a_refusal_is_repeated_under_its_key_and_not_under_another(paid: Paid) -> None:
    key = uuid4().hex
    with pytest.raises(GatewayRefused):
        paid.gateway.refund(paid.order_id, AMOUNT, "INR", key)  # nothing is captured yet
    paid.capture()
    with pytest.raises(GatewayRefused):
        paid.gateway.refund(paid.order_id, AMOUNT, "INR", key)
    assert paid.seen.refunded == 0
    paid.refund(AMOUNT)
    assert paid.seen.refunded == AMOUNT


def test_a_key_is_bound_to_its_request(paid: Paid) -> None:
    paid.capture()
    key = uuid4().hex
    paid.gateway.refund(paid.order_id, 10_000, "INR", key)
    paid.gateway.refund(paid.order_id, 10_000, "INR", key)
    with pytest.raises(GatewayRefused):
        paid.gateway.refund(paid.order_id, 20_000, "INR", key)
    assert paid.seen.refunded == 10_000


@pytest.mark.parametrize(
    "refused",
    [
        lambda paid: paid.capture(AMOUNT + 1),
        lambda paid: (paid.capture(), paid.capture()),
        lambda paid: paid.refund(100),
        lambda paid: (paid.capture(), paid.refund(AMOUNT + 1)),
        lambda paid: (paid.capture(50_000), paid.refund(50_001)),
        lambda paid: (paid.capture(), paid.refund(AMOUNT), paid.refund(1)),
        lambda paid: (paid.capture(), paid.gateway.void(paid.order_id, uuid4().hex)),
    ],
    ids=[
        "a capture of more",
        "a second capture",
        "a refund before the capture",
        "a refund of more",
        "a refund of more than the part",
        "a refund after the whole",
        "a void after the capture",
    ],
)
def test_what_stripe_says_no_to_is_refused(paid: Paid, refused: Any) -> None:
    with pytest.raises(GatewayRefused):
        refused(paid)


@pytest.mark.parametrize(
    ("amount", "currency", "taken"),
    [
        *((50, "INR", True), (49, "INR", False), (17_500, "HUF", True), (17_499, "HUF", False)),
        *((50, "JPY", True), (49, "JPY", False), (30, "GBP", True), (29, "GBP", False)),
        *((100_000, "ISK", True), (100_050, "ISK", False), (100_000, "UGX", True), (100_001, "UGX", False)),
        *((10_010, "KWD", True), (10_011, "KWD", False), (10_010, "TND", True), (10_005, "BHD", False)),
        *((12_345, "KRW", True), (12_345, "ARS", True)),
    ],
)
def test_an_amount_is_taken_by_the_rules_of_its_currency(
    localstripe: str, amount: int, currency: str, taken: bool
) -> None:
    """Amounts in Stripe's own unit."""
    client = stripe.StripeClient(STRIPE_KEY, base_addresses={"api": localstripe})

    def opened() -> int:
        return client.v1.payment_intents.create({"amount": amount, "currency": currency.lower()}).amount

    if taken:
        assert opened() == amount
    else:
        with pytest.raises(stripe.InvalidRequestError):
            opened()


@pytest.mark.parametrize(("currency", "factor"), [("ISK", 100), ("UGX", 100), ("JPY", 1), ("KWD", 1)])
def test_a_currency_of_another_unit_at_stripe_is_charged_and_refunded_in_ours(
    stripe_gateway: StripeGateway, localstripe: str, currency: str, factor: int
) -> None:
    driver = StripeDriver(localstripe)
    order = stripe_gateway.open_order("bk_1", 5_000, currency, uuid4().hex)
    assert order.amount == 5_000
    driver.pay(order.order_id)
    stripe_gateway.capture(order.order_id, 5_000, currency, uuid4().hex)
    stripe_gateway.refund(order.order_id, 2_000, currency, uuid4().hex)
    payment = stripe_gateway.fetch(order.order_id)
    assert (payment.amount, payment.captured, payment.refunded) == (5_000, 5_000, 2_000)
    at_stripe = driver.record(order.order_id)
    assert (at_stripe.captured, at_stripe.refunded) == (5_000 * factor, 2_000 * factor)
