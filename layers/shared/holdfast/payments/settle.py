"""Settle what is due at the gateways: each minute by the scheduler, or at once for one payment when an admin asks."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Literal

import msgspec

from holdfast.errors import BookingError, NotFound
from holdfast.logs import Metric, count, logger
from holdfast.model.account import TopUp, TopUpStatus
from holdfast.model.booking import Booking, Status
from holdfast.model.case import CaseKind
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_HISTORY_OF_SETTLES
from holdfast.payments.gateways.protocol import GatewayError
from holdfast.payments.tasks import run_tasks
from holdfast.storage.items import PAYMENTS_DUE, PAYMENTS_STUCK, build_types
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.payments.requests import SettleRequest
    from holdfast.storage.store import DueRow

WORKERS = 8
RESERVE_SECONDS = 20.0  # with less time left, no payment is begun: one may take that long
ALARMING = {
    CaseKind.UNMATCHED: Metric.PAYMENTS_UNMATCHED,
    CaseKind.REFUNDED_OUTSIDE: Metric.PAYMENTS_REFUNDED_OUTSIDE,
    CaseKind.DISPUTED: Metric.PAYMENTS_DISPUTED,
    CaseKind.CAPTURED_SHORT: Metric.PAYMENTS_CAPTURED_SHORT,
}


# Of one payment: nothing is due any more; tried, and stays due; tried too often, so it waits for an operator; a bug,
# which is logged whole; no time for it. Texts, because an enumeration costs a cold start more.
Outcome = Literal["settled", "waiting", "stuck", "failed", "remaining"]


class Round(msgspec.Struct, kw_only=True):
    """What one round did, by outcome; `stuck`, and each kind of case, are how many there are now."""

    settled: int = 0
    waiting: int = 0
    failed: int = 0
    remaining: int = 0
    stuck: int = 0
    unmatched: int = 0
    refunded_outside: int = 0
    disputed: int = 0
    captured_short: int = 0
    age_seconds_max: float = 0.0


def settle_due(*, engine: Engine) -> Round:
    """Tries everything that is due, several at a time, within the time that is left."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only a scheduled run needs threads

    from holdfast.payments.cases import adopt_orphans  # noqa: PLC0415 - nor does an admin's call need this

    build_types()
    rows: list[DueRow] = []
    total = Round()
    for shard in engine.store.shards(PAYMENTS_DUE):
        found, more = engine.store.due(shard, engine.clock())
        rows += found
        total.remaining += more
    with ThreadPoolExecutor(WORKERS) as pool:
        outcomes = list(zip(rows, pool.map(lambda row: _settle_row(row, engine), rows), strict=True))
    for _, outcome in outcomes:
        if outcome != "stuck":
            setattr(total, outcome, getattr(total, outcome) + 1)
    count(Metric.ROUND_FAILED, total.failed)
    # A booking with one task stuck and another still tried is not among the stuck of the index.
    stuck = {row.booking_id for row, outcome in outcomes if outcome == "stuck"}
    total.stuck = len(stuck | {row.booking_id for row in engine.store.all_due(PAYMENTS_STUCK)})
    adopt_orphans(engine)
    for kind, metric in ALARMING.items():
        open_cases = engine.store.count_cases(kind)
        setattr(total, kind, open_cases)
        count(metric, open_cases)
    count(Metric.PAYMENTS_STUCK, total.stuck)
    oldest_ms = min((row.due_at_ms for row in rows), default=millis(engine.clock()))
    total.age_seconds_max = (millis(engine.clock()) - oldest_ms) / 1000
    logger.info("round of due payments", extra=msgspec.to_builtins(total))
    return total


def _settle_row(row: DueRow, engine: Engine) -> Outcome:
    """Reads the row's booking or top-up, tries what is due for it, and returns the outcome."""
    if engine.deadline.seconds_left < RESERVE_SECONDS:
        return "remaining"
    try:
        payment = engine.store.topup(row.booking_id) if row.is_topup else engine.store.booking(row.booking_id)
        if payment is None or not payment.tasks:
            return "settled"
        tasks = settle(payment, engine=engine, by="settle").tasks
    except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
        logger.exception("a due payment cannot be settled", extra={"due_id": row.booking_id})
        return "failed"
    if any(task.stuck for task in tasks):
        return "stuck"
    return "waiting" if tasks else "settled"


def settle(payment: Booking | TopUp, *, engine: Engine, by: str) -> Booking | TopUp:
    """The booking or top-up, after one try of what it has due."""
    match payment:
        case TopUp():
            return _settle_topup(payment, engine)
        case Booking():
            return _settle_booking(payment, engine, by)


def _settle_booking(booking: Booking, engine: Engine, by: str) -> Booking:
    """A late payment comes first: an expired hold of which an order was paid may still be confirmed."""
    order = booking.payment
    if booking.status is Status.EXPIRED and order and not order.voided:
        from holdfast.payments.reconcile import reconcile  # noqa: PLC0415 - few rounds meet one, and it loads much

        earlier = booking.earlier_orders(order.amount)
        orders = [(order.gateway, order.order_id), *((task.gateway, task.order_id) for task in earlier)]
        for gateway, order_id in dict.fromkeys(orders):
            try:
                reconcile(order_id, gateway=gateway, engine=engine, by=by)
            except (GatewayError, BookingError) as error:
                logger.warning("it is not known yet whether an expired hold was paid", extra={"error": str(error)})
        booking = engine.store.booking(booking.booking_id) or booking
    return run_tasks(booking, engine=engine, by=by)


def _settle_topup(topup: TopUp, engine: Engine) -> TopUp:
    """The top-up after one try; on an error at the gateway, its next attempt is postponed."""
    from holdfast.payments.topup import postpone_topup, settle_topup  # noqa: PLC0415 - the same

    if topup.status is not TopUpStatus.PENDING:
        return topup
    try:
        return settle_topup(topup, engine=engine)
    except (GatewayError, BookingError) as error:
        return postpone_topup(topup, error, engine=engine)
    except WriteConflict:  # another worker came first
        return engine.store.topup(topup.topup_id) or topup


def retry_booking(booking_id: str, request: SettleRequest, *, admin_id: str, engine: Engine) -> Booking:
    """Tries now what the booking has due, stuck or not; its history names the admin and the reason.

    Where nothing is due there is no act to name, and a long history takes no more of them: the log has every one.

    Raises NotFound, Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> Booking:
        booking, now = engine.store.booking(booking_id), engine.clock()
        if booking is None:
            raise NotFound("There is no booking by that id.")
        # The count of attempts continues: the gateway would repeat its stored answer to a used key.
        tasks = tuple(msgspec.structs.replace(task, stuck=False, at_ms=millis(now)) for task in booking.tasks)
        if not tasks:
            return booking
        if len(booking.history) < MAX_HISTORY_OF_SETTLES:
            asked = booking.transitioned(booking.status, now, by, note=request.reason, tasks=tasks)
        else:
            asked = msgspec.structs.replace(booking, tasks=tasks)
        return engine.store.commit(booking, asked, now=now)

    booking = engine.store.retry_on_conflict(attempt)
    facts = {"booking_id": booking_id, "user_id": booking.user_id, "by": by}
    logger.info("an admin asks to settle a booking", extra=facts)
    return _settle_booking(booking, engine, by)


def retry_topup(topup_id: str, request: SettleRequest, *, admin_id: str, engine: Engine) -> TopUp:
    """Tries now what a pending top-up has due, stuck or not; it keeps the last admin who asked, and the reason.

    The guest may still be paying one that was never tried: it is credited if it is paid, and else left open.

    Raises NotFound, Busy.
    """
    from holdfast.payments.topup import advance_topup  # noqa: PLC0415 - the same

    by = f"admin {admin_id}"

    def attempt() -> TopUp:
        topup = engine.store.topup(topup_id)
        if topup is None:
            raise NotFound("There is no top-up by that id.")
        if topup.status is not TopUpStatus.PENDING:
            return topup
        due_at_ms = millis(engine.clock()) if topup.attempts else topup.due_at_ms
        asked = {"asked_by": by, "asked_why": request.reason, "stuck": False, "due_at_ms": due_at_ms}
        return engine.store.commit_topup(topup, msgspec.structs.replace(topup, **asked))

    topup = engine.store.retry_on_conflict(attempt)
    logger.info("an admin asks to settle a top-up", extra={"topup_id": topup_id, "user_id": topup.user_id, "by": by})
    if topup.due_at_ms > millis(engine.clock()):
        with suppress(GatewayError):
            topup, _ = advance_topup(topup, engine=engine)
        return topup
    return _settle_topup(topup, engine)
