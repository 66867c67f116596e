"""What a finalize asks for, and whether it agrees with the price: reckoned again here, never taken from the client."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from holdfast.bookings.lookup import Amount, PromoCode, promo_discount
from holdfast.errors import InsufficientWallet, InvalidFields, NotPayable, PriceChanged
from holdfast.model.booking import Booking, FrozenQuote, PaymentMode
from holdfast.pricing import Quote, frozen_quote, quote
from holdfast.storage.transaction import BookingContext

REASON_LENGTH = 200
BY_GATEWAY = frozenset({PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY})


class FinalizeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /bookings/{booking_id}/finalize`. The two amounts must sum to the total payable."""

    payment_mode: Literal["wallet_only", "wallet_partial", "gateway_only"]
    wallet_applied: Amount
    gateway_amount: Amount
    gateway_transaction_id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_]{1,64}\Z")] | None = None
    gateway_signature: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]{1,256}\Z")] | None = None
    promo_code: PromoCode | None = None

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode(self.payment_mode)


class AdminFinalizeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /admin/bookings/{booking_id}/finalize`: paid outside the system."""

    payment_mode: Literal["admin"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH)]

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode.ADMIN


def check_shape(request: FinalizeRequest | AdminFinalizeRequest) -> None:
    """What the mode alone says about the other fields."""
    if isinstance(request, AdminFinalizeRequest):
        if not request.reason.isprintable() or not request.reason.strip():
            raise InvalidFields(("reason", "must be a line of printable text"))
        return
    gateway = request.mode in BY_GATEWAY
    errors = []
    if request.mode is PaymentMode.GATEWAY_ONLY and request.wallet_applied:
        errors.append(("wallet_applied", "must be 0 for gateway_only"))
    if request.mode is PaymentMode.WALLET_PARTIAL and not request.wallet_applied:
        errors.append(("wallet_applied", "must be above 0 for wallet_partial"))
    if (request.gateway_amount > 0) != gateway:
        errors.append(("gateway_amount", f"must be {'above 0' if gateway else '0'} for {request.mode}"))
    if gateway and request.gateway_transaction_id is None:
        errors.append(("gateway_transaction_id", f"is required for {request.mode}"))
    if errors:
        raise InvalidFields(*errors)


def agreed_quote(
    request: FinalizeRequest | AdminFinalizeRequest,
    booking: Booking,
    context: BookingContext,
    promo_code: str | None,
    now: datetime,
) -> FrozenQuote:
    """The price reckoned again, if the request agrees with it; raises PriceChanged or InsufficientWallet.

    Once a payment was started, its promo and total stand, and a gateway part must be the order's amount.
    """
    fixed = frozen_quote(booking)
    total = fixed or _fresh(booking, context, promo_code, now)
    if isinstance(request, AdminFinalizeRequest):
        return msgspec.structs.replace(total.frozen(), wallet_applied=0)
    if promo_code is not None and promo_code != total.promo_code:
        raise PriceChanged("The payment was started with another promo code; start it again.", pricing=_shown(total))
    sent = request.wallet_applied + request.gateway_amount
    if sent != total.total_payable:
        detail = f"wallet_applied and gateway_amount sum to {sent}; the total payable is {total.total_payable}."
        raise PriceChanged(detail, pricing=_shown(total))
    if request.mode in BY_GATEWAY:
        if fixed is None:
            raise NotPayable("Start the payment first: POST /bookings/{booking_id}/payment opens the gateway order.")
        if (fixed.wallet_applied, fixed.gateway_payable) != (request.wallet_applied, request.gateway_amount):
            detail = (
                f"The payment was started with {fixed.wallet_applied} from the wallet; start it again to change that."
            )
            raise PriceChanged(detail, pricing=_shown(fixed))
    if request.wallet_applied:
        balance = context.account.balance if context.account.currency == booking.currency else 0
        if balance < request.wallet_applied:
            raise InsufficientWallet(
                f"The wallet holds {balance} of the {request.wallet_applied} asked for.", balance=balance
            )
    return msgspec.structs.replace(total.frozen(), wallet_applied=request.wallet_applied)


def _fresh(booking: Booking, context: BookingContext, promo_code: str | None, now: datetime) -> Quote:
    amount = promo_discount(context, booking, now) if promo_code else 0
    return quote(booking, promo_code=promo_code, promo_discount=amount)


def _shown(quote: Quote) -> Quote:
    return msgspec.structs.replace(quote, lines=())
