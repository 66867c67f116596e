import pytest

from holdfast.storage.catalog import CatalogStore
from tests.component.desk.desk import ANOTHER_OWNER, THE_OWNER, Desk
from tests.component.desk.front_desk import FrontDesk
from tests.kit.front_door import FrontDoor


@pytest.fixture
def desk(front_door: FrontDoor, hotel: CatalogStore) -> Desk:
    hotel.add_owner(THE_OWNER.user, "lake-view")
    hotel.add_owner(ANOTHER_OWNER.user, "sea-view")
    return Desk(front_door)


@pytest.fixture
def front_desk(desk: Desk) -> FrontDesk:
    return FrontDesk(desk.door)
