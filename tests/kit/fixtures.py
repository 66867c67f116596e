"""The fixtures of all tests; a folder's conftest has only what that folder alone needs, or has otherwise."""

from collections.abc import Iterator

import pytest
from hypothesis import settings
from moto import mock_aws

from holdfast.logs import metrics
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.client import connect
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.apps import FUNCTIONS, Apps
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import TABLE_NAME, open_hotel
from tests.kit.ids import Ids
from tests.kit.log_capture import LogLines, captured_lines
from tests.kit.stand_in import table_in_memory
from tests.kit.template import table_definition

# A test says what is true, not how fast this machine is today.
settings.register_profile("holdfast", deadline=None, print_blob=True, max_examples=100)
settings.load_profile("holdfast")


@pytest.fixture(autouse=True)
def _aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
        "POWERTOOLS_SERVICE_NAME": "test",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    """On the strict stand-in for DynamoDB, which `tests/store` holds to moto and to the emulators, and which takes a
    tenth of moto's time. A test that wants a table that forgets request tokens is marked `moto`.
    """
    if request.node.get_closest_marker("moto") is None:
        yield table_in_memory()
        return
    with mock_aws():
        client = connect()
        client.create_table(**table_definition(TABLE_NAME))
        yield Table(client, TABLE_NAME, patience_seconds=600, sleep=lambda _: None)


@pytest.fixture
def cloud() -> Iterator[None]:
    """Moto's: for what a test needs of AWS besides the table."""
    with mock_aws():
        yield


@pytest.fixture
def store(table: Table) -> Store:
    return Store(table, new_id=Ids())


@pytest.fixture(scope="session")
def apps() -> Iterator[Apps]:
    """The handlers of `functions/*/app.py`, each imported once for its environment as the template sets it."""
    with pytest.MonkeyPatch.context() as environment:
        yield Apps(environment)


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    return open_hotel(table)


@pytest.fixture
def front_door(
    apps: Apps,
    clock: FakeClock,
    gateway: FakeGateway,
    hotel: CatalogStore,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> FrontDoor:
    """All routes over their handlers, on the hotel's table, at the test's own time, with the test's own gateway."""
    door = FrontDoor(apps, clock, gateway, monkeypatch)
    for function in FUNCTIONS:
        door.use_store(function, store)
    return door


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def recorder(store: Store) -> Iterator[DynamoDBRecorder]:
    """What the store's own client sends to DynamoDB."""
    with DynamoDBRecorder(store.table.client, store.table.name) as recorder:
        yield recorder


@pytest.fixture
def lines() -> Iterator[LogLines]:
    """Every line that is logged while the test runs."""
    with captured_lines() as lines:
        yield lines


@pytest.fixture(autouse=True)
def _own_metrics() -> Iterator[None]:
    """Counts from nothing, in the namespace that the template sets before a Lambda starts."""
    metrics.namespace, metrics.service = "Holdfast", "test"
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()
