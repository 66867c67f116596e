"""Reads that go together are under way at once, each in a thread of its own."""

from threading import Barrier
from typing import Any

import pytest

from holdfast.errors import Busy
from holdfast.storage.table import Table

KEYS = [(f"ROOM#{number}", "MONTH#2026-12") for number in range(288)]


class Meeting:
    """Answers no call before so many are under way."""

    def __init__(self, calls: int) -> None:
        self.barrier = Barrier(calls, timeout=10)
        self.asked: list[Any] = []

    def batch_get_item(self, *, RequestItems: Any) -> Any:  # noqa: N803 - the SDK's name
        [(table, wanted)] = RequestItems.items()
        self.asked.append(wanted)
        self.barrier.wait()
        return {"Responses": {table: wanted["Keys"]}}


def test_three_hundred_items_are_three_calls_at_once_at_half_the_price() -> None:
    client: Any = Meeting(3)

    found = Table(client, "table").get_together(KEYS)

    assert set(found) == set(KEYS)
    assert sorted(len(wanted["Keys"]) for wanted in client.asked) == [88, 100, 100]
    assert not any(wanted["ConsistentRead"] for wanted in client.asked)


def test_one_that_fails_fails_them_all() -> None:
    client: Any = Meeting(3)

    with pytest.raises(Busy):
        Table(client, "table", patience_seconds=0).get_together(KEYS)


def test_no_keys_are_no_call() -> None:
    client: Any = Meeting(1)

    assert Table(client, "table").get_together([]) == {}
    assert client.asked == []
