"""The wallet: its balance, its ledger, and the credits that admins give."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound
from holdfast.logs import Metric, count, record_entry
from holdfast.model.account import LedgerEntry
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_AMOUNT
from holdfast.model.money import CHARGEABLE, charge_step, money
from holdfast.requests import NO_CURSOR

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.payments.requests import SettleRequest
    from holdfast.payments.wallet_requests import CreditRequest


def list_entries(cursor: int | None, *, user_id: str, engine: Engine) -> tuple[list[LedgerEntry], str | None]:
    """One page of the user's own ledger, newest first, and the cursor of the next.

    Raises InvalidFields when the cursor does not name an entry of this ledger.
    """
    if cursor and cursor > engine.store.account(user_id).seq:
        raise InvalidFields(("cursor", NO_CURSOR))
    entries, more = engine.store.entries(user_id, cursor)
    return entries, str(more) if more else None


def credit(
    user_id: str, request: CreditRequest, *, key: str, admin_id: str, engine: Engine
) -> tuple[LedgerEntry, bool]:
    """The ledger line of this credit, and whether this call wrote it; a repeat with the same key finds it.

    Raises InvalidFields, IdempotencyKeyReused, Busy.
    """
    actor = f"admin {admin_id}"
    credit_id = sha256(f"{admin_id}\0{key}".encode()).hexdigest()[:32]

    def attempt() -> tuple[LedgerEntry, bool, str]:
        account, made = engine.store.account(user_id), engine.store.credited(user_id, credit_id)
        if made:
            if (made.amount, made.reason) != (request.amount, request.reason):
                raise IdempotencyKeyReused("This key made another credit; send a new key for a new one.")
            return made, False, account.currency
        currency = request.currency or account.currency
        if currency not in CHARGEABLE:
            raise InvalidFields(("currency", f"no gateway charges in {currency}"))
        begun = account.seq > 0 or account.pending_topups > 0
        if begun and currency != account.currency:
            raise InvalidFields(("currency", f"the wallet is in {account.currency}"))
        if request.amount % charge_step(currency):
            raise InvalidFields(("amount", f"amounts in {currency} go in steps of {charge_step(currency)}"))
        if account.balance + request.amount > MAX_AMOUNT:
            raise InvalidFields(
                ("amount", f"would take the wallet above {money(MAX_AMOUNT, currency)}, the most it holds")
            )
        entry = LedgerEntry(
            user_id=user_id,
            seq=account.seq + 1,
            amount=request.amount,
            balance_after=account.balance + request.amount,
            reason=request.reason,
            actor=actor,
            at_ms=millis(engine.clock()),
            currency=currency,
        )
        engine.store.credit(account, entry, credit_id, currency=currency)
        return entry, True, currency

    entry, created, currency = engine.store.retry_on_conflict(attempt)
    if created:
        record_entry(entry, currency)
        count(Metric.CREDITED_BY_ADMINS, entry.amount)
    return entry, created


def reverse_credit(
    user_id: str, seq: int, request: SettleRequest, *, admin_id: str, engine: Engine
) -> tuple[LedgerEntry, bool]:
    """The entry that takes a mistaken credit back, below zero if need be, and whether this call wrote it.

    The credit stays in the ledger: entries are immutable. A repeat finds the entry.

    Raises NotFound, InvalidFields for an entry that is no admin's credit, Busy.
    """
    reversal_id = f"reverse-{seq}"

    def attempt() -> tuple[LedgerEntry, bool]:
        account, made = engine.store.account(user_id), engine.store.credited(user_id, reversal_id)
        if made:
            return made, False
        entries, _ = engine.store.entries(user_id, seq + 1)
        mistaken = next((entry for entry in entries if entry.seq == seq), None)
        if mistaken is None:
            raise NotFound("There is no such entry in this wallet.")
        by_admin = mistaken.actor.startswith("admin ") and mistaken.booking_id is None
        if mistaken.amount <= 0 or not by_admin:
            raise InvalidFields(("seq", "is not a credit that an admin gave"))
        entry = LedgerEntry(
            user_id=user_id,
            seq=account.seq + 1,
            amount=-mistaken.amount,
            balance_after=account.balance - mistaken.amount,
            reason=request.reason,
            actor=f"admin {admin_id}",
            at_ms=millis(engine.clock()),
            currency=account.currency,
            reverses=seq,
        )
        engine.store.credit(account, entry, reversal_id)
        return entry, True

    entry, is_new = engine.store.retry_on_conflict(attempt)
    if is_new:
        record_entry(entry, entry.currency)
    return entry, is_new
