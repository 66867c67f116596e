"""What callers send to pay, and to operate payments."""

import re
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from holdfast.fields import Strict, Text
from holdfast.model.booking import Booking, PaymentMode
from holdfast.model.names import GatewayName
from holdfast.requests import BY_GATEWAY, NO_CURSOR, Amount, PromoCode, Reason, Signature, TransactionId

# When the last row shown is due or was seen, and the id of what it is about.
PAYMENTS_CURSOR = re.compile(r"[0-9]{13}\.(?:bk|tu|cs)_[a-z2-7]{26}(?:\.[0-9]{13})?")


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

    def repeats(self, booking: Booking) -> bool:
        """Whether this is the payment that confirmed the booking."""
        of_gateway = self.mode in BY_GATEWAY
        sent = self.gateway_transaction_id if of_gateway else None
        taken = booking.payment.transaction_id if booking.payment and of_gateway else None
        paid = booking.payment_mode, booking.wallet_paid, booking.gateway_charged, taken
        return paid == (self.mode, self.wallet_applied, self.gateway_amount, sent)

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

    def repeats(self, booking: Booking) -> bool:
        """Whether an admin's statement confirmed the booking."""
        return booking.payment_mode is self.mode


class CloseRefundRequest(Strict):
    """The body of `POST /admin/bookings/{booking_id}/refunds/close`: how the guest was paid instead."""

    reason: Reason
    paid: Literal["outside", "wallet"]


class SettleRequest(Strict):
    """The body of what an admin does with a reason: settle a booking or a top-up, close a case."""

    reason: Reason


class PaymentsQuery(Strict):
    """The query of `GET /admin/payments`."""

    state: Literal["due", "stuck", "unmatched", "refunded_outside", "disputed", "captured_short", "cash_owed"] = "due"
    cursor: Annotated[str, Text(PAYMENTS_CURSOR, NO_CURSOR)] | None = None
