"""Who comes: the confirmed bookings that check in on a day, with their guests' details, for the owner alone."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from holdfast.model.booking import Status
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.guests import GuestStore
from holdfast.storage.store import Store
from tests.component.desk.desk import ANOTHER_OWNER, CHECK_IN_DAY, STATES, THE_OWNER, Desk
from tests.component.desk.front_desk import FrontDesk, put_booking
from tests.kit.builders import everything
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import GUEST, OWNER
from tests.kit.log_capture import LogLines

DAY = "2026-12-10"
FAMILY = [{"adults": 2, "children": [7]}, {"adults": 1, "children": []}]


def test_an_arrival_says_what_the_front_desk_needs(desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = desk.door.held(rooms=2, guests=4, occupancy=FAMILY)
    desk.door.put_guest(booking_id)
    desk.door.confirm(booking_id)

    assert front_desk.arrivals(date=DAY).body == {
        "property_id": "lake-view",
        "date": DAY,
        "arrivals": [
            {
                "booking_id": booking_id,
                "status": "confirmed",
                "room_type_id": "deluxe",
                "check_in": DAY,
                "check_out": "2026-12-13",
                "nights": 3,
                "rooms": 2,
                "guests": 4,
                "occupancy": FAMILY,
                "guest": GUEST | {"phone": "+919876543210"},
            }
        ],
        "next_cursor": None,
    }


def test_without_details_and_without_occupancy_it_says_neither(desk: Desk, front_desk: FrontDesk) -> None:
    desk.paid_here()

    [arrival] = front_desk.arrivals(date=DAY).body["arrivals"]
    assert not {"guest", "occupancy", "plan_id", "checked_in_at", "no_show"} & set(arrival)


@pytest.mark.parametrize("state", STATES)
def test_only_confirmed_bookings_come(state: str, desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = STATES[state](desk)

    comes = state.startswith(("confirmed", "checked", "no-show"))
    assert front_desk.coming(date=DAY) == ([booking_id] if comes else [])
    assert front_desk.coming(date="2026-12-11") == []


def test_it_says_who_is_there_already_and_who_did_not_come(desk: Desk, front_desk: FrontDesk) -> None:
    came, missing = desk.paid_here("came"), desk.paid_here("missing")
    desk.at(CHECK_IN_DAY)
    desk.done("check_in", came)
    desk.done("no_show", missing)

    shown = {arrival["booking_id"]: arrival for arrival in front_desk.arrivals().body["arrivals"]}
    assert shown[came]["checked_in_at"] == "2026-12-10T06:30:00.000Z"
    assert shown[missing]["no_show"] is True


@pytest.mark.parametrize(
    ("now", "today"),
    [
        (datetime(2026, 12, 9, 22, 29, tzinfo=UTC), "2026-12-09"),  # 03:59 in Udaipur, where the day ends at 04:00
        (datetime(2026, 12, 9, 22, 30, tzinfo=UTC), "2026-12-10"),
    ],
)
def test_without_a_date_it_is_today_at_the_property(
    now: datetime, today: str, desk: Desk, front_desk: FrontDesk
) -> None:
    desk.at(now)

    assert front_desk.arrivals().body["date"] == today
    assert front_desk.board().body["first_night"] == today


@pytest.mark.parametrize("property_id", ["lake-view", "nowhere"])
@pytest.mark.parametrize("what", ["arrivals", "board"])
def test_somebody_elses_property_reads_as_a_missing_one(what: str, property_id: str, desk: Desk) -> None:
    desk.paid_here()

    reply = FrontDesk(desk.door, ANOTHER_OWNER, property_id).ask(what, {})

    assert (reply.status, reply.code) == (404, "not_found")
    missing = FrontDesk(desk.door, THE_OWNER, "nowhere-else").ask(what, {}).body
    assert reply.body | {"instance": ""} == missing | {"instance": ""}


@pytest.mark.parametrize("group", ["", "[admin]", "[owners]"])
@pytest.mark.parametrize("what", ["arrivals", "board"])
def test_it_is_for_owners_alone(what: str, group: str, desk: Desk) -> None:
    route = f"GET /properties/{{property_id}}/{what}"
    reply = desk.door.call(route, user=THE_OWNER.user, groups=group, property_id="lake-view")

    assert (reply.status, reply.code) == (403, "forbidden")


BAD = {
    "a date that is none": ({"date": "2026-02-30"}, "date"),
    "a parameter of the board": ({"nights": "7"}, "nights"),
    "a limit of one's own": ({"limit": "1000"}, "limit"),
    "a cursor of nothing": ({"cursor": "x"}, "cursor"),
    "a cursor of a booking that is not there": ({"cursor": f"{DAY}.bk_{'a' * 26}"}, "cursor"),
    "a cursor of a date that is none": ({"cursor": f"2026-99-99.bk_{'a' * 26}"}, "cursor"),
}


@pytest.mark.parametrize("says", BAD)
def test_a_query_with_bad_input_is_refused(says: str, front_desk: FrontDesk) -> None:
    query, field = BAD[says]
    reply = front_desk.arrivals(**query)

    assert (reply.status, reply.fields) == (422, {field})


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_time_have_no_arrivals(day: str, front_desk: FrontDesk) -> None:
    assert front_desk.coming(date=day) == []


def test_a_cursor_of_another_day_or_property_is_refused(store: Store, front_desk: FrontDesk) -> None:
    first = date(2026, 12, 10)
    here = put_booking(store, 1, first, date(2026, 12, 12))
    elsewhere = put_booking(store, 2, first, date(2026, 12, 12), property_id="sea-view")

    assert front_desk.arrivals(cursor=f"{DAY}.{here}", date="2026-12-11").fields == {"cursor"}
    assert front_desk.arrivals(cursor=f"{DAY}.{elsewhere}").fields == {"cursor"}
    assert front_desk.arrivals(cursor=f"2026-12-11.{here}").fields == {"cursor"}
    assert front_desk.arrivals(cursor=f"{DAY}.{here}").body["date"] == DAY


def test_a_page_reads_five_hundred_bookings_and_a_cursor_continues(
    store: Store, front_desk: FrontDesk, recorder: DynamoDBRecorder
) -> None:
    first = date(2026, 12, 10)
    made = {put_booking(store, n, first, date(2026, 12, 12)) for n in range(503)}
    recorder.clear()

    body = front_desk.arrivals(date=DAY).body
    assert len(recorder.requests) == 1 + 1 + 5 + 5  # the hotel; the index; bookings and details, a hundred each

    rest = front_desk.arrivals(cursor=body["next_cursor"]).body
    seen = [arrival["booking_id"] for arrival in body["arrivals"] + rest["arrivals"]]
    assert (len(body["arrivals"]), rest["next_cursor"]) == (500, None)
    assert len(seen) == len(made)
    assert set(seen) == made


def test_a_table_names_its_next_page(store: Store, front_desk: FrontDesk) -> None:
    for n in range(501):
        put_booking(
            store, n, date(2026, 12, 10), date(2026, 12, 12), status=Status.CANCELLED if n % 2 else Status.CONFIRMED
        )
    cursor = front_desk.arrivals(date=DAY).body["next_cursor"]

    assert front_desk.raw_table("arrivals", date=DAY).headers["Link"] == f'<?date={DAY}&cursor={cursor}>; rel="next"'
    assert "Link" not in front_desk.raw_table("arrivals", date=DAY, cursor=cursor).headers


def test_what_it_costs(desk: Desk, front_desk: FrontDesk, recorder: DynamoDBRecorder) -> None:
    """The hotel, the index, the bookings, the details: one round trip each, and nothing is written."""
    for n in range(3):
        desk.door.put_guest(desk.paid_here(f"guest-{n}"))
    recorder.clear()
    front_desk.arrivals(date=DAY)
    assert (len(recorder.requests), recorder.units) == (4, 0)

    recorder.clear()
    front_desk.arrivals(date="2026-12-11")
    assert len(recorder.requests) == 2


def test_details_of_those_who_do_not_come_are_not_read(
    desk: Desk, front_desk: FrontDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    held, coming = desk.door.held(key="held"), desk.paid_here()
    desk.door.put_guest(held)
    asked: list[list[str]] = []
    details_of = GuestStore.details_of

    def noted(store: GuestStore, booking_ids: list[str]) -> Any:
        asked.append(list(booking_ids))
        return details_of(store, booking_ids)

    monkeypatch.setattr(GuestStore, "details_of", noted)
    front_desk.arrivals(date=DAY)
    front_desk.board(first_night="2026-12-13")

    assert asked == [[coming], []]


def test_reading_changes_nothing_and_no_line_names_a_guest(
    desk: Desk, front_desk: FrontDesk, store: Store, lines: LogLines
) -> None:
    desk.door.put_guest(desk.paid_here())
    before = everything(store)

    for what in ("arrivals", "board"):
        front_desk.table(what)
        front_desk.ask(what, {"date": "x", "first_night": "x"})
    assert "Asha" in front_desk.raw_table("arrivals", date=DAY).body

    assert everything(store) == before
    assert not [mark for mark in ("Asha", "asha.rao", "98765", "quiet") if mark in lines.text.getvalue()]


def test_a_draft_has_no_arrivals_yet(store: Store, front_desk: FrontDesk) -> None:
    CatalogStore(store.table).add_owner(OWNER, "a-draft")
    draft = FrontDesk(front_desk.door, property_id="a-draft")

    body = draft.arrivals().body
    assert (body["arrivals"], body["date"]) == ([], "2026-11-22")
    assert draft.board().body["room_types"] == []
