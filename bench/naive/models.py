"""The naive engine's requests, and its booking."""

from datetime import date
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, Field, model_validator


class Status(StrEnum):
    RESERVED = "RESERVED"
    PAYMENT_PENDING = "PAYMENT_PENDING"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class BookingRequest(BaseModel):
    user_id: str
    idempotency_key: str
    room_type_id: str
    check_in: date
    check_out: date
    rooms: int = Field(ge=1, le=9)
    guests: int = Field(ge=1)

    @model_validator(mode="after")
    def check_dates(self) -> Self:
        if not 1 <= (self.check_out - self.check_in).days <= 30:
            raise ValueError("a stay is 1 to 30 nights")
        return self


class FinalizeRequest(BaseModel):
    booking_id: str
    user_id: str
    wallet_applied: int = Field(ge=0)
    gateway_amount: int = Field(ge=0)
    gateway_transaction_id: str | None = None


class Booking(BaseModel):
    booking_id: str
    user_id: str
    room_type_id: str
    property_id: str
    check_in: date
    check_out: date
    rooms: int
    guests: int
    currency: str
    night_prices: list[int]
    base_amount: int
    gst_amount: int
    total_payable: int
    status: Status
    created_at: str
    expires_at: str
    payment_id: str | None = None
    payment_mode: str | None = None
    wallet_paid: int = 0
    gateway_paid: int = 0
