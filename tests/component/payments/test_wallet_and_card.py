"""Where the wallet and the card meet: a wallet that changes, or is below zero, while a card pays."""

import msgspec
import pytest

from holdfast.errors import AlreadyPaid, InsufficientWallet
from holdfast.model.booking import Status
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.wallet import credit
from holdfast.payments.wallet_requests import CreditRequest
from holdfast.storage.items import account_item
from holdfast.storage.marshal import put_action
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.payment_scenario import ADMIN, ALICE, HOLD_SECONDS, PaymentScenario


def balance_becomes(scenario: PaymentScenario, balance: int) -> None:
    account = msgspec.structs.replace(scenario.store.account(ALICE), balance=balance)
    scenario.store.table.put(put_action(scenario.store.table.name, account_item(account), "attribute_exists(pk)"))


def test_a_wallet_below_zero_does_not_stand_in_the_way_of_a_late_card(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    _, proof = scenario.paid(booking)
    balance_becomes(scenario, -1)
    scenario.clock.advance(HOLD_SECONDS + 5)
    assert scenario.finalize(booking, proof).status is Status.CONFIRMED


def test_a_top_up_is_in_the_currency_that_the_wallet_has_when_it_is_written(
    scenario: PaymentScenario, razorpay_gateway: RazorpayGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its order is opened in rupees; before it is written, an admin's first entry makes the wallet one in euros."""
    scenario.hold()
    opened: list[str] = []
    real = razorpay_gateway.open_order

    def open_order(reference: str, amount: int, currency: str, key: str) -> object:
        order = real(reference, amount, currency, key)
        if not opened:
            request = CreditRequest(amount=100, currency="EUR", reason="the first")
            credit(ALICE, request, key="first", admin_id=ADMIN, engine=scenario.engine)
        opened.append(currency)
        return order

    monkeypatch.setattr(razorpay_gateway, "open_order", open_order)
    topup = scenario.start_topup(amount=50_000)
    assert (opened, topup.currency) == (["INR", "EUR"], "EUR")
    scenario.finalize_topup(topup, scenario.driver.pay(topup.order_id))
    account = scenario.store.account(ALICE)
    assert (account.balance, account.currency) == (50_100, "EUR")
    assert wrong_in(scenario) == []


def test_a_card_that_waits_for_the_wallet_says_so(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    first, second = scenario.hold(key="one"), scenario.hold(key="two", room="tower")
    order_id, proof = scenario.paid(first, wallet=50_000)
    scenario.confirmed(second, wallet=50_000)
    with pytest.raises(InsufficientWallet):
        scenario.finalize(first, proof)
    with pytest.raises(InsufficientWallet, match=r"waits for 500\.00 INR from the wallet, which holds 0\.00 INR"):
        scenario.start(first)
    scenario.give(60_000)
    with pytest.raises(AlreadyPaid):
        scenario.start(first)
    assert scenario.stored(first).status is Status.CONFIRMED
    scenario.come_to_rest()
    assert scenario.driver.record(order_id).net == 1_000_000
    assert wrong_in(scenario) == []


def test_what_was_given_back_before_the_deadline_is_not_told_again_after_it(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    assert isinstance(scenario.driver, RazorpayDriver)
    scenario.driver.pay(order_id, amount=5_000)  # less than the order is for
    scenario.deliver_new()
    reported = scenario.notes(booking)
    assert scenario.driver.record(order_id).net == 0
    scenario.run_out()
    scenario.come_to_rest()
    assert [note for note in scenario.notes(booking) if "refunded" in note] == [n for n in reported if "refunded" in n]
