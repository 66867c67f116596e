"""Stays that rules forbid: what is said of them, and the stays named instead."""

from typing import Any, NamedTuple

import pytest
from msgspec import structs

from holdfast.model.property import RatePlan
from holdfast.model.rates import NightRules
from holdfast.storage.store import Store
from tests.component.hotel_with_plans import FAMILY_STAY, FAMILY_TOTAL, OCCUPANCY, PLANS, sell_by_plans, with_plan
from tests.kit.builders import everything
from tests.kit.front_door import BOB, STAY_TOTAL, FrontDoor, Reply
from tests.kit.hotel import change_rates

DATES = {"check_in": "2026-12-10", "check_out": "2026-12-13", "guests": "2"}


class Case(NamedTuple):
    """A rule of a night or of the half board that forbids 10 to 13 December, the value that would allow it, and all
    that is named: its date, its value, and the first stay instead.
    """

    rule: str
    night: int | None
    value: int | bool
    allowed: int | bool
    date: str
    instead: tuple[str, str]


CASES = [
    Case("closed", 11, True, False, "2026-12-11", ("2026-12-08", "2026-12-11")),
    Case("closed_to_arrival", 10, True, False, "2026-12-10", ("2026-12-09", "2026-12-12")),
    Case("closed_to_departure", 12, True, False, "2026-12-13", ("2026-12-09", "2026-12-12")),
    Case("min_stay_arrival", 10, 4, 3, "2026-12-10", ("2026-12-09", "2026-12-12")),
    Case("min_stay_through", 11, 4, 3, "2026-12-11", ("2026-12-10", "2026-12-14")),
    Case("max_stay", 10, 2, 3, "2026-12-10", ("2026-12-09", "2026-12-12")),
    Case("min_stay", None, 4, 3, "2026-12-10", ("2026-12-10", "2026-12-14")),
    Case("max_stay", None, 2, 3, "2026-12-10", ("2026-12-10", "2026-12-12")),
    Case("book_from_days", None, 17, 18, "2026-12-10", ("2026-12-09", "2026-12-12")),
    Case("book_until_days", None, 19, 18, "2026-12-10", ("2026-12-11", "2026-12-14")),
]


def rule(store: Store, case: Case, value: int | bool) -> None:
    """Makes it a rule of December."""
    if case.night is None:
        change_rates(store.table, plans=with_plan(**{case.rule: value}))
    else:
        change_rates(store.table, rules={case.night: structs.replace(NightRules(), **{case.rule: value})})


def hold_instead(front_door: FrontDoor, refused: Reply, **asked: Any) -> Reply:
    """Holds the first stay named, and finds it at the price named."""
    first = refused.body["alternatives"][0]
    dates = {"check_in": first["check_in"], "check_out": first["check_out"]}
    reply = front_door.hold(key="instead", **asked | dates)
    assert reply.status == 201, reply.body
    assert reply.body["pricing"]["total_payable"] == first["total_payable"]
    return reply


@pytest.fixture(autouse=True)
def plans(front_door: FrontDoor, store: Store) -> None:
    sell_by_plans(store.table)


class TestRefusal:
    @pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.night or 'plan'}" for case in CASES])
    def test_names_rule_date_and_value_and_a_stay_that_can_be_held(
        self, front_door: FrontDoor, store: Store, case: Case
    ) -> None:
        rule(store, case, case.value)
        before = everything(store)

        reply = front_door.hold(**FAMILY_STAY)

        assert (reply.status, reply.code) == (409, "restricted")
        assert reply.body["restrictions"] == [{"rule": case.rule, "date": case.date, "value": case.value}]
        assert everything(store) == before
        stays = [(one["check_in"], one["check_out"]) for one in reply.body["alternatives"]]
        assert stays[0] == case.instead
        assert len(set(stays)) == 3
        assert f"{case.instead[0]} to {case.instead[1]} can." in reply.body["detail"]
        hold_instead(front_door, reply, **FAMILY_STAY)

    @pytest.mark.parametrize("case", CASES, ids=[f"{case.rule}-{case.night or 'plan'}" for case in CASES])
    def test_ends_with_the_value_that_allows_the_stay(self, front_door: FrontDoor, store: Store, case: Case) -> None:
        rule(store, case, case.allowed)

        reply = front_door.hold(**FAMILY_STAY)

        assert (reply.status, reply.body["pricing"]["total_payable"]) == (201, FAMILY_TOTAL)

    @pytest.mark.parametrize(
        ("rules", "nights"),
        [
            ({9: NightRules(closed=True), 13: NightRules(closed=True)}, "beside the stay"),
            ({11: NightRules(closed_to_arrival=True, min_stay_arrival=9, max_stay=1)}, "of an arrival on its second"),
            ({11: NightRules(closed_to_departure=True), 13: NightRules(closed_to_departure=True)}, "of other days"),
            ({13: NightRules(min_stay_through=9, closed_to_arrival=True)}, "of its check-out day"),
        ],
    )
    def test_comes_of_no_rule_of_other_days(
        self, front_door: FrontDoor, store: Store, rules: dict[int, NightRules], nights: str
    ) -> None:
        change_rates(store.table, rules=rules)

        assert front_door.hold().status == 201, nights

    def test_names_every_rule_by_date(self, front_door: FrontDoor, store: Store) -> None:
        nights = {
            10: NightRules(closed_to_arrival=True, min_stay_arrival=5, max_stay=2),
            11: NightRules(closed=True, min_stay_through=6),
            12: NightRules(closed_to_departure=True),
        }
        change_rates(store.table, plans=with_plan(max_stay=2, min_stay=4), rules=nights)

        reply = front_door.hold(plan_id="half-board")

        assert [(one["date"][-2:], one["rule"], one["value"]) for one in reply.body["restrictions"]] == [
            ("10", "closed_to_arrival", True),
            ("10", "min_stay_arrival", 5),
            ("10", "max_stay", 2),  # of night and plan, named once
            ("10", "min_stay", 4),
            ("11", "closed", True),
            ("11", "min_stay_through", 6),
            ("13", "closed_to_departure", True),
        ]

    def test_reads_the_rules_of_both_months(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, "2026-12", rules={31: NightRules(closed_to_departure=True)})
        change_rates(store.table, "2027-01", rules={1: NightRules(min_stay_through=4)})

        new_year = front_door.hold(check_in="2026-12-30", check_out="2027-01-01")
        over_it = front_door.hold(check_in="2026-12-30", check_out="2027-01-02")

        assert new_year.body["restrictions"] == [{"rule": "closed_to_departure", "date": "2027-01-01", "value": True}]
        assert over_it.body["restrictions"] == [{"rule": "min_stay_through", "date": "2027-01-01", "value": 4}]
        hold_instead(front_door, over_it)

    def test_of_one_plan_leaves_the_others_open(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, plans=with_plan(min_stay=4))

        assert front_door.hold(plan_id="half-board").code == "restricted"
        assert front_door.hold(plan_id="room-only").status == 201

    def test_can_have_no_stay_to_name(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, rules={day: NightRules(closed=True) for day in range(1, 32)})

        reply = front_door.hold()

        assert (reply.code, reply.body["alternatives"]) == ("restricted", [])
        assert "Nor can any near it." in reply.body["detail"]


class TestStaysInstead:
    def test_are_free(self, front_door: FrontDoor, store: Store) -> None:
        front_door.held(BOB, check_in="2026-12-09", check_out="2026-12-10", rooms=5, guests=5)
        change_rates(store.table, rules={10: NightRules(closed_to_arrival=True)})

        reply = front_door.hold()

        arrivals = [one["check_in"] for one in reply.body["alternatives"]]
        assert arrivals == ["2026-12-11", "2026-12-12", "2026-12-11"]
        hold_instead(front_door, reply)

    def test_are_priced_night_by_night(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, rules={10: NightRules(closed_to_arrival=True)}, price={9: 800_000})

        reply = front_door.hold()

        assert reply.body["alternatives"][0]["total_payable"] == 944_000 + 2 * 525_000
        hold_instead(front_door, reply)

    @pytest.mark.parametrize(
        ("january", "arrivals"),
        [
            ({"plans": with_plan(meal=100_000)}, {"2026-12-29", "2026-12-30", "2027-01-01"}),
            ({"plans": PLANS[:1]}, {"2026-12-29", "2026-12-30"}),
            ({"plans": with_plan(active=False)}, {"2026-12-29", "2026-12-30"}),
            ({"plans": with_plan(min_stay=3)}, {"2026-12-29", "2026-12-30"}),
        ],
    )
    def test_are_sold_as_their_own_month_says(
        self, front_door: FrontDoor, store: Store, january: dict[str, Any], arrivals: set[str]
    ) -> None:
        change_rates(store.table, "2026-12", rules={31: NightRules(closed_to_arrival=True)})
        change_rates(store.table, "2027-01", **january)
        asked = {"check_in": "2026-12-31", "check_out": "2027-01-02", "plan_id": "half-board"}

        reply = front_door.hold(**asked)

        assert {one["check_in"] for one in reply.body["alternatives"]} == arrivals
        for n, one in enumerate(reply.body["alternatives"]):
            dates = {"check_in": one["check_in"], "check_out": one["check_out"]}
            held = front_door.hold(key=f"instead-{n}", **asked | dates)
            assert (held.status, held.body["pricing"]["total_payable"]) == (201, one["total_payable"])

    def test_have_rooms_for_the_guests_in_every_month(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, "2026-12", rules={30: NightRules(closed_to_arrival=True, min_stay_through=2)})
        change_rates(store.table, "2027-01", occupancy=None, max_guests=1)

        over = front_door.hold(check_in="2026-12-31", check_out="2027-01-02")
        reply = front_door.hold(check_in="2026-12-30", check_out="2026-12-31")

        assert (over.status, over.fields) == (422, {"guests"})
        assert max(one["check_out"] for one in reply.body["alternatives"]) <= "2027-01-01"
        hold_instead(front_door, reply)


class TestSearch:
    def offer(self, front_door: FrontDoor, **query: str) -> Any:
        reply = front_door.call("GET /properties", user=None, query=DATES | query)
        return reply.body["properties"][0]["room_types"][0]

    def test_shows_a_restricted_stay_as_not_available_with_its_rules_and_the_stays_instead(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        change_rates(store.table, rules={11: NightRules(min_stay_through=4)})

        offer = self.offer(front_door)

        assert (offer["available"], offer["rooms_free"]) == (False, 5)
        refused = front_door.hold()
        assert offer["restrictions"] == refused.body["restrictions"]
        assert offer["alternatives"] == refused.body["alternatives"]
        hold_instead(front_door, refused)

    def test_shows_as_not_available_what_one_of_its_months_has_no_room_for(
        self, front_door: FrontDoor, store: Store
    ) -> None:
        change_rates(store.table, "2027-01", occupancy=None, max_guests=1)

        over = self.offer(front_door, check_in="2026-12-31", check_out="2027-01-02")

        assert (over["available"], over["rooms_free"]) == (False, 0)
        assert front_door.hold(check_in="2026-12-31", check_out="2027-01-02").fields == {"guests"}

    def test_shows_no_rules_that_allow_the_stay(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, rules={11: NightRules(min_stay_through=3)})

        offer = self.offer(front_door)

        assert (offer["available"], offer["pricing"]["total_payable"]) == (True, STAY_TOTAL)
        assert not {"restrictions", "alternatives"} & set(offer)

    def test_goes_by_the_plan_of_a_guest_who_names_none(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, plans=(RatePlan(plan_id="week", name="By the week", min_stay=7, percent_bp=-1000),))

        offer = self.offer(front_door)

        assert offer["restrictions"] == [{"rule": "min_stay", "date": "2026-12-10", "value": 7}]
        assert offer["pricing"]["base_amount"] == 1_350_000

    def test_leaves_a_room_that_does_not_take_the_guests_unavailable(self, front_door: FrontDoor, store: Store) -> None:
        assert OCCUPANCY.max_adults == 2
        assert self.offer(front_door, guests="3") == self.offer(front_door, guests="3") | {"available": False}


def test_the_calendar_shows_the_rules_of_each_night(front_door: FrontDoor, store: Store) -> None:
    every = NightRules(
        closed=True,
        min_stay_arrival=2,
        min_stay_through=3,
        max_stay=9,
        closed_to_arrival=True,
        closed_to_departure=True,
    )
    change_rates(store.table, rules={10: every, 11: NightRules(max_stay=4)}, price={10: 640_000})

    reply = front_door.call(
        "GET /room-types/{room_type_id}/calendar", user=None, query={"month": "2026-12"}, room_type_id="deluxe"
    )

    nights = {night["date"]: night for night in reply.body["nights"]}
    assert nights["2026-12-10"] == {
        "date": "2026-12-10",
        "rooms_on_sale": 5,
        "rooms_free": 5,
        "price": 640_000,
        "closed": True,
        "min_stay_arrival": 2,
        "min_stay_through": 3,
        "max_stay": 9,
        "closed_to_arrival": True,
        "closed_to_departure": True,
    }
    assert set(nights["2026-12-11"]) == {"date", "rooms_on_sale", "rooms_free", "price", "max_stay"}
    assert set(nights["2026-12-12"]) == {"date", "rooms_on_sale", "rooms_free", "price"}
