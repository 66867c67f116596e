"""A payment of a wrong amount never confirms and is refunded; so is a second payment."""

import pytest

from holdfast.errors import AlreadyPaid, PaymentDeclined
from holdfast.model.booking import Status
from holdfast.model.case import CaseKind
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.gateway_task import TaskAction
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import PaymentScenario
from tests.kit.webhooks import from_razorpay, razorpay_body


@pytest.mark.parametrize("wrongly", [{"amount": 100}, {"amount": 90_000_000}, {"currency": "USD"}])
def test_a_wrong_amount_or_currency_is_refunded(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines, wrongly: dict[str, int | str]
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    paid = driver.razorpay.play(f"orders/{order_id}/authorize", **wrongly)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.PAYMENT_PENDING
    assert (driver.record(order_id).net, driver.record(order_id).held) == (0, 0)
    assert lines.of("PAYMENT_FINALIZE_ERROR")["code"] == "payment_declined"
    [decided] = [event for event in scenario.stored(booking).history if "given back" in (event.note or "")]
    assert decided.ref == GatewayRef("razorpay", order_id, paid["razorpay_payment_id"])
    scenario.come_to_rest()
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("ending", ["cancel", "run_out"])
def test_a_payment_that_is_being_given_back_has_one_void_when_its_hold_ends(
    scenario: PaymentScenario, driver: RazorpayDriver, ending: str
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.pay(order_id, amount=100)
    driver.razorpay.play("faults", kind="error", on="capture", times=2)  # a void there begins with a capture
    scenario.deliver_latest(order_id)
    assert driver.record(order_id).held == 100
    if ending == "cancel":
        scenario.cancel(booking)
    else:
        scenario.run_out()
    assert [(task.order_id, task.action) for task in scenario.stored(booking).tasks] == [(order_id, TaskAction.VOID)]
    scenario.come_to_rest()
    assert driver.record(order_id).held == driver.record(order_id).net == 0
    assert wrong_in(scenario) == []


def test_the_browser_cannot_confirm_with_a_wrong_amount(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    proof = driver.pay(order_id, amount=100)
    with pytest.raises(PaymentDeclined):
        scenario.finalize(booking, proof)
    scenario.come_to_rest()
    assert driver.record(order_id).net == 0
    assert wrong_in(scenario) == []


def test_a_wrong_amount_that_was_captured_already_is_refunded(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    """Some accounts capture by themselves, whatever the order says."""
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.razorpay.account._manual_capture.discard(order_id)
    driver.pay(order_id, amount=70_000)
    assert driver.record(order_id).captured == 70_000
    scenario.deliver_latest(order_id)
    assert driver.record(order_id).refunded == 70_000
    scenario.come_to_rest()
    assert wrong_in(scenario) == []


def test_a_right_amount_that_was_captured_already_confirms(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.razorpay.account._manual_capture.discard(order_id)
    driver.pay(order_id)
    scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_after_a_wrong_amount_is_refunded_the_guest_can_pay_again(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    driver.pay(order_id, amount=70_000)
    scenario.deliver_latest(order_id)
    again, proof = scenario.paid(booking)
    scenario.finalize(booking, proof)
    assert again != order_id  # Razorpay takes nothing more on an order that was paid
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_an_order_opened_for_another_booking_never_confirms_this_one(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    """The reference at the gateway decides whose money it is, whatever the event says."""
    own, theirs = scenario.hold(), scenario.hold("mallory")
    scenario.started(own)
    order_id, proof = scenario.paid(theirs)
    driver.razorpay.account.orders[order_id]["notes"] = {"holdfast_reference": own.booking_id}
    with pytest.raises(PaymentDeclined):
        scenario.finalize(theirs, proof)
    scenario.deliver_latest(order_id)
    assert scenario.stored(own).status is scenario.stored(theirs).status is Status.PAYMENT_PENDING
    scenario.come_to_rest()
    assert (driver.record(order_id).net, driver.record(order_id).held) == (0, 0)


def test_a_payment_on_the_old_order_of_a_restarted_payment_is_refunded(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    old = scenario.started(booking)
    new = scenario.started(booking, wallet=50_000)
    scenario.driver.pay(old)
    scenario.deliver_latest(old)
    assert scenario.driver.record(old).net == 0
    scenario.finalize(booking, scenario.driver.pay(new))
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert wrong_in(scenario) == []


def test_a_second_payment_for_a_paid_booking_is_refunded(scenario: PaymentScenario, lines: LogLines) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    old = scenario.started(booking)
    scenario.confirmed(booking, wallet=50_000)
    before = scenario.stored(booking)
    scenario.driver.pay(old)
    lines.clear()
    scenario.deliver_latest(old)
    after = scenario.stored(booking)
    assert (after.status, after.payment) == (Status.CONFIRMED, before.payment)
    assert scenario.driver.record(old).net == 0
    assert lines.tags == ["PAYMENT_REFUNDED"]
    assert wrong_in(scenario) == []


def test_the_browser_with_a_second_payment_learns_that_it_was_not_taken(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    old = scenario.started(booking)
    scenario.confirmed(booking, wallet=50_000)
    with pytest.raises(AlreadyPaid):
        scenario.finalize(booking, scenario.driver.pay(old))
    scenario.deliver_latest(old)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("paid_at", ["before", "after"])
@pytest.mark.parametrize("how", ["wallet", "admin"])
def test_an_order_replaced_by_another_way_to_pay_keeps_no_money(
    scenario: PaymentScenario, how: str, paid_at: str
) -> None:
    scenario.give(5_000_000)
    booking = scenario.hold()
    order_id = scenario.started(booking)
    if paid_at == "before":
        scenario.driver.pay(order_id)
    if how == "wallet":
        quote = scenario.stored(booking).quote
        assert quote is not None
        scenario.pay_by_wallet(booking, quote.total_payable)
    else:
        scenario.confirm_as_admin(booking)
    if paid_at == "after":
        scenario.driver.pay(order_id)
        scenario.deliver_latest(order_id)
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.driver.record(order_id).net == 0
    assert wrong_in(scenario) == []


def test_an_order_of_an_unknown_booking_is_recorded_once(
    scenario: PaymentScenario, driver: RazorpayDriver, lines: LogLines
) -> None:
    order = driver.razorpay.account.call(
        "POST", "/v1/orders", {"amount": 5000, "currency": "INR", "notes": {"holdfast_reference": "bk_unknown"}}, None
    )
    driver.pay(order["id"])
    for _ in range(3):
        assert scenario.deliver(from_razorpay(razorpay_body("payment.authorized", order["id"])))
    [case] = scenario.cases(CaseKind.UNMATCHED)
    assert (case.gateway, case.order_id, case.amount) == ("razorpay", order["id"], 5000)
    assert [line["level"] for line in lines.all].count("ERROR") == 1


def test_an_order_that_the_gateway_does_not_know_is_recorded(scenario: PaymentScenario) -> None:
    assert scenario.deliver(from_razorpay(razorpay_body("payment.captured", "order_nowhere")))
    [case] = scenario.cases(CaseKind.UNMATCHED)
    assert (case.order_id, case.state) == ("order_nowhere", "unknown")
