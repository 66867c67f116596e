"""What the engine asks of a payment gateway, whichever it is: one small protocol, and the errors it is held to."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

import msgspec

CONNECT_SECONDS = 1
READ_SECONDS = 4  # between bytes; with the connect, the 5 s that a gateway call may take


class GatewayError(Exception):
    """Base of what can go wrong at a gateway; never raised itself. Texts carry no secret and no payment data."""


class GatewayRefused(GatewayError):
    """The gateway said no, and this call changed nothing there; its state tells what to do next."""


class GatewayUnknown(GatewayError):
    """No clear answer: the call may have taken effect or not. Look before acting again."""


class PaymentState(StrEnum):
    OPEN = "open"  # nothing authorised; the guest may still pay
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"  # the last try was declined; another may succeed
    VOIDED = "voided"  # closed for good, nothing taken


class GatewayPayment(msgspec.Struct, frozen=True, kw_only=True):
    """One order at the gateway and the payment made on it, as the gateway tells it now. Amounts in minor units."""

    order_id: str
    transaction_id: str
    booking_id: str | None  # from the metadata that we set when opening the order
    amount: int
    currency: str
    state: PaymentState
    captured: int = 0
    refunded: int = 0
    client_secret: str | None = None


class Gateway(Protocol):
    """Every call has a timeout; those that move money take a key under which a repeat has one effect.

    All raise GatewayRefused or GatewayUnknown.
    """

    name: str

    def open_order(self, booking_id: str, amount: int, currency: str, key: str) -> GatewayPayment:
        """Opens an order with manual capture."""

    def fetch(self, order_id: str) -> GatewayPayment: ...

    def capture(self, order_id: str, amount: int, currency: str, key: str) -> None: ...

    def void(self, order_id: str, key: str) -> None:
        """Releases an authorisation, or closes an order that nobody has paid."""

    def refund(self, order_id: str, amount: int, key: str) -> None: ...
