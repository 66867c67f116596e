"""Faults without end: every operation is busy, and has had one effect or none."""

import random
from contextlib import ExitStack
from functools import partial

import pytest
from botocore.exceptions import ClientError  # noqa: TID251 - what the client itself raises

from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.errors import Busy
from holdfast.model.booking import Status
from holdfast.storage.store import Store
from holdfast.storage.table import CALL_SECONDS, Table
from tests.kit.dynamodb_faults import (
    Fault,
    answer_timed_out,
    cancels,
    conflicts,
    connection_lost,
    forgotten_tokens,
    going_wrong,
    never_sent,
    nothing_processed,
    passes,
    says,
)
from tests.kit.guests import (
    HOLD_SECONDS,
    all_at_once,
    hold,
    kinds,
    pay_by_wallet,
    stored,
)
from tests.store.dynamodbs import PATIENCE_SECONDS
from tests.store.faults.bench import LOST, WRITE, Bench, each_refusal, on_both


@each_refusal
def test_contention_without_end_is_busy_and_changes_nothing(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault, for_ever=True) as calls, pytest.raises(Busy):
        hold(bench.impatient, "alice", clock=bench.clock)
    assert calls.sent > 1
    assert bench.free() == [5, 5, 5]
    assert not bench.store.account("alice").stored
    hold(bench.store, "alice", clock=bench.clock)
    assert bench.free() == [4, 4, 4]


def test_a_busy_finalize_changes_nothing_and_can_be_sent_again(bench: Bench) -> None:
    booking, total = bench.held_and_paid_for()
    with going_wrong(bench.client, WRITE, conflicts, for_ever=True), pytest.raises(Busy):
        pay_by_wallet(bench.impatient, booking, total, clock=bench.clock)
    assert stored(bench.store, booking) == booking
    assert bench.store.account("alice").balance == total
    assert pay_by_wallet(bench.store, booking, total, clock=bench.clock).status is Status.CONFIRMED


def test_a_reserve_that_never_hears_an_answer_is_busy_and_its_repeat_finds_the_booking(bench: Bench) -> None:
    """The outcome is unknown to the caller; the key makes the repeat safe."""
    with going_wrong(bench.client, WRITE, answer_timed_out, for_ever=True), pytest.raises(Busy):
        hold(bench.impatient, "alice", clock=bench.clock)
    assert bench.free() == [4, 4, 4]
    with going_wrong(bench.client, WRITE) as calls:
        booking = hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 0
    assert stored(bench.store, booking) == booking
    assert bench.free() == [4, 4, 4]


def test_a_finalize_that_never_hears_an_answer_is_busy_and_its_repeat_gets_the_answer(bench: Bench) -> None:
    booking, total = bench.held_and_paid_for()
    with going_wrong(bench.client, WRITE, connection_lost, for_ever=True), pytest.raises(Busy):
        pay_by_wallet(bench.impatient, booking, total, clock=bench.clock)
    paid = pay_by_wallet(bench.store, booking, total, clock=bench.clock)
    assert (paid.status, paid.wallet_paid) == (Status.CONFIRMED, total)
    assert bench.store.account("alice").balance == 0


def test_a_sweep_counts_what_it_could_not_release_and_the_next_one_does_it(bench: Bench) -> None:
    """A busy item stops neither the sweep nor the others."""
    hold(bench.store, "alice", clock=bench.clock)
    hold(bench.store, "bob", clock=bench.clock, room_type_id="suite")
    bench.clock.advance(HOLD_SECONDS)
    with going_wrong(bench.client, WRITE, says("AccessDeniedException")):
        first = sweep(engine=Engine(bench.store, {}, bench.clock))
    assert (first.expired, first.failed) == (1, 1)
    second = sweep(engine=Engine(bench.store, {}, bench.clock))
    assert (second.expired, second.failed) == (1, 0)
    assert bench.free() == [5, 5, 5]


def test_reads_that_never_end_are_busy(bench: Bench) -> None:
    for fault in (never_sent, says("ThrottlingException"), nothing_processed):
        with going_wrong(bench.client, "BatchGetItem", fault, for_ever=True), pytest.raises(Busy):
            bench.impatient.account("alice")


def test_no_call_is_begun_that_has_no_time_to_end(bench: Bench) -> None:
    late = Store(bench.table.within(CALL_SECONDS - 0.01))
    with going_wrong(bench.client, "BatchGetItem") as calls, pytest.raises(Busy):
        hold(late, "alice", clock=bench.clock)
    assert calls.sent == 0


@pytest.mark.parametrize(
    "fault", [says("AccessDeniedException"), says("ResourceNotFoundException"), cancels("ValidationError")]
)
def test_what_repeating_cannot_mend_is_raised_at_once(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault) as calls, pytest.raises(ClientError):
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 1
    assert bench.free() == [5, 5, 5]


def test_contention_is_never_answered_as_sold_out(bench: Bench) -> None:
    """Room for all, and every write refused for a while: busy or booked, and nothing else."""
    with going_wrong(bench.client, WRITE, *[conflicts] * 40):
        outcomes = all_at_once([partial(hold, bench.impatient, f"guest-{n}", clock=bench.clock) for n in range(5)])
    assert set(kinds(outcomes)) <= {"Booking", "Busy"}
    assert bench.free() == [5 - kinds(outcomes)["Booking"]] * 3


@on_both
def test_the_last_five_rooms_over_wires_that_break_at_random(bench: Bench, rng: random.Random) -> None:
    faults = [*[passes] * 4, *LOST, conflicts, says("ThrottlingException"), cancels("ThrottlingError")]
    clients = bench.emulator.clients
    with ExitStack() as wires:
        for client in clients:
            wires.enter_context(going_wrong(client, WRITE, *rng.choices(faults, k=60)))
            wires.enter_context(forgotten_tokens(client))
        stores = [Store(Table(client, bench.table.name, patience_seconds=PATIENCE_SECONDS)) for client in clients]
        outcomes = all_at_once(
            [partial(hold, stores[n % len(stores)], f"guest-{n}", clock=bench.clock) for n in range(32)]
        )
    assert kinds(outcomes) == {"Booking": 5, "SoldOut": 27}
    assert bench.free() == [0, 0, 0]
