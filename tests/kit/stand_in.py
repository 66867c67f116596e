"""A table on the strict stand-in for DynamoDB, where nothing fails and no index lags."""

from collections.abc import Callable, Sequence
from typing import Any

from holdfast.storage.table import Table
from tests.kit.hotel import TABLE_NAME
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.hotel import indexes
from tests.simulation.scheduler import Scheduler


class TableInMemory(Table):
    """Reads that go together are done one by one: the stand-in is not for threads."""

    def together[Result](self, calls: Sequence[Callable[[], Result]]) -> list[Result]:
        return [call() for call in calls]


def stand_in() -> StandIn:
    """Faster than moto by far: there are hundreds of rows."""
    faults: Any = Faults(Scheduler(), 0.0, None)
    faults.index_lag_us = lambda: 0
    return StandIn(TABLE_NAME, indexes(), faults)


def table_in_memory() -> Table:
    client: Any = stand_in()
    return TableInMemory(client, TABLE_NAME, patience_seconds=600, sleep=lambda _: None)
