"""A payment gateway in memory, with the troubles that a real one has."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from holdfast.payments.gateways.protocol import (
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    key_refused,
)
from tests.kit.gateway_dashboard import GatewayDashboard

ENDED = {PaymentState.CAPTURED, PaymentState.VOIDED}


@dataclass
class FakeGateway(GatewayDashboard):
    """Keeps orders, and what was done under each key; implements `holdfast.payments.gateways.protocol.Gateway`.

    `refuses` names methods that say no, `silent_before` those whose call is lost on its way, `silent_after` those whose
    answer is lost on its way back: the three ends a call can have besides a clear one. `pending_refunds`: our refunds
    wait for `settle_refund` or `fail_refund`.
    """

    name: str = "stripe"
    call_seconds: float = 5.0
    closes_orders: bool = True
    unproven: bool = False  # the browser's proof is not the gateway's
    pending_refunds: bool = False
    refuses_key: bool = False
    orders: dict[str, GatewayPayment] = field(default_factory=dict)
    refuses: set[str] = field(default_factory=set)
    silent_before: set[str] = field(default_factory=set)
    silent_after: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)
    _done: dict[str, str] = field(default_factory=dict)  # the order that each key was used for

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        self._before("open_order")
        if key not in self._done:
            order_id = f"pi_{len(self.orders) + 1:04d}"
            self._done[key] = order_id
            self.orders[order_id] = GatewayPayment(
                order_id=order_id,
                transaction_id=order_id,
                reference=reference,
                amount=amount,
                currency=currency,
                state=PaymentState.OPEN,
                client_secret=f"{order_id}_secret_made_up",
            )
        self._after("open_order")
        return self.orders[self._done[key]]

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment:
        self._before("fetch")
        self._after("fetch")
        if order_id not in self.orders:
            raise GatewayRefused("no such order")
        return self.orders[order_id]

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        self._before("capture")
        if key not in self._done:
            order = self.orders[order_id]
            if order.state is not PaymentState.AUTHORISED or amount > order.amount:
                raise GatewayRefused("not to be captured")
            self._done[key] = order_id
            self.change(order_id, state=PaymentState.CAPTURED, captured=amount)
        self._after("capture")

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        self._before("void")
        if key not in self._done:
            if self.orders[order_id].state in ENDED:
                raise GatewayRefused("not to be voided")
            self._done[key] = order_id
            self.change(order_id, state=PaymentState.VOIDED)
        self._after("void")

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        self._before("refund")
        if key not in self._done:
            order = self.orders[order_id]
            if order.refunded + amount > order.captured:
                raise GatewayRefused("more than was captured")
            self._done[key] = order_id
            self._add_refund(order_id, amount, pending=self.pending_refunds, ours=True)
        self._after("refund")

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        return not self.unproven

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        """An event of this gateway is the order's id and nothing else; the real ones check signatures."""
        return body.decode() if body.decode() in self.orders else None

    def authorise(self, order_id: str) -> str:
        """What the guest does at the gateway; gives the transaction's id."""
        self.change(order_id, state=PaymentState.AUTHORISED)
        return self.orders[order_id].transaction_id

    def order(self, order_id: str) -> GatewayPayment:
        return self.orders[order_id]

    def change(self, order_id: str, **changes: object) -> None:
        self.orders[order_id] = msgspec.structs.replace(self.orders[order_id], **changes)

    def _before(self, call: str) -> None:
        self.calls[call] += 1
        if self.refuses_key:
            raise key_refused(self.name)
        if call in self.refuses:
            raise GatewayRefused(f"{call} refused")
        if call in self.silent_before:
            raise GatewayUnknown(f"{call} was not answered")

    def _after(self, call: str) -> None:
        if call in self.silent_after:
            raise GatewayUnknown(f"{call} was not answered")
