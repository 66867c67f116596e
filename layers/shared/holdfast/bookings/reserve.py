"""Hold rooms for ten minutes: on every night of the stay, or on none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from holdfast.bookings.expire import reclaim
from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound, SoldOut, TooManyHolds
from holdfast.logs import Tag, record
from holdfast.model.account import Account
from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import add_months, millis, month_of, today_in
from holdfast.model.ids import hashed_id
from holdfast.model.inventory import InventoryMonth, short_nights
from holdfast.model.limits import (
    ABANDONED_ROOM_DECAY_MS,
    MAX_ABANDONED_ROOMS,
    MAX_LIVE_HOLDS,
    MAX_MONTHS_AHEAD,
    MAX_NIGHTS,
    MAX_ROOMS_HELD,
)
from holdfast.model.stay import Stay
from holdfast.taxes import for_nights, table_of

if TYPE_CHECKING:
    from holdfast.bookings.requests import ReserveRequest
    from holdfast.engine import Engine
    from holdfast.model.guest import GuestDetails
    from holdfast.storage.transaction import BookingContext


def reserve(
    request: ReserveRequest, *, user_id: str, key: str, hold_seconds: int, engine: Engine
) -> tuple[Booking, bool]:
    """The booking that this user's `key` stands for, and whether this call made it.

    The booking's id comes from user and key, so the write that makes it is also the record that the key was used:
    a repeat, at the same time or much later, finds the booking and makes no other.

    Raises IdempotencyKeyReused, InvalidFields, NotFound, SoldOut, TooManyHolds, Busy.
    """
    booking_id = booking_id_for(user_id, key)
    return hold(request.stay, booking_id=booking_id, user_id=user_id, hold_seconds=hold_seconds, engine=engine)


def hold(
    stay: Stay,
    *,
    booking_id: str,
    user_id: str,
    hold_seconds: int,
    engine: Engine,
    guest: GuestDetails | None = None,
) -> tuple[Booking, bool]:
    """The hold of that id, and whether this call made it, with the `guest` details that are known already.

    Raises as `reserve` does.
    """
    _check_length(stay)
    reclaimed = False

    def attempt() -> tuple[Booking, bool]:
        nonlocal reclaimed
        context = engine.store.booking_context(booking_id, user_id, room_type_id=stay.room_type_id, months=stay.months)
        if context.booking:
            return _replayed(context.booking, stay), False
        now = engine.clock()
        page = _first_page(stay, context, engine)
        _check_stay(stay, page, now)
        try:
            _check_holds(context.account, stay.rooms, now)
        except TooManyHolds:
            engine.store.assert_unchanged(booking_id, None)
            raise
        short = short_nights(context.pages, stay.nights, stay.rooms)
        if short and not reclaimed:
            reclaimed = True
            reclaim(stay.room_type_id, short, engine=engine, by_booking=booking_id)
            return attempt()  # the due holds are released: read the pages again
        if short:
            raise SoldOut(short, stay.rooms)
        booking = _hold(stay, booking_id, user_id, page, context.pages, now, hold_seconds)
        return engine.store.commit(None, booking, now=now, context=context, guest=guest), True

    booking, created = engine.store.retry_on_conflict(attempt)
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
    """The id of the booking that this user makes with this Idempotency-Key."""
    return hashed_id("bk", user_id, key)


def _check_length(stay: Stay) -> None:
    length = (stay.check_out - stay.check_in).days
    if length < 1:
        raise InvalidFields(("check_out", f"must be after check_in, {stay.check_in}"))
    if length > MAX_NIGHTS:
        raise InvalidFields(("check_out", f"a stay is at most {MAX_NIGHTS} nights; this is {length}"))


def _replayed(booking: Booking, stay: Stay) -> Booking:
    if booking.stay != stay:
        raise IdempotencyKeyReused("This key made another booking; send a new key for a new request.")
    return booking


def _first_page(stay: Stay, context: BookingContext, engine: Engine) -> InventoryMonth:
    """The stay's first page, or else any page of the room type: all have the same rules and time zone."""
    if context.pages:
        return context.pages[min(context.pages)]
    page = engine.store.any_page(stay.room_type_id)
    if page is None:
        raise NotFound(f"There is no room type {stay.room_type_id}.")
    return page


def _check_stay(stay: Stay, page: InventoryMonth, now: datetime) -> None:
    today = today_in(page.timezone, now, page.day_ends)
    last = add_months(today, MAX_MONTHS_AHEAD)
    if stay.check_in < today:
        raise InvalidFields(("check_in", f"is in the past; today at the property is {today}"))
    if stay.check_in > last:
        raise InvalidFields(("check_in", f"is more than {MAX_MONTHS_AHEAD} months ahead; the last is {last}"))
    most = stay.rooms * page.max_guests
    if stay.guests > most:
        raise InvalidFields(("guests", f"{stay.rooms} room(s) of this type take at most {most} guests"))


def _check_holds(account: Account, rooms: int, now: datetime) -> None:
    """Raises TooManyHolds when the user has too many holds, held rooms or abandoned rooms; it says how long to wait."""
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
    stay: Stay,
    booking_id: str,
    user_id: str,
    page: InventoryMonth,
    pages: dict[str, InventoryMonth],
    now: datetime,
    hold_seconds: int,
) -> Booking:
    return Booking(
        booking_id=booking_id,
        user_id=user_id,
        property_id=page.property_id,
        room_type_id=stay.room_type_id,
        timezone=page.timezone,
        check_in=stay.check_in,
        check_out=stay.check_out,
        rooms=stay.rooms,
        guests=stay.guests,
        currency=page.currency,
        night_prices=tuple(pages[month_of(night)].price_of(night) for night in stay.nights),
        cancellation_policy=page.cancellation_policy,
        day_ends=page.day_ends,
        guest_required=page.guest_required,
        taxes=for_nights(table_of(page), stay.check_in, stay.check_out) if page.taxes or page.tax_table else None,
        status=Status.RESERVED,
        reserved_at_ms=millis(now),
        expires_at_ms=millis(now + timedelta(seconds=hold_seconds)),
        history=(Event(status=Status.RESERVED, at_ms=millis(now), by="guest"),),
        version=1,
    )
