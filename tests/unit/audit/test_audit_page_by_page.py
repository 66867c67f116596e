"""What the audit keeps of a table that it reads page by page: as little as it can, and all that it must."""

from datetime import timedelta
from typing import Any

from msgspec import structs

from holdfast.audit.table import audit_table
from holdfast.model.account import Account, LedgerEntry
from holdfast.model.booking import Event, Payment, PaymentMode
from holdfast.storage.items import account_item, account_key, entry_item
from tests.kit.clock import NOW
from tests.kit.settled_table import (
    CARD,
    NOW_MS,
    SHARDS,
    TOTAL,
    C,
    P,
    Pages,
    R,
    SettledTable,
    X,
    booking,
    quote,
    settled_item,
)

DAY_MS = 86_400_000


def looks_at(table: SettledTable) -> int:
    """How often the table is scanned."""
    pauses: list[None] = []
    store: Any = Pages(list(table.items.values()), SHARDS)
    audit_table(store, clock=lambda: NOW, pause=lambda: pauses.append(None))
    return 1 + len(pauses)


def test_an_ordinary_day_is_looked_at_once(table: SettledTable) -> None:
    """Every sum is zero, so nobody is suspected."""
    assert looks_at(table) == 1


def test_what_is_broken_is_looked_at_three_times(table: SettledTable) -> None:
    table.spoil(account_key("alice"), balance=1)
    assert looks_at(table) == 3


def test_a_use_by_a_booking_that_ttl_deleted_is_suspected_and_found_in_order(table: SettledTable) -> None:
    table.change(CARD, quote=quote(promo="TENOFF"))
    del table.items["BOOKING#bk_pending", "BOOKING"]
    key = "PROMO#TENOFF", "USER#alice"
    table.spoil(key, bookings={"bk_pending": 1, CARD: 1})
    table.spoil(("PROMO#TENOFF", "PROMO"), claimed=2, usage_limit=2, per_user_limit=2)
    assert not [broken for broken in table.audited() if broken.invariant == "PRM1"]


def test_a_refund_that_is_owed_to_a_wallet_in_another_currency_than_the_default(table: SettledTable) -> None:
    """Too old to refund at the gateway: only the guest's account says that the wallet should have it."""
    events = [(R, 300), (P, 300), (C, 300), (X, 0)]
    history = tuple(Event(status=status, at_ms=NOW_MS - days * DAY_MS, by="guest") for status, days in events)
    paid = Payment(gateway="razorpay", order_id="o9", amount=TOTAL, authorised=TOTAL, captured=TOTAL)
    made = booking("bk_euro", R, P, C, X, user_id="bella", currency="EUR", quote=quote(), payment=paid)
    begun_ms = NOW_MS - 300 * DAY_MS
    made = structs.replace(
        made,
        payment_mode=PaymentMode.GATEWAY_ONLY,
        history=history,
        reserved_at_ms=begun_ms,
        expires_at_ms=begun_ms + int(timedelta(minutes=10) / timedelta(milliseconds=1)),
    )
    table.put(settled_item(made))
    entry = {"seq": 1, "amount": 5, "balance_after": 5, "reason": "Goodwill", "actor": "admin root", "currency": "EUR"}
    table.put(entry_item(LedgerEntry(user_id="bella", at_ms=begun_ms, booking_id=None, **entry)))  # type: ignore[arg-type]
    table.put(account_item(Account(user_id="bella", currency="EUR", balance=5, seq=1)))

    assert table.broken(gateway_records=None, lines=None) == {"PAY3"}


def test_a_wallet_below_zero_whose_ledger_adds_up(table: SettledTable) -> None:
    taken = LedgerEntry(user_id="bella", seq=1, amount=-5, balance_after=-5, reason="Fee", actor="admin root", at_ms=0)
    table.put(entry_item(taken))
    table.put(account_item(Account(user_id="bella", balance=-5, seq=1)))

    assert table.broken(gateway_records=None, lines=None) == {"WAL2"}
