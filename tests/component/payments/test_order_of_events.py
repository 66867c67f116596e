"""A payment is heard of twice, from the browser and by webhook, in any order and any number of times: one effect."""

import random

import pytest

from holdfast.errors import AlreadyPaid, PaymentDeclined
from holdfast.model.booking import Status
from tests.kit.gateway_driver import GatewayRecord, Proof, RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import ALICE, BOB, PaymentScenario
from tests.kit.webhooks import razorpay_proof


def test_a_booking_is_confirmed_and_captured_when_the_browser_comes_back(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    answer = scenario.finalize(booking, proof)
    after = scenario.stored(booking)
    assert (answer.status, answer.gateway_charged) == (Status.CONFIRMED, after.payment and after.payment.amount)
    assert scenario.driver.record(order_id) == GatewayRecord(captured=answer.gateway_charged, captures=1)
    assert wrong_in(scenario) == []


def test_the_webhook_confirms_when_the_browser_never_comes_back(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.stored(booking).history[-2].by == "webhook razorpay"
    assert wrong_in(scenario) == []


def test_the_browser_after_the_webhook_gets_the_answer_it_would_have_got(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking, wallet=50_000)
    scenario.deliver_latest(order_id)
    before = scenario.stored(booking)
    answer = scenario.finalize(booking, proof)
    assert (answer.status, answer.wallet_paid) == (Status.CONFIRMED, 50_000)
    assert answer.quote is not None
    assert answer.quote.total_payable == 50_000 + answer.gateway_charged
    assert scenario.stored(booking) == before
    assert scenario.entries() == [("booking_payment", -50_000)]
    assert wrong_in(scenario) == []


def test_the_webhook_after_the_browser_changes_nothing(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    scenario.finalize(booking, proof)
    before = scenario.stored(booking)
    for webhook in scenario.events():
        assert scenario.deliver(webhook)
    assert scenario.stored(booking) == before
    assert scenario.driver.record(order_id).captures == 1


@pytest.mark.parametrize("seed", range(3))
def test_fifty_duplicated_and_reordered_deliveries_leave_one_effect(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines, seed: int
) -> None:
    """The order's first payment fails, the second pays; its events come fifty times in all, in any order."""
    scenario.give(30_000)
    booking = scenario.hold()
    order_id = scenario.started(booking, wallet=30_000)
    driver.razorpay.play(f"orders/{order_id}/fail")
    driver.pay(order_id)
    scenario.deliver_latest(order_id)
    story = scenario.events()
    assert len(story) >= 4  # failed, authorised, captured, the order paid
    deliveries = (story * 50)[:50]
    random.Random(seed).shuffle(deliveries)
    assert [scenario.deliver(webhook) for webhook in deliveries] == [True] * 50
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert driver.record(order_id).captures == 1
    assert scenario.entries() == [("booking_payment", -30_000)]
    assert lines.tags.count("BOOKING_CONFIRMED") == lines.tags.count("PAYMENT_CAPTURED") == 1
    assert wrong_in(scenario) == []


def test_events_before_anything_is_authorised_change_nothing(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.razorpay.play(f"orders/{order_id}/fail")
    before = scenario.stored(booking)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking) == before


def test_a_declined_guest_pays_by_a_second_try_on_the_same_order(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.razorpay.play(f"orders/{order_id}/fail")
    assert scenario.started(booking) == order_id
    scenario.finalize(booking, driver.pay(order_id))
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_declined_payment_is_402_and_leaves_the_hold(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    failed = driver.razorpay.play(f"orders/{order_id}/fail")
    proof = Proof(failed["id"], razorpay_proof(order_id, failed["id"]))
    with pytest.raises(PaymentDeclined):
        scenario.finalize(booking, proof)
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING


def test_a_repeat_of_the_browser_gets_the_same_answer(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    assert scenario.finalize(booking, proof) == scenario.finalize(booking, proof)
    assert wrong_in(scenario) == []


def test_another_payment_of_a_confirmed_booking_is_refused(scenario: PaymentScenario) -> None:
    booking, other = scenario.hold(), scenario.hold(BOB)
    scenario.confirmed(booking)
    _, proof = scenario.paid(other)
    with pytest.raises(AlreadyPaid):
        scenario.finalize(booking, proof)


def test_a_proof_of_another_booking_is_refused_and_stays_good_for_its_own(scenario: PaymentScenario) -> None:
    own, theirs = scenario.hold(ALICE), scenario.hold(BOB)
    scenario.started(own)
    _, proof = scenario.paid(theirs)
    with pytest.raises(PaymentDeclined):
        scenario.finalize(own, proof)
    assert scenario.stored(own).status is Status.PAYMENT_PENDING
    scenario.finalize(theirs, proof)
    scenario.run_out()
    scenario.come_to_rest()
    assert wrong_in(scenario) == []
