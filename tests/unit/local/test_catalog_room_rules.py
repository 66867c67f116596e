"""A room type's occupancy and calendar in the catalog file: who counts as a child, and what a night asks of a stay."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from holdfast.model.rates import NightRules
from holdfast.properties.plan_requests import OccupancyRequest
from local.catalog_rooms import RoomTypeEntry

ROOM: dict[str, Any] = {
    "room_type_id": "deluxe",
    "name": "Deluxe",
    "base_price": 500_000,
    "total_rooms": 3,
    "max_guests": 4,
}
OCCUPANCY: dict[str, Any] = {
    "base_adults": 2,
    "max_adults": 3,
    "max_children": 2,
    "max_guests": 4,
    "extra_adult": 100_000,
}
BANDS = [{"max_age": 12, "amount": 80_000}]


@pytest.mark.parametrize("bands", [{}, {"child_bands": []}])
def test_children_without_a_band_are_refused(bands: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        OccupancyRequest.model_validate(OCCUPANCY | bands, strict=False)

    [error] = refused.value.errors()
    assert error["loc"] == ("child_bands",)
    assert "max_children is 2, and without a band nobody counts as a child" in error["msg"]


@pytest.mark.parametrize("changes", [{"child_bands": BANDS}, {"max_children": 0}])
def test_children_with_a_band_and_no_children_at_all_are_right(changes: dict[str, Any]) -> None:
    entry = OccupancyRequest.model_validate(OCCUPANCY | changes, strict=False)

    assert entry.model.max_children == (OCCUPANCY | changes)["max_children"]


def test_a_later_entry_goes_on_top_of_an_earlier_one() -> None:
    season = {"first_night": "2026-12-20", "last_night": "2026-12-22", "min_stay_through": 3, "closed_to_arrival": True}
    eve = {"first_night": "2026-12-21", "last_night": "2026-12-22", "min_stay_through": 5, "max_stay": 9}
    priced = {"first_night": "2026-12-22", "last_night": "2026-12-23", "price": 900_000}

    room = RoomTypeEntry.model_validate(ROOM | {"calendar": [season, eve, priced]}, strict=False)

    both = NightRules(min_stay_through=5, max_stay=9, closed_to_arrival=True)
    assert room.night_rules == {
        date(2026, 12, 20): NightRules(min_stay_through=3, closed_to_arrival=True),
        date(2026, 12, 21): both,
        date(2026, 12, 22): both,
    }
    assert room.night_prices == {date(2026, 12, 22): 900_000, date(2026, 12, 23): 900_000}
