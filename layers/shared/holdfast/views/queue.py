"""The operators' lists: what is due or stuck at the gateways, and cases."""

from datetime import datetime
from typing import TYPE_CHECKING

from holdfast.fields import Strict
from holdfast.model.account import TopUp
from holdfast.model.booking import Booking, Status
from holdfast.model.case import Case, CaseKind
from holdfast.model.dates import millis, rfc3339
from holdfast.model.gateway_task import GatewayTask, TaskAction

if TYPE_CHECKING:
    from holdfast.storage.store import DueRow


class PaymentRow(Strict):
    """A payment that is due or stuck has its booking or top-up; a case has what it is about, and when it was seen."""

    case_id: str | None = None
    kind: CaseKind | None = None
    booking_id: str | None = None
    topup_id: str | None = None
    user_id: str | None = None
    status: Status | None = None
    action: TaskAction | None = None
    gateway: str | None = None
    gateway_order_id: str | None = None
    gateway_transaction_id: str | None = None
    gateway_refund_id: str | None = None
    amount: int | None = None
    currency: str | None = None
    state: str | None = None
    note: str | None = None
    attempts: int | None = None
    seen_at: str | None = None
    closed_at: str | None = None
    closed_by: str | None = None
    closed_why: str | None = None
    next_try_at: str | None = None
    age_seconds: int | None = None


class PaymentList(Strict):
    """One page, oldest first; `next_cursor` asks for the next. `count`: the bookings, top-ups or cases of all pages."""

    payments: list[PaymentRow]
    next_cursor: str | None
    count: int


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


def case_row(case: Case, now: datetime) -> PaymentRow:
    return PaymentRow(
        case_id=case.case_id,
        kind=case.kind,
        booking_id=case.booking_id,
        topup_id=case.topup_id,
        user_id=case.user_id,
        gateway=case.gateway,
        gateway_order_id=case.order_id,
        gateway_transaction_id=case.transaction_id,
        gateway_refund_id=case.refund_id,
        amount=case.amount,
        currency=case.currency,
        state=case.state,
        note=case.note,
        seen_at=rfc3339(case.at_ms),
        closed_at=None if case.closed_at_ms is None else rfc3339(case.closed_at_ms),
        closed_by=case.closed_by,
        closed_why=case.closed_why,
        age_seconds=(millis(now) - case.at_ms) // 1000,
    )


def _booking_rows(booking: Booking, now: datetime) -> list[PaymentRow]:
    return [
        PaymentRow(
            booking_id=booking.booking_id,
            user_id=booking.user_id,
            status=booking.status,
            action=task.action,
            gateway=task.gateway,
            gateway_order_id=task.order_id,
            gateway_transaction_id=_transaction_id(booking, task),
            amount=task.amount,
            currency=booking.currency,
            attempts=task.attempts,
            next_try_at=rfc3339(task.at_ms),
            age_seconds=(millis(now) - booking.history[-1].at_ms) // 1000,
        )
        for task in booking.tasks
    ]


def _transaction_id(booking: Booking, task: GatewayTask) -> str | None:
    """The payment on the task's order, which is known of the booking's own order once it was paid."""
    own = booking.payment
    return own.transaction_id if own and (own.gateway, own.order_id) == (task.gateway, task.order_id) else None


def _topup_row(topup: TopUp, now: datetime) -> PaymentRow:
    return PaymentRow(
        topup_id=topup.topup_id,
        user_id=topup.user_id,
        gateway=topup.gateway,
        gateway_order_id=topup.order_id,
        gateway_transaction_id=topup.transaction_id,
        amount=topup.amount,
        currency=topup.currency,
        attempts=topup.attempts,
        next_try_at=rfc3339(topup.due_at_ms),
        age_seconds=(millis(now) - topup.created_at_ms) // 1000,
    )
