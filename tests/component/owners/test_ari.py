"""Rates and availability in bulk: folded in order, each value refused for its own faults, undone in one call."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.marshal import put_action
from holdfast.storage.property_items import room_type_item
from holdfast.storage.store import Store
from tests.component.hotel_with_plans import HALF_BOARD, ROOM_ONLY
from tests.component.owners.bulk import ARI, send, value
from tests.component.owners.hotelier import PLAIN, Hotelier
from tests.kit.builders import everything
from tests.kit.front_door import BOB
from tests.kit.hotel import DELUXE, add_room_type, change_rates


class TestValues:
    def test_of_many_room_types_have_one_change(self, hotelier: Hotelier) -> None:
        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-12", price=600_000),
            value("2026-12-31", "2027-01-01", "suite", price=1_000_000, rooms_on_sale=1),
        )

        assert reply.body | {"change_id": ""} == {"applied": 2, "unchanged": 0, "refused": [], "change_id": ""}
        assert hotelier.night("2026-12-12") == PLAIN | {"price": 600_000}
        assert hotelier.night("2027-01-01", "suite") == {"price": 1_000_000, "rooms_on_sale": 1, "rooms_free": 1}
        for room_type_id in ("deluxe", "suite"):
            [change] = hotelier.history(room_type_id).body["changes"]
            assert change["change_id"] == reply.body["change_id"]

    def test_are_folded_in_order_and_the_last_wins(self, hotelier: Hotelier) -> None:
        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-12", price=600_000, max_stay=5),
            value("2026-12-11", "2026-12-11", price=None),
            value("2026-12-12", "2026-12-12", price=700_000),
        )

        assert (reply.body["applied"], reply.body["unchanged"]) == (2, 1)  # the second only leaves what there was
        assert [hotelier.night(f"2026-12-{day}")["price"] for day in (10, 11, 12)] == [600_000, 500_000, 700_000]
        assert hotelier.night("2026-12-11")["max_stay"] == 5

    def test_that_are_so_already_write_nothing(self, hotelier: Hotelier, store: Store) -> None:
        send(hotelier, value("2026-12-10", "2026-12-12", price=600_000))
        before = [item for item in everything(store) if item["sk"] != "CALLS"]

        reply = send(hotelier, value("2026-12-10", "2026-12-12", price=600_000))

        assert reply.body == {"applied": 0, "unchanged": 1, "refused": []}
        assert [item for item in everything(store) if item["sk"] != "CALLS"] == before

    def test_that_are_bad_never_sink_the_rest(self, hotelier: Hotelier) -> None:
        good = value("2026-12-10", "2026-12-10", price=600_000)
        bad: list[tuple[Any, str, str]] = [
            (
                value("2026-12-11", "2026-12-10", price=1),
                "invalid_request",
                "last_night: is before first_night 2026-12-11",
            ),
            (value("2026-12-11", "2026-12-11", price=0), "invalid_request", "price: must be 1 to 100000000"),
            (
                value("2026-11-21", "2026-12-11", price=1),
                "invalid_request",
                "first_night: is over; the first night that can be changed is 2026-11-22",
            ),
            (
                value("2026-12-11", "2028-05-23", price=1),
                "invalid_request",
                "last_night: is too far ahead; the last night that can be changed is 2028-05-22",
            ),
            (
                value("2026-12-11", "2026-12-11"),
                "invalid_request",
                "sets nothing; name at least one field of the nights",
            ),
            (value("2026-12-11", "2026-12-11", "penthouse", price=1), "not_found", "There is no room type by that id."),
            (
                value("2026-12-11", "2026-12-11", colour="red"),
                "invalid_request",
                "colour: is not a known field",
            ),
            ("a price", "invalid_request", "must be an object"),
            (None, "invalid_request", "must be an object"),
            (
                value("2026-12-11", "2026-12-11", min_stay_arrival=4, max_stay=3),
                "invalid_request",
                "max_stay 3 is below min_stay_arrival 4 on 2026-12-11",
            ),
        ]  # fmt: skip

        reply = send(hotelier, *(one for one, _, _ in bad), good)

        assert (reply.status, reply.body["applied"], reply.body["unchanged"]) == (200, 1, 0)
        assert [(of["index"], of["code"], of["detail"]) for of in reply.body["refused"]] == [
            (index, code, says) for index, (_, code, says) in enumerate(bad)
        ]
        assert hotelier.night("2026-12-10")["price"] == 600_000
        assert hotelier.night("2026-12-11") == PLAIN

    def test_that_take_what_is_sold_are_refused_and_the_rest_applied(self, hotelier: Hotelier) -> None:
        hotelier.door.held(rooms=2, guests=2)  # of 10 to 12 December

        reply = send(
            hotelier,
            value("2026-12-08", "2026-12-09", rooms_on_sale=1),
            value("2026-12-09", "2026-12-11", rooms_on_sale=1, price=600_000),
            value("2026-12-12", "2026-12-14", rooms_on_sale=2),
            value("2026-12-08", "2026-12-14", closed=True),
        )

        assert (reply.body["applied"], [(of["index"], of["code"]) for of in reply.body["refused"]]) == (
            3,
            [(1, "below_sold")],
        )
        assert hotelier.night("2026-12-09") == {"price": 500_000, "rooms_on_sale": 1, "rooms_free": 1, "closed": True}
        assert hotelier.night("2026-12-10") == PLAIN | {"rooms_free": 3, "closed": True}
        assert hotelier.night("2026-12-12") == PLAIN | {"rooms_on_sale": 2, "rooms_free": 0, "closed": True}

    def test_make_due_holds_go_first(self, hotelier: Hotelier) -> None:
        hotelier.door.held(rooms=2, guests=2)
        hotelier.door.clock.advance(600)

        reply = send(hotelier, value("2026-12-08", "2026-12-12", rooms_on_sale=0))

        assert (reply.body["applied"], reply.body["refused"]) == (1, [])

    def test_that_make_each_other_impossible_are_refused_together(self, hotelier: Hotelier) -> None:
        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-12", min_stay_through=7),
            value("2026-12-12", "2026-12-14", max_stay=3),
            value("2026-12-14", "2026-12-16", max_stay=9),
        )

        assert [of["index"] for of in reply.body["refused"]] == [0, 1]
        assert hotelier.night("2026-12-12") == PLAIN
        assert hotelier.night("2026-12-14") == PLAIN | {"max_stay": 9}


class TestPlans:
    """A plan's prices are derived from the night's: a value may name a plan that adds nothing of its own."""

    @pytest.fixture(autouse=True)
    def plans(self, hotelier: Hotelier, store: Store) -> None:
        room_type = structs.replace(DELUXE, plans=(ROOM_ONLY, HALF_BOARD))
        store.table.put(put_action(store.table.name, room_type_item(room_type)))
        change_rates(store.table, plans=room_type.plans)

    @pytest.mark.parametrize(
        ("plan_id", "says"),
        [
            ("room-only", None),
            ("half-board", "plan_id: its prices are derived from the room type's; set those, or change the plan"),
            ("none", "plan_id: names no plan of the room type"),
        ],
    )
    def test_of_a_value(self, hotelier: Hotelier, plan_id: str, says: str | None) -> None:
        reply = send(hotelier, value("2026-12-10", "2026-12-10", plan_id=plan_id, price=600_000))

        assert [of["detail"] for of in reply.body["refused"]] == ([says] if says else [])
        assert hotelier.night("2026-12-10")["price"] == (500_000 if says else 600_000)

    def test_leave_no_price_below_what_they_take_off(self, hotelier: Hotelier) -> None:
        cheap = structs.replace(ROOM_ONLY, amount=-500)
        change_rates(hotelier.store.table, plans=(cheap,))

        reply = send(
            hotelier,
            value("2026-12-10", "2026-12-10", price=500),
            value("2026-12-11", "2026-12-11", price=501),
        )

        [refused] = reply.body["refused"]
        says = "price: is too low: room-only leaves nothing of 500, the lowest price for one guest"
        assert (refused["index"], refused["detail"], reply.body["applied"]) == (0, says, 1)


class TestReading:
    def test_has_every_night_of_every_room_type(self, hotelier: Hotelier) -> None:
        send(hotelier, value("2026-12-31", "2026-12-31", price=600_000, closed=True, max_stay=3))
        hotelier.door.held(check_in="2027-01-01", check_out="2027-01-02")

        query = {"first_night": "2026-12-31", "last_night": "2027-01-01"}
        reply = hotelier.call(f"GET {ARI}", query=query, property_id="lake-view")

        rules = {
            "min_stay_arrival": None,
            "min_stay_through": None,
            "closed_to_arrival": False,
            "closed_to_departure": False,
        }
        plain = rules | {"closed": False, "max_stay": None}
        assert reply.body["values"] == [
            {"room_type_id": "deluxe", "night": "2026-12-31", "price": 600_000, "rooms_on_sale": 5, "rooms_free": 5}
            | rules
            | {"closed": True, "max_stay": 3},
            {"room_type_id": "deluxe", "night": "2027-01-01", "price": 500_000, "rooms_on_sale": 5, "rooms_free": 4}
            | plain,
            {"room_type_id": "suite", "night": "2026-12-31", "price": 900_000, "rooms_on_sale": 2, "rooms_free": 2}
            | plain,
            {"room_type_id": "suite", "night": "2027-01-01", "price": 900_000, "rooms_on_sale": 2, "rooms_free": 2}
            | plain,
        ]

    @pytest.mark.parametrize(
        ("query", "field"),
        [
            ({"first_night": "2026-12-10"}, "last_night"),
            ({"first_night": "2026-12-10", "last_night": "2026-12-09"}, "last_night"),
            ({"first_night": "0001-01-01", "last_night": "9999-12-31"}, "last_night"),
            ({"first_night": "x", "last_night": "2026-12-09"}, "first_night"),
        ],
    )
    def test_takes_a_range_of_at_most_twenty_months(
        self, hotelier: Hotelier, query: dict[str, str], field: str
    ) -> None:
        reply = hotelier.call(f"GET {ARI}", query=query, property_id="lake-view")

        assert (reply.status, reply.fields) == (422, {field})

    @pytest.mark.parametrize("night", ["0001-01-01", "9999-12-31"])
    def test_of_the_first_and_the_last_day_of_all_has_nothing(self, hotelier: Hotelier, night: str) -> None:
        query = {"first_night": night, "last_night": night}
        reply = hotelier.call(f"GET {ARI}", query=query, property_id="lake-view")

        assert (reply.status, reply.body["values"]) == (200, [])


def test_twenty_calls_a_minute_are_taken_and_the_next_must_wait(hotelier: Hotelier) -> None:
    night = value("2026-12-10", "2026-12-10", price=600_000)
    for _ in range(20):
        assert send(hotelier, night).status == 200
        hotelier.door.clock.advance(1)

    refused = send(hotelier, night)
    hotelier.door.clock.advance(39)
    too_early = send(hotelier, night)
    hotelier.door.clock.advance(1)

    assert (refused.status, refused.code, refused.headers["Retry-After"]) == (429, "too_many_calls", "40")
    assert (too_early.status, too_early.headers["Retry-After"]) == (429, "1")
    assert send(hotelier, night).status == 200
    assert send(hotelier, night).status == 429


def test_two_thousand_values_are_taken_and_no_more(hotelier: Hotelier) -> None:
    values = [value("2026-12-10", "2027-01-20", price=600_000 + n) for n in range(2_000)]

    reply = send(hotelier, *values)

    assert (reply.body["applied"], reply.body["unchanged"]) == (1, 1_999)
    assert hotelier.night("2026-12-10")["price"] == 601_999
    assert send(hotelier, *values, values[0]).fields == {"values"}


def test_a_body_of_more_than_a_megabyte_is_not_read(hotelier: Hotelier) -> None:
    reply = hotelier.call(f"POST {ARI}", raw='{"values": [' + " " * 1024 * 1024 + "]}", property_id="lake-view")

    assert (reply.status, reply.code) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("route", "sent"),
    [
        (f"POST {ARI}", {"body": {"values": [value("2026-12-10", "2026-12-10", price=1)]}}),
        (f"GET {ARI}", {"query": {"first_night": "2026-12-10", "last_night": "2026-12-10"}}),
        (f"POST {ARI}/{{change_id}}/undo", {"change_id": "ch_019f1d3c2a0" + "b" * 13}),
    ],
)
def test_somebody_elses_property_and_a_missing_one_read_the_same(
    hotelier: Hotelier, store: Store, route: str, sent: dict[str, Any]
) -> None:
    before = everything(store)

    foreign, missing = (
        hotelier.call(route, user=BOB, property_id=property_id, **sent) for property_id in ("lake-view", "nowhere")
    )

    assert foreign.status == missing.status == 404
    assert foreign.body | {"instance": ""} == missing.body | {"instance": ""}
    assert everything(store) == before


def test_a_room_type_of_another_property_reads_as_a_missing_one(hotelier: Hotelier, store: Store) -> None:
    room = structs.replace(DELUXE, room_type_id="attic", property_id="other")
    add_room_type(CatalogStore(store.table), room, [])

    reply = send(hotelier, *(value("2026-12-10", "2026-12-10", of, price=1) for of in ("attic", "nowhere")))

    foreign, missing = ({"code": of["code"], "detail": of["detail"]} for of in reply.body["refused"])
    assert foreign == missing
