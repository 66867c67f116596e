"""What callers send: the bodies and the queries of all routes, and what makes each of them valid by itself."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

import msgspec

from holdfast.errors import InvalidFields
from holdfast.model.booking import PaymentMode
from holdfast.model.ids import BOOKING_ID
from holdfast.model.limits import MAX_AMOUNT, MAX_GUESTS, MAX_ROOMS
from holdfast.model.stay import Stay

REASON_LENGTH = 200
MIN_TOPUP = 100  # minor units: what both gateways take and give back
BY_GATEWAY = frozenset({PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY})

# When the last booking shown was reserved, and its id: one that lapsed and lost its key has that instant in its id too.
BOOKINGS_CURSOR = rf"\A[0-9]{{13}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?\Z"

PromoCode = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_-]{1,32}\Z")]
Amount = Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")]
City = Annotated[str, msgspec.Meta(pattern=r"\A[^\x00-\x1f#]{1,64}\Z")]


class ReserveRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /bookings`. The stay is `[check_in, check_out)`."""

    room_type_id: Name
    check_in: date
    check_out: date
    rooms: Annotated[int, msgspec.Meta(ge=1, le=MAX_ROOMS)]
    guests: Annotated[int, msgspec.Meta(ge=1, le=MAX_GUESTS)]

    @property
    def stay(self) -> Stay:
        return Stay(
            room_type_id=self.room_type_id,
            check_in=self.check_in,
            check_out=self.check_out,
            rooms=self.rooms,
            guests=self.guests,
        )


class PricingQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /bookings/{booking_id}/pricing`. The amount is digits only."""

    promo_code: PromoCode | None = None
    wallet_apply_amount: Annotated[str, msgspec.Meta(pattern=r"\A[0-9]{1,13}\Z")] | None = None


class BookingsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /bookings`."""

    cursor: Annotated[str, msgspec.Meta(pattern=BOOKINGS_CURSOR)] | None = None


class PaymentRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /bookings/{booking_id}/payment`."""

    gateway: Literal["stripe", "razorpay"]
    promo_code: PromoCode | None = None
    wallet_apply_amount: Amount = 0


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


class SettleRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /admin/bookings/{booking_id}/settle` and of `POST /admin/topups/{topup_id}/settle`."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH)]

    def refuse_blank(self) -> None:
        """Raises InvalidFields unless the reason is a line that can be read."""
        if not self.reason.isprintable() or not self.reason.strip():
            raise InvalidFields(("reason", "must be a line of printable text"))


class TopUpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /wallet/topups`."""

    gateway: Literal["stripe", "razorpay"]
    amount: Annotated[int, msgspec.Meta(ge=MIN_TOPUP, le=MAX_AMOUNT)]


class TopUpProof(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /wallet/topups/{topup_id}/finalize`."""

    gateway_transaction_id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_]{1,64}\Z")]
    gateway_signature: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]{1,256}\Z")] | None = None


class CreditRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /admin/wallets/{user_id}/credits`; the amount is in minor units."""

    amount: Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH)]


class EntriesQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /wallet/entries`. The cursor is the number of the last entry shown."""

    cursor: Annotated[str, msgspec.Meta(pattern=r"\A[1-9][0-9]{0,9}\Z")] | None = None


class PaymentsQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /admin/payments`."""

    state: Literal["due", "stuck", "unmatched"] = "due"


class SearchQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The query of `GET /properties`. Without dates it lists; with dates it also says what is free, and the price."""

    city: City | None = None
    check_in: date | None = None
    check_out: date | None = None
    rooms: Annotated[str, msgspec.Meta(pattern=rf"\A[1-{MAX_ROOMS}]\Z")] = "1"
    guests: Annotated[str, msgspec.Meta(pattern=r"\A[1-9][0-9]?\Z")] = "1"


class CalendarQuery(msgspec.Struct, frozen=True, kw_only=True):
    month: Annotated[str, msgspec.Meta(pattern=r"\A20[0-9]{2}-(0[1-9]|1[0-2])\Z")] | None = None


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
