"""The auditor finds each month whose page and rates do not fit together, and each night on sale without a price."""

from datetime import UTC, datetime
from typing import Any

import pytest

from holdfast.audit.snapshot import Broken
from holdfast.audit.table import audit_table
from holdfast.storage.items import page_key, rates_key
from tests.kit.settled_table import NOW_MS, SHARDS, SettledTable

PAGE = page_key("deluxe", "2026-12")
RATES = rates_key("deluxe", "2026-12")
ALSO_OF_THE_PAGE = {"room_type_id", "month", "revision", "pk", "sk"}


def as_one_item(table: SettledTable) -> None:
    """The page as code of before wrote it, with its prices in it."""
    rates = table.items.pop(RATES)
    table.items[PAGE] |= {name: value for name, value in rates.items() if name not in ALSO_OF_THE_PAGE}


@pytest.mark.parametrize(("of_page", "of_rates"), [(2, 1), (1, 2)])
def test_a_page_and_rates_of_different_revisions(table: SettledTable, of_page: int, of_rates: int) -> None:
    table.spoil(PAGE, revision=of_page)
    table.spoil(RATES, revision=of_rates)
    [broken] = table.audited()
    text = f"CAL1 deluxe 2026-12: the page has revision {of_page}, its rates {of_rates}"
    assert (str(broken), broken.keys) == (text, (PAGE, RATES))


def test_a_page_and_rates_that_were_changed_together_are_right(table: SettledTable) -> None:
    table.spoil(PAGE, revision=7)
    table.spoil(RATES, revision=7, price={"10": 1})
    assert table.audited() == []


def test_a_page_without_rates(table: SettledTable) -> None:
    del table.items[RATES]
    [broken] = table.audited()
    assert (str(broken), broken.keys) == ("CAL1 deluxe 2026-12: a page without rates", (PAGE, RATES))


def test_rates_without_a_page(table: SettledTable) -> None:
    table.put({**table.items[RATES], "sk": "RATES#2027-01"})
    [broken] = table.audited()
    assert str(broken) == "CAL1 deluxe 2027-01: rates without a page"


class TestPagesOfBefore:
    def test_one_that_holds_its_prices_is_right(self, table: SettledTable) -> None:
        as_one_item(table)
        assert table.audited() == []

    def test_one_with_rates_beside_it_as_well(self, table: SettledTable) -> None:
        rates = table.items[RATES]
        as_one_item(table)
        table.put(rates)
        [broken] = table.audited()
        assert str(broken) == "CAL1 deluxe 2026-12: prices twice"

    def test_its_nights_need_a_price_too(self, table: SettledTable) -> None:
        as_one_item(table)
        table.spoil(PAGE, price={"10": 0})
        assert table.broken() == {"CAL2"}


class TestPrices:
    @pytest.mark.parametrize(
        ("rates", "broken"),
        [
            ({"price": {"10": 0}}, ["CAL2 deluxe 2026-12-10: on sale for 0"]),
            ({"price": {"10": -1, "11": 1}}, ["CAL2 deluxe 2026-12-10: on sale for -1"]),
            ({"default_price": 0, "price": dict.fromkeys(map(str, range(1, 31)), 5)},
             ["CAL2 deluxe 2026-12-31: on sale for 0"]),
            ({"default_price": 0, "price": dict.fromkeys(map(str, range(1, 32)), 5)}, []),
        ],
    )  # fmt: skip
    def test_each_night_on_sale_has_one(self, table: SettledTable, rates: dict[str, Any], broken: list[str]) -> None:
        table.spoil(RATES, **rates)
        assert [str(found) for found in table.audited()] == broken

    def test_a_night_without_rooms_needs_none(self, table: SettledTable) -> None:
        for name in ("on_sale", "free"):
            table.spoil(PAGE, **{name: table.items[PAGE][name] | {"20": 0}})
        table.spoil(RATES, price={"20": 0}, rooms={"20": 0})
        assert table.audited() == []


def test_rates_that_cannot_be_read_are_reported_once(table: SettledTable) -> None:
    table.spoil(RATES, price="?")
    assert table.broken() == {"ITEM1"}


@pytest.mark.parametrize(
    ("revisions", "lasting"),
    [([(2, 1), (3, 2), (4, 3)], []), ([(2, 1), (2, 1), (2, 1)], ["CAL1"]), ([(2, 1), (2, 2)], [])],
    ids=["an owner who changes it all the time", "two that stay apart", "a change between two reads"],
)
def test_only_a_difference_that_lasts_is_reported_of_a_table_in_use(
    table: SettledTable, revisions: list[tuple[int, int]], lasting: list[str]
) -> None:
    looks = iter(revisions)

    class InUse:
        due_shards = SHARDS
        table: Any

        def scan_pages(self, *, consistent: bool, after: None) -> list[tuple[list[Any], None]]:
            of_page, of_rates = next(looks)
            table.spoil(PAGE, revision=of_page)
            table.spoil(RATES, revision=of_rates)
            return [(list(table.items.values()), None)]

    store: Any = InUse()
    store.table = store
    found: list[Broken] = audit_table(store, clock=lambda: datetime.fromtimestamp(NOW_MS / 1000, UTC)).broken
    assert [broken.invariant for broken in found] == lasting
