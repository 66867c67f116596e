"""Stripe: PaymentIntents with manual capture, through the `stripe` package.

The intent is order and transaction at once. Facts of the API used here: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
and https://docs.stripe.com/api/idempotent_requests (a key is kept for at least 24 hours).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import stripe

from holdfast.model.money import from_gateway, to_gateway
from holdfast.payments.gateways.events import order_in, parsed, part
from holdfast.payments.gateways.marks import is_marked, order_marks, own_reference, refund_marks
from holdfast.payments.gateways.protocol import (
    CONNECT_SECONDS,
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
    key_refused,
    unknown_state,
)
from holdfast.payments.gateways.secrets import secret_value

if TYPE_CHECKING:
    from holdfast.settings import Settings

WEBHOOK_TOLERANCE_SECONDS = 300  # either way: Stripe's own libraries allow five minutes
LIST_LIMIT = 100  # objects in one list, at most
TIME_DIGITS = 12  # of a time in a signature; more is not a time

_STATES = {
    "requires_payment_method": PaymentState.OPEN,
    "requires_confirmation": PaymentState.OPEN,
    "requires_action": PaymentState.OPEN,
    "processing": PaymentState.PROCESSING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.VOIDED,
}
_NOT_REFUNDED = {"failed", "canceled"}  # states of a refund whose money stays with us
_DISPUTES = {
    "won": DisputeState.WON,
    "warning_closed": DisputeState.WON,  # an inquiry that led to no dispute
    "prevented": DisputeState.WON,
    "lost": DisputeState.LOST,
}


class StripeGateway:
    name = "stripe"
    call_seconds = float(2 * (CONNECT_SECONDS + READ_SECONDS))  # a fetch of a disputed payment makes two calls
    closes_orders = True

    def __init__(
        self, api_key: str, webhook_secrets: Sequence[str] = (), api_base: str = "", stack_id: str = ""
    ) -> None:
        stripe.enable_telemetry = False
        self._stack_id = stack_id
        self._webhook_secrets = webhook_secrets
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
            max_network_retries=0,
        )

    @classmethod
    def connect(cls, settings: Settings) -> StripeGateway:
        """The gateway with the key that Secrets Manager holds now, or held at most five minutes ago."""
        secret = secret_value(settings.stripe_secret_name)
        webhook_secrets = tuple(secret.get("webhook_secrets", ()))
        return _gateway(secret["api_key"], webhook_secrets, settings.stripe_api_base, settings.stack_id)

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        with _classified():
            intent = self._client.v1.payment_intents.create(
                {
                    "amount": to_gateway(amount, self.name, currency),
                    "currency": currency.lower(),
                    "capture_method": "manual",
                    "metadata": order_marks(reference, self._stack_id),
                },
                options={"idempotency_key": key},
            )
        return _payment(intent, self._stack_id)

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment:
        """One call; a payment with more refunds than a charge lists, or with a dispute, costs one more for each.

        `Charge.dispute` is deprecated, because a charge may have several:
        https://docs.stripe.com/api/disputes/list lists them.
        """
        del transaction_id  # the intent is the only one
        with _classified():
            intent = self._client.v1.payment_intents.retrieve(order_id, {"expand": ["latest_charge.refunds"]})
            charge = _charge(intent.to_dict())
            refunds = charge.get("refunds") or {}
            refunded = refunds.get("data", [])
            if refunds.get("has_more"):
                refunded = [
                    refund.to_dict()
                    for refund in self._client.v1.refunds.list(
                        {"payment_intent": order_id, "limit": LIST_LIMIT}
                    ).auto_paging_iter()
                ]
            disputes = []
            if charge.get("disputed"):
                listed = self._client.v1.disputes.list({"payment_intent": order_id, "limit": LIST_LIMIT})
                disputes = [dispute.to_dict() for dispute in listed.data]
        return _payment(intent, self._stack_id, refunded, disputes)

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        del transaction_id  # the intent is the only one
        with _classified():
            self._client.v1.payment_intents.capture(
                order_id,
                {"amount_to_capture": to_gateway(amount, self.name, currency)},
                options={"idempotency_key": key},
            )

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        del transaction_id
        with _classified():
            self._client.v1.payment_intents.cancel(order_id, options={"idempotency_key": key})

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        with _classified():
            self._client.v1.refunds.create(
                {
                    "payment_intent": order_id,
                    "amount": to_gateway(amount, self.name, currency),
                    "metadata": refund_marks(key),
                },
                options={"idempotency_key": key},
            )

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        del signature  # Stripe signs nothing for the browser: the intent itself is fetched
        return order_id == transaction_id

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        _check_signature(body, headers.get("stripe-signature", ""), self._webhook_secrets, now)
        event = parsed(body)
        kind = part(event, "type")
        if not isinstance(kind, str):
            return None
        if kind.startswith("payment_intent."):
            return order_in(event, "data", "object", "id")
        if kind.startswith(("charge.", "refund.")):
            return order_in(event, "data", "object", "payment_intent")
        return None


def _check_signature(body: bytes, header: str, secrets: Sequence[str], now: datetime) -> None:
    """Checks `t=<seconds>,v1=<signature>,…` by https://docs.stripe.com/webhooks#verify-official-libraries.

    Our clock decides whether the time is recent, in both directions: `WebhookSignature` reads the machine's clock and
    accepts any time in the future. It does not catch the TypeError of a signature that is not ASCII. Several `v1` come
    while a secret is being rolled. Raises BadSignature, or UnicodeDecodeError for a body that is not UTF-8.
    """
    times = [part.removeprefix("t=") for part in header.split(",") if part.startswith("t=")]
    if not header.isascii() or len(times) != 1 or not (times[0].isdigit() and len(times[0]) <= TIME_DIGITS):
        raise BadSignature("Stripe-Signature is not well formed: ASCII with one time")
    if abs(now.timestamp() - int(times[0])) > WEBHOOK_TOLERANCE_SECONDS:
        raise BadSignature("Stripe-Signature is too old, or from the future")
    if not any(_is_signed(body, header, secret) for secret in secrets):
        raise BadSignature("Stripe-Signature does not match")


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(body, header, secret)
    except stripe.SignatureVerificationError:
        return False
    return True


@cache
def _gateway(api_key: str, webhook_secrets: tuple[str, ...], api_base: str, stack_id: str) -> StripeGateway:
    return StripeGateway(api_key, webhook_secrets, api_base, stack_id)


def _charge(intent: dict[str, Any]) -> dict[str, Any]:
    charge = intent.get("latest_charge")
    return charge if isinstance(charge, dict) else {}


def _payment(
    intent: stripe.PaymentIntent,
    stack_id: str = "",
    refunded: Sequence[dict[str, Any]] = (),
    disputes: Sequence[dict[str, Any]] = (),
) -> GatewayPayment:
    """The payment, from its intent, and its charge's refunds and disputes, both newest first as Stripe lists them."""
    fields = intent.to_dict()
    state = _STATES.get(fields["status"]) or unknown_state("stripe", fields["id"], fields["status"])
    if state is PaymentState.OPEN and fields.get("last_payment_error"):
        state = PaymentState.FAILED
    captured = fields.get("amount_received", fields["amount"]) if state is PaymentState.CAPTURED else 0
    currency = fields["currency"].upper()
    refunds = _refunds(refunded[::-1], fields["amount"] - captured, currency) if captured else ()
    return GatewayPayment(
        order_id=fields["id"],
        transaction_id=fields["id"],
        reference=own_reference(fields.get("metadata") or {}, stack_id),
        amount=from_gateway(fields["amount"], StripeGateway.name, currency),
        currency=currency,
        state=state,
        captured=from_gateway(captured, StripeGateway.name, currency),
        refunded=sum(refund.amount for refund in refunds),
        refunds=refunds,
        failed_refunds=sum(
            refund["status"] in _NOT_REFUNDED and is_marked(refund.get("metadata") or {}) for refund in refunded
        ),
        dispute=counted_dispute(_dispute(dispute, currency) for dispute in disputes[::-1]),
        client_secret=fields.get("client_secret"),
    )


def _refunds(refunded: Sequence[dict[str, Any]], released: int, currency: str) -> tuple[GatewayRefund, ...]:
    """The refunds of captured money. A capture in part lists what it released as a refund too, the oldest one."""
    refunds = []
    for refund in refunded:
        ours = is_marked(refund.get("metadata") or {})
        if refund["amount"] == released and not ours:
            released = 0
        elif refund["status"] not in _NOT_REFUNDED:
            pending = refund["status"] != "succeeded"
            amount = from_gateway(refund["amount"], StripeGateway.name, currency)
            refunds.append(GatewayRefund(refund_id=refund["id"], amount=amount, pending=pending, ours=ours))
    return tuple(refunds)


def _dispute(dispute: dict[str, Any], currency: str) -> GatewayDispute:
    """An inquiry, and any state that is new, counts as open."""
    state = _DISPUTES.get(dispute["status"], DisputeState.OPEN)
    amount = from_gateway(dispute["amount"], StripeGateway.name, currency)
    return GatewayDispute(dispute_id=dispute["id"], state=state, amount=amount)


@contextmanager
def _classified() -> Iterator[None]:
    """A 4xx changed nothing; a contended key, a server's error or a silence may hide a change.

    A key that is being used is answered by 409; one that was used for another request by an error of its own.
    """
    try:
        yield
    except (stripe.AuthenticationError, stripe.PermissionError) as error:
        raise key_refused("stripe") from error
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        raise GatewayRefused(f"Stripe refused: {error.code or type(error).__name__}") from error
    except stripe.StripeError as error:
        raise GatewayUnknown(f"Stripe did not answer clearly: {type(error).__name__}") from error
