"""The same money handled twice at the same moment: threads that have all read before any writes."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Status
from holdfast.storage.store import Store
from tests.kit.clock import NOW, FakeClock
from tests.kit.gateway_driver import RazorpayDriver
from tests.kit.gateway_records import wrong_in
from tests.kit.guests import all_at_once, kinds
from tests.kit.payment_scenario import BOB, HOLD_SECONDS, PaymentScenario, days_before, table_over

ROUNDS = range(3)
WRITES = {"put_item", "transact_write_items"}
DEADLINE = NOW + timedelta(seconds=HOLD_SECONDS)
Act = Callable[[PaymentScenario], object]


class MeetingClient:
    """Waits before its first write until the others are about to write as well, or have long ended."""

    def __init__(self, client: Any, line: threading.Barrier) -> None:
        self._client = client
        self._line = line
        self._waited = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._client, name)

        def meeting(**arguments: Any) -> Any:
            if name in WRITES and not self._waited:
                self._waited = True
                with suppress(threading.BrokenBarrierError):
                    self._line.wait(0.5)
            return call(**arguments)

        return meeting


def race(scenario: PaymentScenario, *acts: Act, clocks: Sequence[FakeClock] = ()) -> Counter[str]:
    """Runs the acts at once, each as a Lambda of its own, and counts the kinds of outcome."""
    line = threading.Barrier(len(acts))
    lambdas = []
    for number, _ in enumerate(acts):
        store = Store(table_over(MeetingClient(scenario.store.table.client, line)))
        clock = clocks[number] if clocks else scenario.clock
        lambdas.append(PaymentScenario(store, clock, scenario.driver, scenario.gateways))
    return kinds(all_at_once([_bound(act, one) for act, one in zip(acts, lambdas, strict=True)]))


def _bound(act: Act, scenario: PaymentScenario) -> Callable[[], object]:
    return lambda: act(scenario)


@pytest.mark.parametrize("round_", ROUNDS)
def test_webhook_and_browser_at_once_confirm_once_and_both_succeed(scenario: PaymentScenario, round_: int) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking, wallet=50_000)
    webhook = scenario.events()[-1]
    outcomes = race(scenario, lambda it: it.finalize(booking, proof), lambda it: it.deliver(webhook))
    assert outcomes == {"Booking": 1, "bool": 1}
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.driver.record(order_id).captures == 1
    assert scenario.entries() == [("booking_payment", -50_000)]
    assert wrong_in(scenario) == []


def test_fifty_webhooks_at_once_leave_one_effect(scenario: PaymentScenario) -> None:
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    webhook = scenario.events()[-1]
    outcomes = race(scenario, *[lambda it: it.deliver(webhook)] * 10)
    for _ in range(4):
        outcomes += race(scenario, *[lambda it: it.deliver(webhook)] * 10)
    assert outcomes == {"bool": 50}
    scenario.come_to_rest()
    assert scenario.driver.record(order_id).captures == 1
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_of_two_payments_at_once_one_is_kept(scenario: PaymentScenario, round_: int) -> None:
    scenario.give(50_000)
    booking = scenario.hold()
    old = scenario.started(booking)
    new, proof = scenario.paid(booking, wallet=50_000)
    scenario.driver.pay(old)
    old_webhook = scenario.events()[-1]
    race(scenario, lambda it: it.deliver(old_webhook), lambda it: it.finalize(booking, proof))
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.CONFIRMED
    assert (scenario.driver.record(old).net, scenario.driver.record(old).held) == (0, 0)
    assert scenario.driver.record(new).net == 1_000_000
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_cancel_with_a_webhook_ends_without_the_guests_money(scenario: PaymentScenario, round_: int) -> None:
    booking = scenario.hold()
    order_id, _ = scenario.paid(booking)
    webhook = scenario.events()[-1]
    race(scenario, lambda it: it.cancel(booking), lambda it: it.deliver(webhook))
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.CANCELLED
    assert (scenario.driver.record(order_id).net, scenario.free(booking)) == (0, 5)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("early", [timedelta(milliseconds=1), timedelta(0)])
@pytest.mark.parametrize("round_", ROUNDS)
def test_an_expiry_with_a_finalize_at_the_same_instant_keeps_the_room_for_the_money(
    scenario: PaymentScenario, round_: int, early: timedelta
) -> None:
    booking = scenario.hold(room="tower")
    order_id, proof = scenario.paid(booking)
    race(
        scenario,
        lambda it: it.finalize(booking, proof),
        lambda it: sweep(engine=Engine(it.store, {}, it.clock)),
        clocks=[FakeClock(DEADLINE - early), FakeClock(DEADLINE)],
    )
    scenario.clock.now = DEADLINE
    scenario.come_to_rest()
    assert scenario.stored(booking).status is Status.CONFIRMED  # at the latest as late money
    assert scenario.driver.record(order_id).net == 1_050_000
    assert scenario.free(booking) == 0
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_late_payment_and_another_guest_for_the_last_room_sell_it_once(
    scenario: PaymentScenario, round_: int
) -> None:
    booking = scenario.hold(room="tower")
    order_id, _ = scenario.paid(booking)
    webhook = scenario.events()[-1]
    scenario.run_out()
    outcomes = race(scenario, lambda it: it.deliver(webhook), lambda it: it.hold(BOB, room="tower"))
    scenario.come_to_rest()
    confirmed = scenario.stored(booking).status is Status.CONFIRMED
    assert scenario.driver.record(order_id).net == (1_050_000 if confirmed else 0)
    assert outcomes == {"bool": 1, "SoldOut" if confirmed else "Booking": 1}
    assert wrong_in(scenario) == []


def test_two_rounds_of_settle_at_once_refund_and_capture_once(
    scenario: PaymentScenario, driver: RazorpayDriver
) -> None:
    booking = scenario.hold()
    order_id, proof = scenario.paid(booking)
    driver.razorpay.play("faults", kind="error", on="capture")
    scenario.finalize(booking, proof)
    scenario.clock.advance(60)
    assert race(scenario, PaymentScenario.settle, PaymentScenario.settle) == {"Round": 2}
    assert driver.record(order_id).captures == 1
    days_before(scenario, 3)
    driver.razorpay.play("faults", kind="error", on="refund")
    scenario.cancel(booking)
    scenario.clock.advance(60)
    assert race(
        scenario, PaymentScenario.settle, PaymentScenario.settle, lambda it: it.deliver(scenario.events()[-1])
    ) == {"Round": 2, "bool": 1}
    scenario.come_to_rest()
    assert driver.record(order_id).refunded == 525_000
    assert len(driver.razorpay.account.refunds) == 1
    assert wrong_in(scenario) == []


def test_a_payment_started_twice_at_once_opens_one_order(scenario: PaymentScenario, driver: RazorpayDriver) -> None:
    booking = scenario.hold()
    outcomes = race(scenario, *[lambda it: it.start(booking)] * 4)
    assert outcomes == {"StartedPayment": 4}
    assert len(driver.orders()) == 1
    scenario.confirmed(booking)
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_topup_reported_by_three_sides_at_once_is_credited_once(scenario: PaymentScenario, round_: int) -> None:
    topup = scenario.start_topup()
    proof = scenario.driver.pay(topup.order_id)
    webhook = scenario.events()[-1]
    scenario.clock.advance(3600)
    outcomes = race(
        scenario, lambda it: it.finalize_topup(topup, proof), lambda it: it.deliver(webhook), lambda it: it.settle()
    )
    assert outcomes == {"TopUp": 1, "bool": 1, "Round": 1}
    assert scenario.entries() == [("topup", 50_000)]
    assert wrong_in(scenario) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_wrong_topup_amount_reported_twice_at_once_is_refunded_once(
    scenario: PaymentScenario, driver: RazorpayDriver, round_: int
) -> None:
    topup = scenario.start_topup()
    driver.pay(topup.order_id, amount=70_000)
    webhook = scenario.events()[-1]
    outcomes = race(scenario, lambda it: it.deliver(webhook), lambda it: it.deliver(webhook))
    assert set(outcomes) <= {"bool", "Busy"}  # Busy asks for the event again
    scenario.deliver(webhook)
    stored = scenario.store.topup(topup.topup_id)
    assert stored is not None
    assert stored.status is TopUpStatus.CLOSED
    assert driver.record(topup.order_id).net == 0
    assert wrong_in(scenario) == []


def test_a_promo_of_one_use_pays_for_one_of_many_late_payments(scenario: PaymentScenario) -> None:
    scenario.promo(usage_limit=1)
    bookings = []
    for number in range(4):
        booking = scenario.hold(f"guest-{number}")
        order_id = scenario.started(booking, promo="ONCE")
        scenario.run_out()
        scenario.driver.pay(order_id)
        bookings.append((booking, order_id, scenario.events()[-1]))
    race(scenario, *[_delivering(webhook) for _, _, webhook in bookings])
    scenario.come_to_rest()
    states = Counter(scenario.stored(booking).status for booking, _, _ in bookings)
    assert states == {Status.CONFIRMED: 1, Status.EXPIRED: 3}
    assert scenario.claimed() == 1
    assert wrong_in(scenario) == []


def _delivering(webhook: Any) -> Act:
    return lambda scenario: scenario.deliver(webhook)


def test_what_a_race_shows_is_really_read_before_it_is_written(scenario: PaymentScenario) -> None:
    """The meeting itself: both have read the same booking when they write."""
    booking = scenario.hold()
    seen = scenario.stored(booking)

    def write(it: PaymentScenario) -> object:
        current = it.stored(booking)
        assert current.write_id == seen.write_id
        return it.store.commit(current, msgspec.structs.replace(current, version=current.version), now=it.clock())

    assert race(scenario, write, write) == {"Booking": 1, "WriteConflict": 1}
