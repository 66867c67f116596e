"""Top-ups: guests start them, pay them, or let the authorisation lapse, and finalize them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.model.ids import TOPUP_ID
from tests.simulation.gateway import signed
from tests.simulation.plan import Operation

if TYPE_CHECKING:
    from tests.simulation.guests import Guests


def start(guests: Guests, operation: Operation, *, user: str, amount: int, gateway: str, number: int) -> None:
    body = {"gateway": gateway, "amount": amount}
    reply = guests._send(operation, "POST /wallet/topups", body, user=user, key=f"topup-{number}")
    if reply and reply.status in {200, 201}:
        assert TOPUP_ID.fullmatch(reply.body["topup_id"])
        guests.topups[user, number] = reply.body


def authorise(guests: Guests, _: Operation, *, user: str, amount: int, gateway: str, number: int) -> None:
    topup = guests.topups.get((user, number))
    if topup:
        guests.world.gateways[topup["gateway"]].authorise(topup["gateway_order_id"])


def lapse(guests: Guests, _: Operation, *, user: str, amount: int, gateway: str, number: int) -> None:
    topup = guests.topups.get((user, number))
    if topup and guests.world.gateways[topup["gateway"]].lapse(topup["gateway_order_id"]):
        guests.world.faults.cover("a top-up's authorisation lapsed")


def finalize(guests: Guests, operation: Operation, *, user: str, amount: int, gateway: str, number: int) -> None:
    topup = guests.topups.get((user, number))
    if topup:
        order_id = topup["gateway_order_id"]
        transaction_id = guests.world.gateways[topup["gateway"]].orders[order_id].transaction_id or "none"
        proof = {"gateway_transaction_id": transaction_id, "gateway_signature": signed(order_id, transaction_id)}
        route, path = "POST /wallet/topups/{topup_id}/finalize", {"topup_id": topup["topup_id"]}
        reply = guests._send(operation, route, proof, user=user, path=path)
        if reply and reply.status == 200:
            guests.promise("topped up", topup["topup_id"], reply.body)
            guests.world.faults.cover("a top-up credited")


ACTS: dict[str, Any] = {
    "topup": start,
    "authorise_topup": authorise,
    "lapse_topup": lapse,
    "finalize_topup": finalize,
}
