"""Holds that name no plan on sale, or guests whom the rooms do not take."""

import re
from typing import Any

import pytest
from msgspec import structs

from holdfast.storage.store import Store
from tests.component.hotel_with_plans import OCCUPANCY, PLANS, sell_by_plans
from tests.kit.builders import everything
from tests.kit.front_door import FrontDoor, Reply
from tests.kit.hotel import change_rates

NAME = "must be 1 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit"
ON_SALE = "names no plan of this room type that is on sale; it has room-only, half-board"
WHOLE = "must be a whole number"
ADULTS = "must be 1 to 99"
AGE = "must be 0 to 17"
JARGON = re.compile(
    r"\b(int|integer|float|str|string|bool|tuple|dict|None|null|NoneType|instance|input)\b", re.IGNORECASE
)


def room(**party: Any) -> dict[str, Any]:
    """One room with this party; the sum of the guests is left to it."""
    return {"occupancy": [party]}


BAD = [  # what is wrong, what is sent, the field named, and what is said of it
    ("an unknown plan", {"plan_id": "penthouse"}, "plan_id", ON_SALE),
    ("a plan that is not active", {"plan_id": "summer"}, "plan_id", ON_SALE),
    ("a plan that could be no name", {"plan_id": "Half Board"}, "plan_id", NAME),
    ("an empty plan", {"plan_id": ""}, "plan_id", NAME),
    ("a number for a plan", {"plan_id": 7}, "plan_id", "must be a text"),
    ("a list of plans", {"plan_id": ["half-board"]}, "plan_id", "must be a text"),
    ("no rooms", {"occupancy": []}, "occupancy", "must have one entry for each room: 1, not 0"),
    ("a room too few", {"rooms": 2} | room(adults=2), "occupancy", "must have one entry for each room: 2, not 1"),
    ("a room too many", {"occupancy": [{"adults": 1}] * 2}, "occupancy", "must have one entry for each room: 1, not 2"),
    ("ten rooms", {"rooms": 9, "occupancy": [{"adults": 1}] * 10}, "occupancy", "must have at most 9"),
    ("one party for a list", {"occupancy": {"adults": 2}}, "occupancy", "must be a list"),
    ("a text for rooms", {"occupancy": "2"}, "occupancy", "must be a list"),
    ("a number for a room", {"occupancy": [2]}, "occupancy[0]", "must be an object"),
    ("nothing for a room", {"rooms": 2, "occupancy": [{"adults": 2}, None]}, "occupancy[1]", "must be an object"),
    ("a child of 18", room(adults=1, children=[3, 18]), "occupancy[0].children[1]", AGE),
    ("a child not born yet", room(adults=1, children=[-1]), "occupancy[0].children[0]", AGE),
    ("half a year", room(adults=1, children=[2.5]), "occupancy[0].children[0]", WHOLE),
    ("a whole age with a point", room(adults=1, children=[4.0]), "occupancy[0].children[0]", WHOLE),
    ("an age as text", room(adults=1, children=["4"]), "occupancy[0].children[0]", WHOLE),
    ("a truth for an age", room(adults=1, children=[True]), "occupancy[0].children[0]", WHOLE),
    ("nothing for an age", room(adults=1, children=[None]), "occupancy[0].children[0]", WHOLE),
    ("a number of children", room(adults=1, children=2), "occupancy[0].children", "must be a list"),
    ("nothing for children", room(adults=1, children=None), "occupancy[0].children", "must be a list"),
    ("children by name", room(adults=1, children={"age": 4}), "occupancy[0].children", "must be a list"),
    ("a hundred children", room(adults=1, children=[4] * 100), "occupancy[0].children", "must have at most 99"),
    ("children alone", room(adults=0, children=[9, 9]), "occupancy[0].adults", ADULTS),
    ("children and no word of adults", room(children=[9, 9]), "occupancy[0].adults", "is required"),
    ("minus one adult", room(adults=-1), "occupancy[0].adults", ADULTS),
    ("a hundred adults", room(adults=100), "occupancy[0].adults", ADULTS),
    ("adults with a point", room(adults=2.0), "occupancy[0].adults", WHOLE),
    ("adults as text", room(adults="2"), "occupancy[0].adults", WHOLE),
    ("a truth for adults", room(adults=True), "occupancy[0].adults", WHOLE),
    ("nothing for adults", room(adults=None), "occupancy[0].adults", WHOLE),
    ("a field of its own", room(adults=2, infants=1), "occupancy[0].infants", "is not a known field"),
    (
        "more guests than in rooms",
        {"guests": 3} | room(adults=2),
        "guests",
        "must be 2, as occupancy says, or left out",
    ),
    ("fewer guests", {"guests": 1} | room(adults=2), "guests", "must be 2, as occupancy says, or left out"),
]
TOO_MANY = [  # for rooms of at most three guests: two adults, two children up to 12
    ([{"adults": 3}], {}, "occupancy[0]", "2 adults; this is 3"),
    ([{"adults": 2, "children": [13]}], {}, "occupancy[0]", "2 adults; this is 3, with a child above 12"),
    ([{"adults": 2}, {"adults": 3}], {}, "occupancy[1]", "2 adults; this is 3"),
    ([{"adults": 2, "children": [4, 5]}], {}, "occupancy[0]", "3 guests"),
    ([{"adults": 1, "children": [4, 5, 6]}], {"max_guests": 9}, "occupancy[0]", "3 guests; this is 4"),
    ([{"adults": 1, "children": [4, 5, 6]}], {"most": 9, "max_guests": 9}, "occupancy[0]", "2 children; this is 3"),
]


def refused(front_door: FrontDoor, store: Store, **sent: Any) -> Reply:
    """The answer to a hold without `guests`, but for what is sent, which wrote nothing."""
    stay = {"room_type_id": "deluxe", "check_in": "2026-12-10", "check_out": "2026-12-13", "rooms": 1}
    before = everything(store)
    guests = {} if "occupancy" in sent else {"guests": 2}
    reply = front_door.call("POST /bookings", stay | guests | sent, key="bad")
    assert everything(store) == before
    assert (reply.status, reply.code) == (422, "invalid_request")
    return reply


@pytest.fixture(autouse=True)
def plans(front_door: FrontDoor, store: Store) -> None:
    sell_by_plans(store.table)


@pytest.mark.parametrize(("sent", "field", "says"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_plan_or_party_is_refused_in_plain_words(
    front_door: FrontDoor, store: Store, sent: dict[str, Any], field: str, says: str
) -> None:
    reply = refused(front_door, store, **sent)

    assert reply.body["errors"] == [{"field": field, "detail": says}]
    assert not JARGON.search(reply.body["detail"] + says)


@pytest.mark.parametrize(("parties", "limits", "field", "says"), TOO_MANY)
def test_a_room_takes_no_more_guests_than_its_limits(
    front_door: FrontDoor,
    store: Store,
    parties: list[dict[str, Any]],
    limits: dict[str, int],
    field: str,
    says: str,
) -> None:
    most = limits.get("most", OCCUPANCY.max_guests)
    change_rates(
        store.table,
        max_guests=limits.get("max_guests", 3),
        occupancy=structs.replace(OCCUPANCY, max_guests=most),
    )

    reply = refused(front_door, store, rooms=len(parties), occupancy=parties)

    assert reply.body["errors"] == [{"field": field, "detail": f"a room of this type takes at most {says}"}]


@pytest.mark.parametrize(
    ("rooms", "guests", "says"),
    [
        (1, 3, "a room of this type takes at most 2 adults; this is 3"),  # guests without ages are adults
        (2, 5, "a room of this type takes at most 2 adults; this is 3"),
        (2, 7, "2 room(s) of this type take at most 6 guests"),
    ],
)
def test_guests_without_rooms_of_their_own_must_fit_as_adults(
    front_door: FrontDoor, store: Store, rooms: int, guests: int, says: str
) -> None:
    reply = refused(front_door, store, rooms=rooms, guests=guests)

    assert reply.body["errors"] == [{"field": "guests", "detail": says}]


def test_every_mistake_is_named_at_once(front_door: FrontDoor, store: Store) -> None:
    reply = refused(
        front_door, store, rooms=2, plan_id="", occupancy=[{"adults": 0}, {"adults": 1, "children": [18, 17, "x"]}]
    )

    assert reply.fields == {"plan_id", "occupancy[0].adults", "occupancy[1].children[0]", "occupancy[1].children[2]"}


@pytest.mark.parametrize("sent", [{}, {"plan_id": "room-only"}])
def test_a_room_type_whose_plans_are_all_off_sale_is_not_sold(
    front_door: FrontDoor, store: Store, sent: dict[str, Any]
) -> None:
    change_rates(store.table, plans=tuple(structs.replace(plan, active=False) for plan in PLANS))

    reply = refused(front_door, store, **sent)

    says = "names no plan of this room type that is on sale; it has none"
    assert reply.body["errors"] == [{"field": "plan_id", "detail": says}]
    query = {"check_in": "2026-12-10", "check_out": "2026-12-13", "guests": "2"}
    found = front_door.call("GET /properties", user=None, query=query).body["properties"][0]["room_types"]
    assert {offer["room_type_id"]: offer["available"] for offer in found} == {"deluxe": False, "suite": True}


def test_a_room_type_without_occupancy_takes_guests_up_to_its_own_limit(front_door: FrontDoor, store: Store) -> None:
    change_rates(store.table, occupancy=None)

    reply = refused(front_door, store, occupancy=[{"adults": 1, "children": [1, 2, 3]}])

    assert reply.body["errors"] == [{"field": "occupancy[0]", "detail": "a room of this type takes at most 3 guests"}]
    assert front_door.hold(guests=3, occupancy=[{"adults": 1, "children": [1, 17]}]).status == 201
