"""A wallet filled by card: captured once, credited once, and given back when it is not what was asked for."""

import pytest

from holdfast.errors import Busy, IdempotencyKeyReused, NotFound, NotPayable, PaymentDeclined
from holdfast.model.account import TopUpStatus
from holdfast.storage.items import account_key, topup_key
from tests.payments.books import wrong_in
from tests.payments.house import ALICE, BOB, House
from tests.payments.tills import Books, RazorpayTill

LATER = 3600


def test_a_topup_is_captured_and_credited_once(house: House) -> None:
    topup = house.start_topup()
    proof = house.till.pay(topup.order_id)
    assert house.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert house.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert (house.balance(), house.entries()) == (50_000, [("topup", 50_000)])
    assert house.till.gateway_records(topup.order_id) == Books(captured=50_000, captures=1)
    assert wrong_in(house) == []


def test_a_repeat_with_the_same_key_gives_the_same_order(house: House) -> None:
    first = house.start_topup()
    assert house.start_topup() == first
    assert house.start_topup(key="topup-2") != first
    with pytest.raises(IdempotencyKeyReused):
        house.start_topup(amount=60_000)


def test_another_guest_cannot_finalize_it(house: House) -> None:
    topup = house.start_topup()
    proof = house.till.pay(topup.order_id)
    with pytest.raises(NotFound):
        house.finalize_topup(topup, proof, user=BOB)
    assert house.balance(BOB) == house.balance(ALICE) == 0


def test_a_proof_of_another_topup_is_refused(house: House) -> None:
    mine, other = house.start_topup(), house.start_topup(user=BOB)
    proof = house.till.pay(other.order_id)
    with pytest.raises(PaymentDeclined):
        house.finalize_topup(mine, proof)
    assert house.balance() == 0


def test_the_webhook_credits_when_the_browser_never_comes_back(house: House) -> None:
    topup = house.start_topup()
    proof = house.till.pay(topup.order_id)
    house.tell(topup.order_id)
    assert house.balance() == 50_000
    house.finalize_topup(topup, proof)
    for webhook in house.news() * 5:
        house.deliver(webhook)
    assert house.entries() == [("topup", 50_000)]
    assert wrong_in(house) == []


def test_settle_credits_what_nobody_told_of(house: House) -> None:
    topup = house.start_topup()
    house.till.pay(topup.order_id)
    assert house.settle().settled == 0  # not due yet: the guest may still be at it
    house.clock.advance(LATER)
    assert house.settle().settled == 1
    assert (house.balance(), house.settle().settled) == (50_000, 0)
    assert wrong_in(house) == []


def test_an_unpaid_topup_is_closed_and_late_money_still_credits_it(house: House) -> None:
    topup = house.start_topup()
    house.clock.advance(LATER)
    house.settle()
    stored = house.store.topup(topup.topup_id)
    assert stored is not None
    assert stored.status is TopUpStatus.CLOSED
    proof = house.till.pay(topup.order_id)
    house.tell(topup.order_id)
    assert house.balance() == 50_000
    assert house.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    assert wrong_in(house) == []


def test_a_closed_topup_cannot_be_finalized_without_money(house: House, till: RazorpayTill) -> None:
    topup = house.start_topup()
    proof = till.pay(topup.order_id)
    till.razorpay.play(f"payments/{proof.transaction_id}/expire")
    with pytest.raises(PaymentDeclined):
        house.finalize_topup(topup, proof)
    house.clock.advance(LATER)
    house.settle()
    with pytest.raises(NotPayable):
        house.finalize_topup(topup, proof)
    assert wrong_in(house) == []


@pytest.mark.parametrize("call", ["orders", "capture"])
@pytest.mark.parametrize("kind", ["lost", "dropped", "error", "busy"])
def test_a_topup_survives_an_unclear_answer(house: House, till: RazorpayTill, call: str, kind: str) -> None:
    till.razorpay.play("faults", kind=kind, on=call)
    try:
        topup = house.start_topup()
    except Busy:
        topup = house.start_topup()
    proof = till.pay(topup.order_id)
    try:
        house.finalize_topup(topup, proof)
    except Busy:
        house.finalize_topup(topup, proof)
    assert len(till.razorpay.account.orders) == 1
    assert house.entries() == [("topup", 50_000)]
    assert wrong_in(house) == []


@pytest.mark.parametrize("wrongly", [{"amount": 100}, {"amount": 60_000}, {"currency": "USD"}])
@pytest.mark.parametrize("captured", [False, True])
def test_a_topup_with_wrong_money_is_not_credited_and_goes_back(
    house: House, till: RazorpayTill, wrongly: dict[str, int | str], captured: bool
) -> None:
    topup = house.start_topup()
    if captured:
        till.razorpay.account._manual_capture.discard(topup.order_id)
    till.razorpay.play(f"orders/{topup.order_id}/authorize", **wrongly)
    house.tell(topup.order_id)
    for _ in range(3):
        house.clock.advance(LATER)
        house.settle()
    assert house.balance() == 0
    assert (
        till.gateway_records(topup.order_id).net,
        till.gateway_records(topup.order_id).held,
    ) == (0, 0)
    assert house.listed("due") == []


def test_an_order_whose_topup_was_never_written_is_not_taken_for_another_amount(
    house: House, till: RazorpayTill
) -> None:
    """The answer that the order was opened came, our write did not; the guest then asks for another amount."""
    topup = house.start_topup()
    table = house.store.table
    for pk, sk in (topup_key(topup.topup_id), account_key(ALICE)):
        table.client.delete_item(TableName=table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
    other = house.start_topup(amount=60_000)
    proof = till.pay(other.order_id)
    assert house.finalize_topup(other, proof).status is TopUpStatus.CREDITED
    assert house.balance() == 60_000
    assert wrong_in(house) == []


def test_due_topups_are_in_the_operators_list(house: House) -> None:
    topup = house.start_topup()
    [due] = house.listed("due")
    assert due.topup_id == topup.topup_id
    assert (due.gateway_order_id, due.amount, due.currency) == (topup.order_id, 50_000, "INR")
    assert (due.attempts, due.age_seconds) == (0, 0)
