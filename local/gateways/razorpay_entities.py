"""Razorpay's entities, errors and events, by its documentation: what a rule cites as "docs: ..." is a page of it."""

import hmac
import json
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

type Entity = dict[str, Any]

DEFAULT_COUNT = 10  # entities in a list
MAX_COUNT = 100
THREE_DECIMAL = frozenset("BHD IQD JOD KWD OMR TND".split())
MIN_AMOUNT = (
    100  # minor units of any currency, of an order and of a refund (docs: api/orders/create, api/refunds/create-normal)
)


class ApiError(Exception):
    """An error response, in Razorpay's shape (docs: errors)."""

    def __init__(self, description: str, status: int = 400, code: str = "BAD_REQUEST_ERROR") -> None:
        super().__init__(description)
        self.status = status
        error = {"code": code, "description": description, "source": "business", "step": "payment_initiation"}
        self.body: Entity = {"error": error | {"reason": "input_validation_failed", "metadata": {}}}


@dataclass
class Event:
    """A webhook event. Its body is a snapshot of that moment; its id is the same on every delivery."""

    id: str
    type: str
    body: bytes
    answers: list[int] = field(default_factory=list)  # the HTTP status of each delivery; 0 for no response


def signature(secret: str, message: bytes) -> str:
    """HMAC-SHA256 in hex: the signature of a Checkout and of a webhook. docs: webhooks/validate-test."""
    return hmac.new(secret.encode(), message, sha256).hexdigest()


def new_id(prefix: str) -> str:
    return f"{prefix}_{secrets.token_hex(7)}"


def add(entities: dict[str, Entity], prefix: str, entity: Entity) -> Entity:
    """Gives the entity an id and a time, and stores it."""
    entity |= {"id": new_id(prefix), "created_at": int(time.time())}
    return entities.setdefault(entity["id"], entity)


def find(entities: Mapping[str, Entity], entity_id: str) -> Entity:
    """The entity of that id. Raises ApiError."""
    if entity_id not in entities:
        raise ApiError("The id provided does not exist")  # 400 by the documentation, not 404
    return entities[entity_id]


def collection(entities: Iterable[Entity]) -> Entity:
    items = list(entities)
    return {"entity": "collection", "count": len(items), "items": items}


def listed(entities: Iterable[Entity], query: Mapping[str, list[str]]) -> Entity:
    """A list, newest first: ten unless `count` asks for up to 100, after `skip`, created at `from` or later.

    docs: api/refunds/fetch-multiple-refund-payment, api/disputes/fetch-all. Raises ApiError.
    """
    count, skip, since = (int(query.get(name, ["0"])[0]) for name in ("count", "skip", "from"))
    if count > MAX_COUNT:
        raise ApiError("The count may not be greater than 100.")
    newest = [entity for entity in reversed(list(entities)) if entity["created_at"] >= since]
    return collection(newest[skip : skip + (count or DEFAULT_COUNT)])


def copy_of(entity: Entity) -> Entity:
    copy: Entity = json.loads(json.dumps(entity))
    return copy


def checked_amount(body: Entity, currency: Any) -> int:
    """The amount of a request in that currency. Raises ApiError.

    docs: payments/international-payments, "supported currencies": of three decimals, the last is 0.
    """
    amount = body.get("amount")
    if type(amount) is not int:
        raise ApiError("The amount must be an integer.")
    if amount < MIN_AMOUNT:
        raise ApiError("The amount must be at least INR 1.00")
    if currency in THREE_DECIMAL and amount % 10:
        raise ApiError(f"The last digit of an amount in {currency} must be 0.")
    return amount
