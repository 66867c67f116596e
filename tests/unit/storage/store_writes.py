"""Writes for the store's tests: around the store, and through it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from holdfast.model.account import LedgerEntry
from holdfast.model.booking import Booking, FrozenQuote, PaymentMode, Status
from holdfast.model.dates import millis
from holdfast.storage.marshal import update_action
from holdfast.storage.store import Store, WriteConflict
from tests.kit.builders import (
    ALICE,
    JUST_BEFORE,
    everything,
)
from tests.kit.clock import NOW


def loses(write: Callable[[], object], store: Store) -> WriteConflict:
    """The refusal of a write that must lose; whatever it would have changed stands as it stood."""
    before = everything(store)
    with pytest.raises(WriteConflict) as lost:
        write()
    assert everything(store) == before
    return lost.value


def change(store: Store, key: tuple[str, str], update: str, values: dict[str, Any] | None = None, **names: str) -> None:
    """Changes one item behind the store's back."""
    action = update_action(store.table.name, key, update, "attribute_exists(pk)", values or {}, names_of(names))
    store.table.transact([action])


def names_of(names: dict[str, str]) -> dict[str, str]:
    return {f"#{name}": value for name, value in names.items()}


def delete(store: Store, key: tuple[str, str]) -> None:
    store.table.client.delete_item(TableName=store.table.name, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})


def confirmed(held: Booking, now: datetime = JUST_BEFORE, *, wallet: int = 0, promo: str | None = None) -> Booking:
    fixed = FrozenQuote(promo_code=promo, gst_amount=75_000, total_payable=1_575_000, wallet_applied=wallet)
    return held.transitioned(
        Status.CONFIRMED, now, "guest", quote=fixed, payment_mode=PaymentMode.WALLET_ONLY, wallet_paid=wallet
    )


def pending(held: Booking, now: datetime = NOW, promo: str | None = None) -> Booking:
    fixed = FrozenQuote(promo_code=promo, gst_amount=75_000, total_payable=1_575_000)
    return held.transitioned(Status.PAYMENT_PENDING, now, "guest", quote=fixed)


def give(store: Store, amount: int, key: str = "gift", user_id: str = ALICE) -> LedgerEntry:
    account = store.account(user_id)
    entry = LedgerEntry(
        user_id=user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="gift",
        actor="admin root",
        at_ms=millis(NOW),
    )
    store.credit(account, entry, key)
    return entry
