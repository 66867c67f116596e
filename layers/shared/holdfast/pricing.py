"""One function prices everything: quote, hold, payment, receipt and refund. With `taxes.py`, all rounding of money."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import PromoInvalid
from holdfast.fields import Strict
from holdfast.model.booking import FrozenQuote, Status
from holdfast.model.dates import instant_at, millis, nights
from holdfast.model.money import charge_step, half_up, money, refund_days, smallest_charge, smallest_refund
from holdfast.model.promo import Promo, PromoKind
from holdfast.taxes import GST_INDIA, WHOLE_BP, Tax, components, line_taxes, slab_of, split, table_of

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.property import PolicyStep, TaxTable


class PricedStay(NamedTuple):
    """The inputs of a price without a booking; a booking has fields of the same names."""

    check_in: date
    check_out: date
    rooms: int
    night_prices: tuple[int, ...]
    currency: str
    taxes: TaxTable = GST_INDIA


_DAY_MINUTES = 1440
NO_SUCH_CODE = "The promo code does not apply: there is none, it is not valid now, or it is used up."


class Line(Strict):
    """One room for one night. `tax` is all of its tax; `cgst` and `sgst` are the halves of GST."""

    night: date
    room: int  # 1 for the first room
    price: int
    discount: int
    taxable: int
    tax_rate_bp: int
    tax: int
    gst_rate_bp: int
    cgst: int | None = None
    sgst: int | None = None


class Quote(Strict):
    """A price and who pays it. `gst_amount` is all the tax, `taxes` its components; amounts are in minor units.

    `taxes_included`: the tax is in the prices and is not added. `rounding` is what was added to or taken off the total
    so that every gateway can charge it.
    """

    base_amount: int
    promo_discount: int
    subtotal_after_promo: int
    gst_amount: int
    taxes: tuple[Tax, ...]
    taxes_included: bool = False
    rounding: int = 0
    total_payable: int
    wallet_applied: int
    gateway_payable: int
    currency: str
    promo_code: str | None
    wallet_note: str | None = None
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
    wallet_fixed: int | None = None,
) -> Quote:
    """The price of the stay's rooms at its night prices.

    `promo_discount` is at most the base amount (see `discount`); `wallet_limit` is the most that the wallet may pay,
    the lesser of what was asked and the balance; `wallet_fixed` is what it pays of a price that is fixed. The wallet
    pays after tax, and leaves no gateway a rest that it would not charge.
    """
    table = stay.taxes if isinstance(stay, PricedStay) else table_of(stay)
    priced = zip(nights(stay.check_in, stay.check_out), stay.night_prices, strict=True)
    cart = [(night, room, price) for night, price in priced for room in range(1, stay.rooms + 1)]
    shares = split(promo_discount, [price for _, _, price in cart])
    values = [(night, price - share) for (night, _, price), share in zip(cart, shares, strict=True)]
    taxed = line_taxes(table, values)
    is_gst = table.names == GST_INDIA.names
    lines = tuple(
        Line(
            night=night,
            room=room,
            price=price,
            discount=share,
            taxable=price - share,
            tax_rate_bp=tax.rate_bp,
            tax=sum(tax.parts),
            gst_rate_bp=tax.rate_bp,
            cgst=tax.parts[0] if is_gst else None,
            sgst=tax.parts[1] if is_gst else None,
        )
        for (night, room, price), share, tax in zip(cart, shares, taxed, strict=True)
    )
    base_amount = sum(line.price for line in lines)
    tax_amount = sum(line.tax for line in lines)
    exact = base_amount - promo_discount + (0 if table.included else tax_amount)
    total_payable = rounded_to_step(exact, stay.currency)
    wallet_applied = wallet_part(wallet_limit, total_payable, stay.currency) if wallet_fixed is None else wallet_fixed
    return Quote(
        base_amount=base_amount,
        promo_discount=promo_discount,
        subtotal_after_promo=base_amount - promo_discount,
        gst_amount=tax_amount,
        taxes=tuple(components(table, taxed, [slab_of(table, night, value) for night, value in values])),
        taxes_included=table.included,
        rounding=total_payable - exact,
        total_payable=total_payable,
        wallet_applied=wallet_applied,
        gateway_payable=total_payable - wallet_applied,
        currency=stay.currency,
        promo_code=promo_code,
        lines=lines,
    )


def rounded_to_step(amount: int, currency: str) -> int:
    """The nearest amount that every gateway of the currency can charge; half a step goes up."""
    whole = charge_step(currency)
    return half_up(amount, whole) * whole


def wallet_part(limit: int, total: int, currency: str) -> int:
    """What the wallet pays of the total: at most `limit`, and less if too small a rest would be left to a gateway.

    A total below the smallest charge is paid from the wallet whole, or left as it is for the gateway to say.
    """
    if limit >= total:
        return total
    rest = total - max(0, limit)
    rest = min(total, -(-rest // charge_step(currency)) * charge_step(currency))
    return total - min(total, max(rest, smallest_charge(currency)))


def frozen_quote(booking: Booking) -> Quote | None:
    """The quote as a payment start or a finalize fixed it, lines and all; None while nothing is fixed."""
    frozen = booking.quote
    if frozen is None:
        return None
    return quote(
        booking,
        promo_code=frozen.promo_code,
        promo_discount=frozen.promo_discount,
        wallet_fixed=frozen.wallet_applied,
    )


def base_amount(booking: Booking) -> int:
    return sum(booking.night_prices) * booking.rooms


def discount(promo: Promo, base: int, now: datetime, currency: str) -> int:
    """What the promo takes off `base` at `now`; raises PromoInvalid when it does not apply."""
    at_ms = millis(now)
    if promo.only_in not in {None, currency}:
        raise PromoInvalid(f"{promo.code} is for prices in {promo.only_in}; this one is in {currency}.")
    if promo.starts_at_ms is not None and at_ms < promo.starts_at_ms:
        raise PromoInvalid(NO_SUCH_CODE)
    if promo.ends_at_ms is not None and at_ms >= promo.ends_at_ms:
        raise PromoInvalid(NO_SUCH_CODE)
    if base < promo.min_amount:
        least, here = money(promo.min_amount, currency), money(base, currency)
        raise PromoInvalid(f"{promo.code} needs a base amount of at least {least}; this is {here}.")
    if promo.kind is PromoKind.FLAT:
        return min(promo.amount, base)
    amount = half_up(base * promo.percent_bp, WHOLE_BP)
    return min(amount, base if promo.max_discount is None else promo.max_discount, base)


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
