"""Settle what is due at the gateways: each minute on its round, or at once for one booking when an admin asks."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, NotFound
from holdfast.logs import Metric, count, logger
from holdfast.model.account import UNKNOWN, TopUp, TopUpStatus
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import Clock, millis
from holdfast.payments.gateways.protocol import GatewayError, PaymentState
from holdfast.payments.reconcile import reconcile
from holdfast.payments.tasks import run_tasks
from holdfast.payments.topup import advance_topup, put_off_topup, settle_topup
from holdfast.requests import SettleRequest
from holdfast.storage.items import PAYMENTS_DUE, PAYMENTS_STUCK
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.storage.store import DueRow, Store

WORKERS = 8
RESERVE_SECONDS = 20.0  # of the time left, in which nothing new is begun: what one booking may take
MONEY_TO_FIND = frozenset({PaymentState.AUTHORISED, PaymentState.CAPTURED, UNKNOWN})  # of payments that match nothing


class Round(msgspec.Struct, kw_only=True):
    """What one round did: `settled` have nothing due any more, `waiting` were tried and stay due.

    `stuck` and `unmatched` are how many there are now, among as many as an operator is shown.
    """

    settled: int = 0
    waiting: int = 0
    failed: int = 0
    remaining: int = 0
    stuck: int = 0
    orphans: int = 0
    age_seconds_max: float = 0.0


def settle_due(*, store: Store, gateways: Mapping[str, Gateway], clock: Clock) -> Round:
    """Tries everything that is due, several at a time, within the time that the store has left."""
    rows: list[DueRow] = []
    total = Round()
    for shard in store.shards(PAYMENTS_DUE):
        found, more = store.due(shard, clock())
        rows += found
        total.remaining += more

    def one(row: DueRow) -> str:
        if store.table.seconds_left() < RESERVE_SECONDS:
            return "remaining"
        try:
            return _settle_row(row, store=store, gateways=gateways, clock=clock)
        except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
            logger.exception("a due payment cannot be settled", extra={"due_id": row.booking_id})
            return "failed"

    stuck = set()
    with ThreadPoolExecutor(WORKERS) as pool:
        for row, outcome in zip(rows, pool.map(one, rows), strict=True):
            if outcome == "stuck":
                stuck.add(row.booking_id)
            else:
                setattr(total, outcome, getattr(total, outcome) + 1)
    count(Metric.ROUND_FAILED, total.failed)
    stuck |= {row.booking_id for row in store.all_due(PAYMENTS_STUCK)}
    total.stuck = len(stuck)
    total.orphans = sum(payment.payment_state in MONEY_TO_FIND for payment in store.orphans())
    count(Metric.PAYMENTS_STUCK, total.stuck)
    count(Metric.PAYMENTS_UNMATCHED, total.orphans)
    oldest_ms = min((row.due_at_ms for row in rows), default=millis(clock()))
    total.age_seconds_max = (millis(clock()) - oldest_ms) / 1000
    logger.info("round of due payments", extra=msgspec.to_builtins(total))
    return total


def settle_booking(
    booking_id: str,
    request: SettleRequest,
    *,
    admin_id: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
) -> Booking:
    """Tries now what the booking has due, stuck or not, with the admin and the reason in its history.

    Raises NotFound, Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> Booking:
        booking, now = store.booking(booking_id), clock()
        if booking is None:
            raise NotFound("There is no booking by that id.")
        # Attempts go on counting: a try under a key used before would be answered from the gateway's memory.
        tasks = tuple(msgspec.structs.replace(task, stuck=False, at_ms=millis(now)) for task in booking.tasks)
        asked = booking.transitioned(booking.status, now, by, note=request.reason, tasks=tasks)
        return store.commit(booking, asked, now=now)

    booking = store.retry_on_conflict(attempt)
    return _settle(booking, store=store, gateways=gateways, clock=clock, by=by)


def retry_topup(
    topup_id: str,
    request: SettleRequest,
    *,
    admin_id: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
) -> TopUp:
    """Tries now what a pending top-up waits for, stuck or not; the top-up keeps who asked last, and why.

    One that was never tried may be with its guest at the gateway: it is credited if it is paid, and else left open.

    Raises NotFound, Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> TopUp:
        topup = store.topup(topup_id)
        if topup is None:
            raise NotFound("There is no top-up by that id.")
        if topup.status is not TopUpStatus.PENDING:
            return topup
        due_at_ms = millis(clock()) if topup.attempts else topup.due_at_ms
        asked = {"asked_by": by, "asked_why": request.reason, "stuck": False, "due_at_ms": due_at_ms}
        return store.commit_topup(topup, msgspec.structs.replace(topup, **asked))

    topup = store.retry_on_conflict(attempt)
    logger.info("an admin asks to settle a top-up", extra={"topup_id": topup_id, "user_id": topup.user_id, "by": by})
    if topup.due_at_ms > millis(clock()):
        with suppress(GatewayError):
            topup, _ = advance_topup(topup, store=store, gateways=gateways, clock=clock)
        return topup
    return _settle_topup(topup, store=store, gateways=gateways, clock=clock)


def _settle_row(row: DueRow, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock) -> str:
    if row.is_topup:
        topup = store.topup(row.booking_id)
        topup = topup and _settle_topup(topup, store=store, gateways=gateways, clock=clock)
        if topup is None or topup.status is not TopUpStatus.PENDING:
            return "settled"
        return "stuck" if topup.stuck else "waiting"
    booking = store.booking(row.booking_id)
    if booking is None or not booking.tasks:
        return "settled"
    booking = _settle(booking, store=store, gateways=gateways, clock=clock, by="settle")
    if any(task.stuck for task in booking.tasks):
        return "stuck"  # perhaps with a due that is still tried, so that it is not among the stuck of the index
    return "waiting" if booking.tasks else "settled"


def _settle(booking: Booking, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str) -> Booking:
    """Late money first: an expired hold whose order was paid after all may still be confirmed."""
    payment = booking.payment
    if booking.status is Status.EXPIRED and payment and not payment.voided:
        try:
            reconcile(payment.order_id, gateway=payment.gateway, store=store, gateways=gateways, clock=clock, by=by)
        except (GatewayError, BookingError) as error:
            logger.warning("cannot tell yet whether an expired hold was paid", extra={"error": str(error)})
        booking = store.booking(booking.booking_id) or booking
    return run_tasks(booking, store=store, gateways=gateways, clock=clock, by=by)


def _settle_topup(topup: TopUp, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock) -> TopUp:
    """The top-up as far as it came; one that the gateway does not let end is put off."""
    if topup.status is not TopUpStatus.PENDING:
        return topup
    try:
        return settle_topup(topup, store=store, gateways=gateways, clock=clock)
    except (GatewayError, BookingError) as error:
        return put_off_topup(topup, error, store=store, now=clock())
    except WriteConflict:  # to whoever took it further meanwhile
        return store.topup(topup.topup_id) or topup
