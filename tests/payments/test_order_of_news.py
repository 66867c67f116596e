"""A payment is heard of twice, from the browser and by webhook, in any order and any number of times: one effect."""

import random

import pytest

from holdfast.errors import AlreadyPaid, PaymentDeclined
from holdfast.model.booking import Status
from tests.payments.books import wrong_in
from tests.payments.house import ALICE, BOB, House
from tests.payments.news import razorpay_proof
from tests.payments.tills import Books, Proof, RazorpayTill
from tests.unit.log_lines import LogLines


def test_a_booking_is_confirmed_and_captured_when_the_browser_comes_back(house: House) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    answer = house.finalize(booking, proof)
    after = house.stored(booking)
    assert (answer.status, answer.gateway_charged) == (Status.CONFIRMED, after.payment and after.payment.amount)
    assert house.till.gateway_records(order_id) == Books(captured=answer.gateway_charged, captures=1)
    assert wrong_in(house) == []


def test_the_webhook_confirms_when_the_browser_never_comes_back(house: House) -> None:
    booking = house.hold()
    order_id, _ = house.paid(booking)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.stored(booking).history[-2].by == "webhook razorpay"
    assert wrong_in(house) == []


def test_the_browser_after_the_webhook_gets_the_answer_it_would_have_got(house: House) -> None:
    house.give(50_000)
    booking = house.hold()
    order_id, proof = house.paid(booking, wallet=50_000)
    house.tell(order_id)
    before = house.stored(booking)
    answer = house.finalize(booking, proof)
    assert (answer.status, answer.wallet_paid) == (Status.CONFIRMED, 50_000)
    assert answer.quote is not None
    assert answer.quote.total_payable == 50_000 + answer.gateway_charged
    assert house.stored(booking) == before
    assert house.entries() == [("booking_payment", -50_000)]
    assert wrong_in(house) == []


def test_the_webhook_after_the_browser_changes_nothing(house: House) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    house.finalize(booking, proof)
    before = house.stored(booking)
    for webhook in house.news():
        assert house.deliver(webhook)
    assert house.stored(booking) == before
    assert house.till.gateway_records(order_id).captures == 1


@pytest.mark.parametrize("seed", range(3))
def test_fifty_duplicated_and_reordered_deliveries_leave_one_effect(
    house: House, till: RazorpayTill, lines: LogLines, seed: int
) -> None:
    """The order's first payment fails, the second pays; its events come fifty times in all, in any order."""
    house.give(30_000)
    booking = house.hold()
    order_id = house.started(booking, wallet=30_000)
    till.razorpay.play(f"orders/{order_id}/fail")
    till.pay(order_id)
    house.tell(order_id)
    story = house.news()
    assert len(story) >= 4  # failed, authorised, captured, the order paid
    deliveries = (story * 50)[:50]
    random.Random(seed).shuffle(deliveries)
    assert [house.deliver(webhook) for webhook in deliveries] == [True] * 50
    assert house.stored(booking).status is Status.CONFIRMED
    assert till.gateway_records(order_id).captures == 1
    assert house.entries() == [("booking_payment", -30_000)]
    assert lines.tags.count("BOOKING_CONFIRMED") == lines.tags.count("PAYMENT_CAPTURED") == 1
    assert wrong_in(house) == []


def test_events_told_before_anything_is_authorised_change_nothing(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.play(f"orders/{order_id}/fail")
    before = house.stored(booking)
    house.tell(order_id)
    assert house.stored(booking) == before


def test_a_declined_guest_pays_by_a_second_try_on_the_same_order(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.play(f"orders/{order_id}/fail")
    assert house.started(booking) == order_id
    house.finalize(booking, till.pay(order_id))
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_declined_payment_is_402_and_leaves_the_hold(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    failed = till.razorpay.play(f"orders/{order_id}/fail")
    proof = Proof(failed["id"], razorpay_proof(order_id, failed["id"]))
    with pytest.raises(PaymentDeclined):
        house.finalize(booking, proof)
    assert house.stored(booking).status is Status.PAYMENT_PENDING


def test_a_repeat_of_the_browser_gets_the_same_answer(house: House) -> None:
    booking = house.hold()
    _, proof = house.paid(booking)
    assert house.finalize(booking, proof) == house.finalize(booking, proof)
    assert wrong_in(house) == []


def test_another_payment_of_a_confirmed_booking_is_refused(house: House) -> None:
    booking, other = house.hold(), house.hold(BOB)
    house.confirmed(booking)
    _, proof = house.paid(other)
    with pytest.raises(AlreadyPaid):
        house.finalize(booking, proof)


def test_a_proof_of_another_booking_is_refused_and_stays_good_for_its_own(house: House) -> None:
    mine, theirs = house.hold(ALICE), house.hold(BOB)
    house.started(mine)
    _, proof = house.paid(theirs)
    with pytest.raises(PaymentDeclined):
        house.finalize(mine, proof)
    assert house.stored(mine).status is Status.PAYMENT_PENDING
    house.finalize(theirs, proof)
    house.run_out()
    house.settle()
    assert wrong_in(house) == []
