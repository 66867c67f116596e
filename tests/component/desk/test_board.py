"""Who is in the house: nights by room type, with rooms on sale, free and blocked, and the stays that are in them."""

from datetime import date
from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.desk.desk import CHECK_IN_DAY, STATES, Desk
from tests.component.desk.front_desk import FrontDesk, put_booking
from tests.kit.dynamodb_recorder import DynamoDBRecorder

FROM_TENTH = {"first_night": "2026-12-10", "nights": "3"}


def december(day: int) -> date:
    return date(2026, 12, day)


def room_type(body: Any, room_type_id: str = "deluxe") -> Any:
    [found] = [one for one in body["room_types"] if one["room_type_id"] == room_type_id]
    return found


def test_a_board_says_who_is_in_which_room_type_by_night(desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = desk.door.held(rooms=2, guests=3)
    desk.door.put_guest(booking_id)
    desk.door.confirm(booking_id)
    desk.door.held(key="a-hold")
    block_id = front_desk.block("2026-12-12", "2026-12-14")
    desk.at(CHECK_IN_DAY)
    desk.done("check_in", booking_id)

    body = front_desk.board(nights="4").body

    assert {part: body[part] for part in ("property_id", "first_night", "last_night", "next_cursor")} == {
        "property_id": "lake-view",
        "first_night": "2026-12-10",
        "last_night": "2026-12-13",
        "next_cursor": None,
    }
    assert [(one["room_type_id"], one["name"]) for one in body["room_types"]] == [
        ("deluxe", "Deluxe"),
        ("suite", "Suite"),
    ]
    deluxe = room_type(body)
    assert [tuple(night.values()) for night in deluxe["nights"]] == [
        ("2026-12-10", 5, 2, 0, [booking_id]),
        ("2026-12-11", 5, 2, 0, [booking_id]),
        ("2026-12-12", 5, 1, 1, [booking_id]),
        ("2026-12-13", 5, 4, 1, []),
    ]
    assert list(deluxe["nights"][0]) == ["night", "rooms_on_sale", "rooms_free", "rooms_blocked", "booking_ids"]
    assert deluxe["stays"] == [
        {
            "booking_id": booking_id,
            "check_in": "2026-12-10",
            "check_out": "2026-12-13",
            "nights": 3,
            "rooms": 2,
            "guests": 3,
            "guest_name": "Asha Rao",
            "checked_in_at": "2026-12-10T06:30:00.000Z",
        }
    ]
    assert deluxe["blocks"] == [
        {
            "block_id": block_id,
            "first_night": "2026-12-12",
            "last_night": "2026-12-14",
            "rooms": 1,
            "reason": "The lift is mended",
            "source": "maintenance",
        }
    ]
    assert {night["rooms_free"] for night in room_type(body, "suite")["nights"]} == {2}


@pytest.mark.parametrize("state", STATES)
def test_only_confirmed_bookings_are_in_the_house(state: str, desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = STATES[state](desk)

    expected = {"2026-12-10": [booking_id], "2026-12-11": [booking_id], "2026-12-12": [booking_id]}
    is_in = state.startswith(("confirmed", "checked", "no-show"))
    assert front_desk.in_house(first_night="2026-12-09") == (expected if is_in else {})


@pytest.mark.parametrize(
    ("check_in", "check_out", "nights"),
    [
        (date(2026, 11, 11), date(2026, 12, 11), ["2026-12-10"]),  # thirty nights, the last of them the board's first
        (date(2026, 11, 10), date(2026, 12, 10), []),  # leaves as the board begins
        (december(10), december(11), ["2026-12-10"]),
        (december(12), date(2027, 1, 11), ["2026-12-12"]),
        (december(13), december(14), []),  # comes as the board ends
        (december(1), december(20), ["2026-12-10", "2026-12-11", "2026-12-12"]),
    ],
)
def test_a_stay_is_on_the_board_in_the_nights_that_it_sleeps_there(
    check_in: date, check_out: date, nights: list[str], front_desk: FrontDesk, store: Store
) -> None:
    booking_id = put_booking(store, 1, check_in, check_out)

    assert front_desk.in_house(**FROM_TENTH) == {night: [booking_id] for night in nights}
    stays = room_type(front_desk.board(**FROM_TENTH).body)["stays"]
    assert [stay["booking_id"] for stay in stays] == ([booking_id] if nights else [])


def test_it_reaches_over_three_months_and_to_nights_that_are_not_open(front_desk: FrontDesk) -> None:
    body = front_desk.board(first_night="2027-01-31", nights="31").body
    nights = room_type(body)["nights"]

    assert (body["last_night"], len(nights)) == ("2027-03-02", 31)
    assert {(night["rooms_on_sale"], night["rooms_free"]) for night in nights[:1]} == {(5, 5)}
    assert {(night["rooms_on_sale"], night["rooms_free"]) for night in nights[1:]} == {(0, 0)}


def test_blocks_of_other_nights_and_released_ones_are_not_on_it(front_desk: FrontDesk) -> None:
    front_desk.block("2026-12-01", "2026-12-09")
    front_desk.block("2026-12-13", "2026-12-13")
    blocked = front_desk.block("2026-12-09", "2026-12-10")
    front_desk.release(front_desk.block("2026-12-10", "2026-12-12", rooms=2))

    deluxe = room_type(front_desk.board(**FROM_TENTH).body)
    assert [block["block_id"] for block in deluxe["blocks"]] == [blocked]
    assert [(night["rooms_free"], night["rooms_blocked"]) for night in deluxe["nights"]] == [(4, 1), (5, 0), (5, 0)]


def test_guests_of_a_room_type_that_exists_no_more_are_still_shown(front_desk: FrontDesk, store: Store) -> None:
    booking_id = put_booking(store, 1, december(10), december(11), room_type_id="attic")

    attic = room_type(front_desk.board(**FROM_TENTH).body, "attic")
    assert (attic["name"], attic["nights"][0]["booking_ids"]) == (None, [booking_id])


def test_every_page_has_all_nights_and_its_own_stays(front_desk: FrontDesk, store: Store) -> None:
    made = {put_booking(store, n, december(1 + n % 12), december(20)) for n in range(502)}

    first = front_desk.board(**FROM_TENTH).body
    rest = front_desk.board(**FROM_TENTH, cursor=first["next_cursor"]).body

    seen = [stay["booking_id"] for body in (first, rest) for stay in room_type(body)["stays"]]
    assert (len(seen), set(seen)) == (len(made), made)
    assert rest["next_cursor"] is None
    assert [len(room_type(body)["nights"]) for body in (first, rest)] == [3, 3]
    link = front_desk.raw_table("board", **FROM_TENTH).headers["Link"]
    assert link == f'<?first_night=2026-12-10&nights=3&cursor={first["next_cursor"]}>; rel="next"'


def test_a_cursor_outside_the_board_is_refused(front_desk: FrontDesk, store: Store) -> None:
    later = put_booking(store, 1, december(13), december(14))

    assert front_desk.board(**FROM_TENTH, cursor=f"2026-12-13.{later}").fields == {"cursor"}
    assert front_desk.board(first_night="2026-12-11", nights="3", cursor=f"2026-12-13.{later}").status == 200


BAD = {
    "no nights": ({"nights": "0"}, "nights"),
    "32 nights": ({"nights": "32"}, "nights"),
    "less than nothing": ({"nights": "-1"}, "nights"),
    "nights in full-width digits": ({"nights": "７"}, "nights"),  # noqa: RUF001 - that is the point
    "a night that is none": ({"first_night": "2026-13-01"}, "first_night"),
    "the beginning of time": ({"first_night": "0001-01-01"}, "first_night"),
    "the end of time": ({"first_night": "9999-12-31"}, "first_night"),
    "a date of the arrivals": ({"date": "2026-12-10"}, "date"),
    "a cursor of nothing": ({"cursor": "x"}, "cursor"),
}


@pytest.mark.parametrize("says", BAD)
def test_a_query_with_bad_input_is_refused(says: str, front_desk: FrontDesk) -> None:
    query, field = BAD[says]
    reply = front_desk.board(**query)

    assert (reply.status, reply.fields) == (422, {field})


def test_a_fortnight_is_shown_unless_asked_otherwise(front_desk: FrontDesk) -> None:
    assert len(room_type(front_desk.board().body)["nights"]) == 14
    assert len(room_type(front_desk.board(nights="1").body)["nights"]) == 1


def test_what_it_costs(desk: Desk, front_desk: FrontDesk, recorder: DynamoDBRecorder) -> None:
    """Hotel, index, bookings, details, room types, pages: one round trip each; and one a room type for its blocks."""
    for n in range(3):
        desk.door.put_guest(desk.paid_here(f"guest-{n}"))
    recorder.clear()
    front_desk.board(**FROM_TENTH)

    assert (len(recorder.requests), recorder.units) == (6 + 2, 0)
