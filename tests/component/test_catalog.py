"""What anyone may look at: search with real availability, a property, the month's calendar."""

from datetime import date
from typing import Any

import pytest
from msgspec import structs

from holdfast.model.property import Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.storage.catalog import CatalogStore
from tests.kit.apps import engine_home
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.front_door import BOB, FrontDoor
from tests.kit.hotel import KOLKATA, MONTHS, add_property, add_room_type, months_for

DATES = {"check_in": "2026-12-10", "check_out": "2026-12-13"}


def search(front_door: FrontDoor, **query: str) -> Any:
    reply = front_door.call("GET /properties", user=None, query=query or None)
    assert reply.status == 200, reply.body
    return reply.body["properties"]


def offers(front_door: FrontDoor, **query: str) -> dict[str, Any]:
    """The room types found, by id."""
    found = search(front_door, **DATES | query)
    return {room_type["room_type_id"]: room_type for property_ in found for room_type in property_["room_types"]}


class TestSearch:
    def test_without_dates_it_lists(self, front_door: FrontDoor) -> None:
        [property_] = search(front_door)

        assert (property_["property_id"], property_["city"], property_["timezone"]) == (
            "lake-view",
            "Udaipur",
            "Asia/Kolkata",
        )
        assert [room_type["room_type_id"] for room_type in property_["room_types"]] == ["deluxe", "suite"]
        assert not {"available", "rooms_free", "pricing"} & set(property_["room_types"][0])

    @pytest.mark.parametrize("city", ["Udaipur", "udaipur", " UDAIPUR ", "Udaip\u00fbr", "Udaipu\u0302r"])
    def test_a_city_is_found_however_it_is_written(self, front_door: FrontDoor, city: str) -> None:
        assert [property_["property_id"] for property_ in search(front_door, city=city)] == ["lake-view"]

    def test_it_goes_on_from_its_cursor_to_the_end(
        self, front_door: FrontDoor, hotel: CatalogStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("holdfast.storage.listings.LISTINGS_PAGE", 2)
        for n in range(4):
            add_property(hotel, structs.replace(KOLKATA, property_id=f"inn-{n}"))
        seen, query = [], {"city": "Udaipur"}
        for _ in range(4):
            page = front_door.call("GET /properties", user=None, query=query).body
            seen += [property_["property_id"] for property_ in page["properties"]]
            if "next_cursor" not in page:
                break
            query = {"city": "Udaipur", "cursor": page["next_cursor"]}
        assert seen == ["inn-0", "inn-1", "inn-2", "inn-3", "lake-view"]

    @pytest.mark.parametrize(("city", "cursor"), [("Udaipur", "goa#inn"), ("Udaipur", "0#0"), ("Goa", "udaipur#inn")])
    def test_a_cursor_of_another_city_is_refused(self, front_door: FrontDoor, city: str, cursor: str) -> None:
        reply = front_door.call("GET /properties", user=None, query={"city": city, "cursor": cursor})
        assert (reply.status, reply.fields) == (422, {"cursor"})

    @pytest.mark.parametrize("city", ["Uda", "Goa"])
    def test_another_city_is_not(self, front_door: FrontDoor, city: str) -> None:
        assert search(front_door, city=city) == []

    def test_with_dates_it_says_what_is_free_and_the_price_of_all_rooms(self, front_door: FrontDoor) -> None:
        front_door.held(rooms=2)

        found = offers(front_door, rooms="2", guests="4")

        assert (found["deluxe"]["available"], found["deluxe"]["rooms_free"]) == (True, 3)
        lines = found["deluxe"]["pricing"].pop("lines")
        assert found["deluxe"]["pricing"] == {
            "base_amount": 3_000_000,
            "gst_amount": 150_000,
            "taxes": [
                {"name": "CGST", "rate_bp": 250, "amount": 75_000},
                {"name": "SGST", "rate_bp": 250, "amount": 75_000},
            ],
            "total_payable": 3_150_000,
        }
        assert [(line["night"], line["room"], line["price"], line["tax"]) for line in lines] == [
            (f"2026-12-{day}", room, 500_000, 25_000) for day in (10, 11, 12) for room in (1, 2)
        ]
        assert found["suite"]["pricing"]["total_payable"] == 2 * 3 * 900_000 * 118 // 100

    def test_the_scarcest_night_decides(self, front_door: FrontDoor) -> None:
        front_door.held(check_in="2026-12-11", check_out="2026-12-12", rooms=4, guests=4)

        assert offers(front_door)["deluxe"]["rooms_free"] == 1
        assert offers(front_door, rooms="2")["deluxe"]["available"] is False

    def test_rooms_too_small_for_the_guests_are_left_out(self, front_door: FrontDoor) -> None:
        assert set(offers(front_door, rooms="1", guests="4")) == {"suite"}
        assert search(front_door, **DATES, rooms="1", guests="5") == []

    def test_due_holds_count_as_free(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held(rooms=5)
        clock.advance(599.999)
        assert offers(front_door)["deluxe"]["available"] is False
        clock.advance(0.001)

        assert (offers(front_door)["deluxe"]["available"], offers(front_door)["deluxe"]["rooms_free"]) == (True, 5)
        assert front_door.hold(BOB, rooms=5, guests=5).status == 201

    @pytest.mark.parametrize(
        "dates",
        [
            {"check_in": "2026-11-21", "check_out": "2026-11-22"},  # yesterday
            {"check_in": "2028-05-23", "check_out": "2028-05-24"},  # a day over eighteen months
            {"check_in": "2027-01-31", "check_out": "2027-02-02"},  # past the opened calendar
        ],
    )
    def test_dates_that_cannot_be_held_are_not_offered(self, front_door: FrontDoor, dates: dict[str, str]) -> None:
        found = offers(front_door, **dates)

        assert {(offer["available"], offer["rooms_free"]) for offer in found.values()} == {(False, 0)}

    def test_a_hotel_with_its_own_tax_is_priced_by_it(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        inn = Property(
            property_id="inn",
            name="Inn",
            city="Vienna",
            timezone="Europe/Vienna",
            country="AT",
            currency="EUR",
            taxes=TaxTable(names=("VAT",), periods=(TaxPeriod(date(2020, 1, 1), (TaxSlab(None, 1000),)),)),
        )
        room = RoomType(
            room_type_id="inn-room", property_id="inn", name="Room", base_price=100_01, total_rooms=1, max_guests=2
        )
        add_property(hotel, inn)
        add_room_type(hotel, room, months_for(inn, room, MONTHS[:2]))

        found = offers(front_door, city="Vienna")["inn-room"]
        held = front_door.hold(room_type_id="inn-room")

        assert found["pricing"] == {
            "lines": held.body["pricing"]["lines"],
            "base_amount": 30_003,
            "gst_amount": 3000,
            "taxes": [{"name": "VAT", "rate_bp": 1000, "amount": 3000}],
            "total_payable": 33_003,
        }
        assert held.body["pricing"]["total_payable"] == 33_003
        assert held.body["currency"] == "EUR"


class TestProperty:
    def test_shows_its_room_types_and_policy(self, front_door: FrontDoor) -> None:
        reply = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view")

        assert reply.status == 200
        assert reply.body["cancellation_policy"][0] == {"days_before": 7, "refund_percent": 100}
        assert [(r["name"], r["base_price"], r["discounted_price"]) for r in reply.body["room_types"]] == [
            ("Deluxe", 500_000, None),
            ("Suite", 1_200_000, 900_000),
        ]

    @pytest.mark.parametrize("property_id", ["nowhere", "..", "a b", ""])
    def test_that_is_not_there(self, front_door: FrontDoor, property_id: str) -> None:
        reply = front_door.call("GET /properties/{property_id}", user=None, property_id=property_id)

        assert (reply.status, reply.code) == (404, "not_found")


class TestCalendar:
    def calendar(self, front_door: FrontDoor, **query: str) -> Any:
        reply = front_door.call(
            "GET /room-types/{room_type_id}/calendar", user=None, query=query or None, room_type_id="deluxe"
        )
        assert reply.status == 200, reply.body
        return reply.body

    def test_shows_every_night_of_the_month(self, front_door: FrontDoor) -> None:
        front_door.held(rooms=2)

        month = self.calendar(front_door, month="2026-12")

        assert (month["month"], month["currency"], len(month["nights"])) == ("2026-12", "INR", 31)
        assert month["nights"][9] == {
            "date": "2026-12-10",
            "rooms_on_sale": 5,
            "rooms_free": 3,
            "price": 500_000,
        }

    def test_without_a_month_it_is_the_propertys_own(self, front_door: FrontDoor, clock: FakeClock) -> None:
        assert self.calendar(front_door)["month"] == "2026-11"
        clock.advance(8 * 86_400 + 16 * 3600)  # 30 November, 22:30 UTC: there it is 04:00 of 1 December, a new day

        assert self.calendar(front_door)["month"] == "2026-12"

    def test_a_month_that_is_not_opened_has_no_nights(self, front_door: FrontDoor) -> None:
        assert self.calendar(front_door, month="2030-01")["nights"] == []

    def test_due_holds_count_as_free_and_never_twice(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held(rooms=2)
        clock.advance(599.999)
        assert front_door.free()[10] == 3
        clock.advance(0.001)
        assert front_door.free()[10] == 5
        front_door.expire()

        assert front_door.free()[10] == 5

    def test_of_a_room_type_that_is_not_there(self, front_door: FrontDoor) -> None:
        reply = front_door.call("GET /room-types/{room_type_id}/calendar", user=None, room_type_id="penthouse")

        assert (reply.status, reply.code) == (404, "not_found")

    def test_looking_writes_nothing(self, front_door: FrontDoor, clock: FakeClock) -> None:
        front_door.held()
        clock.advance(600)
        table = engine_home(front_door.app("catalog")).engine.store.table
        with DynamoDBRecorder(table.client, table.name) as recorder:
            search(front_door, **DATES)
            front_door.free()

        assert recorder.requests
        assert recorder.writes == []
