"""Whether a night still costs something after all that can be taken off its price."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.model.property import Occupancy, RatePlan

WHOLE_BP = 10_000


class NothingLeft(NamedTuple):
    """What takes the whole price: the plan of that index, or without one the discount of one guest alone."""

    plan: int | None
    says: str


def nothing_left(lowest: int, occupancy: Occupancy | None, plans: Sequence[RatePlan]) -> NothingLeft | None:
    """What takes all of a night's lowest price from a room with one guest; None when nothing does."""
    single = occupancy.single_discount if occupancy else 0
    if single >= lowest:
        return NothingLeft(None, f"{single} is not below the lowest price {lowest}")
    for n, plan in enumerate(plans):
        if (lowest - single) * (WHOLE_BP + plan.percent_bp) // WHOLE_BP + plan.amount + plan.meal < 1:
            left = f"of {lowest - single}, the lowest price for one guest"
            return NothingLeft(n, f"{plan.plan_id} leaves nothing {left}")
    return None
