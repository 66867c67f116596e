"""Our own earlier commit, on every DynamoDB: its answer was lost, and the repeat comes when its token is forgotten."""

from collections.abc import Callable
from secrets import token_hex

import msgspec
import pytest

from holdfast.model.account import TopUp, TopUpStatus
from holdfast.model.booking import (
    Status,
)
from holdfast.model.dates import millis
from holdfast.storage.store import Store, WriteConflict
from holdfast.storage.table import Table
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW
from tests.kit.dynamodb_faults import forgotten_tokens
from tests.kit.guests import DEADLINE, give
from tests.store.contract.bookings import (
    PRICE,
    a_hold,
    confirmed,
    context_of,
    credit_entry,
    delete,
    everything,
    expired,
    pending,
    rescued,
    reserved,
)

pytestmark = pytest.mark.usefixtures("catalog")

Write = Callable[[Store], object]  # the same each time that it is sent


def a_reserve(store: Store) -> Write:
    booking = a_hold()
    context = context_of(store, booking)
    return lambda it: it.commit(None, booking, now=NOW, context=context)


def a_payment_start(store: Store) -> Write:
    """One item, so a put: it never has a token."""
    booking = reserved(store)
    return lambda it: it.commit(booking, pending(booking), now=NOW)


def a_finalize(store: Store) -> Write:
    booking = reserved(store)
    give(store, "alice", PRICE)
    context = context_of(store, booking)
    return lambda it: it.commit(booking, confirmed(booking, wallet=PRICE), now=NOW, context=context)


def a_late_finalize(store: Store) -> Write:
    booking = reserved(store)
    ended = store.commit(booking, expired(booking), now=DEADLINE)
    paid, context = rescued(ended), context_of(store, ended)
    return lambda it: it.commit(ended, paid, now=DEADLINE, context=context, late=True)


def an_expiry(store: Store) -> Write:
    booking = reserved(store)
    return lambda it: it.commit(booking, expired(booking), now=DEADLINE)


def a_deletion(store: Store) -> Write:
    booking = reserved(store)
    delete(store, booking)
    return lambda it: it.commit(booking, expired(booking), now=DEADLINE, deleted=True)


def a_cancel(store: Store) -> Write:
    booking = reserved(store)
    context = context_of(store, booking)
    return lambda it: it.commit(booking, booking.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW, context=context)


def a_first_credit(store: Store) -> Write:
    account = store.account("alice")
    return lambda it: it.credit(account, credit_entry(account, 7), "key")


def another_credit(store: Store) -> Write:
    give(store, "alice", 5)
    return a_first_credit(store)


def a_topup_start(store: Store) -> Write:
    account = store.account("alice")
    return lambda it: it.commit_topup(None, a_topup(), account=account)


def a_topup_credit(store: Store) -> Write:
    topup = store.commit_topup(None, a_topup(), account=store.account("alice"))
    account = store.account("alice")
    entry = msgspec.structs.replace(credit_entry(account, topup.amount), reason="topup", actor="stripe")
    paid = msgspec.structs.replace(topup, status=TopUpStatus.CREDITED)
    return lambda it: it.commit_topup(topup, paid, account=account, entry=entry)


WRITES = [
    a_reserve,
    a_payment_start,
    a_finalize,
    a_late_finalize,
    an_expiry,
    a_deletion,
    a_cancel,
    a_first_credit,
    another_credit,
    a_topup_start,
    a_topup_credit,
]


def a_topup() -> TopUp:
    return TopUp(
        topup_id="tu_first",
        user_id="alice",
        gateway="stripe",
        order_id="pi_1",
        amount=50_000,
        currency="INR",
        status=TopUpStatus.PENDING,
        created_at_ms=millis(NOW),
        due_at_ms=millis(NOW),
    )


@pytest.mark.parametrize("kind", WRITES)
def test_a_repeat_of_our_own_commit_reads_as_success_by_its_condition_alone(
    store: Store, table: Table, kind: Callable[[Store], Write]
) -> None:
    """The same bytes under a token that the server does not know, as ten minutes later."""
    write, own_id = kind(store), token_hex(8)  # a server remembers tokens for all its tables
    ours = Store(table, new_id=lambda: own_id)
    first = write(ours)
    was = everything(store)
    assert write(ours) == first
    with forgotten_tokens(table.client):
        assert write(ours) == first
    assert everything(store) == was
    assert broken_in(store, DEADLINE) == []


@pytest.mark.parametrize("kind", WRITES)
def test_the_same_change_by_another_call_is_not_mistaken_for_our_own(
    store: Store, kind: Callable[[Store], Write]
) -> None:
    write = kind(store)
    write(store)
    was = everything(store)
    with pytest.raises(WriteConflict):
        write(store)
    assert everything(store) == was
