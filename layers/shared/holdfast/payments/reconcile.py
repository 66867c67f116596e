"""Bring a booking or a top-up in line with the gateway. A webhook is only a trigger: the order is fetched.

An event may come twice, late, or in any order: nothing is done that our record or the gateway's shows as done.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import BookingError, Busy, ChargeFailed, InProgress, InsufficientWallet
from holdfast.logs import Metric, count, logger
from holdfast.model.booking import HOLDING, Booking
from holdfast.model.dates import millis
from holdfast.model.gateway_ref import GatewayRef
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.ids import TOPUP_ID
from holdfast.model.money import money
from holdfast.payments.confirm import confirm
from holdfast.payments.gateways.protocol import GatewayRefused
from holdfast.payments.outside import is_outside_act, paid_by, take_over
from holdfast.payments.requests import FinalizeRequest
from holdfast.payments.tasks import run_tasks
from holdfast.payments.topup import advance_topup

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateways.protocol import GatewayPayment


def reconcile(order_id: str, *, gateway: str, engine: Engine, by: str) -> None:
    """Confirms the booking that the order pays for, credits its top-up, or refunds it.

    Raises Busy, InProgress, GatewayError if that could not be done now: the event should be sent again.
    """
    try:
        payment = engine.gateway(gateway).fetch(order_id)
    except GatewayRefused:
        _report_unmatched(gateway, order_id, None, engine)
        return
    reference = payment.reference
    if reference is None:  # another program of the same account: its money is not ours to give back
        logger.info("a payment of another program", extra={"gateway": gateway, "order_id": order_id})
        count(Metric.PAYMENTS_FOREIGN, 1)
        return
    if TOPUP_ID.fullmatch(reference):
        topup = engine.store.topup(reference)
        if topup and topup.order_id == order_id:
            topup, payment = advance_topup(topup, engine=engine, fetched=payment)
            unasked = topup.refund_closed and payment.left > topup.closed_outside
            _watch_second_payment(payment, None if unasked else payment.transaction_id, gateway, engine)
            return
        if not payment.holds_money:
            return  # its order was opened just now, and the top-up is not written yet
    booking = engine.store.booking(reference)
    if booking is None:
        _report_unmatched(gateway, order_id, payment, engine)
        return
    booking = _brought_in_line(booking, payment, gateway, engine)
    if paid_by(booking, order_id):
        run_tasks(booking, engine=engine, by=by)
    elif payment.holds_money and not (_may_buy(booking, order_id) and _confirmed(booking, payment, engine, by)):
        _refund_unusable(booking, order_id, gateway, engine, by)
    current = (engine.store.booking(reference) or booking) if payment.others else booking
    bought = current.payment if paid_by(current, order_id) else None
    paying = bought.transaction_id if bought else payment.transaction_id
    _watch_second_payment(payment, paying, gateway, engine)


def _brought_in_line(booking: Booking, payment: GatewayPayment, gateway: str, engine: Engine) -> Booking:
    """The booking with what others have done on this order. Raises GatewayError, Busy."""
    if not is_outside_act(booking, payment, gateway, engine.clock()):
        return booking

    def attempt() -> Booking:
        current = engine.store.booking(booking.booking_id) or booking
        # Fetched again, after the booking was read: the first fetch may be older than what the booking records.
        bought = current.payment if paid_by(current, payment.order_id) else None
        fetched = engine.gateway(gateway).fetch(payment.order_id, bought.transaction_id if bought else None)
        return take_over(current, fetched, gateway=gateway, engine=engine)

    return engine.store.retry_on_conflict(attempt)


def _report_unmatched(gateway: str, order_id: str, payment: GatewayPayment | None, engine: Engine) -> None:
    from holdfast.payments.cases import report_unmatched  # noqa: PLC0415 - rare, and a cold start pays for it

    report_unmatched(gateway, order_id, payment, engine)


def _watch_second_payment(payment: GatewayPayment, paying: str | None, gateway: str, engine: Engine) -> None:
    """Keeps a case of a second payment on the order, beside the one that pays, until the gateway gives it back.

    Only one of an order's payments can be captured; any other lapses by itself. Raises GatewayError, Busy.
    """
    held = (payment.transaction_id, *payment.others) if payment.holds_money else payment.others
    second = next((transaction_id for transaction_id in held if transaction_id != paying), None)
    if second:
        seen = engine.gateway(gateway).fetch(payment.order_id, second)
        _report_unmatched(gateway, payment.order_id, seen, engine)
    elif payment.refunded or not engine.gateways[gateway].closes_orders:  # only there an order can have several
        from holdfast.payments.cases import close_unmatched  # noqa: PLC0415 - as above

        close_unmatched(gateway, payment.order_id, engine)


def _may_buy(booking: Booking, order_id: str) -> bool:
    """Whether the order is the booking's own, or one of an earlier choice for the same amount."""
    payable = booking.quote.gateway_payable if booking.quote else 0
    own = booking.payment is not None and booking.payment.order_id == order_id
    return own or any(task.order_id == order_id for task in booking.earlier_orders(payable))


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


def _refund_unusable(booking: Booking, order_id: str, gateway: str, engine: Engine, by: str) -> None:
    """Makes a full refund of this order due, and tries it at once; raises GatewayError, Busy."""

    def attempt() -> Booking:
        current, now = engine.store.booking(booking.booking_id) or booking, engine.clock()
        if order_id in current.closed_orders:
            return current  # an admin says that it was given back outside
        if paid_by(current, order_id):
            return current  # another delivery confirmed it meanwhile: only its own tasks move this payment now
        # Fetched after the booking was read: another worker may have given it back since the first fetch.
        payment = engine.gateway(gateway).fetch(order_id)
        if not payment.holds_money:
            return current
        known = any((task.order_id, task.action) == (order_id, TaskAction.VOID) for task in current.tasks)
        decided = tuple(_decided(task, now) if task.order_id == order_id else task for task in current.tasks)
        own = current.payment
        if own and own.order_id == order_id:
            own = msgspec.structs.replace(own, refund_pending=True)
        if known and (own, decided) == (current.payment, current.tasks):
            return current
        void = current.new_task(TaskAction.VOID, now, amount=payment.amount, gateway=gateway, order_id=order_id)
        tasks = decided if known else (*current.tasks, void)
        note = f"a payment of {money(payment.amount, payment.currency)} cannot be used and is given back"
        ref = GatewayRef(gateway, payment.order_id, payment.transaction_id or None)
        refunding = current.transitioned(current.status, now, by, note=note, ref=ref, payment=own, tasks=tasks)
        return engine.store.commit(current, refunding, now=now)

    run_tasks(engine.store.retry_on_conflict(attempt), engine=engine, by=by)


def _decided(task: GatewayTask, now: datetime) -> GatewayTask:
    """The void of an order whose payment is to be given back: due at once, unless it waits after a failure."""
    waits = task.attempts and not task.buys
    return msgspec.structs.replace(task, buys=False, at_ms=task.at_ms if waits else min(task.at_ms, millis(now)))
