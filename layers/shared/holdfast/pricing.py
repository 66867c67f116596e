"""One function prices everything: quote, hold, payment, receipt and refund. With `taxes.py`, all rounding of money."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple

from holdfast.errors import PromoInvalid
from holdfast.fields import Strict
from holdfast.model.booking import FrozenQuote
from holdfast.model.dates import millis, nights
from holdfast.model.money import charge_step, half_up, money, smallest_charge
from holdfast.model.promo import Promo, PromoKind
from holdfast.taxes import GST_INDIA, WHOLE_BP, Tax, components, line_taxes, split, table_of

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.property import TaxTable


class PricedStay(NamedTuple):
    """The inputs of a price without a booking; a booking has fields of the same names."""

    check_in: date
    check_out: date
    rooms: int
    night_prices: tuple[int, ...]
    currency: str
    taxes: TaxTable = GST_INDIA


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
    """A price and who pays it: the wallet, a gateway, or the guest in cash at the desk, as an admin says.

    `gst_amount` is all the tax, `taxes` its components; amounts are in minor units.

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
    cash_paid: int = 0
    currency: str
    promo_code: str | None
    wallet_note: str | None = None
    refund_note: str | None = None
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
            tax_rate_bp=tax.slab.rate_bp,
            tax=sum(tax.parts),
            gst_rate_bp=tax.slab.rate_bp,
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
        taxes=tuple(components(table, taxed)),
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
    fixed = quote(
        booking,
        promo_code=frozen.promo_code,
        promo_discount=frozen.promo_discount,
        wallet_fixed=frozen.wallet_applied,
    )
    cash = booking.cash_paid
    return fixed.model_copy(update={"gateway_payable": 0, "cash_paid": cash}) if cash else fixed


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
