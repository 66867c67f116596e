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
from tests.conftest import NOW, FakeClock
from tests.payments.books import wrong_in
from tests.payments.house import BOB, HOLD_SECONDS, House, table_over
from tests.payments.test_cancellation import days_before
from tests.payments.tills import RazorpayTill
from tests.store.guests import all_at_once, kinds

ROUNDS = range(3)
WRITES = {"put_item", "transact_write_items"}
DEADLINE = NOW + timedelta(seconds=HOLD_SECONDS)
Act = Callable[[House], object]


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


def race(house: House, *acts: Act, clocks: Sequence[FakeClock] = ()) -> Counter[str]:
    """Runs the acts at once, each as a Lambda of its own, and counts the kinds of outcome."""
    line = threading.Barrier(len(acts))
    lambdas = []
    for number, _ in enumerate(acts):
        store = Store(table_over(MeetingClient(house.store.table.client, line)))
        clock = clocks[number] if clocks else house.clock
        lambdas.append(House(store, clock, house.till, house.gateways))
    return kinds(all_at_once([_bound(act, one) for act, one in zip(acts, lambdas, strict=True)]))


def _bound(act: Act, house: House) -> Callable[[], object]:
    return lambda: act(house)


@pytest.mark.parametrize("round_", ROUNDS)
def test_webhook_and_browser_at_once_confirm_once_and_both_succeed(house: House, round_: int) -> None:
    house.give(50_000)
    booking = house.hold()
    order_id, proof = house.paid(booking, wallet=50_000)
    told = house.news()[-1]
    outcomes = race(house, lambda it: it.finalize(booking, proof), lambda it: it.deliver(told))
    assert outcomes == {"Finalized": 1, "bool": 1}
    house.come_to_rest()
    assert house.stored(booking).status is Status.CONFIRMED
    assert house.till.gateway_records(order_id).captures == 1
    assert house.entries() == [("booking_payment", -50_000)]
    assert wrong_in(house) == []


def test_fifty_webhooks_at_once_leave_one_effect(house: House) -> None:
    booking = house.hold()
    order_id, _ = house.paid(booking)
    told = house.news()[-1]
    outcomes = race(house, *[lambda it: it.deliver(told)] * 10)
    for _ in range(4):
        outcomes += race(house, *[lambda it: it.deliver(told)] * 10)
    assert outcomes == {"bool": 50}
    house.come_to_rest()
    assert house.till.gateway_records(order_id).captures == 1
    assert wrong_in(house) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_of_two_payments_at_once_one_is_kept(house: House, round_: int) -> None:
    house.give(50_000)
    booking = house.hold()
    old, _ = house.paid(booking)
    told_old = house.news()[-1]
    new, proof = house.paid(booking, wallet=50_000)
    race(house, lambda it: it.deliver(told_old), lambda it: it.finalize(booking, proof))
    house.come_to_rest()
    assert house.stored(booking).status is Status.CONFIRMED
    assert (house.till.gateway_records(old).net, house.till.gateway_records(old).held) == (0, 0)
    assert house.till.gateway_records(new).net == 1_000_000
    assert wrong_in(house) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_cancel_with_a_webhook_ends_without_the_guests_money(house: House, round_: int) -> None:
    booking = house.hold()
    order_id, _ = house.paid(booking)
    told = house.news()[-1]
    race(house, lambda it: it.cancel(booking), lambda it: it.deliver(told))
    house.come_to_rest()
    assert house.stored(booking).status is Status.CANCELLED
    assert (house.till.gateway_records(order_id).net, house.free(booking)) == (0, 5)
    assert wrong_in(house) == []


@pytest.mark.parametrize("early", [timedelta(milliseconds=1), timedelta(0)])
@pytest.mark.parametrize("round_", ROUNDS)
def test_an_expiry_with_a_finalize_at_the_same_instant_keeps_the_room_for_the_money(
    house: House, round_: int, early: timedelta
) -> None:
    booking = house.hold(room="tower")
    order_id, proof = house.paid(booking)
    race(
        house,
        lambda it: it.finalize(booking, proof),
        lambda it: sweep(engine=Engine(it.store, {}, it.clock)),
        clocks=[FakeClock(DEADLINE - early), FakeClock(DEADLINE)],
    )
    house.clock.now = DEADLINE
    house.come_to_rest()
    assert house.stored(booking).status is Status.CONFIRMED  # at the latest as late money
    assert house.till.gateway_records(order_id).net == 1_050_000
    assert house.free(booking) == 0
    assert wrong_in(house) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_late_money_with_another_guest_for_the_last_room_sells_it_once(house: House, round_: int) -> None:
    booking = house.hold(room="tower")
    order_id, _ = house.paid(booking)
    told = house.news()[-1]
    house.run_out()
    outcomes = race(house, lambda it: it.deliver(told), lambda it: it.hold(BOB, room="tower"))
    house.come_to_rest()
    confirmed = house.stored(booking).status is Status.CONFIRMED
    assert house.till.gateway_records(order_id).net == (1_050_000 if confirmed else 0)
    assert outcomes == {"bool": 1, "SoldOut" if confirmed else "Booking": 1}
    assert wrong_in(house) == []


def test_two_rounds_of_settle_at_once_refund_and_capture_once(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    order_id, proof = house.paid(booking)
    till.razorpay.play("faults", kind="error", on="capture")
    house.finalize(booking, proof)
    house.clock.advance(60)
    assert race(house, House.settle, House.settle) == {"Round": 2}
    assert till.gateway_records(order_id).captures == 1
    days_before(house, 3)
    till.razorpay.play("faults", kind="error", on="refund")
    house.cancel(booking)
    house.clock.advance(60)
    assert race(house, House.settle, House.settle, lambda it: it.deliver(house.news()[-1])) == {"Round": 2, "bool": 1}
    house.come_to_rest()
    assert till.gateway_records(order_id).refunded == 525_000
    assert len(till.razorpay.account.refunds) == 1
    assert wrong_in(house) == []


def test_a_payment_started_twice_at_once_opens_one_order(house: House, till: RazorpayTill) -> None:
    booking = house.hold()
    outcomes = race(house, *[lambda it: it.start(booking)] * 4)
    assert outcomes == {"PaymentStart": 4}
    assert len(till.orders()) == 1
    house.confirmed(booking)
    assert wrong_in(house) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_a_topup_heard_of_from_three_sides_at_once_is_credited_once(house: House, round_: int) -> None:
    topup = house.start_topup()
    proof = house.till.pay(topup.order_id)
    told = house.news()[-1]
    house.clock.advance(3600)
    outcomes = race(
        house, lambda it: it.finalize_topup(topup, proof), lambda it: it.deliver(told), lambda it: it.settle()
    )
    assert outcomes == {"TopUpView": 1, "bool": 1, "Round": 1}
    assert house.entries() == [("topup", 50_000)]
    assert wrong_in(house) == []


@pytest.mark.parametrize("round_", ROUNDS)
def test_wrong_money_for_a_topup_heard_of_twice_at_once_goes_back_once(
    house: House, till: RazorpayTill, round_: int
) -> None:
    topup = house.start_topup()
    till.pay(topup.order_id, amount=70_000)
    told = house.news()[-1]
    outcomes = race(house, lambda it: it.deliver(told), lambda it: it.deliver(told))
    assert set(outcomes) <= {"bool", "Busy"}  # Busy asks for the event again
    house.deliver(told)
    stored = house.store.topup(topup.topup_id)
    assert stored is not None
    assert stored.status is TopUpStatus.CLOSED
    assert till.gateway_records(topup.order_id).net == 0
    assert wrong_in(house) == []


def test_a_promo_of_one_use_pays_for_one_of_many_late_payments(house: House) -> None:
    house.promo(usage_limit=1)
    bookings = []
    for number in range(4):
        booking = house.hold(f"guest-{number}")
        order_id = house.started(booking, promo="ONCE")
        house.run_out()
        house.till.pay(order_id)
        bookings.append((booking, order_id, house.news()[-1]))
    race(house, *[_delivering(told) for _, _, told in bookings])
    house.come_to_rest()
    states = Counter(house.stored(booking).status for booking, _, _ in bookings)
    assert states == {Status.CONFIRMED: 1, Status.EXPIRED: 3}
    assert house.claimed() == 1
    assert wrong_in(house) == []


def _delivering(told: Any) -> Act:
    return lambda house: house.deliver(told)


def test_what_a_race_shows_is_really_read_before_it_is_written(house: House) -> None:
    """The meeting itself: both have read the same booking when they write."""
    booking = house.hold()
    seen = house.stored(booking)

    def write(it: House) -> object:
        current = it.stored(booking)
        assert current.write_id == seen.write_id
        return it.store.commit(current, msgspec.structs.replace(current, version=current.version), now=it.clock())

    assert race(house, write, write) == {"Booking": 1, "WriteConflict": 1}
