"""A payment that comes after the hold: by plan and occupancy, it buys if the same stay costs no more by then."""

from typing import Any

import pytest
from msgspec import structs

from holdfast.model.property import ChildBand
from holdfast.storage.store import Store
from tests.component.hotel_with_plans import (
    FAMILY_STAY,
    FAMILY_TOTAL,
    HALF_BOARD,
    OCCUPANCY,
    ROOM_ONLY,
    sell_by_plans,
    with_plan,
)
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.hotel import change_rates

HOLD, GRACE = 600, 900
MEANWHILE = {  # what the hotel has changed, and whether it is still to be had for no more
    "nothing": ({}, True),
    "a dearer meal": ({"plans": with_plan(meal=60_001)}, False),
    "a cheaper meal": ({"plans": with_plan(meal=0)}, True),
    "a smaller discount": ({"plans": with_plan(percent_bp=-332)}, False),
    "a plan off sale": ({"plans": with_plan(active=False)}, False),
    "no plans": ({"plans": ()}, False),
    "another first plan": ({"plans": (HALF_BOARD, structs.replace(ROOM_ONLY, amount=1))}, True),
    "dearer children": ({"occupancy": structs.replace(OCCUPANCY, child_bands=(ChildBand(12, 80_001),))}, False),
    "free children": ({"occupancy": structs.replace(OCCUPANCY, child_bands=(ChildBand(17, 0),))}, True),
    "no discount for one": ({"occupancy": structs.replace(OCCUPANCY, single_discount=0)}, False),
    "longer stays by the plan": ({"plans": with_plan(min_stay=4)}, False),
    "stays as long": ({"plans": with_plan(min_stay=3, max_stay=3, book_from_days=18, book_until_days=18)}, True),
    "a policy that refunds less": ({"plans": with_plan(cancellation_policy=())}, True),
}


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize(("meanwhile", "buys"), MEANWHILE.values(), ids=MEANWHILE)
def test_late_money_buys_what_was_held_if_it_costs_no_more_today(
    front_door: FrontDoor, clock: FakeClock, store: Store, meanwhile: dict[str, Any], swept: bool, buys: bool
) -> None:
    sell_by_plans(store.table)
    booking_id = front_door.held(**FAMILY_STAY)
    held = front_door.booking(booking_id)
    start = front_door.start(booking_id)
    front_door.gateway.authorise(start.body["gateway_order_id"])
    change_rates(store.table, **meanwhile)
    clock.advance(HOLD + GRACE + 1)
    if swept:
        front_door.expire()

    paid = front_door.pay_by_card(booking_id, start)

    if not buys:
        assert (paid.status, paid.code) == (410, "hold_expired")
        return
    assert (paid.status, paid.body["final_amount"]) == (200, FAMILY_TOTAL)
    booking = front_door.booking(booking_id)
    assert booking["status"] == "confirmed"
    for frozen in ("plan", "occupancy", "cancellation_policy"):
        assert booking[frozen] == held[frozen]
    assert booking["pricing"]["lines"] == held["pricing"]["lines"]


@pytest.mark.parametrize("meanwhile", [changes for changes, _ in MEANWHILE.values()], ids=MEANWHILE)
def test_within_the_grace_it_buys_whatever_has_changed(
    front_door: FrontDoor, clock: FakeClock, store: Store, meanwhile: dict[str, Any]
) -> None:
    sell_by_plans(store.table)
    booking_id = front_door.held(**FAMILY_STAY)
    start = front_door.start(booking_id)
    front_door.gateway.authorise(start.body["gateway_order_id"])
    change_rates(store.table, **meanwhile)
    clock.advance(HOLD + GRACE)

    paid = front_door.pay_by_card(booking_id, start)

    assert (paid.status, paid.body["final_amount"]) == (200, FAMILY_TOTAL)
