"""The wire breaks, the server throttles: every operation still has one effect, or says busy and had none or one."""

# ruff: noqa: TID251 - raises what the client itself would raise

import io
import logging
import random
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError, ReadTimeoutError

from holdfast.bookings.expire import sweep
from holdfast.errors import Busy
from holdfast.logs import logger
from holdfast.model.booking import Booking, Status
from holdfast.payments.start import start_payment
from holdfast.requests import PaymentRequest
from holdfast.storage.store import Store
from holdfast.storage.table import CALL_SECONDS, Table
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_faults import (
    Fault,
    Send,
    answer_garbled,
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
    abandoned_rooms,
    all_at_once,
    give,
    hold,
    kinds,
    pay_by_wallet,
    payable,
    stored,
)
from tests.kit.hotel import open_hotel
from tests.kit.log_capture import LogLines
from tests.store.dynamodbs import ON_DYNAMODB_LOCAL, ON_MINISTACK, PATIENCE_SECONDS, Emulator
from tests.store.shared_hotel import MONTHS_ON_SALE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITE = "TransactWriteItems"
IMPATIENT_SECONDS = CALL_SECONDS + 0.2  # time for a few tries, and no longer
LOST = [never_sent, answer_timed_out, connection_lost, answer_garbled]
REFUSED = [
    conflicts,
    cancels("ThrottlingError"),
    cancels("ProvisionedThroughputExceeded", "TransactionConflict"),
    says("ProvisionedThroughputExceededException"),
    says("ThrottlingException"),
    says("RequestLimitExceeded"),
    says("TransactionInProgressException"),
    says("InternalServerError", 500),
    says("ServiceUnavailable", 503),
]
NAMES = ["conflict", "throttled action", "both", "throughput", "throttled", "limit", "in progress", "500", "503"]


@dataclass
class Bench:
    """The store on a real server, its clock, and the client whose wire can be broken."""

    emulator: Emulator
    table: Table
    clock: FakeClock
    lines: LogLines

    @property
    def client(self) -> "DynamoDBClient":
        return self.table.client

    @property
    def store(self) -> Store:
        return Store(self.table.within(PATIENCE_SECONDS))

    @property
    def impatient(self) -> Store:
        return Store(self.table.within(IMPATIENT_SECONDS))

    def free(self) -> list[int]:
        context = self.store.booking_context("none", "nobody", room_type_id="deluxe", months=["2026-12", "2027-01"])
        return [context.pages["2026-12"].free[30], context.pages["2026-12"].free[31], context.pages["2027-01"].free[1]]

    def held_and_paid_for(self) -> tuple[Booking, int]:
        """A hold, and exactly its price in the wallet."""
        booking = hold(self.store, "alice", clock=self.clock)
        total = payable(self.store, booking)
        give(self.store, "alice", total)
        return booking, total


@pytest.fixture(params=[ON_MINISTACK])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    emulator: Emulator = request.getfixturevalue(request.param)
    table, clock = emulator.new_table(), FakeClock()
    open_hotel(table, MONTHS_ON_SALE)
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    text = io.StringIO()
    before = handler.setStream(text)
    bench = Bench(emulator, table, clock, LogLines(text))
    yield bench
    handler.setStream(before)
    assert broken_in(bench.store, clock()) == []


on_both = pytest.mark.parametrize("bench", [ON_MINISTACK, ON_DYNAMODB_LOCAL], indirect=True)
each_loss = pytest.mark.parametrize("fault", LOST)
each_refusal = pytest.mark.parametrize("fault", REFUSED, ids=NAMES)


# One call goes wrong


@on_both
@each_loss
def test_a_reserve_over_a_broken_wire_takes_the_room_once(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault) as calls:
        booking = hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 2
    assert bench.lines.of("BOOKING_RESERVED")["booking_id"] == booking.booking_id
    assert stored(bench.store, booking) == booking
    assert bench.free() == [4, 4, 4]


@on_both
@each_loss
def test_a_reserve_whose_token_the_server_forgot_takes_the_room_once(bench: Bench, fault: Fault) -> None:
    """The token lasts ten minutes; the condition and the write id must do without it."""
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        booking = hold(bench.store, "alice", clock=bench.clock)
    assert bench.lines.of("BOOKING_RESERVED")["booking_id"] == booking.booking_id
    assert stored(bench.store, booking) == booking
    assert bench.free() == [4, 4, 4]


@on_both
@each_loss
def test_a_payment_start_over_a_broken_wire_is_one_change(bench: Bench, fault: Fault) -> None:
    """A put of one item, which has no token at all."""
    booking, total = bench.held_and_paid_for()
    gateway: Any = SimpleNamespace(name="stripe", call_seconds=5.0)  # the wallet pays all: it is asked for nothing
    with going_wrong(bench.client, "PutItem", fault) as calls:
        start_payment(
            booking.booking_id,
            PaymentRequest(gateway="stripe", wallet_apply_amount=total),
            user_id="alice",
            store=bench.store,
            gateways={"stripe": gateway},
            clock=bench.clock,
        )
    assert calls.sent == 2
    assert [line["message"] for line in bench.lines.all].count("payment started") == 1
    after = stored(bench.store, booking)
    assert (after.status, after.version) == (Status.PAYMENT_PENDING, 2)


@on_both
@each_loss
def test_a_finalize_over_a_broken_wire_takes_the_money_once(bench: Bench, fault: Fault) -> None:
    booking, total = bench.held_and_paid_for()
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault) as calls:
        paid = pay_by_wallet(bench.store, booking, total, clock=bench.clock)
    assert (calls.sent, paid.wallet_deducted, paid.new_status) == (2, total, Status.CONFIRMED)
    assert bench.lines.of("BOOKING_CONFIRMED")["booking_id"] == booking.booking_id
    account = bench.store.account("alice")
    assert (account.balance, account.seq, account.live_holds) == (0, 2, {})


@on_both
@each_loss
def test_a_sweep_over_a_broken_wire_gives_the_room_back_once(bench: Bench, fault: Fault) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    bench.clock.advance(HOLD_SECONDS)
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        swept = sweep(store=bench.store, clock=bench.clock)
    assert (swept.expired, swept.lost_race, swept.failed) == (1, 0, 0)
    assert bench.lines.of("BOOKING_EXPIRED")["booking_id"] == booking.booking_id
    assert stored(bench.store, booking).status is Status.EXPIRED
    assert bench.free() == [5, 5, 5]


@on_both
@each_loss
def test_a_cancel_over_a_broken_wire_gives_the_room_back_once(bench: Bench, fault: Fault) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        assert abandoned_rooms(bench.store, booking, clock=bench.clock).status is Status.CANCELLED
    assert bench.lines.of("BOOKING_CANCELLED")["booking_id"] == booking.booking_id
    assert bench.free() == [5, 5, 5]


@on_both
@each_loss
def test_a_credit_over_a_broken_wire_is_one_credit(bench: Bench, fault: Fault) -> None:
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        give(bench.store, "alice", 700)
    assert bench.lines.of("WALLET_CREDITED")["amount"] == 700
    account = bench.store.account("alice")
    assert (account.balance, account.seq) == (700, 1)


@each_loss
@pytest.mark.parametrize("operation", ["BatchGetItem", "Query"])
def test_reads_are_asked_again(bench: Bench, fault: Fault, operation: str) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    with going_wrong(bench.client, operation, fault, fault) as calls:
        found, more = bench.store.bookings_of("alice", None)
    assert (found, more, calls.sent) == ([booking], None, 3)


@each_refusal
def test_what_is_throttled_or_in_conflict_goes_on_when_that_is_over(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault, conflicts, fault) as calls:
        booking, total = bench.held_and_paid_for()
    assert calls.sent == 3 + 2  # the hold after three refusals, and the credit
    assert bench.free() == [4, 4, 4]
    with going_wrong(bench.client, WRITE, fault, conflicts, fault) as calls:
        pay_by_wallet(bench.store, booking, total, clock=bench.clock)
    assert calls.sent == 4
    assert bench.store.account("alice").balance == 0


def test_a_conflict_beside_a_failed_condition_is_read_again(bench: Bench) -> None:
    """The condition decides: what was read is out of date, so the same bytes are not sent again."""
    with going_wrong(bench.client, WRITE, cancels("ConditionalCheckFailed", "TransactionConflict")) as calls:
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 2
    assert len(set(calls.tokens)) == 2
    assert bench.free() == [4, 4, 4]


def test_a_repeat_carries_the_same_token_and_the_same_bytes(bench: Bench) -> None:
    with going_wrong(bench.client, WRITE, conflicts, never_sent, answer_timed_out) as calls:
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 4
    assert len(set(calls.tokens)) == 1
    assert len(set(calls.bodies)) == 1


def test_keys_that_were_not_processed_are_asked_for_again(bench: Bench) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    with going_wrong(bench.client, "BatchGetItem", nothing_processed, nothing_processed) as calls:
        assert stored(bench.store, booking) == booking
    assert calls.sent == 3


def test_a_hold_that_ran_out_while_its_answer_was_lost_is_told_as_it_is(bench: Bench) -> None:
    """Our commit went through, a sweep came before our repeat: the guest sees an expired booking, no room is lost."""

    def answer_lost_and_swept(request: AWSPreparedRequest, send: Send) -> AWSResponse:
        send(request)
        bench.clock.advance(HOLD_SECONDS)
        assert sweep(store=bench.store, clock=bench.clock).expired == 1
        raise ReadTimeoutError(endpoint_url=request.url)

    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, answer_lost_and_swept):
        booking = hold(bench.store, "alice", clock=bench.clock)
    assert booking.status is Status.EXPIRED
    assert bench.free() == [5, 5, 5]


# It never gets better


@each_refusal
def test_contention_without_end_is_busy_and_changes_nothing(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault, for_ever=True) as calls, pytest.raises(Busy):
        hold(bench.impatient, "alice", clock=bench.clock)
    assert calls.sent > 1
    assert bench.free() == [5, 5, 5]
    assert not bench.store.account("alice").stored
    hold(bench.store, "alice", clock=bench.clock)
    assert bench.free() == [4, 4, 4]


def test_a_busy_finalize_moves_nothing_and_can_be_sent_again(bench: Bench) -> None:
    booking, total = bench.held_and_paid_for()
    with going_wrong(bench.client, WRITE, conflicts, for_ever=True), pytest.raises(Busy):
        pay_by_wallet(bench.impatient, booking, total, clock=bench.clock)
    assert stored(bench.store, booking) == booking
    assert bench.store.account("alice").balance == total
    assert pay_by_wallet(bench.store, booking, total, clock=bench.clock).new_status is Status.CONFIRMED


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
    assert (paid.new_status, paid.wallet_deducted) == (Status.CONFIRMED, total)
    assert bench.store.account("alice").balance == 0


def test_a_sweep_counts_what_it_could_not_release_and_the_next_one_does_it(bench: Bench) -> None:
    """A busy item stops neither the sweep nor the others."""
    hold(bench.store, "alice", clock=bench.clock)
    hold(bench.store, "bob", clock=bench.clock, room_type_id="suite")
    bench.clock.advance(HOLD_SECONDS)
    with going_wrong(bench.client, WRITE, says("AccessDeniedException")):
        first = sweep(store=bench.store, clock=bench.clock)
    assert (first.expired, first.failed) == (1, 1)
    second = sweep(store=bench.store, clock=bench.clock)
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


def test_contention_is_never_told_as_sold_out(bench: Bench) -> None:
    """Room for all, and every write refused for a while: busy or booked, and nothing else."""
    with going_wrong(bench.client, WRITE, *[conflicts] * 40):
        outcomes = all_at_once([partial(hold, bench.impatient, f"guest-{n}", clock=bench.clock) for n in range(5)])
    assert set(kinds(outcomes)) <= {"Booking", "Busy"}
    assert bench.free() == [5 - kinds(outcomes)["Booking"]] * 3


# All of it at once


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
