"""Razorpay: Orders with manual capture, over its documented HTTP API.

The `razorpay` package is not used: it hides the HTTP status, sets no timeout and prints on errors (DECISIONS.md).
Facts used here, from https://razorpay.com/docs/api and https://razorpay.com/docs/payments: an order takes one captured
payment; a capture takes the whole amount and has no idempotency key, so the payment is fetched first; there is no
void, so an authorisation is released by capture and refund; an order cannot be closed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import requests

from holdfast.payments.gateways.protocol import (
    CONNECT_SECONDS,
    LONGEST_CALL_SECONDS,
    READ_SECONDS,
    BadSignature,
    DisputeState,
    GatewayDispute,
    GatewayPayment,
    GatewayRefund,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    counted_dispute,
)
from holdfast.payments.gateways.secrets import matches_any, secret_value

if TYPE_CHECKING:
    from holdfast.settings import Settings

API_BASE = "https://api.razorpay.com"
RECEIPT_LENGTH = 40  # of an order's receipt, at most
MANUAL_CAPTURE_MINUTES = 1440  # Razorpay releases an authorisation that we have not captured after a day
NOTE_REFERENCE = "holdfast_reference"
NOTE_KEY = "holdfast_key"  # of a refund: marks it as ours
LIST_LIMIT = 100  # entities in one list, at most; ten if not said
MAX_LISTS = 3  # of the account's disputes, which cannot be listed by payment
RECEIPT = re.compile(rf"[0-9a-f]{{{RECEIPT_LENGTH}}}")  # of our refunds, marked or not

_STATES = {
    "created": PaymentState.OPEN,
    "failed": PaymentState.FAILED,
    "authorized": PaymentState.AUTHORISED,
    "captured": PaymentState.CAPTURED,
    "refunded": PaymentState.CAPTURED,
}
_DISPUTES = {"won": DisputeState.WON, "lost": DisputeState.LOST}


class RazorpayGateway:
    name = "razorpay"
    call_seconds = LONGEST_CALL_SECONDS  # most methods fetch before they act, so they make two or three calls
    closes_orders = False

    def __init__(
        self, key_id: str, key_secret: str, webhook_secrets: Sequence[str] = (), api_base: str = API_BASE
    ) -> None:
        self._key_secret = key_secret
        self._webhook_secrets = webhook_secrets
        self._url = f"{api_base}/v1"
        self._session = requests.Session()
        self._session.auth = (key_id, key_secret)

    @classmethod
    def connect(cls, settings: Settings) -> RazorpayGateway:
        secret = secret_value(settings.razorpay_secret_name)
        webhook_secrets = tuple(secret.get("webhook_secrets", ()))
        return _gateway(secret["key_id"], secret["key_secret"], webhook_secrets, settings.razorpay_api_base or API_BASE)

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        """The receipt stands for the key: an order that it opened before is found and returned."""
        receipt = sha256(key.encode()).hexdigest()[:RECEIPT_LENGTH]
        order = self._order_by(receipt)
        if order is None:
            terms = {"manual_expiry_period": MANUAL_CAPTURE_MINUTES, "refund_speed": "normal"}
            asked = {
                "amount": amount,
                "currency": currency,
                "receipt": receipt,
                "notes": {NOTE_REFERENCE: reference},
                "payment": {"capture": "manual", "capture_options": terms},
            }
            try:
                order = self._call("POST", "/orders", asked)
            except GatewayRefused:
                order = self._order_by(receipt)  # another call may have opened it since
                if order is None:
                    raise
        return _payment(order, None)

    def fetch(self, order_id: str) -> GatewayPayment:
        """Two calls; a captured payment costs one more for its disputes, and one for its refunds if there are any."""
        order, payment = self._call("GET", f"/orders/{order_id}"), self._payment_of(order_id)
        refunds: list[dict[str, Any]] = []
        disputes: list[dict[str, Any]] = []
        if payment and payment["captured"]:
            if payment["amount_refunded"]:
                refunds = self._call("GET", f"/payments/{payment['id']}/refunds?count={LIST_LIMIT}")["items"]
            disputes = self._disputes_of(payment)
        return _payment(order, payment, refunds, disputes)

    def capture(self, order_id: str, amount: int, currency: str, key: str) -> None:
        del key  # a second capture is refused by the payment's state
        payment = self._payment_of(order_id)
        if payment and not payment["captured"]:
            self._call("POST", f"/payments/{payment['id']}/capture", {"amount": amount, "currency": currency})

    def void(self, order_id: str, key: str) -> None:
        """Captures and refunds in full: Razorpay has no other way to release an authorisation at once."""
        payment = self._payment_of(order_id)
        if payment is None or payment["status"] != "authorized":
            return
        self.capture(order_id, payment["amount"], payment["currency"], key)
        self.refund(order_id, payment["amount"], key)

    def refund(self, order_id: str, amount: int, key: str) -> None:
        payment = self._payment_of(order_id)
        if payment is None:
            raise GatewayRefused("the order has no payment to refund")
        handle = sha256(key.encode()).hexdigest()[:RECEIPT_LENGTH]
        self._call(
            "POST",
            f"/payments/{payment['id']}/refund",
            {"amount": amount, "speed": "normal", "receipt": handle, "notes": {NOTE_KEY: key}},
            {"X-Refund-Idempotency": handle},
        )

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        """Checkout's signature: HMAC-SHA256 of `order_id|payment_id` under the key secret."""
        given = (signature or "").encode("utf-8", "surrogateescape")
        return matches_any(f"{order_id}|{transaction_id}".encode(), [given], [self._key_secret])

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        """`X-Razorpay-Signature` is the HMAC-SHA256 of the body; it has no time, so only looking keeps a replay out."""
        del now
        given = headers.get("x-razorpay-signature", "").encode("utf-8", "surrogateescape")
        if not matches_any(body, [given], self._webhook_secrets):
            raise BadSignature("X-Razorpay-Signature does not match")
        event = json.loads(body)
        answered = event.get("payload", {}) if isinstance(event, dict) else {}
        for kind, name in (("payment", "order_id"), ("order", "id")):
            entity = answered.get(kind, {}).get("entity", {})
            if entity.get(name):
                return str(entity[name])
        return None

    def _order_by(self, receipt: str) -> dict[str, Any] | None:
        orders = self._call("GET", f"/orders?receipt={receipt}")["items"]
        return orders[0] if orders else None

    def _payment_of(self, order_id: str) -> dict[str, Any] | None:
        """The payment that counts for an order: the captured one, or an authorised one, or one that came to nothing."""
        payments = self._call("GET", f"/orders/{order_id}/payments")["items"]
        ranks = {"authorized": 1, "created": 2, "refunded": 3, "failed": 4}
        return min(
            payments, key=lambda answered: 0 if answered["captured"] else ranks[answered["status"]], default=None
        )

    def _disputes_of(self, payment: dict[str, Any]) -> list[dict[str, Any]]:
        """The payment's disputes, newest first: https://razorpay.com/docs/api/disputes/fetch-all.

        The account's disputes since the payment are listed. Where the account has no access to them there are none.
        """
        disputes: list[dict[str, Any]] = []
        for number in range(MAX_LISTS):
            query = f"from={payment['created_at']}&count={LIST_LIMIT}&skip={number * LIST_LIMIT}"
            try:
                listed = self._call("GET", f"/disputes?{query}")["items"]
            except GatewayRefused:
                break
            disputes += [dispute for dispute in listed if dispute["payment_id"] == payment["id"]]
            if len(listed) < LIST_LIMIT:
                break
        return disputes

    def _call(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """One request; a 400 changed nothing, but for a 409, a 5xx or a silence that cannot be said."""
        try:
            answer = self._session.request(
                method,
                self._url + path,
                json=body,
                headers=dict(headers or {}),
                timeout=(CONNECT_SECONDS, READ_SECONDS),
            )
            answered = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise GatewayUnknown(f"Razorpay did not answer clearly: {type(error).__name__}") from error
        if answer.ok and isinstance(answered, dict):
            return answered
        problem = answered.get("error") if isinstance(answered, dict) else None
        code = problem.get("code") if isinstance(problem, dict) else None
        if answer.status_code == 400 and code == "BAD_REQUEST_ERROR":
            raise GatewayRefused("Razorpay refused")
        raise GatewayUnknown(f"Razorpay answered {answer.status_code}")


@cache
def _gateway(key_id: str, key_secret: str, webhook_secrets: tuple[str, ...], api_base: str) -> RazorpayGateway:
    return RazorpayGateway(key_id, key_secret, webhook_secrets, api_base)


def _payment(
    order: dict[str, Any],
    payment: dict[str, Any] | None,
    refunded: Sequence[dict[str, Any]] = (),
    disputes: Sequence[dict[str, Any]] = (),
) -> GatewayPayment:
    """The order with the payment that counts, and that payment's refunds and disputes, both newest first."""
    refunds = tuple(_refund(refund) for refund in refunded[::-1] if refund["status"] != "failed")
    return GatewayPayment(
        order_id=order["id"],
        transaction_id=payment["id"] if payment else "",
        reference=_notes(order).get(NOTE_REFERENCE),
        amount=payment["amount"] if payment else order["amount"],
        currency=payment["currency"] if payment else order["currency"],
        state=_state(payment),
        captured=payment["amount"] if payment and payment["captured"] else 0,
        refunded=sum(refund.amount for refund in refunds),
        refunds=refunds,
        dispute=counted_dispute(_dispute(dispute) for dispute in disputes[::-1]),
    )


def _notes(entity: dict[str, Any]) -> dict[str, Any]:
    """The notes of an entity, which are a list when there are none."""
    notes = entity.get("notes")
    return notes if isinstance(notes, dict) else {}


def _refund(refund: dict[str, Any]) -> GatewayRefund:
    ours = NOTE_KEY in _notes(refund) or bool(RECEIPT.fullmatch(refund.get("receipt") or ""))
    pending = refund["status"] != "processed"
    return GatewayRefund(refund_id=refund["id"], amount=refund["amount"], pending=pending, ours=ours)


def _dispute(dispute: dict[str, Any]) -> GatewayDispute:
    """A closed dispute took something or nothing; every other state is open until it is won or lost."""
    state = _DISPUTES.get(dispute["status"], DisputeState.OPEN)
    if dispute["status"] == "closed":
        state = DisputeState.LOST if dispute.get("amount_deducted") else DisputeState.WON
    return GatewayDispute(dispute_id=dispute["id"], state=state, amount=dispute["amount"])


def _state(payment: dict[str, Any] | None) -> PaymentState:
    """Razorpay reports an authorisation that it released by itself as a refund without a capture: for us, voided."""
    if payment is None:
        return PaymentState.OPEN
    if payment["status"] == "refunded" and not payment["captured"]:
        return PaymentState.VOIDED
    return _STATES[payment["status"]]
