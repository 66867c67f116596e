"""The guest's side of a gateway, where money is authorised, and the gateway's own record of it."""

from dataclasses import dataclass, field
from typing import Any, Protocol

import httpx  # noqa: TID251 - plays the hotel in the dashboard, and the bank
import stripe  # noqa: TID251 - plays the guest, who talks to Stripe and not to us

from holdfast.payments.gateways.marks import REFERENCE
from local.gateways.razorpay import LocalRazorpay

KEY_ID = "rzp_test_payments"
KEY_SECRET = "key-secret-nobody-may-see"
WEBHOOK_SECRET = "webhook-secret-nobody-may-see"
OLD_WEBHOOK_SECRET = "old-webhook-secret-nobody-may-see"
STRIPE_KEY = "sk_test_nobody_may_see"


class NotTaken(Exception):
    """The gateway took no money from the guest."""


@dataclass(frozen=True)
class Proof:
    """What the guest's browser brings back from the gateway."""

    transaction_id: str
    signature: str | None = None


@dataclass(frozen=True)
class GatewayRecord:
    """One order as the gateway keeps it: `held` is authorised, and neither captured nor given back."""

    held: int = 0
    captured: int = 0
    refunded: int = 0
    captures: int = 0
    currency: str = field(default="", compare=False)  # of what was paid

    @property
    def net(self) -> int:
        return self.captured - self.refunded


class GatewayDriver(Protocol):
    name: str

    def pay(self, order_id: str) -> Proof:
        """The guest authorises the whole order."""

    def record(self, order_id: str) -> GatewayRecord: ...

    def orders(self) -> dict[str, str]:
        """What every order was opened for, by order id."""


@dataclass
class RazorpayDriver:
    razorpay: LocalRazorpay
    name: str = "razorpay"

    def pay(self, order_id: str, *, amount: int | None = None, currency: str | None = None) -> Proof:
        wrongly = {name: value for name, value in {"amount": amount, "currency": currency}.items() if value}
        paid = self.razorpay.play(f"orders/{order_id}/authorize", **wrongly)
        return Proof(paid["razorpay_payment_id"], paid["razorpay_signature"])

    def record(self, order_id: str) -> GatewayRecord:
        paid = [payment for payment in self.razorpay.account.payments.values() if payment["order_id"] == order_id]
        captured = [payment for payment in paid if payment["captured"]]
        return GatewayRecord(
            held=sum(payment["amount"] for payment in paid if payment["status"] == "authorized"),
            captured=sum(payment["amount"] for payment in captured),
            refunded=sum(payment["amount_refunded"] for payment in captured),
            captures=len(captured),
            currency=paid[-1]["currency"] if paid else "",
        )

    def orders(self) -> dict[str, str]:
        return {
            order_id: order["notes"]["holdfast_reference"] for order_id, order in self.razorpay.account.orders.items()
        }


class StripeDriver:
    """localstripe keeps everything that any test did, so only the orders asked about are these tests' own."""

    name = "stripe"

    def __init__(self, url: str) -> None:
        self._guest = stripe.StripeClient(
            STRIPE_KEY, base_addresses={"api": url}, http_client=stripe.RequestsClient(timeout=10)
        )
        self._url = url
        self._before = {intent.id for intent in self._intents()}

    def pay(self, order_id: str, card: str = "pm_card_visa") -> Proof:
        try:
            self._guest.v1.payment_intents.update(order_id, {"payment_method": card})
            self._guest.v1.payment_intents.confirm(order_id)
        except (stripe.CardError, stripe.InvalidRequestError) as error:
            raise NotTaken(order_id) from error
        return Proof(order_id)

    def record(self, order_id: str) -> GatewayRecord:
        intent = self._guest.v1.payment_intents.retrieve(order_id).to_dict()
        charge = intent.get("latest_charge") or {}
        captured = intent["amount_received"]
        released = intent["amount"] - captured  # Stripe shows it as refunded
        return GatewayRecord(
            held=intent["amount_capturable"],
            captured=captured,
            refunded=charge["amount_refunded"] - released if captured else 0,
            captures=bool(captured),
            currency=intent["currency"].upper(),
        )

    def orders(self) -> dict[str, str]:
        made = [intent for intent in self._intents() if intent.id not in self._before]
        return {intent.id: intent.to_dict()["metadata"].get(REFERENCE, "") for intent in made}

    def play(self, path: str, **body: Any) -> dict[str, Any]:
        """A test control of `local.gateways.stripe_dashboard`: `play(f"payment_intents/{order_id}/refund")`."""
        answered = httpx.post(f"{self._url}/_test/{path}", json=body, timeout=10, trust_env=False)
        done: dict[str, Any] = answered.raise_for_status().json()
        return done

    def open_foreign(self, amount: int, reference: str = "") -> str:
        """An order that some other program of the same Stripe account opened."""
        intent = self._guest.v1.payment_intents.create(
            {
                "amount": amount,
                "currency": "inr",
                "capture_method": "manual",
                "metadata": {REFERENCE: reference},
            }
        )
        return intent.id

    def _intents(self) -> list[stripe.PaymentIntent]:
        return list(self._guest.v1.payment_intents.list({"limit": 100}).auto_paging_iter())
