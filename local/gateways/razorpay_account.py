"""What a Razorpay account does, by Razorpay's documentation, whose page each rule names ("docs: ...").

No network and no threads here: `local.gateways.razorpay` serves it.
"""

import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.gateways.razorpay_entities import (
    ApiError,
    Entity,
    Event,
    add,
    checked_amount,
    collection,
    copy_of,
    find,
    listed,
    new_id,
    signature,
)

MAX_RECEIPT = 40  # characters (docs: api/orders/create)
REFUND_SECONDS = 180 * 86_400  # docs: payments/refunds/errors
REFUND_KEY = re.compile(r"[A-Za-z0-9_-]{10,}")  # docs: api/refunds/normal-refunds-idempotent
ORDER_IS_PAID = (
    "Your payment has been declined as the order is already paid. Please initiate the payment with a new order."
)
NO_SUCH_URL = "The requested URL was not found on the server."
ERROR_FIELDS = ("error_code", "error_description", "error_source", "error_step", "error_reason")
NULL_FIELDS = ("refund_status", "invoice_id", "card_id", "bank", "wallet", "fee", "tax", *ERROR_FIELDS)


class Account:
    """One merchant's account. `call` is the merchant's API; `play` does what the customer and the bank do."""

    def __init__(self, key_secret: str, on_event: Callable[[Event], None]) -> None:
        self.orders: dict[str, Entity] = {}
        self.payments: dict[str, Entity] = {}
        self.refunds: dict[str, Entity] = {}
        self.disputes: dict[str, Entity] = {}
        self.pending_refunds = False  # refunds start as `pending`, as normal refunds do, and wait for the bank
        self._key_secret = key_secret
        self._on_event = on_event
        self._manual_capture: set[str] = set()  # ids of orders
        self._unanswered: set[str] = set()  # ids of failed payments that the bank may still authorize
        self._refund_keys: dict[str, tuple[str, str]] = {}  # key: request, refund
        self._lock = threading.RLock()

    def call(self, method: str, path: str, body: Entity, refund_key: str | None) -> Entity:
        """Answers one call of the API under /v1. Raises ApiError."""
        with self._lock:
            return copy_of(self._call(method, path, body, refund_key))

    def _call(self, method: str, path: str, body: Entity, refund_key: str | None) -> Entity:
        url = urlsplit(path)
        names = url.path.strip("/").split("/")[1:]
        if method == "GET":
            return self._read(names, parse_qs(url.query))
        match names:
            case ["orders"]:
                return self._create_order(body)
            case ["payments", payment_id, "capture"]:
                return self._capture_payment(find(self.payments, payment_id), body)
            case ["payments", payment_id, "refund"]:
                return self._refund_payment(find(self.payments, payment_id), body, refund_key)
        raise ApiError(NO_SUCH_URL)

    def _read(self, names: list[str], query: dict[str, list[str]]) -> Entity:
        match names:
            case ["orders"]:
                named = query.get("receipt")
                return collection(o for o in self.orders.values() if not named or o["receipt"] in named)
            case ["orders", order_id, "payments"]:
                return collection(self._payments_of(find(self.orders, order_id)))
            case ["payments", payment_id, "refunds"]:
                return listed((r for r in self.refunds.values() if r["payment_id"] == payment_id), query)
            case ["payments", _, "refunds", refund_id]:
                return find(self.refunds, refund_id)
            case ["disputes"]:
                return listed(self.disputes.values(), query)
            case ["orders" | "payments" | "refunds" | "disputes" as kind, entity_id]:
                kinds = {"orders": self.orders, "payments": self.payments, "refunds": self.refunds}
                return find(kinds.get(kind, self.disputes), entity_id)
        raise ApiError(NO_SUCH_URL)

    def _create_order(self, body: Entity) -> Entity:
        """Creates an order. Its payments are captured automatically, unless it asks for "manual".

        docs: api/orders/create, payments/capture-settings/api, and for `unique_receipt`, with which a repeated
        request returns the same order, s2s-integration/test-s2s/orders (ORD-05).
        """
        currency, receipt = body.get("currency"), body.get("receipt")
        amount = checked_amount(body, currency)
        if not isinstance(currency, str):
            raise ApiError("The currency field is required.")
        if len(receipt or "") > MAX_RECEIPT:
            raise ApiError("The receipt may not be greater than 40 characters.")
        for order in self.orders.values():
            if receipt is not None and order["receipt"] == receipt:
                if body.get("unique_receipt") and (order["amount"], order["currency"]) == (amount, currency):
                    return order
                raise ApiError("Order receipt should be unique.")
        order = {"entity": "order", "status": "created", "attempts": 0, "receipt": receipt, "offer_id": None}
        order |= {"amount": amount, "amount_paid": 0, "amount_due": amount, "currency": currency}
        order |= {"notes": body.get("notes") or []}  # empty notes are a list in Razorpay's answers
        add(self.orders, "order", order)
        if (body.get("payment") or {}).get("capture") == "manual":
            self._manual_capture.add(order["id"])
        return order

    def _capture_payment(self, payment: Entity, body: Entity) -> Entity:
        """Captures the whole amount, once, while the order is not paid; takes no key. docs: api/payments/capture."""
        if payment["captured"]:
            raise ApiError("This payment has already been captured")
        if payment["status"] != "authorized":
            raise ApiError("Only payments which have been authorized and not yet captured can be captured")
        if self.orders[payment["order_id"]]["status"] == "paid":
            raise ApiError(ORDER_IS_PAID)
        currency = body.get("currency")
        if (checked_amount(body, currency), currency) != (payment["amount"], payment["currency"]):
            raise ApiError("Capture amount must be equal to the amount authorized")
        return self._mark_captured(payment)

    def _refund_payment(self, payment: Entity, body: Entity, refund_key: str | None) -> Entity:
        """Refunds at most the captured amount. docs: api/refunds/create-normal, normal-refunds-idempotent."""
        request = payment["id"] + json.dumps(body, sort_keys=True)
        if refund_key in self._refund_keys:
            known, refund_id = self._refund_keys[refund_key]
            if known == request:
                return self.refunds[refund_id]
            raise ApiError("Different request with the same idempotency key has already been processed.", 409)
        left = payment["amount"] - payment["amount_refunded"]
        if not payment["captured"]:
            raise ApiError("The payment status should be captured for action to be taken")
        if left == 0:
            raise ApiError("The payment has been fully refunded already")
        if time.time() - payment["created_at"] > REFUND_SECONDS:
            raise ApiError("Payment is more than 6 months old, only instant refund is supported")
        amount = checked_amount(body, payment["currency"]) if "amount" in body else left
        if amount > left:
            raise ApiError("The refund amount provided is greater than amount captured")
        named = {"receipt": body.get("receipt"), "notes": body.get("notes") or []}
        refund = self._create_refund(payment, amount, "pending" if self.pending_refunds else "processed", named)
        if refund_key:
            self._refund_keys[refund_key] = request, refund["id"]
        return refund

    def play(self, path: str, **body: Any) -> Entity:
        """Does what the customer or the bank does next: `play("orders/order_x/authorize")`. Raises ApiError."""
        with self._lock:
            match path.split("/"):
                case ["orders", order_id, "authorize"]:
                    answer = self._complete_checkout(find(self.orders, order_id), **body)
                case ["orders", order_id, "fail"]:
                    answer = self._fail_payment(find(self.orders, order_id), **body)
                case ["payments", payment_id, "authorize"] if payment_id in self._unanswered:
                    answer = self._authorize_late(self.payments[payment_id])
                case ["payments", payment_id, "expire"] if self.payments[payment_id]["status"] == "authorized":
                    answer = self._create_refund(self.payments[payment_id], self.payments[payment_id]["amount"])
                case ["refunds", refund_id, "settle"] if self.refunds[refund_id]["status"] == "pending":
                    answer = self._settle_refund(self.refunds[refund_id], **body)
                case _:
                    raise ApiError(f"Nothing to play at {path} now")
            return copy_of(answer)

    def _complete_checkout(
        self, order: Entity, amount: int | None = None, currency: str | None = None, fee: int = 0, offer: int = 0
    ) -> Entity:
        """The customer pays in Checkout, which returns a signature. docs: payment-gateway/web-integration, "verify".

        With `fee` the customer bears Razorpay's fee, with `offer` an offer of the account takes that much off.
        docs: payments/dashboard/account-settings/configuration/convenience-fees, payments/offers.
        """
        amount = (amount or order["amount"]) + fee - offer
        payment = self._attempt_payment(order, amount, currency or order["currency"])
        payment |= {"fee": fee, "fee_bearer": "customer"} if fee else {}
        payment |= {"offer_id": "offer_local"} if offer else {}
        self._authorize(payment)
        checkout_signature = signature(self._key_secret, f"{order['id']}|{payment['id']}".encode())
        names = {"razorpay_payment_id": payment["id"], "razorpay_order_id": order["id"]}
        return names | {"razorpay_signature": checkout_signature}

    def _fail_payment(self, order: Entity, *, late: bool = False) -> Entity:
        """The bank declines; or, with `late`, it does not answer in time and may still debit the customer.

        docs: payments/late-authorisation.
        """
        payment = self._attempt_payment(order, order["amount"], order["currency"])
        reason = "payment_unanswered" if late else "payment_declined"
        values = ("BAD_REQUEST_ERROR", "Payment failed", "bank", "payment_authorization", reason)
        payment |= {"status": "failed"} | dict(zip(ERROR_FIELDS, values, strict=True))
        if late:
            self._unanswered.add(payment["id"])
        self._emit("payment.failed", payment=payment)
        return payment

    def _attempt_payment(self, order: Entity, amount: int, currency: str) -> Entity:
        """Starts a payment, unless the order is paid or has an authorized payment. docs: payments/orders."""
        if order["status"] == "paid":
            raise ApiError(ORDER_IS_PAID)
        if any(payment["status"] == "authorized" for payment in self._payments_of(order)):
            raise ApiError("A payment of this order is authorized already")
        order |= {"status": "attempted", "attempts": order["attempts"] + 1}
        payment = {"entity": "payment", "order_id": order["id"], "amount": amount, "currency": currency}
        payment |= {"captured": False, "amount_refunded": 0, "notes": []} | dict.fromkeys(NULL_FIELDS)
        payment |= {
            "method": "upi",
            "vpa": "guest@upi",
            "email": "guest@example.com",
            "contact": "+919000090000",
        }
        return add(self.payments, "pay", payment)

    def _authorize_late(self, payment: Entity) -> Entity:
        self._unanswered.remove(payment["id"])
        payment |= dict.fromkeys(ERROR_FIELDS) | {"late_authorized": True}
        return self._authorize(payment)

    def _authorize(self, payment: Entity) -> Entity:
        """Authorizes a payment; on a paid order it is refunded at once. docs: payments/refunds/auto-refunds."""
        payment["status"] = "authorized"
        self._emit("payment.authorized", payment=payment)
        if self.orders[payment["order_id"]]["status"] == "paid":
            self._create_refund(payment, payment["amount"])
        elif payment["order_id"] not in self._manual_capture:
            self._mark_captured(payment)
        return payment

    def _mark_captured(self, payment: Entity) -> Entity:
        order = self.orders[payment["order_id"]]
        fee = payment["fee"] or payment["amount"] * 2 // 100
        payment |= {"status": "captured", "captured": True, "fee": fee, "tax": 0}
        order |= {"status": "paid", "amount_paid": order["amount"], "amount_due": 0}
        self._emit("payment.captured", payment=payment)
        self._emit("order.paid", payment=payment, order=order)
        return payment

    def _create_refund(
        self, payment: Entity, amount: int, status: str = "processed", named: Entity | None = None
    ) -> Entity:
        """Creates the merchant's refund, or Razorpay's own of an uncaptured payment. docs: webhooks/refunds."""
        refund = {"entity": "refund", "payment_id": payment["id"], "amount": amount, "status": status}
        refund |= {"currency": payment["currency"], "acquirer_data": {"arn": None}, "batch_id": None}
        refund |= {"speed_requested": "normal", "speed_processed": "normal"}
        refund |= named or {"receipt": None, "notes": []}
        add(self.refunds, "rfnd", refund)
        self._add_refunded_amount(payment, amount)
        self._emit("refund.created", refund=refund, payment=payment)
        if status == "processed":
            self._emit("refund.processed", refund=refund, payment=payment)
        return refund

    def _settle_refund(self, refund: Entity, status: str) -> Entity:
        payment = self.payments[refund["payment_id"]]
        refund["status"] = status
        if status == "failed":
            self._add_refunded_amount(payment, -refund["amount"])
        self._emit(f"refund.{status}", refund=refund, payment=payment)
        return refund

    def _add_refunded_amount(self, payment: Entity, amount: int) -> None:
        payment["amount_refunded"] += amount
        whole = payment["amount_refunded"] == payment["amount"]
        part = "partial" if payment["amount_refunded"] else None
        payment |= {"status": "refunded" if whole else "captured", "refund_status": "full" if whole else part}

    def _payments_of(self, order: Entity) -> list[Entity]:
        return [payment for payment in self.payments.values() if payment["order_id"] == order["id"]]

    def _emit(self, kind: str, **entities: Entity) -> None:
        payload = {name: {"entity": entity} for name, entity in entities.items()}
        body = {"entity": "event", "account_id": "acc_local", "event": kind, "contains": list(entities)}
        raw = json.dumps(body | {"payload": payload, "created_at": int(time.time())}).encode()
        self._on_event(Event(new_id("event"), kind, raw))
