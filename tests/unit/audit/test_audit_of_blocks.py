"""Blocked rooms count as taken until they are released; what is on sale is what the rates say."""

from datetime import date
from typing import Any

import msgspec
import pytest

from holdfast.model.calendar import Block, BlockSource
from holdfast.storage.calendar import block_item, block_key
from holdfast.storage.items import page_key, rates_key
from tests.kit.settled_table import NOW_MS, SettledTable

PAGE, RATES = page_key("deluxe", "2026-12"), rates_key("deluxe", "2026-12")
BLOCK = Block(
    block_id="bl_one",
    room_type_id="deluxe",
    first_night=date(2026, 12, 20),
    last_night=date(2026, 12, 21),
    rooms=2,
    reason="New carpets",
    source=BlockSource.MAINTENANCE,
    by="olga",
    at_ms=NOW_MS,
)


def with_free(table: SettledTable, **free: int) -> None:
    days = {name.removeprefix("d"): rooms for name, rooms in free.items()}
    table.spoil(PAGE, free=table.items[PAGE]["free"] | days)


def test_a_block_that_is_taken_from_every_night_is_right(table: SettledTable) -> None:
    table.put(block_item(BLOCK))
    with_free(table, d20=3, d21=3)
    assert table.audited() == []


@pytest.mark.parametrize(
    ("free", "says"),
    [
        ({"d20": 3}, "-21: 2 room(s) of bookings or blocks not taken"),
        ({"d20": 3, "d21": 2}, "-21: 1 room(s) taken by no booking or block"),
    ],
)
def test_a_block_that_is_not_counted_on_a_night(table: SettledTable, free: dict[str, int], says: str) -> None:
    table.put(block_item(BLOCK))
    with_free(table, **free)
    [broken] = table.audited()
    assert str(broken) == f"INV1 deluxe 2026-12{says}"


def test_a_released_block_keeps_nothing(table: SettledTable) -> None:
    table.put(block_item(msgspec.structs.replace(BLOCK, released_at_ms=NOW_MS, released_by="olga")))
    assert table.audited() == []


@pytest.mark.parametrize(
    "changes", [{"default_rooms": 4, "rooms": {str(day): 5 for day in range(2, 32)}}, {"rooms": {"1": 6}}]
)
def test_a_night_with_another_number_on_sale_than_its_rates_say(table: SettledTable, changes: dict[str, Any]) -> None:
    table.spoil(RATES, **changes)
    [broken] = table.audited()
    named = changes.get("default_rooms", 6)
    assert (str(broken), broken.keys) == (
        f"CAL3 deluxe 2026-12-01: 5 on sale, and its rates say {named}",
        (PAGE, RATES),
    )


def test_rates_of_before_do_not_say_how_many(table: SettledTable) -> None:
    table.spoil(RATES, default_rooms=None)
    assert table.audited() == []


def test_a_block_outlives_the_nights_that_are_looked_at() -> None:
    """Its TTL is the last night's and 400 days; the audit looks at those of 399 days."""
    item = block_item(BLOCK)
    assert (item["pk"], item["sk"]) == block_key("deluxe", "bl_one")
    kept = date.fromtimestamp(item["ttl"]) - BLOCK.last_night  # noqa: DTZ012 - whole days
    assert 400 <= kept.days <= 402
