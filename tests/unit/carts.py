"""Carts to price."""

from datetime import date, timedelta

from holdfast.model.dates import nights
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from holdfast.pricing import PricedStay, Quote
from holdfast.taxes import GST_INDIA

DECEMBER = date(2026, 12, 10)
LAST_OLD_NIGHT = date(2025, 9, 21)
VAT = TaxTable(periods=(TaxPeriod(date(2020, 1, 1), (TaxSlab(100_00, 1000), TaxSlab(None, 2100))),))


def stay(*prices: int, rooms: int = 1, first: date = DECEMBER, tax: TaxTable = GST_INDIA) -> PricedStay:
    """Consecutive nights at these prices a room."""
    return PricedStay(first, first + timedelta(days=len(prices)), rooms, prices, "INR", tax)


def lawful(priced: Quote, cart: PricedStay, taken_off: int) -> bool:
    """What must be true of any quote of this cart; asserts each law by itself, so that a failure names it."""
    prices = [price for price in cart.night_prices for _ in range(cart.rooms)]
    dates = [night for night in nights(cart.check_in, cart.check_out) for _ in range(cart.rooms)]
    assert [line["price"] for line in priced.lines] == prices
    assert [line["night"] for line in priced.lines] == dates
    assert priced.base_amount == sum(prices)
    assert priced.promo_discount == taken_off == sum(line["discount"] for line in priced.lines)
    assert priced.subtotal_after_promo == sum(line["taxable"] for line in priced.lines) == sum(prices) - taken_off
    assert priced.gst_amount == sum(line["tax"] for line in priced.lines)
    assert priced.total_payable == priced.subtotal_after_promo + priced.gst_amount
    assert priced.wallet_applied + priced.gateway_payable == priced.total_payable
    assert min(priced.wallet_applied, priced.gateway_payable) >= 0
    for line in priced.lines:
        assert line["taxable"] == line["price"] - line["discount"]
        assert min(line["price"], line["discount"], line["taxable"], line["tax"]) >= 0
        assert line["cgst"] == line["sgst"]
        assert line["tax"] == 2 * line["cgst"]
        # within half a paisa of half the rate, and never below it by a half
        error = 2 * 10_000 * line["cgst"] - line["taxable"] * line["gst_rate_bp"]
        assert -10_000 < error <= 10_000
    return True
