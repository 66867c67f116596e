"""The table that each test spoils."""

import pytest

from tests.kit.settled_table import (
    SettledTable,
    settled_table,
)


@pytest.fixture
def table() -> SettledTable:
    return settled_table()
