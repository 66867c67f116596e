"""A table whose pages have their prices and rules in them, as the code until 26 November 2026 wrote it, is sold from.

`tests/data/table_2026-11-26.json` is such a table, as DynamoDB keeps it. It is never rewritten.
"""

import json
from datetime import datetime
from typing import Any

import pytest

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import snapshot_of
from holdfast.bookings.expire import sweep
from holdfast.engine import Engine
from holdfast.properties.opener import open_calendars
from holdfast.properties.owners import own_room_type
from holdfast.properties.stripes import set_stripes
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, FrontDoor
from tests.kit.hotel import change_rates
from tests.kit.template import ROOT

THEN: dict[str, Any] = json.loads((ROOT / "tests/data/table_2026-11-26.json").read_text())
IDS: dict[str, str] = THEN["bookings"]
PAGE = "ROOM#deluxe", "MONTH#2026-12"
RATES = "ROOM#deluxe", "RATES#2026-12"
STAY: dict[str, Any] = {"check_in": "2026-12-11", "check_out": "2026-12-13", "rooms": 1, "guests": 2}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.fromisoformat(THEN["now"]))


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    for item in THEN["items"]:
        table.client.put_item(TableName=table.name, Item=item)
    return CatalogStore(table)


@pytest.fixture(autouse=True)
def _nothing_is_broken(hotel: CatalogStore, store: Store, clock: FakeClock) -> Any:
    """Before and after each test. Whether the sweep has been running is not asked: a hold of then is due."""
    assert audit(snapshot_of(store.table.scan()), now=clock(), due_shards=8, sweeping=False) == []
    yield
    assert audit(snapshot_of(store.table.scan()), now=clock(), due_shards=8, sweeping=False) == []


def test_its_prices_are_shown(front_door: FrontDoor) -> None:
    nights = front_door.call(
        "GET /room-types/{room_type_id}/calendar", user=None, query={"month": "2026-12"}, room_type_id="deluxe"
    ).body["nights"]
    assert {night["date"]: night["price"] for night in nights if night["price"] != 500_000} == {"2026-12-12": 800_000}
    assert len(nights) == 31

    found = front_door.call(
        "GET /properties",
        user=None,
        query={"city": "Vienna", "check_in": "2026-12-20", "check_out": "2026-12-22", "rooms": "1", "guests": "2"},
    ).body["properties"]
    [room] = found[0]["room_types"]
    assert (room["available"], room["pricing"]["total_payable"], room["pricing"]["taxes_included"]) == (
        True,
        20_002,
        True,
    )
    assert [tax["name"] for tax in room["pricing"]["taxes"]] == ["VAT", "City tax"]


def test_its_rooms_are_held_at_its_prices(front_door: FrontDoor, store: Store) -> None:
    before = front_door.free()[11]

    held = front_door.hold(key="new", **STAY).body

    assert [line["price"] for line in held["pricing"]["lines"]] == [500_000, 800_000]
    assert "plan" not in held
    assert front_door.free()[11] == before - 1
    assert "default_price" in store.table.get([PAGE])[PAGE]


def test_a_hold_of_then_is_the_same_request_again(front_door: FrontDoor) -> None:
    again = front_door.hold(key="reserved", rooms=2, guests=4)

    assert (again.status, again.body["booking_id"]) == (200, IDS["reserved"])


def test_its_due_holds_go_back_on_sale(front_door: FrontDoor, store: Store, clock: FakeClock) -> None:
    before = front_door.call("GET /bookings/{booking_id}", user=BOB, booking_id=IDS["overdue"]).body
    free = store.table.get([PAGE])[PAGE]["free"]["10"]

    assert before["status"] == "expired"
    assert sweep(engine=Engine(store, {}, clock)).expired == 1
    assert store.table.get([PAGE])[PAGE]["free"]["10"] == free + 1


def test_its_months_get_stripes(front_door: FrontDoor, store: Store, clock: FakeClock) -> None:
    """No pointer leads from its room types to their property, either."""
    free = front_door.free()

    assert set_stripes("deluxe", ["2026-12"], 3, engine=Engine(store, {}, clock))["2026-12"] == 3

    assert front_door.free() == free
    assert [line["price"] for line in front_door.hold(key="new", **STAY).body["pricing"]["lines"]] == [500_000, 800_000]


def test_its_owners_have_its_room_types_after_the_daily_job(
    hotel: CatalogStore, store: Store, clock: FakeClock
) -> None:
    """Owners' requests find a room type's property by a pointer, which nobody wrote then."""
    hotel.add_owner("olga", "lake-view")
    assert hotel.room_type("deluxe") is None

    open_calendars(engine=Engine(store, {}, clock).within(60))

    assert own_room_type("deluxe", owner_id="olga", engine=Engine(store, {}, clock)).name == "Deluxe"


def test_its_first_change_takes_the_rates_out_of_the_page(front_door: FrontDoor, store: Store) -> None:
    quoted = front_door.booking(IDS["pending"])["pricing"]

    change_rates(store.table, price={11: 900_000})

    page, rates = (store.table.get([key])[key] for key in (PAGE, RATES))
    assert page.keys() == {"pk", "sk", "on_sale", "free", "revision"}
    assert page["revision"] == rates["revision"] == 3
    assert (rates["default_price"], rates["cancellation_policy"]) == (500_000, [[7, 100, None], [2, 50, None]])
    held = front_door.hold(key="new", **STAY).body
    assert [line["price"] for line in held["pricing"]["lines"]] == [900_000, 500_000]
    assert front_door.booking(IDS["pending"])["pricing"] == quoted
