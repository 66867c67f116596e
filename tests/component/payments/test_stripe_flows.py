"""The same promises on Stripe: an unpaid order is closed for good, and an authorisation is voided without a charge."""

import pytest

from holdfast.errors import AlreadyPaid, HoldExpired, PaymentDeclined
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Status
from holdfast.payments.gateways.razorpay import RazorpayGateway
from tests.kit.gateway_driver import GatewayRecord, NotTaken, Proof
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import BOB, PaymentScenario, days_before

pytestmark = pytest.mark.localstripe


@pytest.fixture
def scenario(stripe_scenario: PaymentScenario) -> PaymentScenario:
    return stripe_scenario


def test_browser_and_webhook_in_either_order_confirm_once(scenario: PaymentScenario) -> None:
    for key, first in (("one", "browser"), ("two", "webhook")):
        booking = scenario.hold(key=key)
        order_id, proof = scenario.paid(booking)
        if first == "webhook":
            scenario.deliver_latest(order_id)
        answer = scenario.finalize(booking, proof)
        scenario.deliver_latest(order_id, "payment_intent.succeeded")
        assert scenario.finalize(booking, proof) == answer
        assert scenario.stored(booking).status is Status.CONFIRMED
        assert scenario.driver.record(order_id).captures == 1
    assert wrong_in(scenario) == []


def test_the_order_of_another_booking_proves_nothing(scenario: PaymentScenario) -> None:
    own, theirs = scenario.hold(), scenario.hold(BOB)
    scenario.started(own)
    order_id, proof = scenario.paid(theirs)
    with pytest.raises(PaymentDeclined):
        scenario.finalize(own, proof)
    scenario.finalize(theirs, proof)
    with pytest.raises(AlreadyPaid):
        scenario.finalize(theirs, Proof("pi_another"))
    assert scenario.driver.record(order_id).captures == 1


def test_an_order_that_is_not_paid_confirms_nothing(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    with pytest.raises(PaymentDeclined):
        scenario.finalize(booking, Proof(order_id))
    with pytest.raises(NotTaken):
        scenario.driver.pay(order_id, "pm_card_chargeCustomerFail")  # type: ignore[call-arg]
    scenario.deliver_latest(order_id, "payment_intent.payment_failed")
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING


def test_the_order_of_an_expired_hold_can_be_paid_no_more(scenario: PaymentScenario, lines: LogLines) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.settle()
    with pytest.raises(NotTaken):
        scenario.driver.pay(order_id)
    after = scenario.stored(booking)
    assert after.status is Status.EXPIRED
    assert after.payment is not None
    assert after.payment.voided
    assert lines.tags.count("PAYMENT_VOIDED") == 1
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("heard", ["webhook", "settle"])
def test_a_late_payment_confirms_when_the_rooms_are_free(scenario: PaymentScenario, heard: str) -> None:
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    scenario.run_out()
    if heard == "webhook":
        scenario.deliver_latest(order_id)
    else:
        scenario.settle()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("heard", ["browser", "webhook", "settle"])
def test_a_late_payment_is_voided_when_the_rooms_are_gone(
    scenario: PaymentScenario, lines: LogLines, heard: str
) -> None:
    booking = scenario.hold(room="tower")
    order_id, proof = scenario.paid(booking)
    scenario.run_out()
    scenario.confirmed(scenario.hold(BOB, room="tower"))
    if heard == "browser":
        with pytest.raises(HoldExpired):
            scenario.finalize(booking, proof)
    elif heard == "webhook":
        scenario.deliver_latest(order_id)
    scenario.settle()
    assert scenario.stored(booking).status is Status.EXPIRED
    assert scenario.driver.record(order_id) == GatewayRecord()
    assert "PAYMENT_VOIDED" in lines.tags
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("how", ["wallet", "admin"])
def test_paying_otherwise_closes_the_order(scenario: PaymentScenario, how: str) -> None:
    scenario.give(5_000_000)
    booking = scenario.hold()
    order_id = scenario.started(booking)
    if how == "wallet":
        scenario.pay_by_wallet(booking, 1_050_000)
    else:
        scenario.confirm_as_admin(booking)
    with pytest.raises(NotTaken):
        scenario.driver.pay(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_restarted_payment_closes_its_old_order_when_it_is_paid(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    old = scenario.started(booking)
    scenario.confirmed(booking, wallet=50_000)
    with pytest.raises(NotTaken):
        scenario.driver.pay(old)
    assert wrong_in(scenario) == []


def test_after_a_change_to_the_other_gateway_the_first_order_still_buys(
    scenario: PaymentScenario, razorpay_gateway: RazorpayGateway
) -> None:
    scenario.gateways["razorpay"] = razorpay_gateway
    booking = scenario.hold()
    old = scenario.started(booking)
    new = scenario.start(booking, gateway="razorpay")
    assert new.order is not None
    assert new.order.order_id != old
    scenario.driver.pay(old)  # it asks for the same amount, so it buys the booking as well
    scenario.deliver_latest(old)
    scenario.come_to_rest()
    paid = scenario.stored(booking).payment
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert paid is not None
    assert (paid.gateway, paid.order_id, paid.captured) == ("stripe", old, 1_050_000)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("wallet", [0, 33_333])
@pytest.mark.parametrize("days", [38, 3, 1])
def test_a_cancellation_refunds_what_the_preview_shows(scenario: PaymentScenario, days: int, wallet: int) -> None:
    scenario.give(33_333)
    booking = scenario.hold()
    order_id = scenario.confirmed(booking, wallet=wallet)
    days_before(scenario, days)
    preview = scenario.preview(booking).now
    scenario.cancel(booking)
    scenario.cancel(booking)
    assert scenario.driver.record(order_id).refunded == preview.gateway
    assert scenario.balance() == 33_333 - wallet + preview.wallet
    assert wrong_in(scenario) == []


def test_late_events_of_a_half_refunded_booking_refund_nothing_more(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    days_before(scenario, 3)
    scenario.cancel(booking)
    for kind in ("charge.refunded", "refund.updated", "payment_intent.succeeded"):
        scenario.deliver_latest(order_id, kind)
    assert scenario.driver.record(order_id).refunded == 525_000
    assert wrong_in(scenario) == []


def test_a_topup_is_credited_once(scenario: PaymentScenario) -> None:
    topup, order, _ = scenario.begin_topup()
    assert order.client_secret
    proof = scenario.driver.pay(topup.order_id)
    scenario.deliver_latest(topup.order_id)
    assert scenario.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    scenario.deliver_latest(topup.order_id, "payment_intent.succeeded")
    assert scenario.entries() == [("topup", 50_000)]
    assert wrong_in(scenario) == []


def test_an_unpaid_topup_is_closed_for_good(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    scenario.clock.advance(3600)
    scenario.settle()
    with pytest.raises(NotTaken):
        scenario.driver.pay(topup.order_id)
    assert scenario.settle().waiting == 0
    assert wrong_in(scenario) == []


def test_a_topup_whose_order_was_closed_already_is_not_stuck(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    scenario.gateways["stripe"].void(topup.order_id, "by hand")
    scenario.clock.advance(3600)
    assert scenario.settle().settled == 1
    assert wrong_in(scenario) == []
