"""An owner's room types: prices, rooms, plans and occupancy count at once; content waits for an admin."""

from typing import Any

import pytest

from holdfast.model.limits import MAX_ROOM_TYPES
from holdfast.storage.store import Store
from tests.kit.applicant import Applicant
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, FrontDoor, Reply

PLAN: dict[str, Any] = {"plan_id": "breakfast", "name": "Breakfast", "meal": 50_000}


def free(applicant: Applicant, room_type_id: str, day: int = 10) -> int:
    return applicant.door.free("2026-12", room_type_id)[day]


def base_amount(reply: Reply) -> int:
    assert reply.status == 201, reply.body
    amount: int = reply.body["pricing"]["base_amount"]
    return amount


class TestAdding:
    def test_makes_one_for_its_key(self, applicant: Applicant, store: Store) -> None:
        applicant.register()
        first = applicant.add_room_type(plans=[PLAN], description="Under the roof")
        before = everything(store)

        again = applicant.add_room_type(plans=[PLAN], description="Under the roof")
        other = applicant.add_room_type(plans=[PLAN], description="Changed")

        assert (first.status, again.status, again.body) == (201, 200, first.body)
        assert (other.status, other.code) == (422, "idempotency_key_reused")
        assert everything(store) == before
        [shown] = applicant.draft()["room_types"]
        assert shown["plans"] == [{"plan_id": "breakfast", "name": "Breakfast", "meal": 50_000}]
        assert (shown["description"], shown["base_price"], shown["live"]) == ("Under the roof", 400_000, False)

    def test_is_a_change_of_the_draft(self, applicant: Applicant) -> None:
        applicant.register()
        applicant.room_type()

        assert applicant.draft()["version"] == 2

    def test_the_twenty_first_is_refused(self, applicant: Applicant, store: Store) -> None:
        applicant.register()
        for n in range(MAX_ROOM_TYPES):
            applicant.room_type(str(n))
        before = everything(store)

        reply = applicant.add_room_type("one-more")

        assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {"room_types"})
        assert everything(store) == before


BAD: list[tuple[dict[str, Any], str]] = [
    ({"name": None}, "name"),
    ({"base_price": 0}, "base_price"),
    ({"base_price": 100_000_001}, "base_price"),
    ({"base_price": None}, "base_price"),
    ({"base_price": 4.5}, "base_price"),
    ({"discounted_price": 400_001}, "discounted_price"),
    ({"total_rooms": 0}, "total_rooms"),
    ({"total_rooms": 2_001}, "total_rooms"),
    ({"max_guests": 0}, "max_guests"),
    ({"plans": [PLAN | {"plan_id": f"p{n}"} for n in range(7)]}, "plans"),
    ({"plans": [PLAN, PLAN]}, "plans[1].plan_id"),
    ({"plans": [PLAN | {"meal": 0, "derived": {"percent_bp": -10_000}}]}, "plans[0]"),
    (
        {"occupancy": {"base_adults": 2, "max_adults": 4, "max_children": 0, "max_guests": 4, "extra_adult": 1}},
        "occupancy",
    ),
    (
        {
            "occupancy": {
                "base_adults": 2,
                "max_adults": 2,
                "max_children": 0,
                "max_guests": 2,
                "extra_adult": 1,
                "single_discount": 400_000,
            }
        },
        "occupancy.single_discount",
    ),
    ({"property_id": "another"}, "property_id"),
    ({"live": True}, "live"),
]


@pytest.mark.parametrize(("fields", "field"), BAD)
def test_a_bad_field_is_named_and_nothing_is_written(
    fields: dict[str, Any], field: str, applicant: Applicant, store: Store
) -> None:
    room_type_id = applicant.live()
    before = everything(store)

    for reply in (applicant.add_room_type("bad", **fields), applicant.change_room_type(room_type_id, **fields)):
        assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})
    assert everything(store) == before


class TestChangingALiveOne:
    def test_sells_by_the_new_price_and_rooms_at_once(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.live()

        reply = applicant.change_room_type(room_type_id, base_price=450_000, discounted_price=430_000, total_rooms=7)

        assert (reply.status, reply.body["base_price"], reply.body["total_rooms"]) == (200, 450_000, 7)
        assert free(applicant, room_type_id) == 7
        assert base_amount(applicant.hold(room_type_id)) == 3 * 430_000
        [room] = applicant.public().body["room_types"]
        assert (room["base_price"], room["discounted_price"], room["total_rooms"]) == (450_000, 430_000, 7)
        assert applicant.draft()["state"] == "live"

    def test_null_takes_the_discount_away(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()
        applicant.change_room_type(room_type_id, discounted_price=300_000)

        applicant.change_room_type(room_type_id, discounted_price=None)

        assert base_amount(applicant.hold(room_type_id)) == 1_200_000

    def test_what_changes_nothing_writes_nothing(self, applicant: Applicant, store: Store) -> None:
        room_type_id = applicant.live()
        before = everything(store)

        assert applicant.change_room_type(room_type_id, base_price=400_000, name="Garden").status == 200
        assert everything(store) == before

    def test_moves_no_hold(self, applicant: Applicant, front_door: FrontDoor) -> None:
        room_type_id = applicant.live()
        held = applicant.hold(room_type_id).body

        applicant.change_room_type(room_type_id, base_price=900_000)

        assert front_door.booking(held["booking_id"])["pricing"] == held["pricing"]

    def test_a_night_keeps_its_own_price_and_rooms(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()
        night = {"first_night": "2026-12-10", "last_night": "2026-12-10"}
        applicant.call(
            "PUT /room-types/{room_type_id}/calendar",
            {"changes": [night | {"price": 990_000, "rooms_on_sale": 2}]},
            room_type_id=room_type_id,
        )

        applicant.change_room_type(room_type_id, base_price=450_000, total_rooms=9)

        assert [free(applicant, room_type_id, day) for day in (9, 10, 11)] == [9, 2, 9]
        assert base_amount(applicant.hold(room_type_id)) == 990_000 + 2 * 450_000

    def test_fewer_rooms_than_are_taken_are_refused_by_night(self, applicant: Applicant, store: Store) -> None:
        room_type_id = applicant.live()
        assert applicant.hold(room_type_id, rooms=3, guests=3).status == 201
        before = everything(store)

        reply = applicant.change_room_type(room_type_id, total_rooms=2, base_price=1)

        assert (reply.status, reply.code) == (409, "below_sold")
        assert reply.body["nights"] == [
            {"night": f"2026-12-{day}", "rooms_on_sale": 2, "taken": 3} for day in (10, 11, 12)
        ]
        assert everything(store) == before
        assert applicant.change_room_type(room_type_id, total_rooms=3).status == 200
        assert [free(applicant, room_type_id, day) for day in (9, 10)] == [3, 0]

    def test_a_due_hold_keeps_no_rooms_from_being_taken_off(self, applicant: Applicant, clock: FakeClock) -> None:
        room_type_id = applicant.live()
        applicant.hold(room_type_id, rooms=4, guests=4)
        clock.advance(600)

        assert applicant.change_room_type(room_type_id, total_rooms=1).status == 200
        assert free(applicant, room_type_id) == 1

    def test_a_plan_that_a_cheap_night_leaves_nothing_of_is_refused(self, applicant: Applicant, store: Store) -> None:
        room_type_id = applicant.live()
        night = {"first_night": "2026-12-10", "last_night": "2026-12-10", "price": 60_000}
        route = "PUT /room-types/{room_type_id}/calendar"
        assert applicant.call(route, {"changes": [night]}, room_type_id=room_type_id).status == 200
        before = everything(store)

        replies = [
            (applicant.put_plan(room_type_id, "less", derived={"amount": -60_000}), "derived"),
            (applicant.put_occupancy(room_type_id, single_discount=60_000), "single_discount"),
            (
                applicant.change_room_type(room_type_id, plans=[PLAN | {"meal": 0, "derived": {"amount": -60_000}}]),
                "plans[0]",
            ),
        ]

        for reply, field in replies:
            assert (reply.status, reply.code, reply.fields) == (422, "invalid_request", {field})
        assert everything(store) == before

    def test_its_new_name_waits_for_an_admin(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()

        applicant.change_room_type(room_type_id, name="Terrace")

        draft = applicant.draft()
        assert ([room["name"] for room in draft["room_types"]], draft["has_changes"]) == (["Terrace"], True)
        assert [room["name"] for room in applicant.public().body["room_types"]] == ["Garden"]
        applicant.change_room_type(room_type_id, name="Garden")
        assert [room["name"] for room in applicant.draft()["room_types"]] == ["Garden"]


class TestPlansAndOccupancy:
    def test_a_plan_is_on_sale_at_once_and_off_again(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()

        put = applicant.put_plan(room_type_id, "breakfast", meal=50_000)

        assert [plan["plan_id"] for plan in put.body["plans"]] == ["breakfast"]
        assert base_amount(applicant.hold(room_type_id, plan_id="breakfast")) == 1_200_000 + 3 * 2 * 50_000
        applicant.put_plan(room_type_id, "bare", name="Room only")
        off = applicant.put_plan(room_type_id, "breakfast", meal=50_000, active=False)
        assert [plan["plan_id"] for plan in off.body["plans"]] == ["breakfast", "bare"]
        assert applicant.hold(room_type_id, "again", plan_id="breakfast").fields == {"plan_id"}

    def test_the_seventh_plan_is_refused(self, applicant: Applicant, store: Store) -> None:
        room_type_id = applicant.live()
        for n in range(6):
            assert applicant.put_plan(room_type_id, f"plan-{n}").status == 200
        before = everything(store)

        reply = applicant.put_plan(room_type_id, "plan-6")

        assert (reply.status, reply.fields) == (422, {"plans"})
        assert everything(store) == before

    def test_occupancy_counts_at_once(self, applicant: Applicant) -> None:
        room_type_id = applicant.live()

        assert applicant.put_occupancy(room_type_id, extra_adult=100_000).status == 200

        assert base_amount(applicant.hold(room_type_id, guests=3)) == 3 * 500_000
        above = applicant.put_occupancy(room_type_id, max_guests=4, max_adults=4)
        assert (above.status, above.fields) == (422, {"max_guests"})
        few = applicant.change_room_type(room_type_id, max_guests=2)
        assert (few.status, few.code, few.fields) == (422, "invalid_request", {"max_guests"})


def test_somebody_elses_room_type_reads_as_a_missing_one(
    applicant: Applicant, front_door: FrontDoor, store: Store
) -> None:
    room_type_id = applicant.live()
    other, before = Applicant(front_door, BOB), everything(store)
    other.property_id = applicant.property_id

    for theirs, missing in [
        (other.change_room_type(room_type_id, base_price=1), other.change_room_type("rt_missing", base_price=1)),
        (other.delete_room_type(room_type_id), other.delete_room_type("rt_missing")),
        (other.put_plan(room_type_id, "a"), other.put_plan("rt_missing", "a")),
        (other.put_occupancy(room_type_id), other.put_occupancy("rt_missing")),
    ]:
        assert (theirs.status, missing.status) == (404, 404)
        assert theirs.body | {"instance": ""} == missing.body | {"instance": ""}
    assert everything(store) == before
