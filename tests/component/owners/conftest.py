from collections.abc import Iterator

import pytest

from holdfast.storage.store import Store
from tests.component.owners.hotelier import Hotelier, own_hotel
from tests.kit.applicant import Applicant
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor


@pytest.fixture
def hotelier(front_door: FrontDoor, store: Store) -> Hotelier:
    own_hotel(store)
    return Hotelier(front_door, store)


@pytest.fixture
def applicant(front_door: FrontDoor, store: Store, clock: FakeClock) -> Iterator[Applicant]:
    """After each test the auditor compares what is public with what was approved."""
    yield Applicant(front_door)
    assert broken_in(store, clock.now) == []
