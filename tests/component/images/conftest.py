from collections.abc import Iterator

import pytest
from moto import mock_aws

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.studio import Studio, open_studio


@pytest.fixture
def studio(front_door: FrontDoor, hotel: CatalogStore, table: Table, clock: FakeClock) -> Iterator[Studio]:
    """After each test the auditor compares what is shown with what is in the bucket."""
    with mock_aws():
        studio = open_studio(front_door, table)
        yield studio
        found = audit(snapshot_of(table.scan()), now=clock.now, due_shards=8, file_keys=studio.keys)
        assert [broken for broken in found if broken.invariant in {"IMG1", "ITEM1", "PUB1"}] == []
