"""Hold rooms for ten minutes: on every night of the stay, or on none."""

from __future__ import annotations

from base64 import b32encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from holdfast.bookings.expire import reclaim
from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound, SoldOut, TooManyHolds
from holdfast.logs import Tag, record
from holdfast.model.account import Account
from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import Clock, add_months, millis, month_of, months, nights, today_in
from holdfast.model.inventory import InventoryMonth, short_nights
from holdfast.model.limits import (
    ABANDONED_ROOM_DECAY_MS,
    MAX_ABANDONED_ROOMS,
    MAX_LIVE_HOLDS,
    MAX_MONTHS_AHEAD,
    MAX_NIGHTS,
    MAX_ROOMS_HELD,
)
from holdfast.requests import ReserveRequest

if TYPE_CHECKING:
    from holdfast.storage.store import Store
    from holdfast.storage.transaction import BookingContext


def reserve(
    request: ReserveRequest, *, user_id: str, key: str, hold_seconds: int, store: Store, clock: Clock
) -> tuple[Booking, bool]:
    """The booking that this user's `key` stands for, and whether this call made it.

    The booking's id comes from user and key, so the write that makes it is also the record that the key was used:
    a repeat, at the same time or much later, finds the booking and makes no other.

    Raises IdempotencyKeyReused, InvalidFields, NotFound, SoldOut, TooManyHolds, Busy.
    """
    _check_length(request)
    booking_id = booking_id_for(user_id, key)
    stay_months = months(request.check_in, request.check_out)
    reclaimed = False

    def attempt() -> tuple[Booking, bool]:
        nonlocal reclaimed
        context = store.booking_context(booking_id, user_id, room_type_id=request.room_type_id, months=stay_months)
        if context.booking:
            return _replayed(context.booking, request), False
        now = clock()
        page = _first_page(request, context, store)
        _check_stay(request, page, now)
        try:
            _check_holds(context.account, request.rooms, now)
        except TooManyHolds:
            store.assert_unchanged(booking_id, None)
            raise
        short = short_nights(context.pages, nights(request.check_in, request.check_out), request.rooms)
        if short and not reclaimed:
            reclaimed = True
            reclaim(request.room_type_id, short, store=store, clock=clock, by_booking=booking_id)
            return attempt()  # whoever released the due holds, the page must be read again
        if short:
            raise SoldOut(short, request.rooms)
        booking = _hold(request, booking_id, user_id, page, context.pages, now, hold_seconds)
        return store.commit(None, booking, now=now, context=context), True

    booking, created = store.retry_on_conflict(attempt)
    if created:
        record(
            Tag.BOOKING_RESERVED,
            f"{booking.rooms} room(s) held for {len(booking.night_prices)} night(s), {hold_seconds} s to pay",
            after=booking,
            rooms=booking.rooms,
            check_in=booking.check_in.isoformat(),
            check_out=booking.check_out.isoformat(),
            amount=sum(booking.night_prices) * booking.rooms,
        )
    return booking, created


def booking_id_for(user_id: str, key: str) -> str:
    """`bk_` and 26 letters: 130 bits of a hash over user and Idempotency-Key."""
    digest = sha256(f"{user_id}\0{key}".encode()).digest()
    return "bk_" + b32encode(digest)[:26].decode().lower()


def _check_length(request: ReserveRequest) -> None:
    length = (request.check_out - request.check_in).days
    if length < 1:
        raise InvalidFields(("check_out", f"must be after check_in, {request.check_in}"))
    if length > MAX_NIGHTS:
        raise InvalidFields(("check_out", f"a stay is at most {MAX_NIGHTS} nights; this is {length}"))


def _replayed(booking: Booking, request: ReserveRequest) -> Booking:
    made_from = ReserveRequest(
        room_type_id=booking.room_type_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        rooms=booking.rooms,
        guests=booking.guests,
    )
    if made_from != request:
        raise IdempotencyKeyReused("This key made another booking; send a new key for a new request.")
    return booking


def _first_page(request: ReserveRequest, context: BookingContext, store: Store) -> InventoryMonth:
    """Some page of the room type, the stay's first if there is one: all its pages agree on rules and time zone."""
    if context.pages:
        return context.pages[min(context.pages)]
    page = store.any_page(request.room_type_id)
    if page is None:
        raise NotFound(f"There is no room type {request.room_type_id}.")
    return page


def _check_stay(request: ReserveRequest, page: InventoryMonth, now: datetime) -> None:
    today = today_in(page.timezone, now)
    last = add_months(today, MAX_MONTHS_AHEAD)
    if request.check_in < today:
        raise InvalidFields(("check_in", f"is in the past; today at the property is {today}"))
    if request.check_in > last:
        raise InvalidFields(("check_in", f"is more than {MAX_MONTHS_AHEAD} months ahead; the last is {last}"))
    if request.guests > request.rooms * page.max_guests:
        most = request.rooms * page.max_guests
        raise InvalidFields(("guests", f"{request.rooms} room(s) of this type take at most {most} guests"))


def _check_holds(account: Account, rooms: int, now: datetime) -> None:
    """Raises TooManyHolds when the user holds too much, or has let go of too much; says when to come again."""
    now_ms = millis(now)
    overdue = account.overdue(now_ms)
    live = {held: until_ms for held, until_ms in account.live_holds.items() if held not in overdue}
    held = sum(count for of, count in account.held_rooms.items() if of in live)
    abandoned_rooms, since_ms = account.abandoned_rooms_at(now_ms)
    if len(live) >= MAX_LIVE_HOLDS:
        raise _too_many(f"You have {len(live)} live holds, the most allowed", min(live.values()), now_ms)
    if held + rooms > MAX_ROOMS_HELD:
        text = f"You hold {held} room(s); at most {MAX_ROOMS_HELD} may be held at once"
        raise _too_many(text, min(live.values()), now_ms)
    if abandoned_rooms >= MAX_ABANDONED_ROOMS:
        forgotten_ms = since_ms + (abandoned_rooms - MAX_ABANDONED_ROOMS + 1) * ABANDONED_ROOM_DECAY_MS
        raise _too_many(f"You let {abandoned_rooms} room(s) go unpaid in a short time", forgotten_ms, now_ms)


def _too_many(text: str, until_ms: int, now_ms: int) -> TooManyHolds:
    seconds = max(1, -(-(until_ms - now_ms) // 1000))
    return TooManyHolds(f"{text}; pay for one, or wait {seconds} s.", retry_after_seconds=seconds)


def _hold(
    request: ReserveRequest,
    booking_id: str,
    user_id: str,
    page: InventoryMonth,
    pages: dict[str, InventoryMonth],
    now: datetime,
    hold_seconds: int,
) -> Booking:
    stay = nights(request.check_in, request.check_out)
    return Booking(
        booking_id=booking_id,
        user_id=user_id,
        property_id=page.property_id,
        room_type_id=request.room_type_id,
        timezone=page.timezone,
        check_in=request.check_in,
        check_out=request.check_out,
        rooms=request.rooms,
        guests=request.guests,
        currency=page.currency,
        night_prices=tuple(pages[month_of(night)].price_of(night) for night in stay),
        cancellation_policy=page.cancellation_policy,
        tax_table=page.tax_table,
        status=Status.RESERVED,
        reserved_at_ms=millis(now),
        expires_at_ms=millis(now + timedelta(seconds=hold_seconds)),
        history=(Event(status=Status.RESERVED, at_ms=millis(now), by="guest"),),
        version=1,
    )
