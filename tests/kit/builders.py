"""Bookings for the store's tests, made by hand, with nothing of the use cases in them."""

from datetime import date, timedelta
from typing import Any

import msgspec

from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import millis, months
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import PolicyStep
from holdfast.storage.store import Store
from holdfast.storage.transaction import BookingContext
from tests.kit.clock import NOW, FakeClock

ALICE = "alice"
BOB = "bob"
FIRST = date(2026, 12, 10)
DEADLINE = NOW + timedelta(minutes=10)
JUST_BEFORE = DEADLINE - timedelta(milliseconds=1)


def a_hold(booking_id: str = "bk_1", user_id: str = ALICE, **changes: Any) -> Booking:
    """One Deluxe room for the three nights from 10 December, held until DEADLINE."""
    booking = Booking(
        booking_id=booking_id,
        user_id=user_id,
        property_id="lake-view",
        room_type_id="deluxe",
        timezone="Asia/Kolkata",
        check_in=FIRST,
        check_out=FIRST + timedelta(days=3),
        rooms=1,
        guests=2,
        currency="INR",
        night_prices=(500_000,) * 3,
        cancellation_policy=(PolicyStep(7, 100), PolicyStep(2, 50)),
        status=Status.RESERVED,
        reserved_at_ms=millis(NOW),
        expires_at_ms=millis(DEADLINE),
        history=(Event(status=Status.RESERVED, at_ms=millis(NOW), by="guest"),),
        version=1,
    )
    return msgspec.structs.replace(booking, **changes)


def context_of(store: Store, booking: Booking, promo_code: str | None = None) -> BookingContext:
    """What a use case would have read before deciding on this booking."""
    return store.booking_context(
        booking.booking_id,
        booking.user_id,
        room_type_id=booking.room_type_id,
        months=months(booking.check_in, booking.check_out),
        promo_code=promo_code,
    )


def put_hold(store: Store, booking: Booking) -> Booking:
    return store.commit(None, booking, now=NOW, context=context_of(store, booking))


def free(store: Store, month: str = "2026-12", room_type_id: str = "deluxe") -> dict[int, int]:
    context = store.booking_context("none", "nobody", room_type_id=room_type_id, months=[month])
    return context.pages[month].free


def everything(store: Store) -> list[dict[str, Any]]:
    """Every item of the table, in order: equal before and after whatever must change nothing."""
    return sorted(store.table.scan(), key=lambda item: (item["pk"], item["sk"]))


def a_promo(code: str = "TEN", **changes: Any) -> Promo:
    return msgspec.structs.replace(Promo(code=code, kind=PromoKind.PERCENT, percent_bp=1000), **changes)


def clock_at(seconds: float) -> FakeClock:
    """A clock that stands so long after the tests' NOW."""
    return FakeClock(NOW + timedelta(seconds=seconds))
