"""Razorpay: Orders with manual capture, over its documented HTTP API.

The `razorpay` package is not used: it hides the HTTP status, sets no timeout and prints on errors (DECISIONS.md).
Facts used here, from https://razorpay.com/docs/api and https://razorpay.com/docs/payments: an order takes one captured
payment; a capture takes the whole amount and has no idempotency key, so the payment is fetched first; there is no
void, so an authorisation is released by capture and refund, or by itself after `MANUAL_CAPTURE_MINUTES`; an order
cannot be closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

from holdfast.payments.gateways.events import order_in, parsed
from holdfast.payments.gateways.marks import order_marks, refund_marks
from holdfast.payments.gateways.protocol import (
    CONNECT_SECONDS,
    LONGEST_CALL_SECONDS,
    READ_SECONDS,
    BadSignature,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    key_refused,
)
from holdfast.payments.gateways.razorpay_payments import (
    RECEIPT_LENGTH,
    Entity,
    gateway_payment,
    order_amount,
    payment_of,
    second_payments,
)
from holdfast.payments.gateways.secrets import matches_any, secret_value

if TYPE_CHECKING:
    from holdfast.settings import Settings

API_BASE = "https://api.razorpay.com"
MANUAL_CAPTURE_MINUTES = 1440  # Razorpay releases an authorisation that we have not captured after a day
LIST_LIMIT = 100  # entities in one list, at most; ten if not said
NO_ACCESS = frozenset({403, 404})  # how a part of the API that the account has not may be answered
MAX_LISTS = 3  # of the account's disputes, which cannot be listed by payment


class RazorpayGateway:
    name = "razorpay"
    call_seconds = LONGEST_CALL_SECONDS  # most methods fetch before they act, so they make two or three calls
    closes_orders = False

    def __init__(
        self,
        key_id: str,
        key_secret: str,
        webhook_secrets: Sequence[str] = (),
        api_base: str = API_BASE,
        stack_id: str = "",
    ) -> None:
        self._key_secret = key_secret
        self._webhook_secrets = webhook_secrets
        self._stack_id = stack_id
        self._url = f"{api_base}/v1"
        self._session = requests.Session()
        self._session.auth = (key_id, key_secret)

    @classmethod
    def connect(cls, settings: Settings) -> RazorpayGateway:
        secret = secret_value(settings.razorpay_secret_name)
        return _gateway(
            secret["key_id"],
            secret["key_secret"],
            tuple(secret.get("webhook_secrets", ())),
            settings.razorpay_api_base or API_BASE,
            settings.stack_id,
        )

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        """The receipt stands for the key: an order that it opened before is found and returned."""
        receipt = _handle(key)
        order = self._order_by(receipt)
        if order is None:
            terms = {"manual_expiry_period": MANUAL_CAPTURE_MINUTES, "refund_speed": "normal"}
            asked = {
                "amount": amount,
                "currency": currency,
                "receipt": receipt,
                "notes": order_marks(reference, self._stack_id),
                "payment": {"capture": "manual", "capture_options": terms},
            }
            try:
                order = self._call("POST", "/orders", asked)
            except GatewayRefused:
                order = self._order_by(receipt)  # another call may have opened it since
                if order is None:
                    raise
        return gateway_payment(order, None, stack_id=self._stack_id)

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment:
        """Two calls; a captured payment costs one more for its disputes, and one for its refunds if there are any."""
        order, payments = self._call("GET", f"/orders/{order_id}"), self._payments_of(order_id)
        payment = payment_of(payments, transaction_id)
        refunds: list[Entity] = []
        disputes: list[Entity] = []
        if payment and payment["captured"]:
            if payment["amount_refunded"]:
                refunds = self._call("GET", f"/payments/{payment['id']}/refunds?count={LIST_LIMIT}")["items"]
            disputes = self._disputes_of(payment)
        others = second_payments(payments, payment)
        return gateway_payment(order, payment, refunds, disputes, others=others, stack_id=self._stack_id)

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        del key  # a second capture is refused by the payment's state
        payment = payment_of(self._payments_of(order_id), transaction_id)
        if payment is None or payment["captured"]:
            return
        if amount != payment["amount"] and amount == order_amount(self._order(order_id), payment):
            amount = payment["amount"]  # the whole of it is captured, with the fee that the customer bears
        self._capture(payment, amount, currency)

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        """Captures and refunds in full: Razorpay has no other way to release an authorisation at once.

        Where another payment of the order is captured, Razorpay takes no second capture: this one lapses by itself.
        """
        payments = self._payments_of(order_id)
        payment = payment_of(payments, transaction_id)
        if payment is None or payment["status"] != "authorized" or any(other["captured"] for other in payments):
            return
        self._capture(payment, payment["amount"], payment["currency"])
        self._refund(payment, payment["amount"], key)

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        del currency  # it is the payment's
        payment = payment_of(self._payments_of(order_id), None)
        if payment is None:
            raise GatewayRefused("the order has no payment to refund")
        left = payment["amount"] - payment["amount_refunded"]
        if amount > left and order_amount(self._order(order_id), payment) > payment["amount"]:
            amount = left  # an offer paid the rest
        self._refund(payment, amount, self._key_that_has_not_failed(payment, key))

    def _key_that_has_not_failed(self, payment: Entity, key: str) -> str:
        """The key, or the next one after it: Razorpay answers a used key with its refund, failed or not.

        The payment does not show that a refund of it failed; the list of its refunds does, and names each by its key:
        https://razorpay.com/docs/api/refunds/fetch-multiple-refund-payment.
        """
        listed = self._call("GET", f"/payments/{payment['id']}/refunds?count={LIST_LIMIT}")["items"]
        failed = {refund.get("receipt") for refund in listed if refund["status"] == "failed"}
        keys = (f"{key}:{number}" if number else key for number in count())
        return next(key for key in keys if _handle(key) not in failed)

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        """Checkout's signature: HMAC-SHA256 of `order_id|payment_id` under the key secret."""
        given = (signature or "").encode("utf-8", "surrogateescape")
        return matches_any(f"{order_id}|{transaction_id}".encode(), [given], [self._key_secret])

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        """`X-Razorpay-Signature` is the HMAC-SHA256 of the body; it has no time, so only looking keeps a replay out.

        Events about refunds and disputes carry their payment, and with it the order.
        """
        del now
        given = headers.get("x-razorpay-signature", "").encode("utf-8", "surrogateescape")
        if not matches_any(body, [given], self._webhook_secrets):
            raise BadSignature("X-Razorpay-Signature does not match")
        event = parsed(body)
        return order_in(event, "payload", "payment", "entity", "order_id") or order_in(
            event, "payload", "order", "entity", "id"
        )

    def _capture(self, payment: Entity, amount: int, currency: str) -> None:
        self._call("POST", f"/payments/{payment['id']}/capture", {"amount": amount, "currency": currency})

    def _refund(self, payment: Entity, amount: int, key: str) -> None:
        handle = _handle(key)
        self._call(
            "POST",
            f"/payments/{payment['id']}/refund",
            {"amount": amount, "speed": "normal", "receipt": handle, "notes": refund_marks(key)},
            {"X-Refund-Idempotency": handle},
        )

    def _order(self, order_id: str) -> Entity:
        return self._call("GET", f"/orders/{order_id}")

    def _order_by(self, receipt: str) -> Entity | None:
        orders = self._call("GET", f"/orders?receipt={receipt}")["items"]
        return orders[0] if orders else None

    def _payments_of(self, order_id: str) -> list[Entity]:
        payments: list[Entity] = self._call("GET", f"/orders/{order_id}/payments")["items"]
        return payments

    def _disputes_of(self, payment: Entity) -> list[Entity]:
        """The payment's disputes, newest first: https://razorpay.com/docs/api/disputes/fetch-all.

        The account's disputes since the payment are listed. Where the account has no access to them there are none.
        """
        disputes: list[Entity] = []
        for number in range(MAX_LISTS):
            query = f"from={payment['created_at']}&count={LIST_LIMIT}&skip={number * LIST_LIMIT}"
            try:
                listed = self._call("GET", f"/disputes?{query}", refusals=NO_ACCESS)["items"]
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
        refusals: frozenset[int] = frozenset(),
    ) -> dict[str, Any]:
        """One request; a 400 changed nothing, but for a 409, a 5xx or a silence that cannot be said.

        `refusals`: other statuses by which this request alone is refused.
        """
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
        if answer.status_code in refusals:
            raise GatewayRefused(f"Razorpay refused: {answer.status_code}")
        if answer.status_code in {401, 403}:
            raise key_refused(self.name)
        problem = answered.get("error") if isinstance(answered, dict) else None
        code = problem.get("code") if isinstance(problem, dict) else None
        if answer.status_code == 400 and code == "BAD_REQUEST_ERROR":
            raise GatewayRefused("Razorpay refused")
        raise GatewayUnknown(f"Razorpay answered {answer.status_code}")


def _handle(key: str) -> str:
    """The key in the form of a receipt."""
    return sha256(key.encode()).hexdigest()[:RECEIPT_LENGTH]


@cache
def _gateway(
    key_id: str, key_secret: str, webhook_secrets: tuple[str, ...], api_base: str, stack_id: str
) -> RazorpayGateway:
    return RazorpayGateway(key_id, key_secret, webhook_secrets, api_base, stack_id)
