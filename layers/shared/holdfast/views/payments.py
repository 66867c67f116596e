"""Paying and cancelling, the operators' list of payments, and the answer to a gateway."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from holdfast.fields import Instant, Strict
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import millis, rfc3339
from holdfast.pricing import Quote
from holdfast.refunds import Kept, Refund

if TYPE_CHECKING:
    from holdfast.payments.cancel import CancellationPreview
    from holdfast.payments.start import StartedPayment


class PaymentStart(Strict):
    """What a frontend needs to let the guest pay. There is no order when the wallet covers everything.

    A checkout should close when the hold ends, at `expires_at`: `checkout_seconds` from now. The page should show the
    `refund_note` of the pricing, if there is one: from `card_refunds_until` on, a cancellation is not refunded to the
    card.
    """

    gateway: str
    gateway_order_id: str | None
    client_secret: str | None = None
    amount: int
    currency: str
    expires_at: Instant
    checkout_seconds: int
    card_refunds_until: Instant | None = None
    pricing: Quote


def payment_start_view(started: "StartedPayment", now: datetime) -> PaymentStart:
    order = started.order
    return PaymentStart(
        gateway=started.gateway,
        gateway_order_id=order.order_id if order else None,
        client_secret=order.client_secret if order else None,
        amount=started.quote.gateway_payable,
        currency=started.quote.currency,
        expires_at=rfc3339(started.booking.expires_at_ms),
        checkout_seconds=started.booking.seconds_left(now),
        card_refunds_until=rfc3339(millis(started.card_refunds_end)) if started.card_refunds_end else None,
        pricing=started.quote,
    )


class Finalized(Strict):
    """The answer to a finalize, the same for every repeat."""

    status: str
    message: str
    booking_id: str
    new_status: Status
    final_amount: int
    wallet_deducted: int
    gateway_charged: int


def finalized_view(booking: Booking) -> Finalized:
    return Finalized(
        status="success",
        message="The booking is confirmed.",
        booking_id=booking.booking_id,
        new_status=Status.CONFIRMED,
        final_amount=booking.quote.total_payable if booking.quote else 0,
        wallet_deducted=booking.wallet_paid,
        gateway_charged=booking.gateway_charged,
    )


class RefundStep(Strict):
    """What cancelling gives back from one of the hotel's days on, up to and with `until`; it changes at `until_at`."""

    since: date
    until: date
    until_at: Instant
    refund_percent: int
    refund_amount: int
    wallet: int
    gateway: int
    cash_refund: int = 0
    already_refunded: int = 0
    kept: Kept


class Cancellation(Strict):
    """The preview of `GET /bookings/{booking_id}/cancellation`; `now` is what cancelling does today."""

    booking_id: str
    status: Status
    cancellable: bool
    currency: str
    now: Refund
    schedule: list[RefundStep]


def cancellation_view(preview: "CancellationPreview") -> Cancellation:
    return Cancellation(
        booking_id=preview.booking.booking_id,
        status=preview.status,
        cancellable=preview.cancellable,
        currency=preview.booking.currency,
        now=preview.now,
        schedule=[
            RefundStep(
                since=step.since,
                until=step.until,
                until_at=rfc3339(millis(step.until_at)),
                refund_percent=step.refund.refund_percent,
                refund_amount=step.refund.refund_amount,
                wallet=step.refund.wallet,
                gateway=step.refund.gateway,
                cash_refund=step.refund.cash_refund,
                already_refunded=step.refund.already_refunded,
                kept=step.refund.kept,
            )
            for step in preview.schedule
        ],
    )


class WebhookAck(Strict):
    """The answer to a gateway: the event need not be sent again. `acted`: it spoke of something that we follow."""

    received: bool
    acted: bool
