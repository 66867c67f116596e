"""The DynamoDBs that the store is tested on: moto's in this process, MiniStack's, and Amazon's DynamoDB Local."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from holdfast.storage.client import connect
from holdfast.storage.table import Table
from tests.kit import emulators
from tests.kit.template import table_definition

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PATIENCE_SECONDS = 30  # the machine may be busy with other things; a busy answer is asked for where it is wanted
CLIENTS = 8  # for all the threads of a race: more than one, as in more than one Lambda
ON_MINISTACK = pytest.param("ministack", marks=pytest.mark.ministack)
ON_DYNAMODB_LOCAL = pytest.param("dynamodb_local", marks=pytest.mark.dynamodb_local)


@dataclass
class Emulator:
    """A running DynamoDB, and clients for it that any test may use."""

    name: str
    endpoint: str
    clients: list["DynamoDBClient"]
    made: int = field(default=0)

    def new_table(self) -> Table:
        self.made += 1
        name = f"holdfast-{self.made}"
        self.clients[0].create_table(**table_definition(name))
        return Table(self.clients[0], name, patience_seconds=PATIENCE_SECONDS)


def start(name: str) -> Iterator[Emulator]:
    with ExitStack() as until_the_end:
        endpoint = until_the_end.enter_context(getattr(emulators, name)())
        credentials = until_the_end.enter_context(pytest.MonkeyPatch.context())
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            credentials.setenv(variable, "test")
        credentials.setenv("AWS_DEFAULT_REGION", "us-east-1")
        clients = [connect(endpoint) for _ in range(CLIENTS)]
        yield Emulator(name, endpoint, clients)
        for client in clients:
            client.close()
