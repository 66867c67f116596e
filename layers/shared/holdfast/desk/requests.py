"""What callers send to the desk. Apart from the other requests: every function loads those, and starts with them."""

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from holdfast.desk.cursor import DESK_CURSOR
from holdfast.fields import Day, Strict, Text
from holdfast.model.cancellation import RefundChoice
from holdfast.requests import NO_CURSOR, Amount, Name, Reason


class DeskBookingsQuery(Strict):
    """The query of `GET /admin/bookings` and `GET /owner/bookings`: `date` is the check-in day."""

    property_id: Name
    date: Day | None = None
    state: (
        Literal["reserved", "payment_pending", "confirmed", "expired", "cancelled", "checked_in", "no_show"] | None
    ) = None
    cursor: Annotated[str, Text(DESK_CURSOR, NO_CURSOR)] | None = None


class DeskCancelRequest(Strict):
    """The body of the desk's cancel. `amount` is in minor units, for the refund `amount` alone."""

    reason: Reason
    refund: Literal["policy", "full", "amount"]
    amount: Annotated[Amount | None, Field(validate_default=True)] = None

    @property
    def choice(self) -> RefundChoice:
        return RefundChoice(self.refund)

    @field_validator("amount")
    @classmethod
    def _is_for_its_refund(cls, amount: int | None, others: ValidationInfo) -> int | None:
        refund = others.data.get("refund")
        if refund == RefundChoice.AMOUNT and amount is None:
            raise ValueError("is required for the refund amount")
        if refund is not None and refund != RefundChoice.AMOUNT and amount is not None:
            raise ValueError("is for the refund amount alone")
        return amount


class StayRequest(Strict):
    """The body of the desk's check-in and check-out; it may be left out."""

    reason: Reason | None = None


class NoShowRequest(Strict):
    """The body of the desk's no-show."""

    reason: Reason
