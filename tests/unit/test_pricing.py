"""Prices by example: nights, discounts, taxes by law, promos, the wallet's part."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from holdfast.errors import PromoInvalid
from holdfast.model.dates import millis
from holdfast.model.money import half_up
from holdfast.model.promo import Promo, PromoKind
from holdfast.pricing import PricedStay, discount, quote
from holdfast.taxes import GST_INDIA, slab_of
from tests.unit.carts import LAST_OLD_NIGHT, VAT, lawful, stay

NOON = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)


class Worked(NamedTuple):
    says: str
    stay: PricedStay
    discount: int
    shares: list[int]  # of the discount, line by line
    rates: list[int]  # of the lines, in basis points
    halves: list[int]  # CGST of each line; SGST is the same
    total: int


EXAMPLES = [
    Worked("one plain night", stay(500_000), 0, [0], [500], [12_500], 525_000),
    Worked("7,500.00 is still in the lower slab", stay(750_000), 0, [0], [500], [18_750], 787_500),
    Worked("7,500.01 is above it", stay(750_001), 0, [0], [1800], [67_500], 885_001),
    Worked("a promo moves a night across the slab", stay(800_000), 50_000, [50_000], [500], [18_750], 787_500),
    Worked("a promo that leaves 7,500.01", stay(800_000), 49_999, [49_999], [1800], [67_500], 885_001),
    Worked(
        "a promo moves only the dearer night across",
        stay(700_000, 760_000),
        29_200,  # 2 % of 14,600.00
        [14_000, 15_200],
        [500, 500],
        [17_150, 18_620],
        686_000 + 744_800 + 2 * (17_150 + 18_620),
    ),
    Worked(
        "nights on both sides of 2025-09-22",
        stay(500_000, 500_000, first=LAST_OLD_NIGHT),
        0,
        [0, 0],
        [1200, 500],
        [30_000, 12_500],
        1_085_000,
    ),
    Worked(
        "above the slab both tables say 18 %",
        stay(750_001, 750_001, first=LAST_OLD_NIGHT),
        0,
        [0, 0],
        [1800, 1800],
        [67_500, 67_500],
        1_770_002,
    ),
    # 2.5 % of 20 paise is 0.5, up to 1; of 19 is 0.475, down to 0
    Worked("half a paisa is rounded up", stay(20), 0, [0], [500], [1], 22),
    Worked("less than half is rounded down", stay(19), 0, [0], [500], [0], 19),
    # 9 % of 7,500.50 is 675.045: each half is 675.05 by itself, not 1,350.09 for both
    Worked("each half of GST is rounded on its own", stay(750_050), 0, [0], [1800], [67_505], 885_060),
    Worked("a tie goes to the earlier night", stay(1000, 1000), 1, [1, 0], [500, 500], [25, 25], 2099),
    # shares of 100 over 1:1:1 are 33.33 each: the spare paisa goes to the first
    Worked("spare paise go one each", stay(1000, 1000, 1000), 100, [34, 33, 33], [500] * 3, [24, 24, 24], 3044),
    # shares of 10 over 1000:2000 are 3.33 and 6.67: the largest remainder is the second's
    Worked("the largest remainder comes first", stay(1000, 2000), 10, [3, 7], [500, 500], [25, 50], 3140),
    Worked(
        "rooms of a night stand side by side",
        stay(1000, 2000, rooms=2),
        9,  # shares 1.5, 1.5, 3, 3: the tie is won by the first room of the first night
        [2, 1, 3, 3],
        [500] * 4,
        [25, 25, 50, 50],
        6000 - 9 + 300,
    ),
    Worked("a discount of everything", stay(300_000, 400_000), 700_000, [300_000, 400_000], [500, 500], [0, 0], 0),
    Worked("a night that costs nothing", stay(0, 1000), 10, [0, 10], [500, 500], [0, 25], 1040),
    Worked("a hotel with its own table", stay(100_00, 100_01, tax=VAT), 0, [0, 0], [1000, 2100], [500, 1050], 23_101),
]


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.says for example in EXAMPLES])
def test_a_worked_example_comes_out_to_the_paisa(example: Worked) -> None:
    priced = quote(example.stay, promo_discount=example.discount)

    assert [line["discount"] for line in priced.lines] == example.shares
    assert [line["gst_rate_bp"] for line in priced.lines] == example.rates
    assert [line["cgst"] for line in priced.lines] == example.halves
    assert [line["sgst"] for line in priced.lines] == example.halves
    assert priced.total_payable == example.total
    assert lawful(priced, example.stay, example.discount)


def test_lines_are_ordered_by_night_and_then_by_room() -> None:
    lines = quote(stay(1000, 2000, rooms=2)).lines

    assert [(line["night"].day, line["room"], line["price"]) for line in lines] == [
        (10, 1, 1000),
        (10, 2, 1000),
        (11, 1, 2000),
        (11, 2, 2000),
    ]


def test_the_wallet_pays_after_tax_and_never_more_than_the_total() -> None:
    part = quote(stay(500_000), wallet_limit=100_000)
    whole = quote(stay(500_000), wallet_limit=9_000_000)

    assert (part.wallet_applied, part.gateway_payable, part.gst_amount) == (100_000, 425_000, 25_000)
    assert (whole.wallet_applied, whole.gateway_payable, whole.total_payable) == (525_000, 0, 525_000)


def test_a_frozen_quote_keeps_what_the_lines_do_not_show() -> None:
    priced = quote(stay(500_000), promo_code="TEN", promo_discount=50_000, wallet_limit=100_000)
    frozen = priced.frozen()

    assert (frozen.promo_code, frozen.promo_discount, frozen.gst_amount) == ("TEN", 50_000, 22_500)
    assert (frozen.total_payable, frozen.wallet_applied, frozen.gateway_payable) == (472_500, 100_000, 372_500)


@pytest.mark.parametrize(
    ("night", "rate"),
    [
        (date(2022, 7, 17), 1200),  # before the first period the first one counts
        (date(2022, 7, 18), 1200),
        (date(2025, 9, 21), 1200),
        (date(2025, 9, 22), 500),
        (date(2030, 1, 1), 500),
    ],
)
def test_the_rate_is_read_by_the_night(night: date, rate: int) -> None:
    assert slab_of(GST_INDIA, night, 750_000).rate_bp == rate
    assert slab_of(GST_INDIA, night, 750_001).rate_bp == 1800


def percent(bp: int, *, max_discount: int | None = None) -> Promo:
    return Promo(code="P", kind=PromoKind.PERCENT, percent_bp=bp, max_discount=max_discount)


@pytest.mark.parametrize(
    ("promo", "base", "expected"),
    [
        (percent(1000), 1_000_000, 100_000),
        (percent(1000), 1_000_005, 100_001),  # 100,000.5 paise
        (percent(1000), 1_000_004, 100_000),
        (percent(1), 4_999, 0),  # 0.4999 of a paisa
        (percent(1), 5_000, 1),
        (percent(10_000), 777, 777),
        (percent(5000, max_discount=300), 1000, 300),
        (percent(5000, max_discount=501), 1000, 500),
        (percent(5000, max_discount=0), 1000, 0),
        (Promo(code="F", kind=PromoKind.FLAT, amount=500), 1000, 500),
        (Promo(code="F", kind=PromoKind.FLAT, amount=5000), 1000, 1000),
    ],
)
def test_a_promo_discounts_what_its_terms_say(promo: Promo, base: int, expected: int) -> None:
    assert discount(promo, base, NOON, "INR") == expected


def test_a_promo_holds_from_its_start_to_just_before_its_end() -> None:
    promo = Promo(
        code="DAY", kind=PromoKind.FLAT, amount=1, starts_at_ms=millis(NOON), ends_at_ms=millis(NOON) + 86_400_000
    )

    assert discount(promo, 100, NOON, "INR") == 1
    assert discount(promo, 100, NOON + timedelta(days=1, milliseconds=-1), "INR") == 1
    with pytest.raises(PromoInvalid):
        discount(promo, 100, NOON - timedelta(milliseconds=1), "INR")
    with pytest.raises(PromoInvalid):
        discount(promo, 100, NOON + timedelta(days=1), "INR")


def test_a_promo_counts_from_its_least_amount_on() -> None:
    promo = Promo(code="BIG", kind=PromoKind.FLAT, amount=1, min_amount=1000)

    assert discount(promo, 1000, NOON, "INR") == 1
    with pytest.raises(PromoInvalid, match=r"at least 10\.00 INR; this is 9\.99 INR"):
        discount(promo, 999, NOON, "INR")


@pytest.mark.parametrize(("numerator", "denominator", "rounded"), [(0, 2, 0), (1, 2, 1), (3, 2, 2), (49, 100, 0)])
def test_half_is_rounded_up(numerator: int, denominator: int, rounded: int) -> None:
    assert half_up(numerator, denominator) == rounded
