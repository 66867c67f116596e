"""The same money wanted twice at once, in real threads, on a real server: it moves once, and the auditor agrees."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from holdfast.bookings.expire import Sweep, sweep
from holdfast.engine import Engine
from holdfast.model.booking import Booking, Status
from holdfast.model.promo import Promo, PromoKind
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.storage.catalog import CatalogStore
from local.gateways.razorpay import LocalRazorpay
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.gateway_driver import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, RazorpayDriver
from tests.kit.gateway_records import payments_at
from tests.kit.guests import (
    ARRIVAL,
    DEADLINE,
    JUST_BEFORE,
    abandoned_rooms,
    all_at_once,
    answers,
    both,
    give,
    hold,
    kinds,
    meeting_at_first_write,
    pay_by_wallet,
    payable,
    stored,
)
from tests.kit.payment_scenario import PaymentScenario
from tests.store.shared_hotel import Hotel, in_each_round

POLICY = [(38, 100), (3, 50)]  # days before arrival, and the percent that is refunded then


@in_each_round
def test_the_same_finalize_sent_twenty_times_takes_the_money_once(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", 3 * total)
    outcomes = all_at_once(
        [partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock) for n in range(20)]
    )
    assert kinds(outcomes) == {"Booking": 20}
    assert set(map(str, outcomes)) == {str(outcomes[0])}
    assert answers(outcomes)[0].wallet_paid == total
    account = hotel.store(0).account("alice")
    assert (account.balance, account.seq, account.live_holds) == (2 * total, 2, {})


@in_each_round
def test_two_bookings_that_each_need_the_whole_wallet(hotel: Hotel) -> None:
    bookings = [hold(hotel.store(0), "alice", key, clock=hotel.clock) for key in ("one", "two")]
    total = payable(hotel.store(0), bookings[0])
    give(hotel.store(0), "alice", total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        outcomes = all_at_once(
            [
                partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock)
                for n, booking in enumerate(bookings)
            ]
        )
    assert kinds(outcomes) == {"Booking": 1, "InsufficientWallet": 1}
    assert hotel.store(0).account("alice").balance == 0
    statuses = sorted(stored(hotel.store(0), booking).status for booking in bookings)
    assert statuses == [Status.CONFIRMED, Status.RESERVED]


@in_each_round
def test_many_small_payments_from_one_wallet_lose_none(hotel: Hotel) -> None:
    """Five finalizes and five credits of one account: each conflict is read again, none is lost or doubled."""
    nights = [ARRIVAL - timedelta(days=n) for n in range(5)]
    bookings = [
        hold(hotel.store(0), "alice", f"key-{n}", clock=hotel.clock, check_in=night, nights=1)
        for n, night in enumerate(nights)
    ]
    total = payable(hotel.store(0), bookings[0])
    give(hotel.store(0), "alice", 5 * total)
    pay: list[Callable[[], object]] = [
        partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock) for n, booking in enumerate(bookings)
    ]
    top_up: list[Callable[[], object]] = [partial(give, hotel.store(n), "alice", 100 + n) for n in range(5)]
    outcomes = all_at_once([*pay, *top_up])
    assert kinds(outcomes) == {"Booking": 5, "NoneType": 5}
    account = hotel.store(0).account("alice")
    assert (account.balance, account.seq) == (100 + 101 + 102 + 103 + 104, 11)


@in_each_round
def test_a_finalize_and_a_sweep_at_the_deadline_have_one_winner(hotel: Hotel) -> None:
    """The guest's Lambda reads its clock a millisecond before the deadline, the sweep's stands on it."""
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        paid, swept = both(
            partial(pay_by_wallet, hotel.store(0), booking, total, clock=FakeClock(JUST_BEFORE)),
            partial(sweep, engine=Engine(hotel.store(1), {}, FakeClock(DEADLINE))),
        )
    assert isinstance(swept, Sweep)
    after = stored(hotel.store(0), booking)
    balance = hotel.store(0).account("alice").balance
    if isinstance(paid, Booking):
        assert (after.status, balance, hotel.free()) == (Status.CONFIRMED, 0, [4, 4, 4])
        assert (swept.expired, swept.lost_race, swept.failed) == (0, 1, 0)
    else:
        assert type(paid).__name__ in {"HoldExpired", "NotPayable"}
        assert (after.status, balance, hotel.free()) == (Status.EXPIRED, total, [5, 5, 5])
        assert (swept.expired, swept.lost_race, swept.failed) == (1, 0, 0)


@in_each_round
def test_when_both_clocks_stand_on_the_deadline_the_hold_is_over(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    clock = FakeClock(DEADLINE)
    paid, swept = both(
        partial(pay_by_wallet, hotel.store(0), booking, total, clock=clock),
        partial(sweep, engine=Engine(hotel.store(1), {}, clock)),
    )
    assert kinds([paid]) == {"HoldExpired": 1}
    assert isinstance(swept, Sweep)
    assert (swept.expired, swept.lag_seconds_max) == (1, 0.0)
    assert hotel.store(0).account("alice").balance == total


@in_each_round
def test_a_promo_with_one_use_serves_one_of_sixteen_guests(hotel: Hotel) -> None:
    catalog = CatalogStore(hotel.table)
    assert catalog.add_promo(Promo(code="ONCE", kind=PromoKind.FLAT, amount=100_000, usage_limit=1))
    bookings = [
        hold(hotel.store(0), f"guest-{n}", clock=hotel.clock, check_in=ARRIVAL - timedelta(days=n), nights=1)
        for n in range(16)
    ]
    total = payable(hotel.store(0), bookings[0], "ONCE")
    for booking in bookings:
        give(hotel.store(0), booking.user_id, total)
    outcomes = all_at_once(
        [
            partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock, promo_code="ONCE")
            for n, booking in enumerate(bookings)
        ]
    )
    assert kinds(outcomes) == {"Booking": 1, "PromoExhausted": 15}
    confirmed = [booking for booking in bookings if stored(hotel.store(0), booking).status is Status.CONFIRMED]
    assert len(confirmed) == 1
    assert hotel.store(0).account(confirmed[0].user_id).balance == 0


@in_each_round
def test_a_promo_of_one_use_a_guest_is_used_once_by_a_guest_with_two_bookings(hotel: Hotel) -> None:
    assert CatalogStore(hotel.table).add_promo(
        Promo(code="MINE", kind=PromoKind.PERCENT, percent_bp=1000, per_user_limit=1)
    )
    bookings = [hold(hotel.store(0), "alice", key, clock=hotel.clock) for key in ("one", "two")]
    total = payable(hotel.store(0), bookings[0], "MINE")
    give(hotel.store(0), "alice", 2 * total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        outcomes = all_at_once(
            [
                partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock, promo_code="MINE")
                for n, booking in enumerate(bookings)
            ]
        )
    assert kinds(outcomes) == {"Booking": 1, "PromoExhausted": 1}
    assert hotel.store(0).account("alice").balance == total


@in_each_round
def test_a_cancel_during_a_finalize_ends_with_the_money_in_the_wallet(hotel: Hotel) -> None:
    """Either the hold was cancelled and cannot be paid, or it was paid first and the cancel gave the money back."""
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        paid, cancelled = both(
            partial(pay_by_wallet, hotel.store(0), booking, total, clock=hotel.clock),
            partial(abandoned_rooms, hotel.store(1), booking, clock=hotel.clock),
        )
    assert isinstance(cancelled, Booking)
    account = hotel.store(0).account("alice")
    if isinstance(paid, Booking):
        assert (account.balance, account.seq) == (total, 3)
        assert stored(hotel.store(0), booking).wallet_refunded == total
    else:
        assert type(paid).__name__ == "NotPayable"
        assert (account.balance, account.seq) == (total, 1)
    assert (stored(hotel.store(0), booking).status, hotel.free()) == (Status.CANCELLED, [5, 5, 5])


@in_each_round
@pytest.mark.parametrize(("days", "percent"), POLICY)
def test_two_cancels_of_a_paid_booking_refund_once(hotel: Hotel, days: int, percent: int) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    pay_by_wallet(hotel.store(0), booking, total, clock=hotel.clock)
    hotel.clock.now = days_before_arrival(days)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        outcomes = all_at_once([partial(abandoned_rooms, hotel.store(n), booking, clock=hotel.clock) for n in range(2)])
    assert kinds(outcomes) == {"Booking": 2}
    assert {cancelled.write_id for cancelled in answers(outcomes)} == {stored(hotel.store(0), booking).write_id}
    back = total * percent // 100
    account = hotel.store(0).account("alice")
    assert (account.balance, account.seq) == (back, 3)
    assert stored(hotel.store(0), booking).wallet_refunded == back
    assert hotel.free() == [5, 5, 5]


@dataclass
class Desks:
    """The hotel with card payments: each desk is a Lambda of its own, the gateway is one."""

    hotel: Hotel
    razorpay: LocalRazorpay
    driver: RazorpayDriver
    gateway: RazorpayGateway

    def desk(self, number: int) -> PaymentScenario:
        return PaymentScenario(
            self.hotel.store(number), self.hotel.clock, self.driver, {self.gateway.name: self.gateway}
        )

    def at_once(self, act: Callable[[PaymentScenario], object], count: int = 2) -> Counter[str]:
        with meeting_at_first_write(self.hotel.emulator.clients[:count]):
            return kinds(all_at_once([partial(act, self.desk(n)) for n in range(count)]))

    def refunds(self) -> list[int]:
        return [refund["amount"] for refund in self.razorpay.account.refunds.values()]


@pytest.fixture
def desks(hotel: Hotel) -> Iterator[Desks]:
    """Razorpay keeps its webhooks to itself; its records are part of what the auditor looks at."""
    with LocalRazorpay(key_id=KEY_ID, key_secret=KEY_SECRET) as razorpay:
        razorpay.play("webhooks", hold=True)
        gateway = RazorpayGateway(KEY_ID, KEY_SECRET, (WEBHOOK_SECRET,), razorpay.url)
        driver = RazorpayDriver(razorpay)
        yield Desks(hotel, razorpay, driver, gateway)
        gateway._session.close()
        assert broken_in(hotel.store(0), hotel.clock(), gateway_records=payments_at(driver)) == []


@in_each_round
@pytest.mark.parametrize(("days", "percent"), POLICY)
@pytest.mark.parametrize("wallet", [0, 50_000])
def test_two_cancels_of_a_booking_paid_by_card_refund_once(desks: Desks, wallet: int, days: int, percent: int) -> None:
    """With a wallet part, the wallet's own condition stops the second; without one, only the booking's does."""
    desk = desks.desk(0)
    desk.give(50_000)
    booking = desk.hold()
    desk.confirmed(booking, wallet=wallet)
    desks.hotel.clock.now = days_before_arrival(days)
    assert desks.at_once(lambda it: it.cancel(booking)) == {"Booking": 2}
    assert desk.stored(booking).status is Status.CANCELLED
    assert desk.stored(booking).tasks == ()
    assert desk.balance() == 50_000 - wallet + wallet * percent // 100
    assert desks.refunds() == [(1_050_000 - wallet) * percent // 100]


@in_each_round
def test_a_refund_that_two_rounds_of_settle_take_up_at_once_is_made_once(desks: Desks) -> None:
    """Half is refunded, so a second refund of as much would not exceed what was captured: the gateway would make it."""
    desk = desks.desk(0)
    booking = desk.hold()
    desk.confirmed(booking)
    desks.hotel.clock.now = days_before_arrival(3)
    desks.razorpay.play("faults", kind="error", on="refund")
    assert len(desk.cancel(booking).tasks) == 1
    desks.hotel.clock.advance(60)
    assert desks.at_once(PaymentScenario.settle) == {"Round": 2}
    desk.come_to_rest()
    assert desks.refunds() == [525_000]


def days_before_arrival(days: int) -> datetime:
    """Noon, so many days before."""
    return datetime(ARRIVAL.year, ARRIVAL.month, ARRIVAL.day, 6, 30, tzinfo=UTC) - timedelta(days=days)
