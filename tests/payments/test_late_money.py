"""Money that comes after the deadline buys the booking if everything is still to be had, and goes back if not."""

from datetime import timedelta

import pytest

from holdfast.errors import HoldExpired
from holdfast.model.booking import Status
from tests.conftest import NOW
from tests.payments.books import wrong_in
from tests.payments.house import BOB, HOLD_SECONDS, House
from tests.payments.tills import Books, RazorpayTill
from tests.unit.log_lines import LogLines

DAY = 86_400


def test_late_money_confirms_when_the_rooms_are_free(house: House, lines: LogLines) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    house.run_out()
    house.settle()
    assert house.stored(booking).status is Status.EXPIRED
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.free(booking) == 4
    rescued = lines.of("PAYMENT_LATE_RESCUED")
    assert (rescued["before"]["status"], rescued["after"]["status"]) == ("expired", "confirmed")
    assert "paid late" in house.notes(booking)[-2]
    assert wrong_in(house) == []


def test_late_money_confirms_a_hold_that_is_due_and_not_swept(house: House) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    house.clock.advance(HOLD_SECONDS)
    _, proof = order_id, house.till.pay(order_id)
    house.finalize(booking, proof)
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.free(booking) == 4
    house.sweep()
    assert wrong_in(house) == []


def test_late_money_whose_webhook_never_came_is_found_by_settle(house: House) -> None:
    booking = house.hold()
    house.paid(booking)
    house.run_out()
    house.settle()
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


@pytest.mark.parametrize("heard", ["browser", "webhook", "settle"])
def test_late_money_goes_back_when_the_rooms_are_gone(house: House, lines: LogLines, heard: str) -> None:
    booking = house.hold(room="tower")
    order_id = house.started(booking)
    house.run_out()
    house.confirmed(house.hold(BOB, room="tower"))
    proof = house.till.pay(order_id)
    lines.clear()
    if heard == "browser":
        with pytest.raises(HoldExpired):
            house.finalize(booking, proof)
    elif heard == "webhook":
        house.tell(order_id)
    house.settle()
    after = house.stored(booking)
    assert after.status is Status.EXPIRED
    assert house.till.gateway_records(order_id).net == 0
    assert house.till.gateway_records(order_id).held == 0
    assert any("given back" in note for note in house.notes(booking))
    assert any(tag in lines.tags for tag in ("PAYMENT_REFUNDED", "PAYMENT_VOIDED"))
    assert wrong_in(house) == []


def test_late_money_goes_back_when_check_in_day_has_passed(house: House) -> None:
    booking = house.hold(check_in=NOW.date())
    order_id = house.started(booking)
    house.run_out()
    house.settle()
    house.clock.advance(DAY)
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.EXPIRED
    assert house.till.gateway_records(order_id).net == 0
    assert wrong_in(house) == []


def test_late_money_on_check_in_day_itself_still_confirms(house: House) -> None:
    booking = house.hold(check_in=NOW.date() + timedelta(days=1))
    order_id = house.started(booking)
    house.run_out()
    house.clock.advance(DAY)
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_late_money_goes_back_when_the_promo_is_used_up(house: House) -> None:
    house.promo()
    booking = house.hold()
    order_id = house.started(booking, promo="ONCE")
    house.run_out()
    house.confirmed(house.hold(BOB), promo="ONCE")
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.EXPIRED
    assert (house.claimed(), house.till.gateway_records(order_id).net) == (1, 0)
    assert wrong_in(house) == []


def test_late_money_claims_its_promo_again(house: House) -> None:
    house.promo()
    booking = house.hold()
    order_id = house.started(booking, promo="ONCE")
    house.run_out()
    assert house.claimed() == 0
    house.till.pay(order_id)
    house.tell(order_id)
    assert (house.stored(booking).status, house.claimed()) == (Status.CONFIRMED, 1)
    assert wrong_in(house) == []


def test_late_money_goes_back_when_the_wallet_part_is_spent(house: House) -> None:
    house.give(2_000_000)
    booking, other = house.hold(), house.hold(key="second")
    order_id = house.started(booking, wallet=1_500_000 // 2)
    quote = house.start(other, wallet=2_000_000).quote
    house.pay_by_wallet(other, quote.total_payable)
    house.pay_by_wallet(
        third := house.hold(key="third", nights=1), house.start(third, wallet=2_000_000).quote.total_payable
    )
    house.run_out()
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.EXPIRED
    assert house.till.gateway_records(order_id).net == 0
    assert all(entry[0] == "booking_payment" for entry in house.entries())
    assert wrong_in(house) == []


def test_an_emptied_wallet_leaves_the_guest_until_the_deadline_to_fill_it(house: House) -> None:
    house.give(100_000)
    booking = house.hold()
    order_id, _ = house.paid(booking, wallet=100_000)
    spend = house.hold(key="second", nights=1)
    order_of_spend, _ = house.paid(spend, wallet=100_000)
    house.tell(order_of_spend)
    house.tell(order_id)
    assert house.stored(booking).status is Status.PAYMENT_PENDING
    assert house.till.gateway_records(order_id).held > 0
    house.give(100_001)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_failed_payment_that_turns_authorised_two_days_later_is_rescued(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    failed = till.razorpay.play(f"orders/{order_id}/fail", late=True)
    house.tell(order_id)
    house.come_to_rest()
    assert house.stored(booking).status is Status.EXPIRED
    house.clock.advance(2 * DAY)
    till.razorpay.play(f"payments/{failed['id']}/authorize")
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_failed_payment_that_turns_authorised_after_another_paid_goes_back(house: House, till: RazorpayTill) -> None:
    """Razorpay itself refunds what comes in on an order that is paid."""
    booking = house.hold()
    order_id = house.started(booking)
    failed = till.razorpay.play(f"orders/{order_id}/fail", late=True)
    house.finalize(booking, till.pay(order_id))
    till.razorpay.play(f"payments/{failed['id']}/authorize")
    for webhook in house.news():
        house.deliver(webhook)
    assert house.stored(booking).status is Status.CONFIRMED
    assert till.gateway_records(order_id).captures == 1
    assert wrong_in(house) == []


def test_money_for_a_hold_that_its_guest_cancelled_goes_back(house: House) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    house.cancel(booking)
    house.till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CANCELLED
    assert house.till.gateway_records(order_id) == Books(
        captured=house.till.gateway_records(order_id).captured,
        refunded=house.till.gateway_records(order_id).captured,
        captures=1,
    )
    assert wrong_in(house) == []


def test_wallet_and_admin_cannot_pay_for_what_has_run_out(house: House) -> None:
    house.give(5_000_000)
    booking = house.hold()
    total = house.start(booking).quote.total_payable
    house.clock.advance(HOLD_SECONDS)
    with pytest.raises(HoldExpired):
        house.pay_by_wallet(booking, total)
    with pytest.raises(HoldExpired):
        house.confirm_as_admin(booking)
    assert house.entries() == []
