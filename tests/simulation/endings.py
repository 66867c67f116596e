"""How bookings and top-ups ended: BACK1 and TOP1, computed from the items and from the gateways' records."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from holdfast.payments.gateways.protocol import PaymentState

if TYPE_CHECKING:
    from tests.simulation.expressions import Item
    from tests.simulation.world import World


def ended_otherwise(world: World) -> Iterator[str]:
    """BACK1: a cancellation gave the wallet what it said; a booking that was undone without one, all that it paid.

    TOP1: what is closed takes no money, and has none.
    """
    for (pk, sk), item in sorted(world.table.items.items()):
        if sk == "BOOKING" and item.get("status") == {"S": "cancelled"}:
            undone, given = "cancellation" not in item, _number(item, "wallet_refunded")
            due = _number(item, "wallet_paid") if undone else _number(item["cancellation"]["M"], "wallet")
            if given != due:
                yield f"BACK1 {pk}: {given} is back in the wallet, and {due} is to be"
        if sk == "TOPUP" and item["status"] == {"S": "closed"}:
            gateway = world.gateways[item["gateway"]["S"]]
            order = gateway.orders[item["order_id"]["S"]]
            open_still = gateway.closes_orders and order.state is not PaymentState.VOIDED and not order.captured
            if open_still or order.holds_money:
                yield f"TOP1 {pk}: closed, and its order {order.order_id} is {order.state}"


def _number(item: Item, name: str) -> int:
    return int(item.get(name, {"N": "0"})["N"])
