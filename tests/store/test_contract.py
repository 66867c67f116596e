"""What the store's operations do, the same on every DynamoDB: each write that wins and each that must lose.

moto runs these with the unit tests; MiniStack and Amazon's DynamoDB Local prove that moto is right.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import msgspec
import pytest
from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from holdfast.bookings.expire import restore
from holdfast.model.account import Account, LedgerEntry, TopUp, TopUpStatus
from holdfast.model.booking import (
    HOLDING,
    LATE_NOTE,
    RETENTION_DAYS,
    TTL_GRACE_SECONDS,
    Booking,
    Event,
    FrozenQuote,
    GatewayTask,
    Payment,
    PaymentMode,
    Status,
    TaskAction,
)
from holdfast.model.dates import millis
from holdfast.model.promo import Promo, PromoKind
from holdfast.pricing import quote
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import HOLDS_DUE, PAYMENTS_DUE, Item, booking_key, due_shard, page_item, page_key
from holdfast.storage.marshal import put_action, to_wire, update_action
from holdfast.storage.store import Store, WriteConflict
from holdfast.storage.table import ConditionsFailed, Table
from holdfast.storage.transaction import BookingContext
from tests.kit.auditing import broken_in
from tests.kit.clock import NOW, FakeClock
from tests.kit.dynamodb_faults import forgotten_tokens
from tests.kit.guests import ARRIVAL, DEADLINE, HOLD_SECONDS, JUST_BEFORE, abandoned_rooms, give, hold, stored

PRICE = 1_575_000  # of one room for the three nights, with GST
DISCOUNT = 1000
DECEMBER, JANUARY = page_key("deluxe", "2026-12"), page_key("deluxe", "2027-01")

pytestmark = pytest.mark.usefixtures("catalog")


# What stands in an expression and is no attribute.
GRAMMAR = {
    *("SET", "REMOVE", "AND", "OR", "NOT", "BETWEEN"),
    *("attribute_exists", "attribute_not_exists", "begins_with", "size", "if_not_exists"),
}


@pytest.fixture(autouse=True)
def _lawful_expressions(table: Table) -> Iterator[None]:
    """Whatever these tests send, on any emulator: no reserved word stands bare in it, and nothing is ever ADDed.

    DynamoDB refuses the one, and applies the other twice when an answer is lost.
    """
    seen: set[str] = set()

    def look(params: Any, **_: Any) -> None:
        for part in ([params], *(action.values() for action in params.get("TransactItems", []))):
            for request in part:
                seen.update(text for name, text in request.items() if name.endswith("Expression"))

    event = "provide-client-params.dynamodb"
    table.client.meta.events.register(event, look)
    yield
    table.client.meta.events.unregister(event, look)
    reserved = set(ReservedKeywords.get_reserved_keywords())
    for expression in seen:
        words = set(re.findall(r"(?<![#:\w])[A-Za-z_]\w*", expression)) - GRAMMAR
        assert {word for word in words if word.upper() in reserved or word == "ADD"} == set(), expression


def a_hold(user_id: str = "alice", key: str = "first", *, rooms: int = 1, at: datetime = NOW) -> Booking:
    """A hold as reserve would make it, of three nights on two pages, not yet in the table."""
    return Booking(
        booking_id=f"bk_{user_id}.{key}",
        user_id=user_id,
        property_id="lake-view",
        room_type_id="deluxe",
        timezone="Asia/Kolkata",
        check_in=ARRIVAL,
        check_out=ARRIVAL + timedelta(days=3),
        rooms=rooms,
        guests=rooms,
        currency="INR",
        night_prices=(500_000, 500_000, 500_000),
        cancellation_policy=(),
        status=Status.RESERVED,
        reserved_at_ms=millis(at),
        expires_at_ms=millis(at) + HOLD_SECONDS * 1000,
        history=(Event(status=Status.RESERVED, at_ms=millis(at), by="guest"),),
        version=1,
    )


def context_of(store: Store, booking: Booking, promo_code: str | None = None) -> BookingContext:
    months = ["2026-12", "2027-01"]
    return store.booking_context(
        booking.booking_id, booking.user_id, room_type_id="deluxe", months=months, promo_code=promo_code
    )


def reserved(
    store: Store, user_id: str = "alice", key: str = "first", *, rooms: int = 1, at: datetime = NOW
) -> Booking:
    booking = a_hold(user_id, key, rooms=rooms, at=at)
    return store.commit(None, booking, now=at, context=context_of(store, booking))


def confirmed(
    booking: Booking,
    *,
    wallet: int = 0,
    promo_code: str | None = None,
    at: datetime = NOW,
    note: str | None = None,
) -> Booking:
    """Paid from the wallet, or outside the system."""
    mode = PaymentMode.WALLET_ONLY if wallet else PaymentMode.ADMIN
    fixed = frozen(booking, promo_code, wallet)
    return booking.transitioned(Status.CONFIRMED, at, "guest", note, quote=fixed, payment_mode=mode, wallet_paid=wallet)


def pending(booking: Booking, promo_code: str | None = None, at: datetime = NOW) -> Booking:
    fixed = frozen(booking, promo_code)
    payment = Payment(gateway="stripe", order_id="pi_1", amount=fixed.gateway_payable)
    return booking.transitioned(Status.PAYMENT_PENDING, at, "guest", quote=fixed, payment=payment)


def frozen(booking: Booking, promo_code: str | None = None, wallet: int = 0) -> FrozenQuote:
    """What the booking costs; each promo of these tests takes DISCOUNT off."""
    off = DISCOUNT if promo_code else 0
    return quote(booking, promo_code=promo_code, promo_discount=off, wallet_limit=wallet).frozen()


def expired(booking: Booking, at: datetime = DEADLINE) -> Booking:
    return booking.transitioned(Status.EXPIRED, at, "expire")


def rescued(booking: Booking, at: datetime = DEADLINE) -> Booking:
    return confirmed(booking, at=at, note=LATE_NOTE)


def everything(store: Store) -> dict[tuple[str, str], Item]:
    return {(item["pk"], item["sk"]): item for item in store.table.scan()}


def free(store: Store) -> list[int]:
    """The rooms free on 30 and 31 December and 1 January."""
    pages = store.table.get([DECEMBER, JANUARY])
    return [pages[DECEMBER]["free"]["30"], pages[DECEMBER]["free"]["31"], pages[JANUARY]["free"]["1"]]


def index(store: Store, name: str) -> list[Item]:
    """Every row of an index, with what the index itself holds."""
    answer = store.table.client.scan(TableName=store.table.name, IndexName=name)
    rows: list[Any] = [{key: next(iter(value.values())) for key, value in row.items()} for row in answer["Items"]]
    return rows


def lost(store: Store, before: Booking | None, after: Booking, now: datetime = NOW, **more: Any) -> WriteConflict:
    """The refusal of a commit, which must leave the table as it was."""
    was = everything(store)
    with pytest.raises(WriteConflict) as refusal:
        store.commit(before, after, now=now, **more)
    assert everything(store) == was
    return refusal.value


# Reserve: page or pages, booking, account


def test_a_reserve_writes_booking_pages_and_account_together(store: Store) -> None:
    booking = reserved(store, rooms=2)
    assert store.booking(booking.booking_id) == booking
    assert free(store) == [3, 3, 3]
    assert store.account("alice").live_holds == {booking.booking_id: millis(DEADLINE)}
    assert broken_in(store, NOW) == []


def test_other_nights_of_the_page_are_left_alone(store: Store) -> None:
    before = store.table.get([DECEMBER])[DECEMBER]
    reserved(store)
    after = store.table.get([DECEMBER])[DECEMBER]
    assert after == before | {"free": before["free"] | {"30": 4, "31": 4}}


def test_a_second_reserve_by_the_same_key_loses_to_the_booking_that_is_there(store: Store) -> None:
    first = reserved(store)
    again = a_hold()
    refusal = lost(store, None, again, context=context_of(store, again))
    assert refusal.kinds == {"booking"}
    assert refusal.current == first


def test_a_reserve_of_more_rooms_than_are_free_loses_on_the_page(store: Store) -> None:
    for n in range(3):
        reserved(store, f"guest-{n}")
    booking = a_hold(rooms=3)
    refusal = lost(store, None, booking, context=context_of(store, booking))
    assert refusal.kinds == {"page"}
    assert refusal.current is None


def test_the_last_rooms_can_be_had_and_no_more(store: Store) -> None:
    reserved(store, "bob", rooms=5)
    assert free(store) == [0, 0, 0]
    booking = a_hold()
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}


def test_one_short_night_refuses_the_whole_stay(store: Store) -> None:
    """1 January is on the second page; nothing is taken from the first."""
    booking = a_hold()
    page = context_of(store, booking).pages["2027-01"]
    full = msgspec.structs.replace(page, free=page.free | {1: 0}, on_sale=page.on_sale | {1: 0})
    store.table.put(put_action(store.table.name, page_item(full)))
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}
    assert free(store) == [5, 5, 0]


def test_a_page_whose_prices_or_rules_changed_since_it_was_read_refuses(store: Store) -> None:
    booking = a_hold()
    read = context_of(store, booking)
    page = msgspec.structs.replace(read.pages["2026-12"], revision=2, price={30: 1})
    store.table.put(put_action(store.table.name, page_item(page)))
    assert lost(store, None, booking, context=read).kinds == {"page"}
    store.commit(None, booking, now=NOW, context=context_of(store, booking))


def test_a_night_that_is_not_on_sale_refuses(store: Store) -> None:
    """A path that is not in the item: the condition is false, and the request is not an error."""
    booking = a_hold()
    page = context_of(store, booking).pages["2026-12"]
    closed = {day: rooms for day, rooms in page.free.items() if day != 31}
    store.table.put(put_action(store.table.name, page_item(msgspec.structs.replace(page, free=closed, on_sale=closed))))
    assert lost(store, None, booking, context=context_of(store, booking)).kinds == {"page"}


def test_a_month_that_has_no_page_refuses(store: Store) -> None:
    nowhere = msgspec.structs.replace(a_hold(), room_type_id="attic")
    assert lost(store, None, nowhere, context=context_of(store, nowhere)).kinds == {"page"}


def test_the_sixth_live_hold_loses_on_the_account(store: Store) -> None:
    for n in range(5):
        reserved(store, key=f"key-{n}")
    give_room(store)
    booking = a_hold(key="one more")
    refusal = lost(store, None, booking, context=context_of(store, booking))
    assert refusal.kinds == {"wallet"}


def give_room(store: Store) -> None:
    """One more Deluxe room on each of the three nights, so that the page refuses nobody."""
    for key, days in ((DECEMBER, ("30", "31")), (JANUARY, ("1",))):
        names = {"#free": "free", "#sale": "on_sale"} | {f"#d{day}": day for day in days}
        update = "SET " + ", ".join(f"#free.#d{day} = :n, #sale.#d{day} = :s" for day in days)
        action = update_action(store.table.name, key, update, "attribute_exists(pk)", {":n": 1, ":s": 6}, names)
        store.table.transact([action])


def test_holds_past_their_deadline_are_pruned_and_do_not_count(store: Store) -> None:
    old = [reserved(store, key=f"old-{n}") for n in range(3)]
    at = DEADLINE
    new = [reserved(store, key=f"new-{n}", at=at) for n in range(2)]
    live = store.account("alice").live_holds
    assert live.keys() == {booking.booking_id for booking in new}
    assert live.keys().isdisjoint(booking.booking_id for booking in old)


def test_a_pruned_hold_that_another_write_pruned_first_loses_on_the_account(store: Store) -> None:
    """Two reserves read the same expired hold; counting it out twice would allow a sixth."""
    reserved(store, key="old")
    first, second = a_hold(key="first", at=DEADLINE), a_hold(key="second", at=DEADLINE)
    read = context_of(store, second)
    store.commit(None, first, now=DEADLINE, context=context_of(store, first))
    assert lost(store, None, second, DEADLINE, context=read).kinds == {"wallet"}
    store.commit(None, second, now=DEADLINE, context=context_of(store, second))


def test_the_first_hold_of_a_user_whose_account_was_made_meanwhile_loses_on_the_account(store: Store) -> None:
    first, second = a_hold(key="first"), a_hold(key="second")
    read = context_of(store, second)
    store.commit(None, first, now=NOW, context=context_of(store, first))
    assert lost(store, None, second, context=read).kinds == {"wallet"}


def test_all_the_parts_that_refused_are_named(store: Store) -> None:
    ended = reserved(store, key="ended")
    store.commit(ended, ended.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW)
    for n in range(5):
        reserved(store, key=f"key-{n}")
    again = a_hold(key="ended")
    refusal = lost(store, None, again, context=context_of(store, again))
    assert refusal.kinds == {"booking", "page", "wallet"}
    assert refusal.current == stored(store, ended)


# The moves of a hold, and the clock in their conditions


def test_a_payment_start_changes_the_booking_alone(store: Store) -> None:
    booking = reserved(store)
    was = everything(store)
    after = store.commit(booking, pending(booking), now=NOW)
    changed = {key for key, item in everything(store).items() if was.get(key) != item}
    assert changed == {booking_key(booking.booking_id)}
    assert store.booking(booking.booking_id) == after


@pytest.mark.parametrize("move", [pending, confirmed, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_a_hold_can_be_moved_on_until_the_deadline_and_not_at_it(store: Store, move: Any) -> None:
    booking = reserved(store)
    for instant in (DEADLINE, DEADLINE + timedelta(hours=1)):
        refusal = lost(store, booking, move(booking), instant)
        assert refusal.kinds == {"booking"}
        assert refusal.current == booking
    after = store.commit(booking, move(booking), now=JUST_BEFORE)
    assert stored(store, booking) == after
    assert broken_in(store, NOW) == []


def test_a_hold_expires_at_the_deadline_and_not_before(store: Store) -> None:
    booking = reserved(store)
    assert lost(store, booking, expired(booking), JUST_BEFORE).current == booking
    store.commit(booking, expired(booking), now=DEADLINE)
    assert stored(store, booking).status is Status.EXPIRED
    assert free(store) == [5, 5, 5]
    assert broken_in(store, DEADLINE) == []


def test_a_payment_pending_hold_expires_the_same(store: Store) -> None:
    booking = reserved(store)
    booking = store.commit(booking, pending(booking), now=NOW)
    assert lost(store, booking, expired(booking), JUST_BEFORE).kinds == {"booking"}
    store.commit(booking, expired(booking), now=DEADLINE)
    assert free(store) == [5, 5, 5]


def test_expiry_never_touches_the_account(store: Store) -> None:
    booking = reserved(store)
    before = store.account("alice")
    store.commit(booking, expired(booking), now=DEADLINE)
    assert store.account("alice") == before


def test_a_cancel_gives_rooms_and_live_hold_back(store: Store) -> None:
    booking = reserved(store, rooms=2)
    store.commit(
        booking, booking.transitioned(Status.CANCELLED, NOW, "guest"), now=NOW, context=context_of(store, booking)
    )
    assert free(store) == [5, 5, 5]
    assert store.account("alice").live_holds == {}


def test_a_change_of_what_another_write_has_changed_loses_to_it(store: Store) -> None:
    booking = reserved(store)
    newer = store.commit(booking, pending(booking), now=NOW)
    for move in (pending(booking), confirmed(booking), booking.transitioned(Status.CANCELLED, NOW, "guest")):
        refusal = lost(store, booking, move)
        assert refusal.kinds == {"booking"}
        assert refusal.current == newer
    assert lost(store, booking, expired(booking), DEADLINE).current == newer


def test_only_one_of_finalize_and_expire_can_be_written(store: Store) -> None:
    paid, swept = reserved(store, "alice"), reserved(store, "bob")
    now_paid = store.commit(paid, confirmed(paid), now=JUST_BEFORE)
    assert lost(store, paid, expired(paid), DEADLINE).current == now_paid
    now_expired = store.commit(swept, expired(swept), now=DEADLINE)
    assert lost(store, swept, confirmed(swept), JUST_BEFORE).current == now_expired
    assert free(store) == [4, 4, 4]


def test_a_booking_that_is_gone_refuses_every_change(store: Store) -> None:
    """As after TTL's deletion: there is nothing that the condition could have met."""
    booking = a_hold()
    refusal = lost(store, booking, pending(booking))
    assert refusal.kinds == {"booking"}
    assert refusal.current is None
    assert "booking" in lost(store, booking, expired(booking), DEADLINE).kinds


def test_late_money_takes_the_rooms_again_in_one_write(store: Store) -> None:
    booking = reserved(store)
    ended = store.commit(booking, expired(booking), now=DEADLINE)
    after = store.commit(ended, rescued(ended), now=DEADLINE, context=context_of(store, ended), late=True)
    assert stored(store, booking) == after
    assert free(store) == [4, 4, 4]


def test_late_money_finds_no_room_when_others_took_them(store: Store) -> None:
    booking = reserved(store)
    ended = store.commit(booking, expired(booking), now=DEADLINE)
    reserved(store, "bob", rooms=5, at=DEADLINE)
    refusal = lost(store, ended, confirmed(ended), DEADLINE, context=context_of(store, ended), late=True)
    assert refusal.kinds == {"page"}


def test_late_money_for_a_hold_that_no_sweep_has_ended_keeps_its_rooms(store: Store) -> None:
    booking = reserved(store)
    assert lost(store, booking, confirmed(booking), JUST_BEFORE, late=True).kinds == {"booking"}
    store.commit(booking, confirmed(booking), now=DEADLINE, late=True, context=context_of(store, booking))
    assert free(store) == [4, 4, 4]


# Our own earlier commit: the answer was lost, and the repeat comes when its token is forgotten

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
def test_the_same_change_by_another_call_is_not_taken_for_our_own(store: Store, kind: Callable[[Store], Write]) -> None:
    write = kind(store)
    write(store)
    was = everything(store)
    with pytest.raises(WriteConflict):
        write(store)
    assert everything(store) == was


# Wallet and ledger


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
    )
    assert broken_in(store, NOW) == []


def test_a_confirmation_reckoned_from_an_older_balance_loses_on_the_wallet(store: Store) -> None:
    booking = reserved(store)
    give(store, "alice", 2_000_000)
    read = context_of(store, booking)
    give(store, "alice", 1)
    assert lost(store, booking, confirmed(booking, wallet=PRICE), context=read).kinds == {"wallet"}


def test_a_ledger_line_is_never_written_over(store: Store) -> None:
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


def test_a_credit_by_a_used_key_or_on_a_moved_wallet_is_lost(store: Store) -> None:
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


def credit_entry(account: Account, amount: int) -> LedgerEntry:
    return LedgerEntry(
        user_id=account.user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="for the test",
        actor="admin root",
        at_ms=millis(NOW),
    )


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


# Promos and their claims


@pytest.fixture
def promo(catalog: CatalogStore) -> Promo:
    made = Promo(code="DIWALI", kind=PromoKind.FLAT, amount=DISCOUNT, usage_limit=2, per_user_limit=1)
    assert catalog.add_promo(made)
    assert not catalog.add_promo(made)
    return made


def claim_by_payment(store: Store, booking: Booking, code: str = "DIWALI", **more: Any) -> Booking:
    return store.commit(booking, pending(booking, code), now=NOW, context=context_of(store, booking, code), **more)


@pytest.mark.usefixtures("promo")
def test_a_claim_counts_once_for_promo_user_and_booking(store: Store) -> None:
    booking = claim_by_payment(store, reserved(store))
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.promo.claimed == 1
    assert context.redemption is not None
    assert context.redemption.bookings == {booking.booking_id: 1}
    confirmed_with_it = store.commit(booking, confirmed(booking, promo_code="DIWALI"), now=NOW, context=context)
    assert confirmed_with_it.claimed_promo == "DIWALI"
    assert broken_in(store, NOW) == []


@pytest.mark.usefixtures("promo")
def test_a_promo_that_is_used_up_refuses(store: Store) -> None:
    for user_id in ("alice", "bob"):
        claim_by_payment(store, reserved(store, user_id))
    booking = reserved(store, "carol")
    after, context = pending(booking, "DIWALI"), context_of(store, booking, "DIWALI")
    assert lost(store, booking, after, context=context).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
def test_a_user_who_used_the_promo_as_often_as_allowed_is_refused(store: Store) -> None:
    claim_by_payment(store, reserved(store, key="one"))
    booking = reserved(store, key="two")
    after, context = pending(booking, "DIWALI"), context_of(store, booking, "DIWALI")
    assert lost(store, booking, after, context=context).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
def test_two_first_claims_of_one_user_do_not_write_over_each_other(store: Store) -> None:
    one, two = reserved(store, key="one"), reserved(store, key="two")
    read = context_of(store, two, "DIWALI")
    claim_by_payment(store, one)
    assert lost(store, two, pending(two, "DIWALI"), context=read).kinds == {"promo"}


@pytest.mark.usefixtures("promo")
@pytest.mark.parametrize("end", [expired, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_a_hold_that_ends_gives_its_claim_back(store: Store, end: Any) -> None:
    booking = claim_by_payment(store, reserved(store))
    after = end(booking)
    store.commit(booking, after, now=DEADLINE if after.status is Status.EXPIRED else NOW)
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.redemption is not None
    assert (context.promo.claimed, context.redemption.bookings) == (0, {})
    other = reserved(store, key="another", at=DEADLINE)
    claimed = store.commit(other, pending(other, "DIWALI"), now=DEADLINE, context=context_of(store, other, "DIWALI"))
    assert claimed.claimed_promo == "DIWALI"
    assert broken_in(store, DEADLINE) == []


@pytest.mark.usefixtures("promo")
def test_another_promo_takes_the_place_of_the_first_in_one_write(store: Store, catalog: CatalogStore) -> None:
    assert catalog.add_promo(Promo(code="HOLI", kind=PromoKind.FLAT, amount=DISCOUNT))
    booking = claim_by_payment(store, reserved(store))
    after = claim_by_payment(store, booking, "HOLI")
    assert after.claimed_promo == "HOLI"
    claimed = {
        code: store.table.get([(f"PROMO#{code}", "PROMO")])[f"PROMO#{code}", "PROMO"]["claimed"]
        for code in ("DIWALI", "HOLI")
    }
    assert claimed == {"DIWALI": 0, "HOLI": 1}
    store.commit(after, pending(after), now=NOW, context=context_of(store, after))
    assert broken_in(store, NOW) == []


# The indexes: sparse, and no more in them than they need


def test_a_hold_is_in_due_and_by_user_and_not_among_the_arrivals(store: Store) -> None:
    booking = reserved(store)
    pk, sk = booking_key(booking.booking_id)
    shard = due_shard(HOLDS_DUE, "deluxe", store.due_shards)
    due_at, reserved_at = str(millis(DEADLINE)), str(millis(NOW))
    assert index(store, "due") == [{"pk": pk, "sk": sk, "due_shard": shard, "due_at": due_at, "room_type_id": "deluxe"}]
    assert index(store, "by_user") == [{"pk": pk, "sk": sk, "user_id": "alice", "reserved_at": reserved_at}]
    assert index(store, "by_property") == []


@pytest.mark.parametrize("end", [expired, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_an_ended_hold_leaves_due_and_stays_in_the_users_list(store: Store, end: Any) -> None:
    booking = reserved(store)
    after = end(booking)
    store.commit(booking, after, now=DEADLINE if after.status is Status.EXPIRED else NOW)
    assert index(store, "due") == []
    assert index(store, "by_property") == []
    assert [row["pk"] for row in index(store, "by_user")] == [f"BOOKING#{booking.booking_id}"]


def test_a_confirmed_booking_is_an_arrival_and_due_only_while_a_payment_is(store: Store) -> None:
    booking = reserved(store)
    pk, sk = booking_key(booking.booking_id)
    capture = GatewayTask(
        action=TaskAction.CAPTURE, gateway="stripe", order_id="pi_1", amount=PRICE, at_ms=millis(NOW), serial=2
    )
    paid = msgspec.structs.replace(confirmed(booking), tasks=(capture,))
    paid = store.commit(booking, paid, now=NOW)
    assert index(store, "by_property") == [
        {"pk": pk, "sk": sk, "property_id": "lake-view", "check_in": ARRIVAL.isoformat()}
    ]
    [row] = index(store, "due")
    assert (row["due_shard"], row["due_at"]) == (
        due_shard(PAYMENTS_DUE, "deluxe", store.due_shards),
        str(millis(NOW)),
    )
    store.commit(paid, paid.transitioned(Status.CONFIRMED, NOW, "settle", tasks=()), now=NOW)
    assert index(store, "due") == []
    assert len(index(store, "by_property")) == 1


def test_pages_accounts_entries_and_promos_are_in_no_index(store: Store, promo: Promo) -> None:
    give(store, "alice", 5)
    assert [index(store, name) for name in ("due", "by_user", "by_property")] == [[], [], []]


def test_due_holds_are_found_from_their_deadline_on_oldest_first(store: Store) -> None:
    later = reserved(store, "later", at=NOW + timedelta(seconds=1))
    first = reserved(store, "first")
    second = reserved(store, "second", at=NOW + timedelta(milliseconds=1))
    suite = hold(store, "in-a-suite", clock=FakeClock(), room_type_id="suite")
    shard = due_shard(HOLDS_DUE, "deluxe", store.due_shards)
    at = DEADLINE + timedelta(milliseconds=1)

    assert store.due(shard, JUST_BEFORE) == ([], False)
    assert [row.booking_id for row in store.due_holds("deluxe", DEADLINE)] == [first.booking_id]
    rows = store.due_holds("deluxe", at)
    assert [(row.booking_id, row.room_type_id) for row in rows] == [
        (first.booking_id, "deluxe"),
        (second.booking_id, "deluxe"),
    ]
    assert rows[0].due_at_ms == millis(DEADLINE)
    assert [row.booking_id for row in store.due_holds("suite", at)] == [suite.booking_id]
    assert later.booking_id not in {row.booking_id for row in rows}
    found, more = store.due(shard, at, limit=1)
    assert ([row.booking_id for row in found], more) == ([first.booking_id], True)


def test_a_buyer_asks_one_shard_and_sees_only_his_room_type(table: Table) -> None:
    """With one shard for all, the holds of both room types are side by side in it."""
    store = Store(table, due_shards=1)
    hold(store, "alice", clock=FakeClock(), room_type_id="suite")
    deluxe = hold(store, "bob", clock=FakeClock())
    assert [row.booking_id for row in store.due_holds("deluxe", DEADLINE)] == [deluxe.booking_id]
    assert len(store.due("HOLD#0", DEADLINE)[0]) == 2


# Lists and reads


def test_a_user_sees_the_own_bookings_newest_first_in_pages(store: Store) -> None:
    for n in range(25):
        at = NOW + timedelta(seconds=n)
        booking = reserved(store, key=f"key-{n:02d}", at=at)
        abandoned_rooms(store, booking, clock=FakeClock(at))
    reserved(store, "bob")
    first, after = store.bookings_of("alice", None)
    assert [booking.booking_id for booking in first] == [f"bk_alice.key-{n:02d}" for n in range(24, 4, -1)]
    second, end = store.bookings_of("alice", after)
    assert [booking.booking_id for booking in second] == [f"bk_alice.key-{n:02d}" for n in range(4, -1, -1)]
    assert end is None
    assert store.bookings_of("nobody", None) == ([], None)


def test_more_than_a_hundred_items_are_read_at_once_and_missing_ones_left_out(table: Table) -> None:
    keys = [(f"THING#{n}", "THING") for n in range(230)]
    for n in range(0, 230, 2):
        table.put(put_action(table.name, {"pk": f"THING#{n}", "sk": "THING", "n": n}))
    found = table.get(keys)
    assert {item["n"] for item in found.values()} == set(range(0, 230, 2))
    assert found.keys() == set(keys[::2])
    assert table.get([]) == {}


def test_a_page_of_any_month_shows_that_the_room_type_exists(store: Store) -> None:
    page = store.any_page("deluxe")
    assert page is not None
    assert (page.room_type_id, page.timezone) == ("deluxe", "Asia/Kolkata")
    assert store.any_page("attic") is None


def test_a_scan_goes_on_past_the_first_megabyte(table: Table) -> None:
    padding = "x" * 300_000
    for n in range(5):
        table.put(put_action(table.name, {"pk": f"THING#{n}", "sk": "THING", "padding": padding}))
    things = [item for item in table.scan() if item["sk"] == "THING"]
    assert {item["pk"] for item in things} == {f"THING#{n}" for n in range(5)}


def test_every_kind_of_value_comes_back_as_it_went(table: Table) -> None:
    item: Item = {
        "pk": "THING",
        "sk": "THING",
        "amounts": [0, -1, 10**12, 10**37],
        "texts": ["", " ", "₹ Ünï🏨", "\n\t"],
        "flags": [True, False, None],
        "nested": {"": {}, "1": [], "a.b": {"c": [[1]]}},
    }
    del item["nested"][""]  # DynamoDB takes no empty name
    table.put(put_action(table.name, item))
    assert table.get([("THING", "THING")]) == {("THING", "THING"): item}


def test_a_float_never_reaches_the_table() -> None:
    with pytest.raises(TypeError):
        to_wire({"amount": 1.5})


def test_a_refused_put_shows_what_it_met(table: Table) -> None:
    item: Item = {"pk": "THING", "sk": "THING", "n": 1}
    table.put(put_action(table.name, item, "attribute_not_exists(pk)"))
    with pytest.raises(ConditionsFailed) as refusal:
        table.put(put_action(table.name, item | {"n": 2}, "attribute_not_exists(pk)"))
    assert [(reason.code, reason.item) for reason in refusal.value.reasons] == [("ConditionalCheckFailed", item)]


def test_a_refused_transaction_gives_a_reason_for_each_action_in_order(table: Table) -> None:
    there: Item = {"pk": "THERE", "sk": "THING", "n": 1}
    table.put(put_action(table.name, there))
    actions = [
        put_action(table.name, {"pk": "NEW", "sk": "THING"}, "attribute_not_exists(pk)"),
        put_action(table.name, there, "attribute_not_exists(pk)"),
        update_action(table.name, ("GONE", "THING"), "SET n = :n", "attribute_exists(pk)", {":n": 1}),
        update_action(table.name, ("FRESH", "THING"), "SET n = :n", "attribute_not_exists(pk)", {":n": 1}),
    ]
    with pytest.raises(ConditionsFailed) as refusal:
        table.transact(actions)
    found = [(reason.code, reason.item) for reason in refusal.value.reasons]
    failed = "ConditionalCheckFailed"
    assert found == [("None", None), (failed, there), (failed, None), ("None", None)]
    assert table.get([("NEW", "THING"), ("FRESH", "THING")]) == {}


# TTL


def test_ttl_comes_an_hour_after_the_deadline_and_moves_when_the_hold_ends(store: Store) -> None:
    booking = reserved(store)
    key = booking_key(booking.booking_id)
    assert store.table.get([key])[key]["ttl"] == int(DEADLINE.timestamp()) + TTL_GRACE_SECONDS
    store.commit(booking, expired(booking), now=DEADLINE)
    end = datetime(2027, 1, 2, tzinfo=UTC) + timedelta(days=RETENTION_DAYS)
    assert store.table.get([key])[key]["ttl"] == int(end.timestamp())


def test_a_hold_that_ttl_deleted_is_written_back_expired_and_its_rooms_are_free(store: Store) -> None:
    booking = claim_nothing_and_delete(store)
    clock = FakeClock(DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS))
    assert restore(booking, store=store, clock=clock)
    assert not restore(booking, store=store, clock=clock)
    back = stored(store, booking)
    assert (back.status, back.history[-1].by, back.version) == (Status.EXPIRED, "ttl", 2)
    assert free(store) == [5, 5, 5]
    assert broken_in(store, clock()) == []


def test_a_key_used_again_before_the_deletion_arrived_keeps_its_new_hold(store: Store) -> None:
    booking = claim_nothing_and_delete(store)
    at = DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS)
    again = reserved(store, at=at)
    clock = FakeClock(at)
    assert restore(booking, store=store, clock=clock)
    assert not restore(booking, store=store, clock=clock)
    assert stored(store, booking) == again
    beside = store.booking(f"{booking.booking_id}.{booking.reserved_at_ms}")
    assert beside is not None
    assert beside.status is Status.EXPIRED
    assert free(store) == [4, 4, 4]
    assert broken_in(store, at) == []


@pytest.mark.usefixtures("promo")
def test_a_deleted_hold_gives_its_promo_back(store: Store) -> None:
    booking = claim_by_payment(store, reserved(store))
    delete(store, booking)
    clock = FakeClock(DEADLINE + timedelta(seconds=TTL_GRACE_SECONDS))
    assert restore(booking, store=store, clock=clock)
    context = context_of(store, booking, "DIWALI")
    assert context.promo is not None
    assert context.promo.claimed == 0
    assert broken_in(store, clock()) == []


@pytest.mark.parametrize("status", [status for status in Status if status not in HOLDING])
def test_an_ended_booking_that_ttl_deletes_stays_deleted(store: Store, status: Status) -> None:
    """The end of its retention: there is nothing to give back."""
    booking = msgspec.structs.replace(a_hold(), status=status)
    assert not restore(booking, store=store, clock=FakeClock(DEADLINE))
    assert store.booking(booking.booking_id) is None
    assert free(store) == [5, 5, 5]


def claim_nothing_and_delete(store: Store) -> Booking:
    booking = reserved(store)
    delete(store, booking)
    return booking


def delete(store: Store, booking: Booking) -> None:
    """As TTL does: the item goes, nothing else changes."""
    pk, sk = booking_key(booking.booking_id)
    store.table.client.delete_item(TableName=store.table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
