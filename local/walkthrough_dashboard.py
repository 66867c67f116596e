"""Two steps of the walkthrough: what someone does at a gateway without us arrives in our books."""

import time
from collections.abc import Callable
from typing import Any

from local.guest import Guest, Order
from local.walkthrough_steps import WalkthroughContext, money, promise, say

ARRIVES_SECONDS = 30  # a webhook of the local Stripe is sent a second later


def refund_in_the_dashboard(context: WalkthroughContext) -> None:
    guest = context.guest()
    order, proof = _paid(context, guest, "razorpay")
    amount = order.amount // 4
    context.control(f"payments/{proof['gateway_transaction_id']}/refund_outside", amount=amount)
    line = _await(lambda: _line_by_gateway(guest, order))
    say(f"{money(amount)} of {money(order.amount)} are refunded in Razorpay's dashboard. {context.at_gateway(order)}")
    say(f"The booking's history, by {line.get('by')}: {line.get('note')}.")
    listed = _await(lambda: _listed(context, "refunded_outside", order))
    say(f"Listed for an admin: {listed.get('kind')} of {money(listed.get('amount', 0))}.")
    promise("a refund in the dashboard arrives in the booking's history", kept=bool(line))
    promise("it is listed for an admin, with its amount", kept=listed.get("amount") == amount)


def dispute(context: WalkthroughContext) -> None:
    guest = context.guest()
    order, _ = _paid(context, guest, "stripe")
    opened = context.stripe_control(f"payment_intents/{order.order_id}/dispute")
    listed = _await(lambda: _listed(context, "disputed", order))
    say(f"The guest disputes the charge at the bank. Listed for an admin: {listed.get('kind')}, {listed.get('state')}.")
    context.stripe_control(f"disputes/{opened['id']}/decide", status="won")
    line = _await(lambda: _line_by_gateway(guest, order, "won"))
    say(f"The booking's history, by {line.get('by')}: {line.get('note')}.")
    promise("a dispute is listed for an admin", kept=bool(listed))
    promise("its end arrives in the booking's history", kept=bool(line))


def _paid(context: WalkthroughContext, guest: Guest, gateway: str) -> tuple[Order, dict[str, str]]:
    order = context.order(guest, gateway)
    proof = guest.authorise(gateway, order.order_id)
    guest.finalize(order, proof)
    context.promise_paid_once(guest, order)
    return order, proof


def _line_by_gateway(guest: Guest, order: Order, word: str = "") -> dict[str, Any]:
    """The last line of the booking's history that the gateway caused, if it has that word."""
    lines = [event for event in guest.get(order.path)["history"] if event["by"].startswith("gateway")]
    return next((line for line in reversed(lines) if word in (line.get("note") or "")), {})


def _listed(context: WalkthroughContext, kind: str, order: Order) -> dict[str, Any]:
    """The order's case in the admins' list of that kind, on whatever page."""
    admin, query = context.admin(), {"state": kind}
    while True:
        page = admin.get("/admin/payments", **query)
        found: list[dict[str, Any]] = [row for row in page["payments"] if row["gateway_order_id"] == order.order_id]
        if found or not page.get("next_cursor"):
            return found[0] if found else {}
        query["cursor"] = page["next_cursor"]


def _await(look: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    deadline = time.monotonic() + ARRIVES_SECONDS
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.5)
    return seen
