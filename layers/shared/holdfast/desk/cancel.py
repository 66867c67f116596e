"""Cancel at the desk: any confirmed booking, also of a guest in the house, with the refund that the desk chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields, NotCancellable
from holdfast.model.booking import Booking, Status
from holdfast.model.cancellation import RefundChoice
from holdfast.model.money import money
from holdfast.payments.cancel import commit_cancellation, with_refund, without_refund
from holdfast.refunds import Tenders, by_tender, refund, still_held

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.desk.clerk import Clerk
    from holdfast.desk.requests import DeskCancelRequest
    from holdfast.engine import Engine


def cancel_at_desk(booking_id: str, request: DeskCancelRequest, *, clerk: Clerk, engine: Engine) -> Booking:
    """The booking, cancelled with the refund asked for; a repeat changes nothing.

    The refund is at most what was paid less what was given back. A hold is released; nothing was paid for it.

    Raises NotFound, HoldExpired, NotCancellable if it is cancelled already with another refund, InvalidFields, Busy.
    """
    user_id = clerk.booking(booking_id, engine=engine).user_id

    def decide(booking: Booking, now: datetime, wallet_currency: str) -> Booking:
        match booking.status_at(now):
            case Status.CONFIRMED:
                return with_refund(
                    booking,
                    _tenders(booking, request, now, wallet_currency),
                    now,
                    by=clerk.actor,
                    why=request.reason,
                    choice=request.choice,
                    asked=request.amount or 0,
                )
            case Status.CANCELLED:
                _refuse_another_refund(booking, request)
            case _ if request.amount:
                raise InvalidFields(("amount", "must be 0: nothing was paid for this booking"))
        return without_refund(booking, now, by=clerk.actor, note=request.reason)

    return commit_cancellation(booking_id, decide, user_id=user_id, engine=engine)


def _tenders(booking: Booking, request: DeskCancelRequest, now: datetime, wallet_currency: str) -> Tenders:
    """The refund asked for, by tender. Raises InvalidFields for an amount that is more than is still held."""
    most = sum(still_held(booking))
    match request.choice:
        case RefundChoice.POLICY:
            back = refund(booking, now, wallet_currency)
            return Tenders(back.wallet, back.gateway, back.cash_refund)
        case RefundChoice.FULL:
            return by_tender(booking, most, wallet_currency, now)
        case RefundChoice.AMOUNT:
            assert request.amount is not None
            if request.amount > most:
                held = money(most, booking.currency)
                raise InvalidFields(
                    ("amount", f"must be at most {most}: {held} of what was paid is not given back yet")
                )
            return by_tender(booking, request.amount, wallet_currency, now)


def _refuse_another_refund(booking: Booking, request: DeskCancelRequest) -> None:
    """Raises NotCancellable if the booking was cancelled with another refund than this request asks for."""
    given, kept = _given_and_kept(booking)
    made = booking.cancellation
    asked = made.asked if made and made.choice is RefundChoice.AMOUNT else given
    is_same = {
        RefundChoice.POLICY: True,
        RefundChoice.FULL: kept == 0,
        RefundChoice.AMOUNT: asked == request.amount,
    }[request.choice]
    if not is_same:
        raise NotCancellable(f"The booking is cancelled already, with {money(given, booking.currency)} given back.")


def _given_and_kept(booking: Booking) -> tuple[int, int]:
    """What the cancellation gave back, and what it kept of what was paid."""
    made, payment = booking.cancellation, booking.payment
    if made:
        return made.given_back, made.kept_price + made.kept_tax
    # A hold; a booking undone because its card could not be charged; one cancelled before refunds were recorded.
    given = booking.wallet_refunded + (payment.refunded if payment else 0)
    charged = 0 if payment and payment.voided else booking.gateway_charged
    return given, max(0, booking.wallet_paid + charged + booking.cash_paid - given)
