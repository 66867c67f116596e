"""What the engine asks of any payment gateway: one small protocol, and the errors that it may raise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from zlib import crc32

import msgspec

from holdfast.errors import Busy, PaymentDeclined
from holdfast.logs import Metric, count, logger
from holdfast.model.gateway_ref import Dispute

CONNECT_SECONDS = 1
READ_SECONDS = 4  # between bytes; with the connect, the 5 s that a gateway call may take
LONGEST_CALL_SECONDS = 15.0  # what a method of any gateway may need, for those that make more than one call
FIRST_RETRY_SECONDS = 60
LONGEST_RETRY_SECONDS = 3600


def retry_pause_seconds(what: str, attempts: int) -> float:
    """The pause before the next try: twice as long after each, up to an hour, less up to half to spread the retries.

    `what` and `attempts` decide how much less, not chance, so a run can be replayed.
    """
    longest: int = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2**attempts)
    return float(longest) * (1 - crc32(f"{what} {attempts}".encode()) / 2**33)


@contextmanager
def gateway_refusals() -> Iterator[None]:
    """Turns a gateway's refusal into PaymentDeclined and its silence into Busy, for the guest."""
    try:
        yield
    except GatewayRefused as error:
        raise PaymentDeclined("The gateway did not take the payment; try another way to pay.") from error
    except NO_ANSWER as error:
        raise Busy("The gateway did not answer; please repeat the request.") from error


def key_refused(gateway: str) -> GatewayKeyRefused:
    """The error to raise when a gateway refuses our key: written and counted, since `busy` says nothing of it."""
    logger.error("the gateway refuses our key", extra={"gateway": gateway})
    count(Metric.GATEWAY_KEY_REFUSED, 1)
    return GatewayKeyRefused(f"{gateway} refuses our key")


def unknown_state(gateway: str, order_id: str, state: str) -> PaymentState:
    """What a state counts as that this code does not know: still in the making, and an error line about it."""
    facts = {"gateway": gateway, "order_id": order_id, "payment_state": state}
    logger.error("a payment is in a state that is not known", extra=facts)
    return PaymentState.PROCESSING


class GatewayError(Exception):
    """Base of what can go wrong at a gateway; never raised itself. Texts carry no secret and no payment data."""


class GatewayRefused(GatewayError):
    """The gateway said no, and this call changed nothing there; its state shows what to do next."""


class GatewayUnknown(GatewayError):
    """No clear answer: the call may have taken effect or not. Fetch before acting again."""


class GatewayKeyRefused(GatewayError):
    """The gateway does not accept our key, for this call or for any: an operator has to act. Nothing was changed."""


class RefundRefused(GatewayError):
    """The gateway said no to a refund that is due all the same, and may repeat that answer to the same key."""


NO_ANSWER = (GatewayUnknown, GatewayKeyRefused, RefundRefused)  # the guest can only repeat


class BadSignature(Exception):
    """A webhook was not signed by the gateway with a secret that we hold."""


class PaymentState(StrEnum):
    OPEN = "open"  # nothing authorised; the guest may still pay
    PROCESSING = "processing"
    AUTHORISED = "authorised"
    CAPTURED = "captured"
    FAILED = "failed"  # the last try was declined; another may succeed
    VOIDED = "voided"  # closed for good, nothing taken


class DisputeState(StrEnum):
    OPEN = "open"
    WON = "won"  # or dropped: the money stays with the hotel
    LOST = "lost"


class GatewayRefund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund of captured money that has not failed, by us or by someone in the gateway's dashboard."""

    refund_id: str
    amount: int
    pending: bool = False  # accepted; the bank may still refuse it, and then it is no longer listed
    ours: bool = False  # it carries the mark that `Gateway.refund` sets


class GatewayDispute(msgspec.Struct, frozen=True, kw_only=True):
    """A chargeback of the payment; of several, the one that is open, or the last one lost, or the last one."""

    dispute_id: str
    state: DisputeState
    amount: int
    others_lost: int = 0  # what the bank took back by lost disputes beside this one

    @property
    def lost(self) -> int:
        """What the bank took back by all lost disputes of the payment."""
        return self.others_lost + (self.amount if self.state is DisputeState.LOST else 0)

    @property
    def recorded(self) -> Dispute:
        """As a booking or a top-up stores it."""
        return Dispute(dispute_id=self.dispute_id, state=self.state, amount=self.amount, lost=self.lost)


def counted_dispute(disputes: Iterable[GatewayDispute]) -> GatewayDispute | None:
    """Of disputes in the order they were opened: an open one, else the last one lost, else the last one.

    It carries what the others have lost; one that is listed twice counts once, as it was listed last.
    """
    ranks = [DisputeState.WON, DisputeState.LOST, DisputeState.OPEN]
    known = {dispute.dispute_id: dispute for dispute in disputes}.values()
    counted = max(reversed(known), key=lambda dispute: ranks.index(dispute.state), default=None)
    if counted is None:
        return None
    return msgspec.structs.replace(counted, others_lost=sum(one.lost for one in known if one is not counted))


class GatewayPayment(msgspec.Struct, frozen=True, kw_only=True):
    """One order at the gateway and the payment made on it, as the gateway shows it now. Amounts in minor units."""

    order_id: str
    transaction_id: str
    reference: str | None  # the booking or top-up that this stack opened the order for, None if it opened it not
    amount: int
    currency: str
    state: PaymentState
    captured: int = 0
    refunded: int = 0  # the sum of `refunds`: what is captured and given back, or on its way back
    refunds: tuple[GatewayRefund, ...] = ()  # oldest first
    failed_refunds: int = 0  # of ours: the next has another key (0 where `Gateway.refund` sees to that by itself)
    dispute: GatewayDispute | None = None
    others: tuple[str, ...] = ()  # transactions on the same order that hold money as well
    client_secret: str | None = None

    @property
    def left(self) -> int:
        """What is captured, and neither refunded nor lost in disputes."""
        lost = self.dispute.lost if self.dispute else 0
        return max(0, self.captured - self.refunded - lost)

    @property
    def refunds_pending(self) -> int:
        """What is accepted of `refunded`, and not yet paid by the bank."""
        return sum(refund.amount for refund in self.refunds if refund.pending)

    @property
    def is_whole(self) -> bool:
        """Whether all of the order's amount is authorised, or captured and not disputed and not given back."""
        disputed = self.dispute is not None and self.dispute.state is DisputeState.OPEN
        return self.state is PaymentState.AUTHORISED or (self.left == self.amount and not disputed)

    @property
    def holds_money(self) -> bool:
        """Whether an amount is authorised, or captured and not given back."""
        return self.state is PaymentState.AUTHORISED or self.left > 0


class Gateway(Protocol):
    """Every call has a timeout; those that move money take a key under which a repeat has one effect.

    A key that was used for another request is refused.

    Where an order can have several payments, `transaction_id` names one; without it the one that counts is meant: the
    captured one, else an authorised one.
    All raise GatewayRefused, GatewayUnknown or GatewayKeyRefused.
    """

    name: str
    call_seconds: float  # the longest that one method is meant to take
    closes_orders: bool  # whether an order that nobody has paid can be closed for good

    def open_order(self, reference: str, amount: int, currency: str, key: str) -> GatewayPayment:
        """Opens an order with manual capture."""

    def fetch(self, order_id: str, transaction_id: str | None = None) -> GatewayPayment: ...

    def capture(
        self, order_id: str, amount: int, currency: str, key: str, transaction_id: str | None = None
    ) -> None: ...

    def void(self, order_id: str, key: str, transaction_id: str | None = None) -> None:
        """Gives an authorisation back, or closes an order that nobody has paid."""

    def refund(self, order_id: str, amount: int, currency: str, key: str) -> None:
        """Refunds that much of the captured money, marked as a refund of ours."""

    def verify_checkout_signature(self, order_id: str, transaction_id: str, signature: str | None) -> bool:
        """Whether the browser's proof belongs to this order; true where the gateway gives the browser none."""

    def verify_webhook(self, body: bytes, headers: Mapping[str, str], now: datetime) -> str | None:
        """The order that a webhook names, None for a kind or a shape we do not follow.

        Raises BadSignature, or ValueError for a signed body that is no JSON.

        The signature is checked over the raw bytes, before anything is parsed.
        """
