"""Old things come back: a payment long after its hold, and the order of an earlier choice."""

from datetime import timedelta
from typing import Any

import pytest

from holdfast.errors import AlreadyPaid
from holdfast.model.booking import Status
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.limits import GATEWAY_READ_DECAY_MS
from holdfast.model.property import RatePlan
from holdfast.model.rates import NightRules
from holdfast.payments.gateways.razorpay import RazorpayGateway
from tests.kit.clock import FakeClock
from tests.kit.gateway_records import wrong_in
from tests.kit.hotel import change_rates
from tests.kit.payment_scenario import ARRIVAL, PaymentScenario

GRACE, DAY = 900, 86_400  # seconds after the deadline


def price_tonight(scenario: PaymentScenario, price: int) -> None:
    """The hotel asks another price for every night of the month of arrival."""
    change_rates(scenario.store.table, f"{ARRIVAL:%Y-%m}", price=dict.fromkeys(range(1, 32), price))


@pytest.mark.parametrize("swept", [True, False])
@pytest.mark.parametrize(
    ("late_by", "price", "buys"),
    [
        (timedelta(seconds=1), 2_000_000, True),
        (timedelta(seconds=GRACE), 2_000_000, True),
        (timedelta(seconds=GRACE, milliseconds=1), 2_000_000, False),
        (timedelta(days=15), 500_001, False),
        (timedelta(days=15), 500_000, True),
        (timedelta(days=15), 400_000, True),
    ],
)
def test_late_money_buys_within_the_grace_or_if_the_stay_costs_no_more_today(
    scenario: PaymentScenario, late_by: timedelta, price: int, *, buys: bool, swept: bool
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.driver.pay(order_id)
    price_tonight(scenario, price)
    scenario.clock.now += timedelta(seconds=600) + late_by
    if swept:
        scenario.sweep()
    scenario.deliver_latest(order_id)
    scenario.come_to_rest()

    kept = 1_050_000 if buys else 0
    assert scenario.stored(booking).status is (Status.CONFIRMED if buys else Status.EXPIRED)
    assert scenario.driver.record(order_id).net == kept
    assert wrong_in(scenario) == []


FLEXIBLE = (RatePlan(plan_id="flex", name="Flexible"),)
OFF_SALE = (RatePlan(plan_id="flex", name="Flexible", active=False),)


@pytest.mark.parametrize("late_by", [timedelta(seconds=GRACE), timedelta(days=1)])
@pytest.mark.parametrize(
    "change",
    [
        {"rules": {ARRIVAL.day: NightRules(closed_to_arrival=True)}},
        {"plans": OFF_SALE},
        {"plans": FLEXIBLE},  # what was held has no plan
        {"max_guests": 0},
    ],
)
def test_what_cannot_be_held_any_more_is_not_bought_by_late_money_after_the_grace(
    scenario: PaymentScenario, late_by: timedelta, change: dict[str, Any]
) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.driver.pay(order_id)
    change_rates(scenario.store.table, f"{ARRIVAL:%Y-%m}", **change)
    scenario.clock.now += timedelta(seconds=600) + late_by
    scenario.deliver_latest(order_id)
    scenario.come_to_rest()

    within = late_by == timedelta(seconds=GRACE)
    assert scenario.stored(booking).status is (Status.CONFIRMED if within else Status.EXPIRED)
    assert scenario.driver.record(order_id).net == (1_050_000 if within else 0)
    assert wrong_in(scenario) == []


@pytest.mark.localstripe
def test_a_hold_that_is_paid_on_an_earlier_order_is_bought_by_it(
    stripe_scenario: PaymentScenario, razorpay_gateway: RazorpayGateway
) -> None:
    """Razorpay cannot close an order, so the guest may pay it in a window that is still open."""
    stripe_scenario.gateways["razorpay"] = razorpay_gateway
    booking = stripe_scenario.hold()
    first = stripe_scenario.started(booking)
    stripe_scenario.start(booking, gateway="razorpay")
    proof = stripe_scenario.driver.pay(first)
    assert stripe_scenario.finalize(booking, proof).status is Status.CONFIRMED
    stripe_scenario.come_to_rest()
    payment = stripe_scenario.stored(booking).payment
    assert payment is not None
    assert (payment.order_id, payment.captured) == (first, 1_050_000)
    assert wrong_in(stripe_scenario) == []


@pytest.mark.localstripe
def test_changing_back_takes_up_the_order_that_was_left(
    stripe_scenario: PaymentScenario, razorpay_gateway: RazorpayGateway
) -> None:
    stripe_scenario.gateways["razorpay"] = razorpay_gateway
    booking = stripe_scenario.hold()
    orders = []
    for n in range(24):
        stripe_scenario.clock.advance(GATEWAY_READ_DECAY_MS / 1000)
        order = stripe_scenario.start(booking, gateway=("stripe", "razorpay")[n % 2]).order
        assert order is not None
        orders.append(order.order_id)
    assert len(set(orders)) == 2


def test_a_payment_that_has_arrived_is_not_replaced_by_another_choice(scenario: PaymentScenario) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    with pytest.raises(AlreadyPaid):
        scenario.start(booking, wallet=50_000)
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.driver.record(order_id).net == 1_050_000
    assert wrong_in(scenario) == []


@pytest.mark.localstripe
def test_an_expired_hold_that_was_paid_on_an_earlier_order_is_found_without_a_webhook(
    stripe_scenario: PaymentScenario, razorpay_gateway: RazorpayGateway
) -> None:
    stripe_scenario.gateways["razorpay"] = razorpay_gateway
    booking = stripe_scenario.hold()
    first = stripe_scenario.started(booking)
    stripe_scenario.start(booking, gateway="razorpay")
    stripe_scenario.driver.pay(first)
    stripe_scenario.clock = FakeClock(stripe_scenario.clock.now + timedelta(seconds=660))
    stripe_scenario.sweep()
    stripe_scenario.come_to_rest()
    assert stripe_scenario.stored(booking).status is Status.CONFIRMED
    assert stripe_scenario.driver.record(first).net == 1_050_000
    assert wrong_in(stripe_scenario) == []


@pytest.mark.parametrize(
    ("paid_after", "looked_after", "price", "buys"),
    [
        (60, GRACE, 500_000, True),
        (60, GRACE, 2_000_000, False),
        (GRACE + 60, DAY, 500_000, True),
        (DAY - 60, DAY, 2_000_000, False),
    ],
)
def test_a_late_payment_is_found_though_no_event_of_it_comes(
    scenario: PaymentScenario, paid_after: int, looked_after: int, price: int, *, buys: bool
) -> None:
    """Razorpay cannot close the order of a hold that is over, so settle looks again: after the grace, and after a day.

    The clock passes each look by a second, as it does where settle runs each minute.
    """
    booking = scenario.hold()
    order_id = scenario.started(booking)
    price_tonight(scenario, price)
    scenario.run_out()
    over = scenario.clock.now
    scenario.settle()
    for seconds in sorted({paid_after, GRACE + 1, DAY + 1}):
        scenario.clock.now = over + timedelta(seconds=seconds)
        if seconds == paid_after:
            scenario.driver.pay(order_id)
        scenario.settle()
        held = scenario.driver.record(order_id).held
        assert (held > 0) is (paid_after <= seconds < looked_after)

    stored = scenario.stored(booking)
    assert stored.status is (Status.CONFIRMED if buys else Status.EXPIRED)
    assert scenario.driver.record(order_id).net == (1_050_000 if buys else 0)
    assert stored.tasks == ()
    assert wrong_in(scenario) == []


def test_an_order_that_nobody_pays_is_watched_for_a_day(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id = scenario.started(booking)
    scenario.run_out()
    over = scenario.clock.now
    watched = []
    for seconds in (0, 60, GRACE - 1, GRACE, DAY - 1, DAY):
        scenario.clock.now = over + timedelta(seconds=seconds)
        scenario.settle()
        stored = scenario.stored(booking)
        watched.append([(task.at_ms - stored.expires_at_ms) // 1000 for task in stored.tasks])

    assert watched == [[GRACE], [GRACE], [GRACE], [DAY], [DAY], []]
    assert scenario.notes(booking)[-1] == "settle: nothing was paid at the gateway"
    assert scenario.stored(booking).history[-1].ref == GatewayRef("razorpay", order_id)  # there was no payment to name
    assert len(scenario.notes(booking)) == 4  # reserved, payment started, expired: a look is no line


@pytest.mark.parametrize("confirmed", [True, False])
def test_an_order_of_an_earlier_choice_is_watched_too(scenario: PaymentScenario, *, confirmed: bool) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    first = scenario.started(booking)
    _, proof = scenario.paid(booking, wallet=50_000)
    if confirmed:
        scenario.finalize(booking, proof)
    else:
        scenario.cancel(booking)
    scenario.settle()
    scenario.driver.pay(first)
    scenario.clock.advance(600 + GRACE)
    scenario.settle()
    assert scenario.driver.record(first).net == scenario.driver.record(first).held == 0
    assert scenario.stored(booking).tasks == ()
    assert wrong_in(scenario) == []


@pytest.mark.localstripe
def test_a_payment_of_an_earlier_order_is_not_given_back_while_it_may_still_buy(
    stripe_scenario: PaymentScenario, razorpay_gateway: RazorpayGateway
) -> None:
    """Whoever carries out what is due meets the payment before its own event does; the hold has not decided yet."""
    stripe_scenario.gateways["razorpay"] = razorpay_gateway
    booking = stripe_scenario.hold()
    first = stripe_scenario.started(booking)
    stripe_scenario.start(booking, gateway="razorpay")
    stripe_scenario.driver.pay(first)
    stripe_scenario.settle_now(booking)
    assert stripe_scenario.driver.record(first).held == 1_050_000

    stripe_scenario.deliver_latest(first)
    stripe_scenario.come_to_rest()
    assert stripe_scenario.stored(booking).status is Status.CONFIRMED
    assert stripe_scenario.driver.record(first).net == 1_050_000
    assert wrong_in(stripe_scenario) == []
