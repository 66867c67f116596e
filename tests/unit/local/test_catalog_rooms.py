"""Plans, occupancy and calendar of a room type in the catalog file: a refusal names the place in the file."""

import copy
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from holdfast.model.property import PolicyStep
from holdfast.model.rates import NightRules
from local.catalog import CatalogError, read_catalog
from local.catalog_rooms import RoomTypeEntry

AT = "$.properties[0].room_types[1]"
OCCUPANCY = {
    "base_adults": 2,
    "max_adults": 3,
    "max_children": 2,
    "max_guests": 4,
    "extra_adult": 150_000,
    "single_discount": 60_000,
    "child_bands": [{"max_age": 5, "amount": 0}, {"max_age": 12, "amount": 80_000}],
}
NIGHTS = {"first_night": "2026-12-24", "last_night": "2027-01-01"}
PLAN = {"plan_id": "half-board", "name": "Half board"}
ROOM = {
    "room_type_id": "deluxe",
    "name": "Deluxe",
    "base_price": 620_000,
    "total_rooms": 6,
    "max_guests": 4,
}


def file_of(folder: Path, room: dict[str, Any]) -> Path:
    """A file whose second room type is this one."""
    rooms = [ROOM | {"room_type_id": "standard"}, ROOM | room]
    hotel = {"property_id": "inn", "name": "Inn", "city": "Goa", "timezone": "Asia/Kolkata", "currency": "INR"}
    file = folder / "catalog.json"
    file.write_text(json.dumps({"properties": [hotel | {"room_types": rooms}]}))
    return file


def entry(folder: Path, **room: Any) -> RoomTypeEntry:
    return read_catalog(file_of(folder, room)).properties[0].room_types[1]


def occupancy(**changes: Any) -> dict[str, Any]:
    return {"occupancy": OCCUPANCY | changes}


def bands(*bands: tuple[Any, Any]) -> dict[str, Any]:
    return occupancy(child_bands=[{"max_age": age, "amount": amount} for age, amount in bands])


def plan(**changes: Any) -> dict[str, Any]:
    """The second plan is changed."""
    return {"plans": [{"plan_id": "room-only", "name": "Room only"}, PLAN | changes]}


def nights(**changes: Any) -> dict[str, Any]:
    """The third entry of the calendar is changed."""
    return {"calendar": [NIGHTS, NIGHTS, NIGHTS | changes]}


BAD = [
    (bands((12, 1), (5, 0)), ".occupancy.child_bands: the bands overlap: max_age must rise from one to the next"),
    (bands((5, 0), (5, 1)), ".occupancy.child_bands: the bands overlap: max_age must rise from one to the next"),
    (bands((5, 0), (18, 1)), ".occupancy.child_bands[1].max_age: must be 0 to 17"),
    (bands((-1, 0)), ".occupancy.child_bands[0].max_age: must be 0 to 17"),
    (bands((5, -1)), ".occupancy.child_bands[0].amount: must be 0 to"),
    (bands((5.0, 0)), ".occupancy.child_bands[0].max_age: must be a whole number"),
    (occupancy(max_guests=5), ".occupancy: max_guests 5 is above the room's 4"),
    (occupancy(base_adults=4), ".occupancy.max_adults: 3 is below base_adults 4"),
    (occupancy(base_adults=0), ".occupancy.base_adults: must be 1 to 99"),
    (occupancy(max_adults=5, max_guests=4), ".occupancy.max_guests: 4 is below max_adults 5"),
    (occupancy(max_children=5), ".occupancy.max_guests: 4 is below max_children 5"),
    (occupancy(max_children=-1), ".occupancy.max_children: must be 0 to 99"),
    (occupancy(single_discount=-1), ".occupancy.single_discount: must be 0 to"),
    (occupancy(extra_adult=None), ".occupancy.extra_adult: must be a whole number"),
    (occupancy(single_discount=620_000), ".occupancy.single_discount: 620000 is not below the lowest price 620000"),
    (occupancy(infants=1), ".occupancy.infants: is not a known field"),
    (plan(min_stay=5, max_stay=4), ".plans[1].max_stay: 4 is below min_stay 5"),
    (plan(min_stay=0), ".plans[1].min_stay: must be 1 to 30"),
    (plan(max_stay=31), ".plans[1].max_stay: must be 1 to 30"),
    (
        plan(book_from_days=6, book_until_days=7),
        ".plans[1].book_until_days: 7 is above book_from_days 6: no day is left",
    ),
    (plan(book_until_days=-1), ".plans[1].book_until_days: must be 0 to 730"),
    (plan(derived={"percent_bp": -10_001}), ".plans[1].derived.percent_bp: must be -10000 to 100000"),
    (plan(derived={"percent_bp": -7.5}), ".plans[1].derived.percent_bp: must be a whole number"),
    (plan(derived={"amount": "5"}), ".plans[1].derived.amount: must be a whole number"),
    (plan(derived={"from": "half-board"}), ".plans[1].derived.from: is not a known field"),
    (plan(derived={"percent_bp": -10_000}), ".plans[1]: half-board leaves nothing of 620000, the lowest price"),
    (plan(derived={"amount": -620_000}), ".plans[1]: half-board leaves nothing of 620000, the lowest price"),
    (
        plan(derived={"amount": -300_000}) | nights(price=300_000),
        ".plans[1]: half-board leaves nothing of 300000, the lowest price for one guest",
    ),
    (
        plan(derived={"amount": -560_000}) | occupancy(),
        ".plans[1]: half-board leaves nothing of 560000, the lowest price for one guest",
    ),
    (plan(meal=-1), ".plans[1].meal: must be 0 to"),
    (plan(active="yes"), ".plans[1].active: must be true or false"),
    (plan(plan_id="Half Board"), ".plans[1].plan_id: must be 1 to 64 letters"),
    (plan(plan_id="room-only"), f".plans[1].plan_id: 'room-only' is also at {AT}.plans[0].plan_id"),
    (plan(name=" "), ".plans[1].name: must be 1 to 200 characters"),
    (
        plan(cancellation_policy=[{"days_before": 1, "refund_percent": 101}]),
        ".plans[1].cancellation_policy[0].refund_percent: must be 0 to 100",
    ),
    (
        plan(cancellation_policy=[{"days_before": 1, "refund_percent": 10}, {"days_before": 1, "refund_percent": 9}]),
        ".plans[1].cancellation_policy[1].days_before: 1 is also at",
    ),
    ({"plans": [PLAN | {"plan_id": f"plan-{n}"} for n in range(7)]}, ".plans: must have at most 6"),
    ({"plans": PLAN}, ".plans: must be a list"),
    (nights(last_night="2026-12-23"), ".calendar[2].last_night: is before first_night 2026-12-24"),
    (nights(first_night="2026-02-30"), ".calendar[2].first_night: must be a date, YYYY-MM-DD"),
    (nights(weekdays=["mon", "funday"]), ".calendar[2].weekdays[1]: must be one of mon, tue"),
    (nights(weekdays=["Mon"]), ".calendar[2].weekdays[0]: must be one of mon, tue"),
    (nights(weekdays=[]), ".calendar[2].weekdays: must have at least 1"),
    (nights(weekdays="mon"), ".calendar[2].weekdays: must be a list"),
    (nights(price=0), ".calendar[2].price: must be 1 to"),
    (nights(min_stay_arrival=5, max_stay=4), ".calendar[2].max_stay: 4 is below min_stay_arrival 5"),
    (nights(min_stay_through=5, max_stay=4), ".calendar[2].max_stay: 4 is below min_stay_through 5"),
    (nights(min_stay_through=31), ".calendar[2].min_stay_through: must be 1 to 30"),
    (nights(closed=1), ".calendar[2].closed: must be true or false"),
    (nights(min_stay=2), ".calendar[2].min_stay: is not a known field"),
]


@pytest.mark.parametrize(("room", "message"), BAD, ids=[message.split(":")[0] for _, message in BAD])
def test_a_wrong_room_type_is_refused_by_its_place(tmp_path: Path, room: dict[str, Any], message: str) -> None:
    with pytest.raises(CatalogError) as refused:
        entry(tmp_path, **room)

    assert str(refused.value).startswith(f"catalog.json: {AT}{message}")


@pytest.mark.parametrize(
    "room",
    [
        bands((0, 0), (17, 1)),
        occupancy(base_adults=3, max_adults=3, max_children=4, single_discount=619_999),
        plan(min_stay=4, max_stay=4, book_from_days=7, book_until_days=7),
        plan(derived={"percent_bp": -9_999, "amount": -61}),
        plan(derived={"percent_bp": -10_000}, meal=1),
        {"plans": [PLAN | {"plan_id": f"plan-{n}"} for n in range(6)]},
        nights(last_night="2026-12-24", min_stay_arrival=4, min_stay_through=4, max_stay=4),
        {"plans": [], "calendar": []},
    ],
)
def test_a_room_type_just_within_the_limits_is_right(tmp_path: Path, room: dict[str, Any]) -> None:
    assert entry(tmp_path, **copy.deepcopy(room)).room_type_id == "deluxe"


def test_the_plan_is_what_the_entry_says(tmp_path: Path) -> None:
    policy = [{"days_before": 0, "refund_percent": 10}, {"days_before": 9, "refund_percent": 90}]
    derived = {"percent_bp": -750, "amount": 15_000}

    [_, model] = entry(tmp_path, **plan(derived=derived, meal=7, cancellation_policy=policy)).model("inn").plans

    assert (model.percent_bp, model.amount, model.meal, model.active) == (-750, 15_000, 7, True)
    assert model.cancellation_policy == (PolicyStep(9, 90), PolicyStep(0, 10))


def test_a_later_entry_of_the_calendar_goes_on_top(tmp_path: Path) -> None:
    room = entry(
        tmp_path,
        calendar=[
            NIGHTS | {"price": 700_000, "min_stay_through": 3},
            NIGHTS | {"weekdays": ["thu"], "price": 800_000},
            NIGHTS | {"weekdays": ["fri"], "closed_to_departure": True},
        ],
    )

    prices, rules = room.night_prices, room.night_rules
    assert [day.day for day, price in prices.items() if price == 800_000] == [24, 31]
    assert len(prices) == len(rules) == 9
    assert rules[date(2026, 12, 24)] == NightRules(min_stay_through=3)
    assert rules[date(2026, 12, 25)] == NightRules(min_stay_through=3, closed_to_departure=True)
