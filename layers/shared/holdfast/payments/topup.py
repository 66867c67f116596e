"""Fill the wallet by card: open an order, capture what the guest authorised, then credit it, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import (
    AmountTooSmall,
    Busy,
    IdempotencyKeyReused,
    InProgress,
    InvalidFields,
    NotFound,
    NotPayable,
    PaymentDeclined,
    TooManyTopUps,
)
from holdfast.logs import Metric, count, record_entry, record_topup_failure
from holdfast.model.account import LedgerEntry, TopUp, TopUpStatus
from holdfast.model.dates import millis
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.ids import hashed_id
from holdfast.model.limits import MAX_PENDING_TOPUPS
from holdfast.model.money import charge_step, money, smallest_charge, takes
from holdfast.payments.gateway_limit import gateway_limit
from holdfast.payments.gateways.protocol import GatewayPayment, PaymentState, gateway_refusals
from holdfast.payments.perform import DISPUTE_PAUSE_SECONDS, Disputed, perform, postponed
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.payments.wallet_requests import TopUpProof, TopUpRequest

LOOK_AGAIN_SECONDS = 900  # after the start of a top-up, settle looks whether it was paid


def start_topup(request: TopUpRequest, *, user_id: str, key: str, engine: Engine) -> tuple[TopUp, GatewayPayment, bool]:
    """The top-up that this user's `key` stands for, its order as the gateway has it, and whether this call made it.

    Repeats are limited. Raises IdempotencyKeyReused, TooManyTopUps, TooManyCalls, PaymentDeclined, Busy.
    """
    topup_id = hashed_id("tu", user_id, "topup", key)
    gateway = engine.gateways[request.gateway]

    def attempt() -> tuple[TopUp, GatewayPayment, bool]:
        topup, account = engine.store.topup_and_account(topup_id, user_id)
        if topup:
            if (topup.gateway, topup.amount) != (request.gateway, request.amount):
                raise IdempotencyKeyReused("This key made another top-up; send a new key for a new one.")
            limit.require(account, repeats=True)
            return topup, gateway.fetch(topup.order_id), False
        if account.pending_topups >= MAX_PENDING_TOPUPS:
            if engine.store.topup(topup_id):  # a batch read is no snapshot: the last one counted may be this key's own
                raise WriteConflict(["topup"], None)
            raise TooManyTopUps(
                f"You have {account.pending_topups} top-ups that are not paid; pay one of them, or wait until they are "
                f"closed, {LOOK_AGAIN_SECONDS // 60} minutes after they began.",
                retry_after_seconds=LOOK_AGAIN_SECONDS,
            )
        _refuse_uncharged(request, account.currency)
        engine.require_call(gateway)
        limit.require(account)
        terms = f"{gateway.name}:{request.amount}:{account.currency}"
        order = gateway.open_order(topup_id, request.amount, account.currency, f"{topup_id}:order:{terms}")
        now_ms = millis(engine.clock())
        topup = TopUp(
            topup_id=topup_id,
            user_id=user_id,
            gateway=gateway.name,
            order_id=order.order_id,
            amount=request.amount,
            currency=account.currency,
            status=TopUpStatus.PENDING,
            created_at_ms=now_ms,
            due_at_ms=now_ms + LOOK_AGAIN_SECONDS * 1000,
        )
        return engine.store.commit_topup(None, topup, account=account), order, True

    with gateway_limit(user_id, engine) as limit, gateway_refusals():
        return engine.store.retry_on_conflict(attempt)


def _refuse_uncharged(request: TopUpRequest, currency: str) -> None:
    """Raises InvalidFields or AmountTooSmall for what the gateway would not charge in the wallet's currency."""
    if not takes(request.gateway, currency):
        raise InvalidFields(("gateway", f"{request.gateway} does not take {currency}, the wallet's currency"))
    if request.amount % charge_step(currency):
        raise InvalidFields(("amount", f"amounts in {currency} go in steps of {charge_step(currency)}"))
    smallest = smallest_charge(currency, request.gateway)
    if request.amount < smallest:
        raise AmountTooSmall(
            f"{request.gateway} charges at least {money(smallest, currency)}; top up more.",
            amount=request.amount,
            smallest=smallest,
            currency=currency,
        )


def finalize_topup(topup_id: str, proof: TopUpProof, *, user_id: str, engine: Engine) -> TopUp:
    """The top-up, captured and credited; a repeat gives the same answer. Once it is credited, no gateway is asked.

    Raises NotFound, NotPayable, PaymentDeclined, InProgress, TooManyCalls, Busy.
    """

    def attempt() -> TopUp:
        topup, account = engine.store.topup_and_account(topup_id, user_id)
        if topup is None or topup.user_id != user_id:
            raise NotFound("You have no top-up by that id.")
        gateway = engine.gateways[topup.gateway]
        if not gateway.verify_checkout_signature(topup.order_id, proof.gateway_transaction_id, proof.gateway_signature):
            raise PaymentDeclined("gateway_transaction_id is not proven to be the payment of this top-up.")
        if topup.status is not TopUpStatus.CREDITED:
            limit.require(account)
        return topup

    with gateway_limit(user_id, engine) as limit:
        topup = engine.store.retry_on_conflict(attempt)
        if topup.status is TopUpStatus.CREDITED:
            return topup
        with gateway_refusals():
            advanced, payment = advance_topup(topup, engine=engine)
        match advanced.status:
            case TopUpStatus.CREDITED:
                return advanced
            case TopUpStatus.CLOSED:
                raise NotPayable("The top-up was closed, and what was paid is given back; start a new one.")
            case TopUpStatus.PENDING if payment.state is PaymentState.PROCESSING:
                raise InProgress("The gateway is still working on the payment; repeat in a moment.")
            case TopUpStatus.PENDING:
                raise PaymentDeclined("The payment at the gateway is not authorised.")


def advance_topup(
    topup: TopUp, *, engine: Engine, fetched: GatewayPayment | None = None
) -> tuple[TopUp, GatewayPayment]:
    """Moves a top-up on as the gateway's record allows: captures, then credits; refunds a payment that does not match.

    What others have taken back of a credited one is taken out of the wallet.

    `fetched` is that record, if the caller fetched it just now. Raises GatewayError, Busy.
    """
    payment = fetched or engine.gateway(topup.gateway).fetch(topup.order_id)
    if topup.refund_closed:
        return topup, payment
    topup = _taken_over(topup, payment, engine)
    if topup.status is TopUpStatus.CREDITED or not payment.holds_money:
        return topup, payment
    is_ours = (payment.reference, payment.amount, payment.currency) == (topup.topup_id, topup.amount, topup.currency)
    if not (is_ours and payment.is_whole):
        return _closed(topup, payment, engine), payment
    capture = topup.task(TaskAction.CAPTURE)
    payment = _performed(capture, topup, payment, engine)
    if not payment.is_whole:
        return _closed(topup, payment, engine), payment
    return _credited(topup, payment, engine), payment


def _taken_over(topup: TopUp, payment: GatewayPayment, engine: Engine) -> TopUp:
    """The top-up with what others have done at the gateway, if there was ever anything. Raises GatewayError, Busy."""
    if not (payment.refunded or payment.dispute or topup.taken_back or topup.dispute):
        return topup
    from holdfast.payments.reversal import take_over_topup  # noqa: PLC0415 - rare, and a cold start pays for it

    return take_over_topup(topup, payment, engine=engine)


def settle_topup(topup: TopUp, *, engine: Engine) -> TopUp:
    """What settle does with a pending top-up that is due: credits it if it was paid, else closes it.

    Raises GatewayError, Busy.
    """
    topup, payment = advance_topup(topup, engine=engine)
    return topup if topup.status is not TopUpStatus.PENDING else _closed(topup, payment, engine)


def postpone_topup(topup: TopUp, error: Exception, *, engine: Engine) -> TopUp:
    """The top-up with its next attempt later; if that write fails, it is tried sooner."""
    task = postponed(topup.task(TaskAction.CAPTURE), topup.topup_id, error, engine.clock())
    later = msgspec.structs.replace(
        topup, attempts=task.attempts, refusals=task.refusals, due_at_ms=task.at_ms, stuck=task.stuck
    )
    record_topup_failure(later, error)
    count(Metric.SETTLE_FAILED, 1)
    try:
        return engine.store.commit_topup(topup, later)
    except (WriteConflict, Busy):
        return topup


def _performed(task: GatewayTask, topup: TopUp, payment: GatewayPayment, engine: Engine) -> GatewayPayment:
    key = f"{topup.topup_id}:{task.action}"
    return perform(task, key=key, currency=topup.currency, engine=engine, fetched=payment)


def _closed(topup: TopUp, payment: GatewayPayment, engine: Engine) -> TopUp:
    """The top-up, closed after its order is closed and refunded; if another worker came first, as that one left it."""
    current = engine.store.topup(topup.topup_id)
    if current and current.refund_closed:  # given back outside, as an admin says
        return current
    void = topup.task(TaskAction.VOID)
    after = msgspec.structs.replace(topup, status=TopUpStatus.CLOSED)
    try:
        _performed(void, topup, payment, engine)
    except Disputed:  # is no failure, and never makes it stuck
        due_at_ms = millis(engine.clock()) + DISPUTE_PAUSE_SECONDS * 1000
        after = msgspec.structs.replace(topup, due_at_ms=due_at_ms)
    try:
        return engine.store.commit_topup(topup, after)
    except WriteConflict:
        return engine.store.topup(topup.topup_id) or topup


def _credited(topup: TopUp, payment: GatewayPayment, engine: Engine) -> TopUp:
    """Credits the captured amount in the transaction that marks the top-up credited, so only one worker can do it."""

    def attempt() -> TopUp:
        current = engine.store.topup(topup.topup_id) or topup
        if current.status is TopUpStatus.CREDITED or current.refund_closed:
            return current
        account = engine.store.account(topup.user_id)
        entry = LedgerEntry(
            user_id=topup.user_id,
            seq=account.seq + 1,
            amount=topup.amount,
            balance_after=account.balance + topup.amount,
            reason="topup",
            actor=topup.gateway,
            at_ms=millis(engine.clock()),
            currency=topup.currency,
            ref=GatewayRef(topup.gateway, topup.order_id, payment.transaction_id or None),
        )
        after = msgspec.structs.replace(current, status=TopUpStatus.CREDITED, transaction_id=payment.transaction_id)
        credited = engine.store.commit_topup(current, after, account=account, entry=entry)
        record_entry(entry, topup.currency)
        return credited

    return engine.store.retry_on_conflict(attempt)
