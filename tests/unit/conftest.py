"""What the unit and component tests share: the deployed front door on moto, its log lines, and a gateway's fake."""

import io
import logging
from collections.abc import Iterator

import pytest
from hypothesis import settings

from holdfast.logs import logger, metrics
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.conftest import DELUXE, KOLKATA, MONTHS, SUITE, FakeClock
from tests.unit.front_door import Apps, FrontDoor
from tests.unit.gateway import FakeGateway
from tests.unit.log_lines import LogLines
from tests.unit.traffic import Traffic

# A test says what is true, not how fast this machine is today.
settings.register_profile("holdfast", deadline=None, print_blob=True, max_examples=100)
settings.load_profile("holdfast")


@pytest.fixture(scope="session")
def apps() -> Iterator[Apps]:
    """The handlers of `functions/*/app.py`, each imported once for its environment as the template sets it."""
    with pytest.MonkeyPatch.context() as environment:
        yield Apps(environment)


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    """The hotel of all tests, on sale for three months only: moto copies the whole table for every transaction."""
    catalog = CatalogStore(table)
    assert catalog.add_property(KOLKATA)
    assert catalog.add_room_type(KOLKATA, DELUXE, MONTHS[:3])
    assert catalog.add_room_type(KOLKATA, SUITE, MONTHS[:3])
    return catalog


@pytest.fixture
def front_door(
    apps: Apps, clock: FakeClock, gateway: FakeGateway, hotel: CatalogStore, monkeypatch: pytest.MonkeyPatch
) -> FrontDoor:
    """All routes over their handlers, on the hotel's table, at the test's own time, with the test's own gateway."""
    return FrontDoor(apps, clock, gateway, monkeypatch)


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway()


@pytest.fixture
def traffic(store: Store) -> Iterator[Traffic]:
    """What the store's own client sends to DynamoDB."""
    with Traffic(store.table.client, store.table.name) as traffic:
        yield traffic


@pytest.fixture
def lines() -> Iterator[LogLines]:
    """Every line that is logged while the test runs."""
    handler = logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    text = io.StringIO()
    before = handler.setStream(text)
    yield LogLines(text)
    handler.setStream(before)


@pytest.fixture(autouse=True)
def _own_metrics() -> Iterator[None]:
    """Counts from nothing, in the namespace that the template sets before a Lambda starts."""
    metrics.namespace, metrics.service = "Holdfast", "test"
    metrics.clear_metrics()
    yield
    metrics.clear_metrics()
