"""A wallet filled by card: captured once, credited once, and given back when it is not what was asked for."""

import pytest

from holdfast.errors import Busy, IdempotencyKeyReused, NotFound, NotPayable, PaymentDeclined
from holdfast.model.account import TopUpStatus
from holdfast.storage.items import account_key, topup_key
from tests.kit.gateway_driver import GatewayRecord, RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import ALICE, BOB, PaymentScenario

LATER = 3600


def test_a_topup_is_captured_and_credited_once(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    proof = scenario.driver.pay(topup.order_id)
    assert scenario.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert scenario.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert (scenario.balance(), scenario.entries()) == (50_000, [("topup", 50_000)])
    assert scenario.driver.record(topup.order_id) == GatewayRecord(captured=50_000, captures=1)
    assert wrong_in(scenario) == []


def test_a_repeat_with_the_same_key_gives_the_same_order(scenario: PaymentScenario) -> None:
    first = scenario.start_topup()
    assert scenario.start_topup() == first
    assert scenario.start_topup(key="topup-2") != first
    with pytest.raises(IdempotencyKeyReused):
        scenario.start_topup(amount=60_000)


def test_another_guest_cannot_finalize_it(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    proof = scenario.driver.pay(topup.order_id)
    with pytest.raises(NotFound):
        scenario.finalize_topup(topup, proof, user=BOB)
    assert scenario.balance(BOB) == scenario.balance(ALICE) == 0


def test_a_proof_of_another_topup_is_refused(scenario: PaymentScenario) -> None:
    own, other = scenario.start_topup(), scenario.start_topup(user=BOB)
    proof = scenario.driver.pay(other.order_id)
    with pytest.raises(PaymentDeclined):
        scenario.finalize_topup(own, proof)
    assert scenario.balance() == 0


def test_the_webhook_credits_when_the_browser_never_comes_back(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    proof = scenario.driver.pay(topup.order_id)
    scenario.deliver_latest(topup.order_id)
    assert scenario.balance() == 50_000
    scenario.finalize_topup(topup, proof)
    for webhook in scenario.events() * 5:
        scenario.deliver(webhook)
    assert scenario.entries() == [("topup", 50_000)]
    assert wrong_in(scenario) == []


def test_settle_credits_what_nobody_reported(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    scenario.driver.pay(topup.order_id)
    assert scenario.settle().settled == 0  # not due yet: the guest may still be at it
    scenario.clock.advance(LATER)
    assert scenario.settle().settled == 1
    assert (scenario.balance(), scenario.settle().settled) == (50_000, 0)
    assert wrong_in(scenario) == []


def test_an_unpaid_topup_is_closed_and_a_late_payment_still_credits_it(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    scenario.clock.advance(LATER)
    scenario.settle()
    stored = scenario.store.topup(topup.topup_id)
    assert stored is not None
    assert stored.status is TopUpStatus.CLOSED
    proof = scenario.driver.pay(topup.order_id)
    scenario.deliver_latest(topup.order_id)
    assert scenario.balance() == 50_000
    assert scenario.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert wrong_in(scenario) == []


def test_a_closed_topup_cannot_be_finalized_without_money(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    topup = scenario.start_topup()
    proof = driver.pay(topup.order_id)
    driver.razorpay.play(f"payments/{proof.transaction_id}/expire")
    with pytest.raises(PaymentDeclined):
        scenario.finalize_topup(topup, proof)
    scenario.clock.advance(LATER)
    scenario.settle()
    with pytest.raises(NotPayable):
        scenario.finalize_topup(topup, proof)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("call", ["orders", "capture"])
@pytest.mark.parametrize("kind", ["lost", "dropped", "error", "busy"])
def test_a_topup_survives_an_unclear_answer(
    scenario: PaymentScenario, driver: RazorpayDriver, call: str, kind: str
) -> None:
    driver.razorpay.play("faults", kind=kind, on=call)
    try:
        topup = scenario.start_topup()
    except Busy:
        topup = scenario.start_topup()
    proof = driver.pay(topup.order_id)
    try:
        scenario.finalize_topup(topup, proof)
    except Busy:
        scenario.finalize_topup(topup, proof)
    assert len(driver.razorpay.account.orders) == 1
    assert scenario.entries() == [("topup", 50_000)]
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("wrongly", [{"amount": 100}, {"amount": 60_000}, {"currency": "USD"}])
@pytest.mark.parametrize("captured", [False, True])
def test_a_topup_with_a_wrong_amount_is_not_credited_and_is_refunded(
    scenario: PaymentScenario, driver: RazorpayDriver, wrongly: dict[str, int | str], captured: bool
) -> None:
    topup = scenario.start_topup()
    if captured:
        driver.razorpay.account._manual_capture.discard(topup.order_id)
    driver.razorpay.play(f"orders/{topup.order_id}/authorize", **wrongly)
    scenario.deliver_latest(topup.order_id)
    for _ in range(3):
        scenario.clock.advance(LATER)
        scenario.settle()
    assert scenario.balance() == 0
    assert (
        driver.record(topup.order_id).net,
        driver.record(topup.order_id).held,
    ) == (0, 0)
    assert scenario.listed("due") == []


def test_an_order_whose_topup_was_never_written_is_not_taken_for_another_amount(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    """The answer that the order was opened came, our write did not; the guest then asks for another amount."""
    topup = scenario.start_topup()
    table = scenario.store.table
    for pk, sk in (topup_key(topup.topup_id), account_key(ALICE)):
        table.client.delete_item(TableName=table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    other = scenario.start_topup(amount=60_000)
    proof = driver.pay(other.order_id)
    assert scenario.finalize_topup(other, proof).status is TopUpStatus.CREDITED
    assert scenario.balance() == 60_000
    assert wrong_in(scenario) == []


def test_due_topups_are_in_the_operators_list(scenario: PaymentScenario) -> None:
    topup = scenario.start_topup()
    [due] = scenario.listed("due")
    assert due.topup_id == topup.topup_id
    assert (due.gateway_order_id, due.amount, due.currency) == (topup.order_id, 50_000, "INR")
    assert (due.attempts, due.age_seconds) == (0, 0)
