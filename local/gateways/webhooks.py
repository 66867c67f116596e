"""Webhooks as the gateways send them: documented bodies, genuine signatures, timed deliveries."""

import hmac
import json
import random
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from itertools import cycle, islice
from secrets import token_hex
from typing import Any

import httpx

from local.stack import Stack

AT_ONCE = 4
STRIPE_KINDS = (
    "payment_intent.created",
    "payment_intent.amount_capturable_updated",
    "charge.succeeded",
    "payment_intent.succeeded",
    "charge.captured",
)
RAZORPAY_KINDS = ("payment.failed", "payment.authorized", "payment.captured", "order.paid")


@dataclass(frozen=True)
class Webhook:
    gateway: str
    body: bytes


@dataclass(frozen=True)
class Delivery:
    status: int
    seconds: float


def stripe_events(order_id: str, reference: str, count: int) -> list[Webhook]:
    """That many events of one intent, most of them several times."""
    events = [json.dumps(_stripe_event(kind, order_id, reference)).encode() for kind in STRIPE_KINDS]
    return [Webhook("stripe", body) for body in islice(cycle(events), count)]


def razorpay_events(order_id: str, payment_id: str, count: int) -> list[Webhook]:
    """That many events of one order, most of them several times."""
    events = [json.dumps(_razorpay_event(kind, order_id, payment_id)).encode() for kind in RAZORPAY_KINDS]
    return [Webhook("razorpay", body) for body in islice(cycle(events), count)]


def out_of_order(webhooks: Iterable[Webhook]) -> list[Webhook]:
    """Shuffled, the same way each time."""
    shuffled = list(webhooks)
    random.Random(len(shuffled)).shuffle(shuffled)  # noqa: S311  not for secrets
    return shuffled


def deliver(webhooks: Sequence[Webhook], stack: Stack, http: httpx.Client) -> list[Delivery]:
    """Sends all webhooks, AT_ONCE at a time."""

    def one(webhook: Webhook) -> Delivery:
        url, headers = f"{stack.api_url}/webhooks/{webhook.gateway}", _signed(webhook, stack.webhook_secret)
        started = time.monotonic()
        status = http.post(url, content=webhook.body, headers=headers).status_code
        return Delivery(status, time.monotonic() - started)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, webhooks))


def _signed(webhook: Webhook, secret: str) -> dict[str, str]:
    if webhook.gateway == "razorpay":
        return {"Content-Type": "application/json", "X-Razorpay-Signature": _hmac(secret, webhook.body)}
    now = str(int(time.time()))
    signature = _hmac(secret, f"{now}.".encode() + webhook.body)
    return {"Content-Type": "application/json", "Stripe-Signature": f"t={now},v1={signature}"}


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, sha256).hexdigest()


def _stripe_event(kind: str, order_id: str, reference: str) -> dict[str, Any]:
    name = kind.partition(".")[0]
    ids = {"id": order_id} if name == "payment_intent" else {"id": f"ch_{token_hex(8)}", "payment_intent": order_id}
    fields = {"object": name, **ids, "metadata": {"holdfast_reference": reference}}
    return {"id": f"evt_{token_hex(8)}", "object": "event", "type": kind, "data": {"object": fields}}


def _razorpay_event(kind: str, order_id: str, payment_id: str) -> dict[str, Any]:
    entity = {"id": payment_id, "entity": "payment", "order_id": order_id}
    event = {"entity": "event", "account_id": "acc_local", "event": kind, "contains": ["payment"]}
    return event | {"payload": {"payment": {"entity": entity}}, "created_at": int(time.time())}
