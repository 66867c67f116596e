"""Gateways that act by themselves: people capture, cancel and refund in the dashboard, banks dispute and decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.payments.gateways.protocol import DisputeState, PaymentState
from tests.simulation.foreign import foreign_payments
from tests.simulation.plan import GATEWAYS, USERS, Draft

if TYPE_CHECKING:
    from tests.simulation.gateway import SimulatedGateway

ACTS = ("capture", "capture_part", "cancel", "refund", "refund_part", "refund_part", "dispute", "fail")


def outside_days(draft: Draft) -> None:
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        paid_ms = draft.pay(ref, at_ms + rng.randrange(20_000), rng.choice(("wallet_partial", "gateway_only")))
        for _ in range(rng.randrange(1, 4)):
            _act(draft, paid_ms + rng.choice((-3_000, 0, 40, 5_000, 200_000)) + rng.randrange(900), ref=ref)
        if rng.random() < 0.6:
            draft.cancel(ref, paid_ms + rng.choice((0, 20, 3_000, 100_000)) + rng.randrange(500))
    for number in range(rng.randrange(1, 4)):
        at_ms = 1_000 + rng.randrange(60_000)
        amount = rng.choice((10_000, 250_000))
        facts = {"user": rng.choice(USERS), "amount": amount, "gateway": rng.choice(GATEWAYS), "number": number}
        draft.add(at_ms, "topup", **facts)
        draft.add(at_ms + 4_000, "authorise_topup", **facts)
        draft.add(at_ms + 8_000, "finalize_topup", **facts)
        for _ in range(rng.randrange(1, 3)):
            _act(draft, at_ms + rng.randrange(5_000, 300_000), topup=number, user=facts["user"])
    if rng.random() < 0.3:
        _refund_at_the_same_time(draft)
    foreign_payments(draft)


def _refund_at_the_same_time(draft: Draft) -> None:
    """While a guest cancels for the whole amount, somebody refunds a part of it, and the bank sends that back."""
    rng = draft.rng
    at_ms = rng.randrange(2_000, 60_000)
    ref = draft.reserve(at_ms, check_in="2026-12-01", nights=1, rooms=1)
    cancelled_ms = draft.pay(ref, at_ms + rng.randrange(20_000), "gateway_only") + 3_000
    draft.cancel(ref, cancelled_ms)
    draft.add(cancelled_ms + rng.randrange(100, 300), "outside", act="refund_part", ref=ref)
    draft.add(cancelled_ms + 5_000, "outside", act="fail", ref=ref)


def _act(draft: Draft, at_ms: int, **about: object) -> None:
    act = draft.rng.choice(ACTS)
    draft.add(max(0, at_ms), "outside", act=act, **about)
    if act == "dispute":
        draft.add(at_ms + draft.rng.randrange(200, 600_000), "outside", act=draft.rng.choice(("win", "lose")), **about)


def act_at(gateway: SimulatedGateway, order_id: str, act: str) -> None:
    """What somebody does with the order, if it is in a state that allows it."""
    order = gateway.order(order_id)
    left = order.captured - order.refunded
    disputed = order.dispute.state if order.dispute else None
    if act == "cancel" and order.captured == 0:
        gateway.cancel_outside(order_id)
    elif act.startswith("capture") and order.state is PaymentState.AUTHORISED:
        gateway.capture_outside(order_id, order.amount if act == "capture" else order.amount // 3)
    elif act.startswith("refund") and left and disputed is None:
        gateway.refund_outside(order_id, left if act == "refund" else max(1, left // 3))
    elif act == "dispute" and left and disputed is None:
        gateway.open_dispute(order_id, left)
    elif act == "win" and disputed is DisputeState.OPEN:
        gateway.win_dispute(order_id)
    elif act == "lose" and disputed is DisputeState.OPEN:
        gateway.lose_dispute(order_id)
    elif act == "fail":
        gateway.fail_refund(order_id)
    else:
        return
    gateway.faults.cover("a gateway acted by itself")
