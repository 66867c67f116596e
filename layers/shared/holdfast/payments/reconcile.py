"""Take up what a gateway's books say of one order, whoever brings the news: a webhook, or settle on its round.

The news itself is never believed, only looked up. So it may come twice, late, or in any order: what is done already
shows in our books or the gateway's, and is not done again.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import (
    AlreadyPaid,
    BookingError,
    Busy,
    ChargeFailed,
    HoldExpired,
    InProgress,
    InsufficientWallet,
    NotPayable,
    WrongMoney,
)
from holdfast.logs import logger
from holdfast.model.account import REFUNDED, UNKNOWN, OrphanPayment
from holdfast.model.booking import HOLDING, Booking, Status, TaskAction
from holdfast.model.dates import Clock, millis
from holdfast.payments.confirm import Finalized, finalize
from holdfast.payments.gateways.protocol import GatewayError, GatewayRefused, PaymentState
from holdfast.payments.tasks import run_tasks
from holdfast.payments.topup import TOPUP_ID, advance_topup
from holdfast.requests import BY_GATEWAY, FinalizeRequest
from holdfast.storage.table import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.payments.gateways.protocol import Gateway, GatewayPayment
    from holdfast.storage.store import Store


def reconcile(
    order_id: str, *, gateway: str, store: Store, gateways: Mapping[str, Gateway], clock: Clock, by: str
) -> None:
    """Confirms the booking that the order pays for, or sees that its money goes back.

    Raises Busy, InProgress, GatewayError when that could not be settled now: the news should come again.
    """
    driver = gateways[gateway]
    store.table.require(driver.call_seconds + CALL_SECONDS)
    try:
        payment = driver.fetch(order_id)
    except GatewayRefused:
        unknown = OrphanPayment(
            gateway=gateway, order_id=order_id, amount=0, currency="", payment_state=UNKNOWN, at_ms=millis(clock())
        )
        _record_orphan(unknown, store)
        return
    reference = payment.reference or ""
    if TOPUP_ID.fullmatch(reference):
        topup = store.topup(reference)
        if topup and topup.order_id == order_id:
            advance_topup(topup, store=store, gateways=gateways, clock=clock)
            return
        if not payment.holds_money:
            return  # its order was opened just now, and is not written down yet
    booking = store.booking(reference) if reference else None
    if booking is None:
        given_back = payment.state is PaymentState.CAPTURED and not payment.holds_money
        orphans = OrphanPayment(
            gateway=gateway,
            order_id=order_id,
            amount=payment.amount,
            currency=payment.currency,
            payment_state=REFUNDED if given_back else payment.state,
            at_ms=millis(clock()),
        )
        _record_orphan(orphans, store)
        return
    own = _is_own(booking, order_id)
    if own and _paid_by_it(booking):
        _check_refund(booking, payment, driver, store, clock, by)
        run_tasks(booking, store=store, gateways=gateways, clock=clock, by=by)
    elif not payment.holds_money:
        return
    elif not own or not _confirmed(booking, payment, store=store, gateways=gateways, clock=clock, by=by):
        refund_unusable(booking, payment, gateway=gateway, store=store, gateways=gateways, clock=clock, by=by)


def finalize_for_guest(
    booking_id: str,
    request: FinalizeRequest,
    *,
    caller: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
) -> Finalized:
    """`finalize`, by the guest's browser; money that came too late for it is seen to at once, not left to a webhook.

    Raises what `finalize` does.
    """
    try:
        return finalize(booking_id, request, caller=caller, store=store, gateways=gateways, clock=clock)
    except (HoldExpired, NotPayable, WrongMoney) as refusal:
        booking = store.booking(booking_id)
        order = booking.payment if booking and booking.user_id == caller else None
        if order is None or order.voided or request.mode not in BY_GATEWAY:
            raise
        with suppress(BookingError, GatewayError):  # settle goes on with what is due
            reconcile(order.order_id, gateway=order.gateway, store=store, gateways=gateways, clock=clock, by="guest")
        current = store.booking(booking_id)
        if current and current.status is Status.CONFIRMED:
            raise AlreadyPaid(
                "The booking is confirmed by the payment on its order; this one was not taken."
            ) from refusal
        raise


def _is_own(booking: Booking, order_id: str) -> bool:
    return booking.payment is not None and booking.payment.order_id == order_id


def _paid_by_it(booking: Booking) -> bool:
    """Whether its own order's money bought the booking, cancelled since or not: then only its dues move that money."""
    return booking.payment_mode in BY_GATEWAY and booking.payment is not None and not booking.payment.voided


def _check_refund(
    booking: Booking, payment: GatewayPayment, gateway: Gateway, store: Store, clock: Clock, by: str
) -> None:
    """A refund that we booked and that failed at the gateway days later becomes due again. Raises GatewayError."""
    if booking.payment is None or payment.refunded >= booking.payment.refunded:
        return
    # The first look may be older than the refund that the booking tells of.
    refunded = gateway.fetch(booking.payment.order_id).refunded

    def attempt() -> bool:
        current, now = store.booking(booking.booking_id) or booking, clock()
        own = current.payment
        if own is None or refunded >= own.refunded or any(task.order_id == own.order_id for task in current.tasks):
            return False
        again = current.new_task(TaskAction.REFUND, now, amount=own.refunded)
        recorded = msgspec.structs.replace(own, refunded=refunded)
        note = f"a refund failed at the gateway: {refunded} of {own.refunded} refunded"
        failed = current.transitioned(
            current.status, now, by, note=note, payment=recorded, tasks=(*current.tasks, again)
        )
        store.commit(current, failed, now=now)
        return True

    if store.retry_on_conflict(attempt):
        logger.error("a refund failed at the gateway", extra={"booking_id": booking.booking_id})


def _confirmed(
    booking: Booking,
    payment: GatewayPayment,
    *,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
    by: str,
) -> bool:
    """Finalizes with the amounts that the payment start fixed; False when this money can buy the booking no more."""
    frozen = booking.quote
    if frozen is None or not frozen.gateway_payable:  # nothing for a gateway to pay: the wallet has paid it all
        return False
    request = FinalizeRequest(
        payment_mode="wallet_partial" if frozen.wallet_applied else "gateway_only",
        wallet_applied=frozen.wallet_applied,
        gateway_amount=frozen.gateway_payable,
        gateway_transaction_id=payment.transaction_id,
    )
    try:
        finalize(
            booking.booking_id,
            request,
            caller=booking.user_id,
            store=store,
            gateways=gateways,
            clock=clock,
            by=by,
            seen=payment,
        )
    except ChargeFailed:
        return True  # confirmed, lapsed and undone: there is no money to give back
    except (Busy, InProgress):
        raise
    except InsufficientWallet:
        return booking.status_at(clock()) in HOLDING  # the guest has until the deadline to fill the wallet
    except BookingError:
        return False
    return True


def refund_unusable(
    booking: Booking,
    payment: GatewayPayment,
    *,
    gateway: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
    by: str,
) -> None:
    """Writes down that this order's money is due to go back, whole, and tries it at once."""

    def attempt() -> Booking:
        current, now = store.booking(booking.booking_id) or booking, clock()
        if _is_own(current, payment.order_id) and _paid_by_it(current):
            return current  # another delivery could still confirm it: from then on only its own dues move this money
        known = any((task.order_id, task.action) == (payment.order_id, TaskAction.VOID) for task in current.tasks)
        recorded = current.payment
        if recorded and recorded.order_id == payment.order_id:
            recorded = msgspec.structs.replace(recorded, refund_pending=True)
        if known and recorded == current.payment:
            return current
        tasks = current.tasks
        if not known:
            void = current.new_task(
                TaskAction.VOID, now, amount=payment.amount, gateway=gateway, order_id=payment.order_id
            )
            tasks = (*tasks, void)
        note = f"a payment of {payment.amount} cannot be used and is given back"
        return store.commit(
            current, current.transitioned(current.status, now, by, note=note, payment=recorded, tasks=tasks), now=now
        )

    run_tasks(store.retry_on_conflict(attempt), store=store, gateways=gateways, clock=clock, by=by)


def _record_orphan(orphans: OrphanPayment, store: Store) -> None:
    if store.record_orphan(orphans):
        facts = {"gateway": orphans.gateway, "order_id": orphans.order_id, "amount": orphans.amount}
        logger.error("a payment belongs to no booking or top-up of ours", extra=facts)
