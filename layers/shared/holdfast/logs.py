"""The tagged log lines of each booking, and the metrics that operators watch.

One line for each state change: the use case writes it after the commit, so a replay writes none.
No line carries a token, an e-mail address, a phone number, card data or a signature: `record` takes named facts only.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import wraps
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.logging import Logger
from aws_lambda_powertools.metrics import Metrics, MetricUnit

from holdfast.model.money import money

if TYPE_CHECKING:
    from holdfast.model.account import LedgerEntry, TopUp
    from holdfast.model.booking import Booking

logger = Logger()
metrics = Metrics()


class Tag(StrEnum):
    """Every tag there is. BOOKING_CREATED is kept for bookings that begin without a hold; nothing makes one yet."""

    BOOKING_CREATED = "BOOKING_CREATED"
    BOOKING_RESERVED = "BOOKING_RESERVED"
    BOOKING_CONFIRMED = "BOOKING_CONFIRMED"
    BOOKING_EXPIRED = "BOOKING_EXPIRED"
    BOOKING_CANCELLED = "BOOKING_CANCELLED"
    BOOKING_CHECKED_IN = "BOOKING_CHECKED_IN"
    BOOKING_CHECKED_OUT = "BOOKING_CHECKED_OUT"
    BOOKING_NO_SHOW = "BOOKING_NO_SHOW"
    PAYMENT_FINALIZE_SUCCESS = "PAYMENT_FINALIZE_SUCCESS"
    PAYMENT_FINALIZE_ERROR = "PAYMENT_FINALIZE_ERROR"
    WALLET_DEDUCTED = "WALLET_DEDUCTED"
    WALLET_CREDITED = "WALLET_CREDITED"
    HOLD_RECLAIMED = "HOLD_RECLAIMED"
    PAYMENT_LATE_RESCUED = "PAYMENT_LATE_RESCUED"
    PAYMENT_VOIDED = "PAYMENT_VOIDED"
    PAYMENT_CAPTURED = "PAYMENT_CAPTURED"
    PAYMENT_REFUNDED = "PAYMENT_REFUNDED"
    SETTLE_FAILED = "SETTLE_FAILED"


class Metric(StrEnum):
    HOLDS_EXPIRED = "HoldsExpired"
    ROOMS_RELEASED = "RoomsReleased"
    EXPIRY_LAG = "ExpiryLag"
    PAYMENT_SUCCESS = "PaymentSuccess"  # 1 or 0 for each finalize: its average is the success rate
    PAID_BY_WALLET = "PaidByWallet"  # 1 or 0 for each confirmation: its average is the wallet's share
    SWEEP_FAILED = "SweepFailed"  # counted by each sweep, also when it is 0: without a value, no sweep came
    SETTLE_FAILED = "SettleFailed"
    ROUND_FAILED = "RoundFailed"  # counted by each round of settle; those below: how many there are now
    PAYMENTS_STUCK = "PaymentsStuck"
    PAYMENTS_UNMATCHED = "PaymentsUnmatched"
    PAYMENTS_FOREIGN = "PaymentsForeign"  # events about payments of another program on the same account
    GATEWAY_KEY_REFUSED = "GatewayKeyRefused"
    WEBHOOKS_REFUSED = "WebhooksRefused"  # for their signatures
    CREDITED_BY_ADMINS = "CreditedByAdmins"  # minor units, of any currency
    PAYMENTS_REFUNDED_OUTSIDE = "PaymentsRefundedOutside"
    PAYMENTS_DISPUTED = "PaymentsDisputed"
    PAYMENTS_CAPTURED_SHORT = "PaymentsCapturedShort"
    BROKEN_INVARIANTS = "BrokenInvariants"
    MONTHS_AHEAD_MIN = "MonthsAheadMin"  # the fewest that are open after this one, of the room types a run saw
    OPENING_FAILED = "OpeningFailed"  # calendars that a run could not open
    OPENING_UNFINISHED = "OpeningUnfinished"  # 1 when a run had no time for all hotels: the next one goes on from there


def record(tag: Tag, text: str, *, before: Booking | None = None, after: Booking, **facts: Any) -> None:
    """Writes one line about a booking, with its state and version before and after."""
    line = {
        "tag": tag,
        "booking_id": after.booking_id,
        "user_id": after.user_id,
        "room_type_id": after.room_type_id,
        "currency": after.currency,
        "before": _state(before),
        "after": _state(after),
        **facts,
    }
    write = logger.warning if tag is Tag.SETTLE_FAILED else logger.info
    write(f"[{tag}] {text}", extra=line)


def record_refusal(booking_id: str, user_id: str, text: str, **facts: Any) -> None:
    """Writes the line of a payment that was asked for and refused; nothing has changed."""
    line = {"tag": Tag.PAYMENT_FINALIZE_ERROR, "booking_id": booking_id, "user_id": user_id, **facts}
    logger.warning(f"[{Tag.PAYMENT_FINALIZE_ERROR}] {text}", extra=line)


def record_topup_failure(topup: TopUp, error: Exception) -> None:
    """Writes the line of a top-up that could not be settled this time."""
    amount, outlook = money(topup.amount, topup.currency), "stuck" if topup.stuck else "will be tried again"
    line = {
        "tag": Tag.SETTLE_FAILED,
        "topup_id": topup.topup_id,
        "user_id": topup.user_id,
        "amount": topup.amount,
        "currency": topup.currency,
        "gateway": topup.gateway,
        "attempts": topup.attempts,
        "stuck": topup.stuck,
    }
    logger.warning(f"[{Tag.SETTLE_FAILED}] top-up of {amount} not settled, {outlook}: {error}", extra=line)


def record_entry(entry: LedgerEntry, currency: str) -> None:
    """Writes the line of one wallet entry."""
    tag = Tag.WALLET_DEDUCTED if entry.amount < 0 else Tag.WALLET_CREDITED
    line = {
        "tag": tag,
        "booking_id": entry.booking_id,
        "user_id": entry.user_id,
        "amount": abs(entry.amount),
        "currency": currency,
        "before": {"balance": entry.balance_after - entry.amount, "seq": entry.seq - 1},
        "after": {"balance": entry.balance_after, "seq": entry.seq},
        "by": entry.actor,
    }
    logger.info(f"[{tag}] {money(abs(entry.amount), currency)}", extra=line)


def count(metric: Metric, value: float) -> None:
    metrics.add_metric(metric, MetricUnit.Seconds if metric is Metric.EXPIRY_LAG else MetricUnit.Count, value)


def publishes_metrics[**Arguments, Result](handler: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Writes what a handler counted, if it counted anything, whether it answered or crashed."""

    @wraps(handler)
    def wrapped(*arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        try:
            return handler(*arguments, **named)
        finally:
            if metrics.metric_set:
                metrics.flush_metrics()

    return wrapped


def _state(booking: Booking | None) -> dict[str, Any] | None:
    return None if booking is None else {"status": booking.status, "version": booking.version}
