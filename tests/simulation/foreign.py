"""Payments on our account at a gateway that are not ours: of another shop or stack, or for a booking that nobody knows.

FOREIGN1: nobody here moves their money. FOREIGN2: one of another shop, which carries no reference of ours, is in no
item of the table; one that names a booking which is not there is in one case, for an operator to look at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING, Any

from holdfast.payments.gateways.protocol import GatewayPayment, PaymentState
from tests.simulation.plan import GATEWAYS, Draft, Operation

if TYPE_CHECKING:
    from tests.simulation.guests import Guests
    from tests.simulation.world import World

UNKNOWN = "bk_{}" + "a" * 25
AMOUNT = 77_700


def foreign_payments(draft: Draft) -> None:
    """Drawn apart, so that the rest of the day stays as it is without them."""
    rng = Random(f"{draft.rng.random()} foreign")
    for number in range(rng.randrange(3)):
        facts: dict[str, Any] = {
            "gateway": rng.choice(GATEWAYS),
            "reference": rng.choice((None, UNKNOWN.format("ab"[number]))),
            "order_id": f"foreign_{number}",
        }
        at_ms = rng.randrange(1_000, 90_000)
        draft.add(at_ms, "foreign_pay", **facts)
        if rng.random() < 0.5:
            act = rng.choice(("refund", "dispute"))
            draft.add(at_ms + rng.randrange(40, 200_000), "foreign_act", act=act, **facts)


def _pay(guests: Guests, _: Operation, *, gateway: str, reference: str | None, order_id: str) -> None:
    at = guests.world.gateways[gateway]
    at.orders[order_id] = GatewayPayment(
        order_id=order_id,
        transaction_id=f"{order_id}_paid",
        reference=reference,
        amount=AMOUNT,
        currency="INR",
        state=PaymentState.OPEN,
    )
    at.authorise(order_id)
    at.capture_outside(order_id)
    guests.world.foreign[gateway, order_id] = at.order(order_id)
    guests.world.faults.cover("a foreign payment" if reference is None else "a payment for a booking that is not there")


def _act(guests: Guests, _: Operation, *, act: str, gateway: str, reference: str | None, order_id: str) -> None:
    if (gateway, order_id) in guests.world.foreign:
        at = guests.world.gateways[gateway]
        if act == "refund":
            at.refund_outside(order_id)
        else:
            at.open_dispute(order_id)
        guests.world.foreign[gateway, order_id] = at.order(order_id)


ACTS = {"foreign_pay": _pay, "foreign_act": _act}


def broken_foreign(world: World) -> Iterator[str]:
    """FOREIGN1 and FOREIGN2, once everything rests."""
    for (gateway, order_id), left in world.foreign.items():
        record = world.gateways[gateway].order(order_id)
        if record != left:
            yield f"FOREIGN1 {gateway} {order_id}: was {left}, and is {record}"
        named = [key for key, item in world.table.items.items() if f'"{order_id}"' in json.dumps(item)]
        most = 0 if left.reference is None else 1
        least = most if left.left else 0  # no case where the money had gone back before anybody here knew
        if not least <= len(named) <= most:
            yield f"FOREIGN2 {gateway} {order_id}: in {len(named)} items instead of {most}: {named}"
