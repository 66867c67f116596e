"""Two writers at one calendar: the write that wins, and the one that loses by its condition."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from holdfast.model.calendar import Block, BlockSource
from holdfast.model.dates import millis
from holdfast.properties.nights import OwnCalendar, Setting, fold
from holdfast.storage.calendar import CalendarStore
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.owners.hotelier import Hotelier, nights
from tests.kit.builders import a_hold, everything, put_hold
from tests.kit.clock import NOW
from tests.kit.hotel import DELUXE, KOLKATA

TENTH = date(2026, 12, 10)
BLOCK = Block(
    block_id="bl_one",
    room_type_id="deluxe",
    first_night=TENTH,
    last_night=TENTH,
    rooms=5,
    reason="New carpets",
    source=BlockSource.MAINTENANCE,
    by="olga",
    at_ms=millis(NOW),
)


@pytest.fixture
def calendar(hotel: CatalogStore, store: Store) -> CalendarStore:
    return CalendarStore(store.table)


def change_of(calendar: CalendarStore, **settings: Any) -> Callable[[], bool]:
    """A change of the tenth, decided by what is there now, to be written later."""
    months = {"2026-12": calendar.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"]}
    read = OwnCalendar(KOLKATA, DELUXE, months, NOW.date())
    folded = fold(read, {field: {TENTH: Setting(value, 0)} for field, value in settings.items()})
    return lambda: calendar.change_months(folded.changes)


def test_of_two_changes_of_one_month_the_second_loses(calendar: CalendarStore, store: Store) -> None:
    first, second = change_of(calendar, price=1), change_of(calendar, rooms_on_sale=7)

    assert first()
    before = everything(store)
    assert not second()
    assert everything(store) == before
    assert change_of(calendar, rooms_on_sale=7)()


def test_fewer_rooms_lose_to_a_hold_and_more_do_not(calendar: CalendarStore, store: Store) -> None:
    fewer, more = change_of(calendar, rooms_on_sale=1), change_of(calendar, rooms_on_sale=9)
    put_hold(store, a_hold(rooms=2))
    before = everything(store)

    assert not fewer()
    assert everything(store) == before
    assert more()
    page = calendar.months(["deluxe"], ["2026-12"])["deluxe", "2026-12"].page
    assert (page.on_sale[10], page.free[10]) == (9, 7)


def test_a_block_loses_to_a_hold_and_a_hold_to_a_block(calendar: CalendarStore, store: Store) -> None:
    put_hold(store, a_hold())
    before = everything(store)

    assert not calendar.take(BLOCK)
    assert everything(store) == before
    smaller = Block(**{name: getattr(BLOCK, name) for name in BLOCK.__struct_fields__} | {"rooms": 4})
    assert calendar.take(smaller)
    assert not calendar.take(smaller)  # the same again


def test_a_block_is_released_once(calendar: CalendarStore, store: Store) -> None:
    assert calendar.take(BLOCK)
    released = Block(**{name: getattr(BLOCK, name) for name in BLOCK.__struct_fields__} | {"released_at_ms": 1})

    assert calendar.release(released)
    before = everything(store)
    assert not calendar.release(released)
    assert everything(store) == before


def test_a_change_is_undone_once(hotelier: Hotelier, store: Store) -> None:
    """Two undos that were decided at the same time: the second writes nothing, not even its nights."""
    change_id = hotelier.changed(nights("2026-12-10", "2026-12-10", price=600_000))
    calendar = CalendarStore(store.table)
    _, change = calendar.property_and_change("deluxe", change_id)
    assert change is not None
    undo = type(change)(change_id="ch_undo", room_type_id="deluxe", at_ms=1, by="olga", nights={}, undoes=change_id)

    assert calendar.change_months([], calendar.recording(undo))
    other = type(change)(**{name: getattr(undo, name) for name in undo.__struct_fields__} | {"change_id": "ch_other"})
    before = everything(store)
    assert not calendar.change_months([], calendar.recording(other))
    assert everything(store) == before


def test_two_calls_in_bulk_are_counted_one_after_the_other(calendar: CalendarStore, store: Store) -> None:
    assert calendar.count_call("lake-view", [], [1])
    assert not calendar.count_call("lake-view", [], [1])
    assert calendar.count_call("lake-view", [1], [1, 2])
    assert calendar.calls("lake-view") == [1, 2]
