"""The money part of the audit: wallets and ledgers, what bookings record of payments, and the gateways' own records."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from holdfast.audit.snapshot import HELD, Broken, Snapshot, at_rest
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Booking, PaymentMode, RefundChoice, Status, TaskAction
from holdfast.model.case import CaseKind
from holdfast.model.property import DEFAULT_CURRENCY
from holdfast.payments.gateways.protocol import PaymentState
from holdfast.storage.items import account_key, booking_key, entry_key, topup_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from holdfast.model.account import Account, LedgerEntry
    from holdfast.payments.gateways.protocol import GatewayPayment

TOPUP_REASON = "topup"


def broken_wallets(view: Snapshot) -> Iterator[Broken]:
    """WAL1, WAL2, WAL3: balances are the sums of dense ledgers, and each booking's part in them is what it says."""
    moved: Counter[str] = Counter()
    for user_id, ledger in sorted(view.entries.items()):
        moved.update(_moved(ledger))
        if user_id not in view.accounts:
            yield Broken("WAL1", f"{user_id}: entries without an account", (account_key(user_id),))
    for user_id, account in sorted(view.accounts.items()):
        yield from _ledger(account, view.entries.get(user_id, []))
    for booking_id, booking in view.bookings.items():
        expected = booking.wallet_refunded - booking.wallet_paid
        if booking.status not in {Status.CONFIRMED, Status.CANCELLED}:
            expected = 0
        if moved[booking_id] != expected:
            text = (
                f"{booking_id}: {booking.status}, its wallet entries sum to {moved[booking_id]} instead of {expected}"
            )
            yield Broken("WAL3", text, (booking_key(booking_id), account_key(booking.user_id)))
    yield from _topped_up(view)


def _ledger(account: Account, ledger: Sequence[LedgerEntry]) -> Iterator[Broken]:
    user_id, total = account.user_id, sum(entry.amount for entry in ledger)
    if account.balance != total or account.balance < 0:
        text = f"{user_id}: the balance is {account.balance}, the entries sum to {total}"
        yield Broken("WAL1", text, (account_key(user_id),))
    if [entry.seq for entry in ledger] != list(range(1, account.seq + 1)):
        text = f"{user_id}: seq is {account.seq}, the entries are {[entry.seq for entry in ledger]}"
        yield Broken("WAL2", text, (account_key(user_id),))
    balance = 0
    for entry in ledger:
        balance += entry.amount
        if entry.balance_after != balance or balance < 0:
            text = f"{user_id}: entry {entry.seq} says {entry.balance_after}, the sum is {balance}"
            yield Broken("WAL2", text, (entry_key(user_id, entry.seq),))


def _moved(ledger: Sequence[LedgerEntry]) -> Counter[str]:
    moved: Counter[str] = Counter()
    for entry in ledger:
        if entry.booking_id:
            moved[entry.booking_id] += entry.amount
    return moved


def _topped_up(view: Snapshot) -> Iterator[Broken]:
    """WAL3 for top-ups: what was credited by card is what the ledgers say came by card."""
    credited: Counter[str] = Counter()
    for topup in view.topups.values():
        if topup.status is TopUpStatus.CREDITED:
            credited[topup.user_id] += topup.amount
    for user_id in sorted(credited.keys() | view.entries.keys()):
        seen = sum(entry.amount for entry in view.entries.get(user_id, []) if entry.reason == TOPUP_REASON)
        if seen != credited[user_id]:
            text = f"{user_id}: {credited[user_id]} topped up, the entries say {seen}"
            yield Broken("WAL3", text, (account_key(user_id),))


def broken_payments(view: Snapshot) -> Iterator[Broken]:
    """PAY2, PAY3, PAY4, CASH1 as far as the bookings themselves show."""
    for booking_id, booking in view.bookings.items():
        keys = (booking_key(booking_id),)
        if booking.status is Status.CONFIRMED:
            yield from (Broken("PAY2", f"{booking_id}: {text}", keys) for text in _unpaid(booking))
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
        if made and made.cash != _cash_in_cases(view, booking_id):
            yield Broken("CASH1", f"{booking_id}: {made.cash} owed in cash, and no such case", keys)
        if at_rest(booking):
            yield from (Broken("PAY3", f"{booking_id}: {text}", keys) for text in _misplaced(booking, view))


def _cash_in_cases(view: Snapshot, booking_id: str) -> int:
    cases = [case for case in view.cases.values() if case.booking_id == booking_id]
    return sum(case.amount for case in cases if case.kind is CaseKind.CASH_OWED)


def _unpaid(booking: Booking) -> Iterator[str]:
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
    if payment.captured != booking.gateway_charged and [d.amount for d in task] != [booking.gateway_charged]:
        yield f"{payment.captured} captured of {booking.gateway_charged}, and no such capture due"


def _misplaced(booking: Booking, view: Snapshot) -> Iterator[str]:
    """Money of a settled booking that is neither its price nor the policy's share of it."""
    payment = booking.payment
    held, kept = (payment.captured - payment.refunded if payment else 0), kept_by_gateway(booking, view)
    if held != kept:
        yield f"{booking.status}, {held} held at the gateway instead of {kept}"
    back = policy_refund(booking, view.accounts.get(booking.user_id))
    if back and booking.wallet_refunded != back.wallet:
        yield f"cancelled, {booking.wallet_refunded} back to the wallet instead of {back.wallet}"


def kept_by_gateway(booking: Booking, view: Snapshot) -> int:
    """What a settled booking's own order should hold: its price, the policy's share after a cancel, or nothing."""
    if booking.status is Status.CONFIRMED:
        return booking.gateway_charged
    back = policy_refund(booking, view.accounts.get(booking.user_id))
    if back is None or (booking.payment and booking.payment.voided):
        return 0
    return booking.gateway_charged - back.gateway


class Shares(NamedTuple):
    """What each tender is refunded."""

    wallet: int
    gateway: int


def policy_refund(booking: Booking, account: Account | None) -> Shares | None:
    """What cancelling gave back: by the booking's policy at the time it was done, or as the desk decided.

    None for a booking that was not cancelled.
    A booking that was undone because its card could not be charged is refunded its whole wallet part. Computed in
    another way than by `pricing.refund`, which would agree with itself.
    """
    if booking.status is not Status.CANCELLED or booking.payment_mode is None:
        return None
    wallet, gateway = booking.wallet_paid, booking.gateway_charged
    made = booking.cancellation
    if made and made.choice is not RefundChoice.POLICY:
        return Shares(made.wallet, made.gateway)
    if booking.payment and booking.payment.voided and booking.wallet_refunded == wallet:
        return Shares(wallet, gateway)
    cancelled = next(event for event in booking.history if event.status is Status.CANCELLED)
    at = datetime.fromtimestamp(cancelled.at_ms / 1000, UTC).astimezone(ZoneInfo(booking.timezone))
    percent = _percent(booking, at.replace(tzinfo=None))
    back = _rounded(Decimal((wallet + gateway) * percent) / 100)
    to_wallet = _rounded(Decimal(back * wallet) / (wallet + gateway)) if back else 0
    return _chargeable(booking, Shares(to_wallet, back - to_wallet), account)


def _percent(booking: Booking, wall: datetime) -> int:
    """The policy's percentage by the clock on the hotel's wall."""
    ends = []
    for step in booking.cancellation_policy:
        minutes = 24 * 60 + booking.day_ends if step.until is None else step.until
        midnight = datetime.combine(booking.check_in - timedelta(days=step.days_before), datetime.min.time())
        ends.append((midnight + timedelta(minutes=minutes), step.refund_percent))
    return next((percent for end, percent in sorted(ends) if wall < end), 0)


def _chargeable(booking: Booking, back: Shares, account: Account | None) -> Shares:
    """The shares as the gateway can refund them: the rest goes to a wallet of the same currency, or is rounded up."""
    if not back.gateway or booking.payment is None:
        return back
    least = 100 if booking.payment.gateway == "razorpay" else 1
    whole = 10 if booking.currency in {"BHD", "IQD", "JOD", "KWD", "OMR", "TND"} else 1
    if (account.currency if account else DEFAULT_CURRENCY) == booking.currency:
        gateway = back.gateway // whole * whole if back.gateway >= least else 0
        return Shares(back.wallet + back.gateway - gateway, gateway)
    gateway = max(least, -(-back.gateway // whole) * whole)
    return Shares(back.wallet, min(gateway, booking.gateway_charged))


def _rounded(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def broken_gateway_records(view: Snapshot, gateway_records: Sequence[tuple[str, GatewayPayment]]) -> Iterator[Broken]:
    """BOOK1, PAY1, PAY2, PAY4 by the gateways: each payment holds what it bought, the policy's share of it, or nothing.

    A payment of a booking or top-up that is not settled yet is ignored, and so is one listed for an operator.
    """
    paying: dict[str, list[str]] = {}
    for gateway, payment in gateway_records:
        held = payment.captured - payment.refunded
        name = f"{gateway} {payment.order_id}"
        reference = payment.reference or ""
        keys = (booking_key(reference) if reference in view.bookings else topup_key(reference),)
        if held < 0:
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
        if topup.status is TopUpStatus.PENDING:
            return None
        credited = topup.status is TopUpStatus.CREDITED and topup.order_id == payment.order_id
        return topup.amount if credited else 0
    if booking is None:
        return None if (gateway, payment.order_id) in view.orphans else 0
    if booking.status in HELD or booking.tasks:
        return None
    own = booking.payment and (booking.payment.gateway, booking.payment.order_id) == (gateway, payment.order_id)
    return kept_by_gateway(booking, view) if own else 0
