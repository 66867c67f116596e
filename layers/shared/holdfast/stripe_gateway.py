"""Stripe: PaymentIntents with manual capture, through the `stripe` package.

The intent is order and transaction at once. Facts of the API used here: https://docs.stripe.com/payments/place-a-hold-on-a-payment-method
and https://docs.stripe.com/api/idempotent_requests (a key is kept for at least 24 hours).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

import stripe
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from botocore.config import Config

from holdfast.payments import (
    CONNECT_SECONDS,
    READ_SECONDS,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)

if TYPE_CHECKING:
    from holdfast.settings import Settings

SECRET_AGE_SECONDS = 300  # how long a rotated key may go unnoticed

_STATES = {
    "requires_payment_method": PaymentState.OPEN,
    "requires_confirmation": PaymentState.OPEN,
    "requires_action": PaymentState.OPEN,
    "processing": PaymentState.PROCESSING,
    "requires_capture": PaymentState.AUTHORISED,
    "succeeded": PaymentState.CAPTURED,
    "canceled": PaymentState.VOIDED,
}


class StripeGateway:
    name = "stripe"

    def __init__(self, api_key: str, api_base: str = "") -> None:
        stripe.enable_telemetry = False
        self._client = stripe.StripeClient(
            api_key,
            base_addresses={"api": api_base} if api_base else {},
            http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS)),
            max_network_retries=0,
        )

    @classmethod
    def connect(cls, settings: Settings) -> StripeGateway:
        """The gateway with the key that Secrets Manager holds now, or held at most five minutes ago."""
        secret: Any = _secrets().get(settings.stripe_secret_name, max_age=SECRET_AGE_SECONDS, transform="json")
        return _gateway(secret["api_key"], settings.stripe_api_base)

    def open_order(self, booking_id: str, amount: int, currency: str, key: str) -> GatewayPayment:
        with _classified():
            intent = self._client.v1.payment_intents.create(
                {
                    "amount": amount,
                    "currency": currency.lower(),
                    "capture_method": "manual",
                    "metadata": {"booking_id": booking_id},
                },
                options={"idempotency_key": key},
            )
        return _payment(intent)

    def fetch(self, order_id: str) -> GatewayPayment:
        with _classified():
            return _payment(self._client.v1.payment_intents.retrieve(order_id, {"expand": ["latest_charge"]}))

    def capture(self, order_id: str, amount: int, currency: str, key: str) -> None:
        del currency  # Stripe knows it from the intent
        with _classified():
            self._client.v1.payment_intents.capture(
                order_id, {"amount_to_capture": amount}, options={"idempotency_key": key}
            )

    def void(self, order_id: str, key: str) -> None:
        with _classified():
            self._client.v1.payment_intents.cancel(order_id, options={"idempotency_key": key})

    def refund(self, order_id: str, amount: int, key: str) -> None:
        with _classified():
            self._client.v1.refunds.create(
                {"payment_intent": order_id, "amount": amount}, options={"idempotency_key": key}
            )


@cache
def _secrets() -> SecretsProvider:
    config = Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 2})
    return SecretsProvider(boto_config=config)


@cache
def _gateway(api_key: str, api_base: str) -> StripeGateway:
    return StripeGateway(api_key, api_base)


def _payment(intent: stripe.PaymentIntent) -> GatewayPayment:
    told = intent.to_dict()
    charge = told.get("latest_charge")
    charge = charge if isinstance(charge, dict) else {}
    state = _STATES[told["status"]]
    if state is PaymentState.OPEN and told.get("last_payment_error"):
        state = PaymentState.FAILED
    return GatewayPayment(
        order_id=told["id"],
        transaction_id=told["id"],
        booking_id=(told.get("metadata") or {}).get("booking_id"),
        amount=told["amount"],
        currency=told["currency"].upper(),
        state=state,
        captured=told.get("amount_received", told["amount"]) if state is PaymentState.CAPTURED else 0,
        refunded=charge.get("amount_refunded", 0),
        client_secret=told.get("client_secret"),
    )


@contextmanager
def _classified() -> Iterator[None]:
    """A 4xx changed nothing; a contended or repeated key, a server's error or a silence may hide a change."""
    try:
        yield
    except (stripe.CardError, stripe.InvalidRequestError) as error:
        raise GatewayRefused(f"Stripe refused: {error.code or type(error).__name__}") from error
    except stripe.StripeError as error:
        raise GatewayUnknown(f"Stripe did not answer clearly: {type(error).__name__}") from error
