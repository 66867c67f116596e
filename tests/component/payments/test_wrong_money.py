"""Money that is not what was asked for never confirms, and goes back; so does what comes beside the payment."""

import pytest

from holdfast.errors import AlreadyPaid, PaymentDeclined
from holdfast.model.booking import Status
from tests.kit.gateway_driver import RazorpayTill
from tests.kit.gateway_records import wrong_in
from tests.kit.log_capture import LogLines
from tests.kit.payment_scenario import House
from tests.kit.webhooks import from_razorpay, razorpay_body


@pytest.mark.parametrize("wrongly", [{"amount": 100}, {"amount": 90_000_000}, {"currency": "USD"}])
def test_a_wrong_amount_or_currency_goes_back(
    house: House, till: RazorpayTill, lines: LogLines, wrongly: dict[str, int | str]
) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.play(f"orders/{order_id}/authorize", **wrongly)
    house.tell(order_id)
    assert house.stored(booking).status is Status.PAYMENT_PENDING
    assert (till.gateway_records(order_id).net, till.gateway_records(order_id).held) == (0, 0)
    assert lines.of("PAYMENT_FINALIZE_ERROR")["code"] == "payment_declined"
    assert any("given back" in note for note in house.notes(booking))
    house.come_to_rest()
    assert wrong_in(house) == []


def test_the_browser_cannot_confirm_with_a_wrong_amount(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    proof = till.pay(order_id, amount=100)
    with pytest.raises(PaymentDeclined):
        house.finalize(booking, proof)
    house.come_to_rest()
    assert till.gateway_records(order_id).net == 0
    assert wrong_in(house) == []


def test_wrong_money_that_was_captured_already_is_refunded(house: House, till: RazorpayTill) -> None:
    """Some accounts capture by themselves, whatever the order says."""
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.account._manual_capture.discard(order_id)
    till.pay(order_id, amount=70_000)
    assert till.gateway_records(order_id).captured == 70_000
    house.tell(order_id)
    assert till.gateway_records(order_id).refunded == 70_000
    house.come_to_rest()
    assert wrong_in(house) == []


def test_right_money_that_was_captured_already_confirms(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.razorpay.account._manual_capture.discard(order_id)
    till.pay(order_id)
    house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_after_wrong_money_went_back_the_guest_can_pay_rightly(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id = house.started(booking)
    till.pay(order_id, amount=70_000)
    house.tell(order_id)
    again, proof = house.paid(booking)
    house.finalize(booking, proof)
    assert again != order_id  # Razorpay takes nothing more on an order that was paid
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_an_order_opened_for_another_booking_never_confirms_this_one(house: House, till: RazorpayTill) -> None:
    """The reference at the gateway decides whose money it is, whatever the event says."""
    mine, theirs = house.hold(), house.hold("mallory")
    house.started(mine)
    order_id, proof = house.paid(theirs)
    till.razorpay.account.orders[order_id]["notes"] = {"holdfast_reference": mine.booking_id}
    with pytest.raises(PaymentDeclined):
        house.finalize(theirs, proof)
    house.tell(order_id)
    assert house.stored(mine).status is house.stored(theirs).status is Status.PAYMENT_PENDING
    house.come_to_rest()
    assert (till.gateway_records(order_id).net, till.gateway_records(order_id).held) == (0, 0)


def test_a_payment_on_the_old_order_of_a_restarted_payment_goes_back(house: House) -> None:
    house.give(50_000)
    booking = house.hold()
    old = house.started(booking)
    new = house.started(booking, wallet=50_000)
    house.till.pay(old)
    house.tell(old)
    assert house.till.gateway_records(old).net == 0
    house.finalize(booking, house.till.pay(new))
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_a_second_payment_for_a_paid_booking_goes_back(house: House, lines: LogLines) -> None:
    house.give(50_000)
    booking = house.hold()
    old = house.started(booking)
    house.confirmed(booking, wallet=50_000)
    before = house.stored(booking)
    house.till.pay(old)
    lines.clear()
    house.tell(old)
    after = house.stored(booking)
    assert (after.status, after.payment) == (Status.CONFIRMED, before.payment)
    assert house.till.gateway_records(old).net == 0
    assert lines.tags == ["PAYMENT_REFUNDED"]
    assert wrong_in(house) == []


def test_the_browser_with_a_second_payment_is_told_that_it_was_not_taken(house: House) -> None:
    house.give(50_000)
    booking = house.hold()
    old = house.started(booking)
    house.confirmed(booking, wallet=50_000)
    with pytest.raises(AlreadyPaid):
        house.finalize(booking, house.till.pay(old))
    house.tell(old)
    assert wrong_in(house) == []


@pytest.mark.parametrize("paid_at", ["before", "after"])
@pytest.mark.parametrize("how", ["wallet", "admin"])
def test_an_order_beside_another_way_to_pay_keeps_no_money(house: House, how: str, paid_at: str) -> None:
    house.give(5_000_000)
    booking = house.hold()
    order_id = house.started(booking)
    if paid_at == "before":
        house.till.pay(order_id)
    if how == "wallet":
        quote = house.stored(booking).quote
        assert quote is not None
        house.pay_by_wallet(booking, quote.total_payable)
    else:
        house.confirm_as_admin(booking)
    if paid_at == "after":
        house.till.pay(order_id)
        house.tell(order_id)
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.till.gateway_records(order_id).net == 0
    assert wrong_in(house) == []


def test_an_order_of_an_unknown_booking_is_put_aside_once(house: House, till: RazorpayTill, lines: LogLines) -> None:
    order = till.razorpay.account.call(
        "POST", "/v1/orders", {"amount": 5000, "currency": "INR", "notes": {"holdfast_reference": "bk_unknown"}}, None
    )
    for _ in range(3):
        assert house.deliver(from_razorpay(razorpay_body("payment.authorized", order["id"])))
    [orphans] = house.store.orphans()
    assert (orphans.gateway, orphans.order_id, orphans.amount) == ("razorpay", order["id"], 5000)
    assert [line["level"] for line in lines.all].count("ERROR") == 1


def test_an_order_that_the_gateway_does_not_know_is_put_aside(house: House) -> None:
    assert house.deliver(from_razorpay(razorpay_body("payment.captured", "order_nowhere")))
    [orphans] = house.store.orphans()
    assert (orphans.order_id, orphans.payment_state) == ("order_nowhere", "unknown")
