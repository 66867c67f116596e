"""The calculator that the budgets are measured with follows AWS's rules."""

from typing import Any

import pytest

from tests.kit.capacity import Index, item_size, kilobytes, value_size, write_units

DUE = Index("due_shard", "due_at", ("room_type_id",))
ROW = {"pk": "p", "sk": "s", "due_shard": "HOLD#1", "due_at": 5, "room_type_id": "deluxe"}


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("₹", 3),  # UTF-8 bytes, not characters
        (None, 1),
        (True, 1),
        (0, 1),
        (7, 2),
        (12, 2),
        (123, 3),
        (-12, 3),
        (500_000, 2),  # trailing zeros are not significant
        (1_795_368_900_123, 8),
        ([], 3),
        ({}, 3),
        ([1, 2], 3 + 2 * (1 + 2)),
        ({"a": 1}, 3 + 1 + 1 + 2),
        ({"10": [True]}, 3 + 1 + 2 + (3 + 1 + 1)),
    ],
)
def test_a_value_weighs_what_aws_says(value: Any, size: int) -> None:
    assert value_size(value) == size


def test_an_item_weighs_its_names_and_its_values() -> None:
    assert item_size({"pk": "USER#1", "n": 12}) == 2 + 6 + 1 + 2


@pytest.mark.parametrize(("length", "units"), [(1, 1), (1023, 1), (1024, 2), (2047, 2), (2048, 3)])
def test_a_started_kilobyte_counts_whole(length: int, units: int) -> None:
    assert kilobytes({"a": "x" * length}) == units  # the name is one byte more


def test_a_write_is_charged_by_the_larger_image_and_twice_in_a_transaction() -> None:
    small, large = {"a": "x"}, {"a": "x" * 1500}

    assert write_units(None, small, transactional=False) == 1
    assert write_units(None, small, transactional=True) == 2
    assert write_units(small, large, transactional=True) == 4
    assert write_units(large, small, transactional=True) == 4
    assert write_units(large, small, transactional=False) == 2


def test_an_index_row_costs_when_it_comes_goes_or_changes() -> None:
    elsewhere = ROW | {"due_at": 6}
    other_view = ROW | {"room_type_id": "suite"}
    without = {"pk": "p", "sk": "s", "due_shard": "HOLD#1"}

    assert DUE.write_units(None, ROW) == 1
    assert DUE.write_units(ROW, None) == 1
    assert DUE.write_units(ROW, without) == 1
    assert DUE.write_units(ROW, elsewhere) == 2
    assert DUE.write_units(ROW, other_view) == 1
    assert DUE.write_units(ROW, ROW | {"status": "expired"}) == 0
    assert DUE.write_units(without, None) == 0


def test_index_writes_come_on_top_of_the_tables() -> None:
    assert write_units(None, ROW, (DUE,), transactional=True) == 3
