"""The stand-in evaluates what the store sends, and refuses to guess at anything else."""

from typing import Any

import pytest

from holdfast.storage.marshal import from_wire, to_wire
from tests.simulation.dynamodb import StandIn
from tests.simulation.expressions import Refused, Unsupported, changed, condition, update
from tests.simulation.faults import Faults
from tests.simulation.hotel import indexes
from tests.simulation.scheduler import Scheduler

ITEM = {"pk": "P", "n": 5, "s": "b", "live": {"one": 1, "two": 2}, "picked": ["a", "b"]}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("attribute_exists(pk)", True),
        ("attribute_not_exists(live.#name)", False),
        ("n >= :five AND n < :six", True),
        ("n = :six OR s = :b", True),
        ("n = :six OR s = :b AND n = :six", False),
        ("(n = :six OR s = :b) AND n = :five", True),
        ("n BETWEEN :five AND :six", True),
        ("begins_with(s, :b)", True),
        ("size(live) < :six", True),
        ("contains(picked, :b)", True),
        ("contains(picked, :six)", False),
        ("contains(nowhere, :b)", False),
        ("n <> :six", True),
        ("nowhere <> :six", True),
        ("nowhere < :six", False),
        ("n = :b", False),
        ("n = live.#name", False),
        ("live = :live", True),
    ],
)
def test_a_condition(text: str, holds: bool) -> None:
    values = to_wire({":five": 5, ":six": 6, ":b": "b", ":live": {"two": 2, "one": 1}})
    assert condition(text)(to_wire(ITEM), {"#name": "one"}, values) is holds


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("SET n = :two", {"n": 2}),
        ("SET n = n - :two, s = :two", {"n": 3, "s": 2}),
        ("SET live.#name = live.#name + :two", {"live": {"one": 3, "two": 2}}),
        ("SET n = :two REMOVE live.#name, nowhere", {"n": 2, "live": {"two": 2}}),
    ],
)
def test_an_update(text: str, after: dict[str, Any]) -> None:
    before = to_wire(ITEM)
    item = changed(before, update(text), {"#name": "one"}, to_wire({":two": 2}))
    assert from_wire(item) == ITEM | after
    assert from_wire(before) == ITEM


@pytest.mark.parametrize(
    "text",
    ["n IN (:a)", "contains(s, #a)", "NOT n = :a", "n = 5", "n = :a extra", "attribute_type(n, :a)", "list[0] = :a"],
)
def test_a_condition_that_the_store_never_sends_is_an_error(text: str) -> None:
    with pytest.raises((Unsupported, Refused)):
        condition(text)


@pytest.mark.parametrize(
    "text", ["ADD n :a", "DELETE n :a", "SET n = if_not_exists(n, :a)", "SET n = list_append(n, :a)"]
)
def test_an_update_that_the_store_never_sends_is_an_error(text: str) -> None:
    with pytest.raises((Unsupported, Refused)):
        update(text)


@pytest.mark.parametrize(
    "text", ["SET n = :two REMOVE n", "SET live.#name = :two, live = :two", "REMOVE live.#name, live.#same"]
)
def test_paths_that_overlap_are_refused(text: str) -> None:
    with pytest.raises(Refused):
        changed(to_wire(ITEM), update(text), {"#name": "one", "#same": "one"}, to_wire({":two": 2}))


def test_a_reserved_word_must_hide_behind_a_name() -> None:
    with pytest.raises(Refused):
        condition("free > :rooms")


def test_a_call_or_an_argument_that_the_store_never_makes_is_an_error() -> None:
    client: Any = StandIn("table", indexes(), Faults(Scheduler(), 0.0, None))
    with pytest.raises(AttributeError):
        client.update_item()
    with pytest.raises(Unsupported):
        client.put_item(TableName="table", Item=to_wire({"pk": "P", "sk": "S"}), ReturnValues="ALL_OLD")
    with pytest.raises(Unsupported):
        client.transact_write_items(TransactItems=[{"Get": {}}], ClientRequestToken="t")
