"""Many guests at once want the same rooms, in real threads, on a real server: each race has one right end.

The table agrees with it afterwards: the auditor looks at it whenever one of these tests is done.
"""

import random
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from holdfast.bookings.expire import Sweep, restore, sweep
from holdfast.bookings.reclaim import make_way
from holdfast.bookings.release import Released
from holdfast.engine import Engine
from holdfast.errors import NotFound
from holdfast.model.booking import Booking, Status
from holdfast.properties.stripes import set_stripes
from tests.kit.clock import FakeClock
from tests.kit.guests import (
    ARRIVAL,
    DEADLINE,
    HOLD_SECONDS,
    JUST_BEFORE,
    abandoned_rooms,
    all_at_once,
    answers,
    both,
    hold,
    kinds,
    meeting_at_first_write,
    stored,
)
from tests.store.shared_hotel import Hotel, in_each_round

ROUNDS = 8  # of the rush for the last rooms


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


@in_each_round
def test_stays_that_overlap_by_one_night_never_share_its_rooms(hotel: Hotel, rng: random.Random) -> None:
    """Everybody passes through the same night; the guest who gets it keeps it, and no other night stays taken."""
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


@in_each_round
def test_the_same_reserve_sent_twenty_times_is_one_booking(hotel: Hotel) -> None:
    outcomes = all_at_once([partial(hold, hotel.store(n), "alice", "key", clock=hotel.clock) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert len({booking.write_id for booking in answers(outcomes)}) == 1
    assert hotel.free() == [4, 4, 4]


@in_each_round
def test_the_same_reserve_sent_twenty_times_for_the_last_room_is_one_booking(hotel: Hotel) -> None:
    """None of the repeats may read its own room as sold out."""
    hold(hotel.store(0), "bob", clock=hotel.clock, room_type_id="suite")
    request = partial(hold, user_id="alice", key="key", clock=hotel.clock, room_type_id="suite")
    outcomes = all_at_once([partial(request, hotel.store(n)) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert hotel.free(room_type_id="suite") == [0, 0, 0]


@in_each_round
def test_one_guest_never_has_more_than_five_live_holds(hotel: Hotel) -> None:
    nights = [ARRIVAL - timedelta(days=n) for n in range(20)]
    outcomes = all_at_once(
        [
            partial(hold, hotel.store(n), "alice", f"key-{n}", clock=hotel.clock, check_in=night, nights=1)
            for n, night in enumerate(nights)
        ]
    )
    assert kinds(outcomes) == {"Booking": 5, "TooManyHolds": 15}
    assert len(hotel.store(0).account("alice").live_holds) == 5


@in_each_round
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


@in_each_round
def test_a_cancel_and_a_sweep_have_one_winner(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        cancelled, swept = both(
            partial(abandoned_rooms, hotel.store(0), booking, clock=FakeClock(JUST_BEFORE)),
            partial(sweep, engine=Engine(hotel.store(1), {}, FakeClock(DEADLINE))),
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


@in_each_round
def test_twenty_cancels_of_one_hold_release_its_rooms_once(hotel: Hotel) -> None:
    booking = hold(hotel.store(0), "alice", clock=hotel.clock)
    outcomes = all_at_once([partial(abandoned_rooms, hotel.store(n), booking, clock=hotel.clock) for n in range(20)])
    assert kinds(outcomes) == {"Booking": 20}
    assert {answer.status for answer in answers(outcomes)} == {Status.CANCELLED}
    assert hotel.free() == [5, 5, 5]


@in_each_round
def test_two_sweeps_at_once_release_the_rooms_once(hotel: Hotel) -> None:
    for n in range(4):
        hold(hotel.store(0), f"guest-{n}", clock=hotel.clock)
    hold(hotel.store(0), "suite-guest", clock=hotel.clock, room_type_id="suite", rooms=2)
    clock = FakeClock(DEADLINE)
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        outcomes = all_at_once([partial(sweep, engine=Engine(hotel.store(n), {}, clock)) for n in range(2)])
    sweeps = answers(outcomes)
    assert len(sweeps) == 2
    assert sum(one.expired for one in sweeps) == 5
    assert sum(one.failed + one.remaining for one in sweeps) == 0
    assert hotel.free() == [5, 5, 5]
    assert hotel.free(room_type_id="suite") == [2, 2, 2]


@in_each_round
def test_due_holds_cost_no_sale_when_many_buyers_reclaim_them(hotel: Hotel) -> None:
    """Five holds are due and not swept; sixteen guests want their rooms: five get them, as if a sweep had come."""
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    outcomes = all_at_once([partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock) for n in range(16)])
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 11}
    assert hotel.free() == [0, 0, 0]


@in_each_round
def test_buyers_and_sweeps_together_neither_oversell_nor_lose_a_room(hotel: Hotel) -> None:
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    buyers: list[Callable[[], object]] = [
        partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock) for n in range(12)
    ]
    sweeps: list[Callable[[], object]] = [
        partial(sweep, engine=Engine(hotel.store(n), {}, hotel.clock)) for n in range(2)
    ]
    outcomes = all_at_once([*buyers, *sweeps])
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 7, "Sweep": 2}
    assert hotel.free() == [0, 0, 0]


@in_each_round
def test_a_batch_and_a_buyer_who_takes_one_hold_of_it_release_each_once(hotel: Hotel) -> None:
    """The buyer takes one hold out of the sweep's transaction, or finds it swept."""
    held = [hold(hotel.store(0), f"guest-{n}", clock=hotel.clock) for n in range(5)]
    buyer, clerk = (Engine(hotel.store(n), {}, FakeClock(DEADLINE)) for n in range(2))
    with meeting_at_first_write(hotel.emulator.clients[:2]):
        made, swept = both(
            partial(make_way, [held[2]], engine=buyer, by_booking="bk_new"), partial(sweep, engine=clerk)
        )
    assert isinstance(made, Released)
    assert isinstance(swept, Sweep)
    assert (len(made.expired), made.lost_race, swept.expired, swept.lost_race) in {(1, 0, 4, 1), (0, 1, 5, 0)}
    assert {stored(hotel.store(0), booking).status for booking in held} == {Status.EXPIRED}
    assert hotel.free() == [5, 5, 5]


@in_each_round
def test_buyers_of_two_rooms_release_one_anothers_holds_and_none_is_refused_in_vain(hotel: Hotel) -> None:
    """Each needs two of the five holds that are due, and all of them choose at once."""
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    outcomes = all_at_once([partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock, rooms=2) for n in range(8)])
    assert kinds(outcomes) == {"Booking": 2, "SoldOut": 6}
    assert hotel.free() == [1, 1, 1]


@in_each_round
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
        outcomes = all_at_once(
            [partial(restore, booking, engine=Engine(hotel.store(n), {}, hotel.clock)) for n in range(4)]
        )
    assert sorted(map(str, outcomes)) == ["False", "False", "False", "True"]
    assert stored(hotel.store(0), booking).status is Status.EXPIRED
    assert hotel.free() == [5, 5, 5]


@pytest.mark.parametrize("stripes", [2, 8])
def test_sixty_four_guests_want_five_rooms_on_many_stripes(hotel: Hotel, stripes: int) -> None:
    """Each of five rooms is found by somebody, on whatever stripe it is, and nobody is turned away too early."""
    set_stripes("deluxe", ["2026-12", "2027-01"], stripes, engine=Engine(hotel.store(0), {}, hotel.clock))
    outcomes = all_at_once(
        [partial(hold, hotel.store(n), f"guest-{n}", clock=hotel.clock, rooms=1 + n % 2) for n in range(64)]
    )
    assert set(kinds(outcomes)) == {"Booking", "SoldOut"}
    taken = sum(booking.rooms for booking in answers(outcomes))
    assert taken in {4, 5}
    assert hotel.free() == [5 - taken] * 3


@in_each_round
def test_stripes_are_added_while_guests_hold_and_let_go(hotel: Hotel) -> None:
    held = [hold(hotel.store(0), f"early-{n}", clock=hotel.clock) for n in range(2)]

    def add(count: int, number: int) -> dict[str, int]:
        return set_stripes("deluxe", ["2026-12"], count, engine=Engine(hotel.store(number), {}, hotel.clock))

    calls: list[Callable[[], object]] = [
        *(partial(hold, hotel.store(n), f"guest-{n}", clock=hotel.clock) for n in range(12)),
        *(partial(abandoned_rooms, hotel.store(n), booking, clock=hotel.clock) for n, booking in enumerate(held)),
        partial(add, 3, 0),
        partial(add, 5, 1),
    ]
    outcomes = all_at_once(calls)
    assert set(kinds(outcomes)) <= {"Booking", "SoldOut", "dict", "InvalidFields"}
    made = [one for one in answers(outcomes) if isinstance(one, Booking) and one.status is Status.RESERVED]
    assert 3 <= len(made) <= 5
    assert hotel.free() == [5 - len(made)] * 3


@in_each_round
def test_due_holds_on_many_stripes_cost_no_sale(hotel: Hotel) -> None:
    set_stripes("deluxe", ["2026-12", "2027-01"], 4, engine=Engine(hotel.store(0), {}, hotel.clock))
    for n in range(5):
        hold(hotel.store(0), f"sleeper-{n}", clock=hotel.clock)
    hotel.clock.advance(HOLD_SECONDS)
    buyers: list[Callable[[], object]] = [
        partial(hold, hotel.store(n), f"buyer-{n}", clock=hotel.clock) for n in range(12)
    ]
    sweeps: list[Callable[[], object]] = [partial(sweep, engine=Engine(hotel.store(0), {}, hotel.clock))]
    outcomes = all_at_once([*buyers, *sweeps])
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 7, "Sweep": 1}
    assert hotel.free() == [0, 0, 0]
