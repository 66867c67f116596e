"""The quote: what a payment would charge now, what its promo takes off, and whether a finalize agrees with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking
from holdfast.errors import (
    Busy,
    InsufficientWallet,
    NotPayable,
    PriceChanged,
    PromoExhausted,
    PromoInvalid,
    TooManyTries,
)
from holdfast.model.booking import HOLDING, Booking, FrozenQuote, Status
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_PROMO_ATTEMPTS, PROMO_ATTEMPT_DECAY_MS
from holdfast.model.money import money
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest
from holdfast.pricing import NO_SUCH_CODE, Quote, base_amount, discount, frozen_quote, quote
from holdfast.refunds import refund_note
from holdfast.requests import BY_GATEWAY
from holdfast.storage.base import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.bookings.requests import PricingQuery
    from holdfast.engine import Engine
    from holdfast.model.account import Account
    from holdfast.storage.transaction import BookingContext


def price(booking_id: str, query: PricingQuery, *, user_id: str, engine: Engine) -> Quote:
    """What a payment started now would charge; without a choice of promo or wallet, the fixed quote if there is one.

    The gateway asked for, or that of a started payment, decides what the quote says of refunds.

    Raises NotFound, PromoInvalid, PromoExhausted, TooManyTries.
    """
    promo_code = query.promo_code.upper() if query.promo_code else None
    asked = query.wallet_apply_amount

    def attempt() -> Quote:
        now = engine.clock()
        context = engine.store.booking_context(booking_id, user_id, promo_code=promo_code)
        booking = own_booking(context.booking, user_id)
        fixed = frozen_quote(booking)
        if fixed and (booking.status not in HOLDING or (promo_code is None and asked is None)):
            priced = fixed
        else:
            priced = with_promo_limit(
                promo_code,
                lambda seen: quote_now(seen, booking, promo_code, asked or 0, now),
                context=context,
                engine=engine,
                reads_only=True,
            )
        started = booking.payment.gateway if booking.payment else None
        return with_refund_note(priced, booking, query.gateway or started, context.account.currency, now)

    try:
        return engine.store.retry_on_conflict(attempt)
    except (PromoExhausted, PromoInvalid) as refusal:
        # A quote costs nothing, so its answer does not show that a code exists: not by its minimum or its currency, nor
        # by being used up.
        raise PromoInvalid(NO_SUCH_CODE) from refusal


def with_refund_note(
    priced: Quote, booking: Booking, gateway: str | None, wallet_currency: str, now: datetime
) -> Quote:
    """The quote of a hold, with what the guest should know of refunds before paying its gateway part now."""
    if gateway is None or not priced.gateway_payable or booking.status not in HOLDING:
        return priced
    note = refund_note(booking, gateway, priced.gateway_payable, wallet_currency, now)
    return priced.model_copy(update={"refund_note": note})


def with_promo_limit[Result](
    promo_code: str | None,
    compute: Callable[[BookingContext], Result],
    *,
    context: BookingContext,
    engine: Engine,
    reads_only: bool = False,
) -> Result:
    """The result of `compute`, if the guest has not tried too many promo codes that do not apply.

    A code that does not apply is counted before it is answered, so attempts at the same time count as well. A use that
    the guest's own due hold still claims is free: the hold is released first, or left out if the caller only reads.

    Raises TooManyTries, WriteConflict, and what `compute` raises.
    """
    if promo_code is None or (context.booking and context.booking.claimed_promo == promo_code):
        return compute(context)
    now = engine.clock()
    attempts, since_ms = context.account.promo_attempts_at(millis(now))
    if attempts >= MAX_PROMO_ATTEMPTS:
        seconds = max(1, -(-(since_ms + PROMO_ATTEMPT_DECAY_MS - millis(now)) // 1000))
        raise TooManyTries(f"Wait {seconds} s before you try another promo code.", retry_after_seconds=seconds)
    try:
        return compute(context)
    except (PromoInvalid, PromoExhausted) as refusal:
        due = _due_claims(context, now, engine) if isinstance(refusal, PromoExhausted) else []
        if due and reads_only:
            return with_promo_limit(promo_code, compute, context=_without(due, context), engine=engine)
        if due:
            from holdfast.bookings.reclaim import make_way  # noqa: PLC0415 - hardly any payment needs it

            done = make_way(due, engine=engine, by_booking=context.booking.booking_id if context.booking else "")
            if done.expired or done.lost_race:
                raise WriteConflict(["promo"], None) from refusal  # so that the caller reads and decides again
            if done.crashed:
                raise Busy from refusal
        if context.booking:
            engine.store.assert_unchanged(context.booking.booking_id, context.booking)
        engine.store.count_promo_attempt(context.account, now)
        raise


def _due_claims(context: BookingContext, now: datetime, engine: Engine) -> list[Booking]:
    """The user's holds past their deadline that still claim uses of the promo, which it limits for each user."""
    if context.promo is None or context.promo.per_user_limit is None or context.redemption is None:
        return []
    claiming = engine.store.bookings(list(context.redemption.bookings))
    return [one for one in claiming if one.status in HOLDING and one.status_at(now) is Status.EXPIRED]


def _without(due: list[Booking], context: BookingContext) -> BookingContext:
    """The context as it will be once these holds are released."""
    assert context.promo is not None
    assert context.redemption is not None
    ids = {one.booking_id for one in due}
    claims = {booking_id: day for booking_id, day in context.redemption.bookings.items() if booking_id not in ids}
    return msgspec.structs.replace(
        context,
        promo=msgspec.structs.replace(context.promo, claimed=context.promo.claimed - len(due)),
        redemption=msgspec.structs.replace(context.redemption, bookings=claims),
    )


def quote_now(
    context: BookingContext, booking: Booking, promo_code: str | None, wallet_asked: int, now: datetime
) -> Quote:
    """The quote with this promo and at most this much from the wallet, by the promo and balance in `context`."""
    account = context.account
    other = account.currency != booking.currency
    limit = 0 if other else min(wallet_asked, max(0, account.balance))
    priced = quote(
        booking,
        promo_code=promo_code,
        promo_discount=promo_discount(context, booking, now) if promo_code else 0,
        wallet_limit=limit,
    )
    if not wallet_asked:
        return priced
    return priced.model_copy(update={"wallet_note": _wallet_note(account, booking, priced, limit)})


def _wallet_note(account: Account, booking: Booking, priced: Quote, limit: int) -> str | None:
    """Why the wallet pays less than it could be asked for, if it does."""
    if account.currency != booking.currency:
        return _other_currency(account, booking)
    if account.balance < 0:
        return _below_zero(account)
    if priced.wallet_applied < min(limit, priced.total_payable):
        left = money(priced.gateway_payable, booking.currency)
        return f"The wallet pays a little less, so that the {left} left can be charged to a card."
    return None


def _other_currency(account: Account, booking: Booking) -> str:
    return f"The wallet is in {account.currency} and cannot pay a price in {booking.currency}."


def _below_zero(account: Account) -> str:
    holds = money(account.balance, account.currency)
    return f"The wallet is below zero, at {holds}, and pays nothing until it is filled."


def promo_discount(context: BookingContext, booking: Booking, now: datetime) -> int:
    """What the promo in `context` takes off; a discount that this booking has claimed stays as it was fixed.

    Raises PromoInvalid, PromoExhausted.
    """
    if context.promo is None:
        raise PromoInvalid(NO_SUCH_CODE)
    if booking.quote and booking.claimed_promo == context.promo.code:
        return booking.quote.promo_discount
    amount = discount(context.promo, base_amount(booking), now, booking.currency)
    claims = context.redemption.bookings if context.redemption else {}
    if context.promo.usage_limit is not None and context.promo.claimed >= context.promo.usage_limit:
        raise PromoExhausted(f"{context.promo.code} is used up.")
    if context.promo.per_user_limit is not None and len(claims) >= context.promo.per_user_limit:
        raise PromoExhausted(f"You have used {context.promo.code} as often as it allows.")
    return amount


def agreed_quote(
    request: FinalizeRequest | AdminFinalizeRequest,
    booking: Booking,
    context: BookingContext,
    promo_code: str | None,
    now: datetime,
) -> FrozenQuote:
    """The price computed again, if the request agrees with it.

    Raises PriceChanged, InsufficientWallet, NotPayable, PromoInvalid, PromoExhausted.

    After a payment start, its promo and total are fixed, and a gateway part must be the order's amount.
    """
    fixed = frozen_quote(booking)
    total = fixed or _fresh(booking, context, promo_code, now)
    if isinstance(request, AdminFinalizeRequest):
        return msgspec.structs.replace(total.frozen(), wallet_applied=0)
    if promo_code is not None and promo_code != total.promo_code:
        raise PriceChanged("The payment was started with another promo code; start it again.", pricing=_shown(total))
    sent = request.wallet_applied + request.gateway_amount
    if sent != total.total_payable:
        detail = (
            f"wallet_applied and gateway_amount sum to {money(sent, booking.currency)}; "
            f"the total payable is {money(total.total_payable, booking.currency)}."
        )
        raise PriceChanged(detail, pricing=_shown(total))
    if request.mode in BY_GATEWAY:
        if fixed is None:
            raise NotPayable("Start the payment first: POST /bookings/{booking_id}/payment opens the gateway order.")
        if (fixed.wallet_applied, fixed.gateway_payable) != (request.wallet_applied, request.gateway_amount):
            detail = (
                f"The payment was started with {money(fixed.wallet_applied, booking.currency)} from the wallet; "
                "start it again to change that."
            )
            raise PriceChanged(detail, pricing=_shown(fixed))
    if request.wallet_applied:
        account = context.account
        if account.currency != booking.currency:
            raise InsufficientWallet(
                _other_currency(account, booking), balance=account.balance, currency=account.currency
            )
        if account.balance < request.wallet_applied:
            holds, asked = money(account.balance, booking.currency), money(request.wallet_applied, booking.currency)
            raise InsufficientWallet(
                _below_zero(account) if account.balance < 0 else f"The wallet holds {holds} of the {asked} asked for.",
                balance=account.balance,
                currency=account.currency,
            )
    return msgspec.structs.replace(total.frozen(), wallet_applied=request.wallet_applied)


def _fresh(booking: Booking, context: BookingContext, promo_code: str | None, now: datetime) -> Quote:
    amount = promo_discount(context, booking, now) if promo_code else 0
    return quote(booking, promo_code=promo_code, promo_discount=amount)


def _shown(quote: Quote) -> Quote:
    return quote.model_copy(update={"lines": ()})
