"""A payment gateway in memory, with the troubles that a real one has."""

from collections import Counter
from collections.abc import Callable, Mapping
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
    answer is lost on its way back: the three ends a call can have besides a clear one. A key gets its first answer
    again, a refusal by the order's state too; what `refuses` says never reached the order, so no key keeps it.
    `pending_refunds`: our refunds wait for `settle_refund` or `fail_refund`. `refuses_key`: every call is refused.
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
    _done: dict[str, tuple[str, str | GatewayRefused]] = field(default_factory=dict)  # by key: the request, its answer

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        def opened() -> str:
            order_id = f"pi_{len(self.orders) + 1:04d}"
            self.orders[order_id] = GatewayPayment(
                order_id=order_id,
                transaction_id=order_id,
                reference=reference,
                amount=amount,
                currency=currency,
                state=PaymentState.OPEN,
                client_secret=f"{order_id}_secret_made_up",
            )
            return order_id

        self._before("open_order")
        order_id = self._once(key, f"{reference} {amount} {currency}", opened)
        self._after("open_order")
        return self.orders[order_id]

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment:
        self._before("fetch")
        self._after("fetch")
        if order_id not in self.orders:
            raise GatewayRefused("no such order")
        return self.orders[order_id]

    def capture(self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None) -> None:
        def captured() -> str:
            order = self.orders[order_id]
            if order.state is not PaymentState.AUTHORISED or currency != order.currency or amount > order.amount:
                raise GatewayRefused("not to be captured")
            self.change(order_id, state=PaymentState.CAPTURED, captured=amount)
            return order_id

        self._before("capture")
        self._once(key, f"capture {order_id} {amount}", captured)
        self._after("capture")

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        def voided() -> str:
            if self.orders[order_id].state in ENDED:
                raise GatewayRefused("not to be voided")
            self.change(order_id, state=PaymentState.VOIDED)
            return order_id

        self._before("void")
        self._once(key, f"void {order_id}", voided)
        self._after("void")

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        def refunded() -> str:
            order = self.orders[order_id]
            if currency != order.currency or order.refunded + amount > order.captured:
                raise GatewayRefused("more than was captured")
            self._add_refund(order_id, amount, pending=self.pending_refunds, ours=True)
            return order_id

        self._before("refund")
        self._once(key, f"refund {order_id} {amount}", refunded)
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

    def _once(self, key: str, asks: str, act: Callable[[], str]) -> str:
        """The order's id, or the refusal that this key got the first time: a gateway repeats its answer."""
        if key not in self._done:
            try:
                self._done[key] = asks, act()
            except GatewayRefused as refusal:
                self._done[key] = asks, refusal
        asked, answer = self._done[key]
        if asked != asks:
            raise GatewayRefused("the key was used for another request")
        if isinstance(answer, GatewayRefused):
            raise answer
        return answer

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
