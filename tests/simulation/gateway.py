"""The two gateways as a simulated world has them: their records, their idempotency, and the webhooks they send.

They implement the `Gateway` protocol. Stripe closes orders that nobody paid, and repeats its answer to a key.
Razorpay's orders stay open, it takes a capture without a key, and giving an authorisation back is a capture and a
refund.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from random import Random

import msgspec

from holdfast.payments.gateways.protocol import (
    BadSignature,
    GatewayError,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)
from tests.kit.gateway_dashboard import GatewayDashboard
from tests.simulation.faults import Faults
from tests.simulation.scheduler import SECOND

SIGNATURE = "signed-by-the-gateway"
KEY_US = (
    24 * 3600 * SECOND
)  # how long Stripe keeps the answer to a key, https://docs.stripe.com/api/idempotent_requests
_PAYABLE = {PaymentState.OPEN, PaymentState.FAILED}


def signed(order_id: str, transaction_id: str) -> str:
    """The proof that the gateway gives the guest's browser."""
    return sha256(f"{order_id}|{transaction_id}".encode()).hexdigest()


class PaidTwice(BaseException):
    """The gateway's records break a promise: raised at once, with the order."""


@dataclass
class SimulatedGateway(GatewayDashboard):
    name: str
    closes_orders: bool
    faults: Faults
    call_seconds: float
    deliver: Callable[[str, str], None]  # sends a webhook about an order of this gateway
    orders: dict[str, GatewayPayment] = field(default_factory=dict)
    _keys: dict[str, tuple[str, GatewayError | str, int]] = field(default_factory=dict)

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        def effect() -> GatewayPayment:
            order_id = self._once(key, f"{reference} {amount} {currency}", opened)
            return self._seen(order_id)

        def opened() -> str:
            order_id = f"{'pi' if self.closes_orders else 'order'}_{len(self.orders):04d}"
            secret = f"{order_id}_secret_{sha256(order_id.encode()).hexdigest()[:24]}"
            self.orders[order_id] = GatewayPayment(
                order_id=order_id,
                transaction_id=order_id if self.closes_orders else "",
                reference=reference,
                amount=amount,
                currency=currency,
                state=PaymentState.OPEN,
                client_secret=secret if self.closes_orders else None,
            )
            return order_id

        return self._call("open", effect, reference, writes=True)

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment:
        return self._call("fetch", lambda: self._seen(order_id), order_id, writes=False)

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        def captured() -> str:
            order = self._seen(order_id)
            if order.state is not PaymentState.AUTHORISED or currency != order.currency or amount > order.amount:
                raise GatewayRefused("not to be captured")
            self.change(order_id, state=PaymentState.CAPTURED, captured=amount)
            return ""

        def effect() -> str:  # Razorpay knows no key here: the payment's state refuses a second one
            asks = f"{order_id} {amount}"
            return self._once(key, asks, self._failing(key, captured)) if self.closes_orders else captured()

        self._call("capture", effect, order_id, writes=True)

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        def voided() -> str:
            order = self._seen(order_id)
            if order.state in {PaymentState.CAPTURED, PaymentState.VOIDED}:
                raise GatewayRefused("not to be voided")
            if order.state is PaymentState.AUTHORISED:
                self._mark_duplicate(order)
            self.change(order_id, state=PaymentState.VOIDED)
            return ""

        if self.closes_orders:
            voids = self._failing(key, voided)
            self._call("void", lambda: self._once(key, order_id, voids), order_id, writes=True)
            return
        order = self.fetch(order_id)
        if order.state is PaymentState.AUTHORISED:
            self.capture(order_id, order.amount, order.currency, key)
            self.refund(order_id, order.amount, order.currency, key)

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        def refunded() -> str:
            order = self._seen(order_id)
            if currency != order.currency or order.refunded + amount > order.captured:
                raise GatewayRefused("more than was captured")
            self._mark_duplicate(order)
            self._add_refund(order_id, amount, ours=True)
            return ""

        self._call("refund", lambda: self._once(f"r {key}", f"{order_id} {amount}", refunded), order_id, writes=True)

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        if self.closes_orders:
            return order_id == transaction_id
        return signature == signed(order_id, transaction_id)

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        if headers.get("x-signature") != SIGNATURE:
            raise BadSignature("not signed")
        order_id: str | None = json.loads(body).get("order_id")
        return order_id

    # What the guest, the bank and the gateway itself do

    def authorise(self, order_id: str) -> bool:
        """The guest pays; False when the order takes no payment any more."""
        order = self.orders[order_id]
        if order.state not in _PAYABLE:
            return False
        transaction_id = order.transaction_id or order_id.replace("order", "pay")
        self.change(order_id, state=PaymentState.AUTHORISED, transaction_id=transaction_id)
        return True

    def pay_too_little(self, order_id: str) -> None:
        """The bank reports another amount than was asked for."""
        order = self.orders[order_id]
        if order.state in _PAYABLE:
            self.change(order_id, amount=order.amount - 1_000)
            self.authorise(order_id)

    def decline(self, order_id: str) -> None:
        if self.orders[order_id].state is PaymentState.OPEN:
            self.change(order_id, state=PaymentState.FAILED)

    def lapse(self, order_id: str) -> bool:
        """The authorisation runs out, or the bank takes it back."""
        lapses = self.orders[order_id].state is PaymentState.AUTHORISED
        if lapses:
            self.change(order_id, state=PaymentState.VOIDED)
        return lapses

    def order(self, order_id: str) -> GatewayPayment:
        return self.orders[order_id]

    def _call[Answer](self, call: str, effect: Callable[[], Answer], about: str, *, writes: bool) -> Answer:
        return self.faults.gateway(f"gateway {call}", effect, writes=writes, about=about)

    def _seen(self, order_id: str) -> GatewayPayment:
        if order_id not in self.orders:
            raise GatewayRefused("no such order")
        return self.orders[order_id]

    def _once(self, key: str, asks: str, act: Callable[[], str]) -> str:
        """The answer given to this key before, a refusal too, or a first one."""
        known = self._keys.get(key)
        now_us = self.faults.now_us()
        if known and now_us < known[2] + KEY_US:
            if known[0] != asks:
                raise GatewayRefused("the key was used for another request")
            self.faults.cover("a gateway's key repeated")
            if isinstance(known[1], GatewayError):
                raise known[1]
            return known[1]
        try:
            answer = act()
        except GatewayError as error:
            self._keys[key] = asks, error, now_us
            raise
        self._keys[key] = asks, answer, now_us
        return answer

    def _failing(self, key: str, act: Callable[[], str]) -> Callable[[], str]:
        """The act, or a failure of the gateway, which then belongs to the key: Stripe repeats a 500 like any answer.

        Of captures and voids, which may ask again with another key; a refund that repeats its key waits for a day.
        """

        def failed() -> str:
            self.faults.cover("a failure kept with its key")
            raise GatewayUnknown("an error of the gateway, which its key repeats")

        return failed if Random(key).random() < self.faults.rate else act

    def change(self, order_id: str, **changes: object) -> None:
        order = msgspec.structs.replace(self.orders[order_id], **changes)
        self.orders[order_id] = order
        self.faults.note(f"{self.name} records", (order_id, order.state, order.captured, order.refunded))
        if order.refunded > order.captured:
            raise PaidTwice(f"PAY4 {order_id}: {order.refunded} refunded of {order.captured}")
        if self.closes_orders and order.reference is not None:
            self._check_paid_once(order)
        self.deliver(self.name, order_id)

    def _mark_duplicate(self, order: GatewayPayment) -> None:
        paid = (o for o in self.orders.values() if o.reference == order.reference and o.captured > o.refunded)
        if any(other.order_id != order.order_id for other in paid):
            self.faults.cover("a duplicate given back")

    def _check_paid_once(self, order: GatewayPayment) -> None:
        """Of a booking's orders one at most is captured, at every instant; where a void is a capture, only at rest."""
        paid = [o.order_id for o in self.orders.values() if o.reference == order.reference and o.captured > o.refunded]
        if len(paid) > 1:
            raise PaidTwice(f"PAY1 {order.reference}: {' and '.join(paid)} are captured")
