"""A payment after the deadline confirms the booking if everything is still available, and is refunded if not."""

from datetime import timedelta

import pytest

from holdfast.errors import HoldExpired
from holdfast.model.booking import Status
from tests.kit.clock import NOW
from tests.kit.gateway_driver import GatewayRecord, RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import BOB, HOLD_SECONDS, PaymentScenario

DAY = 86_400


def test_a_late_payment_confirms_when_the_rooms_are_free(scenario: PaymentScenario, lines: LogLines) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.settle()
    assert scenario.stored(booking).status is Status.EXPIRED
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.free(booking) == 4
    rescued = lines.of("PAYMENT_LATE_RESCUED")
    assert (rescued["before"]["status"], rescued["after"]["status"]) == ("expired", "confirmed")
    assert "paid late" in scenario.notes(booking)[-2]
    assert wrong_in(scenario) == []


def test_a_late_payment_confirms_a_hold_that_is_due_and_not_swept(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.clock.advance(HOLD_SECONDS)
    _, proof = order_id, scenario.driver.pay(order_id)
    scenario.finalize(booking, proof)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.free(booking) == 4
    scenario.sweep()
    assert wrong_in(scenario) == []


def test_settle_finds_a_late_payment_whose_webhook_never_came(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    scenario.paid(booking)
    scenario.run_out()
    scenario.settle()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_hold_that_is_due_makes_way_for_a_late_payment(scenario: PaymentScenario) -> None:
    booking = scenario.hold(room="tower")
    order_id = scenario.started(booking)
    scenario.run_out()
    other = scenario.hold(BOB, room="tower")
    scenario.clock.advance(HOLD_SECONDS)
    scenario.driver.pay(order_id)

    scenario.deliver_latest(order_id)

    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.stored(other).status is Status.EXPIRED
    assert wrong_in(scenario) == []


def test_an_admin_finds_a_payment_that_came_after_the_last_look(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.come_to_rest()
    assert scenario.stored(booking).tasks == ()
    scenario.driver.pay(order_id)

    scenario.settle_now(booking)

    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("heard", ["browser", "webhook", "settle"])
def test_a_late_payment_is_refunded_when_the_rooms_are_gone(
    scenario: PaymentScenario, lines: LogLines, heard: str
) -> None:
    booking = scenario.hold(room="tower")
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.confirmed(scenario.hold(BOB, room="tower"))
    proof = scenario.driver.pay(order_id)
    lines.clear()
    if heard == "browser":
        with pytest.raises(HoldExpired):
            scenario.finalize(booking, proof)
    elif heard == "webhook":
        scenario.deliver_latest(order_id)
    scenario.settle()
    after = scenario.stored(booking)
    assert after.status is Status.EXPIRED
    assert scenario.driver.record(order_id).net == 0
    assert scenario.driver.record(order_id).held == 0
    assert any("given back" in note for note in scenario.notes(booking))
    assert any(tag in lines.tags for tag in ("PAYMENT_REFUNDED", "PAYMENT_VOIDED"))
    assert wrong_in(scenario) == []


def test_a_late_payment_is_refunded_when_check_in_day_has_passed(scenario: PaymentScenario) -> None:
    booking = scenario.hold(check_in=NOW.date())
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.settle()
    scenario.clock.advance(DAY)
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.EXPIRED
    assert scenario.driver.record(order_id).net == 0
    assert wrong_in(scenario) == []


def test_a_late_payment_on_check_in_day_itself_still_confirms(scenario: PaymentScenario) -> None:
    booking = scenario.hold(check_in=NOW.date() + timedelta(days=1))
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.clock.advance(DAY)
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_late_payment_is_refunded_when_the_promo_is_used_up(scenario: PaymentScenario) -> None:
    scenario.promo()
    booking = scenario.hold()
    order_id = scenario.started(booking, promo="ONCE")
    scenario.run_out()
    scenario.confirmed(scenario.hold(BOB), promo="ONCE")
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.EXPIRED
    assert (scenario.claimed(), scenario.driver.record(order_id).net) == (1, 0)
    assert wrong_in(scenario) == []


def test_a_late_payment_redeems_its_promo_again(scenario: PaymentScenario) -> None:
    scenario.promo()
    booking = scenario.hold()
    order_id = scenario.started(booking, promo="ONCE")
    scenario.run_out()
    assert scenario.claimed() == 0
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert (scenario.stored(booking).status, scenario.claimed()) == (Status.CONFIRMED, 1)
    assert wrong_in(scenario) == []


def test_a_late_payment_is_refunded_when_the_wallet_part_is_spent(scenario: PaymentScenario) -> None:
    scenario.give(2_000_000)
    booking, other = scenario.hold(), scenario.hold(key="second")
    order_id = scenario.started(booking, wallet=1_500_000 // 2)
    quote = scenario.start(other, wallet=2_000_000).quote
    scenario.pay_by_wallet(other, quote.total_payable)
    scenario.pay_by_wallet(
        third := scenario.hold(key="third", nights=1), scenario.start(third, wallet=2_000_000).quote.total_payable
    )
    scenario.run_out()
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.EXPIRED
    assert scenario.driver.record(order_id).net == 0
    assert all(entry[0] == "booking_payment" for entry in scenario.entries())
    assert wrong_in(scenario) == []


def test_an_emptied_wallet_leaves_the_guest_until_the_deadline_to_fill_it(scenario: PaymentScenario) -> None:
    scenario.give(100_000)
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking, wallet=100_000)
    spend = scenario.hold(key="second", nights=1)
    order_of_spend, _ = scenario.paid(spend, wallet=100_000)
    scenario.deliver_latest(order_of_spend)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING
    assert scenario.driver.record(order_id).held > 0
    scenario.give(100_001)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_failed_payment_that_turns_authorised_two_days_later_confirms_as_a_late_payment(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    failed = driver.razorpay.play(f"orders/{order_id}/fail", late=True)
    scenario.deliver_latest(order_id)
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.EXPIRED
    scenario.clock.advance(2 * DAY)
    driver.razorpay.play(f"payments/{failed['id']}/authorize")
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_failed_payment_that_turns_authorised_after_another_paid_is_refunded(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    """Razorpay itself refunds what comes in on an order that is paid."""
    booking = scenario.hold()
    order_id = scenario.started(booking)
    failed = driver.razorpay.play(f"orders/{order_id}/fail", late=True)
    scenario.finalize(booking, driver.pay(order_id))
    driver.razorpay.play(f"payments/{failed['id']}/authorize")
    for webhook in scenario.events():
        scenario.deliver(webhook)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert driver.record(order_id).captures == 1
    assert wrong_in(scenario) == []


def test_a_payment_for_a_hold_that_its_guest_cancelled_is_refunded(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.cancel(booking)
    scenario.driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CANCELLED
    assert scenario.driver.record(order_id) == GatewayRecord(
        captured=scenario.driver.record(order_id).captured,
        refunded=scenario.driver.record(order_id).captured,
        captures=1,
    )
    assert wrong_in(scenario) == []


def test_wallet_and_admin_cannot_pay_for_what_has_run_out(scenario: PaymentScenario) -> None:
    scenario.give(5_000_000)
    booking = scenario.hold()
    total = scenario.start(booking).quote.total_payable
    scenario.clock.advance(HOLD_SECONDS)
    with pytest.raises(HoldExpired):
        scenario.pay_by_wallet(booking, total)
    with pytest.raises(HoldExpired):
        scenario.confirm_as_admin(booking)
    assert scenario.entries() == []


def test_a_late_payment_is_on_its_way_back_until_the_bank_has_paid_it(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    driver.razorpay.play("webhooks", hold=True, pending_refunds=True)
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.run_out()
    scenario.clock.advance(40 * DAY)
    driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).refund_due == 1_050_000

    for refund_id in list(driver.razorpay.account.refunds):
        driver.razorpay.play(f"refunds/{refund_id}/settle", status="processed")
    scenario.come_to_rest()

    assert scenario.stored(booking).refund_due == 0
    assert wrong_in(scenario) == []
