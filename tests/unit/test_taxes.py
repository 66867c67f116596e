"""Tax tables: components, rounding by line or by booking, prices with the tax in them."""

from datetime import date

import msgspec
import pytest

from holdfast.model.property import TaxPeriod, TaxSlab, TaxTable
from holdfast.pricing import PricedStay, quote
from holdfast.taxes import GST_INDIA, for_nights
from tests.unit.carts import DECEMBER

ALWAYS = date(2000, 1, 1)


def table(*names: str, rates: tuple[int, ...], included: bool = False, by_booking: bool = False) -> TaxTable:
    slab = TaxSlab(None, sum(rates), rates)
    return TaxTable(names=names, included=included, by_booking=by_booking, periods=(TaxPeriod(ALWAYS, (slab,)),))


def priced(taxes: TaxTable, *prices: int, rooms: int = 1, discount: int = 0) -> tuple[int, int, list[tuple[str, int]]]:
    """The tax, the total, and the components of a stay in euros."""
    stay = PricedStay(DECEMBER, date(2026, 12, 10 + len(prices)), rooms, prices, "EUR", taxes)
    found = quote(stay, promo_discount=discount)
    assert found.gst_amount == sum(tax["amount"] for tax in found.taxes) == sum(line["tax"] for line in found.lines)
    return found.gst_amount, found.total_payable, [(tax["name"], tax["amount"]) for tax in found.taxes]


@pytest.mark.parametrize(
    ("taxes", "prices", "tax", "total", "components"),
    [
        # 10 % of 33.33 is 3.333: three times 3.33 by the line, 9.999 by the booking
        (table("VAT", rates=(1000,)), (3333, 3333, 3333), 999, 10_998, [("VAT", 999)]),
        (table("VAT", rates=(1000,), by_booking=True), (3333, 3333, 3333), 1000, 10_999, [("VAT", 1000)]),
        (table("VAT", rates=(1000,), included=True), (11_000,), 1000, 11_000, [("VAT", 1000)]),
        (table("VAT", rates=(2000,), included=True), (9999,), 1667, 9999, [("VAT", 1667)]),
        (
            table("VAT", "city tax", rates=(1000, 300)),
            (10_000, 10_000),
            2600,
            22_600,
            [("VAT", 2000), ("city tax", 600)],
        ),
        (
            table("VAT", "city tax", rates=(1000, 300), included=True),
            (11_300,),
            1300,
            11_300,
            [("VAT", 1000), ("city tax", 300)],
        ),
    ],
)
def test_a_stay_is_taxed_by_its_table(
    taxes: TaxTable, prices: tuple[int, ...], tax: int, total: int, components: list[tuple[str, int]]
) -> None:
    assert priced(taxes, *prices) == (tax, total, components)


def test_tax_rounded_by_booking_is_rounded_once_for_each_rate() -> None:
    low, high = TaxSlab(10_000, 500, (500,)), TaxSlab(None, 2000, (2000,))
    taxes = TaxTable(names=("VAT",), by_booking=True, periods=(TaxPeriod(ALWAYS, (low, high)),))
    # 5 % of 2 x 33.33 and 20 % of 2 x 111.11: 3.333 and 44.444
    tax, total, components = priced(taxes, 3333, 11_111, rooms=2)
    assert components == [("VAT", 333), ("VAT", 4444)]
    assert (tax, total) == (4777, 2 * (3333 + 11_111) + 4777)


def test_a_discount_lowers_what_is_taxed() -> None:
    assert priced(table("VAT", rates=(1000,)), 10_000, discount=1000)[:2] == (900, 9900)
    assert priced(table("VAT", rates=(1000,), included=True), 11_000, discount=1100)[:2] == (900, 9900)


def test_gst_is_two_halves_rounded_line_by_line() -> None:
    stay = PricedStay(DECEMBER, date(2026, 12, 12), 1, (1030, 1030), "INR", GST_INDIA)
    found = quote(stay)
    assert [(tax["name"], tax["rate_bp"], tax["amount"]) for tax in found.taxes] == [
        ("CGST", 250, 52),
        ("SGST", 250, 52),
    ]
    assert [(line["cgst"], line["sgst"], line["tax"]) for line in found.lines] == [(26, 26, 52)] * 2


@pytest.mark.parametrize(
    ("check_in", "check_out", "starts"),
    [
        (date(2026, 12, 10), date(2026, 12, 13), [date(2025, 9, 22)]),
        (date(2025, 9, 20), date(2025, 9, 22), [date(2022, 7, 18)]),
        (date(2025, 9, 21), date(2025, 9, 23), [date(2022, 7, 18), date(2025, 9, 22)]),
        (date(2020, 1, 1), date(2020, 1, 3), [date(2022, 7, 18)]),
    ],
)
def test_a_booking_keeps_the_periods_of_its_nights(check_in: date, check_out: date, starts: list[date]) -> None:
    kept = for_nights(GST_INDIA, check_in, check_out)
    assert [period.starts for period in kept.periods] == starts
    length = (check_out - check_in).days
    whole = PricedStay(check_in, check_out, 1, (800_000,) * length, "INR", GST_INDIA)
    assert quote(msgspec.structs.replace(whole, taxes=kept)) == quote(whole)
