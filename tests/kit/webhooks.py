"""Webhooks as the gateways send them: real bodies, and signatures made as their documentation says."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from tests.kit.gateway_driver import KEY_SECRET, WEBHOOK_SECRET


@dataclass(frozen=True)
class Webhook:
    gateway: str
    body: bytes
    headers: Mapping[str, str]


def from_razorpay(body: bytes, secret: str = WEBHOOK_SECRET) -> Webhook:
    return Webhook("razorpay", body, {"x-razorpay-signature": _hmac(secret, body), "content-type": "application/json"})


def razorpay_body(kind: str, order_id: str, **payment: Any) -> bytes:
    """An event about one payment of an order, as far as anyone reads it."""
    entity = {"id": "pay_1", "entity": "payment", "order_id": order_id, "status": "authorized"} | payment
    event = {"entity": "event", "event": kind, "contains": ["payment"], "payload": {"payment": {"entity": entity}}}
    return json.dumps(event).encode()


def from_stripe(body: bytes, now: datetime, secret: str = WEBHOOK_SECRET) -> Webhook:
    return Webhook("stripe", body, {"stripe-signature": stripe_signature(body, int(now.timestamp()), secret)})


def stripe_body(kind: str, order_id: str, **fields: Any) -> bytes:
    """An event about an intent itself, or about something of its own that names it."""
    if kind.startswith("payment_intent."):
        thing = {"id": order_id, "object": "payment_intent"}
    else:
        thing = {"id": "ch_1", "object": kind.partition(".")[0], "payment_intent": order_id}
    return json.dumps({"id": "evt_1", "object": "event", "type": kind, "data": {"object": thing | fields}}).encode()


def stripe_signature(body: bytes, at_seconds: int, *secrets: str) -> str:
    """`t=…,v1=…`, with one `v1` for each secret."""
    signed = f"{at_seconds}.".encode() + body
    return ",".join([f"t={at_seconds}", *(f"v1={_hmac(secret, signed)}" for secret in secrets)])


def _hmac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, sha256).hexdigest()


def razorpay_proof(order_id: str, payment_id: str, secret: str = KEY_SECRET) -> str:
    """What Checkout would hand to the page for such a payment."""
    return _hmac(secret, f"{order_id}|{payment_id}".encode())
