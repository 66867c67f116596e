"""Fill the wallet by card: open an order, capture what the guest authorised, then credit it, each once."""

from __future__ import annotations

import re
from base64 import b32encode
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import (
    Busy,
    IdempotencyKeyReused,
    InProgress,
    NotFound,
    NotPayable,
    PaymentDeclined,
    TooManyTopUps,
)
from holdfast.logs import Metric, count, record_entry, record_topup_failure
from holdfast.model.account import LedgerEntry, TopUp, TopUpStatus
from holdfast.model.dates import Clock, millis
from holdfast.model.limits import MAX_PENDING_TOPUPS
from holdfast.model.property import DEFAULT_CURRENCY
from holdfast.payments.gateways.protocol import (
    Gateway,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    retry_pause_seconds,
)
from holdfast.requests import TopUpProof, TopUpRequest
from holdfast.storage.store import WriteConflict
from holdfast.storage.table import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from holdfast.storage.store import Store

TOPUP_ID = re.compile(r"tu_[a-z2-7]{26}")
LOOK_AGAIN_SECONDS = 900  # after a start, when the guest never came back
STUCK_AFTER_ATTEMPTS = 30


class TopUpView(msgspec.Struct, kw_only=True, omit_defaults=True):
    topup_id: str
    status: TopUpStatus
    gateway: str
    gateway_order_id: str
    client_secret: str | None = None
    amount: int
    currency: str


def start_topup(
    request: TopUpRequest, *, user_id: str, key: str, store: Store, gateways: Mapping[str, Gateway], clock: Clock
) -> tuple[TopUpView, bool]:
    """The top-up that this user's `key` stands for, with an order to pay, and whether this call made it.

    Raises IdempotencyKeyReused, TooManyTopUps, PaymentDeclined, Busy.
    """
    topup_id = "tu_" + b32encode(sha256(f"{user_id}\0topup\0{key}".encode()).digest())[:26].decode().lower()
    gateway = gateways[request.gateway]

    def attempt() -> tuple[TopUp, GatewayPayment, bool]:
        topup, account = store.topup_and_account(topup_id, user_id)
        if topup:
            if (topup.gateway, topup.amount) != (request.gateway, request.amount):
                raise IdempotencyKeyReused("This key made another top-up; send a new key for a new one.")
            return topup, gateway.fetch(topup.order_id), False
        if account.pending_topups >= MAX_PENDING_TOPUPS:
            if store.topup(topup_id):  # the batch read was no snapshot: this very key's own may be the last one counted
                raise WriteConflict(["topup"], None)
            raise TooManyTopUps(
                f"You have {account.pending_topups} top-ups that are not paid; pay one of them, or wait until they are "
                f"closed, {LOOK_AGAIN_SECONDS // 60} minutes after they began.",
                retry_after_seconds=LOOK_AGAIN_SECONDS,
            )
        store.table.require(gateway.call_seconds + CALL_SECONDS)
        order = gateway.open_order(
            topup_id, request.amount, DEFAULT_CURRENCY, f"{topup_id}:order:{gateway.name}:{request.amount}"
        )
        now_ms = millis(clock())
        topup = TopUp(
            topup_id=topup_id,
            user_id=user_id,
            gateway=gateway.name,
            order_id=order.order_id,
            amount=request.amount,
            currency=DEFAULT_CURRENCY,
            status=TopUpStatus.PENDING,
            created_at_ms=now_ms,
            due_at_ms=now_ms + LOOK_AGAIN_SECONDS * 1000,
        )
        return store.commit_topup(None, topup, account=account), order, True

    topup, order, created = _answered(lambda: store.retry_on_conflict(attempt))
    return topup_view(topup, order.client_secret), created


def finalize_topup(
    topup_id: str,
    proof: TopUpProof,
    *,
    user_id: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
) -> TopUpView:
    """Captures and credits the top-up; a repeat gives the same answer.

    Raises NotFound, NotPayable, PaymentDeclined, InProgress, Busy.
    """
    topup = store.topup(topup_id)
    if topup is None or topup.user_id != user_id:
        raise NotFound("You have no top-up by that id.")
    gateway = gateways[topup.gateway]
    if not gateway.verify_checkout_signature(topup.order_id, proof.gateway_transaction_id, proof.gateway_signature):
        raise PaymentDeclined("gateway_transaction_id is not proven to be the payment of this top-up.")
    advanced, payment = _answered(lambda: advance_topup(topup, store=store, gateways=gateways, clock=clock))
    match advanced.status:
        case TopUpStatus.CREDITED:
            return topup_view(advanced)
        case TopUpStatus.CLOSED:
            raise NotPayable("The top-up was closed, and what was paid is given back; start a new one.")
        case TopUpStatus.PENDING if payment.state is PaymentState.PROCESSING:
            raise InProgress("The gateway is still working on the payment; repeat in a moment.")
        case TopUpStatus.PENDING:
            raise PaymentDeclined("The payment at the gateway is not authorised.")


def advance_topup(
    topup: TopUp, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock
) -> tuple[TopUp, GatewayPayment]:
    """Takes a top-up as far as the gateway's books allow: captured, then credited; given back when it is not ours.

    Raises GatewayError, Busy.
    """
    gateway = gateways[topup.gateway]
    store.table.require(gateway.call_seconds + CALL_SECONDS)
    payment = gateway.fetch(topup.order_id)
    if topup.status is TopUpStatus.CREDITED or not payment.holds_money:
        return topup, payment
    if (payment.reference, payment.amount, payment.currency) != (topup.topup_id, topup.amount, topup.currency):
        return _given_back(topup, payment, gateway, store), payment
    if payment.state is PaymentState.AUTHORISED:
        with suppress(GatewayRefused):  # perhaps because it is captured: the look decides
            gateway.capture(topup.order_id, topup.amount, topup.currency, f"{topup.topup_id}:capture:{topup.attempts}")
        payment = gateway.fetch(topup.order_id)
    if payment.captured - payment.refunded < topup.amount:
        raise GatewayUnknown(f"the payment is {payment.state}, {payment.captured} captured")
    return _credit(topup, store=store, clock=clock), payment


def settle_topup(topup: TopUp, *, store: Store, gateways: Mapping[str, Gateway], clock: Clock) -> TopUp:
    """What settle does with a top-up that is due: credits it if it was paid, else closes it. Raises GatewayError."""
    topup, payment = advance_topup(topup, store=store, gateways=gateways, clock=clock)
    if topup.status is not TopUpStatus.PENDING:
        return topup
    gateway = gateways[topup.gateway]
    if gateway.closes_orders and payment.state is not PaymentState.VOIDED:
        gateway.void(topup.order_id, f"{topup.topup_id}:close:{topup.attempts}")
    return _closed(topup, store)


def _given_back(topup: TopUp, payment: GatewayPayment, gateway: Gateway, store: Store) -> TopUp:
    """Gives back money that is not what was asked for; raises GatewayUnknown until the gateway shows it back."""
    key = f"{topup.topup_id}:back:{topup.attempts}"
    with suppress(GatewayRefused):
        if payment.captured:
            gateway.refund(topup.order_id, payment.captured - payment.refunded, key)
        else:
            gateway.void(topup.order_id, key)
    if gateway.fetch(topup.order_id).holds_money:
        raise GatewayUnknown("the payment of a top-up is not what was asked for, and is not back yet")
    return _closed(topup, store)


def _closed(topup: TopUp, store: Store) -> TopUp:
    """Closed, unless somebody else took it further meanwhile: then as they left it."""
    try:
        return store.commit_topup(topup, msgspec.structs.replace(topup, status=TopUpStatus.CLOSED))
    except WriteConflict:
        return store.topup(topup.topup_id) or topup


def put_off_topup(topup: TopUp, error: Exception, *, store: Store, now: datetime) -> TopUp:
    """The top-up with its next try later, each time twice as late; if that cannot be written, it is tried sooner."""
    attempts = topup.attempts + 1
    pause_seconds = retry_pause_seconds(topup.topup_id, topup.attempts)
    later = msgspec.structs.replace(
        topup,
        attempts=attempts,
        due_at_ms=millis(now) + int(pause_seconds * 1000),
        stuck=attempts >= STUCK_AFTER_ATTEMPTS,
    )
    record_topup_failure(
        later, f"top-up of {topup.amount} not settled, {'stuck' if later.stuck else 'will be tried again'}: {error}"
    )
    count(Metric.SETTLE_FAILED, 1)
    try:
        return store.commit_topup(topup, later)
    except (WriteConflict, Busy):
        return topup


def _credit(topup: TopUp, *, store: Store, clock: Clock) -> TopUp:
    """Credits the captured money in the transaction that marks the top-up credited, so once whoever else tries."""

    def attempt() -> TopUp:
        current = store.topup(topup.topup_id) or topup
        if current.status is TopUpStatus.CREDITED:
            return current
        account = store.account(topup.user_id)
        entry = LedgerEntry(
            user_id=topup.user_id,
            seq=account.seq + 1,
            amount=topup.amount,
            balance_after=account.balance + topup.amount,
            reason="topup",
            actor=topup.gateway,
            at_ms=millis(clock()),
        )
        credited = store.commit_topup(
            current, msgspec.structs.replace(current, status=TopUpStatus.CREDITED), account=account, entry=entry
        )
        record_entry(entry, topup.currency)
        return credited

    return store.retry_on_conflict(attempt)


def _answered[Result](call: Callable[[], Result]) -> Result:
    try:
        return call()
    except GatewayRefused as error:
        raise PaymentDeclined("The gateway did not take the payment; try another way to pay.") from error
    except GatewayUnknown as error:
        raise Busy("The gateway did not answer; please repeat the request.") from error


def topup_view(topup: TopUp, client_secret: str | None = None) -> TopUpView:
    return TopUpView(
        topup_id=topup.topup_id,
        status=topup.status,
        gateway=topup.gateway,
        gateway_order_id=topup.order_id,
        client_secret=client_secret,
        amount=topup.amount,
        currency=topup.currency,
    )
