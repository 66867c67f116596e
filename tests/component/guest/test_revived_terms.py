"""Every rule of a reserve applies to a revival, as it stands today."""

from typing import Any

from holdfast.model.property import ChildBand, Occupancy, RatePlan
from holdfast.model.rates import NightRules
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.guest.inn import held_at_the_inn, open_inn
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, FrontDoor
from tests.kit.hotel import change_rates

FLEX = RatePlan(plan_id="flex", name="Flexible", amount=20_000)
SAVER = RatePlan(plan_id="saver", name="Saver", percent_bp=-1_000)
ROOMS_FOR = Occupancy(
    base_adults=2, max_adults=3, max_children=2, max_guests=4, extra_adult=90_000, child_bands=(ChildBand(11, 40_000),)
)


def test_todays_price_and_terms(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    old = front_door.held()
    clock.advance(600)
    change_rates(store.table, default_price=600_000)

    assert front_door.revive(old).body["pricing"]["base_amount"] == 1_800_000
    assert front_door.booking(old)["pricing"]["base_amount"] == 1_500_000


def test_sold_out(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    old = front_door.held()
    clock.advance(600)
    front_door.held(BOB, rooms=5, guests=5)

    reply = front_door.revive(old)
    assert (reply.status, reply.code) == (409, "sold_out")
    assert reply.body["nights"] == ["2026-12-10", "2026-12-11", "2026-12-12"]
    front_door.cancel(front_door.hold(BOB, rooms=5, guests=5).body["booking_id"], BOB)
    assert front_door.revive(old).status == 201


def test_its_own_due_hold_makes_way(front_door: FrontDoor, clock: FakeClock) -> None:
    old = front_door.held(rooms=5, guests=5)
    clock.advance(600)

    assert front_door.revive(old).status == 201
    assert front_door.booking(old)["status"] == "expired"


def test_live_holds_are_capped(front_door: FrontDoor, clock: FakeClock) -> None:
    old = front_door.held()
    clock.advance(600)
    for number in range(5):
        front_door.held(key=f"live-{number}", check_in=f"2026-12-{14 + number}", check_out=f"2026-12-{15 + number}")

    assert (front_door.revive(old).status, front_door.revive(old).code) == (429, "too_many_holds")


def test_a_stay_that_has_begun_is_past(front_door: FrontDoor, clock: FakeClock) -> None:
    old = front_door.held()
    clock.advance(19 * 86_400)

    reply = front_door.revive(old)
    assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"check_in"})


def test_the_plan_and_who_sleeps_where_stay(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    change_rates(store.table, plans=(FLEX, SAVER), occupancy=ROOMS_FOR)
    party: dict[str, Any] = {"rooms": 2, "guests": 4, "occupancy": [{"adults": 2, "children": [7]}, {"adults": 1}]}
    by_default, by_name = front_door.held(**party), front_door.held(key="saver", plan_id="saver")
    clock.advance(600)
    change_rates(store.table, plans=(SAVER, FLEX))

    for old, plan_id in ((by_default, "flex"), (by_name, "saver")):
        before, new = front_door.booking(old), front_door.revive(old).body
        assert (before["plan_id"], new["plan_id"]) == (plan_id, plan_id)
        assert new.get("occupancy") == before.get("occupancy")
        assert new["pricing"] == before["pricing"]


def test_a_plan_that_is_off_sale(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    change_rates(store.table, plans=(FLEX, SAVER))
    old = front_door.held(plan_id="saver")
    clock.advance(600)
    change_rates(store.table, plans=(FLEX,))

    reply = front_door.revive(old)
    assert (reply.status, reply.code) == (409, "not_revivable")
    assert "it has flex" in reply.body["detail"]


def test_a_rule_that_has_come_since(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    old = front_door.held()
    clock.advance(600)
    change_rates(store.table, rules={10: NightRules(closed_to_arrival=True)})

    reply = front_door.revive(old)
    assert (reply.status, reply.code) == (409, "restricted")
    assert [rule["rule"] for rule in reply.body["restrictions"]] == ["closed_to_arrival"]


def test_guest_details_are_required_again_where_they_are(
    front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock
) -> None:
    open_inn(hotel)
    unknown, known = held_at_the_inn(front_door, "unknown"), held_at_the_inn(front_door, "known")
    front_door.put_guest(known)
    clock.advance(600)
    revived = [front_door.revive(booking_id).body["booking_id"] for booking_id in (unknown, known)]

    assert front_door.start(revived[0]).code == "guest_required"
    assert front_door.start(revived[1]).status == 200
