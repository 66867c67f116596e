"""A table on the strict stand-in for DynamoDB, where nothing fails and no index lags."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from uuid import uuid4

from holdfast.storage.items import Key
from holdfast.storage.table import Table
from tests.kit.hotel import TABLE_NAME
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.hotel import indexes
from tests.simulation.scheduler import Scheduler

OPERATIONS = {
    "batch_get_item": "BatchGetItem",
    "query": "Query",
    "scan": "Scan",
    "put_item": "PutItem",
    "delete_item": "DeleteItem",
    "transact_write_items": "TransactWriteItems",
}


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


def update_by_hand(table: Table, key: Key, expression: str, **parameters: Any) -> None:
    """A write past the store, as an operator or another program may make it."""
    pk, sk = key
    update = {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}, "UpdateExpression": expression}
    action: Any = {"Update": {"TableName": table.name} | update | parameters}
    table.client.transact_write_items(TransactItems=[action], ClientRequestToken=uuid4().hex)


def delete_by_hand(table: Table, key: Key) -> None:
    pk, sk = key
    table.client.delete_item(TableName=table.name, Key={"pk": {"S": pk}, "sk": {"S": sk}})


@contextmanager
def watched(client: StandIn, seen: Callable[[str, dict[str, Any], Callable[[], Any]], Any]) -> Iterator[None]:
    """Each request meanwhile goes to `seen`, with its operation and parameters, and the call that answers it."""
    methods = {name: getattr(client, name) for name in OPERATIONS}

    def call(name: str, **parameters: Any) -> Any:
        return seen(OPERATIONS[name], parameters, partial(methods[name], **parameters))

    for name in methods:
        setattr(client, name, partial(call, name))
    try:
        yield
    finally:
        for name, method in methods.items():
            setattr(client, name, method)
