"""The currency table: each amount is one that the gateways take, and the quote leaves nothing that they would not."""

from datetime import date

import pytest

from holdfast.model.money import (
    CHARGEABLE,
    charge_step,
    exponent,
    from_gateway,
    smallest_charge,
    smallest_refund,
    takes,
    to_gateway,
)
from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from holdfast.pricing import PricedStay, quote
from tests.unit.carts import DECEMBER

NO_TAX = TaxTable(names=("VAT",), periods=(TaxPeriod(date(2000, 1, 1), (TaxSlab(None, 0),)),))
VAT_TEN = TaxTable(names=("VAT",), periods=(TaxPeriod(date(2000, 1, 1), (TaxSlab(None, 1000),)),))


def cart(price: int, currency: str, table: TaxTable = NO_TAX) -> PricedStay:
    return PricedStay(DECEMBER, date(2026, 12, 11), 1, (price,), currency, table)


@pytest.mark.parametrize(
    ("currency", "digits", "step", "at_stripe"),
    [
        ("INR", 2, 1, 12_340),
        ("USD", 2, 1, 12_340),
        ("JPY", 0, 1, 12_340),
        ("KRW", 0, 1, 12_340),
        ("ISK", 0, 1, 1_234_000),
        ("UGX", 0, 1, 1_234_000),
        ("KWD", 3, 10, 12_340),
        ("BHD", 3, 10, 12_340),
        ("OMR", 3, 10, 12_340),
        ("JOD", 3, 10, 12_340),
        ("TND", 3, 10, 12_340),
        ("HUF", 2, 1, 12_340),
    ],
)
def test_a_currency_has_its_digits_its_step_and_its_form_at_stripe(
    currency: str, digits: int, step: int, at_stripe: int
) -> None:
    assert (exponent(currency), charge_step(currency)) == (digits, step)
    assert to_gateway(12_340, "stripe", currency) == at_stripe
    assert from_gateway(at_stripe, "stripe", currency) == 12_340
    assert to_gateway(12_340, "razorpay", currency) == 12_340


@pytest.mark.parametrize("currency", sorted(CHARGEABLE))
def test_every_step_goes_to_a_gateway_and_comes_back(currency: str) -> None:
    for gateway in ("stripe", "razorpay"):
        if takes(gateway, currency):
            for amount in range(0, 50 * charge_step(currency), charge_step(currency)):
                assert from_gateway(to_gateway(amount, gateway, currency), gateway, currency) == amount
            assert smallest_charge(currency, gateway) % charge_step(currency) == 0
            assert smallest_refund(currency, gateway) % charge_step(currency) == 0


@pytest.mark.parametrize(
    ("currency", "stripe", "razorpay"),
    [("INR", 50, 100), ("GBP", 30, 100), ("JPY", 50, 100), ("HUF", 17_500, 100), ("USD", 50, 100), ("KWD", 10, 100)],
)
def test_each_gateway_has_its_smallest_charge(currency: str, stripe: int, razorpay: int) -> None:
    assert smallest_charge(currency, "stripe") == stripe
    assert smallest_charge(currency, "razorpay") == razorpay
    assert smallest_charge(currency) == max(stripe, razorpay)


@pytest.mark.parametrize(
    ("price", "total", "rounding"),
    [(10_000, 10_000, 0), (10_004, 10_000, -4), (10_005, 10_010, 5), (10_009, 10_010, 1)],
)
def test_a_total_is_rounded_to_the_step_and_says_by_how_much(price: int, total: int, rounding: int) -> None:
    priced = quote(cart(price, "KWD"))
    assert (priced.total_payable, priced.rounding) == (total, rounding)
    assert priced.subtotal_after_promo + priced.gst_amount + priced.rounding == priced.total_payable


@pytest.mark.parametrize(
    ("currency", "total", "limit", "wallet"),
    [
        ("INR", 100_000, 0, 0),
        ("INR", 100_000, 40_000, 40_000),
        ("INR", 100_000, 99_900, 99_900),
        ("INR", 100_000, 99_901, 99_900),  # 0.99 would be left: Razorpay charges 1.00 or more
        ("INR", 100_000, 99_999, 99_900),
        ("INR", 100_000, 100_000, 100_000),
        ("INR", 100_000, 200_000, 100_000),
        ("INR", 100_000, -500, 0),  # a wallet below zero pays nothing
        ("INR", 60, 20, 0),  # nobody charges 0.60: the wallet pays all of it or the gateway says no
        ("INR", 60, 60, 60),
        ("GBP", 10_000, 9_990, 9_900),
        ("JPY", 10_000, 9_990, 9_900),
        ("HUF", 5_000_000, 4_990_000, 4_982_500),
        ("KWD", 100_000, 40_003, 40_000),
        ("KWD", 100_000, 99_999, 99_900),
    ],
)
def test_the_wallet_leaves_a_gateway_nothing_too_small(currency: str, total: int, limit: int, wallet: int) -> None:
    priced = quote(cart(total, currency), wallet_limit=limit)
    assert (priced.wallet_applied, priced.gateway_payable) == (wallet, total - wallet)


def test_one_vat_is_rounded_once_and_not_as_two_halves() -> None:
    priced = quote(cart(10_010, "JPY", VAT_TEN))
    assert priced.gst_amount == 1001
    assert [(tax["name"], tax["rate_bp"], tax["amount"]) for tax in priced.taxes] == [("VAT", 1000, 1001)]
    assert (priced.lines[0]["tax"], "cgst" in priced.lines[0], "sgst" in priced.lines[0]) == (1001, False, False)
