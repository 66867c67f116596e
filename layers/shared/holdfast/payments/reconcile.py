"""Bring a booking or a top-up in line with the gateway. A webhook is only a trigger: the order is fetched.

An event may come twice, late, or in any order: nothing is done that our record or the gateway's shows as done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, Busy, ChargeFailed, InProgress, InsufficientWallet
from holdfast.logs import Metric, count, logger
from holdfast.model.booking import HOLDING, Booking, GatewayRef, TaskAction
from holdfast.model.ids import TOPUP_ID
from holdfast.model.money import money
from holdfast.payments.cases import report_unmatched
from holdfast.payments.confirm import confirm
from holdfast.payments.gateways.protocol import GatewayRefused
from holdfast.payments.tasks import run_tasks
from holdfast.payments.topup import advance_topup
from holdfast.requests import BY_GATEWAY, FinalizeRequest

if TYPE_CHECKING:
    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import GatewayPayment


def reconcile(order_id: str, *, gateway: str, engine: Engine, by: str) -> None:
    """Confirms the booking that the order pays for, credits its top-up, or refunds it.

    Raises Busy, InProgress, GatewayError if that could not be done now: the event should be sent again.
    """
    try:
        payment = engine.gateway(gateway).fetch(order_id)
    except GatewayRefused:
        report_unmatched(gateway, order_id, None, engine)
        return
    reference = payment.reference
    if reference is None:  # another program of the same account: its money is not ours to give back
        logger.info("a payment of another program", extra={"gateway": gateway, "order_id": order_id})
        count(Metric.PAYMENTS_FOREIGN, 1)
        return
    if TOPUP_ID.fullmatch(reference):
        topup = engine.store.topup(reference)
        if topup and topup.order_id == order_id:
            advance_topup(topup, engine=engine, fetched=payment)
            return
        if not payment.holds_money:
            return  # its order was opened just now, and the top-up is not written yet
    booking = engine.store.booking(reference)
    if booking is None:
        report_unmatched(gateway, order_id, payment, engine)
        return
    own = _is_own(booking, order_id)
    if own and _paid_by_it(booking):
        _reopen_failed_refund(booking, payment, gateway, engine, by)
        run_tasks(booking, engine=engine, by=by)
    elif payment.holds_money and not (_may_buy(booking, order_id) and _confirmed(booking, payment, engine, by)):
        _refund_unusable(booking, payment, gateway, engine, by)


def _is_own(booking: Booking, order_id: str) -> bool:
    return booking.payment is not None and booking.payment.order_id == order_id


def _may_buy(booking: Booking, order_id: str) -> bool:
    """Whether the order is the booking's own, or one of an earlier choice for the same amount."""
    payable = booking.quote.gateway_payable if booking.quote else 0
    return _is_own(booking, order_id) or any(task.order_id == order_id for task in booking.earlier_orders(payable))


def _paid_by_it(booking: Booking) -> bool:
    """Whether its own order paid for the booking, cancelled since or not: then only its tasks capture or refund."""
    return booking.payment_mode in BY_GATEWAY and booking.payment is not None and not booking.payment.voided


def _confirmed(booking: Booking, payment: GatewayPayment, engine: Engine, by: str) -> bool:
    """Confirms with the amounts that the payment start fixed; False if this payment can no longer buy the booking."""
    frozen = booking.quote
    if frozen is None or not frozen.gateway_payable:  # the wallet pays all of it
        return False
    request = FinalizeRequest.model_construct(  # our own record and the gateway's: no guest's limits apply
        payment_mode="wallet_partial" if frozen.wallet_applied else "gateway_only",
        wallet_applied=frozen.wallet_applied,
        gateway_amount=frozen.gateway_payable,
        gateway_transaction_id=payment.transaction_id,
    )
    try:
        confirm(booking.booking_id, request, user_id=booking.user_id, by=by, engine=engine, fetched=payment)
    except ChargeFailed:
        return True  # confirmed, lapsed and undone: there is nothing to refund
    except (Busy, InProgress):
        raise
    except InsufficientWallet:
        return booking.status_at(engine.clock()) in HOLDING  # the guest has until the deadline to fill the wallet
    except BookingError:
        return False
    return True


def _reopen_failed_refund(booking: Booking, payment: GatewayPayment, gateway: str, engine: Engine, by: str) -> None:
    """Makes a recorded refund due again that failed at the gateway days later. Raises GatewayError."""
    if booking.payment is None or payment.refunded >= booking.payment.refunded:
        return
    # The first fetch may be older than the refund that the booking records.
    refunded = engine.gateway(gateway).fetch(booking.payment.order_id).refunded

    def attempt() -> bool:
        current, now = engine.store.booking(booking.booking_id) or booking, engine.clock()
        own = current.payment
        if own is None or refunded >= own.refunded or any(task.order_id == own.order_id for task in current.tasks):
            return False
        again = current.new_task(TaskAction.REFUND, now, amount=own.refunded)
        corrected = msgspec.structs.replace(own, refunded=refunded)
        of = money(own.refunded, current.currency)
        note = f"a refund failed at the gateway: {money(refunded, current.currency)} of {of} refunded"
        tasks = (*current.tasks, again)
        failed = current.transitioned(current.status, now, by, note=note, ref=own.ref, payment=corrected, tasks=tasks)
        engine.store.commit(current, failed, now=now)
        return True

    if engine.store.retry_on_conflict(attempt):
        logger.error("a refund failed at the gateway", extra={"booking_id": booking.booking_id})


def _refund_unusable(booking: Booking, payment: GatewayPayment, gateway: str, engine: Engine, by: str) -> None:
    """Makes a full refund of this order due, and tries it at once."""

    def attempt() -> Booking:
        current, now = engine.store.booking(booking.booking_id) or booking, engine.clock()
        if _is_own(current, payment.order_id) and _paid_by_it(current):
            return current  # another delivery confirmed it meanwhile: only its own tasks move this payment now
        known = any((task.order_id, task.action) == (payment.order_id, TaskAction.VOID) for task in current.tasks)
        own = current.payment
        if own and own.order_id == payment.order_id:
            own = msgspec.structs.replace(own, refund_pending=True)
        if known and own == current.payment:
            return current
        void = current.new_task(TaskAction.VOID, now, amount=payment.amount, gateway=gateway, order_id=payment.order_id)
        tasks = current.tasks if known else (*current.tasks, void)
        note = f"a payment of {money(payment.amount, payment.currency)} cannot be used and is given back"
        ref = GatewayRef(gateway, payment.order_id, payment.transaction_id or None)
        refunding = current.transitioned(current.status, now, by, note=note, ref=ref, payment=own, tasks=tasks)
        return engine.store.commit(current, refunding, now=now)

    run_tasks(engine.store.retry_on_conflict(attempt), engine=engine, by=by)
