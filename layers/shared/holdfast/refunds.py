"""What a cancellation gives back, to which tender, and what it keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.fields import Strict
from holdfast.model.booking import Status
from holdfast.model.dates import instant_at, today_in
from holdfast.model.money import charge_step, half_up, money, refund_days, smallest_refund
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
    if booking.payment is None or not booking.gateway_charged:
        return None
    paid_at_ms = next(event.at_ms for event in booking.history if event.status is Status.CONFIRMED)
    return _refund_end(booking.payment.gateway, datetime.fromtimestamp(paid_at_ms / 1000, UTC))


def _refund_end(gateway: str, paid_at: datetime) -> datetime | None:
    days = refund_days(gateway)
    return None if days is None else paid_at + timedelta(days=days)


def card_refunds_end(booking: Booking, gateway: str, paid_at: datetime) -> datetime | None:
    """The instant from which a cancellation still gives something back, but not to a card charged at `paid_at`.

    None if that never comes: the gateway refunds as long as the policy does.
    """
    end = _refund_end(gateway, paid_at)
    last = max((step_ends(booking, step) for step in booking.cancellation_policy if step.refund_percent), default=None)
    return end if end and last and end < last else None


def refund_note(booking: Booking, gateway: str, amount: int, wallet_currency: str, paid_at: datetime) -> str | None:
    """Which refunds of `amount`, charged by the gateway at `paid_at`, would not reach the card; None if all would."""
    notes = []
    end, takes_it = card_refunds_end(booking, gateway, paid_at), wallet_currency == booking.currency
    if end:
        day, days = today_in(booking.timezone, end, booking.day_ends), refund_days(gateway)
        where = "to the wallet" if takes_it else "in cash by the hotel"
        notes.append(f"{gateway} refunds a card for {days} days: from {day} on, a cancellation is refunded {where}.")
    least = smallest_refund(booking.currency, gateway)
    percents = [step.refund_percent for step in booking.cancellation_policy if step.refund_percent]
    if takes_it and any(half_up(amount * percent, 100) < least for percent in percents):
        notes.append(f"A refund below {money(least, booking.currency)} goes to the wallet.")
    return " ".join(notes) or None


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
