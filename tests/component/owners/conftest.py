import pytest

from holdfast.storage.store import Store
from tests.component.owners.hotelier import Hotelier, own_hotel
from tests.kit.front_door import FrontDoor


@pytest.fixture
def hotelier(front_door: FrontDoor, store: Store) -> Hotelier:
    own_hotel(store)
    return Hotelier(front_door, store)
