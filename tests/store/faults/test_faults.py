"""A call fails or its answer is lost: every operation still has one effect."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse  # noqa: TID251 - what the client itself raises
from botocore.exceptions import ReadTimeoutError  # noqa: TID251 - what the client itself raises

from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.model.booking import Status
from holdfast.payments.requests import PaymentRequest
from holdfast.payments.start import start_payment
from tests.kit.dynamodb_faults import (
    Fault,
    Send,
    answer_timed_out,
    cancels,
    conflicts,
    forgotten_tokens,
    going_wrong,
    never_sent,
    nothing_processed,
)
from tests.kit.guests import (
    HOLD_SECONDS,
    abandoned_rooms,
    give,
    hold,
    pay_by_wallet,
    stored,
)

if TYPE_CHECKING:
    pass
from tests.store.faults.bench import LOST, WRITE, Bench, each_refusal, on_both

each_loss = pytest.mark.parametrize("fault", LOST)


@on_both
@each_loss
def test_a_reserve_over_a_broken_connection_takes_the_room_once(bench: Bench, fault: Fault) -> None:
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
def test_a_payment_start_over_a_broken_connection_is_one_change(bench: Bench, fault: Fault) -> None:
    """A put of one item, which has no token at all."""
    booking, total = bench.held_and_paid_for()
    gateway: Any = SimpleNamespace(name="stripe", call_seconds=5.0)  # the wallet pays all: it is asked for nothing
    with going_wrong(bench.client, "PutItem", fault) as calls:
        start_payment(
            booking.booking_id,
            PaymentRequest(gateway="stripe", wallet_apply_amount=total),
            user_id="alice",
            engine=Engine(bench.store, {"stripe": gateway}, bench.clock),
        )
    assert calls.sent == 2
    assert [line["message"] for line in bench.lines.all].count("payment started") == 1
    after = stored(bench.store, booking)
    assert (after.status, after.version) == (Status.PAYMENT_PENDING, 2)


@on_both
@each_loss
def test_a_finalize_over_a_broken_connection_takes_the_money_once(bench: Bench, fault: Fault) -> None:
    booking, total = bench.held_and_paid_for()
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault) as calls:
        paid = pay_by_wallet(bench.store, booking, total, clock=bench.clock)
    assert (calls.sent, paid.wallet_paid, paid.status) == (2, total, Status.CONFIRMED)
    assert bench.lines.of("BOOKING_CONFIRMED")["booking_id"] == booking.booking_id
    account = bench.store.account("alice")
    assert (account.balance, account.seq, account.live_holds) == (0, 2, {})


@on_both
@each_loss
def test_a_sweep_over_a_broken_connection_releases_the_room_once(bench: Bench, fault: Fault) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    bench.clock.advance(HOLD_SECONDS)
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        swept = sweep(engine=Engine(bench.store, {}, bench.clock))
    assert (swept.expired, swept.lost_race, swept.failed) == (1, 0, 0)
    assert bench.lines.of("BOOKING_EXPIRED")["booking_id"] == booking.booking_id
    assert stored(bench.store, booking).status is Status.EXPIRED
    assert bench.free() == [5, 5, 5]


@on_both
@each_loss
def test_a_batch_over_a_broken_connection_releases_each_room_once(bench: Bench, fault: Fault) -> None:
    """Each booking's own write id shows that the batch was written, where the server has forgotten its token."""
    booked = [hold(bench.store, f"guest-{n}", clock=bench.clock) for n in range(4)]
    bench.clock.advance(HOLD_SECONDS)
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault) as calls:
        swept = sweep(engine=Engine(bench.store, {}, bench.clock))
    assert (calls.sent, swept.expired, swept.lost_race, swept.failed) == (2, 4, 0, 0)
    lines = [line["booking_id"] for line in bench.lines.all if line.get("tag") == "BOOKING_EXPIRED"]
    assert sorted(lines) == sorted(booking.booking_id for booking in booked)
    assert bench.free() == [5, 5, 5]


@on_both
@each_loss
def test_a_cancel_over_a_broken_connection_releases_the_room_once(bench: Bench, fault: Fault) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, fault):
        assert abandoned_rooms(bench.store, booking, clock=bench.clock).status is Status.CANCELLED
    assert bench.lines.of("BOOKING_CANCELLED")["booking_id"] == booking.booking_id
    assert bench.free() == [5, 5, 5]


@on_both
@each_loss
def test_a_credit_over_a_broken_connection_is_one_credit(bench: Bench, fault: Fault) -> None:
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
def test_what_is_throttled_or_in_conflict_continues_when_that_is_over(bench: Bench, fault: Fault) -> None:
    with going_wrong(bench.client, WRITE, fault, conflicts, fault) as calls:
        booking, total = bench.held_and_paid_for()
    assert calls.sent == 3 + 2  # the hold after three refusals, and the credit
    assert bench.free() == [4, 4, 4]
    with going_wrong(bench.client, WRITE, fault, conflicts, fault) as calls:
        pay_by_wallet(bench.store, booking, total, clock=bench.clock)
    assert calls.sent == 4
    assert bench.store.account("alice").balance == 0


def test_a_conflict_with_a_failed_condition_is_read_again(bench: Bench) -> None:
    """The condition decides: what was read is out of date, so the same bytes are not sent again."""
    with going_wrong(bench.client, WRITE, cancels("ConditionalCheckFailed", "TransactionConflict")) as calls:
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 2
    assert len(set(calls.tokens)) == 2
    assert bench.free() == [4, 4, 4]


def test_a_hold_that_met_others_is_decided_anew(bench: Bench) -> None:
    with going_wrong(bench.client, WRITE, conflicts) as calls:
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 2
    assert len(set(calls.tokens)) == 2
    assert bench.free() == [4, 4, 4]


def test_after_an_answer_was_lost_a_repeat_carries_the_same_token_and_the_same_bytes(bench: Bench) -> None:
    with going_wrong(bench.client, WRITE, never_sent, answer_timed_out, conflicts) as calls:
        hold(bench.store, "alice", clock=bench.clock)
    assert calls.sent == 4
    assert len(set(calls.tokens)) == 1
    assert len(set(calls.bodies)) == 1


def test_keys_that_were_not_processed_are_asked_for_again(bench: Bench) -> None:
    booking = hold(bench.store, "alice", clock=bench.clock)
    with going_wrong(bench.client, "BatchGetItem", nothing_processed, nothing_processed) as calls:
        assert stored(bench.store, booking) == booking
    assert calls.sent == 3


def test_a_hold_that_ran_out_while_its_answer_was_lost_is_answered_as_it_is(bench: Bench) -> None:
    """Our commit went through, a sweep came before our repeat: the guest sees an expired booking, no room is lost."""

    def answer_lost_and_swept(request: AWSPreparedRequest, send: Send) -> AWSResponse:
        send(request)
        bench.clock.advance(HOLD_SECONDS)
        assert sweep(engine=Engine(bench.store, {}, bench.clock)).expired == 1
        raise ReadTimeoutError(endpoint_url=request.url)

    with forgotten_tokens(bench.client), going_wrong(bench.client, WRITE, answer_lost_and_swept):
        booking = hold(bench.store, "alice", clock=bench.clock)
    assert booking.status is Status.EXPIRED
    assert bench.free() == [5, 5, 5]
