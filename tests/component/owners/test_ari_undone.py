"""A call in bulk undone, in all its room types by one call."""

from holdfast.storage.store import Store
from tests.component.owners.bulk import send, undo, value
from tests.component.owners.hotelier import PLAIN, Hotelier
from tests.kit.builders import everything


class TestUndo:
    def test_puts_back_what_every_room_type_had(self, hotelier: Hotelier, store: Store) -> None:
        hotelier.changed({"first_night": "2026-12-10", "last_night": "2026-12-10", "price": 550_000})
        change_id = send(
            hotelier,
            value("2026-12-10", "2026-12-12", price=600_000),
            value("2026-12-10", "2026-12-12", "suite", rooms_on_sale=1),
        ).body["change_id"]

        first = undo(hotelier, change_id)
        before = [item for item in everything(store) if item["sk"] != "CALLS"]
        again = undo(hotelier, change_id)

        assert (first.status, first.body["changed"], first.body["refused"]) == (200, 6, [])
        assert [(of["room_type_id"], of["changed"]) for of in first.body["room_types"]] == [("deluxe", 3), ("suite", 3)]
        assert again.body == first.body
        assert hotelier.night("2026-12-10") == PLAIN | {"price": 550_000}
        assert hotelier.night("2026-12-11") == PLAIN
        assert hotelier.night("2026-12-10", "suite")["rooms_on_sale"] == 2
        assert [item for item in everything(store) if item["sk"] != "CALLS"] == before

    def test_can_be_undone_in_all_of_them_at_once(self, hotelier: Hotelier) -> None:
        change_id = send(
            hotelier,
            value("2026-12-10", "2026-12-12", price=600_000),
            value("2026-12-10", "2026-12-12", "suite", price=1_000_000),
        ).body["change_id"]
        hotelier.door.clock.advance(1)
        undo_id = undo(hotelier, change_id).body["change_id"]
        hotelier.door.clock.advance(1)

        redone = undo(hotelier, undo_id)

        assert redone.body["changed"] == 6
        assert hotelier.night("2026-12-12")["price"] == 600_000
        assert hotelier.night("2026-12-12", "suite")["price"] == 1_000_000

    def test_of_one_room_type_may_be_refused_and_the_others_are_undone(self, hotelier: Hotelier) -> None:
        change_id = send(
            hotelier,
            value("2026-12-10", "2026-12-12", rooms_on_sale=9),
            value("2026-12-10", "2026-12-12", "suite", price=1_000_000),
        ).body["change_id"]
        hotelier.door.held(rooms=6, guests=6)

        reply = undo(hotelier, change_id)

        assert [(of["room_type_id"], of["code"]) for of in reply.body["refused"]] == [("deluxe", "below_sold")]
        assert [of["room_type_id"] for of in reply.body["room_types"]] == ["suite"]
        assert hotelier.night("2026-12-10", "suite")["price"] == 900_000
        assert hotelier.night("2026-12-10")["rooms_on_sale"] == 9

    def test_of_nothing_is_missing(self, hotelier: Hotelier) -> None:
        assert undo(hotelier, "ch_019f1d3c2a0" + "b" * 13).status == 404
