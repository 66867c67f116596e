"""The same table on three DynamoDBs, and the hotel on it."""

import os
import random
import sys
from collections.abc import Iterator

import pytest
from moto import mock_aws

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.client import connect
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.hotel import open_hotel
from tests.kit.template import table_definition
from tests.store.dynamodbs import ON_DYNAMODB_LOCAL, ON_MINISTACK, Emulator, start
from tests.store.shared_hotel import MEETINGS, MONTHS_ON_SALE, Hotel


@pytest.fixture
def rng() -> random.Random:
    """What is left to chance in a test; its seed is shown when the test fails, and STORE_SEED sets it again."""
    seed = int(os.environ.get("STORE_SEED") or random.randrange(2**32))
    sys.stdout.write(f"STORE_SEED={seed}\n")
    return random.Random(seed)


@pytest.fixture(scope="session")
def ministack() -> Iterator[Emulator]:
    yield from start("ministack")


@pytest.fixture(scope="session")
def dynamodb_local() -> Iterator[Emulator]:
    yield from start("dynamodb_local")


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
    return open_hotel(table, MONTHS_ON_SALE)


@pytest.fixture(params=range(MEETINGS))
def round_(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


@pytest.fixture
def hotel(emulator: Emulator) -> Iterator[Hotel]:
    table = emulator.new_table()
    open_hotel(table, MONTHS_ON_SALE)
    clock = FakeClock()
    hotel = Hotel(emulator, table, clock)
    yield hotel
    assert broken_in(hotel.store(0), clock()) == []
