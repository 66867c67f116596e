"""Many guests at once, in real threads, on a real server: each race has one right end, and the table agrees with it."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

import pytest

from holdfast.catalog_store import CatalogStore
from holdfast.errors import NotFound
from holdfast.expire import Sweep, restore, sweep
from holdfast.finalize import Finalized
from holdfast.model.booking import Booking, Status
from holdfast.model.promo import Promo, PromoKind
from holdfast.store import Store
from holdfast.table import Table
from tests.conftest import NOW, FakeClock
from tests.store.conftest import PATIENCE_SECONDS, Emulator, open_hotel
from tests.store.guests import (
    ARRIVAL,
    HOLD_SECONDS,
    all_at_once,
    answers,
    both,
    give,
    hold,
    kinds,
    let_go,
    meeting_at_first_write,
    pay_by_wallet,
    payable,
    stored,
)
from tests.store.invariants import violations

ROUNDS = 5  # of the great rush
MEETINGS = 3  # of two writes that were made to meet
DEADLINE = NOW + timedelta(seconds=HOLD_SECONDS)
JUST_BEFORE = DEADLINE - timedelta(milliseconds=1)


@dataclass
class Hotel:
    """Five Deluxe rooms, two Suites, and a table that must agree with itself when the test is over."""

    emulator: Emulator
    table: Table
    clock: FakeClock

    def store(self, number: int) -> Store:
        """The store as one of several Lambdas has it; the same number, the same client."""
        clients = self.emulator.clients
        client = clients[number % len(clients)]
        return Store(Table(client, self.table.name, patience_seconds=PATIENCE_SECONDS))

    def free(self, check_in: date = ARRIVAL, nights: int = 3, room_type_id: str = "deluxe") -> list[int]:
        """The rooms free on each night of a stay."""
        stay = [check_in + timedelta(days=n) for n in range(nights)]
        months = sorted({f"{night:%Y-%m}" for night in stay})
        pages = CatalogStore(self.table).pages([room_type_id], months)
        return [pages[room_type_id, f"{night:%Y-%m}"].free[night.day] for night in stay]


@pytest.fixture
def hotel(emulator: Emulator) -> Iterator[Hotel]:
    table = emulator.new_table()
    open_hotel(table)
    clock = FakeClock()
    yield Hotel(emulator, table, clock)
    assert violations(table.within(PATIENCE_SECONDS).scan(), clock()) == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_sixty_four_guests_want_the_last_five_rooms(hotel: Hotel, rng: random.Random, round_: int) -> None:
    stays = [(ARRIVAL, 1), (ARRIVAL, 3), (ARRIVAL + timedelta(days=1), 2), (ARRIVAL, 2)]
    check_in, nights = (ARRIVAL, 3) if round_ == 0 else rng.choice(stays)
    outcomes = all_at_once(
        [
            partial(hold, hotel.store(n), f"guest-{n}", clock=hotel.clock, check_in=check_in, nights=nights)
            for n in range(64)
        ]
    )
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 59}
    assert hotel.free(check_in, nights) == [0] * nights
    booked = answers(outcomes)
    assert len({booking.user_id for booking in booked}) == 5
    assert [stored(hotel.store(0), booking) for booking in booked] == booked


def test_stays_that_overlap_by_one_night_never_share_its_rooms(hotel: Hotel, rng: random.Random) -> None:
    """Everybody passes through the same night; whoever gets it keeps it, and no other night is left taken."""
    night = ARRIVAL + timedelta(days=2)
    stays = []
    for _ in range(32):
        before, after = rng.randrange(4), rng.randrange(1, 5)
        stays.append((night - timedelta(days=before), before + after, rng.randint(1, 2)))
    outcomes = all_at_once(
        [
            partial(hold, hotel.store(n), f"guest-{n}", clock=hotel.clock, check_in=first, nights=nights, rooms=rooms)
            for n, (first, nights, rooms) in enumerate(stays)
        ]
    )
    assert set(kinds(outcomes)) == {"Booking", "SoldOut"}
    assert sum(booking.rooms for booking in answers(outcomes)) in {4, 5}
    [free] = hotel.free(night, 1)
    assert free == 5 - sum(booking.rooms for booking in answers(outcomes))


def test_the_same_reserve_sent_twenty_times_is_one_booking(hotel: Hotel) -> None:
    outcomes = all_at_once([partial(hold, hotel.store(n), "alice", "key", clock=hotel.clock) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert len({booking.write_id for booking in answers(outcomes)}) == 1
    assert hotel.free() == [4, 4, 4]


def test_the_same_reserve_sent_twenty_times_for_the_last_room_is_one_booking(hotel: Hotel) -> None:
    """None of the repeats may read its own room as sold out."""
    hold(hotel.store(0), "bob", clock=hotel.clock, room_type_id="suite")
    request = partial(hold, user_id="alice", key="key", clock=hotel.clock, room_type_id="suite")
    outcomes = all_at_once([partial(request, hotel.store(n)) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert hotel.free(room_type_id="suite") == [0, 0, 0]


def test_one_guest_never_has_more_than_five_live_holds(hotel: Hotel) -> None:
    nights = [ARRIVAL - timedelta(days=n) for n in range(20)]
    outcomes = all_at_once(
        [
            partial(hold, hotel.store(n), "alice", f"key-{n}", clock=hotel.clock, check_in=night, nights=1)
            for n, night in enumerate(nights)
        ]
    )
    assert kinds(outcomes) == {"Booking": 5, "TooManyHolds": 15}
    assert len(hotel.store(0).account("alice").live) == 5


def test_a_guest_whose_five_holds_ran_out_gets_five_new_ones(hotel: Hotel) -> None:
    """Pruning the old ones from the account while twenty threads count the new ones."""
    for n in range(5):
        hold(hotel.store(0), "alice", f"old-{n}", clock=hotel.clock, check_in=ARRIVAL - timedelta(days=n), nights=1)
    hotel.clock.advance(HOLD_SECONDS)
    outcomes = all_at_once(
        [
            partial(
                hold,
                hotel.store(n),
                "alice",
                f"new-{n}",
                clock=hotel.clock,
                check_in=ARRIVAL - timedelta(days=n),
                nights=1,
            )
            for n in range(20)
        ]
    )
    assert kinds(outcomes) == {"Booking": 5, "TooManyHolds": 15}


def test_the_same_finalize_sent_twenty_times_takes_the_money_once(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", 3 * total)
    outcomes = all_at_once(
        [partial(pay_by_wallet, hotel.store(n), booking, total, clock=hotel.clock) for n in range(20)]
    )
    assert kinds(outcomes) == {"Finalized": 20}
    assert set(map(str, outcomes)) == {str(outcomes[0])}
    assert answers(outcomes)[0].wallet_deducted == total
    account = hotel.store(0).account("alice")
    assert (account.balance, account.seq, account.live) == (2 * total, 2, {})


@pytest.mark.parametrize("round_", range(MEETINGS))
def test_two_bookings_that_each_need_the_whole_wallet(hotel: Hotel, round_: int) -> None:
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
    assert kinds(outcomes) == {"Finalized": 1, "InsufficientWallet": 1}
    assert hotel.store(0).account("alice").balance == 0
    statuses = sorted(stored(hotel.store(0), booking).status for booking in bookings)
    assert statuses == [Status.CONFIRMED, Status.RESERVED]


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
    assert kinds(outcomes) == {"Finalized": 5, "NoneType": 5}
    account = hotel.store(0).account("alice")
    assert (account.balance, account.seq) == (100 + 101 + 102 + 103 + 104, 11)


@pytest.mark.parametrize("round_", range(MEETINGS))
def test_a_finalize_and_a_sweep_at_the_deadline_have_one_winner(hotel: Hotel, round_: int) -> None:
    """The guest's Lambda reads its clock a millisecond before the deadline, the sweep's stands on it."""
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        paid, swept = both(
            partial(pay_by_wallet, hotel.store(0), booking, total, clock=FakeClock(JUST_BEFORE)),
            partial(sweep, store=hotel.store(1), clock=FakeClock(DEADLINE)),
        )
    assert isinstance(swept, Sweep)
    after = stored(hotel.store(0), booking)
    balance = hotel.store(0).account("alice").balance
    if isinstance(paid, Finalized):
        assert (after.status, balance, hotel.free()) == (Status.CONFIRMED, 0, [4, 4, 4])
        assert (swept.expired, swept.lost_race, swept.failed) == (0, 1, 0)
    else:
        assert type(paid).__name__ in {"HoldExpired", "NotPayable"}
        assert (after.status, balance, hotel.free()) == (Status.EXPIRED, total, [5, 5, 5])
        assert (swept.expired, swept.lost_race, swept.failed) == (1, 0, 0)


def test_when_both_clocks_stand_on_the_deadline_the_hold_is_over(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    clock = FakeClock(DEADLINE)
    paid, swept = both(
        partial(pay_by_wallet, hotel.store(0), booking, total, clock=clock),
        partial(sweep, store=hotel.store(1), clock=clock),
    )
    assert kinds([paid]) == {"HoldExpired": 1}
    assert isinstance(swept, Sweep)
    assert (swept.expired, swept.lag_seconds_max) == (1, 0.0)
    assert hotel.store(0).account("alice").balance == total


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
    assert kinds(outcomes) == {"Finalized": 1, "PromoExhausted": 15}
    confirmed = [booking for booking in bookings if stored(hotel.store(0), booking).status is Status.CONFIRMED]
    assert len(confirmed) == 1
    assert hotel.store(0).account(confirmed[0].user_id).balance == 0


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
    assert kinds(outcomes) == {"Finalized": 1, "PromoExhausted": 1}
    assert hotel.store(0).account("alice").balance == total


@pytest.mark.parametrize("round_", range(MEETINGS))
def test_a_cancel_beside_a_finalize_ends_with_the_money_in_the_wallet(hotel: Hotel, round_: int) -> None:
    """Either the hold was cancelled and cannot be paid, or it was paid first and the cancel gave the money back."""
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    total = payable(hotel.store(0), booking)
    give(hotel.store(0), "alice", total)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        paid, cancelled = both(
            partial(pay_by_wallet, hotel.store(0), booking, total, clock=hotel.clock),
            partial(let_go, hotel.store(1), booking, clock=hotel.clock),
        )
    assert isinstance(cancelled, Booking)
    account = hotel.store(0).account("alice")
    if isinstance(paid, Finalized):
        assert (account.balance, account.seq) == (total, 3)
        assert stored(hotel.store(0), booking).wallet_refunded == total
    else:
        assert type(paid).__name__ == "NotPayable"
        assert (account.balance, account.seq) == (total, 1)
    assert (stored(hotel.store(0), booking).status, hotel.free()) == (Status.CANCELLED, [5, 5, 5])


@pytest.mark.parametrize("round_", range(MEETINGS))
def test_a_cancel_and_a_sweep_have_one_winner(hotel: Hotel, round_: int) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        cancelled, swept = both(
            partial(let_go, hotel.store(0), booking, clock=FakeClock(JUST_BEFORE)),
            partial(sweep, store=hotel.store(1), clock=FakeClock(DEADLINE)),
        )
    after = stored(hotel.store(0), booking)
    assert isinstance(swept, Sweep)
    if after.status is Status.CANCELLED:
        assert isinstance(cancelled, Booking)
        assert (swept.expired, swept.lost_race, swept.failed) == (0, 1, 0)
    else:
        assert after.status is Status.EXPIRED
        assert type(cancelled).__name__ == "HoldExpired"
        assert (swept.expired, swept.lost_race, swept.failed) == (1, 0, 0)
    assert hotel.free() == [5, 5, 5]


def test_twenty_cancels_of_one_hold_give_its_rooms_back_once(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    outcomes = all_at_once([partial(let_go, hotel.store(n), booking, clock=hotel.clock) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert {answer.status for answer in answers(outcomes)} == {Status.CANCELLED}
    assert hotel.free() == [5, 5, 5]


def test_two_sweeps_at_once_give_the_rooms_back_once(hotel: Hotel) -> None:
    for n in range(4):
        hold(hotel.store(0), f"guest-{n}", clock=hotel.clock)
    hold(hotel.store(0), "suite-guest", clock=hotel.clock, room_type_id="suite", rooms=2)
    clock = FakeClock(DEADLINE)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        outcomes = all_at_once([partial(sweep, store=hotel.store(n), clock=clock) for n in range(2)])
    sweeps = answers(outcomes)
    assert len(sweeps) == 2
    assert sum(one.expired for one in sweeps) == 5
    assert sum(one.failed + one.remaining for one in sweeps) == 0
    assert hotel.free() == [5, 5, 5]
    assert hotel.free(room_type_id="suite") == [2, 2, 2]


@pytest.mark.parametrize("round_", range(MEETINGS))
def test_due_holds_cost_no_sale_when_many_buyers_reclaim_them(hotel: Hotel, round_: int) -> None:
    """Five holds are due and not swept; sixteen guests want their rooms: five get them, as if a sweep had come."""
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    outcomes = all_at_once([partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock) for n in range(16)])
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 11}
    assert hotel.free() == [0, 0, 0]


def test_buyers_and_sweeps_together_neither_oversell_nor_lose_a_room(hotel: Hotel) -> None:
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    buyers: list[Callable[[], object]] = [
        partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock) for n in range(12)
    ]
    sweeps: list[Callable[[], object]] = [partial(sweep, store=hotel.store(n), clock=hotel.clock) for n in range(2)]
    outcomes = all_at_once([*buyers, *sweeps])
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 7, "Sweep": 2}
    assert hotel.free() == [0, 0, 0]


def test_a_deleted_hold_delivered_to_two_lambdas_is_released_once(hotel: Hotel) -> None:
    """Layer (d): DynamoDB deletes the item by itself, and the stream may deliver the deletion more than once."""
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS + 3600)
    hotel.emulator.clients[0].delete_item(
        TableName=hotel.table.name, Key={"pk": {"S": f"BOOKING#{booking.booking_id}"}, "sk": {"S": "BOOKING"}}
    )
    with pytest.raises(NotFound):
        stored(hotel.store(0), booking)
    with meeting_at_first_write(hotel.emulator.clients[:4]):
        outcomes = all_at_once([partial(restore, booking, store=hotel.store(n), clock=hotel.clock) for n in range(4)])
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
    assert stored(hotel.store(0), booking).status is Status.EXPIRED
    assert hotel.free() == [5, 5, 5]
