"""The same promises on Stripe: an unpaid order is closed for good, and an authorisation is voided without a charge."""

import pytest

from holdfast.errors import AlreadyPaid, HoldExpired, PaymentDeclined
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Status
from holdfast.payments.gateways.razorpay import RazorpayGateway
from tests.payments.books import wrong_in
from tests.payments.house import BOB, House
from tests.payments.test_cancellation import days_before
from tests.payments.tills import Books, NotTaken, Proof
from tests.unit.log_lines import LogLines

pytestmark = pytest.mark.localstripe


@pytest.fixture
def house(stripe_house: House) -> House:
    return stripe_house


def test_browser_and_webhook_in_either_order_confirm_once(house: House) -> None:
    for key, first in (("one", "browser"), ("two", "webhook")):
        booking = house.hold(key=key)
        order_id, proof = house.paid(booking)
        if first == "webhook":
            house.tell(order_id)
        answer = house.finalize(booking, proof)
        house.tell(order_id, "payment_intent.succeeded")
        assert house.finalize(booking, proof) == answer
        assert house.stored(booking).status is Status.CONFIRMED
        assert house.till.gateway_records(order_id).captures == 1
    assert wrong_in(house) == []


def test_the_order_of_another_booking_proves_nothing(house: House) -> None:
    mine, theirs = house.hold(), house.hold(BOB)
    house.started(mine)
    order_id, proof = house.paid(theirs)
    with pytest.raises(PaymentDeclined):
        house.finalize(mine, proof)
    house.finalize(theirs, proof)
    with pytest.raises(AlreadyPaid):
        house.finalize(theirs, Proof("pi_another"))
    assert house.till.gateway_records(order_id).captures == 1


def test_an_order_that_is_not_paid_confirms_nothing(house: House) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    with pytest.raises(PaymentDeclined):
        house.finalize(booking, Proof(order_id))
    with pytest.raises(NotTaken):
        house.till.pay(order_id, "pm_card_chargeCustomerFail")  # type: ignore[call-arg]
    house.tell(order_id, "payment_intent.payment_failed")
    assert house.stored(booking).status is Status.PAYMENT_PENDING


def test_the_order_of_an_expired_hold_can_be_paid_no_more(house: House, lines: LogLines) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    house.run_out()
    house.settle()
    with pytest.raises(NotTaken):
        house.till.pay(order_id)
    after = house.stored(booking)
    assert after.status is Status.EXPIRED
    assert after.payment is not None
    assert after.payment.voided
    assert lines.tags.count("PAYMENT_VOIDED") == 1
    assert wrong_in(house) == []


@pytest.mark.parametrize("heard", ["webhook", "settle"])
def test_late_money_confirms_when_the_rooms_are_free(house: House, heard: str) -> None:
    booking = house.hold()
    order_id, _ = house.paid(booking)
    house.run_out()
    if heard == "webhook":
        house.tell(order_id)
    else:
        house.settle()
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


@pytest.mark.parametrize("heard", ["browser", "webhook", "settle"])
def test_late_money_is_voided_when_the_rooms_are_gone(house: House, lines: LogLines, heard: str) -> None:
    booking = house.hold(room="tower")
    order_id, proof = house.paid(booking)
    house.run_out()
    house.confirmed(house.hold(BOB, room="tower"))
    if heard == "browser":
        with pytest.raises(HoldExpired):
            house.finalize(booking, proof)
    elif heard == "webhook":
        house.tell(order_id)
    house.settle()
    assert house.stored(booking).status is Status.EXPIRED
    assert house.till.gateway_records(order_id) == Books()
    assert "PAYMENT_VOIDED" in lines.tags
    assert wrong_in(house) == []


@pytest.mark.parametrize("how", ["wallet", "admin"])
def test_paying_otherwise_closes_the_order(house: House, how: str) -> None:
    house.give(5_000_000)
    booking = house.hold()
    order_id = house.started(booking)
    if how == "wallet":
        house.pay_by_wallet(booking, 1_050_000)
    else:
        house.confirm_as_admin(booking)
    with pytest.raises(NotTaken):
        house.till.pay(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_restarted_payment_closes_its_old_order_when_it_is_paid(house: House) -> None:
    house.give(50_000)
    booking = house.hold()
    old = house.started(booking)
    house.confirmed(booking, wallet=50_000)
    with pytest.raises(NotTaken):
        house.till.pay(old)
    assert wrong_in(house) == []


def test_a_change_to_the_other_gateway_closes_the_order_at_the_first(
    house: House, razorpay_gateway: RazorpayGateway
) -> None:
    house.gateways["razorpay"] = razorpay_gateway
    booking = house.hold()
    old = house.started(booking)
    new = house.start(booking, gateway="razorpay")
    assert new.order is not None
    assert new.order.order_id != old
    house.till.pay(old)  # nobody has closed it yet
    house.tell(old)
    assert house.till.gateway_records(old) == Books()
    assert house.stored(booking).status is Status.PAYMENT_PENDING


@pytest.mark.parametrize("wallet", [0, 33_333])
@pytest.mark.parametrize("days", [38, 3, 1])
def test_a_cancellation_gives_back_what_was_shown(house: House, days: int, wallet: int) -> None:
    house.give(33_333)
    booking = house.hold()
    order_id = house.confirmed(booking, wallet=wallet)
    days_before(house, days)
    told = house.preview(booking).now
    house.cancel(booking)
    house.cancel(booking)
    assert house.till.gateway_records(order_id).refunded == told.gateway
    assert house.balance() == 33_333 - wallet + told.wallet
    assert wrong_in(house) == []


def test_late_news_of_a_half_refunded_booking_gives_back_nothing_more(house: House) -> None:
    booking = house.hold()
    order_id = house.confirmed(booking)
    days_before(house, 3)
    house.cancel(booking)
    for kind in ("charge.refunded", "refund.updated", "payment_intent.succeeded"):
        house.tell(order_id, kind)
    assert house.till.gateway_records(order_id).refunded == 525_000
    assert wrong_in(house) == []


def test_a_topup_is_credited_once(house: House) -> None:
    topup, order, _ = house.begin_topup()
    assert order.client_secret
    proof = house.till.pay(topup.order_id)
    house.tell(topup.order_id)
    assert house.finalize_topup(topup, proof).status is TopUpStatus.CREDITED
    house.tell(topup.order_id, "payment_intent.succeeded")
    assert house.entries() == [("topup", 50_000)]
    assert wrong_in(house) == []


def test_an_unpaid_topup_is_closed_for_good(house: House) -> None:
    topup = house.start_topup()
    house.clock.advance(3600)
    house.settle()
    with pytest.raises(NotTaken):
        house.till.pay(topup.order_id)
    assert house.settle().waiting == 0
    assert wrong_in(house) == []


def test_a_topup_whose_order_was_closed_already_is_not_stuck(house: House) -> None:
    topup = house.start_topup()
    house.gateways["stripe"].void(topup.order_id, "by hand")
    house.clock.advance(3600)
    assert house.settle().settled == 1
    assert wrong_in(house) == []
