"""The handlers run on the strict stand-in for DynamoDB, which `tests/store` holds to moto and to the emulators.

It takes a tenth of moto's time. What looks at the SDK's requests, or writes past the store, is marked `moto`.
"""

from collections.abc import Iterator

import pytest
from moto import mock_aws

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.apps import FUNCTIONS, Apps
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.fixtures import table_on_moto
from tests.kit.front_door import FrontDoor
from tests.kit.stand_in import table_in_memory


@pytest.fixture
def table(request: pytest.FixtureRequest) -> Iterator[Table]:
    if request.node.get_closest_marker("moto") is None:
        yield table_in_memory()
        return
    with mock_aws():
        yield table_on_moto()


@pytest.fixture
def front_door(
    apps: Apps,
    clock: FakeClock,
    gateway: FakeGateway,
    hotel: CatalogStore,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> FrontDoor:
    door = FrontDoor(apps, clock, gateway, monkeypatch)
    for function in FUNCTIONS:
        door.use_store(function, store)
    return door
