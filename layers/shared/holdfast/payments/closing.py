"""Ways out of what can never succeed at a gateway: an admin says that a refund was paid in another way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import Busy, InProgress, InvalidFields, NotFound
from holdfast.logs import logger, record_entry
from holdfast.model.account import TopUp, TopUpStatus, wallet_entry
from holdfast.model.booking import Booking
from holdfast.model.gateway_task import TaskAction
from holdfast.model.money import money
from holdfast.payments.gateways.protocol import DisputeState, GatewayError, GatewayRefused
from holdfast.payments.outside import take_over

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.model.account import Account
    from holdfast.payments.requests import CloseRefundRequest, SettleRequest


def close_refund(booking_id: str, request: CloseRefundRequest, *, admin_id: str, engine: Engine) -> Booking:
    """The booking, with nothing to give back at its gateways any more; a repeat changes nothing.

    The gateway is looked at first: a refund that has come about is recorded as that. The rest counts as paid outside,
    or is paid to the wallet now. A payment that bought nothing can only have been paid outside.

    Raises NotFound, InvalidFields, InProgress while its payment is not charged yet, or is disputed; Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> tuple[Booking, Booking, Account]:
        found = engine.store.booking(booking_id)
        if found is None:
            raise NotFound("There is no booking by that id.")
        context = engine.store.booking_context(booking_id, found.user_id)
        booking, kept_orders = _looked_at(context.booking or found, engine)
        refunds = [task for task in booking.tasks if task.action is TaskAction.REFUND]
        if not refunds and not kept_orders:
            own = booking.payment
            if (own is None or not own.refund_closed) and not booking.closed_orders:
                raise NotFound("Nothing is due as a refund of this booking.")
            return booking, booking, context.account
        if refunds and not _is_charged(booking):
            raise InProgress("The card is not charged yet; settle the booking first.")
        if request.paid == "wallet" and (kept_orders or context.account.currency != booking.currency):
            raise InvalidFields(("paid", "must be outside: the payment bought nothing, or is in another currency"))
        now = engine.clock()
        closed = _closed(booking, kept_orders, request, now, by)
        return booking, engine.store.commit(booking, closed, now=now, context=context), context.account

    before, after, account = engine.store.retry_on_conflict(attempt)
    if after is not before:
        entry = wallet_entry(before, after, account)
        if entry:
            record_entry(entry, after.currency)
        logger.info("a refund is closed", extra={"booking_id": booking_id, "by": by, "why": request.reason})
    return after


def _looked_at(booking: Booking, engine: Engine) -> tuple[Booking, dict[str, int]]:
    """The booking as its gateways have it by now, and what orders that are to be voided hold of captured money.

    An order that holds none stays due: the guest may still pay it. Raises InProgress, Busy, WriteConflict.
    """
    kept: dict[str, int] = {}
    for task in booking.tasks:
        if task.action is TaskAction.CAPTURE:
            continue
        try:
            payment = engine.gateway(task.gateway).fetch(task.order_id)
        except GatewayRefused:
            continue
        except GatewayError as error:
            raise Busy("The gateway did not answer; please repeat the request.") from error
        booking = take_over(booking, payment, gateway=task.gateway, engine=engine)
        if payment.dispute and payment.dispute.state is DisputeState.OPEN:
            raise InProgress("The guest's bank disputes the payment; the refund waits until that is decided.")
        if task.action is TaskAction.VOID and payment.left:
            kept[task.order_id] = payment.left
    return booking, kept


def _is_charged(booking: Booking) -> bool:
    own = booking.payment
    captures = [task for task in booking.tasks if task.action is TaskAction.CAPTURE]
    return own is not None and own.captured > 0 and not any(task.order_id == own.order_id for task in captures)


def _closed(
    booking: Booking, kept_orders: dict[str, int], request: CloseRefundRequest, now: datetime, by: str
) -> Booking:
    own, to_wallet = booking.payment, request.paid == "wallet"
    refunds = [task for task in booking.tasks if task.action is TaskAction.REFUND]
    owed = sum(task.amount for task in refunds) - own.refunded_by_us if own and refunds else 0
    if own and refunds:
        own = msgspec.structs.replace(
            own, refund_closed=own.refund_closed + owed, closed_to_wallet=to_wallet, to_refund=own.given_back
        )
    amount = money(owed + sum(kept_orders.values()), booking.currency)
    where = "paid to the wallet" if to_wallet else "paid outside"
    return booking.transitioned(
        booking.status,
        now,
        by,
        note=f"refund of {amount} closed, {where}: {request.reason}",
        ref=own.ref if own else None,
        payment=own,
        tasks=tuple(task for task in booking.tasks if task not in refunds and task.order_id not in kept_orders),
        closed_orders=(*booking.closed_orders, *kept_orders),
        wallet_refunded=booking.wallet_refunded + (owed if to_wallet else 0),
    )


def close_topup(topup_id: str, request: SettleRequest, *, admin_id: str, engine: Engine) -> TopUp:
    """The top-up, closed: what its gateway holds of it now was given back outside. A repeat changes nothing.

    One of which the gateway holds nothing needs no admin: it is credited if it is paid, else it closes by itself.

    Raises NotFound, InvalidFields for one that is credited or of which nothing is captured, Busy.
    """
    by = f"admin {admin_id}"

    def attempt() -> TopUp:
        topup = engine.store.topup(topup_id)
        if topup is None:
            raise NotFound("There is no top-up by that id.")
        if topup.refund_closed:
            return topup
        if topup.status is TopUpStatus.CREDITED:
            raise InvalidFields(("topup_id", "is credited: there is nothing to give back"))
        held = _captured_of(topup, engine)
        asked = {"asked_by": by, "asked_why": request.reason, "refund_closed": True, "closed_outside": held}
        return engine.store.commit_topup(topup, msgspec.structs.replace(topup, status=TopUpStatus.CLOSED, **asked))

    topup = engine.store.retry_on_conflict(attempt)
    logger.info("a top-up is closed", extra={"topup_id": topup_id, "user_id": topup.user_id, "by": topup.asked_by})
    return topup


def _captured_of(topup: TopUp, engine: Engine) -> int:
    """What the gateway holds of the top-up; 0 for an order that it does not know. Raises InvalidFields, Busy."""
    try:
        payment = engine.gateway(topup.gateway).fetch(topup.order_id)
    except GatewayRefused:
        return 0
    except GatewayError as error:
        raise Busy("The gateway did not answer; please repeat the request.") from error
    if not payment.left:
        raise InvalidFields(("topup_id", "holds nothing captured: there is nothing to give back"))
    return payment.left
