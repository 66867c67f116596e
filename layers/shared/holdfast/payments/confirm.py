"""Confirm: the one transaction in which every payment ends. It confirms the booking, or it changes nothing.

reserved_at ------ held ------> expires_at ------------------ late ------------------>
any mode confirms               an authorised card confirms if rooms, wallet and promo still allow it;
                                otherwise it is refunded. Wallet and admin are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking, require_guest
from holdfast.errors import (
    AlreadyPaid,
    BookingError,
    Busy,
    ChargeFailed,
    GuestRequired,
    InProgress,
    InsufficientWallet,
    InvalidFields,
    NotFound,
    NotPayable,
    PaymentDeclined,
    PriceChanged,
    PromoExhausted,
    PromoInvalid,
    TooManyCalls,
    WrongMoney,
)
from holdfast.logs import Metric, Tag, count, record, record_entry, record_refusal
from holdfast.model.account import wallet_entry
from holdfast.model.booking import Booking, FrozenQuote, Payment, Status
from holdfast.model.gateway_task import TaskAction
from holdfast.model.money import money
from holdfast.model.stripes import choose_stripes, turn_of
from holdfast.payments.gateways.protocol import NO_ANSWER, GatewayPayment, GatewayRefused, PaymentState
from holdfast.payments.late import is_late, late_context, too_late
from holdfast.payments.quotes import agreed_quote, with_promo_limit
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest
from holdfast.payments.tasks import run_tasks
from holdfast.requests import BY_GATEWAY

if TYPE_CHECKING:
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.payments.gateway_limit import GatewayLimit
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.storage.transaction import BookingContext

NOT_A_PAYMENT = (NotFound, InvalidFields, GuestRequired, InProgress, TooManyCalls, Busy)  # left out of the success rate


def confirm(
    booking_id: str,
    request: FinalizeRequest | AdminFinalizeRequest,
    *,
    user_id: str,
    by: str,
    engine: Engine,
    fetched: GatewayPayment | None = None,
    limit: GatewayLimit | None = None,
) -> Booking:
    """The booking, confirmed by a payment from wallet or gateway or both, or by an admin's statement.

    Reads, checks the amounts against the price, fetches the payment from the gateway, and confirms in one transaction
    whose conditions are the deadline, the unchanged wallet and a promo use left. The card is captured after that;
    if the capture fails the booking stays confirmed, and the capture stays due for `settle`. `by` is the actor of the
    history line; `fetched` is the payment, if the caller fetched it from the gateway just now. With `limit`, a guest's
    own request, a property's wish for the guest's details stops it; money that arrived by itself is never stopped.

    Raises NotFound, HoldExpired, NotPayable, GuestRequired, AlreadyPaid, PriceChanged, InsufficientWallet,
    PromoInvalid, PromoExhausted, TooManyTries, TooManyCalls, PaymentDeclined, InProgress, InvalidFields, Busy.
    """
    promo_code = request.promo_code.upper() if isinstance(request, FinalizeRequest) and request.promo_code else None
    attempt = _Attempt(
        booking_id=booking_id,
        request=request,
        user_id=user_id,
        by=by,
        promo_code=promo_code,
        fetched={fetched.order_id: fetched} if fetched else {},
        limit=limit,
        engine=engine,
    )
    try:
        before, booking, context = engine.store.retry_on_conflict(lambda: _confirm_once(attempt))
    except BookingError as refusal:
        _record_refusal(attempt, refusal)
        raise
    if before is None:
        return booking
    _record_confirmed(before, booking, context)
    booking = run_tasks(booking, engine=engine, by="finalize")
    if booking.status is Status.CANCELLED and booking.payment and booking.payment.voided:
        kept = "what was taken is given back" if booking.payment.captured else "nothing was taken"
        raise ChargeFailed(f"The card could not be charged after all; {kept}, and the rooms are released.")
    return booking


class _Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One request to confirm. `fetched` keeps the gateway's record of an order, so that it is fetched once."""

    booking_id: str
    request: FinalizeRequest | AdminFinalizeRequest
    user_id: str
    by: str
    promo_code: str | None
    fetched: dict[str, GatewayPayment]
    limit: GatewayLimit | None
    engine: Engine


def _confirm_once(attempt: _Attempt) -> tuple[Booking | None, Booking, BookingContext]:
    """The booking before (None if this payment confirmed it already), the booking confirmed, the decision's context."""
    request, engine = attempt.request, attempt.engine
    context = engine.store.booking_context(
        attempt.booking_id, attempt.user_id, promo_code=attempt.promo_code, guest=attempt.limit is not None
    )
    booking = own_booking(context.booking, attempt.user_id)
    if booking.status is Status.CONFIRMED:
        if not request.repeats(booking):
            raise AlreadyPaid("The booking is confirmed by another payment; this one was not taken.")
        return None, booking, context
    late = is_late(booking, request, engine.clock())
    if attempt.limit and not late:
        require_guest(booking, context)
    try:
        agreed = with_promo_limit(
            None if booking.quote else attempt.promo_code,
            lambda seen: agreed_quote(request, booking, seen, attempt.promo_code, engine.clock()),
            context=context,
            engine=engine,
        )
        by_gateway = request.mode in BY_GATEWAY
        order, paid = _verified(attempt, context, booking, agreed, late=late) if by_gateway else (None, None)
    except (PriceChanged, InsufficientWallet, PromoInvalid, PromoExhausted, PaymentDeclined) as refusal:
        if late:
            raise too_late() from refusal
        if isinstance(refusal, InsufficientWallet):
            engine.store.assert_unchanged(attempt.booking_id, booking)
        raise
    now = engine.clock()
    late = is_late(booking, request, now)
    if late:
        context = late_context(booking, engine=engine)
    after = _confirmed(booking, attempt, agreed, order, paid, now, late=late)
    if not booking.keeps_rooms:
        taken = choose_stripes(context.pages, booking.nights, booking.rooms, turn_of(booking.booking_id))
        after = msgspec.structs.replace(after, taken=taken)
    return booking, engine.store.commit(booking, after, now=now, context=context, late=late), context


def _verified(
    attempt: _Attempt,
    context: BookingContext,
    booking: Booking,
    agreed: FrozenQuote,
    *,
    late: bool,
) -> tuple[Payment, GatewayPayment]:
    """The order that is paid, and its payment as the gateway reports it: for this booking and amount, and authorised.

    It may be the order of an earlier choice, for the same amount.

    Raises PaymentDeclined, InProgress, NotPayable, HoldExpired, TooManyCalls, WriteConflict, Busy.
    """
    request = attempt.request
    assert isinstance(request, FinalizeRequest)
    if booking.payment is None:
        raise NotPayable("The wallet covers this booking; finalize it with wallet_only.")
    order = _proven_order(attempt, request, booking, agreed)
    if order.refund_pending:
        raise too_late() if late else PaymentDeclined("This payment is being given back; start a new one.")
    gateway, transaction_id = attempt.engine.gateways[order.gateway], request.gateway_transaction_id or ""
    if attempt.limit and order.order_id not in attempt.fetched:
        attempt.limit.require(context.account, moves_on=not late)
    payment = _fetch(order.order_id, transaction_id, gateway, attempt)
    if payment.transaction_id != transaction_id:
        raise PaymentDeclined("gateway_transaction_id is not the payment of this booking's order.")
    paid_for = (payment.reference, payment.amount, payment.currency)
    if paid_for != (booking.booking_id, agreed.gateway_payable, booking.currency):
        raise WrongMoney("The payment at the gateway is not for this booking, amount and currency; it is given back.")
    if payment.holds_money and not payment.is_whole:
        raise WrongMoney("A part of the payment was not taken, was given back or is disputed; the rest is given back.")
    if payment.state is PaymentState.PROCESSING:
        raise InProgress("The gateway is still working on the payment; repeat in a moment.")
    if not payment.holds_money:
        if late:
            raise too_late()
        raise PaymentDeclined(f"The payment at the gateway is {payment.state}, not authorised.")
    return order, payment


def _proven_order(attempt: _Attempt, request: FinalizeRequest, booking: Booking, agreed: FrozenQuote) -> Payment:
    """The booking's order that was paid: the caller fetched it, or the browser's proof names it."""
    assert booking.payment is not None
    earlier = booking.earlier_orders(agreed.gateway_payable)
    orders = [
        booking.payment,
        *(Payment(gateway=task.gateway, order_id=task.order_id, amount=task.amount) for task in earlier),
    ]
    for order in orders:
        if attempt.fetched:
            proven = order.order_id in attempt.fetched
        else:
            proven = attempt.engine.gateways[order.gateway].verify_checkout_signature(
                order.order_id, request.gateway_transaction_id or "", request.gateway_signature
            )
        if proven:
            return order
    raise PaymentDeclined("gateway_transaction_id is not proven to be the payment started for this booking.")


def _fetch(order_id: str, transaction_id: str, gateway: Gateway, attempt: _Attempt) -> GatewayPayment:
    """The order with the payment that is proven, fetched once in a finalize. Raises PaymentDeclined, Busy."""
    if order_id not in attempt.fetched:
        attempt.engine.require_call(gateway)
        try:
            attempt.fetched[order_id] = gateway.fetch(order_id, transaction_id)
        except GatewayRefused as error:
            raise PaymentDeclined("The gateway does not know this payment.") from error
        except NO_ANSWER as error:
            raise Busy("The gateway did not answer; please repeat the request.") from error
    return attempt.fetched[order_id]


def _confirmed(
    booking: Booking,
    attempt: _Attempt,
    agreed: FrozenQuote,
    order: Payment | None,
    paid: GatewayPayment | None,
    now: datetime,
    *,
    late: bool,
) -> Booking:
    """The booking confirmed, with a capture of the gateway's part due, or a void of an order that it does not need."""
    request, payment, tasks = attempt.request, booking.payment, booking.tasks
    if order and paid:
        if payment and payment.order_id != order.order_id:
            tasks += booking.open_order_void(now)
        payment = msgspec.structs.replace(
            order,
            transaction_id=paid.transaction_id,
            authorised=paid.amount,
            captured=paid.captured,
            refunded=paid.refunded,
        )
        tasks = tuple(task for task in tasks if task.order_id != payment.order_id)
        if not paid.captured:
            of = {"gateway": payment.gateway, "order_id": payment.order_id}
            tasks += (booking.new_task(TaskAction.CAPTURE, now, amount=payment.amount, **of),)
    else:
        tasks += booking.open_order_void(now)
    note = "paid late; the rooms were still free" if late else None
    return booking.transitioned(
        Status.CONFIRMED,
        now,
        attempt.by,
        note=request.reason if isinstance(request, AdminFinalizeRequest) else note,
        late=late,
        ref=payment.ref if payment and paid else None,
        quote=agreed,
        payment=payment,
        payment_mode=request.mode,
        wallet_paid=agreed.wallet_applied,
        tasks=tasks,
    )


def _record_refusal(attempt: _Attempt, refusal: BookingError) -> None:
    facts = {"payment_mode": attempt.request.mode, "code": refusal.code, "by": attempt.by}
    record_refusal(attempt.booking_id, attempt.user_id, f"{refusal.code}: {refusal.detail}", **facts)
    if not isinstance(refusal, NOT_A_PAYMENT):
        count(Metric.PAYMENT_SUCCESS, 0)


def _record_confirmed(before: Booking, after: Booking, context: BookingContext) -> None:
    assert after.quote is not None
    amounts = {
        "payment_mode": after.payment_mode,
        "total_payable": after.quote.total_payable,
        "wallet_deducted": after.wallet_paid,
        "gateway_charged": after.gateway_charged,
        "by": after.history[-1].by,
    }
    record(Tag.BOOKING_CONFIRMED, f"paid by {after.payment_mode}", before=before, after=after, **amounts)
    if after.history[-1].late:
        record(Tag.PAYMENT_LATE_RESCUED, "paid after the deadline", before=before, after=after, **amounts)
    entry = wallet_entry(before, after, context.account)
    if entry:
        record_entry(entry, after.currency)
    total = money(after.quote.total_payable, after.currency)
    record(Tag.PAYMENT_FINALIZE_SUCCESS, f"{total} settled", before=before, after=after, **amounts)
    count(Metric.PAYMENT_SUCCESS, 1)
    count(Metric.PAID_BY_WALLET, int(after.wallet_paid > 0))
