"""A hotel's own page has all that guests may know of it, and nothing else."""

from msgspec import structs

from holdfast.model.property import ChildBand, Picture
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.table import Table
from tests.component.hotel_with_plans import OCCUPANCY, PLANS, ROOM_ONLY, sell_by_plans
from tests.component.searching import DATES, ask
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import DELUXE, KOLKATA, SUITE, add_property, add_room_type


class TestPage:
    """`GET /properties/{property_id}`: all that guests may know, and nothing else."""

    def test_shows_what_guests_may_know(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        tower = structs.replace(
            SUITE,
            room_type_id="tower",
            name="Tower",
            description="Above the lake",
            plans=PLANS,
            occupancy=structs.replace(OCCUPANCY, child_bands=(ChildBand(12, 0),)),
        )
        add_room_type(hotel, tower, ())

        page = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").body

        assert page["room_types"][2] == {
            "room_type_id": "tower",
            "name": "Tower",
            "description": "Above the lake",
            "base_price": 1_200_000,
            "discounted_price": 900_000,
            "total_rooms": 2,
            "max_guests": 4,
            "plans": [
                {"plan_id": "room-only", "name": "Room only"},
                {
                    "plan_id": "half-board",
                    "name": "Half board",
                    "cancellation_policy": [
                        {"days_before": 10, "refund_percent": 80},
                        {"days_before": 1, "refund_percent": 30},
                    ],
                },
            ],
            "occupancy": {"max_adults": 2, "max_children": 2, "max_guests": 3, "oldest_child": 12},
        }

    def test_shows_the_rules_of_plans_and_no_child_where_all_are_adults(
        self, front_door: FrontDoor, hotel: CatalogStore
    ) -> None:
        loft = structs.replace(
            DELUXE,
            room_type_id="loft",
            plans=(structs.replace(ROOM_ONLY, min_stay=2, max_stay=9, book_from_days=60, book_until_days=3),),
            occupancy=structs.replace(OCCUPANCY, max_guests=9, child_bands=()),
        )
        add_room_type(hotel, loft, ())

        page = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view").body

        [found] = [room for room in page["room_types"] if room["room_type_id"] == "loft"]
        assert found["occupancy"] == {"max_adults": 2, "max_children": 2, "max_guests": 3}
        rules = {"min_stay": 2, "max_stay": 9, "book_from_days": 60, "book_until_days": 3}
        assert found["plans"] == [{"plan_id": "room-only", "name": "Room only"} | rules]

    def test_pictures_are_where_the_bucket_serves_them(self, front_door: FrontDoor, hotel: CatalogStore) -> None:
        front, pool = Picture("im_front", "The front", ((800, 533), (400, 267))), Picture("im_pool", "The pool", ())
        inn = structs.replace(KOLKATA, property_id="inn", city="Goa", pictures=(front, pool), amenities=("Pool", "Bar"))
        inn = structs.replace(inn, description="By the sea", address="1 Beach Road")
        add_property(hotel, inn)
        add_room_type(hotel, structs.replace(DELUXE, room_type_id="inn-room", property_id="inn", pictures=(pool,)), ())

        page = front_door.call("GET /properties/{property_id}", user=None, property_id="inn").body
        [found] = ask(front_door, city="Goa").body["properties"]

        assert found["picture"] == page["pictures"][0]
        assert found["picture"]["alt"] == "The front"
        base = "https://d111111abcdef8.cloudfront.net/images/inn/im_front"
        assert found["picture"]["sizes"] == [
            {"width": width, "height": height, "type": kind, "url": f"{base}/{width}.{ending}"}
            for width, height in ((800, 533), (400, 267))
            for kind, ending in (("image/avif", "avif"), ("image/jpeg", "jpg"))
        ]
        assert [one["image_id"] for one in page["pictures"]] == ["im_front", "im_pool"]
        assert [one["image_id"] for one in page["room_types"][0]["pictures"]] == ["im_pool"]
        assert (page["description"], page["address"], page["amenities"]) == (
            "By the sea",
            "1 Beach Road",
            ["Pool", "Bar"],
        )
        assert not {"pictures", "description", "amenities"} & set(found)


class TestOffers:
    """With dates the page says what a search says, of all its room types."""

    def test_are_those_of_a_search(self, front_door: FrontDoor, table: Table) -> None:
        sell_by_plans(table)
        asked = DATES | {"rooms": "2", "adults": "3", "children": "11"}

        page = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view", query=asked).body
        searched = ask(front_door, **asked).body

        described = {"description", "occupancy", "pictures"}
        rooms = [{name: value for name, value in room.items() if name not in described} for room in page["room_types"]]
        assert [room for room in rooms if room.get("reason") != "occupancy"] == searched["properties"][0]["room_types"]
        assert page["occupancy"] == searched["occupancy"]

    def test_too_many_guests_are_a_reason(self, front_door: FrontDoor) -> None:
        query = DATES | {"guests": "4"}

        page = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view", query=query).body

        small = page["room_types"][0]
        assert (small["room_type_id"], small["available"], small["reason"]) == ("deluxe", False, "occupancy")
        assert page["room_types"][1]["available"]

    def test_a_stay_that_is_none_is_refused(self, front_door: FrontDoor) -> None:
        for query in ({"check_in": DATES["check_in"]}, {"children": "5"}, {"city": "Udaipur"}, {"plan": "room-only"}):
            reply = front_door.call("GET /properties/{property_id}", user=None, property_id="lake-view", query=query)
            assert reply.status == 422, query
