"""Changes of a calendar that are refused: each names the field and what would be right, and nothing is half-written."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.storage.store import Store
from tests.component.hotel_with_plans import OCCUPANCY, ROOM_ONLY
from tests.component.owners.hotelier import CALENDAR, Hotelier, nights
from tests.kit.builders import everything
from tests.kit.hotel import change_rates

NIGHT = ("2026-12-10", "2026-12-10")
GOOD = nights(*NIGHT, price=1)
BAD: list[tuple[str, list[Any], str, str]] = [
    (
        "reversed",
        [nights("2026-12-11", "2026-12-10", price=1)],
        "changes[0].last_night",
        "is before first_night 2026-12-11",
    ),
    (
        "over",
        [GOOD, nights("2026-11-21", "2026-12-12", closed=True)],
        "changes[1].first_night",
        "is over; the first night that can be changed is 2026-11-22",
    ),
    (
        "too far ahead",
        [nights("2028-05-22", "2028-05-23", closed=True)],
        "changes[0].last_night",
        "is too far ahead; the last night that can be changed is 2028-05-22",
    ),
    (
        "the end of time",
        [nights("9999-12-31", "9999-12-31", closed=True)],
        "changes[0].last_night",
        "is too far ahead; the last night that can be changed is 2028-05-22",
    ),
    (
        "the same field twice",
        [nights("2026-12-10", "2026-12-12", price=1), nights("2026-12-12", "2026-12-14", price=2)],
        "changes[1].first_night",
        "overlaps changes[0]: both set price on 2026-12-12",
    ),
    (
        "the longest stay below the shortest",
        [nights(*NIGHT, min_stay_through=4, max_stay=3)],
        "changes[0].max_stay",
        "max_stay 3 is below min_stay_through 4 on 2026-12-10",
    ),
    (
        "the same, in two entries",
        [nights(*NIGHT, min_stay_arrival=4), nights("2026-12-09", "2026-12-11", max_stay=3)],
        "changes[1].max_stay",
        "max_stay 3 is below min_stay_arrival 4 on 2026-12-10",
    ),
    ("nothing", [nights(*NIGHT)], "changes[0]", "sets nothing; name at least one field of the nights"),
    ("no entry", [], "changes", "must have at least 1"),
    ("an unknown field", [GOOD | {"colour": "red"}], "changes[0].colour", "is not a known field"),
    (
        "another day of the week",
        [GOOD | {"weekdays": ["Mon"]}],
        "changes[0].weekdays[0]",
        "must be one of mon, tue, wed, thu, fri, sat or sun",
    ),
    ("no day of the week", [GOOD | {"weekdays": []}], "changes[0].weekdays", "must have at least 1"),
    ("a price of nothing", [nights(*NIGHT, price=0)], "changes[0].price", "must be 1 to 100000000"),
    ("a price beyond all", [nights(*NIGHT, price=100_000_001)], "changes[0].price", "must be 1 to 100000000"),
    ("a price as text", [nights(*NIGHT, price="1")], "changes[0].price", "must be a whole number"),
    ("a price with a point", [nights(*NIGHT, price=1.0)], "changes[0].price", "must be a whole number"),
    ("fewer rooms than none", [nights(*NIGHT, rooms_on_sale=-1)], "changes[0].rooms_on_sale", "must be 0 to 2000"),
    ("rooms beyond all", [nights(*NIGHT, rooms_on_sale=2_001)], "changes[0].rooms_on_sale", "must be 0 to 2000"),
    ("a stay of no night", [nights(*NIGHT, min_stay_through=0)], "changes[0].min_stay_through", "must be 1 to 30"),
    ("a number for a truth", [nights(*NIGHT, closed=1)], "changes[0].closed", "must be true or false"),
    (
        "a date of the week",
        [nights("2026-W50-4", "2026-12-10", price=1)],
        "changes[0].first_night",
        "must be a date, YYYY-MM-DD",
    ),
    ("no range", [{"price": 1}], "changes[0].first_night", "is required"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_bad_change_is_refused_in_plain_words(
    hotelier: Hotelier, store: Store, changes: list[Any], field: str, says: str, dry_run: bool
) -> None:
    before = everything(store)

    reply = hotelier.change(*changes, dry_run=dry_run)

    assert (reply.status, reply.code) == (422, "invalid_request")
    assert {"field": field, "detail": says} in reply.body["errors"]
    assert {error["field"] for error in reply.body["errors"]} <= {field, "changes[0].last_night"}
    assert everything(store) == before


def test_entries_of_other_fields_or_other_weekdays_may_share_nights(hotelier: Hotelier) -> None:
    week = ("2026-12-07", "2026-12-13")

    reply = hotelier.change(
        nights(*week, weekdays=["fri", "sat"], price=700_000),
        nights(*week, weekdays=["sun"], price=400_000),
        nights(*week, max_stay=5),
    )

    assert (reply.status, reply.body["changed"]) == (200, 7)


def test_the_longest_stay_must_fit_what_the_night_has_already(hotelier: Hotelier) -> None:
    hotelier.changed(nights("2026-12-10", "2026-12-12", min_stay_arrival=4))

    too_short = hotelier.change(nights("2026-12-12", "2026-12-13", max_stay=3))
    both = hotelier.change(nights("2026-12-12", "2026-12-13", max_stay=3, min_stay_arrival=None))

    assert too_short.fields == {"changes[0].max_stay"}
    assert both.status == 200


@pytest.mark.parametrize(("price", "says"), [
    (50_000, "is too low: the discount of one guest, 50000 is not below the lowest price 50000 on 2026-12-10"),
    (50_100, "is too low: the plan cheap leaves nothing of 100, the lowest price for one guest on 2026-12-10"),
    (50_101, None),
])  # fmt: skip
def test_a_price_is_above_all_that_can_be_taken_off_it(hotelier: Hotelier, price: int, says: str | None) -> None:
    cheap = structs.replace(ROOM_ONLY, plan_id="cheap", amount=-100)
    change_rates(hotelier.store.table, plans=(ROOM_ONLY, cheap), occupancy=OCCUPANCY)

    reply = hotelier.change(nights(*NIGHT, price=price))

    assert reply.body.get("errors") == (says and [{"field": "changes[0].price", "detail": says}])


def test_four_hundred_entries_are_taken_and_no_more(hotelier: Hotelier) -> None:
    entries = [nights("2026-12-10", "2026-12-10", weekdays=["mon"], price=1)] * 400

    assert hotelier.change(*entries).body == {"changed": 0}
    assert hotelier.change(*entries, GOOD).fields == {"changes"}


def test_a_body_of_more_than_256_kilobytes_is_not_read(hotelier: Hotelier) -> None:
    filler = '{"changes": [' + " " * (256 * 1024) + "]}"

    reply = hotelier.call(f"PUT {CALENDAR}", raw=filler, room_type_id="deluxe")

    assert (reply.status, reply.code) == (400, "invalid_request")
    assert "262144" in reply.body["detail"]
