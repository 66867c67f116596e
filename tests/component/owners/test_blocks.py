"""Rooms blocked by an owner: taken like those of a hold, on every night or on none, and given back once."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.owners.hotelier import PLAIN, Hotelier
from tests.kit.builders import everything
from tests.kit.front_door import BOB
from tests.kit.log_capture import LogLines

BLOCKS = "/room-types/{room_type_id}/blocks"
CARPETS: dict[str, Any] = {
    "first_night": "2026-12-30",
    "last_night": "2027-01-02",
    "rooms": 2,
    "reason": "New carpets",
    "source": "maintenance",
}


def block(hotelier: Hotelier, key: str = "carpets", room_type_id: str = "deluxe", **changes: Any) -> Any:
    return hotelier.call(f"POST {BLOCKS}", CARPETS | changes, key=key, room_type_id=room_type_id)


def blocked(hotelier: Hotelier, **changes: Any) -> str:
    reply = block(hotelier, **changes)
    assert reply.status == 201, reply.body
    block_id: str = reply.body["block_id"]
    return block_id


def release(hotelier: Hotelier, block_id: str, room_type_id: str = "deluxe") -> Any:
    return hotelier.call(f"DELETE {BLOCKS}/{{block_id}}", room_type_id=room_type_id, block_id=block_id)


def listed(hotelier: Hotelier, **query: str) -> Any:
    return hotelier.call(f"GET {BLOCKS}", query=query or None, room_type_id="deluxe")


def test_takes_its_rooms_on_every_night_and_moves_no_revision(hotelier: Hotelier) -> None:
    reply = block(hotelier)

    assert reply.status == 201
    assert {name: reply.body[name] for name in CARPETS} == CARPETS
    free = {
        night: hotelier.night(night)["rooms_free"] for night in ("2026-12-29", "2026-12-30", "2027-01-02", "2027-01-03")
    }
    assert free == {"2026-12-29": 5, "2026-12-30": 3, "2027-01-02": 3, "2027-01-03": 5}
    assert hotelier.revisions() == hotelier.revisions("2027-01") == (1, 1)


def test_the_same_again_is_the_same_block(hotelier: Hotelier, store: Store) -> None:
    block_id = blocked(hotelier)
    before = everything(store)

    again, other = block(hotelier), block(hotelier, rooms=1)

    assert (again.status, again.body["block_id"]) == (200, block_id)
    assert (other.status, other.code) == (422, "idempotency_key_reused")
    assert everything(store) == before


def test_that_finds_too_few_rooms_takes_none_and_names_the_nights(hotelier: Hotelier, store: Store) -> None:
    hotelier.door.held(rooms=4, guests=4, check_in="2026-12-31", check_out="2027-01-02")
    before = everything(store)

    reply = block(hotelier)

    assert (reply.status, reply.code, reply.body["nights"]) == (409, "sold_out", ["2026-12-31", "2027-01-01"])
    assert everything(store) == before


def test_a_due_hold_makes_way(hotelier: Hotelier) -> None:
    hotelier.door.held(rooms=4, guests=4, check_in="2026-12-31", check_out="2027-01-02")
    hotelier.door.clock.advance(600)

    assert block(hotelier, rooms=5).status == 201
    assert hotelier.night("2026-12-31")["rooms_free"] == 0


def test_counts_as_taken_for_guests_and_for_a_change_of_rooms(hotelier: Hotelier) -> None:
    blocked(hotelier, rooms=4, first_night="2026-12-10", last_night="2026-12-12")

    assert hotelier.door.hold(rooms=2).code == "sold_out"
    refused = hotelier.change({"first_night": "2026-12-12", "last_night": "2026-12-13", "rooms_on_sale": 3})
    assert refused.body["nights"] == [{"night": "2026-12-12", "rooms_on_sale": 3, "taken": 4}]


def test_gives_its_rooms_back_once(hotelier: Hotelier, store: Store) -> None:
    block_id = blocked(hotelier)

    first = release(hotelier, block_id)
    before = everything(store)
    second = release(hotelier, block_id)

    assert (first.status, first.body["released_at"]) == (200, "2026-11-22T06:30:00.000Z")
    assert (second.status, second.code) == (404, "not_found")
    assert [hotelier.night(night) for night in ("2026-12-30", "2027-01-02")] == [PLAIN] * 2
    assert everything(store) == before


def test_a_late_repeat_of_the_call_blocks_nothing_again(hotelier: Hotelier) -> None:
    release(hotelier, blocked(hotelier))

    late = block(hotelier)

    assert (late.status, "released_at" in late.body) == (200, True)
    assert hotelier.night("2026-12-30") == PLAIN


def test_the_list_has_those_that_are_not_released_page_by_page(hotelier: Hotelier) -> None:
    made = {
        blocked(hotelier, key=f"b{n}", rooms=1, first_night=f"2026-12-{n:02d}", last_night=f"2026-12-{n:02d}")
        for n in range(1, 31)
    }
    gone = sorted(made)[3::4]
    for block_id in gone:
        release(hotelier, block_id)

    first = listed(hotelier).body
    rest = listed(hotelier, cursor=first["cursor"]).body

    seen = [one["block_id"] for one in first["blocks"] + rest["blocks"]]
    assert (seen, len(first["blocks"]), "cursor" in rest) == (sorted(made - set(gone)), 20, False)


def test_opens_the_months_that_are_missing(hotelier: Hotelier) -> None:
    """The test's hotel has three months open; one that is to be approved has none."""
    assert block(hotelier, first_night="2028-05-20", last_night="2028-05-22").status == 201
    assert hotelier.night("2028-05-22")["rooms_free"] == 3


def test_the_longest_is_one_transaction_over_every_month(hotelier: Hotelier) -> None:
    block_id = blocked(hotelier, first_night="2026-11-22", last_night="2028-05-22")

    assert {hotelier.night(night)["rooms_free"] for night in ("2026-11-22", "2027-08-31", "2028-05-22")} == {3}
    assert release(hotelier, block_id).status == 200
    assert {hotelier.night(night)["rooms_free"] for night in ("2026-11-22", "2027-08-31", "2028-05-22")} == {5}


def test_is_logged_when_it_begins_and_when_it_ends_and_on_no_repeat(hotelier: Hotelier, lines: LogLines) -> None:
    block_id = blocked(hotelier)
    block(hotelier)
    release(hotelier, block_id)
    release(hotelier, block_id)

    said = [line["message"] for line in lines.all if line.get("block_id") == block_id]
    assert said == ["rooms blocked: 2 a night", "block released: 2 a night"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"last_night": "2026-12-29"}, "last_night", "is before first_night 2026-12-30"),
    ({"first_night": "2026-11-21"}, "first_night", "is over; the first night that can be changed is 2026-11-22"),
    ({"last_night": "2028-05-23"}, "last_night", "is too far ahead; the last night that can be changed is 2028-05-22"),
    ({"rooms": 0}, "rooms", "must be 1 to 2000"),
    ({"rooms": 2_001}, "rooms", "must be 1 to 2000"),
    ({"reason": " "}, "reason", "must be a line of 1 to 200 printable characters, not blank"),
    ({"reason": "a\nb"}, "reason", "must be a line of 1 to 200 printable characters, not blank"),
    ({"source": "guest"}, "source", "must be one of maintenance, walk_in or channel"),
    ({"colour": "red"}, "colour", "is not a known field"),
]


@pytest.mark.parametrize(("changes", "field", "says"), BAD)
def test_a_bad_block_is_refused_in_plain_words(
    hotelier: Hotelier, store: Store, changes: dict[str, Any], field: str, says: str
) -> None:
    before = everything(store)

    reply = block(hotelier, **changes)

    assert (reply.status, reply.body["errors"]) == (422, [{"field": field, "detail": says}])
    assert everything(store) == before


def test_without_a_key_nothing_is_blocked(hotelier: Hotelier) -> None:
    reply = hotelier.call(f"POST {BLOCKS}", CARPETS, room_type_id="deluxe")

    assert (reply.status, reply.code) == (400, "idempotency_key_required")


def test_somebody_elses_and_missing_ones_read_the_same(hotelier: Hotelier, store: Store) -> None:
    block_id = blocked(hotelier)
    before = everything(store)
    calls: list[tuple[str, Any, dict[str, Any]]] = [
        (f"POST {BLOCKS}", CARPETS, {"key": "foreign"}),
        (f"GET {BLOCKS}", None, {}),
        (f"DELETE {BLOCKS}/{{block_id}}", None, {"block_id": block_id}),
    ]
    for route, body, sent in calls:
        foreign, missing = (
            hotelier.call(route, body, user=BOB, room_type_id=room_type_id, **sent)
            for room_type_id in ("deluxe", "nowhere")
        )
        assert foreign.status == missing.status == 404
        assert foreign.body | {"instance": ""} == missing.body | {"instance": ""}
    assert release(hotelier, block_id, "suite").status == 404
    assert everything(store) == before
