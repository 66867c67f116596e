"""One function prices everything: quote, hold, payment, receipt and refund. With `taxes.py`, all rounding of money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

import msgspec

from holdfast.errors import PromoInvalid
from holdfast.fields import Strict
from holdfast.model.booking import FrozenQuote
from holdfast.model.dates import millis, month_of, nights
from holdfast.model.money import charge_step, half_up, money, smallest_charge
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.stay import BookedPlan, RoomCharge
from holdfast.taxes import GST_INDIA, WHOLE_BP, Tax, components, line_taxes, split, table_of

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.property import RatePlan, TaxTable
    from holdfast.model.rates import MonthRates
    from holdfast.model.stay import Stay
    from holdfast.taxes import LineTax


class PricedStay(msgspec.Struct, frozen=True):
    """The inputs of a price without a booking; a booking has fields of the same names."""

    check_in: date
    check_out: date
    rooms: int
    night_prices: tuple[int, ...]
    currency: str
    taxes: TaxTable = GST_INDIA
    plan: BookedPlan | None = None
    room_charges: tuple[RoomCharge, ...] = ()


NO_PLAN = BookedPlan("", "")
NO_CHARGE = RoomCharge(persons=0)
NO_SUCH_CODE = "The promo code does not apply: there is none, or it is not for this stay, not valid now, or used up."


class LineParts(TypedDict):
    """What a line's price is the sum of. `plan` is what the rate plan adds to the parts before it, or takes off."""

    night: int
    extra_adults: int
    children: int
    single_discount: int  # zero or below
    plan: int
    meals: int


class Line(TypedDict):
    """One room for one night. `tax` is all of its tax; `cgst` and `sgst` are the halves of GST.

    `parts` add up to the price; they are there when it is more than the night's own.
    """

    night: date
    room: int  # 1 for the first room
    price: int
    parts: NotRequired[LineParts]
    discount: int
    taxable: int
    tax_rate_bp: int
    tax: int
    gst_rate_bp: int
    cgst: NotRequired[int]
    sgst: NotRequired[int]


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


def priced_stay(
    stay: Stay, rates: Mapping[str, MonthRates], plan: RatePlan | None, charges: tuple[RoomCharge, ...]
) -> PricedStay:
    """The stay at the prices of the calendar; every night's month must be among the rates."""
    first = rates[month_of(stay.check_in)]
    return PricedStay(
        check_in=stay.check_in,
        check_out=stay.check_out,
        rooms=stay.rooms,
        night_prices=tuple(rates[month_of(night)].price_of(night) for night in stay.nights),
        currency=first.currency,
        taxes=table_of(first),
        plan=booked(plan) if plan else None,
        room_charges=charges,
    )


def booked(plan: RatePlan) -> BookedPlan:
    return BookedPlan(plan.plan_id, plan.name, plan.percent_bp, plan.amount, plan.meal)


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
    cart = _cart(stay)
    shares = split(promo_discount, [entry.price for entry in cart])
    values = [(entry.night, entry.price - share) for entry, share in zip(cart, shares, strict=True)]
    taxed = line_taxes(table, values)
    is_gst = table.names == GST_INDIA.names
    with_parts = bool(stay.plan or stay.room_charges)
    lines = tuple(
        _line(entry, share, tax, with_parts=with_parts, halves=is_gst)
        for entry, share, tax in zip(cart, shares, taxed, strict=True)
    )
    base_amount = sum(line["price"] for line in lines)
    tax_amount = sum(line["tax"] for line in lines)
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


class _Entry(msgspec.Struct, frozen=True):
    """One room for one night, before promo and tax."""

    night: date
    room: int
    price: int
    parts: LineParts


def _cart(stay: PricedStay | Booking) -> list[_Entry]:
    """By night, then by room."""
    plan = stay.plan or NO_PLAN
    charges = stay.room_charges or (NO_CHARGE,) * stay.rooms
    nightly = zip(nights(stay.check_in, stay.check_out), stay.night_prices, strict=True)
    return [
        _Entry(night, room, *_priced(price, charge, plan))
        for night, price in nightly
        for room, charge in enumerate(charges, start=1)
    ]


def _priced(price: int, charge: RoomCharge, plan: BookedPlan) -> tuple[int, LineParts]:
    """A plan's percent is of the night and the room's guests together, rounded half up; a line is never below zero."""
    own = price + charge.amount
    derived = half_up(own * (WHOLE_BP + plan.percent_bp), WHOLE_BP) + plan.amount
    meals = plan.meal * charge.persons
    total = max(0, derived + meals)
    return total, LineParts(
        night=price,
        extra_adults=charge.extra_adults,
        children=charge.children,
        single_discount=-charge.single_discount,
        plan=total - own - meals,
        meals=meals,
    )


def _line(entry: _Entry, share: int, tax: LineTax, *, with_parts: bool, halves: bool) -> Line:
    rate_bp = tax.slab.rate_bp
    line = Line(
        night=entry.night,
        room=entry.room,
        price=entry.price,
        discount=share,
        taxable=entry.price - share,
        tax_rate_bp=rate_bp,
        tax=sum(tax.parts),
        gst_rate_bp=rate_bp,
    )
    if with_parts:
        line["parts"] = entry.parts
    if halves:
        line["cgst"], line["sgst"] = tax.parts
    return line


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
    return sum(entry.price for entry in _cart(booking))


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
