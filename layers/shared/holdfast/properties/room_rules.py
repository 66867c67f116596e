"""What the fields of a room type must be together, whoever changes one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.model.limits import MAX_PLANS
from holdfast.properties.lowest_price import nothing_left

if TYPE_CHECKING:
    from holdfast.model.property import RoomType

type Problem = tuple[str, str]  # the field, and what would be right


def room_type_problems(room_type: RoomType, lowest_price: int) -> list[Problem]:
    """What is wrong with the room type; `lowest_price` is that of its cheapest night, in minor units."""
    found: list[Problem] = []
    base, discounted = room_type.base_price, room_type.discounted_price
    if discounted is not None and discounted > base:
        found.append(("discounted_price", f"{discounted} is above the base price {base}"))
    occupancy = room_type.occupancy
    if occupancy and occupancy.max_guests > room_type.max_guests:
        says = f"max_guests {occupancy.max_guests} is above the room's {room_type.max_guests}"
        found.append(("occupancy", says))
    plan_ids = [plan.plan_id for plan in room_type.plans]
    found += [
        (f"plans[{n}].plan_id", f"{plan_id!r} is the id of an earlier one, too")
        for n, plan_id in enumerate(plan_ids)
        if plan_id in plan_ids[:n]
    ]
    if len(plan_ids) > MAX_PLANS:
        found.append(("plans", f"a room type has at most {MAX_PLANS} plans"))
    nothing = None if found else nothing_left(lowest_price, occupancy, room_type.plans)
    if nothing:
        found.append(("occupancy.single_discount" if nothing.plan is None else f"plans[{nothing.plan}]", nothing.says))
    return found
