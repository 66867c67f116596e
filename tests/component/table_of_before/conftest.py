"""The handlers over the table of before, with both gateways as they were."""

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.table_of_before.recorded import DUMP, SEEN, orders_then
from tests.kit.clock import FakeClock
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(SEEN)


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    """The table of then, in the place of the tests' own hotel."""
    for item in DUMP:
        table.client.put_item(TableName=table.name, Item=item)
    return CatalogStore(table)


@pytest.fixture
def gateway() -> FakeGateway:
    return FakeGateway(orders=orders_then("stripe"))


@pytest.fixture
def razorpay() -> FakeGateway:
    return FakeGateway(name="razorpay", closes_orders=False, orders=orders_then("razorpay"))


@pytest.fixture
def front_door(front_door: FrontDoor, gateway: FakeGateway, razorpay: FakeGateway) -> FrontDoor:
    """With both gateways, and time enough for a round of settle."""
    front_door.gateways = {"stripe": gateway, "razorpay": razorpay}
    front_door.context.seconds_left = 60
    return front_door
