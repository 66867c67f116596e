"""An owner's change of the calendar: what it sets, what it leaves, and what it never touches."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs

from holdfast.model.draft import PropertyContent, PropertyDraft
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import draft_item
from holdfast.storage.store import Store
from tests.component.owners.hotelier import PLAIN, Hotelier, nights
from tests.kit.builders import everything
from tests.kit.front_door import OWNER, STAY_TOTAL
from tests.kit.hotel import DELUXE, add_room_type
from tests.kit.log_capture import LogLines


def test_sets_what_it_names_on_every_night_of_the_range(hotelier: Hotelier) -> None:
    reply = hotelier.change(
        nights("2026-12-30", "2027-01-02", price=620_000, min_stay_arrival=2, closed_to_departure=True)
    )

    assert (reply.status, reply.body["changed"]) == (200, 4)
    assert hotelier.night("2026-12-29") == hotelier.night("2027-01-03") == PLAIN
    for night in ("2026-12-30", "2026-12-31", "2027-01-01", "2027-01-02"):
        assert hotelier.night(night) == PLAIN | {
            "price": 620_000,
            "min_stay_arrival": 2,
            "closed_to_departure": True,
        }


def test_sets_it_on_the_named_weekdays_alone(hotelier: Hotelier) -> None:
    hotelier.changed(nights("2026-12-10", "2026-12-16", weekdays=["fri", "sat"], price=700_000))

    prices = {day: hotelier.night(f"2026-12-{day}")["price"] for day in range(10, 17)}
    assert prices == {day: 700_000 if day in {11, 12} else 500_000 for day in range(10, 17)}


def test_leaves_what_is_absent_and_null_goes_back_to_the_default(hotelier: Hotelier) -> None:
    hotelier.changed(nights("2026-12-10", "2026-12-11", price=1, closed=True, max_stay=3, rooms_on_sale=2))
    hotelier.changed(nights("2026-12-10", "2026-12-10", price=None, closed=None))
    hotelier.changed(nights("2026-12-11", "2026-12-11", rooms_on_sale=None, max_stay=None))

    assert hotelier.night("2026-12-10") == {"rooms_on_sale": 2, "rooms_free": 2, "price": 500_000, "max_stay": 3}
    assert hotelier.night("2026-12-11") == {"rooms_on_sale": 5, "rooms_free": 5, "price": 1, "closed": True}


def test_moves_page_and_rates_to_the_same_next_revision_in_every_month(hotelier: Hotelier) -> None:
    before = hotelier.revisions()
    hotelier.changed(nights("2026-12-31", "2027-01-01", price=1))

    assert before == (1, 1)
    assert hotelier.revisions() == hotelier.revisions("2027-01") == (2, 2)
    assert hotelier.revisions("2026-11") == (1, 1)


@pytest.mark.parametrize("rooms", [0, 2, 5, 7])
def test_rooms_on_sale_and_free_move_by_the_same_difference(hotelier: Hotelier, rooms: int) -> None:
    hotelier.change(nights("2026-12-10", "2026-12-12", rooms_on_sale=rooms))

    assert hotelier.night("2026-12-10") == PLAIN | {"rooms_on_sale": rooms, "rooms_free": rooms}


def test_a_night_keeps_what_is_held_and_sold(hotelier: Hotelier, store: Store) -> None:
    hotelier.door.held(rooms=2, guests=2)
    before = everything(store)

    reply = hotelier.change(nights("2026-12-09", "2026-12-11", rooms_on_sale=1))

    assert (reply.status, reply.code) == (409, "below_sold")
    taken = {"rooms_on_sale": 1, "taken": 2}
    assert reply.body["nights"] == [{"night": f"2026-12-{day}"} | taken for day in (10, 11)]
    assert everything(store) == before
    assert hotelier.change(nights("2026-12-09", "2026-12-11", rooms_on_sale=2)).status == 200
    assert hotelier.night("2026-12-10") == PLAIN | {"rooms_on_sale": 2, "rooms_free": 0}


def test_a_due_hold_makes_way(hotelier: Hotelier) -> None:
    hotelier.door.held(rooms=2, guests=2)
    hotelier.door.clock.advance(600)

    hotelier.changed(nights("2026-12-10", "2026-12-11", rooms_on_sale=1))

    assert hotelier.night("2026-12-10") == PLAIN | {"rooms_on_sale": 1, "rooms_free": 1}


def test_a_hold_and_a_booking_keep_their_price_and_their_rules(hotelier: Hotelier) -> None:
    booking_id = hotelier.door.held()
    hotelier.changed(nights("2026-12-10", "2026-12-13", price=900_000, closed=True, min_stay_through=9))
    hotelier.door.credit(STAY_TOTAL)

    assert hotelier.door.pay(booking_id, STAY_TOTAL).status == 200
    assert hotelier.door.hold(key="later").code == "restricted"


def test_that_changes_nothing_writes_nothing_and_says_so(hotelier: Hotelier, store: Store) -> None:
    change = nights("2026-12-10", "2026-12-13", price=620_000, rooms_on_sale=4, closed=False, max_stay=None)
    hotelier.changed(change)
    before = everything(store)

    again = hotelier.change(change)

    assert (again.status, again.body) == (200, {"changed": 0})
    assert everything(store) == before


def test_a_sale_does_not_move_the_revision_and_stands_in_no_owners_way(hotelier: Hotelier) -> None:
    hotelier.door.held()
    hotelier.changed(nights("2026-12-10", "2026-12-10", rooms_on_sale=9))

    assert hotelier.revisions() == (2, 2)
    assert hotelier.night("2026-12-10") == PLAIN | {"rooms_on_sale": 9, "rooms_free": 8}


def test_is_logged_once_and_a_change_of_nothing_not_at_all(hotelier: Hotelier, lines: LogLines) -> None:
    change = nights("2026-12-10", "2026-12-13", price=620_000)
    change_id = hotelier.changed(change)
    hotelier.change(change)

    [line] = [line for line in lines.all if line["message"].startswith("calendar changed")]
    assert (line["change_id"], line["room_type_id"], line["nights"]) == (change_id, "deluxe", 4)


class TestDryRun:
    def test_says_what_would_change_and_what_it_touches_and_writes_nothing(
        self, hotelier: Hotelier, store: Store
    ) -> None:
        hotelier.changed(nights("2026-12-11", "2026-12-11", price=600_000))
        held = hotelier.door.held(rooms=2, guests=2)
        before = everything(store)

        reply = hotelier.change(
            nights("2026-12-11", "2026-12-12", price=None, rooms_on_sale=3),
            nights("2026-12-13", "2026-12-13", closed=True),
            dry_run=True,
        )

        def move(day: int, field: str, old: Any, new: Any) -> dict[str, Any]:
            return {"night": f"2026-12-{day}", "field": field, "before": old, "after": new}

        assert reply.status == 200
        assert reply.body["changed"] == 3
        assert reply.body["would_change"] == [
            move(11, "price", 600_000, None),
            move(11, "rooms_on_sale", None, 3),
            move(12, "rooms_on_sale", None, 3),
            move(13, "closed", False, True),
        ]
        assert reply.body["shown_prices"] == [{"night": "2026-12-11", "before": 600_000, "after": 500_000}]
        [hold] = reply.body["live_holds"]
        assert hold["booking_id"] == held
        assert (hold["check_in"], hold["check_out"], hold["rooms"]) == ("2026-12-10", "2026-12-13", 2)
        assert everything(store) == before

    def test_touches_no_hold_of_other_nights_and_none_that_is_due(self, hotelier: Hotelier, store: Store) -> None:
        hotelier.door.held(check_in="2026-12-20", check_out="2026-12-22")
        hotelier.door.held(key="due")
        hotelier.door.clock.advance(600)
        before = everything(store)

        reply = hotelier.change(nights("2026-12-10", "2026-12-12", rooms_on_sale=0), dry_run=True)

        assert (reply.status, reply.body["live_holds"]) == (200, [])
        assert everything(store) == before

    def test_is_refused_as_the_change_would_be(self, hotelier: Hotelier, store: Store) -> None:
        hotelier.door.held()
        before = everything(store)

        reply = hotelier.change(nights("2026-12-10", "2026-12-12", rooms_on_sale=0), dry_run=True)

        assert reply.code == "below_sold"
        assert everything(store) == before


class TestBeforeApproval:
    @pytest.fixture
    def planned(self, hotelier: Hotelier, store: Store) -> Hotelier:
        """A room type with no month open yet, and not approved."""
        said = PropertyContent(name="Planned", city="Goa", currency="EUR", timezone="Europe/Rome")
        draft = PropertyDraft(property_id="planned", owner_id=OWNER, content=said, changed_at_ms=0)
        store.table.put(put_action(store.table.name, draft_item(draft)))
        catalog = CatalogStore(store.table)
        catalog.add_owner(OWNER, "planned")
        room = structs.replace(DELUXE, room_type_id="attic", property_id="planned", live=False)
        add_room_type(catalog, room, [])
        return hotelier

    def test_opens_the_months_that_it_needs_not_on_sale_yet(self, planned: Hotelier, store: Store) -> None:
        planned.changed(nights("2026-12-30", "2027-01-02", price=620_000), room_type_id="attic")

        month = CatalogStore(store.table).months(["attic"], ["2026-12"])["attic", "2026-12"]
        assert [month.rates.price_of(date(2026, 12, day)) for day in (29, 30)] == [500_000, 620_000]
        assert (month.page.free[30], month.rates.live) == (5, False)
        calendar = planned.door.call("GET /room-types/{room_type_id}/calendar", user=None, room_type_id="attic")
        assert calendar.status == 404
        refused = planned.door.hold(room_type_id="attic", check_in="2026-12-30", check_out="2026-12-31")
        assert refused.status == 404

    def test_opens_none_for_a_change_of_nothing(self, planned: Hotelier, store: Store) -> None:
        before = everything(store)

        reply = planned.change(nights("2026-12-30", "2027-01-02", closed=False), room_type_id="attic")

        assert reply.body == {"changed": 0}
        assert everything(store) == before
