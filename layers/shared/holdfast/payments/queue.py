"""What operators see of payments: what is due, what is stuck, and what belongs to nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.account import TopUp
from holdfast.model.booking import Booking, Status, TaskAction
from holdfast.model.dates import millis, rfc3339
from holdfast.requests import PaymentsQuery
from holdfast.storage.items import PAYMENTS_DUE, PAYMENTS_STUCK

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.storage.store import Store


class PaymentRow(msgspec.Struct, kw_only=True, omit_defaults=True):
    """A payment that is due or stuck has its booking or top-up; an unmatched one has what the gateway told of it."""

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


class PaymentList(msgspec.Struct, kw_only=True):
    payments: list[PaymentRow]


def list_payments(query: PaymentsQuery, *, store: Store, now: datetime) -> list[PaymentRow]:
    """The payments in that state, oldest first, each with its age in seconds."""
    if query.state == "unmatched":
        return [
            PaymentRow(
                gateway=payment.gateway,
                gateway_order_id=payment.order_id,
                amount=payment.amount,
                currency=payment.currency,
                state=payment.payment_state,
                seen_at=rfc3339(payment.at_ms),
                age_seconds=(millis(now) - payment.at_ms) // 1000,
            )
            for payment in sorted(store.orphans(), key=lambda payment: payment.at_ms)
        ]
    kind = PAYMENTS_DUE if query.state == "due" else PAYMENTS_STUCK
    rows = sorted(store.all_due(kind), key=lambda row: row.due_at_ms)
    payments = store.payments_of(rows)
    listed: list[PaymentRow] = []
    for row in rows:
        match payments.get(row.booking_id):
            case Booking() as booking:
                listed += _due_rows(booking, now)
            case TopUp() as topup:
                listed.append(_topup_row(topup, now))
            case None:
                bare = PaymentRow(next_try_at=rfc3339(row.due_at_ms))
                bare.topup_id, bare.booking_id = (row.booking_id, None) if row.is_topup else (None, row.booking_id)
                listed.append(bare)
    return listed


def _due_rows(booking: Booking, now: datetime) -> list[PaymentRow]:
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
