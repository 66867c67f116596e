"""Holds by rate plan and by who sleeps in the rooms: what they cost, and that no later change moves them."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.model.property import PolicyStep
from holdfast.model.rates import NightRules
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from tests.component.hotel_with_plans import (
    FAMILY,
    FAMILY_BASE,
    FAMILY_PARTS,
    FAMILY_STAY,
    FAMILY_TOTAL,
    HALF_BOARD,
    OCCUPANCY,
    ROOM_ONLY,
    SUMMER,
    sell_by_plans,
    with_plan,
)
from tests.kit.builders import a_promo, everything
from tests.kit.clock import FakeClock
from tests.kit.front_door import ALICE, STAY_TOTAL, FrontDoor
from tests.kit.hotel import change_rates

DAY = 86_400
# Ten percent off is 376,710: by largest remainder 75,069 of each night's first room and 50,501 of its second. What is
# left of the first is within 7,500.00, so that both have 5 %.
PROMO_TOTAL = 3 * (675_617 + 2 * 16_890 + 454_514 + 2 * 11_363)


@pytest.fixture(autouse=True)
def plans(front_door: FrontDoor, store: Store) -> None:
    sell_by_plans(store.table)


class TestPrice:
    def test_is_of_night_guests_plan_and_meals_line_by_line(self, front_door: FrontDoor) -> None:
        reply = front_door.hold(**FAMILY_STAY)

        pricing = reply.body["pricing"]
        assert (pricing["base_amount"], pricing["total_payable"]) == (FAMILY_BASE, FAMILY_TOTAL)
        assert [line["parts"] for line in pricing["lines"]] == FAMILY_PARTS * 3
        assert [(line["price"], line["gst_rate_bp"], line["cgst"]) for line in pricing["lines"]] == [
            (750_686, 1800, 67_562),
            (505_015, 500, 12_625),
        ] * 3
        assert reply.body["plan"] == {
            "plan_id": "half-board",
            "name": "Half board",
            "percent_bp": -333,
            "amount": 10_000,
            "meal": 60_000,
        }
        assert (reply.body["plan_id"], reply.body["guests"]) == ("half-board", 4)
        assert reply.body["occupancy"] == [{"adults": 2, "children": [11]}, {"adults": 1, "children": []}]

    @pytest.mark.parametrize(
        ("occupancy", "by_room"),
        [
            ([{"adults": 1}], [450_000]),
            ([{"adults": 2}], [500_000]),
            ([{"adults": 2, "children": [5]}], [500_000]),
            ([{"adults": 2, "children": [6]}], [580_000]),
            ([{"adults": 1, "children": [0]}], [500_000]),  # nobody is alone
            ([{"adults": 1, "children": [13]}], [500_000]),  # an adult, by age
            ([{"adults": 1, "children": [4, 12]}], [580_000]),
            ([{"adults": 1}, {"adults": 2, "children": [12]}], [450_000, 580_000]),
        ],
    )
    def test_of_the_room_alone_goes_by_its_guests(
        self, front_door: FrontDoor, occupancy: list[dict[str, Any]], by_room: list[int]
    ) -> None:
        reply = front_door.call(
            "POST /bookings",
            {"room_type_id": "deluxe", "check_in": "2026-12-10", "check_out": "2026-12-11", "rooms": len(occupancy)}
            | {"occupancy": occupancy},
            key="guests",
        )

        assert reply.status == 201, reply.body
        assert [line["price"] for line in reply.body["pricing"]["lines"]] == by_room
        assert reply.body["plan_id"] == "room-only"
        assert reply.body["guests"] == sum(party["adults"] + len(party.get("children", [])) for party in occupancy)

    def test_without_occupancy_is_that_of_adults_spread_over_the_rooms(self, front_door: FrontDoor) -> None:
        reply = front_door.hold(rooms=2, guests=3, check_out="2026-12-11")

        assert [line["price"] for line in reply.body["pricing"]["lines"]] == [500_000, 450_000]
        assert "occupancy" not in reply.body

    def test_of_a_third_adult_has_the_extra_bed(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, occupancy=structs.replace(OCCUPANCY, max_adults=3))

        reply = front_door.hold(guests=3, occupancy=[{"adults": 2, "children": [13]}], check_out="2026-12-11")

        [line] = reply.body["pricing"]["lines"]
        assert (line["parts"]["extra_adults"], line["parts"]["children"], line["price"]) == (120_000, 0, 620_000)

    def test_without_a_plan_is_by_the_first_on_sale(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, plans=(structs.replace(ROOM_ONLY, active=False), SUMMER, HALF_BOARD))

        assert front_door.hold().body["plan_id"] == "half-board"

    def test_of_a_hotel_without_plans_names_none(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, plans=(), occupancy=None)

        reply = front_door.hold()

        assert not {"plan_id", "plan", "occupancy"} & set(reply.body)
        assert all("parts" not in line for line in reply.body["pricing"]["lines"])


class TestReplay:
    @pytest.mark.parametrize("sent", [{}, {"plan_id": "half-board"}, FAMILY_STAY])
    def test_is_the_first_answer_whatever_has_changed(
        self, front_door: FrontDoor, store: Store, sent: dict[str, Any]
    ) -> None:
        first = front_door.hold(**sent)
        change_rates(store.table, plans=(), occupancy=None, rules={10: NightRules(closed=True)})
        before = everything(store)

        again = front_door.hold(**sent)

        assert (first.status, again.status) == (201, 200)
        assert again.body == first.body
        assert everything(store) == before

    def test_may_leave_out_the_guests_that_occupancy_says(self, front_door: FrontDoor) -> None:
        first = front_door.hold(**FAMILY_STAY)
        body = {"room_type_id": "deluxe", "check_in": "2026-12-10", "check_out": "2026-12-13"} | FAMILY_STAY
        del body["guests"]

        again = front_door.call("POST /bookings", body, key="key-1")

        assert (again.status, again.body) == (200, first.body)

    @pytest.mark.parametrize(
        "other",
        [
            {"plan_id": "room-only"},
            {"occupancy": FAMILY[::-1]},
            {"occupancy": [{"adults": 2, "children": [10]}, {"adults": 1}]},
        ],
    )
    def test_of_another_plan_or_other_guests_is_another_request(
        self, front_door: FrontDoor, store: Store, other: dict[str, Any]
    ) -> None:
        front_door.held(**FAMILY_STAY)
        before = everything(store)

        reply = front_door.hold(**FAMILY_STAY | other)

        assert (reply.status, reply.code) == (422, "idempotency_key_reused")
        assert everything(store) == before


LATER = {
    "dearer plan": {"plans": with_plan(percent_bp=5_000, amount=99_999, meal=999_999)},
    "other policy": {"plans": with_plan(cancellation_policy=())},
    "plan off sale": {"plans": with_plan(active=False)},
    "no plans": {"plans": ()},
    "other price": {"price": {10: 1, 11: 99_999_999}, "default_price": 7},
    "no occupancy": {"occupancy": None},
    "dearer children": {"occupancy": structs.replace(OCCUPANCY, child_bands=(), max_adults=9, extra_adult=999_999)},
    "smaller rooms": {"occupancy": structs.replace(OCCUPANCY, max_guests=1), "max_guests": 1},
    "closed": {"rules": {day: NightRules(closed=True) for day in range(1, 32)}},
    "long stays": {"rules": {10: NightRules(min_stay_arrival=9, closed_to_arrival=True)}},
    "window": {"plans": with_plan(book_until_days=30, min_stay=9)},
    "property's policy": {"cancellation_policy": (PolicyStep(0, 1),)},
}


@pytest.mark.parametrize("later", LATER.values(), ids=LATER)
class TestALaterChange:
    def change(self, store: Store, later: dict[str, Any]) -> None:
        change_rates(store.table, **later)

    def test_never_moves_a_hold_nor_its_quote(self, front_door: FrontDoor, store: Store, later: dict[str, Any]) -> None:
        booking_id = front_door.held(**FAMILY_STAY)
        before = front_door.booking(booking_id)

        self.change(store, later)

        assert front_door.booking(booking_id) == before
        quoted = front_door.call("GET /bookings/{booking_id}/pricing", booking_id=booking_id).body
        assert quoted["total_payable"] == FAMILY_TOTAL
        assert quoted["lines"] == before["pricing"]["lines"]

    def test_never_moves_a_payment_nor_its_refund(
        self, front_door: FrontDoor, clock: FakeClock, store: Store, later: dict[str, Any]
    ) -> None:
        front_door.credit(FAMILY_TOTAL)
        booking_id = front_door.held(**FAMILY_STAY)
        self.change(store, later)

        paid = front_door.pay(booking_id, FAMILY_TOTAL)

        assert (paid.status, paid.body["final_amount"]) == (200, FAMILY_TOTAL)
        clock.advance(5 * DAY)  # 13 days before
        self.change(store, {"rules": {}})
        assert front_door.cancel(booking_id).body["wallet_refunded"] == FAMILY_TOTAL * 80 // 100

    def test_never_moves_a_started_payment(self, front_door: FrontDoor, store: Store, later: dict[str, Any]) -> None:
        booking_id = front_door.held(**FAMILY_STAY)
        start = front_door.start(booking_id)
        self.change(store, later)
        front_door.gateway.authorise(start.body["gateway_order_id"])

        paid = front_door.pay_by_card(booking_id, start)

        assert (paid.status, paid.body["final_amount"]) == (200, FAMILY_TOTAL)


class TestThePlansOwnPolicy:
    @pytest.mark.parametrize(("days_before", "percent"), [(18, 80), (10, 80), (9, 30), (1, 30), (0, 0)], ids=str)
    def test_decides_the_refund_and_the_preview_says_so(
        self, front_door: FrontDoor, clock: FakeClock, days_before: int, percent: int
    ) -> None:
        front_door.credit(FAMILY_TOTAL)
        booking_id = front_door.held(**FAMILY_STAY)
        front_door.pay(booking_id, FAMILY_TOTAL)
        clock.advance((18 - days_before) * DAY)

        seen = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body
        made = front_door.cancel(booking_id)

        assert made.status == 200, made.body
        assert made.body["wallet_refunded"] == seen["now"]["refund_amount"] == (FAMILY_TOTAL * percent + 50) // 100
        assert seen["now"]["refund_percent"] == percent
        assert made.body["cancellation"]["kept"] == seen["now"]["kept"]

    def test_is_the_hotels_where_the_plan_has_none(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.credit(STAY_TOTAL)
        booking_id = front_door.held(plan_id="room-only")
        front_door.pay(booking_id, STAY_TOTAL)
        clock.advance(15 * DAY)

        assert front_door.cancel(booking_id).body["wallet_refunded"] == STAY_TOTAL // 2

    def test_that_refunds_nothing_is_a_policy_too(self, front_door: FrontDoor, store: Store) -> None:
        change_rates(store.table, plans=with_plan(cancellation_policy=()))
        front_door.credit(FAMILY_TOTAL)
        booking_id = front_door.held(**FAMILY_STAY)
        front_door.pay(booking_id, FAMILY_TOTAL)

        seen = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body

        assert seen["now"]["refund_amount"] == front_door.cancel(booking_id).body["wallet_refunded"] == 0

    @pytest.mark.parametrize("wallet", [0, 1_000_000])
    def test_counts_on_what_is_paid_after_the_promo_by_card_and_wallet(
        self, front_door: FrontDoor, hotel: CatalogStore, clock: FakeClock, store: Store, wallet: int
    ) -> None:
        hotel.add_promo(a_promo())
        front_door.credit(1_000_000)
        booking_id = front_door.held(**FAMILY_STAY)
        start = front_door.start(booking_id, promo_code="TEN", wallet_apply_amount=wallet)
        front_door.gateway.authorise(start.body["gateway_order_id"])
        front_door.pay_by_card(booking_id, start, promo_code="TEN")
        total = front_door.booking(booking_id)["pricing"]["total_payable"]
        assert total == PROMO_TOTAL

        seen = front_door.call("GET /bookings/{booking_id}/cancellation", booking_id=booking_id).body["now"]
        made = front_door.cancel(booking_id).body

        refund = (total * 80 + 50) // 100
        assert seen["refund_amount"] == made["cancellation"]["refund_amount"] == refund
        assert (seen["wallet"], seen["gateway"]) == (made["cancellation"]["wallet"], made["cancellation"]["gateway"])
        assert store.account(ALICE).balance == 1_000_000 - wallet + made["cancellation"]["wallet"]
