"""What guests, plan and meals make of a night's price: the examples of docs/pricing.md, and others by hand."""

import re
from datetime import date
from decimal import Decimal

import pytest
from msgspec import structs

from holdfast.model.money import half_up
from holdfast.model.property import ChildBand, Occupancy, RatePlan
from holdfast.model.rates import MonthRates
from holdfast.model.stay import Party, Stay
from holdfast.occupancy import parties_of, room_charges
from holdfast.pricing import Line, Quote, priced_stay, quote
from holdfast.restrictions import Rule
from tests.kit.template import ROOT

PAGE = (ROOT / "docs" / "pricing.md").read_text()
FAMILY = (Party(1, (11,)), Party(1, (4,)))


def table(header: str) -> list[dict[str, str]]:
    """The rows of the page's table whose header begins so, by column."""
    start = PAGE.index(f"| {header} |")
    head, _, *lines = PAGE[start:].split("\n\n")[0].splitlines()
    columns, *rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in (head, *lines)]
    return [dict(zip(columns, row, strict=True)) for row in rows]


def paise(text: str) -> int:
    """Of an amount in rupees, such as `1,200.00`; a percent such as `-7.50` becomes basis points in the same way."""
    exact = Decimal(text.replace(",", "")) * 100
    assert exact == int(exact)
    return int(exact)


ASKED = {row["what the hotel asks"]: row["amount"] for row in table("what the hotel asks")}
OCCUPANCY = Occupancy(
    base_adults=int(ASKED["adults in that price"]),
    max_adults=3,
    max_children=2,
    max_guests=4,
    extra_adult=paise(ASKED["an extra adult"]),
    single_discount=paise(ASKED["off for one person alone"]),
    child_bands=(
        ChildBand(5, paise(ASKED["a child up to 5"])),
        ChildBand(12, paise(ASKED["a child up to 12"])),
    ),
)
HALF_BOARD = RatePlan(
    plan_id="half-board",
    name="Half board",
    percent_bp=paise(ASKED["half board: percent"]),
    amount=paise(ASKED["half board: amount"]),
    meal=paise(ASKED["half board: meal"]),
)
NIGHTS = {date(2026, 12, day): paise(ASKED[f"the night of 2026-12-{day}"]) for day in (10, 11)}


def priced(
    *parties: Party,
    occupancy: Occupancy | None = OCCUPANCY,
    plan: RatePlan | None = HALF_BOARD,
    promo: int = 0,
) -> Quote:
    """The quote of these rooms for both nights."""
    rates = MonthRates(
        room_type_id="deluxe",
        month="2026-12",
        property_id="lake-view",
        timezone="Asia/Kolkata",
        currency="INR",
        default_price=1,
        max_guests=4,
        price={night.day: price for night, price in NIGHTS.items()},
        revision=1,
    )
    stay = Stay(
        room_type_id="deluxe",
        check_in=date(2026, 12, 10),
        check_out=date(2026, 12, 12),
        rooms=len(parties),
        guests=sum(party.persons for party in parties),
        occupancy=parties,
    )
    charges = room_charges(stay, occupancy, plan)
    return quote(priced_stay(stay, {"2026-12": rates}, plan, charges), promo_discount=promo)


class TestThePagesExample:
    def test_is_priced_so_by_the_engine_line_by_line(self) -> None:
        *rows, total = table("night of | room | night")
        found = priced(*FAMILY)

        for row, line in zip(rows, found.lines, strict=True):
            parts = line["parts"]
            own = paise(row["night"]) + paise(row["child"])
            derived = paise(row["rounded"]) + paise(row["amount"])
            assert (parts["night"], parts["children"]) == (paise(row["night"]), paise(row["child"]))
            assert (parts["plan"], parts["meals"]) == (derived - own, paise(row["meals"]))
            assert parts["extra_adults"] == parts["single_discount"] == 0
            assert line["price"] == derived + paise(row["meals"])
            assert_taxed(line, row)
        assert {line["gst_rate_bp"] for line in found.lines} == {500, 1800}
        assert_summed(found, total)

    def test_shows_a_percent_that_is_rounded_half_up(self) -> None:
        for row in table("night of | room | night")[:-1]:
            exact = (Decimal(row["night"].replace(",", "")) + Decimal(row["child"])) * Decimal("0.925")
            assert Decimal(row["times 0.925"].replace(",", "")) == exact
            assert exact * 100 % 1 == Decimal("0.5")
            assert paise(row["rounded"]) == exact * 100 + Decimal("0.5")

    def test_with_its_promo_is_priced_so_by_the_engine_line_by_line(self) -> None:
        *rows, total = table("night of | room | price")
        found = priced(*FAMILY, promo=half_up(priced(*FAMILY).base_amount * 1000, 10_000))

        for row, line in zip(rows, found.lines, strict=True):
            assert (line["discount"], line["taxable"]) == (paise(row["promo"]), paise(row["value"]))
            assert_taxed(line, row)
        assert found.promo_discount == paise(total["promo"])
        assert found.subtotal_after_promo == paise(total["value"])
        assert_summed(found, total)

    def test_has_the_slab_that_child_and_meals_lift_it_to(self) -> None:
        without_children = priced(Party(2), Party(2)).lines
        without_meals = priced(*FAMILY, plan=structs.replace(HALF_BOARD, meal=0)).lines

        assert [line["gst_rate_bp"] for line in without_children] == [500, 500, 1800, 1800]  # as many eat
        assert [line["gst_rate_bp"] for line in without_meals] == [500] * 4

    def test_page_names_every_rule_and_every_part_of_a_plan(self) -> None:
        rules = [row["rule"].strip("`") for row in table("rule | of which night or day")]
        parts = {name for row in table("part of a plan") for name in re.findall(r"\w+", row["part of a plan"])}

        assert sorted(rules) == sorted(Rule)
        assert parts == set(RatePlan.__struct_fields__) - {"plan_id", "name"}


def assert_taxed(line: Line, row: dict[str, str]) -> None:
    assert (str(line["night"]), line["room"]) == (row["night of"], int(row["room"]))
    assert line["price"] == paise(row["price"])
    assert line["gst_rate_bp"] == paise(row["GST"].removesuffix(" %"))
    assert (line["cgst"], line["sgst"]) == (paise(row["CGST"]), paise(row["SGST"]))
    assert line["taxable"] + line["tax"] == paise(row["with tax"])


def assert_summed(found: Quote, total: dict[str, str]) -> None:
    assert found.base_amount == paise(total["price"])
    assert found.gst_amount == paise(total["CGST"]) + paise(total["SGST"])
    assert found.total_payable == paise(total["with tax"])


class TestOneNightsPrice:
    """Of a room of 4,999.00, for two adults."""

    @pytest.mark.parametrize(
        ("party", "price"),
        [
            (Party(1), 449_900),
            (Party(2), 499_900),
            (Party(3), 619_900),
            (Party(1, (0,)), 499_900),
            (Party(1, (5,)), 499_900),
            (Party(1, (6,)), 579_900),
            (Party(1, (12,)), 579_900),
            (Party(1, (13,)), 499_900),  # the second adult
            (Party(2, (13,)), 619_900),  # the third
            (Party(2, (17, 3, 12)), 699_900),
        ],
    )
    def test_goes_by_its_guests(self, party: Party, price: int) -> None:
        assert priced(party, plan=None).lines[0]["price"] == price

    def test_without_bands_has_children_as_adults(self) -> None:
        bare = structs.replace(OCCUPANCY, child_bands=())

        assert priced(Party(1, (0, 1)), occupancy=bare, plan=None).lines[0]["price"] == 619_900

    def test_of_a_hotel_that_prices_no_guests_still_has_meals_for_all(self) -> None:
        [line, _] = priced(Party(1, (0, 9)), occupancy=None).lines

        assert (line["price"], line["parts"]["meals"]) == (462_408 + 15_000 + 360_000, 360_000)

    @pytest.mark.parametrize(
        ("plan", "price"),
        [
            ({"percent_bp": -10_000}, 0),
            ({"percent_bp": 0, "amount": -499_901}, 0),  # never below zero
            ({"percent_bp": 0, "amount": -499_901, "meal": 1}, 1),
            ({"percent_bp": -1}, 499_850),  # 4,998.5001 is below the half
            ({"percent_bp": 2_500}, 624_875),
            ({"percent_bp": 5_000, "amount": -50}, 749_800),
        ],
    )
    def test_goes_by_its_plan(self, plan: dict[str, int], price: int) -> None:
        [line, _] = priced(Party(2), plan=RatePlan(plan_id="p", name="P", **plan)).lines  # type: ignore[arg-type]

        parts = line["parts"]
        assert line["price"] == price == parts["night"] + parts["plan"] + parts["meals"]


@pytest.mark.parametrize(
    ("guests", "rooms", "adults"),
    [(1, 1, [1]), (4, 2, [2, 2]), (5, 2, [3, 2]), (7, 3, [3, 2, 2]), (8, 3, [3, 3, 2]), (1, 3, [1, 1, 1])],
)
def test_guests_without_rooms_are_spread_evenly_and_more_in_the_first(
    guests: int, rooms: int, adults: list[int]
) -> None:
    stay = Stay(
        room_type_id="deluxe",
        check_in=date(2026, 12, 10),
        check_out=date(2026, 12, 11),
        rooms=rooms,
        guests=guests,
    )

    assert [party.adults for party in parties_of(stay)] == adults
