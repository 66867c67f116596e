"""Paying and cancelling, the operators' list of payments, and the answer to a gateway."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from holdfast.fields import Strict
from holdfast.model.account import OrphanPayment, TopUp
from holdfast.model.booking import Booking, Status, TaskAction
from holdfast.model.dates import millis, rfc3339
from holdfast.pricing import Quote, Refund

if TYPE_CHECKING:
    from holdfast.payments.cancel import CancellationPreview
    from holdfast.payments.start import StartedPayment
    from holdfast.storage.store import DueRow


class PaymentStart(Strict):
    """What a frontend needs to let the guest pay. There is no order when the wallet covers everything."""

    gateway: str
    gateway_order_id: str | None
    client_secret: str | None = None
    amount: int
    currency: str
    pricing: Quote


def payment_start_view(started: "StartedPayment") -> PaymentStart:
    order = started.order
    return PaymentStart(
        gateway=started.gateway,
        gateway_order_id=order.order_id if order else None,
        client_secret=order.client_secret if order else None,
        amount=started.quote.gateway_payable,
        currency=started.quote.currency,
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
    """What cancelling gives back from one day on, up to and with `until`, by dates at the property."""

    since: date
    until: date
    refund_percent: int
    refund_amount: int
    wallet: int
    gateway: int


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
                refund_percent=step.refund.refund_percent,
                refund_amount=step.refund.refund_amount,
                wallet=step.refund.wallet,
                gateway=step.refund.gateway,
            )
            for step in preview.schedule
        ],
    )


class PaymentRow(Strict):
    """A payment that is due or stuck has its booking or top-up; an unmatched one has what the gateway shows of it."""

    booking_id: str | None = None
    topup_id: str | None = None
    status: Status | None = None
    action: TaskAction | None = None
    gateway: str | None = None
    gateway_order_id: str | None = None
    amount: int | None = None
    currency: str | None = None
    state: str | None = None
    attempts: int | None = None
    seen_at: str | None = None
    next_try_at: str | None = None
    age_seconds: int | None = None


class PaymentList(Strict):
    payments: list[PaymentRow]


def payment_rows(row: "DueRow", payment: Booking | TopUp | None, now: datetime) -> list[PaymentRow]:
    """One row for each task that is due; of a payment that cannot be read, what the index knows of it."""
    match payment:
        case Booking():
            return _booking_rows(payment, now)
        case TopUp():
            return [_topup_row(payment, now)]
        case None:
            topup_id, booking_id = (row.booking_id, None) if row.is_topup else (None, row.booking_id)
            return [PaymentRow(topup_id=topup_id, booking_id=booking_id, next_try_at=rfc3339(row.due_at_ms))]


def orphan_row(orphan: OrphanPayment, now: datetime) -> PaymentRow:
    return PaymentRow(
        gateway=orphan.gateway,
        gateway_order_id=orphan.order_id,
        amount=orphan.amount,
        currency=orphan.currency,
        state=orphan.payment_state,
        seen_at=rfc3339(orphan.at_ms),
        age_seconds=(millis(now) - orphan.at_ms) // 1000,
    )


def _booking_rows(booking: Booking, now: datetime) -> list[PaymentRow]:
    return [
        PaymentRow(
            booking_id=booking.booking_id,
            status=booking.status,
            action=task.action,
            gateway=task.gateway,
            gateway_order_id=task.order_id,
            amount=task.amount,
            currency=booking.currency,
            attempts=task.attempts,
            next_try_at=rfc3339(task.at_ms),
            age_seconds=(millis(now) - booking.history[-1].at_ms) // 1000,
        )
        for task in booking.tasks
    ]


def _topup_row(topup: TopUp, now: datetime) -> PaymentRow:
    return PaymentRow(
        topup_id=topup.topup_id,
        gateway=topup.gateway,
        gateway_order_id=topup.order_id,
        amount=topup.amount,
        currency=topup.currency,
        attempts=topup.attempts,
        next_try_at=rfc3339(topup.due_at_ms),
        age_seconds=(millis(now) - topup.created_at_ms) // 1000,
    )


class WebhookAck(Strict):
    """The answer to a gateway: the event need not be sent again. `acted`: it spoke of something that we follow."""

    received: bool
    acted: bool
