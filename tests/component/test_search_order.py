"""In which order a search shows hotels, and why a room type is not available."""

from datetime import date

import pytest
from msgspec import structs

from holdfast.model.rates import NightRules, open_month
from holdfast.properties.offers import with_due
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.hotel_with_plans import ROOM_ONLY
from tests.component.searching import DATES, TOTALS, ask, offers
from tests.kit.clock import FakeClock
from tests.kit.front_door import BOB, FrontDoor
from tests.kit.hotel import DELUXE, KOLKATA, MONTHS, add_property, add_room_type, change_rates, months_for


class TestOrder:
    @pytest.fixture(autouse=True)
    def _more_hotels(self, hotel: CatalogStore) -> None:
        for property_id, name, price in (("cove", "Zenith", 400_000), ("dune", "alpine", 600_000), ("fort", "Bay", 1)):
            inn = structs.replace(KOLKATA, property_id=property_id, name=name)
            room = structs.replace(
                DELUXE, room_type_id=f"{property_id}-room", property_id=property_id, base_price=price
            )
            add_property(hotel, inn)
            add_room_type(hotel, room, months_for(inn, room, MONTHS[:2] if property_id != "fort" else ()))

    def order(self, front_door: FrontDoor, **query: str) -> list[str]:
        return [hotel["property_id"] for hotel in ask(front_door, **query).body["properties"]]

    def test_by_the_cheapest_room_that_can_be_had(self, front_door: FrontDoor) -> None:
        assert self.order(front_door, sort="price", **DATES) == ["cove", "lake-view", "dune", "fort"]

    def test_hotels_that_are_sold_out_come_last(self, front_door: FrontDoor) -> None:
        front_door.held(room_type_id="cove-room", rooms=5, guests=5)

        assert self.order(front_door, sort="price", **DATES)[:2] == ["lake-view", "dune"]
        assert set(self.order(front_door, sort="price", **DATES)[2:]) == {"cove", "fort"}

    def test_without_dates_by_the_price_of_a_night(self, front_door: FrontDoor) -> None:
        assert self.order(front_door, sort="price") == ["fort", "cove", "lake-view", "dune"]

    def test_by_name_whatever_its_case(self, front_door: FrontDoor) -> None:
        for dates in ({}, DATES):
            assert self.order(front_door, sort="name", **dates) == ["dune", "fort", "lake-view", "cove"]

    def test_of_their_own_without_a_wish(self, front_door: FrontDoor) -> None:
        assert self.order(front_door) == ["cove", "dune", "fort", "lake-view"]

    def test_by_anything_else_is_refused(self, front_door: FrontDoor) -> None:
        reply = ask(front_door, sort="stars")

        assert (reply.status, reply.fields) == (422, {"sort"})

    def test_currencies_are_not_compared(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        inn = structs.replace(KOLKATA, property_id="inn", currency="USD")
        room = structs.replace(DELUXE, room_type_id="inn-room", property_id="inn", base_price=100)
        add_property(hotel, inn)
        add_room_type(hotel, room, months_for(inn, room, MONTHS[:2]))

        assert self.order(front_door, sort="price", **DATES) == ["cove", "lake-view", "dune", "inn", "fort"]


class TestReasons:
    """Why a room type is not available, and what is near."""

    @pytest.mark.parametrize(
        ("rules", "reason"),
        [
            ({10: NightRules(closed_to_arrival=True)}, "closed_to_arrival"),
            ({10: NightRules(min_stay_arrival=4)}, "min_stay_arrival"),
            ({11: NightRules(closed=True)}, "closed"),
            ({12: NightRules(closed_to_departure=True)}, "closed_to_departure"),
            ({10: NightRules(max_stay=2)}, "max_stay"),
        ],
    )
    def test_a_rule(self, front_door: FrontDoor, table: Table, rules: dict[int, NightRules], reason: str) -> None:
        change_rates(table, rules=rules)

        offer = offers(front_door)["deluxe"]

        assert (offer["available"], offer["rooms_free"], offer["reason"]) == (False, 5, reason)
        assert offer["restrictions"][0]["rule"] == reason
        assert len(offer["alternatives"]) == 3

    def test_sold_out_with_the_nearest_stays_that_can_be_held(self, front_door: FrontDoor) -> None:
        front_door.held(rooms=5, guests=5, check_in="2026-12-11", check_out="2026-12-12")

        offer = offers(front_door)["deluxe"]

        assert (offer["available"], offer["rooms_free"], offer["reason"]) == (False, 0, "sold_out")
        assert offer["pricing"]["total_payable"] == TOTALS["deluxe"]
        for number, near in enumerate(offer["alternatives"]):
            dates = {"check_in": near["check_in"], "check_out": near["check_out"]}
            assert (
                not date.fromisoformat(near["check_in"]) <= date(2026, 12, 11) < date.fromisoformat(near["check_out"])
            )
            held = front_door.hold(BOB, f"near-{number}", **dates)
            assert (held.status, held.body["pricing"]["total_payable"]) == (201, near["total_payable"])
        assert len(offer["alternatives"]) == 3

    def test_rooms_of_due_holds_are_near_as_well(self, front_door: FrontDoor, clock: FakeClock) -> None:
        """Five rooms are free from the 12th on, once the hold of four of them ran out."""
        last = front_door.held(rooms=5, guests=5, check_in="2026-12-11", check_out="2026-12-12")
        front_door.confirm(last)
        front_door.held(BOB, rooms=4, guests=4, check_in="2026-12-12", check_out="2026-12-20")
        clock.advance(600)

        near = offers(front_door, rooms="5", guests="5")["deluxe"]["alternatives"]

        assert "2026-12-12" in {one["check_in"] for one in near}

    @pytest.mark.parametrize("check_in", ["2026-11-21", "2027-03-01"])
    def test_not_on_sale(self, front_door: FrontDoor, check_in: str) -> None:
        day = date.fromisoformat(check_in)
        offer = offers(front_door, check_in=check_in, check_out=day.replace(day=day.day + 1).isoformat())["deluxe"]

        assert (offer["available"], offer["rooms_free"], offer["reason"]) == (False, 0, "not_on_sale")

    def test_no_plan_on_sale(self, front_door: FrontDoor, table: Table) -> None:
        change_rates(table, plans=(structs.replace(ROOM_ONLY, active=False),))

        assert offers(front_door)["deluxe"]["reason"] == "not_on_sale"

    def test_what_is_available_has_none(self, front_door: FrontDoor) -> None:
        assert all("reason" not in offer and "alternatives" not in offer for offer in offers(front_door).values())

    def test_a_hold_that_was_released_between_two_reads_does_not_count_twice(self) -> None:
        page = open_month(KOLKATA, DELUXE, "2026-12").page

        assert with_due(page, {date(2026, 12, 10): 2}).free[10] == 5
