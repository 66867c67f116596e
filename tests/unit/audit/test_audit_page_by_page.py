"""What the audit keeps of a table that it reads page by page: as little as it can, and all that it must."""

from datetime import date, timedelta
from typing import Any, NamedTuple

from msgspec import structs

from holdfast.audit.snapshot import Broken
from holdfast.audit.sums import UNKNOWN_DAY
from holdfast.audit.table import Pass, Records, audit_table
from holdfast.model.account import Account, LedgerEntry
from holdfast.model.booking import Event, Payment, PaymentMode
from holdfast.model.limits import RETENTION_DAYS
from holdfast.model.promo import Promo, PromoKind, PromoRedemption
from holdfast.storage.items import Item, account_item, account_key, entry_item, promo_item, redemption_item
from tests.kit.clock import NOW
from tests.kit.settled_table import (
    CARD,
    NOW_MS,
    SHARDS,
    TOTAL,
    WALLET,
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


LONG_AGO = NOW.date() - timedelta(days=RETENTION_DAYS)


def past_guests(*, check_out: date | None, count: int = 300) -> list[Item]:
    """Accounts and redemptions of guests who paid by wallet and promo for stays that TTL has deleted."""
    items = [promo_item(Promo(code="OLD", kind=PromoKind.FLAT, claimed=count))]
    for number in range(count):
        user, of = f"past-{number}", f"bk_past_{number}"
        same: dict[str, Any] = {"user_id": user, "actor": "admin root", "at_ms": NOW_MS}
        given = LedgerEntry(**same, seq=1, amount=TOTAL, balance_after=TOTAL, reason="Goodwill")
        paid = LedgerEntry(
            **same, seq=2, amount=-TOTAL, balance_after=0, reason="booking_payment", booking_id=of, check_out=check_out
        )
        day = check_out.toordinal() if check_out else UNKNOWN_DAY
        redemption = PromoRedemption(code="OLD", user_id=user, bookings={of: day})
        items += [entry_item(given), entry_item(paid), redemption_item(redemption)]
        items.append(account_item(Account(user_id=user, seq=2)))
    return items


class Kept(NamedTuple):
    looks: int
    entries: int  # the most that one look had
    broken: list[Broken]


def kept_of(items: list[Item], most_kept: int) -> Kept:
    store: Any = Pages(items, SHARDS)
    one, looks, most = Pass(began_ms=NOW_MS, most_kept=most_kept), 1, 0

    def watch() -> bool:
        nonlocal most
        assert one.look
        most = max(most, sum(map(len, one.look.view.entries.values())))
        return True

    def count() -> None:
        nonlocal looks
        looks += 1

    audited = one.go_on(store, clock=lambda: NOW, records=Records(), pause=count, has_time=watch)
    assert audited
    return Kept(looks, most, audited.broken)


def test_ledgers_and_redemptions_outlive_their_bookings_and_nobody_is_suspected_for_it() -> None:
    """They grow for ever: what they add to an audit must not."""
    assert kept_of(past_guests(check_out=LONG_AGO), most_kept=50) == (1, 0, [])


def test_a_day_before_ttl_may_delete_a_booking_its_entry_must_have_it(table: SettledTable) -> None:
    table.change(WALLET, check_in=LONG_AGO + timedelta(days=1), check_out=LONG_AGO + timedelta(days=2))
    table.spoil(("USER#alice", "ENTRY#0000000003"), check_out=(LONG_AGO + timedelta(days=2)).isoformat(), amount=-1)
    found = {broken.invariant for broken in table.audited(gateway_records=None, lines=None)}
    assert "WAL3" in found


def test_an_entry_that_calls_a_booking_gone_that_is_there_is_suspected(table: SettledTable) -> None:
    table.spoil(("USER#alice", "ENTRY#0000000003"), check_out=LONG_AGO.isoformat())
    assert looks_at(table) == 2


def test_more_suspects_than_fit_into_memory_are_looked_at_some_at_a_time() -> None:
    """Entries of before do not say when their bookings go; each of these guests is suspected."""
    items = past_guests(check_out=None)
    looks, most, broken = kept_of(items, most_kept=50)
    assert (broken, most <= 60) == ([], True)
    assert looks > 600 // 60


def test_each_of_more_broken_wallets_than_fit_into_memory_is_reported_once() -> None:
    items = past_guests(check_out=LONG_AGO)
    for item in items:
        if item["sk"] == "ACCOUNT":
            item["balance"] = 1
    looks, most, broken = kept_of(items, most_kept=50)
    assert [one.invariant for one in broken] == ["WAL1"] * 300
    assert len({one.keys for one in broken}) == 300
    assert (most <= 60, looks % 2) == (True, 1)
