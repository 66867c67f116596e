"""Wallet and ledger, on every DynamoDB."""

import pytest

from holdfast.model.account import LedgerEntry
from holdfast.model.dates import millis
from holdfast.storage.marshal import update_action
from holdfast.storage.store import Store, WriteConflict
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW
from tests.kit.guests import give
from tests.store.contract.bookings import PRICE, confirmed, context_of, credit_entry, everything, lost, reserved

pytestmark = pytest.mark.usefixtures("catalog")


def test_a_confirmation_takes_the_wallet_part_and_writes_its_line(store: Store) -> None:
    booking = reserved(store)
    give(store, "alice", 2_000_000)
    after = store.commit(booking, confirmed(booking, wallet=PRICE), now=NOW, context=context_of(store, booking))
    account = store.account("alice")
    assert (account.balance, account.seq, account.live_holds) == (2_000_000 - PRICE, 2, {})
    newest = store.entries("alice", None)[0][0]
    assert newest == LedgerEntry(
        user_id="alice",
        seq=2,
        amount=-PRICE,
        balance_after=2_000_000 - PRICE,
        reason="booking_payment",
        actor="guest",
        at_ms=millis(NOW),
        booking_id=after.booking_id,
        check_out=after.check_out,
    )
    assert broken_in(store, NOW) == []


def test_a_confirmation_computed_from_an_older_balance_loses_on_the_wallet(store: Store) -> None:
    booking = reserved(store)
    give(store, "alice", 2_000_000)
    read = context_of(store, booking)
    give(store, "alice", 1)
    assert lost(store, booking, confirmed(booking, wallet=PRICE), context=read).kinds == {"wallet"}


def test_a_ledger_line_is_never_overwritten(store: Store) -> None:
    """The account was put back to an older state: its next number is taken, and the write is refused."""
    booking = reserved(store)
    give(store, "alice", 2_000_000)
    read = context_of(store, booking)
    give(store, "alice", 5)
    set_back = update_action(
        store.table.name,
        ("USER#alice", "ACCOUNT"),
        "SET balance = :balance, seq = :seq",
        "attribute_exists(pk)",
        {":balance": 2_000_000, ":seq": 1},
    )
    store.table.transact([set_back])
    assert lost(store, booking, confirmed(booking, wallet=PRICE), context=read).kinds == {"wallet"}


def test_credits_make_the_account_and_then_add_to_it(store: Store) -> None:
    for seq, (before, amount) in enumerate([(0, 10**12), (10**12, 7)], start=1):
        account = store.account("alice")
        assert (account.balance, account.seq, account.stored) == (before, seq - 1, seq > 1)
        entry = credit_entry(account, amount)
        store.credit(account, entry, f"key-{seq}")
        assert store.credited("alice", f"key-{seq}") == entry
    assert store.account("alice").balance == 10**12 + 7
    assert store.credited("alice", "key-3") is None
    assert broken_in(store, NOW) == []


def test_a_credit_by_a_used_key_or_on_a_changed_wallet_loses(store: Store) -> None:
    fresh = store.account("alice")
    store.credit(fresh, credit_entry(fresh, 5), "key")
    account = store.account("alice")
    was = everything(store)
    for stale, key in ((account, "key"), (fresh, "other"), (fresh, "key")):
        with pytest.raises(WriteConflict):
            store.credit(stale, credit_entry(stale, 5), key)
    store.credit(account, credit_entry(account, 6), "third")
    with pytest.raises(WriteConflict):
        store.credit(account, credit_entry(account, 7), "fourth")
    now = everything(store)
    assert {key for key in now if now[key] != was.get(key)} == {
        ("USER#alice", "ACCOUNT"),
        ("USER#alice", "ENTRY#0000000002"),
        ("USER#alice", "CREDIT#third"),
    }


def test_the_ledger_is_read_newest_first_in_pages(store: Store) -> None:
    """Beside the account, the keys of credits and a number with more digits than its neighbour."""
    for amount in range(1, 46):
        give(store, "alice", amount)
    first, more = store.entries("alice", None)
    assert [entry.seq for entry in first] == list(range(45, 25, -1))
    assert more == 26
    second, more = store.entries("alice", more)
    assert [entry.seq for entry in second] == list(range(25, 5, -1))
    last, more = store.entries("alice", more)
    assert [entry.seq for entry in last] == [5, 4, 3, 2, 1]
    assert more is None
    assert store.entries("nobody", None) == ([], None)
