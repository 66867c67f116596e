"""The audit of wallets: balances, their ledgers, and each booking's and top-up's part in them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from holdfast.audit.snapshot import Broken, Snapshot
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Status
from holdfast.storage.items import account_key, booking_key, entry_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.model.account import Account, LedgerEntry

OF_TOPUPS = frozenset({"topup", "topup_reversed", "topup_restored"})  # reasons of entries


def broken_wallets(view: Snapshot) -> Iterator[Broken]:
    """WAL1, WAL2, WAL3: balances are the sums of dense ledgers, and each booking's part in them is what it says."""
    moved: Counter[str] = Counter()
    for user_id, ledger in sorted(view.entries.items()):
        moved.update(_moved(ledger))
        if user_id not in view.accounts:
            yield Broken("WAL1", f"{user_id}: entries without an account", (account_key(user_id),))
    for user_id, account in sorted(view.accounts.items()):
        yield from _ledger(account, view.entries.get(user_id, []))
    for booking_id, booking in view.bookings.items():
        expected = booking.wallet_refunded - booking.wallet_paid
        if booking.status not in {Status.CONFIRMED, Status.CANCELLED}:
            expected = 0
        payer = view.accounts.get(booking.user_id)
        if moved[booking_id] and payer is not None and payer.currency != booking.currency:
            text = f"{booking_id}: a price in {booking.currency} met by a wallet in {payer.currency}"
            yield Broken("WAL3", text, (booking_key(booking_id), account_key(booking.user_id)))
        if moved[booking_id] != expected:
            text = (
                f"{booking_id}: {booking.status}, its wallet entries sum to {moved[booking_id]} instead of {expected}"
            )
            yield Broken("WAL3", text, (booking_key(booking_id), account_key(booking.user_id)))
    yield from _topped_up(view)


def _ledger(account: Account, ledger: Sequence[LedgerEntry]) -> Iterator[Broken]:
    user_id, total = account.user_id, sum(entry.amount for entry in ledger)
    if account.balance != total:
        text = f"{user_id}: the balance is {account.balance}, the entries sum to {total}"
        yield Broken("WAL1", text, (account_key(user_id),))
    if [entry.seq for entry in ledger] != list(range(1, account.seq + 1)):
        text = f"{user_id}: seq is {account.seq}, the entries are {[entry.seq for entry in ledger]}"
        yield Broken("WAL2", text, (account_key(user_id),))
    for entry in ledger:
        if entry.currency and entry.currency != account.currency:
            text = f"{user_id}: entry {entry.seq} is in {entry.currency}, the wallet in {account.currency}"
            yield Broken("WAL2", text, (entry_key(user_id, entry.seq),))
    balance = 0
    for entry in ledger:
        balance += entry.amount
        overdrawn = balance < 0 and entry.amount < 0 and not takes_back(entry)
        if entry.balance_after != balance or overdrawn:
            text = f"{user_id}: entry {entry.seq} says {entry.balance_after}, the sum is {balance}"
            yield Broken("WAL2", text, (entry_key(user_id, entry.seq),))


def takes_back(entry: LedgerEntry) -> bool:
    """Whether the entry takes back what never should have been in the wallet: then it may go below zero."""
    return entry.reason == "topup_reversed" or entry.reverses is not None


def _moved(ledger: Sequence[LedgerEntry]) -> Counter[str]:
    moved: Counter[str] = Counter()
    for entry in ledger:
        if entry.booking_id:
            moved[entry.booking_id] += entry.amount
    return moved


def _topped_up(view: Snapshot) -> Iterator[Broken]:
    """WAL3 for top-ups: what was credited by card and not taken back is what the ledgers say."""
    credited: Counter[str] = Counter()
    for topup in view.topups.values():
        if topup.status is TopUpStatus.CREDITED:
            credited[topup.user_id] += topup.amount - topup.taken_back
    for user_id in sorted(credited.keys() | view.entries.keys()):
        by_card = [entry for entry in view.entries.get(user_id, []) if not entry.actor.startswith("admin ")]
        seen = sum(entry.amount for entry in by_card if entry.reason in OF_TOPUPS)
        if seen != credited[user_id]:
            text = f"{user_id}: {credited[user_id]} topped up, the entries say {seen}"
            yield Broken("WAL3", text, (account_key(user_id),))
