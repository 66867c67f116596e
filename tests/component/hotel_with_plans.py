"""The small hotel, its Deluxe sold by three plans and by who sleeps in the room. Prices are worked out by hand."""

from typing import Any

from msgspec import structs

from holdfast.model.property import ChildBand, Occupancy, PolicyStep, RatePlan
from holdfast.storage.table import Table
from tests.kit.hotel import MONTHS, change_rates

ROOM_ONLY = RatePlan(plan_id="room-only", name="Room only")
HALF_BOARD = RatePlan(
    plan_id="half-board",
    name="Half board",
    percent_bp=-333,
    amount=10_000,
    meal=60_000,
    cancellation_policy=(PolicyStep(10, 80), PolicyStep(1, 30)),
)
SUMMER = RatePlan(plan_id="summer", name="Summer", active=False)
PLANS = (ROOM_ONLY, HALF_BOARD, SUMMER)
OCCUPANCY = Occupancy(
    base_adults=2,
    max_adults=2,
    max_children=2,
    max_guests=3,
    extra_adult=120_000,
    single_discount=50_000,
    child_bands=(ChildBand(5, 0), ChildBand(12, 80_000)),
)
FAMILY = [{"adults": 2, "children": [11]}, {"adults": 1}]
FAMILY_STAY: dict[str, Any] = {"rooms": 2, "guests": 4, "plan_id": "half-board", "occupancy": FAMILY}
FAMILY_PARTS = [  # of each night
    {"night": 500_000, "extra_adults": 0, "children": 80_000, "single_discount": 0, "plan": -9_314, "meals": 180_000},
    {"night": 500_000, "extra_adults": 0, "children": 0, "single_discount": -50_000, "plan": -4_985, "meals": 60_000},
]
FAMILY_BASE = 3 * (750_686 + 505_015)
FAMILY_TOTAL = 3 * (750_686 + 2 * 67_562 + 505_015 + 2 * 12_625)  # at 18 %, over 7,500.00, and at 5 %


def sell_by_plans(table: Table) -> None:
    """Gives the first three months plans and occupancy prices."""
    for month in MONTHS[:3]:
        change_rates(table, month, plans=PLANS, occupancy=OCCUPANCY)


def with_plan(**changes: Any) -> tuple[RatePlan, ...]:
    """The plans, the half board changed."""
    return ROOM_ONLY, structs.replace(HALF_BOARD, **changes), SUMMER
