"""Wallets, credits and top-ups: the write that wins, and the write that must lose and change nothing."""

from typing import Any

import msgspec
import pytest

from holdfast.model.account import Account, LedgerEntry, TopUp, TopUpStatus
from holdfast.model.booking import Booking
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_PENDING_TOPUPS
from holdfast.storage.items import (
    account_item,
    account_key,
    entry_item,
    entry_key,
)
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.kit.builders import (
    ALICE,
    BOB,
    JUST_BEFORE,
    a_hold,
    context_of,
    put_hold,
)
from tests.kit.clock import NOW
from tests.kit.flaky_client import LOST_ANSWER, flaky_store
from tests.unit.storage.store_writes import change, confirmed, give, loses

pytestmark = pytest.mark.usefixtures("hotel")


class TestWallet:
    def paid_hold(self, store: Store) -> Booking:
        give(store, 2_000_000)
        return put_hold(store, a_hold())

    def test_a_payment_changes_balance_seq_and_ledger_together(self, store: Store) -> None:
        held = self.paid_hold(store)

        store.commit(held, confirmed(held, wallet=1_575_000), now=JUST_BEFORE, context=context_of(store, held))

        account = store.account(ALICE)
        assert (account.balance, account.seq, account.live_holds) == (425_000, 2, {})
        newest, first = store.entries(ALICE, None)[0]
        assert (newest.amount, newest.balance_after, newest.booking_id) == (-1_575_000, 425_000, "bk_1")
        assert (first.amount, first.balance_after, first.booking_id) == (2_000_000, 2_000_000, None)

    def test_a_balance_that_changed_since_it_was_read_is_not_paid_from(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        change(store, account_key(ALICE), "SET balance = :less", {":less": 1_999_999})

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_the_same_balance_after_two_other_entries_is_not_as_read(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        change(store, account_key(ALICE), "SET seq = :later", {":later": 3})

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_an_entry_is_never_overwritten(self, store: Store) -> None:
        held = self.paid_hold(store)
        context = context_of(store, held)
        planted = LedgerEntry(
            user_id=ALICE, seq=2, amount=1, balance_after=1, reason="planted", actor="test", at_ms=millis(NOW)
        )
        store.table.put(put_action(store.table.name, entry_item(planted)))

        paid = confirmed(held, wallet=1_575_000)
        assert loses(lambda: store.commit(held, paid, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}

    def test_of_two_bookings_paid_from_one_reading_of_the_wallet_one_loses(self, store: Store) -> None:
        give(store, 2_000_000)
        one, other = put_hold(store, a_hold()), put_hold(store, a_hold("bk_2"))
        context = context_of(store, one)

        store.commit(one, confirmed(one, wallet=1_575_000), now=JUST_BEFORE, context=context)
        second = confirmed(other, wallet=1_575_000)

        assert loses(lambda: store.commit(other, second, now=JUST_BEFORE, context=context), store).kinds == {"wallet"}


class TestCredit:
    def test_a_credit_makes_the_account_or_adds_to_it(self, store: Store) -> None:
        give(store, 500, "one")
        give(store, 700, "two")

        assert (store.account(ALICE).balance, store.account(ALICE).seq) == (1200, 2)
        assert [entry.balance_after for entry in store.entries(ALICE, None)[0]] == [1200, 500]

    def test_a_key_that_was_used_credits_nothing(self, store: Store) -> None:
        first = give(store, 500)

        loses(lambda: give(store, 500), store)

        assert store.credited(ALICE, "gift") == first
        assert store.credited(ALICE, "other") is None

    def test_whose_answer_was_lost_is_given_once_and_is_no_refusal(self, store: Store) -> None:
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        give(troubled, 500)

        assert (store.account(ALICE).balance, len(store.entries(ALICE, None)[0])) == (500, 1)

    def test_the_same_key_for_another_user_is_another_credit(self, store: Store) -> None:
        give(store, 500)
        give(store, 500, user_id=BOB)

        assert (store.account(ALICE).balance, store.account(BOB).balance) == (500, 500)

    @pytest.mark.parametrize("moved", ["balance", "seq"])
    def test_a_wallet_that_changed_since_it_was_read_is_not_credited(self, store: Store, moved: str) -> None:
        give(store, 500, "first")
        account = store.account(ALICE)
        entry = LedgerEntry(
            user_id=ALICE, seq=2, amount=1, balance_after=501, reason="late", actor="admin root", at_ms=millis(NOW)
        )
        change(store, account_key(ALICE), "SET #moved = :other", {":other": 77}, moved=moved)

        loses(lambda: store.credit(account, entry, "second"), store)

    def test_an_account_made_meanwhile_is_not_written_over(self, store: Store) -> None:
        account = store.account(ALICE)
        put_hold(store, a_hold())
        entry = LedgerEntry(
            user_id=ALICE, seq=1, amount=5, balance_after=5, reason="late", actor="admin root", at_ms=millis(NOW)
        )

        loses(lambda: store.credit(account, entry, "second"), store)

        assert set(store.account(ALICE).live_holds) == {"bk_1"}

    def test_an_entry_is_never_overwritten(self, store: Store) -> None:
        fresh = msgspec.structs.replace(store.account(ALICE), balance=0, seq=0)
        store.table.put(put_action(store.table.name, account_item(fresh)))
        planted = LedgerEntry(
            user_id=ALICE, seq=1, amount=9, balance_after=9, reason="x", actor="test", at_ms=millis(NOW)
        )
        store.table.put(put_action(store.table.name, entry_item(planted)))

        loses(lambda: give(store, 500), store)

        assert store.table.get([entry_key(ALICE, 1)])[entry_key(ALICE, 1)]["amount"] == 9


class TestTopUp:
    def topup(self, **changes: Any) -> TopUp:
        fresh = TopUp(
            topup_id="tu_1",
            user_id=ALICE,
            gateway="stripe",
            order_id="pi_1",
            amount=500,
            currency="INR",
            status=TopUpStatus.PENDING,
            created_at_ms=millis(NOW),
            due_at_ms=millis(NOW),
        )
        return msgspec.structs.replace(fresh, **changes)

    def credit(self, store: Store, before: TopUp, account: Account) -> TopUp:
        entry = LedgerEntry(
            user_id=ALICE,
            seq=account.seq + 1,
            amount=500,
            balance_after=account.balance + 500,
            reason="top_up",
            actor="guest",
            at_ms=millis(NOW),
        )
        after = msgspec.structs.replace(before, status=TopUpStatus.CREDITED)
        return store.commit_topup(before, after, account=account, entry=entry)

    def made(self, store: Store, **changes: Any) -> TopUp:
        return store.commit_topup(None, self.topup(**changes), account=store.account(ALICE))

    def test_is_credited_in_one_transaction(self, store: Store) -> None:
        made = self.made(store)
        self.credit(store, made, store.account(ALICE))

        assert store.account(ALICE).balance == 500
        topup = store.topup("tu_1")
        assert topup
        assert topup.status is TopUpStatus.CREDITED

    def test_is_made_once(self, store: Store) -> None:
        self.made(store)

        assert loses(lambda: self.made(store, amount=900), store).kinds == {"topup"}

    def test_is_credited_once(self, store: Store) -> None:
        made = self.made(store)
        self.credit(store, made, store.account(ALICE))

        loses(lambda: self.credit(store, made, store.account(ALICE)), store)

    def test_is_not_credited_to_a_wallet_that_changed_since_it_was_read(self, store: Store) -> None:
        made = self.made(store)
        give(store, 7, "first")
        account = store.account(ALICE)
        give(store, 7, "second")

        loses(lambda: self.credit(store, made, account), store)

    def test_is_not_begun_over_an_account_made_meanwhile(self, store: Store) -> None:
        account = store.account(ALICE)
        give(store, 7)

        loses(lambda: store.commit_topup(None, self.topup(), account=account), store)

    def test_is_one_of_the_pending_until_it_is_credited_or_closed(self, store: Store) -> None:
        """Late money credits a closed one, which counts no more."""
        made, other = self.made(store), self.made(store, topup_id="tu_2")
        assert store.account(ALICE).pending_topups == 2
        self.credit(store, made, store.account(ALICE))
        assert store.account(ALICE).pending_topups == 1
        later = store.commit_topup(other, msgspec.structs.replace(other, attempts=1))
        assert store.account(ALICE).pending_topups == 1
        closed = store.commit_topup(later, msgspec.structs.replace(later, status=TopUpStatus.CLOSED))
        assert store.account(ALICE).pending_topups == 0
        self.credit(store, closed, store.account(ALICE))
        assert (store.account(ALICE).pending_topups, store.account(ALICE).balance) == (0, 1000)

    def test_is_not_begun_when_too_many_were_begun_since_the_account_was_read(self, store: Store) -> None:
        self.made(store)
        account = store.account(ALICE)
        for n in range(1, MAX_PENDING_TOPUPS):
            self.made(store, topup_id=f"tu_more_{n}")

        fresh = self.topup(topup_id="tu_late")
        loses(lambda: store.commit_topup(None, fresh, account=account), store)

    def test_whose_answer_was_lost_is_credited_once(self, store: Store) -> None:
        made = self.made(store)
        troubled, client, _ = flaky_store(store)
        client.after("transact_write_items", LOST_ANSWER)

        self.credit(troubled, made, store.account(ALICE))

        assert store.account(ALICE).balance == 500
