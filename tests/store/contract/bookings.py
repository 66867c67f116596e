"""Bookings for the contract's tests, each by one write of the store."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from holdfast.model.account import Account, LedgerEntry
from holdfast.model.booking import (
    Booking,
    Event,
    FrozenQuote,
    Payment,
    PaymentMode,
    Status,
)
from holdfast.model.dates import millis
from holdfast.pricing import quote
from holdfast.storage.items import Item, booking_key, page_key
from holdfast.storage.store import Store, WriteConflict
from holdfast.storage.transaction import BookingContext
from tests.kit.clock import NOW
from tests.kit.guests import ARRIVAL, DEADLINE, HOLD_SECONDS

PRICE = 1_575_000  # of one room for the three nights, with GST
DISCOUNT = 1000
DECEMBER, JANUARY = page_key("deluxe", "2026-12"), page_key("deluxe", "2027-01")


# What stands in an expression and is no attribute.
GRAMMAR = {
    *("SET", "REMOVE", "AND", "OR", "NOT", "BETWEEN"),
    *("attribute_exists", "attribute_not_exists", "begins_with", "size", "if_not_exists"),
}


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
    late: bool = False,
) -> Booking:
    """Paid from the wallet, or outside the system."""
    mode = PaymentMode.WALLET_ONLY if wallet else PaymentMode.ADMIN
    fixed = frozen(booking, promo_code, wallet)
    return booking.transitioned(
        Status.CONFIRMED, at, "guest", late=late, quote=fixed, payment_mode=mode, wallet_paid=wallet
    )


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
    return confirmed(booking, at=at, late=True)


def everything(store: Store) -> dict[tuple[str, str], Item]:
    return {(item["pk"], item["sk"]): item for item in store.table.scan()}


def free(store: Store) -> list[int]:
    """The rooms free on 30 and 31 December and 1 January."""
    pages = store.table.get([DECEMBER, JANUARY])
    return [pages[DECEMBER]["free"]["30"], pages[DECEMBER]["free"]["31"], pages[JANUARY]["free"]["1"]]


def lost(store: Store, before: Booking | None, after: Booking, now: datetime = NOW, **more: Any) -> WriteConflict:
    """The refusal of a commit, which must leave the table as it was."""
    was = everything(store)
    with pytest.raises(WriteConflict) as refusal:
        store.commit(before, after, now=now, **more)
    assert everything(store) == was
    return refusal.value


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


def claim_by_payment(store: Store, booking: Booking, code: str = "DIWALI", **more: Any) -> Booking:
    return store.commit(booking, pending(booking, code), now=NOW, context=context_of(store, booking, code), **more)


def delete(store: Store, booking: Booking) -> None:
    """As TTL does: the item goes, nothing else changes."""
    pk, sk = booking_key(booking.booking_id)
    store.table.client.delete_item(TableName=store.table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})
