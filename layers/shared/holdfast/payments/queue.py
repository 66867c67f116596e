"""What operators see of payments: what is due, what is stuck, and the open cases, page by page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.model.case import CaseKind
from holdfast.payments.cases import adopt_orphans
from holdfast.storage.items import PAYMENTS_DUE, PAYMENTS_STUCK

if TYPE_CHECKING:
    from typing import Literal

    from holdfast.engine import Engine
    from holdfast.model.account import TopUp
    from holdfast.model.booking import Booking
    from holdfast.model.case import Case
    from holdfast.storage.cases import Position
    from holdfast.storage.store import DueRow


class ListPage[Row]:
    """One page of a list, oldest first; `count` is how many there are in all."""

    def __init__(self, rows: list[Row], next_cursor: str | None, count: int) -> None:
        self.rows = rows
        self.next_cursor = next_cursor
        self.count = count


def list_payments(
    state: Literal["due", "stuck"], *, engine: Engine, cursor: str | None = None
) -> ListPage[tuple[DueRow, Booking | TopUp | None]]:
    """The bookings and top-ups with something in that state; None for one that cannot be read. Raises Busy."""
    shards = engine.store.shards(PAYMENTS_DUE if state == "due" else PAYMENTS_STUCK)
    rows, more = engine.store.listed(shards, _position(cursor))
    payments = engine.store.payments_of(rows)
    listed = [(row, payments.get(row.booking_id)) for row in rows]
    return ListPage(listed, _cursor(more), engine.store.count_listed(shards))


def list_cases(kind: CaseKind, *, engine: Engine, cursor: str | None = None) -> ListPage[Case]:
    """The open cases of that kind. Raises Busy."""
    if kind is CaseKind.UNMATCHED:
        adopt_orphans(engine)
    cases, more = engine.store.open_cases(kind, _position(cursor))
    return ListPage(cases, _cursor(more), engine.store.count_cases(kind))


def _position(cursor: str | None) -> Position | None:
    if cursor is None:
        return None
    at_ms, _, listed_id = cursor.partition(".")
    return int(at_ms), listed_id


def _cursor(position: Position | None) -> str | None:
    return f"{position[0]}.{position[1]}" if position else None
