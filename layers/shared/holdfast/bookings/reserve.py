"""Hold rooms for ten minutes: on every night of the stay, or on none."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.bookings.reclaim import Shortage
from holdfast.bookings.restricted import refuse_restricted
from holdfast.errors import IdempotencyKeyReused, InvalidFields, NotFound, Restricted, SoldOut, TooManyHolds
from holdfast.logs import Tag, record
from holdfast.model.account import Account
from holdfast.model.booking import Booking, Event, Status
from holdfast.model.dates import add_months, millis, today_in
from holdfast.model.ids import hashed_id
from holdfast.model.inventory import lacking_rooms
from holdfast.model.limits import (
    ABANDONED_ROOM_DECAY_MS,
    MAX_ABANDONED_ROOMS,
    MAX_LIVE_HOLDS,
    MAX_MONTHS_AHEAD,
    MAX_NIGHTS,
    MAX_ROOMS_HELD,
)
from holdfast.model.stay import Stay
from holdfast.model.stripes import choose_stripes, turn_of
from holdfast.occupancy import check_occupancy, room_charges
from holdfast.pricing import base_amount, priced_stay
from holdfast.taxes import for_nights

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.bookings.requests import ReserveRequest
    from holdfast.engine import Engine
    from holdfast.model.guest import GuestDetails
    from holdfast.model.property import RatePlan
    from holdfast.model.rates import MonthRates
    from holdfast.storage.transaction import BookingContext


class Revival(NamedTuple):
    """The hold that is held again, and its guest's details, if there are any."""

    booking: Booking
    guest: GuestDetails | None


def reserve(
    request: ReserveRequest, *, user_id: str, key: str, hold_seconds: int, engine: Engine
) -> tuple[Booking, bool]:
    """The booking that this user's `key` stands for, and whether this call made it.

    The booking's id comes from user and key, so the write that makes it is also the record that the key was used:
    a repeat, at the same time or much later, finds the booking and makes no other.

    Raises IdempotencyKeyReused, InvalidFields, NotFound, Restricted, SoldOut, TooManyHolds, Busy.
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
    revives: Callable[[], Revival] | None = None,
) -> tuple[Booking, bool]:
    """The hold of that id, and whether this call made it; with the guest details of the hold that it `revives`.

    Raises as `reserve` does.
    """
    _check_length(stay)
    attempts = _Attempts(stay, booking_id, user_id, hold_seconds, engine, revives)
    booking, created = engine.store.retry_on_conflict(attempts.next)
    if created:
        record(
            Tag.BOOKING_RESERVED,
            f"{booking.rooms} room(s) held for {len(booking.night_prices)} night(s), {hold_seconds} s to pay",
            after=booking,
            rooms=booking.rooms,
            check_in=booking.check_in.isoformat(),
            check_out=booking.check_out.isoformat(),
            amount=base_amount(booking),
        )
    return booking, created


class _Attempts:
    """What one hold is tried with: each attempt reads and decides anew."""

    def __init__(
        self,
        stay: Stay,
        booking_id: str,
        user_id: str,
        hold_seconds: int,
        engine: Engine,
        revives: Callable[[], Revival] | None,
    ) -> None:
        self._stay, self._booking_id, self._user_id = stay, booking_id, user_id
        self._hold_seconds, self._engine, self._revives = hold_seconds, engine, revives
        self._tries = count()

    def next(self) -> tuple[Booking, bool]:
        """Each looks for due holds anew, as more may be due than at the one before."""
        shortage = Shortage(self._stay.room_type_id, by_booking=self._booking_id, engine=self._engine)
        while True:
            if made := self._try(shortage):
                return made

    def _try(self, shortage: Shortage) -> tuple[Booking, bool] | None:
        """Each reads other stripes, two of them where there are more: all of them only when those are not enough."""
        turn = turn_of(self._booking_id, next(self._tries))
        context = self._read(turn)
        try:
            return self._decide(context, turn, shortage)
        except (Restricted, SoldOut):
            if context.has_all_stripes:
                raise
        return self._decide(self._read(None), turn, shortage)  # what is free, on any night, only all stripes say

    def _read(self, turn: int | None) -> BookingContext:
        stay = self._stay
        return self._engine.store.booking_context(
            self._booking_id, self._user_id, room_type_id=stay.room_type_id, months=stay.months, turn=turn
        )

    def _decide(self, context: BookingContext, turn: int, shortage: Shortage) -> tuple[Booking, bool] | None:
        """None: due holds are released, or somebody else was faster, so the pages are to be read again."""
        stay, engine = self._stay, self._engine
        if context.booking:
            return _replayed(context.booking, stay), False
        now = engine.clock()
        rates = _first_rates(stay, context, engine)
        plan = _check_stay(stay, rates, context, now)
        try:
            _check_holds(context.account, stay.rooms, now)
        except TooManyHolds:
            engine.store.assert_unchanged(self._booking_id, None)
            raise
        if lacking := lacking_rooms(context.pages, stay.nights, stay.rooms):
            if not context.has_all_stripes or shortage.is_final(context.pages.values(), lacking):
                raise SoldOut(list(lacking), stay.rooms)
            return None
        booking = _hold(stay, self._booking_id, self._user_id, rates, plan, context, now, self._hold_seconds)
        taken = choose_stripes(context.pages, stay.nights, stay.rooms, turn)
        booking, guest = msgspec.structs.replace(booking, taken=taken), None
        if self._revives:
            old, guest = self._revives()
            booking = msgspec.structs.replace(booking, revives=old.booking_id)
            context = msgspec.structs.replace(context, unchanged={old.booking_id: old})
        return engine.store.commit(None, booking, now=now, context=context, guest=guest), True


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


def _first_rates(stay: Stay, context: BookingContext, engine: Engine) -> MonthRates:
    """The rates of the arrival, or else any of the room type: they say its time zone, whatever month is on sale."""
    rates = context.rates[min(context.rates)] if context.rates else engine.store.any_rates(stay.room_type_id)
    if rates is None or not all(month.live for month in (rates, *context.rates.values())):
        raise NotFound(f"There is no room type {stay.room_type_id}.")
    return rates


def _check_stay(stay: Stay, rates: MonthRates, context: BookingContext, now: datetime) -> RatePlan | None:
    """The rate plan that the stay is sold by, if the room type has any; raises InvalidFields, Restricted."""
    today = today_in(rates.timezone, now, rates.day_ends)
    last = add_months(today, MAX_MONTHS_AHEAD)
    if stay.check_in < today:
        raise InvalidFields(("check_in", f"is in the past; today at the property is {today}"))
    if stay.check_in > last:
        raise InvalidFields(("check_in", f"is more than {MAX_MONTHS_AHEAD} months ahead; the last is {last}"))
    check_occupancy(stay, (rates, *context.rates.values()))
    if not rates.sells(stay.plan_id):
        on_sale = ", ".join(plan.plan_id for plan in rates.plans if plan.active) or "none"
        raise InvalidFields(("plan_id", f"names no plan of this room type that is on sale; it has {on_sale}"))
    plan = rates.plan(stay.plan_id)
    refuse_restricted(stay, plan, context.pages, context.rates, today)
    return plan


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
    rates: MonthRates,
    plan: RatePlan | None,
    context: BookingContext,
    now: datetime,
    hold_seconds: int,
) -> Booking:
    own_policy = plan.cancellation_policy if plan else None
    priced = priced_stay(stay, context.rates, plan, room_charges(stay, rates.occupancy, plan))
    return Booking(
        booking_id=booking_id,
        user_id=user_id,
        property_id=rates.property_id,
        room_type_id=stay.room_type_id,
        timezone=rates.timezone,
        check_in=stay.check_in,
        check_out=stay.check_out,
        rooms=stay.rooms,
        guests=stay.guests,
        currency=rates.currency,
        night_prices=priced.night_prices,
        plan=priced.plan,
        plan_named=stay.plan_id is not None,
        occupancy=stay.occupancy,
        room_charges=priced.room_charges,
        cancellation_policy=rates.cancellation_policy if own_policy is None else own_policy,
        day_ends=rates.day_ends,
        guest_required=rates.guest_required,
        taxes=for_nights(priced.taxes, stay.check_in, stay.check_out) if rates.taxes or rates.tax_table else None,
        status=Status.RESERVED,
        reserved_at_ms=millis(now),
        expires_at_ms=millis(now + timedelta(seconds=hold_seconds)),
        history=(Event(status=Status.RESERVED, at_ms=millis(now), by="guest"),),
        version=1,
    )
