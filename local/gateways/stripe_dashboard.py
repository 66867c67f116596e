"""What is done at the local Stripe without our engine: by someone in the dashboard, by the bank, by the tests.

No key is needed, as at the local Razorpay. Amounts are in Stripe's unit.

    POST /_test/payment_intents/ID/capture   {amount}: in the dashboard, all of it or a part
    POST /_test/payment_intents/ID/cancel    in the dashboard
    POST /_test/payment_intents/ID/refund    {amount}: in the dashboard, all of it or a part
    POST /_test/payment_intents/ID/dispute   {amount, status}: the guest disputes the charge; "needs_response"
    POST /_test/payment_intents/ID/status    {status}: a state that our code may not know; none: its own again
    POST /_test/disputes/ID/decide           {status: "under_review" | "won" | "lost" | ...}
    POST /_test/refunds/ID/settle            {status: "succeeded" | "failed" | "canceled"}, also of one that succeeded
    POST /_test/refunds                      {status: "pending"}: how the next refunds start
"""

import json
from collections.abc import Callable
from typing import Any

from aiohttp import web
from localstripe import resources
from localstripe.errors import UserError

from local.gateways.stripe_rules import Dispute, cancel, capture, refused, start_refunds_as, tell

PREFIX = "/_test/"
CLOSED = ("won", "lost", "warning_closed")


async def answer(request: web.Request) -> web.Response:
    """The response to one control."""
    try:
        body = json.loads(await request.read() or b"{}")
        done = play(request.path.removeprefix(PREFIX).split("/"), body)
    except UserError as error:
        return error.to_response()
    return web.json_response(done)


def play(words: list[str], body: dict[str, Any]) -> Any:
    match words:
        case ["payment_intents", intent_id, what] if what in _ON_INTENTS:
            return _ON_INTENTS[what](intent_id, **body)._export()
        case ["disputes", dispute_id, "decide"]:
            return _decide(Dispute._api_retrieve(dispute_id), **body)._export()
        case ["refunds", refund_id, "settle"]:
            return _settle(resources.Refund._api_retrieve(refund_id), **body)._export()
        case ["refunds"]:
            start_refunds_as(body["status"])
            return body
    raise refused(f"Nothing to play at {'/'.join(words)}", "resource_missing", 404)


def _refund(intent_id: str, amount: int | None = None) -> Any:
    return resources.Refund(payment_intent=intent_id, amount=amount)


def _dispute(intent_id: str, amount: int | None = None, status: str = "needs_response") -> Any:
    charge = resources.PaymentIntent._api_retrieve(intent_id).latest_charge
    if charge is None or not charge.captured:
        raise refused("Only a captured charge can be disputed.", "charge_not_captured")
    dispute = Dispute(charge, amount or charge.amount_captured, status)
    tell("charge.dispute.created", dispute)
    return dispute


def _decide(dispute: Any, status: str) -> Any:
    dispute.status = status
    tell("charge.dispute.closed" if status in CLOSED else "charge.dispute.updated", dispute)
    return dispute


def _settle(refund: Any, status: str) -> Any:
    refund.status = status
    tell("refund.failed" if status == "failed" else "refund.updated", refund)
    return refund


def _force_status(intent_id: str, status: str | None = None) -> Any:
    intent = resources.PaymentIntent._api_retrieve(intent_id)
    intent._forced_status = status
    return intent


_ON_INTENTS: dict[str, Callable[..., Any]] = {
    "capture": capture,
    "cancel": cancel,
    "refund": _refund,
    "dispute": _dispute,
    "status": _force_status,
}
