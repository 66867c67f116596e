"""A booking as the desk sees it: all that its guest sees, and whose it is, what is due, the wallet's lines, cases."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from holdfast.fields import Instant, Strict
from holdfast.model.booking import Booking
from holdfast.model.case import Case, CaseKind
from holdfast.model.dates import rfc3339
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.views.bookings import BookingView, booking_view
from holdfast.views.wallet import EntryView, entry_view

if TYPE_CHECKING:
    from holdfast.desk.bookings import DeskBooking


class TaskView(TypedDict):
    """A step that is due at a gateway. A stuck one waits for an operator."""

    action: TaskAction
    gateway: str
    gateway_order_id: str
    amount: int
    currency: str
    attempts: int
    stuck: bool
    next_try_at: Instant


class CaseView(Strict):
    """Something about the booking's money that a person must look at, or has closed."""

    case_id: str
    kind: CaseKind
    state: str
    amount: int
    currency: str
    gateway: str | None = None
    gateway_order_id: str | None = None
    gateway_transaction_id: str | None = None
    gateway_refund_id: str | None = None
    note: str | None = None
    opened_at: Instant
    closed_at: Instant | None = None
    closed_by: str | None = None
    reason: str | None = None


class DeskBookingDetail(BookingView):
    """`entries` are the lines that the booking made in its guest's wallet, oldest first."""

    tasks: list[TaskView]
    entries: list[EntryView]
    cases: list[CaseView]


class DeskBookingList(Strict):
    """One page of a property's bookings, by check-in day; `next_cursor` asks for the next one."""

    bookings: list[BookingView]
    next_cursor: str | None


def desk_booking_view(booking: Booking, now: datetime) -> BookingView:
    return booking_view(booking, now).model_copy(update={"user_id": booking.user_id})


def desk_booking_detail(seen: "DeskBooking", now: datetime, *, is_owner: bool) -> DeskBookingDetail:
    """An owner reads of the guest's wallet what the booking moved, and not what else is in it."""
    hidden = {"seq": None, "balance_after": None, "reverses": None} if is_owner else {}
    return DeskBookingDetail(
        tasks=[_task_view(task, seen.booking.currency) for task in seen.booking.tasks],
        entries=[entry_view(entry).model_copy(update=hidden) for entry in seen.entries],
        cases=[_case_view(case) for case in seen.cases],
        **dict(desk_booking_view(seen.booking, now)),
    )


def _case_view(case: Case) -> CaseView:
    return CaseView(
        case_id=case.case_id,
        kind=case.kind,
        state=case.state,
        amount=case.amount,
        currency=case.currency,
        gateway=case.gateway,
        gateway_order_id=case.order_id,
        gateway_transaction_id=case.transaction_id,
        gateway_refund_id=case.refund_id,
        note=case.note,
        opened_at=rfc3339(case.at_ms),
        closed_at=None if case.closed_at_ms is None else rfc3339(case.closed_at_ms),
        closed_by=case.closed_by,
        reason=case.closed_why,
    )


def _task_view(task: GatewayTask, currency: str) -> TaskView:
    return TaskView(
        action=task.action,
        gateway=task.gateway,
        gateway_order_id=task.order_id,
        amount=task.amount,
        currency=currency,
        attempts=task.attempts,
        stuck=task.stuck,
        next_try_at=rfc3339(task.at_ms),
    )
