"""Cancelling gives back what the preview said, to the paisa, tender by tender, and once."""

from datetime import datetime, timedelta

import pytest

from holdfast.errors import NotCancellable
from holdfast.model.booking import Status, TaskAction
from holdfast.model.dates import today_in
from tests.payments.books import wrong_in
from tests.payments.house import ARRIVAL, House
from tests.payments.tills import Books, RazorpayTill
from tests.unit.log_lines import LogLines

MIDDAY = timedelta(hours=6, minutes=30)  # UTC, when it is noon in Udaipur


def days_before(house: House, days: int) -> None:
    """Moves the clock to noon, so many days before the day of arrival."""
    midnight = datetime(ARRIVAL.year, ARRIVAL.month, ARRIVAL.day, tzinfo=house.clock.now.tzinfo)
    house.clock.now = midnight - timedelta(days=days) + MIDDAY


def percent_at(days: int) -> int:
    """The hotel's policy: a week before all, two days before half."""
    return 100 if days >= 7 else 50 if days >= 2 else 0


@pytest.mark.parametrize("days", [38, 8, 7, 6, 2, 1, 0])
@pytest.mark.parametrize("wallet", [0, 1, 33_333, 1_049_900, 1_049_851, 2_000_000])
def test_the_preview_equals_the_result_to_the_paisa(house: House, days: int, wallet: int) -> None:
    """Total 1,050,000: by card, mixed with odd paise, down to a card part of 1.00 and of 1.49, and by wallet alone."""
    house.give(2_000_000)
    booking = house.hold()
    start = house.start(booking, wallet=wallet)
    assert start.quote.total_payable == 1_050_000
    if start.order:
        house.finalize(booking, house.till.pay(start.order.order_id))
    else:
        house.pay_by_wallet(booking, 1_050_000)
    paid_from_wallet = 2_000_000 - house.balance()
    days_before(house, days)
    told = house.preview(booking)
    assert told.now.refund_percent == percent_at(days)
    assert told.now.refund_amount == told.now.wallet + told.now.gateway == 1_050_000 * percent_at(days) // 100
    house.cancel(booking)
    assert house.balance() == 2_000_000 - paid_from_wallet + told.now.wallet
    if start.order:
        charged = 1_050_000 - paid_from_wallet
        assert house.till.gateway_records(start.order.order_id) == Books(
            captured=charged, refunded=told.now.gateway, captures=1
        )
    assert house.stored(booking).status is Status.CANCELLED
    assert house.free(booking) == 5
    assert wrong_in(house) == []


def test_the_preview_shows_each_later_step_and_each_comes_true(house: House) -> None:
    bookings = {days: house.hold(key=f"stay-{days}") for days in (30, 7, 6, 2, 0)}
    orders = {days: house.confirmed(booking) for days, booking in bookings.items()}
    steps = house.preview(bookings[30]).schedule
    assert [(ARRIVAL - step.until).days for step in steps] == [7, 2, 0]
    assert [step.refund.refund_percent for step in steps] == [100, 50, 0]
    for days, booking in bookings.items():
        days_before(house, days)
        today = today_in("Asia/Kolkata", house.clock())
        [step] = [step for step in steps if step.since <= today <= step.until]
        house.cancel(booking)
        assert house.till.gateway_records(orders[days]).refunded == step.refund.gateway
    assert wrong_in(house) == []


def test_the_days_are_counted_in_the_time_of_the_property(house: House) -> None:
    """18:29 UTC is still seven days before; 18:30 UTC is midnight in Udaipur, six days before."""
    first, second = house.hold(key="one"), house.hold(key="two")
    house.confirmed(first)
    house.confirmed(second)
    days_before(house, 7)
    house.clock.now = house.clock.now.replace(hour=18, minute=29, second=59)
    assert house.preview(first).now.refund_percent == 100
    house.cancel(first)
    house.clock.advance(1)
    assert house.preview(second).now.refund_percent == 50
    house.cancel(second)
    assert wrong_in(house) == []


def test_a_stay_that_has_begun_cannot_be_cancelled(house: House) -> None:
    booking = house.hold()
    house.confirmed(booking)
    days_before(house, -1)
    assert not house.preview(booking).cancellable
    with pytest.raises(NotCancellable):
        house.cancel(booking)
    assert house.stored(booking).status is Status.CONFIRMED
    assert wrong_in(house) == []


def test_cancelling_twice_gives_back_once(house: House, lines: LogLines) -> None:
    house.give(30_000)
    booking = house.hold()
    order_id = house.confirmed(booking, wallet=30_000)
    first = house.cancel(booking)
    assert house.cancel(booking) == first
    assert house.till.gateway_records(order_id).net == 0
    assert house.entries() == [("booking_payment", -30_000), ("booking_refund", 30_000)]
    assert lines.tags.count("BOOKING_CANCELLED") == lines.tags.count("PAYMENT_REFUNDED") == 1
    assert wrong_in(house) == []


def test_cancelling_gives_the_promo_back(house: House) -> None:
    house.promo()
    booking = house.hold()
    house.confirmed(booking, promo="ONCE")
    assert house.claimed() == 1
    house.cancel(booking)
    assert house.claimed() == 0
    assert wrong_in(house) == []


def test_cancelling_a_hold_gives_back_what_was_authorised(house: House) -> None:
    house.promo()
    booking = house.hold()
    order_id, _ = house.paid(booking, promo="ONCE")
    house.cancel(booking)
    assert (house.till.gateway_records(order_id).net, house.till.gateway_records(order_id).held) == (0, 0)
    assert (house.free(booking), house.claimed()) == (5, 0)
    assert wrong_in(house) == []


@pytest.mark.parametrize(("days", "kept"), [(30, 0), (3, 525_000), (1, 1_050_000)])
def test_a_card_that_was_not_charged_yet_pays_the_hotel_only_its_share(
    house: House, till: RazorpayTill, days: int, kept: int
) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    till.razorpay.play("faults", kind="error", on="capture", times=1)
    house.finalize(booking, proof)
    days_before(house, days)
    house.cancel(booking)
    house.come_to_rest()
    assert till.gateway_records(order_id).net == kept
    assert wrong_in(house) == []


@pytest.mark.parametrize("kind", ["error", "dropped", "lost", "busy", "declined"])
def test_a_refund_that_failed_is_done_by_settle_once(house: House, till: RazorpayTill, kind: str) -> None:
    booking = house.hold()
    order_id = house.confirmed(booking)
    days_before(house, 3)
    till.razorpay.play("faults", kind=kind, on="refund", times=1)
    assert house.cancel(booking).status is Status.CANCELLED
    for _ in range(3):
        house.clock.advance(120)
        house.settle()
    assert till.gateway_records(order_id).refunded == 525_000
    assert len(till.razorpay.account.refunds) == 1
    assert wrong_in(house) == []


@pytest.mark.parametrize("days", [3, 1])
def test_news_of_a_cancelled_booking_gives_back_nothing_more(house: House, till: RazorpayTill, days: int) -> None:
    """The gateway tells of the refund itself, and may tell of the capture again."""
    booking = house.hold()
    order_id = house.confirmed(booking)
    days_before(house, days)
    house.cancel(booking)
    before = (house.stored(booking), till.gateway_records(order_id))
    for webhook in house.news():
        assert house.deliver(webhook)
    assert (house.stored(booking), till.gateway_records(order_id)) == before
    assert wrong_in(house) == []


def test_a_refund_that_the_bank_takes_days_over_is_asked_for_once(house: House, till: RazorpayTill) -> None:
    till.razorpay.play("webhooks", hold=True, pending_refunds=True)
    booking = house.hold()
    order_id = house.confirmed(booking)
    house.cancel(booking)
    house.come_to_rest()
    [refund] = till.razorpay.account.refunds.values()
    till.razorpay.play(f"refunds/{refund['id']}/settle", status="processed")
    house.come_to_rest()
    assert len(till.razorpay.account.refunds) == 1
    assert till.gateway_records(order_id).net == 0
    assert wrong_in(house) == []


def test_a_refund_that_the_bank_sends_back_is_not_forgotten(house: House, till: RazorpayTill) -> None:
    till.razorpay.play("webhooks", hold=True, pending_refunds=True)
    booking = house.hold()
    order_id = house.confirmed(booking)
    house.cancel(booking)
    [refund] = till.razorpay.account.refunds.values()
    till.razorpay.play(f"refunds/{refund['id']}/settle", status="failed")
    house.tell(order_id)
    house.settle()
    after = house.stored(booking)
    assert any(task.action is TaskAction.REFUND for task in after.tasks) or till.gateway_records(order_id).net == 0


def test_a_booking_paid_outside_gives_nothing_back(house: House) -> None:
    booking = house.hold()
    house.confirm_as_admin(booking)
    assert house.preview(booking).now.refund_amount == 0
    house.cancel(booking)
    assert house.entries() == []
    assert wrong_in(house) == []
