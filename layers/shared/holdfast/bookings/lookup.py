"""Read bookings: one with its timer, a guest's own list, and the quote as it would be charged now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from holdfast.errors import (
    HoldExpired,
    InvalidFields,
    NotFound,
    NotPayable,
    PromoExhausted,
    PromoInvalid,
    TooManyTries,
)
from holdfast.model.booking import BOOKING_ID, HOLDING, Booking, Status
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_AMOUNT, MAX_PROMO_ATTEMPTS, PROMO_ATTEMPT_DECAY_MS
from holdfast.pricing import NO_SUCH_CODE, Quote, base_amount, discount, frozen_quote, quote

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.storage.store import Store
    from holdfast.storage.transaction import BookingContext

PromoCode = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,32}\Z")]
Amount = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]


class PricingQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /bookings/{booking_id}/pricing`. The amount is digits only."""

    promo_code: PromoCode | None = None
    wallet_apply_amount: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,13}\Z")] | None = None


# When the last booking shown was reserved, and its id: one that lapsed and lost its key has that instant in its id too.
BOOKINGS_CURSOR = rf"\A[0-9]{{13}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?\Z"


class BookingsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /bookings`."""

    cursor: Annotated[str, msgspec.Meta(pattern=BOOKINGS_CURSOR)] | None = None


def own_booking(booking: Booking | None, user_id: str) -> Booking:
    """The booking, if it is this user's; somebody else's reads as missing. Raises NotFound."""
    if booking is None or booking.user_id != user_id:
        raise NotFound("You have no booking by that id.")
    return booking


def list_bookings(cursor: str | None, *, user_id: str, store: Store) -> tuple[list[Booking], str | None]:
    """One page of the user's own bookings, newest first, and the cursor of the next.

    Raises InvalidFields when the cursor does not name a place in the user's own list.
    """
    bookings, more = store.bookings_of(user_id, _position(cursor, user_id, store) if cursor else None)
    return bookings, f"{more[0]}.{more[1]}" if more else None


def _position(cursor: str, user_id: str, store: Store) -> tuple[int, str]:
    at_ms, _, booking_id = cursor.partition(".")
    last = store.booking(booking_id)
    if last is None or last.user_id != user_id or last.reserved_at_ms != int(at_ms):
        raise InvalidFields(("cursor", "is not one that this list gave"))
    return last.reserved_at_ms, booking_id


def price(booking_id: str, query: PricingQuery, *, user_id: str, store: Store, now: datetime) -> Quote:
    """What a payment started now would charge; without a choice of promo or wallet, the quote that is fixed, if one is.

    Raises NotFound, PromoInvalid, PromoExhausted, TooManyTries.
    """
    promo_code = query.promo_code.upper() if query.promo_code else None
    asked = int(query.wallet_apply_amount) if query.wallet_apply_amount is not None else None

    def attempt() -> Quote:
        context = store.booking_context(booking_id, user_id, promo_code=promo_code)
        booking = own_booking(context.booking, user_id)
        fixed = frozen_quote(booking)
        if fixed and (booking.status not in HOLDING or (promo_code is None and asked is None)):
            return fixed
        return with_promo_limit(
            promo_code,
            lambda: quote_now(context, booking, promo_code, asked or 0, now),
            context=context,
            store=store,
            now=now,
        )

    try:
        return store.retry_on_conflict(attempt)
    except PromoExhausted as refusal:
        # Asking costs nothing here, so the answer does not tell a code that is used up from one that never was.
        raise PromoInvalid(NO_SUCH_CODE) from refusal


def with_promo_limit[Result](
    promo_code: str | None, compute: Callable[[], Result], *, context: BookingContext, store: Store, now: datetime
) -> Result:
    """What `reckon` makes of the promo code, if the guest has not tried too many that do not apply.

    A code that does not apply is counted before it is answered, so tries at the same time count as well. Raises
    TooManyTries, WriteConflict, and what `reckon` raises.
    """
    if promo_code is None or (context.booking and context.booking.claimed_promo == promo_code):
        return compute()
    tries, since_ms = context.account.promo_attempts_at(millis(now))
    if tries >= MAX_PROMO_ATTEMPTS:
        seconds = max(1, -(-(since_ms + PROMO_ATTEMPT_DECAY_MS - millis(now)) // 1000))
        raise TooManyTries(f"Wait {seconds} s before you try another promo code.", retry_after_seconds=seconds)
    try:
        return compute()
    except (PromoInvalid, PromoExhausted):
        if context.booking:
            store.assert_unchanged(context.booking.booking_id, context.booking)
        store.count_promo_attempt(context.account, now)
        raise


def quote_now(
    context: BookingContext, booking: Booking, promo_code: str | None, wallet_asked: int, now: datetime
) -> Quote:
    """The quote with this promo and at most this much from the wallet, as promo, claims and balance stand in `file`."""
    balance = context.account.balance if context.account.currency == booking.currency else 0
    return quote(
        booking,
        promo_code=promo_code,
        promo_discount=promo_discount(context, booking, now) if promo_code else 0,
        wallet_limit=min(wallet_asked, balance),
    )


def promo_discount(context: BookingContext, booking: Booking, now: datetime) -> int:
    """What the file's promo takes off; what this booking has claimed already stays as it was fixed."""
    if context.promo is None:
        raise PromoInvalid(NO_SUCH_CODE)
    if booking.quote and booking.claimed_promo == context.promo.code:
        return booking.quote.promo_discount
    amount = discount(context.promo, base_amount(booking), now)
    claims = context.redemption.bookings if context.redemption else {}
    if context.promo.usage_limit is not None and context.promo.claimed >= context.promo.usage_limit:
        raise PromoExhausted(f"{context.promo.code} is used up.")
    if context.promo.per_user_limit is not None and len(claims) >= context.promo.per_user_limit:
        raise PromoExhausted(f"You have used {context.promo.code} as often as it allows.")
    return amount


def refuse_unpayable(booking: Booking, now: datetime) -> None:
    """Raises HoldExpired or NotPayable unless the booking is a live hold at `now`."""
    match booking.status_at(now):
        case Status.EXPIRED:
            raise HoldExpired("The hold is over and its rooms are back on sale; please book again.")
        case Status.RESERVED | Status.PAYMENT_PENDING:
            return
        case status:
            raise NotPayable(f"The booking is {status}.")
