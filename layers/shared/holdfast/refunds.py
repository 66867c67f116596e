"""What a cancellation gives back, to which tender, and what it keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.fields import Strict
from holdfast.model.booking import Status
from holdfast.model.dates import instant_at
from holdfast.model.money import charge_step, half_up, refund_days, smallest_refund
from holdfast.taxes import split

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.property import PolicyStep

_DAY_MINUTES = 1440


class Kept(Strict):
    """What a cancellation keeps: its part of the price, and of the tax on that."""

    price: int
    tax: int


class Refund(Strict):
    """What a cancellation gives back, by tender; wallet and gateway sum to `refund_amount`.

    `cash_refund` is what the desk owes of what was paid there, or of a payment too old for its gateway to refund.
    """

    refund_percent: int
    refund_amount: int
    wallet: int
    gateway: int
    cash_refund: int = 0
    already_refunded: int = 0  # by the gateway, whoever asked for it: a part of the policy's share, or more
    kept: Kept


class Tenders(NamedTuple):
    """An amount by the ways in which it was paid."""

    wallet: int
    gateway: int
    cash: int


def step_ends(booking: Booking, step: PolicyStep) -> datetime:
    """The first instant at which the step of the policy no longer applies."""
    day = booking.check_in - timedelta(days=step.days_before)
    minutes = _DAY_MINUTES + booking.day_ends if step.until is None else step.until
    return instant_at(day, minutes, booking.timezone)


def refund(booking: Booking, now: datetime, wallet_currency: str) -> Refund:
    """What cancelling at `now` gives back of what was paid, by the booking's own policy.

    The percentage is that of the step that ends first of those still open; with none open, or no policy, 0. It is
    refunded in proportion to the tenders. What the gateway has given back already is a part of its share.
    """
    held = still_held(booking)
    percent, (wallet, gateway, cash) = policy_shares(booking, now)
    already = booking.payment.given_back if booking.payment else 0
    parts = Tenders(wallet, max(0, min(gateway - already, held.gateway)), cash)
    back = _refundable(booking, parts, wallet_currency, now)
    return Refund(
        refund_percent=percent,
        refund_amount=back.wallet + back.gateway,
        wallet=back.wallet,
        gateway=back.gateway,
        cash_refund=back.cash,
        already_refunded=already,
        kept=kept_of(booking, sum(held) - sum(back)),
    )


def policy_shares(booking: Booking, now: datetime) -> tuple[int, Tenders]:
    """The policy's percentage at `now`, and its share of each tender, whatever was given back already."""
    open_steps = [step for step in booking.cancellation_policy if now < step_ends(booking, step)]
    first = min(open_steps, key=lambda step: (step_ends(booking, step), -step.refund_percent), default=None)
    percent = first.refund_percent if first else 0
    paid = booking.wallet_paid, booking.gateway_taken, booking.cash_paid
    return percent, Tenders(*split(half_up(sum(paid) * percent, 100), paid))


def no_refund(booking: Booking) -> Refund:
    """Nothing back: all that is held, if anything, is kept."""
    kept = kept_of(booking, sum(still_held(booking)))
    return Refund(refund_percent=0, refund_amount=0, wallet=0, gateway=0, kept=kept)


def still_held(booking: Booking) -> Tenders:
    """What was paid for a confirmed booking less what was given back, by tender."""
    given_back = booking.payment.given_back if booking.payment else 0
    return Tenders(
        wallet=booking.wallet_paid - booking.wallet_refunded,
        gateway=max(0, booking.gateway_taken - given_back),
        cash=booking.cash_paid,
    )


def by_tender(booking: Booking, amount: int, wallet_currency: str, now: datetime) -> Tenders:
    """`amount` of what is still held, in proportion to the tenders, as the gateway can refund it."""
    return _refundable(booking, Tenders(*split(amount, still_held(booking))), wallet_currency, now)


def gateway_refund_end(booking: Booking) -> datetime | None:
    """The instant from which the booking's gateway no longer refunds its payment; None if that never comes."""
    days = refund_days(booking.payment.gateway) if booking.payment and booking.gateway_charged else None
    if days is None:
        return None
    paid_at_ms = next(event.at_ms for event in booking.history if event.status is Status.CONFIRMED)
    return datetime.fromtimestamp(paid_at_ms / 1000, UTC) + timedelta(days=days)


def _refundable(booking: Booking, back: Tenders, wallet_currency: str, now: datetime) -> Tenders:
    """A gateway part that its gateway would not refund goes to the wallet. If that is in another currency, it becomes
    the least that the gateway refunds, or cash that the hotel owes, where the payment is too old to be refunded or less
    than that is left of it.
    """
    wallet, gateway, cash = back
    if booking.payment is None or not gateway:
        return back
    until = gateway_refund_end(booking)
    if until and now >= until:
        return (
            Tenders(wallet + gateway, 0, cash)
            if wallet_currency == booking.currency
            else Tenders(wallet, 0, cash + gateway)
        )
    held = still_held(booking)
    least, whole = smallest_refund(booking.currency, booking.payment.gateway), charge_step(booking.currency)
    if wallet_currency != booking.currency:
        if held.gateway < least:
            return Tenders(wallet, 0, cash + gateway)
        return Tenders(wallet, min(held.gateway, max(least, -(-gateway // whole) * whole)), cash)
    refundable = gateway - gateway % whole if gateway >= least else 0
    return Tenders(wallet + gateway - refundable, refundable, cash)


def kept_of(booking: Booking, amount: int) -> Kept:
    """`amount` that is kept of a booking's total, split into price and tax in the proportion that they have in it."""
    if booking.quote is None:
        return Kept(price=0, tax=0)
    tax = booking.quote.gst_amount
    price, kept_tax = split(amount, [booking.quote.total_payable - tax, tax])
    return Kept(price=price, tax=kept_tax)
