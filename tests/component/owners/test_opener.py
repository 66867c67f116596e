"""The daily job that keeps calendars open: for every live hotel, as often as it comes, one bad item stopping none."""

import json
from datetime import datetime
from typing import Any

import pytest
from msgspec import structs

from holdfast.engine import Engine
from holdfast.model.property import Property, RoomType
from holdfast.model.rates import open_month
from holdfast.properties.opener import Opening, open_calendars
from holdfast.properties.opening import bring_in_line
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import rates_key
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import room_type_item
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.component.owners.hotelier import Hotelier
from tests.kit.builders import a_hold, everything, put_hold
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor, event
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS, add_property, add_room_type, change_rates, months_for
from tests.kit.log_capture import LogLines

SEASIDE = structs.replace(KOLKATA, property_id="seaside", name="Seaside", city="Goa", live=True)
CABIN = structs.replace(DELUXE, room_type_id="cabin", property_id="seaside")
MONTH = 31 * 86_400


@pytest.fixture
def engine(hotel: CatalogStore, store: Store, clock: FakeClock) -> Engine:
    return Engine(store, {}, clock).within(300)


def put(store: Store, *items: dict[str, Any]) -> None:
    for item in items:
        store.table.put(put_action(store.table.name, item))


def open_seaside(store: Store, place: Property = SEASIDE, room: RoomType = CABIN, months: int = 0) -> None:
    catalog = CatalogStore(store.table)
    add_property(catalog, place)
    add_room_type(catalog, room, months_for(place, room, MONTHS[:months]))


def months_of(store: Store, room_type_id: str, months: list[str]) -> list[str]:
    return [month for _, month in CatalogStore(store.table).months([room_type_id], months)]


def test_opens_the_months_that_every_live_room_type_lacks(engine: Engine, store: Store) -> None:
    open_seaside(store)

    done = open_calendars(engine=engine)

    assert done == Opening(hotels=2, months_written=17 + 17 + 20, months_ahead_min=19)
    for room in (DELUXE, CABIN):
        place = KOLKATA if room is DELUXE else SEASIDE
        found = CatalogStore(store.table).months([room.room_type_id], [MONTHS[-1]])
        assert list(found.values()) == [open_month(place, room, MONTHS[-1])]


def test_a_repeat_writes_nothing(engine: Engine, store: Store) -> None:
    open_calendars(engine=engine)
    before = everything(store)

    assert open_calendars(engine=engine) == Opening(hotels=1, months_written=0)
    assert everything(store) == before


def test_the_next_month_is_opened_when_it_comes(engine: Engine, store: Store, clock: FakeClock) -> None:
    open_calendars(engine=engine)
    clock.advance(MONTH)

    assert open_calendars(engine=engine).months_written == 2  # one of each room type
    assert months_of(store, "deluxe", ["2028-07", "2028-08"]) == ["2028-07"]


def test_a_suspended_hotel_and_a_room_type_that_is_not_approved_are_left(engine: Engine, store: Store) -> None:
    open_seaside(store, place=structs.replace(SEASIDE, live=False))
    add_room_type(CatalogStore(store.table), structs.replace(DELUXE, room_type_id="attic", live=False), [])

    assert open_calendars(engine=engine).hotels == 1
    assert months_of(store, "cabin", MONTHS) == months_of(store, "attic", MONTHS) == []


def test_months_that_are_not_in_line_are_healed_and_keep_what_is_their_own(
    engine: Engine, store: Store, hotelier: Hotelier
) -> None:
    hotelier.changed({"first_night": "2026-12-10", "last_night": "2026-12-10", "price": 700_000, "rooms_on_sale": 3})
    change_rates(store.table, default_price=1, max_guests=1, live=False)
    put(store, room_type_item(structs.replace(DELUXE, total_rooms=6, version=1)))

    open_calendars(engine=engine)

    assert hotelier.night("2026-12-10") == {"price": 700_000, "rooms_on_sale": 3, "rooms_free": 3}
    assert hotelier.night("2026-12-11") == {"price": 500_000, "rooms_on_sale": 6, "rooms_free": 6}
    assert hotelier.door.hold(guests=3).status == 201


def test_one_bad_item_stops_no_other_and_is_logged(engine: Engine, store: Store, lines: LogLines) -> None:
    open_seaside(store)
    [spoiled] = store.table.get([rates_key("deluxe", "2026-12")]).values()
    put(store, spoiled | {"default_price": "many"})

    done = open_calendars(engine=engine)

    assert (done.failed, done.months_ahead_min, done.finished) == (1, 0, True)
    assert months_of(store, "cabin", MONTHS) == months_of(store, "suite", MONTHS) == MONTHS
    [line] = [line for line in lines.all if line["level"] == "ERROR"]
    assert (line["message"], line["property_id"], line["room_type_id"]) == (
        "a calendar cannot be opened",
        "lake-view",
        "deluxe",
    )


def test_one_that_cannot_be_written_counts_with_the_months_that_it_has(engine: Engine, store: Store) -> None:
    """Fewer rooms than are held: nobody but its owner can decide what is to be done."""
    open_calendars(engine=engine)
    put_hold(store, a_hold(rooms=2))
    put(store, room_type_item(structs.replace(DELUXE, total_rooms=1, version=1)))

    done = open_calendars(engine=engine)

    assert (done.failed, done.months_ahead_min) == (1, 19)


def test_a_room_type_that_changes_meanwhile_is_read_again(engine: Engine, store: Store) -> None:
    """What was read before another's change must not be written after it."""
    stale = DELUXE
    newer = structs.replace(DELUXE, base_price=600_000, version=1)
    find = type(engine.catalog).months
    changed: list[bool] = []

    class Meanwhile(CatalogStore):
        def months(self, room_type_ids: Any, months: Any) -> Any:
            found = find(self, room_type_ids, months)
            if not changed:
                changed.append(True)
                put(store, room_type_item(newer))
            return found

    class Patched(Engine):
        @property
        def catalog(self) -> CatalogStore:
            return Meanwhile(self.store.table)

    assert bring_in_line(stale, engine=Patched(engine.store, engine.gateways, engine.clock)) == 20
    assert {of.rates.default_price for of in find(engine.catalog, ["deluxe"], MONTHS).values()} == {600_000}


def test_without_time_it_stops_between_hotels_and_goes_on_from_there(
    engine: Engine, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_seaside(store)
    monkeypatch.setattr("holdfast.storage.listings.PROPERTIES_PAGE", 1)  # a page is what a run goes on from
    passed = [0.0]

    def slow_clock() -> datetime:
        """The first hotel, which has one room type, takes all but ten seconds."""
        passed[0] = 290.0
        return clock()

    table = Table(store.table.client, store.table.name, monotonic=lambda: passed[0])
    first = open_calendars(engine=Engine(Store(table), {}, slow_clock).within(300))
    second = open_calendars(engine=engine)

    assert (first.hotels, first.finished) == (1, False)
    assert (second.hotels, second.finished) == (1, True)
    assert months_of(store, "cabin", MONTHS) == months_of(store, "suite", MONTHS) == MONTHS
    assert engine.catalog.opening_cursor() is None


def test_writes_its_metrics(front_door: FrontDoor, capsys: pytest.CaptureFixture[str]) -> None:
    front_door.context.seconds_left = 300
    summary = front_door.app("opener").lambda_handler(event("scheduled"), front_door.context)

    [written] = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    assert written["MonthsAheadMin"] == [19]
    assert (written["OpeningFailed"], written["OpeningUnfinished"]) == ([0], [0])
    assert summary["months_written"] == 34
