from collections.abc import Iterator

import pytest
from moto import mock_aws

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.kit.front_door import FrontDoor
from tests.kit.studio import Studio, open_studio


@pytest.fixture
def studio(front_door: FrontDoor, hotel: CatalogStore, table: Table) -> Iterator[Studio]:
    with mock_aws():
        yield open_studio(front_door, table)
