import pytest

from holdfast.storage.store import Store
from tests.component.outside.desk import Desk
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor


@pytest.fixture
def desk(front_door: FrontDoor, store: Store, clock: FakeClock, gateway: FakeGateway) -> Desk:
    return Desk(front_door, store, clock, gateway)
