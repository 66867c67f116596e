"""One function prices everything: quote, hold, payment, receipt and refund. All rounding of money happens here."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import PromoInvalid
from holdfast.fields import Strict
from holdfast.model.booking import FrozenQuote
from holdfast.model.dates import millis, nights
from holdfast.model.money import money
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.property import DEFAULT_CURRENCY, TaxPeriod, TaxSlab

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.booking import Booking

# GST on hotel rooms by value of the room-night. From 2025-09-22: 5 % up to 7,500.00 (Notification 15/2025-Central Tax
# (Rate)); from 2022-07-18: 12 % up to 7,500.00 (Notification 03/2022); above it 18 % in both.
GST_INDIA = (
    TaxPeriod(date(2022, 7, 18), (TaxSlab(750_000, 1200), TaxSlab(None, 1800))),
    TaxPeriod(date(2025, 9, 22), (TaxSlab(750_000, 500), TaxSlab(None, 1800))),
)
MIN_GATEWAY_REFUND = 100  # minor units: https://razorpay.com/docs/api/refunds refuses less than one rupee
_WHOLE_BP = 10_000  # basis points in one


class PricedStay(NamedTuple):
    """The inputs of a price without a booking; a booking has fields of the same names."""

    check_in: date
    check_out: date
    rooms: int
    night_prices: tuple[int, ...]
    currency: str
    tax_table: tuple[TaxPeriod, ...] | None = None


NO_SUCH_CODE = "The promo code does not apply: there is none, it is not valid now, or it is used up."


class Line(Strict):
    """One room for one night. `cgst` and `sgst` are each half the rate, each rounded half up to the paisa."""

    night: date
    room: int  # 1 for the first room
    price: int
    discount: int
    taxable: int
    gst_rate_bp: int
    cgst: int
    sgst: int


class Quote(Strict):
    base_amount: int
    promo_discount: int
    subtotal_after_promo: int
    gst_amount: int
    total_payable: int
    wallet_applied: int
    gateway_payable: int
    currency: str
    promo_code: str | None
    lines: tuple[Line, ...]

    def frozen(self) -> FrozenQuote:
        return FrozenQuote(
            promo_code=self.promo_code,
            promo_discount=self.promo_discount,
            gst_amount=self.gst_amount,
            total_payable=self.total_payable,
            wallet_applied=self.wallet_applied,
        )


def quote(
    stay: PricedStay | Booking,
    *,
    promo_code: str | None = None,
    promo_discount: int = 0,
    wallet_limit: int = 0,
) -> Quote:
    """The price of the stay's rooms at its night prices.

    `promo_discount` is at most the base amount (see `discount`); `wallet_limit` is the most that the wallet may pay,
    the lesser of what was asked and the balance. The wallet pays after tax.
    """
    tax_table = GST_INDIA if stay.tax_table is None else stay.tax_table
    priced = zip(nights(stay.check_in, stay.check_out), stay.night_prices, strict=True)
    cart = [(night, room, price) for night, price in priced for room in range(1, stay.rooms + 1)]
    shares = split(promo_discount, [price for _, _, price in cart])
    lines = tuple(
        _line(night, room, price, share, tax_table) for (night, room, price), share in zip(cart, shares, strict=True)
    )
    base_amount = sum(line.price for line in lines)
    gst_amount = sum(line.cgst + line.sgst for line in lines)
    total_payable = base_amount - promo_discount + gst_amount
    wallet_applied = min(wallet_limit, total_payable)
    return Quote(
        base_amount=base_amount,
        promo_discount=promo_discount,
        subtotal_after_promo=base_amount - promo_discount,
        gst_amount=gst_amount,
        total_payable=total_payable,
        wallet_applied=wallet_applied,
        gateway_payable=total_payable - wallet_applied,
        currency=stay.currency,
        promo_code=promo_code,
        lines=lines,
    )


def frozen_quote(booking: Booking) -> Quote | None:
    """The quote as a payment start or a finalize fixed it, lines and all; None while nothing is fixed."""
    frozen = booking.quote
    if frozen is None:
        return None
    return quote(
        booking,
        promo_code=frozen.promo_code,
        promo_discount=frozen.promo_discount,
        wallet_limit=frozen.wallet_applied,
    )


def base_amount(booking: Booking) -> int:
    return sum(booking.night_prices) * booking.rooms


def discount(promo: Promo, base: int, now: datetime, currency: str) -> int:
    """What the promo takes off `base` at `now`; raises PromoInvalid when it does not apply."""
    at_ms = millis(now)
    if promo.starts_at_ms is not None and at_ms < promo.starts_at_ms:
        raise PromoInvalid(NO_SUCH_CODE)
    if promo.ends_at_ms is not None and at_ms >= promo.ends_at_ms:
        raise PromoInvalid(NO_SUCH_CODE)
    if base < promo.min_amount:
        least, here = money(promo.min_amount, currency), money(base, currency)
        raise PromoInvalid(f"{promo.code} needs a base amount of at least {least}; this is {here}.")
    if promo.kind is PromoKind.FLAT:
        return min(promo.amount, base)
    amount = half_up(base * promo.percent_bp, _WHOLE_BP)
    return min(amount, base if promo.max_discount is None else promo.max_discount, base)


class Kept(Strict):
    """What a cancellation keeps: its part of the price, and of the tax on that."""

    price: int
    tax: int


class Refund(Strict):
    """What a cancellation gives back, by tender; wallet and gateway sum to `refund_amount`.

    `cash_refund` is what the desk owes of what was paid there.
    """

    refund_percent: int
    refund_amount: int
    wallet: int
    gateway: int
    cash_refund: int = 0
    kept: Kept


class Tenders(NamedTuple):
    """An amount by the ways in which it was paid."""

    wallet: int
    gateway: int
    cash: int


def refund(booking: Booking, days_left: int) -> Refund:
    """What cancelling `days_left` days before check-in day gives back of what was paid, by the booking's own policy.

    The percentage is that of the step furthest from check-in that is still open; with none open, or no policy, 0. It
    is refunded in proportion to the tenders, as far as they hold it still.
    """
    open_steps = [step for step in booking.cancellation_policy if step.days_before <= days_left]
    percent = max(open_steps, key=lambda step: step.days_before).refund_percent if open_steps else 0
    held = still_held(booking)
    paid = booking.wallet_paid + booking.gateway_charged + booking.cash_paid
    back = by_tender(booking, min(half_up(paid * percent, 100), sum(held)))
    return Refund(
        refund_percent=percent,
        refund_amount=back.wallet + back.gateway,
        wallet=back.wallet,
        gateway=back.gateway,
        cash_refund=back.cash,
        kept=kept_of(booking, sum(held) - sum(back)),
    )


def no_refund(booking: Booking) -> Refund:
    """Nothing back: all that is held, if anything, is kept."""
    kept = kept_of(booking, sum(still_held(booking)))
    return Refund(refund_percent=0, refund_amount=0, wallet=0, gateway=0, kept=kept)


def still_held(booking: Booking) -> Tenders:
    """What was paid for a confirmed booking less what was given back, by tender."""
    refunded = booking.payment.refunded if booking.payment else 0
    return Tenders(
        wallet=booking.wallet_paid - booking.wallet_refunded,
        gateway=max(0, booking.gateway_charged - refunded),
        cash=booking.cash_paid,
    )


def by_tender(booking: Booking, amount: int) -> Tenders:
    """`amount` of what is still held, in proportion to the tenders.

    The wallet gets a gateway part that is too small to be refunded.
    """
    wallet, gateway, cash = split(amount, still_held(booking))
    if gateway < MIN_GATEWAY_REFUND and booking.currency == DEFAULT_CURRENCY:
        wallet, gateway = wallet + gateway, 0
    return Tenders(wallet, gateway, cash)


def kept_of(booking: Booking, amount: int) -> Kept:
    """`amount` that is kept of a booking's total, split into price and tax in the proportion that they have in it."""
    if booking.quote is None:
        return Kept(price=0, tax=0)
    tax = booking.quote.gst_amount
    price, kept_tax = split(amount, [booking.quote.total_payable - tax, tax])
    return Kept(price=price, tax=kept_tax)


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` in whole paise in proportion to the weights, by largest remainder; ties go to the earlier weight.

    The parts sum to `amount` exactly, and none exceeds its weight while `amount` does not exceed their sum.
    """
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [amount * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: -(amount * weights[n] % whole))
    for n in by_remainder[: amount - sum(parts)]:
        parts[n] += 1
    return parts


def half_up(numerator: int, denominator: int) -> int:
    """The quotient of two non-negative integers, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def tax_rate_bp(tax_table: Sequence[TaxPeriod], night: date, value: int) -> int:
    """The rate for a room-night of that value; nights before the first period take the first."""
    period = next((p for p in reversed(tax_table) if p.starts <= night), tax_table[0])
    return next(slab.rate_bp for slab in period.slabs if slab.up_to is None or value <= slab.up_to)


def _line(night: date, room: int, price: int, share: int, tax_table: Sequence[TaxPeriod]) -> Line:
    taxable = price - share
    rate_bp = tax_rate_bp(tax_table, night, taxable)
    half = half_up(taxable * rate_bp, 2 * _WHOLE_BP)
    return Line(
        night=night, room=room, price=price, discount=share, taxable=taxable, gst_rate_bp=rate_bp, cgst=half, sgst=half
    )
