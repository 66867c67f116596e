"""What operators see of payments: what is due, what is stuck, and orphan payments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.storage.items import PAYMENTS_DUE, PAYMENTS_STUCK

if TYPE_CHECKING:
    from typing import Literal

    from holdfast.engine import Engine
    from holdfast.model.account import OrphanPayment, TopUp
    from holdfast.model.booking import Booking
    from holdfast.storage.store import DueRow


def list_payments(state: Literal["due", "stuck"], *, engine: Engine) -> list[tuple[DueRow, Booking | TopUp | None]]:
    """The rows of the `due` index in that state, oldest first, each with its payment; None if it cannot be read."""
    kind = PAYMENTS_DUE if state == "due" else PAYMENTS_STUCK
    rows = sorted(engine.store.all_due(kind), key=lambda row: row.due_at_ms)
    payments = engine.store.payments_of(rows)
    return [(row, payments.get(row.booking_id)) for row in rows]


def list_orphans(*, engine: Engine) -> list[OrphanPayment]:
    """The payments that belong to no booking or top-up of ours, oldest first."""
    return sorted(engine.store.orphans(), key=lambda payment: payment.at_ms)
