"""Cancelling gives back what the preview said, to the paisa, tender by tender, and once."""

import pytest

from holdfast.errors import NotCancellable
from holdfast.model.booking import Status
from holdfast.model.case import CaseKind
from holdfast.model.dates import today_in
from holdfast.model.gateway_task import TaskAction
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from tests.kit.gateway_driver import GatewayRecord, RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import ALICE, ARRIVAL, PaymentScenario, days_before


def percent_at(days: int) -> int:
    """The hotel's policy: a week before all, two days before half."""
    return 100 if days >= 7 else 50 if days >= 2 else 0


@pytest.mark.parametrize("days", [38, 8, 7, 6, 2, 1, 0])
@pytest.mark.parametrize("wallet", [0, 1, 33_333, 1_049_900, 1_049_851, 2_000_000])
def test_the_preview_equals_the_result_to_the_paisa(scenario: PaymentScenario, days: int, wallet: int) -> None:
    """Total 1,050,000: by card, mixed with odd paise, down to a card part of 1.00 and of 1.49, and by wallet alone."""
    scenario.give(2_000_000)
    booking = scenario.hold()
    start = scenario.start(booking, wallet=wallet)
    assert start.quote.total_payable == 1_050_000
    if start.order:
        scenario.finalize(booking, scenario.driver.pay(start.order.order_id))
    else:
        scenario.pay_by_wallet(booking, 1_050_000)
    paid_from_wallet = 2_000_000 - scenario.balance()
    days_before(scenario, days)
    preview = scenario.preview(booking)
    assert preview.now.refund_percent == percent_at(days)
    assert preview.now.refund_amount == preview.now.wallet + preview.now.gateway == 1_050_000 * percent_at(days) // 100
    scenario.cancel(booking)
    assert scenario.balance() == 2_000_000 - paid_from_wallet + preview.now.wallet
    if start.order:
        charged = 1_050_000 - paid_from_wallet
        assert scenario.driver.record(start.order.order_id) == GatewayRecord(
            captured=charged, refunded=preview.now.gateway, captures=1
        )
    assert scenario.stored(booking).status is Status.CANCELLED
    assert scenario.free(booking) == 5
    assert wrong_in(scenario) == []


def test_the_preview_shows_each_later_step_and_each_comes_true(scenario: PaymentScenario) -> None:
    bookings = {days: scenario.hold(key=f"stay-{days}") for days in (30, 7, 6, 2, 0)}
    orders = {days: scenario.confirmed(booking) for days, booking in bookings.items()}
    steps = scenario.preview(bookings[30]).schedule
    assert [(ARRIVAL - step.until).days for step in steps] == [7, 2, 0]
    assert [step.refund.refund_percent for step in steps] == [100, 50, 0]
    for days, booking in bookings.items():
        days_before(scenario, days)
        today = today_in("Asia/Kolkata", scenario.clock())
        [step] = [step for step in steps if step.since <= today <= step.until]
        scenario.cancel(booking)
        assert scenario.driver.record(orders[days]).refunded == step.refund.gateway
    assert wrong_in(scenario) == []


def test_the_days_are_counted_in_the_time_of_the_property(scenario: PaymentScenario) -> None:
    """22:29 UTC is still seven days before; 22:30 UTC is 04:00 in Udaipur, where the day ends: six days before."""
    first, second = scenario.hold(key="one"), scenario.hold(key="two")
    scenario.confirmed(first)
    scenario.confirmed(second)
    days_before(scenario, 7)
    scenario.clock.now = scenario.clock.now.replace(hour=22, minute=29, second=59)
    assert scenario.preview(first).now.refund_percent == 100
    scenario.cancel(first)
    scenario.clock.advance(1)
    assert scenario.preview(second).now.refund_percent == 50
    scenario.cancel(second)
    assert wrong_in(scenario) == []


def test_a_stay_that_has_begun_cannot_be_cancelled(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    scenario.confirmed(booking)
    days_before(scenario, -1)
    assert not scenario.preview(booking).cancellable
    with pytest.raises(NotCancellable):
        scenario.cancel(booking)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_cancelling_twice_refunds_once(scenario: PaymentScenario, lines: LogLines) -> None:
    scenario.give(30_000)
    booking = scenario.hold()
    order_id = scenario.confirmed(booking, wallet=30_000)
    first = scenario.cancel(booking)
    assert scenario.cancel(booking) == first
    assert scenario.driver.record(order_id).net == 0
    assert scenario.entries() == [("booking_payment", -30_000), ("booking_refund", 30_000)]
    assert lines.tags.count("BOOKING_CANCELLED") == lines.tags.count("PAYMENT_REFUNDED") == 1
    assert wrong_in(scenario) == []


def test_cancelling_returns_the_promo_use(scenario: PaymentScenario) -> None:
    scenario.promo()
    booking = scenario.hold()
    scenario.confirmed(booking, promo="ONCE")
    assert scenario.claimed() == 1
    scenario.cancel(booking)
    assert scenario.claimed() == 0
    assert wrong_in(scenario) == []


def test_cancelling_a_hold_releases_what_was_authorised(scenario: PaymentScenario) -> None:
    scenario.promo()
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking, promo="ONCE")
    scenario.cancel(booking)
    assert (scenario.driver.record(order_id).net, scenario.driver.record(order_id).held) == (0, 0)
    assert (scenario.free(booking), scenario.claimed()) == (5, 0)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize(("days", "kept"), [(30, 0), (3, 525_000), (1, 1_050_000)])
def test_a_card_that_was_not_charged_yet_pays_the_hotel_only_its_share(
    scenario: PaymentScenario, driver: RazorpayDriver, days: int, kept: int
) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    driver.razorpay.play("faults", kind="error", on="capture", times=1)
    scenario.finalize(booking, proof)
    days_before(scenario, days)
    scenario.cancel(booking)
    scenario.come_to_rest()
    assert driver.record(order_id).net == kept
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("kind", ["error", "dropped", "lost", "busy", "declined"])
def test_a_refund_that_failed_is_done_by_settle_once(
    scenario: PaymentScenario, driver: RazorpayDriver, kind: str
) -> None:
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    days_before(scenario, 3)
    driver.razorpay.play("faults", kind=kind, on="refund", times=1)
    assert scenario.cancel(booking).status is Status.CANCELLED
    for _ in range(3):
        scenario.clock.advance(120)
        scenario.settle()
    assert driver.record(order_id).refunded == 525_000
    assert len(driver.razorpay.account.refunds) == 1
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("days", [3, 1])
def test_events_of_a_cancelled_booking_refund_nothing_more(
    scenario: PaymentScenario, driver: RazorpayDriver, days: int
) -> None:
    """The gateway sends an event of the refund itself, and may repeat that of the capture."""
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    days_before(scenario, days)
    scenario.cancel(booking)
    before = (scenario.stored(booking), driver.record(order_id))
    for webhook in scenario.events():
        assert scenario.deliver(webhook)
    assert (scenario.stored(booking), driver.record(order_id)) == before
    assert wrong_in(scenario) == []


def test_a_refund_that_the_bank_takes_days_over_is_asked_for_once(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    driver.razorpay.play("webhooks", hold=True, pending_refunds=True)
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    scenario.cancel(booking)
    scenario.come_to_rest()
    [refund] = driver.razorpay.account.refunds.values()
    driver.razorpay.play(f"refunds/{refund['id']}/settle", status="processed")
    scenario.come_to_rest()
    assert len(driver.razorpay.account.refunds) == 1
    assert driver.record(order_id).net == 0
    assert wrong_in(scenario) == []


def test_a_refund_that_the_bank_sends_back_is_not_forgotten(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    driver.razorpay.play("webhooks", hold=True, pending_refunds=True)
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    scenario.cancel(booking)
    [refund] = driver.razorpay.account.refunds.values()
    driver.razorpay.play(f"refunds/{refund['id']}/settle", status="failed")
    scenario.deliver_latest(order_id)
    scenario.settle()
    after = scenario.stored(booking)
    assert any(task.action is TaskAction.REFUND for task in after.tasks) or driver.record(order_id).net == 0


@pytest.mark.parametrize("failures", [1, 3])
def test_a_refund_that_failed_before_we_saw_it_is_asked_for_under_another_key(
    scenario: PaymentScenario, driver: RazorpayDriver, failures: int
) -> None:
    """Razorpay answers a used key with the refund that it made, failed or not, and the payment shows no failed one."""
    booking = scenario.hold()
    order_id = scenario.confirmed(booking)
    driver.razorpay.play("webhooks", hold=True, pending_refunds=True)
    for failure in range(failures):
        driver.razorpay.play("faults", kind="lost", on="refund")
        if failure == 0:
            scenario.cancel(booking)
        else:
            scenario.settle()
        *_, refund = driver.razorpay.account.refunds.values()
        driver.razorpay.play(f"refunds/{refund['id']}/settle", status="failed")
        scenario.clock.advance(3_600)
    driver.razorpay.play("webhooks", hold=True)
    scenario.settle()

    states = [refund["status"] for refund in driver.razorpay.account.refunds.values()]
    assert states == ["failed"] * failures + ["processed"]
    assert driver.record(order_id).net == 0
    assert scenario.stored(booking).tasks == ()
    assert wrong_in(scenario) == []


def test_a_booking_paid_outside_refunds_nothing(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    scenario.confirm_as_admin(booking)
    assert scenario.preview(booking).now.refund_amount == 0
    scenario.cancel(booking)
    assert scenario.entries() == []
    assert wrong_in(scenario) == []


@pytest.mark.parametrize(("currency", "wallet", "cash"), [("INR", 50, 0), ("USD", 0, 50)])
def test_what_is_left_of_a_refund_and_too_small_for_the_gateway_goes_another_way(
    scenario: PaymentScenario, driver: RazorpayDriver, currency: str, wallet: int, cash: int
) -> None:
    request = CreditRequest(amount=1, currency=currency, reason="for the test")
    credit(ALICE, request, key="first", admin_id="root", engine=scenario.engine)
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    scenario.finalize(booking, proof)
    driver.razorpay.play("faults", kind="error", on="refund", times=1)
    [due] = scenario.cancel(booking).tasks
    driver.razorpay.play(f"payments/{proof.transaction_id}/refund_outside", amount=due.amount - 50)
    for _ in range(2):
        scenario.come_to_rest()

    stored = scenario.stored(booking)
    assert stored.cancellation
    assert (stored.tasks, stored.wallet_refunded, stored.cancellation.cash) == ((), wallet, cash)
    assert scenario.balance() == 1 + wallet
    assert [case.amount for case in scenario.cases(CaseKind.CASH_OWED)] == [cash] * (cash > 0)
    where = "owed in cash" if cash else "paid to the wallet"
    assert f"settle: 0.50 INR is less than the gateway refunds: {where}" in scenario.notes(booking)
    assert wrong_in(scenario) == []


def test_what_others_left_too_small_to_refund_is_owed_in_cash_to_a_wallet_of_another_currency(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    request = CreditRequest(amount=1, currency="USD", reason="for the test")
    credit(ALICE, request, key="first", admin_id="root", engine=scenario.engine)
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    scenario.finalize(booking, proof)
    driver.razorpay.play(f"payments/{proof.transaction_id}/refund_outside", amount=1_050_000 - 50)
    scenario.come_to_rest()

    cancelled = scenario.cancel(booking)

    assert cancelled.cancellation
    assert (cancelled.cancellation.gateway, cancelled.cancellation.cash, cancelled.tasks) == (0, 50, ())
    assert wrong_in(scenario) == []
