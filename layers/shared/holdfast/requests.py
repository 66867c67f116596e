"""What callers send: the bodies and the queries of all routes, and what makes each of them valid by itself."""

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from holdfast.fields import Day, Digits, Readable, Strict, Text, Whole
from holdfast.model.booking import PaymentMode
from holdfast.model.ids import BOOKING_ID
from holdfast.model.limits import MAX_AMOUNT, MAX_GUESTS, MAX_ROOMS
from holdfast.model.names import (
    NAME,
    NAME_SAYS,
    PROMO_CODE,
    REASON_LENGTH,
    SIGNATURE,
    TRANSACTION_ID,
    GatewayName,
)
from holdfast.model.stay import Stay

MIN_TOPUP = 100  # minor units: both gateways take and refund it
BY_GATEWAY = frozenset({PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY})
NO_CURSOR = "is not one that this list gave"

# When the last booking shown was reserved, and its id; the id of a restored hold's own record ends in that instant too.
BOOKINGS_CURSOR = re.compile(rf"[0-9]{{13}}\.{BOOKING_ID.pattern}(?:\.[0-9]{{13}})?")
# When the last row shown is due or was seen, and the id of what it is about.
PAYMENTS_CURSOR = re.compile(r"[0-9]{13}\.(?:bk|tu|cs)_[a-z2-7]{26}(?:\.[0-9]{13})?")
ENTRIES_CURSOR = re.compile(r"[1-9][0-9]{0,9}")
CITY = re.compile(r"[^\x00-\x1f#]{1,64}")
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
AMOUNT_DIGITS = re.compile(r"[0-9]{1,13}")
ROOMS_DIGITS = re.compile(rf"[1-{MAX_ROOMS}]")
GUESTS_DIGITS = re.compile(r"[1-9][0-9]?")

Name = Annotated[str, Text(NAME, NAME_SAYS)]
PromoCode = Annotated[str, Text(PROMO_CODE, "must be 1 to 32 letters, digits, dashes or underscores")]
TransactionId = Annotated[str, Text(TRANSACTION_ID, "must be 1 to 64 letters, digits or underscores")]
Signature = Annotated[str, Text(SIGNATURE, "must be 1 to 256 visible ASCII characters")]
Reason = Annotated[str, Readable(REASON_LENGTH)]
Amount = Annotated[int, Whole(0, MAX_AMOUNT)]  # minor units
Rooms = Annotated[int, Whole(1, MAX_ROOMS)]
Guests = Annotated[int, Whole(1, MAX_GUESTS)]


class ReserveRequest(Strict):
    """The body of `POST /bookings`. The stay is `[check_in, check_out)`."""

    room_type_id: Name
    check_in: Day
    check_out: Day
    rooms: Rooms
    guests: Guests

    @property
    def stay(self) -> Stay:
        return Stay(
            room_type_id=self.room_type_id,
            check_in=self.check_in,
            check_out=self.check_out,
            rooms=self.rooms,
            guests=self.guests,
        )


class PricingQuery(Strict):
    """The query of `GET /bookings/{booking_id}/pricing`. The amount is digits only."""

    promo_code: PromoCode | None = None
    wallet_apply_amount: Annotated[int, Digits(AMOUNT_DIGITS, "must be 1 to 13 digits, in minor units")] | None = None


class BookingsQuery(Strict):
    """The query of `GET /bookings`."""

    cursor: Annotated[str, Text(BOOKINGS_CURSOR, NO_CURSOR)] | None = None


class PaymentRequest(Strict):
    """The body of `POST /bookings/{booking_id}/payment`."""

    gateway: GatewayName
    promo_code: PromoCode | None = None
    wallet_apply_amount: Amount = 0


class FinalizeRequest(Strict):
    """The body of `POST /bookings/{booking_id}/finalize`. The two amounts must sum to the total payable."""

    payment_mode: Literal["wallet_only", "wallet_partial", "gateway_only"]
    wallet_applied: Amount
    gateway_amount: Amount
    gateway_transaction_id: Annotated[TransactionId | None, Field(validate_default=True)] = None
    gateway_signature: Signature | None = None
    promo_code: PromoCode | None = None

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode(self.payment_mode)

    @field_validator("wallet_applied")
    @classmethod
    def _wallet_pays_its_part(cls, applied: int, others: ValidationInfo) -> int:
        mode = others.data.get("payment_mode")
        if mode == PaymentMode.GATEWAY_ONLY and applied:
            raise ValueError(f"must be 0 for {mode}")
        if mode == PaymentMode.WALLET_PARTIAL and not applied:
            raise ValueError(f"must be above 0 for {mode}")
        return applied

    @field_validator("gateway_amount")
    @classmethod
    def _gateway_pays_its_part(cls, amount: int, others: ValidationInfo) -> int:
        mode = others.data.get("payment_mode")
        if mode is not None and (amount > 0) != (mode in BY_GATEWAY):
            raise ValueError(f"must be {'above 0' if mode in BY_GATEWAY else '0'} for {mode}")
        return amount

    @field_validator("gateway_transaction_id")
    @classmethod
    def _gateway_payment_is_named(cls, transaction_id: str | None, others: ValidationInfo) -> str | None:
        mode = others.data.get("payment_mode")
        if mode in BY_GATEWAY and transaction_id is None:
            raise ValueError(f"is required for {mode}")
        return transaction_id


class AdminFinalizeRequest(Strict):
    """The body of `POST /admin/bookings/{booking_id}/finalize`: paid outside the system."""

    payment_mode: Literal["admin"]
    reason: Reason

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode.ADMIN


class SettleRequest(Strict):
    """The body of `POST /admin/bookings/{booking_id}/settle` and of `POST /admin/topups/{topup_id}/settle`."""

    reason: Reason


class TopUpRequest(Strict):
    """The body of `POST /wallet/topups`."""

    gateway: GatewayName
    amount: Annotated[int, Whole(MIN_TOPUP, MAX_AMOUNT)]


class TopUpProof(Strict):
    """The body of `POST /wallet/topups/{topup_id}/finalize`."""

    gateway_transaction_id: TransactionId
    gateway_signature: Signature | None = None


class CreditRequest(Strict):
    """The body of `POST /admin/wallets/{user_id}/credits`; the amount is in minor units."""

    amount: Annotated[int, Whole(1, MAX_AMOUNT)]
    reason: Reason


class EntriesQuery(Strict):
    """The query of `GET /wallet/entries`. The cursor is the number of the last entry shown."""

    cursor: Annotated[int, Digits(ENTRIES_CURSOR, NO_CURSOR)] | None = None


class PaymentsQuery(Strict):
    """The query of `GET /admin/payments`."""

    state: Literal["due", "stuck", "unmatched", "refunded_outside", "disputed", "captured_short", "cash_owed"] = "due"
    cursor: Annotated[str, Text(PAYMENTS_CURSOR, NO_CURSOR)] | None = None


class CloseRequest(Strict):
    """The body of `POST /admin/cases/{case_id}/close`."""

    reason: Reason


class SearchQuery(Strict):
    """The query of `GET /properties`. Without dates it lists; with dates it also says what is free, and the price."""

    city: Annotated[str, Text(CITY, "must be 1 to 64 characters, none of them # or a control character")] | None = None
    check_in: Day | None = None
    check_out: Day | None = None
    rooms: Annotated[int, Digits(ROOMS_DIGITS, f"must be 1 to {MAX_ROOMS}")] = 1
    guests: Annotated[int, Digits(GUESTS_DIGITS, f"must be 1 to {MAX_GUESTS}")] = 1


class CalendarQuery(Strict):
    month: Annotated[str, Text(MONTH, "must be a month, YYYY-MM, of the years 2000 to 2099")] | None = None
