"""The history of a calendar, and changes undone: what comes back, and what a later change keeps."""

from typing import Any

import pytest

from holdfast.storage.store import Store
from tests.component.owners.hotelier import PLAIN, Hotelier, nights
from tests.kit.builders import everything
from tests.kit.front_door import BOB, OWNER

DAY = 86_400


class TestHistory:
    def test_names_author_ranges_and_values_before_and_after(self, hotelier: Hotelier) -> None:
        first = hotelier.changed(nights("2026-12-10", "2026-12-12", price=600_000))
        hotelier.door.clock.advance(60)
        sent = nights("2026-12-11", "2026-12-14", weekdays=["fri", "sat"], price=700_000, max_stay=7)
        second = hotelier.changed(sent)

        newest, oldest = hotelier.history().body["changes"]

        assert (newest["change_id"], oldest["change_id"]) == (second, first)
        assert (newest["by"], newest["at"]) == (OWNER, "2026-11-22T06:31:00.000Z")
        assert newest["ranges"] == [sent]
        assert (newest["first_night"], newest["last_night"], newest["changed"]) == ("2026-12-11", "2026-12-12", 2)
        assert newest["fields"] == [
            {"field": "max_stay", "nights": 2, "before": [None], "after": [7]},
            {"field": "price", "nights": 2, "before": [600_000], "after": [700_000]},
        ]

    def test_comes_page_by_page(self, hotelier: Hotelier) -> None:
        made = []
        for price in range(1, 24):
            hotelier.door.clock.advance(1)
            made.append(hotelier.changed(nights("2026-12-10", "2026-12-10", price=price)))

        page = hotelier.history().body
        rest = hotelier.history(cursor=page["cursor"]).body

        seen = [change["change_id"] for change in page["changes"] + rest["changes"]]
        assert seen == made[::-1]
        assert (len(page["changes"]), "cursor" in rest) == (20, False)

    @pytest.mark.parametrize("cursor", ["x", "ch_" + "0" * 24, "ch_019f1d3c2a0b3k5m7q2r4t6v4#x"])
    def test_takes_no_cursor_that_it_did_not_give(self, hotelier: Hotelier, cursor: str) -> None:
        assert hotelier.history(cursor=cursor).fields == {"cursor"}


class TestUndo:
    def test_puts_back_what_was_there_before_in_every_field_and_month(self, hotelier: Hotelier) -> None:
        hotelier.changed(nights("2026-12-30", "2026-12-31", price=600_000, max_stay=9))
        before = [hotelier.night(night) for night in ("2026-12-30", "2026-12-31", "2027-01-01")]
        change_id = hotelier.changed(
            nights("2026-12-31", "2027-01-01", price=700_000, max_stay=5, closed=True, rooms_on_sale=2)
        )

        reply = hotelier.undo(change_id)

        assert (reply.status, reply.body["changed"], reply.body["kept"]) == (200, 2, [])
        assert [hotelier.night(night) for night in ("2026-12-30", "2026-12-31", "2027-01-01")] == before

    def test_leaves_what_was_changed_since_and_names_it(self, hotelier: Hotelier) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-12", price=600_000, max_stay=5))
        hotelier.changed(nights("2026-12-11", "2026-12-11", price=650_000))

        reply = hotelier.undo(change_id)

        assert reply.body["kept"] == [{"night": "2026-12-11", "field": "price"}]
        assert hotelier.night("2026-12-11") == PLAIN | {"price": 650_000}
        assert hotelier.night("2026-12-10") == hotelier.night("2026-12-12") == PLAIN

    def test_is_done_once_however_often_it_comes(self, hotelier: Hotelier, store: Store) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-12", price=600_000))
        hotelier.changed(nights("2026-12-11", "2026-12-11", price=650_000))
        first = hotelier.undo(change_id)
        hotelier.door.clock.advance(5)
        hotelier.changed(nights("2026-12-10", "2026-12-12", price=600_000))
        before = everything(store)

        again = hotelier.undo(change_id)

        assert (again.status, again.body) == (200, first.body)
        assert everything(store) == before

    def test_is_a_change_like_any_other_and_can_be_undone(self, hotelier: Hotelier) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-12", price=600_000, rooms_on_sale=3))
        hotelier.door.clock.advance(1)
        undo_id = hotelier.undo(change_id).body["change_id"]
        newest, oldest = hotelier.history().body["changes"]
        hotelier.door.clock.advance(1)

        redone = hotelier.undo(undo_id)

        assert (newest["change_id"], newest["undoes"]) == (undo_id, change_id)
        assert (oldest["change_id"], oldest["undone_by"]) == (change_id, undo_id)
        assert redone.body["changed"] == 3
        assert hotelier.night("2026-12-12") == {"price": 600_000, "rooms_on_sale": 3, "rooms_free": 3}

    def test_leaves_nights_that_are_over(self, hotelier: Hotelier) -> None:
        change_id = hotelier.changed(nights("2026-11-22", "2026-11-24", price=600_000))
        hotelier.door.clock.advance(2 * DAY)

        reply = hotelier.undo(change_id)

        assert (reply.body["changed"], reply.body["kept"]) == (1, [])
        assert [hotelier.night(f"2026-11-{day}")["price"] for day in (22, 23, 24)] == [600_000, 600_000, 500_000]

    def test_never_takes_rooms_that_are_sold(self, hotelier: Hotelier, store: Store) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-12", rooms_on_sale=9, price=600_000))
        hotelier.door.held("one", rooms=6, guests=6)
        before = everything(store)

        reply = hotelier.undo(change_id)

        assert (reply.status, reply.code) == (409, "below_sold")
        assert {(night["rooms_on_sale"], night["taken"]) for night in reply.body["nights"]} == {(5, 6)}
        assert everything(store) == before

    def test_with_nothing_to_put_back_writes_nothing(self, hotelier: Hotelier, store: Store) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-10", price=600_000))
        hotelier.changed(nights("2026-12-10", "2026-12-10", price=650_000))
        before = everything(store)

        reply = hotelier.undo(change_id)

        assert reply.body == {
            "changed": 0,
            "undoes": change_id,
            "kept": [{"night": "2026-12-10", "field": "price"}],
        }
        assert everything(store) == before

    def test_leaves_no_night_that_no_stay_could_have(self, hotelier: Hotelier) -> None:
        """What comes back must fit what was set since."""
        hotelier.changed(nights("2026-12-10", "2026-12-11", max_stay=2))
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-11", max_stay=None))
        hotelier.changed(nights("2026-12-10", "2026-12-10", min_stay_arrival=3))

        reply = hotelier.undo(change_id)

        assert reply.body["kept"] == [{"night": "2026-12-10", "field": "max_stay"}]
        assert hotelier.night("2026-12-10") == PLAIN | {"min_stay_arrival": 3}
        assert hotelier.night("2026-12-11") == PLAIN | {"max_stay": 2}

    def test_of_nothing_or_of_another_room_types_change_is_missing(self, hotelier: Hotelier) -> None:
        change_id = hotelier.changed(nights("2026-12-10", "2026-12-10", price=1))
        missing = hotelier.undo("ch_019f1d3c2a0" + "b" * 13)

        assert missing.status == 404
        assert hotelier.undo(change_id, room_type_id="suite").body["detail"] == missing.body["detail"]


ROUTES: list[tuple[str, Any]] = [
    ("PUT /room-types/{room_type_id}/calendar", {"changes": [nights("2026-12-10", "2026-12-10", price=1)]}),
    (
        "PUT /room-types/{room_type_id}/calendar",
        {"changes": [nights("2026-12-10", "2026-12-10", price=1)], "dry_run": True},
    ),
    ("GET /room-types/{room_type_id}/calendar/changes", None),
    ("POST /room-types/{room_type_id}/calendar/changes/{change_id}/undo", None),
]


@pytest.mark.parametrize(("route", "body"), ROUTES)
def test_somebody_elses_room_type_and_a_missing_one_read_the_same(
    hotelier: Hotelier, store: Store, route: str, body: Any
) -> None:
    change_id = hotelier.changed(nights("2026-12-10", "2026-12-10", price=600_000))
    before = everything(store)
    path = {"change_id": change_id} if "change_id" in route else {}

    foreign = hotelier.call(route, body, user=BOB, room_type_id="deluxe", **path)
    missing = hotelier.call(route, body, user=BOB, room_type_id="nowhere", **path)

    assert foreign.status == missing.status == 404
    assert foreign.body | {"instance": ""} == missing.body | {"instance": ""}
    assert everything(store) == before
