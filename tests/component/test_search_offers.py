"""What a search says of rooms: for whom, by which plan, at which price, in which order, and why not."""

import pytest

from holdfast.model.stay import Party
from holdfast.occupancy import spread
from holdfast.storage.table import Table
from tests.component.hotel_with_plans import sell_by_plans, with_plan
from tests.component.searching import DATES, TOTALS, ask, hotels, offers
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import change_rates


class TestParties:
    @pytest.mark.parametrize(
        ("adults", "ages", "rooms", "parties"),
        [
            (2, (), 1, [(2, ())]),
            (3, (), 2, [(2, ()), (1, ())]),
            (5, (), 3, [(2, ()), (2, ()), (1, ())]),
            (2, (5, 9), 1, [(2, (5, 9))]),
            (2, (5, 9), 2, [(1, (5,)), (1, (9,))]),
            (3, (5, 9), 2, [(2, (9,)), (1, (5,))]),
            (2, (9, 5, 1), 2, [(1, (9, 1)), (1, (5,))]),
            (4, (1, 2, 3, 4), 3, [(2, (3,)), (1, (1, 4)), (1, (2,))]),
        ],
    )
    def test_adults_are_spread_evenly_and_then_each_child_where_the_fewest_sleep(
        self, adults: int, ages: tuple[int, ...], rooms: int, parties: list[tuple[int, tuple[int, ...]]]
    ) -> None:
        assert spread(adults, ages, rooms) == tuple(Party(*party) for party in parties)

    def test_cost_what_a_hold_of_them_costs(self, front_door: FrontDoor, table: Table) -> None:
        """Half board: 6,133.50 for two adults and, less than 7,500.00 too, 6,906.86 for one with a child of eleven."""
        sell_by_plans(table)
        asked = {"rooms": "2", "adults": "3", "children": "11", "plan": "half-board"}

        reply = ask(front_door, **DATES | asked)
        offer = reply.body["properties"][0]["room_types"][0]
        held = front_door.hold(rooms=2, guests=4, plan_id="half-board", occupancy=reply.body["occupancy"], **DATES)

        assert reply.body["occupancy"] == [{"adults": 2, "children": []}, {"adults": 1, "children": [11]}]
        assert offer["pricing"]["total_payable"] == 3 * (613_350 + 30_668 + 690_686 + 34_534)
        assert offer["pricing"]["lines"] == held.body["pricing"]["lines"]
        assert offer["pricing"]["total_payable"] == held.body["pricing"]["total_payable"]

    def test_guests_alone_are_adults(self, front_door: FrontDoor, table: Table) -> None:
        sell_by_plans(table)

        priced = [offers(front_door, **sent)["deluxe"]["pricing"] for sent in ({"guests": "2"}, {"adults": "2"})]

        assert priced[0] == priced[1]
        assert offers(front_door, guests="2", adults="1", children="3")["deluxe"]["available"]

    def test_rooms_that_do_not_take_them_are_near_misses(self, front_door: FrontDoor, table: Table) -> None:
        sell_by_plans(table)

        near = offers(front_door, adults="1", children="3,4")["deluxe"]
        refused = offers(front_door, adults="3")["deluxe"]

        assert near["available"]
        assert (refused["available"], refused["rooms_free"], refused["reason"]) == (False, 0, "occupancy")
        assert "pricing" not in refused

    @pytest.mark.parametrize(
        ("sent", "fields"),
        [
            ({"guests": "3", "adults": "2"}, {"guests"}),
            ({"guests": "2", "adults": "2", "children": "5"}, {"guests"}),
            ({"children": "5"}, {"adults"}),
            ({"guests": "2", "children": "5"}, {"adults"}),
            ({"adults": "1", "rooms": "2"}, {"adults"}),
            ({"adults": "0"}, {"adults"}),
            ({"adults": "100"}, {"adults"}),
            ({"adults": "two"}, {"adults"}),
            ({"adults": "2", "children": "18"}, {"children"}),
            ({"adults": "2", "children": "-1"}, {"children"}),
            ({"adults": "2", "children": "5,"}, {"children"}),
            ({"adults": "2", "children": "5, 9"}, {"children"}),
            ({"adults": "2", "children": "five"}, {"children"}),
            ({"adults": "98", "children": "5,9"}, {"children"}),
            ({"adults": "1", "children": ",".join(["5"] * 99)}, {"children"}),
        ],
    )
    def test_that_make_no_sense_are_refused_by_their_field(
        self, front_door: FrontDoor, sent: dict[str, str], fields: set[str]
    ) -> None:
        for dates in ({}, DATES):
            reply = ask(front_door, **dates | sent)
            assert (reply.status, reply.fields) == (422, fields)


class TestPlans:
    def test_without_one_it_is_the_first_and_all_are_priced(self, front_door: FrontDoor, table: Table) -> None:
        sell_by_plans(table)

        found = offers(front_door, guests="2")

        assert found["deluxe"]["pricing"]["total_payable"] == TOTALS["deluxe"]
        assert found["deluxe"]["plans"] == [
            {"plan_id": "room-only", "name": "Room only", "total_payable": TOTALS["deluxe"]},
            {"plan_id": "half-board", "name": "Half board", "total_payable": 3 * (613_350 + 30_668)},
        ]
        assert "plans" not in found["suite"]

    def test_one_that_is_named_leaves_out_rooms_that_are_not_sold_by_it(
        self, front_door: FrontDoor, table: Table
    ) -> None:
        sell_by_plans(table)

        found = offers(front_door, guests="2", plan="half-board")

        assert set(found) == {"deluxe"}
        assert [plan["plan_id"] for plan in found["deluxe"]["plans"]] == ["half-board"]
        assert hotels(front_door, plan="summer") == []  # not on sale
        assert hotels(front_door, plan="room-only", check_in="2027-02-10", check_out="2027-02-11") == []

    def test_one_that_a_rule_forbids_is_not_priced(self, front_door: FrontDoor, table: Table) -> None:
        change_rates(table, plans=with_plan(min_stay=4))

        found = offers(front_door, guests="2")["deluxe"]
        near = offers(front_door, guests="2", plan="half-board")["deluxe"]

        assert [plan["plan_id"] for plan in found["plans"]] == ["room-only"]
        assert (near["available"], near["reason"]) == (False, "min_stay")

    @pytest.mark.parametrize("sent", [{"plan": "half-board"}, {"max_price": "1"}])
    def test_plan_and_price_need_dates(self, front_door: FrontDoor, sent: dict[str, str]) -> None:
        reply = ask(front_door, **sent)

        assert (reply.status, reply.fields) == (422, set(sent))

    @pytest.mark.parametrize("plan", ["half board", "-", "x" * 65])
    def test_a_name_that_no_plan_can_have_is_refused(self, front_door: FrontDoor, plan: str) -> None:
        assert ask(front_door, **DATES, plan=plan).fields == {"plan"}


class TestPrices:
    @pytest.mark.parametrize(
        ("most", "found"),
        [(TOTALS["deluxe"] - 1, set()), (TOTALS["deluxe"], {"deluxe"}), (TOTALS["suite"], {"deluxe", "suite"})],
    )
    def test_a_limit_is_of_the_whole_stay_with_tax(self, front_door: FrontDoor, most: int, found: set[str]) -> None:
        assert set(offers(front_door, max_price=str(most))) == found

    def test_what_has_no_price_is_not_below_a_limit(self, front_door: FrontDoor) -> None:
        assert hotels(front_door, max_price="9999999999999", check_in="2027-06-01", check_out="2027-06-02") == []

    @pytest.mark.parametrize("most", ["0", "-1", "1.5", "12345678901234", "cheap"])
    def test_a_limit_is_digits(self, front_door: FrontDoor, most: str) -> None:
        reply = ask(front_door, **DATES, max_price=most)

        assert (reply.status, reply.fields) == (422, {"max_price"})

    def test_a_page_of_very_many_nights_has_prices_without_lines(
        self, front_door: FrontDoor, table: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sell_by_plans(table)
        nights = 3 * 2 + 3  # of two plans of the Deluxe, and of the Suite
        for most, in_full in ((nights, True), (nights - 1, False)):
            monkeypatch.setattr("holdfast.properties.search.MOST_PRICED_NIGHTS", most)
            found = offers(front_door, guests="2")["deluxe"]
            assert ("lines" in found["pricing"], "plans" in found) == (in_full, in_full)
            assert found["pricing"]["total_payable"] == TOTALS["deluxe"]
