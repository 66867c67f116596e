"""The same table on three DynamoDBs: moto's in this process, MiniStack's, and Amazon's DynamoDB Local."""

import os
import random
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from moto import mock_aws

from holdfast.logs import metrics
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table, connect
from tests.conftest import DELUXE, KOLKATA, MONTHS, SUITE, FakeClock, table_definition
from tests.store import emulators
from tests.store.auditing import broken_in
from tests.store.guests import ARRIVAL

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PATIENCE_SECONDS = 30  # the machine may be busy with other things; a busy answer is asked for where it is wanted
CLIENTS = 8  # for all the threads of a race: more than one, as in more than one Lambda
MEETINGS = 4  # of every race but the rush for the last rooms: what the time of the suite allows
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


def _start(name: str) -> Iterator[Emulator]:
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


@pytest.fixture(autouse=True)
def _own_metrics(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a test counts is nobody else's, and has the namespace that a Lambda's environment gives it."""
    metrics.clear_metrics()
    monkeypatch.setattr(metrics, "namespace", "Holdfast")
    yield
    metrics.clear_metrics()


@pytest.fixture
def rng() -> random.Random:
    """What is left to chance in a test; its seed is shown when the test fails, and STORE_SEED sets it again."""
    seed = int(os.environ.get("STORE_SEED") or random.randrange(2**32))
    sys.stdout.write(f"STORE_SEED={seed}\n")
    return random.Random(seed)


@pytest.fixture(scope="session")
def ministack() -> Iterator[Emulator]:
    yield from _start("ministack")


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[Emulator]:
    yield from _start("dynamodb_local")


@pytest.fixture(params=[ON_MINISTACK, ON_DYNAMODB_LOCAL])
def emulator(request: pytest.FixtureRequest) -> Emulator:
    """A real server, for tests with threads or faults; each such test runs on both."""
    running: Emulator = request.getfixturevalue(request.param)
    return running


@pytest.fixture(params=["moto", ON_MINISTACK, ON_DYNAMODB_LOCAL])
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """An empty table of the template's shape, on each DynamoDB in turn."""
    if request.param != "moto":
        emulator: Emulator = request.getfixturevalue(request.param)
        yield emulator.new_table()
        return
    with mock_aws():
        client = connect()
        client.create_table(**table_definition("holdfast-moto"))
        yield Table(client, "holdfast-moto")


@pytest.fixture
def store(table: Table) -> Store:
    """With write ids as in production: those of the other tests would repeat between threads."""
    return Store(table)


@pytest.fixture
def catalog(table: Table) -> CatalogStore:
    """The hotel of the other tests with four months on sale: these tests look at the whole table again and again."""
    return open_hotel(table)


def open_hotel(table: Table) -> CatalogStore:
    catalog = CatalogStore(table)
    assert catalog.add_property(KOLKATA)
    assert catalog.add_room_type(KOLKATA, DELUXE, MONTHS[:4])
    assert catalog.add_room_type(KOLKATA, SUITE, MONTHS[:4])
    return catalog


@pytest.fixture(params=range(MEETINGS))
def round_(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


in_each_round = pytest.mark.usefixtures("round_")


@dataclass
class Hotel:
    """Five Deluxe rooms, two Suites, and a table that must agree with itself when the test is over."""

    emulator: Emulator
    table: Table
    clock: FakeClock

    def store(self, number: int) -> Store:
        """The store as one of several Lambdas has it; the same number, the same client."""
        clients = self.emulator.clients
        client = clients[number % len(clients)]
        return Store(Table(client, self.table.name, patience_seconds=PATIENCE_SECONDS))

    def free(self, check_in: date = ARRIVAL, nights: int = 3, room_type_id: str = "deluxe") -> list[int]:
        """The rooms free on each night of a stay."""
        stay = [check_in + timedelta(days=n) for n in range(nights)]
        months = sorted({f"{night:%Y-%m}" for night in stay})
        pages = CatalogStore(self.table).pages([room_type_id], months)
        return [pages[room_type_id, f"{night:%Y-%m}"].free[night.day] for night in stay]


@pytest.fixture
def hotel(emulator: Emulator) -> Iterator[Hotel]:
    table = emulator.new_table()
    open_hotel(table)
    clock = FakeClock()
    hotel = Hotel(emulator, table, clock)
    yield hotel
    assert broken_in(hotel.store(0), clock()) == []
