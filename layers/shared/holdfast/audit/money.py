"""The audit of payments: what bookings record of them, and the gateways' own records."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from holdfast.audit.snapshot import HELD, Broken, Snapshot, at_rest
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Booking, PaymentMode, Status
from holdfast.model.cancellation import RefundChoice
from holdfast.model.case import CaseKind
from holdfast.model.gateway_task import TaskAction
from holdfast.model.property import DEFAULT_CURRENCY
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.items import booking_key, topup_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.model.account import TopUp
    from holdfast.payments.gateways.protocol import GatewayPayment
REFUNDED_WITHIN_MS = 180 * 86_400_000  # at Razorpay
RAZORPAY_SMALLEST = 100  # of a refund
CLOCKS_APART_MS = 60_000  # two processes may differ by seconds, and a request reads some before it decides


def broken_payments(view: Snapshot) -> Iterator[Broken]:
    """PAY2, PAY3, PAY4, CASH1 as far as the bookings themselves show."""
    for booking_id, booking in view.bookings.items():
        keys = (booking_key(booking_id),)
        if booking.status is Status.CONFIRMED:
            yield from (Broken("PAY2", f"{booking_id}: {text}", keys) for text in _unpaid(booking, view))
        payment = booking.payment
        given_back = booking.wallet_refunded + (payment.refunded if payment else 0)
        if payment and payment.refunded > payment.captured:
            text = f"{booking_id}: {payment.refunded} refunded of {payment.captured} captured"
            yield Broken("PAY4", text, keys)
        if given_back > booking.wallet_paid + (payment.captured if payment else 0):
            yield Broken("PAY4", f"{booking_id}: {given_back} given back, which is more than was paid", keys)
        made, total = booking.cancellation, booking.wallet_paid + booking.gateway_charged + booking.cash_paid
        if made and made.given_back + made.kept_price + made.kept_tax > total:
            yield Broken("PAY4", f"{booking_id}: cancelled, with more given back and kept than the {total} paid", keys)
        if made and made.choice is RefundChoice.FULL and made.kept_price + made.kept_tax:
            yield Broken(
                "PAY3", f"{booking_id}: {made.kept_price + made.kept_tax} kept of what was to go back whole", keys
            )
        if made and made.cash != _cash_in_cases(view, booking_id):
            yield Broken("CASH1", f"{booking_id}: {made.cash} owed in cash, and no such case", keys)
        if at_rest(booking):
            yield from (Broken("PAY3", f"{booking_id}: {text}", keys) for text in _misplaced(booking, view))


def depends_on_wallet(booking: Booking) -> bool:
    """Whether PAY3 can say only by the guest's wallet, or by no means, that the money is where it belongs."""
    return at_rest(booking) and any(
        next(_misplaced_if(booking, currency), None) for currency in (booking.currency, "another")
    )


def _cash_in_cases(view: Snapshot, booking_id: str) -> int:
    cases = [case for case in view.cases.values() if case.booking_id == booking_id]
    return sum(case.amount for case in cases if case.kind is CaseKind.CASH_OWED)


def _unpaid(booking: Booking, view: Snapshot) -> Iterator[str]:
    """What a confirmed booking lacks to be paid exactly once."""
    if booking.quote is None:
        yield "confirmed without a price"
        return
    if booking.payment_mode is PaymentMode.ADMIN:
        return
    paid = booking.wallet_paid + booking.gateway_charged
    if paid != booking.quote.total_payable:
        yield f"{paid} paid of {booking.quote.total_payable}"
    payment = booking.payment
    if booking.gateway_charged == 0 or payment is None:
        return
    task = [d for d in booking.tasks if (d.action, d.order_id) == (TaskAction.CAPTURE, payment.order_id)]
    due = [d.amount for d in task] == [booking.gateway_charged]
    if payment.captured != booking.gateway_charged and not due and not _captured_short(booking, view):
        yield f"{payment.captured} captured of {booking.gateway_charged}, and no such capture due"


def _captured_short(booking: Booking, view: Snapshot) -> bool:
    """Whether the gateway took a part, or nothing of a card that lapsed in the stay, and a case tells operators so."""
    taken = booking.payment.captured if booking.payment else 0
    cases = [case for case in view.cases.values() if case.booking_id == booking.booking_id]
    return taken < booking.gateway_charged and any(case.kind is CaseKind.CAPTURED_SHORT for case in cases)


def _misplaced(booking: Booking, view: Snapshot) -> Iterator[str]:
    """Money of a settled booking that is neither its price nor the policy's share of it."""
    findings = [list(_misplaced_if(booking, currency)) for currency in _wallet_currencies(booking, view)]
    yield from min(findings, key=len)


def _wallet_currencies(booking: Booking, view: Snapshot) -> list[str]:
    """What the currency of the guest's wallet may have been when the booking was cancelled; it decided who could be
    refunded there.

    The first entry of a wallet sets its currency, and a top-up may open it in one. Without an entry before the
    cancellation it was the default or what it is now.
    """
    account, cancelled_at_ms = view.accounts.get(booking.user_id), _cancelled_at_ms(booking)
    now = account.currency if account else DEFAULT_CURRENCY
    ledger = view.entries.get(booking.user_id, [])
    known = cancelled_at_ms is None or any(entry.at_ms < cancelled_at_ms - CLOCKS_APART_MS for entry in ledger)
    return [now] if known or now == DEFAULT_CURRENCY else [now, DEFAULT_CURRENCY]


def _cancelled_at_ms(booking: Booking) -> int | None:
    return next((event.at_ms for event in booking.history if event.status is Status.CANCELLED), None)


def _misplaced_if(booking: Booking, wallet_currency: str) -> Iterator[str]:
    """What is misplaced if the guest's wallet was in that currency when the booking was cancelled."""
    payment = booking.payment
    back = policy_refund(booking, wallet_currency)
    bought = payment is not None and booking.gateway_charged > 0 and not payment.voided
    held = payment.captured - payment.refunded - _lost(booking) if payment else 0
    if not bought and held > 0 and payment and payment.order_id not in booking.closed_orders:
        yield f"{booking.status}, {held} held at the gateway instead of 0"
    ours = payment.refunded - payment.refunded_outside if payment and bought else 0
    if booking.status is Status.CONFIRMED:
        if ours:
            yield f"confirmed, and {ours} refunded by us"
    elif back and bought:
        yield from _misplaced_refund(booking, back, ours)
    elif back and booking.wallet_refunded != back.wallet:
        yield f"cancelled, {booking.wallet_refunded} back to the wallet instead of {back.wallet}"


def _misplaced_refund(booking: Booking, back: Shares, ours: int) -> Iterator[str]:
    """What a cancelled booking's guest has too little, and what we gave too much.

    What others gave back at the gateway counts for the guest and not for us. A part of what is left may then be too
    small to refund, and goes to the wallet instead; and what a capture in part took is shared with its own rounding.
    """
    payment = booking.payment
    by_others = (payment.refunded_outside if payment else 0) + _lost(booking)
    short = payment is not None and 0 < payment.captured < booking.gateway_charged
    closed = payment.refund_closed if payment else 0
    wallet = booking.wallet_refunded - (closed if payment and payment.closed_to_wallet else 0)
    paid_closed = closed if payment and not payment.closed_to_wallet else 0
    moved = wallet - back.wallet  # what was too little for Razorpay to refund, once others had given back the rest
    as_due = (moved == 0 or 0 < moved < RAZORPAY_SMALLEST) and wallet + ours == back.wallet + back.gateway
    if not (by_others or short or closed or as_due):
        yield f"cancelled, {wallet} back to the wallet and {ours} to the card instead of {back.wallet}, {back.gateway}"
    slack = 1 if short else 0
    most = min(back.gateway, payment.captured if payment else 0)
    if wallet + ours + closed > back.wallet + back.gateway + slack:
        yield f"cancelled, {wallet + ours + closed} given back by us instead of {back.wallet + back.gateway} at most"
    if booking.wallet_refunded + ours + by_others + paid_closed < back.wallet + most - slack:
        yield f"cancelled, {booking.wallet_refunded + ours + by_others} back instead of {back.wallet + most}"


def _lost(booking: Booking) -> int:
    """What the bank took back by lost disputes, at most what was not refunded before."""
    payment = booking.payment
    if payment is None or payment.dispute is None:
        return 0
    return min(payment.dispute.lost, (payment.captured or payment.amount) - payment.refunded)


_TENS = frozenset({"BHD", "IQD", "JOD", "KWD", "OMR", "TND"})  # charged in tens of their minor unit


class Shares(NamedTuple):
    """What each tender is refunded."""

    wallet: int
    gateway: int


def policy_refund(booking: Booking, wallet_currency: str) -> Shares | None:
    """What cancelling gave back: by the booking's policy at the time it was done, or as the desk decided.

    `wallet_currency` is that of the guest's wallet at the time. None for a booking that was not cancelled.
    A booking that was undone because its card could not be charged is refunded its whole wallet part. Computed in
    another way than by `pricing.refund`, which would agree with itself.
    """
    if booking.status is not Status.CANCELLED or booking.payment_mode is None:
        return None
    wallet, gateway = booking.wallet_paid, booking.gateway_charged
    if booking.payment and gateway and (booking.payment.captured or booking.payment.voided):
        gateway = booking.payment.captured
    made = booking.cancellation
    if made and made.choice is RefundChoice.FULL:  # all of it is back, by whomever
        return Shares(made.wallet, max(0, wallet + gateway - made.wallet - made.cash))
    if made and made.choice is RefundChoice.AMOUNT:
        return Shares(made.wallet, max(made.gateway, booking.payment.to_refund if booking.payment else 0))
    if booking.payment and booking.payment.voided and booking.wallet_refunded == wallet:
        return Shares(wallet, gateway)
    cancelled_at_ms = next(event.at_ms for event in booking.history if event.status is Status.CANCELLED)
    at = datetime.fromtimestamp(cancelled_at_ms / 1000, UTC).astimezone(ZoneInfo(booking.timezone))
    percent = _percent(booking, at.replace(tzinfo=None))
    back = _rounded(Decimal((wallet + gateway) * percent) / 100)
    to_wallet = _rounded(Decimal(back * wallet) / (wallet + gateway)) if back else 0
    paid_at_ms = next(event.at_ms for event in booking.history if event.status is Status.CONFIRMED)
    too_old = cancelled_at_ms - paid_at_ms >= REFUNDED_WITHIN_MS
    if too_old and booking.payment and booking.payment.gateway == "razorpay" and back > to_wallet:
        return Shares(back if wallet_currency == booking.currency else to_wallet, 0)
    due = _chargeable(booking, Shares(to_wallet, back - to_wallet), wallet_currency)
    return Shares(due.wallet, max(0, due.gateway - _owed_in_cash(booking)))


def _owed_in_cash(booking: Booking) -> int:
    """What was left of a payment that is too little for its gateway to refund."""
    cash = booking.cancellation.cash if booking.cancellation else 0
    return cash if booking.payment and booking.payment.gateway == "razorpay" and cash < RAZORPAY_SMALLEST else 0


def _percent(booking: Booking, wall: datetime) -> int:
    """The policy's percentage by the clock on the hotel's wall."""
    ends = []
    for step in booking.cancellation_policy:
        minutes = 24 * 60 + booking.day_ends if step.until is None else step.until
        midnight = datetime.combine(booking.check_in - timedelta(days=step.days_before), datetime.min.time())
        ends.append((midnight + timedelta(minutes=minutes), -step.refund_percent))
    return next((-percent for end, percent in sorted(ends) if wall < end), 0)


def _chargeable(booking: Booking, back: Shares, wallet_currency: str) -> Shares:
    """The shares as the gateway can refund them: the rest goes to a wallet of the same currency, or is rounded up."""
    if not back.gateway or booking.payment is None:
        return back
    least = RAZORPAY_SMALLEST if booking.payment.gateway == "razorpay" else 1
    whole = 100 if booking.currency == "MGA" else 10 if booking.currency in _TENS else 1
    if wallet_currency == booking.currency:
        gateway = back.gateway // whole * whole if back.gateway >= least else 0
        return Shares(back.wallet + back.gateway - gateway, gateway)
    gateway = max(least, -(-back.gateway // whole) * whole)
    return Shares(back.wallet, min(gateway, booking.gateway_charged))


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def broken_gateway_records(view: Snapshot, gateway_records: Sequence[tuple[str, GatewayPayment]]) -> Iterator[Broken]:
    """BOOK1, PAY1, PAY2, PAY4 by the gateways: each payment holds what our books say that it holds, or nothing.

    A payment of a booking or top-up that is not settled yet is ignored, and so is one listed for an operator.
    """
    paying: dict[str, list[str]] = {}
    for gateway, payment in gateway_records:
        held = payment.left
        name = f"{gateway} {payment.order_id}"
        reference = payment.reference or ""
        keys = (booking_key(reference) if reference in view.bookings else topup_key(reference),)
        if payment.refunded > payment.captured:
            yield Broken("PAY4", f"{name}: {payment.refunded} refunded of {payment.captured}", keys)
        expected = _expected(view, gateway, payment)
        if expected is None:
            continue
        if held > 0:
            paying.setdefault(reference, []).append(name)
        if held != expected:
            yield Broken("BOOK1", f"{name} for {reference}: holds {held} instead of {expected}", keys)
        elif payment.state is PaymentState.AUTHORISED:
            yield Broken("BOOK1", f"{name} for {reference}: still authorised, and nothing due", keys)
        booking = view.bookings.get(reference)
        if booking and expected and payment.currency != booking.currency:
            yield Broken("PAY2", f"{name}: {payment.currency} for a price in {booking.currency}", keys)
    for reference, names in paying.items():
        if len(names) > 1:
            yield Broken("PAY1", f"{reference}: paid by {' and '.join(sorted(names))}", (booking_key(reference),))


def _expected(view: Snapshot, gateway: str, payment: GatewayPayment) -> int | None:
    """What the payment should hold; None while that is undecided."""
    booking, topup = view.bookings.get(payment.reference or ""), view.topups.get(payment.reference or "")
    if topup:
        return _expected_of_topup(view, topup, payment)
    if booking is None:
        return None if (gateway, payment.order_id) in view.orphans else 0
    if booking.status in HELD or booking.tasks or payment.order_id in booking.closed_orders:
        return None
    own = booking.payment
    if own is None or (own.gateway, own.order_id) != (gateway, payment.order_id) or own.voided:
        return 0
    return max(0, own.captured - own.refunded - _lost(booking)) if booking.gateway_charged else 0


def _expected_of_topup(view: Snapshot, topup: TopUp, payment: GatewayPayment) -> int | None:
    """As above. One that an admin closed may hold what was given back outside, and more only if a case tells it."""
    if topup.status is TopUpStatus.PENDING:
        return None
    if topup.refund_closed and topup.order_id == payment.order_id:
        reported = (topup.gateway, payment.order_id) in view.orphans
        return None if reported or payment.left <= topup.closed_outside else topup.closed_outside
    if topup.status is not TopUpStatus.CREDITED or topup.order_id != payment.order_id:
        return 0
    lost = topup.dispute.lost if topup.dispute else 0
    return max(0, topup.amount - topup.refunded_outside - lost)
