"""The list of a property's bookings: by check-in day, of a day, in a state, page by page; and who may read it."""

from collections import Counter
from typing import Any

import msgspec
import pytest

from holdfast.model.booking import Booking, Status
from holdfast.storage.base import PAGE_SIZE
from holdfast.storage.items import booking_item
from holdfast.storage.marshal import put_action
from holdfast.storage.store import Store
from tests.component.bad_input import SURROGATE
from tests.component.desk.desk import AN_ADMIN, ANOTHER_OWNER, STATES, THE_OWNER, Caller, Desk
from tests.kit.builders import a_hold, everything, put_hold
from tests.kit.front_door import ALICE, BOB

UNKNOWN = "bk_" + "a" * 26
DAYS = ("2026-12-10", "2026-12-11")


def ids(body: Any) -> list[str]:
    return [booking["booking_id"] for booking in body["bookings"]]


@pytest.fixture
def crowd(store: Store) -> list[str]:
    """Seventy bookings of two days: each tenth a hold, each third of the others cancelled."""
    made = []
    for n in range(70):
        booking_id = "bk_" + "".join("abcdefghij"[int(digit)] for digit in f"{n:02d}") + "a" * 24
        first = a_hold().check_in if n % 2 else a_hold().check_in.replace(day=11)
        held = a_hold(
            booking_id, f"guest-{n}", check_in=first, check_out=first.replace(day=first.day + 1), night_prices=(1,)
        )
        item = msgspec.structs.replace(held, status=Status.CANCELLED if n % 3 == 0 else Status.CONFIRMED)
        item = held if n % 10 == 0 else item
        _put(store, item)
        made.append(booking_id)
    return made


def _put(store: Store, booking: Booking) -> None:
    store.table.put(put_action(store.table.name, booking_item(booking, store.due_shards)))


def walked(desk: Desk, caller: Caller = AN_ADMIN, **query: str) -> list[list[str]]:
    """The ids of every page."""
    pages, cursor = [], None
    while True:
        asked = query | ({"cursor": cursor} if cursor else {})
        body = desk.list(caller, **asked).body
        pages.append(ids(body))
        cursor = body["next_cursor"]
        if cursor is None:
            return pages
        assert len(pages) < 20


@pytest.mark.parametrize("caller", [AN_ADMIN, THE_OWNER], ids=["admin", "owner"])
def test_every_booking_is_in_it_once_by_day(desk: Desk, crowd: list[str], caller: Caller) -> None:
    pages = walked(desk, caller)

    assert [len(page) for page in pages[:2]] == [PAGE_SIZE, PAGE_SIZE]
    assert Counter(booking_id for page in pages for booking_id in page) == Counter(crowd)
    days = [booking["check_in"] for booking in desk.list(caller).body["bookings"]]
    assert days == sorted(days)


@pytest.mark.parametrize("day", DAYS)
def test_of_a_day(desk: Desk, crowd: list[str], day: str) -> None:
    pages = walked(desk, date=day)

    assert sum(len(page) for page in pages) == 35
    assert {booking["check_in"] for booking in desk.list(date=day).body["bookings"]} == {day}
    assert walked(desk, date="2026-12-12") == [[]]


@pytest.mark.parametrize(("state", "count"), [("confirmed", 42), ("cancelled", 21), ("reserved", 7), ("expired", 0)])
def test_in_a_state(desk: Desk, crowd: list[str], state: str, count: int) -> None:
    """A page is filled from as many pages of the index as it takes."""
    pages = walked(desk, state=state)

    assert sum(len(page) for page in pages) == len({of for page in pages for of in page}) == count
    assert len(pages[0]) == min(count, PAGE_SIZE)


STATE_OF = {
    "reserved": {"reserved"},
    "payment pending": {"payment_pending"},
    "overdue": {"expired"},
    "expired": {"expired"},
    "cancelled hold": {"cancelled"},
    "cancelled": {"cancelled"},
    "confirmed, the day before": {"confirmed"},
    "confirmed, check-in day": {"confirmed"},
    "confirmed, last night": {"confirmed"},
    "confirmed, check-out day": {"confirmed"},
    "checked in": {"confirmed", "checked_in"},
    "checked out": {"confirmed"},
    "no-show": {"confirmed", "no_show"},
    "no-show that came": {"confirmed", "checked_in"},
}


@pytest.mark.parametrize("state", STATES)
def test_each_state_is_found_under_its_names_and_no_others(state: str, desk: Desk) -> None:
    booking_id = STATES[state](desk)

    names = [*Status, "checked_in", "no_show"]
    assert {name for name in names if booking_id in ids(desk.list(state=name).body)} == STATE_OF[state]
    assert ids(desk.list(THE_OWNER, date="2026-12-10").body) == [booking_id]


@pytest.mark.parametrize("property_id", ["lake-view", "nowhere"])
def test_somebody_elses_property_reads_as_a_missing_one(desk: Desk, property_id: str) -> None:
    desk.door.held()

    reply = desk.list(ANOTHER_OWNER, property_id=property_id)

    assert (reply.status, reply.code) == (404, "not_found")
    assert reply.body == desk.list(AN_ADMIN, property_id="nowhere").body | {"instance": "/owner/bookings"}


BAD = {
    "no property": ({"property_id": ""}, 422, "property_id"),
    "another item's key for a property": ({"property_id": "lake-view#x"}, 422, "property_id"),
    "half a character for a property": ({"property_id": SURROGATE}, 422, "property_id"),
    "a day that is none": ({"date": "2026-13-01"}, 422, "date"),
    "a day without dashes": ({"date": "20261210"}, 422, "date"),
    "a state that is none": ({"state": "sold"}, 422, "state"),
    "a state in capitals": ({"state": "CONFIRMED"}, 422, "state"),
    "a limit of one's own": ({"limit": "1000"}, 422, "limit"),
    "a cursor of nothing": ({"cursor": "x"}, 422, "cursor"),
    "a cursor of another list": ({"cursor": f"1795329000000.{UNKNOWN}"}, 422, "cursor"),
    "a cursor of a booking that is not there": ({"cursor": f"2026-12-10.{UNKNOWN}"}, 422, "cursor"),
    "a cursor with a newline": ({"cursor": f"2026-12-10.{UNKNOWN}\n"}, 422, "cursor"),
}


@pytest.mark.parametrize("says", BAD)
@pytest.mark.parametrize("caller", [AN_ADMIN, THE_OWNER], ids=["admin", "owner"])
def test_a_query_with_bad_input_is_refused(desk: Desk, caller: Caller, says: str) -> None:
    query, status, field = BAD[says]

    reply = desk.list(caller, **query)

    assert (reply.status, reply.fields) == (status, {field})


def test_a_cursor_of_another_day_or_of_another_property_is_refused(desk: Desk, store: Store) -> None:
    put_hold(store, a_hold(UNKNOWN, BOB))
    elsewhere = "bk_" + "b" * 26
    _put(store, a_hold(elsewhere, BOB, property_id="sea-view"))

    assert desk.list(cursor=f"2026-12-11.{UNKNOWN}").fields == {"cursor"}
    assert desk.list(cursor=f"2026-12-10.{UNKNOWN}", date="2026-12-11").fields == {"cursor"}
    assert desk.list(cursor=f"2026-12-10.{elsewhere}").fields == {"cursor"}
    assert desk.list(cursor=f"2026-12-10.{UNKNOWN}").status == 200


def test_reading_changes_nothing(desk: Desk, store: Store) -> None:
    booking_id = desk.paid_by_card(wallet=1_000)
    before = everything(store)

    desk.list()
    desk.see(booking_id)

    assert everything(store) == before


def test_the_list_says_whose_a_booking_is(desk: Desk) -> None:
    desk.door.held(ALICE)

    assert [booking["user_id"] for booking in desk.list().body["bookings"]] == [ALICE]
