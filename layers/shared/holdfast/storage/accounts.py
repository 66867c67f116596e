"""Accounts in the table: the wallet with its ledger, credits and top-ups."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from holdfast.model.account import Account, LedgerEntry, TopUp
from holdfast.model.booking import Booking
from holdfast.model.case import Case
from holdfast.model.dates import millis
from holdfast.model.stored_names import STORED_NAMES
from holdfast.storage.base import PAGE_SIZE, TableStore, WriteConflict
from holdfast.storage.items import (
    Item,
    account_item,
    account_key,
    account_of,
    credit_key,
    entry_item,
    entry_of,
    topup_key,
    topup_of,
)
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.table import ConditionsFailed
from holdfast.storage.transaction import Writes, balance_change

ATTEMPTS = STORED_NAMES["Account"]["promo_attempts"]
ATTEMPTS_SINCE = STORED_NAMES["Account"]["promo_attempts_since_ms"]
ENTRIES_LOOKED_THROUGH = 1000  # in one round trip


class AccountStore(TableStore):
    def account(self, user_id: str) -> Account:
        key = account_key(user_id)
        return account_of(user_id, self.table.get([key]).get(key))

    def open_account(self, user_id: str, currency: str) -> None:
        """Writes an empty wallet in that currency, if the user has no account yet."""
        fresh = Account(user_id=user_id, currency=currency)
        with suppress(ConditionsFailed):
            self.table.put(put_action(self.table.name, account_item(fresh), "attribute_not_exists(pk)"))

    def entries(self, user_id: str, before_seq: int | None) -> tuple[list[LedgerEntry], int | None]:
        """The newest entries of a wallet, before `before_seq` if given, and the next page's `before_seq`."""
        bound = f"ENTRY#{before_seq - 1:010d}" if before_seq else "ENTRY#~"
        items, more = self.table.query(
            "pk = :pk AND sk BETWEEN :first AND :last",
            {":pk": account_key(user_id)[0], ":first": "ENTRY#", ":last": bound},
            newest_first=True,
            limit=PAGE_SIZE,
        )
        entries = [entry_of(item) for item in items]
        return entries, entries[-1].seq if more else None

    def entries_of(self, booking: Booking) -> list[LedgerEntry]:
        """The entries that the booking made in its guest's wallet, oldest first."""
        found: list[Item] = []
        more: Item | None = None
        while True:
            items, more = self.table.query(
                "pk = :pk AND begins_with(sk, :entry)",
                {":pk": account_key(booking.user_id)[0], ":entry": "ENTRY#", ":booking": booking.booking_id},
                limit=ENTRIES_LOOKED_THROUGH,
                after=more,
                filter_by="booking_id = :booking",
            )
            found += items
            if more is None:
                return [entry_of(item) for item in found]

    def count_promo_attempt(self, account: Account, now: datetime) -> None:
        """Counts one promo code that did not apply; raises WriteConflict if the counts are not those of `account`.

        A guest who has a booking to price has an account: the hold made it.
        """
        attempts, since_ms = account.promo_attempts_at(millis(now))
        values: Item = {
            ":attempts": attempts + 1,
            ":since": since_ms,
            ":attempts_before": account.promo_attempts,
            ":since_before": account.promo_attempts_since_ms,
        }
        as_read = f"{ATTEMPTS} = :attempts_before AND {ATTEMPTS_SINCE} = :since_before"
        update = f"SET {ATTEMPTS} = :attempts, {ATTEMPTS_SINCE} = :since"
        action = update_action(self.table.name, account_key(account.user_id), update, as_read, values)
        try:
            self.table.transact([action])
        except ConditionsFailed as failed:
            raise WriteConflict(["wallet"], None) from failed

    def count_gateway_read(self, account: Account, now: datetime) -> None:
        """Counts one request that asks a gateway again or in vain; raises WriteConflict if one was counted since.

        The count is stored from its first one on, and never below one: the clock takes it down.
        """
        reads, since_ms = account.gateway_reads_at(millis(now))
        counted = {"gateway_reads": reads + 1, "gateway_reads_since_ms": since_ms}
        if not account.stored:
            item = account_item(msgspec.structs.replace(account, **counted))
            action = put_action(self.table.name, item, "attribute_not_exists(pk)")
        else:
            values: Item = {":reads": reads + 1, ":since": since_ms}
            as_read = "attribute_not_exists(gateway_reads)"
            if account.gateway_reads:
                as_read = "gateway_reads = :reads_before AND gateway_reads_since_ms = :since_before"
                before = (account.gateway_reads, account.gateway_reads_since_ms)
                values |= dict(zip((":reads_before", ":since_before"), before, strict=True))
            update = "SET gateway_reads = :reads, gateway_reads_since_ms = :since"
            action = update_action(self.table.name, account_key(account.user_id), update, as_read, values)
        try:
            self.table.transact([action])
        except ConditionsFailed as failed:
            raise WriteConflict(["wallet"], None) from failed

    def credit(self, account: Account, entry: LedgerEntry, key: str, *, currency: str | None = None) -> None:
        """Adds an entry to a wallet once for each `key`; the first one sets the wallet's currency.

        Raises WriteConflict if key or wallet changed.
        """
        record: Item = {"pk": credit_key(account.user_id, key)[0], "sk": credit_key(account.user_id, key)[1]}
        record |= {"seq": entry.seq, "write_id": self._new_id()}
        actions = [
            put_action(self.table.name, record, "attribute_not_exists(pk)"),
            *self._entry_actions(account, entry, currency or account.currency),
        ]
        try:
            self.table.transact(actions, record["write_id"])
        except ConditionsFailed as failed:
            met = failed.reasons[0].item
            if met and met["write_id"] == record["write_id"]:
                return
            raise WriteConflict(["wallet"], None) from failed

    def credited(self, user_id: str, key: str) -> LedgerEntry | None:
        """The entry that a credit with this key made, if it was made."""
        record = self.table.get([credit_key(user_id, key)])
        if not record:
            return None
        [made] = record.values()
        items, _ = self.table.query(
            "pk = :pk AND sk = :sk",
            {":pk": account_key(user_id)[0], ":sk": f"ENTRY#{made['seq']:010d}"},
            limit=1,
        )
        return entry_of(items[0])

    def topup(self, topup_id: str) -> TopUp | None:
        key = topup_key(topup_id)
        item = self.table.get([key]).get(key)
        return topup_of(item) if item else None

    def topup_and_account(self, topup_id: str, user_id: str) -> tuple[TopUp | None, Account]:
        key, of_user = topup_key(topup_id), account_key(user_id)
        found = self.table.get([key, of_user])
        return topup_of(found[key]) if key in found else None, account_of(user_id, found.get(of_user))

    def commit_topup(
        self,
        before: TopUp | None,
        after: TopUp,
        *,
        account: Account | None = None,
        entry: LedgerEntry | None = None,
        cases: Sequence[Case] = (),
    ) -> TopUp:
        """Writes the next state of a top-up, if nothing has written it since; raises WriteConflict.

        A new top-up needs `account`, with fewer pending top-ups than the cap; a credit, or a debit that takes one back,
        needs `account` and `entry`. The change opens or closes `cases`.
        """
        after = msgspec.structs.replace(after, write_id=self._new_id())
        actions = Writes(self.table.name, self.due_shards).of_topup(before, after, account=account, entry=entry)
        actions += self._case_actions(cases, after.write_id)
        try:
            self.table.transact(actions, after.write_id)
        except ConditionsFailed as failed:
            met = failed.reasons[0].item
            if met and met["write_id"] == after.write_id:
                return after
            raise WriteConflict(["topup"], None) from failed
        return after

    def _entry_actions(self, account: Account, entry: LedgerEntry, currency: str) -> list[dict[str, Any]]:
        """The actions that set the balance and add the entry, if the wallet is as it was read."""
        if account.stored:
            change, condition, values = balance_change(account, entry)
            if currency != account.currency:
                change += ", currency = :currency"
                condition += " AND pending_topups = :none"
                values |= {":currency": currency, ":none": 0}
            key = account_key(account.user_id)
            balance = update_action(self.table.name, key, f"SET {change}", condition, values)
        else:
            fresh = msgspec.structs.replace(account, balance=entry.balance_after, seq=entry.seq, currency=currency)
            balance = put_action(self.table.name, account_item(fresh), "attribute_not_exists(pk)")
        return [balance, put_action(self.table.name, entry_item(entry), "attribute_not_exists(pk)")]
