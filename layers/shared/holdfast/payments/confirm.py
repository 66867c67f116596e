"""Finalize: the one way to pay. Every mode ends in the same transaction, which confirms the booking or does nothing.

reserved_at ------ held ------> expires_at ------------------ late ------------------>
any mode confirms               an authorised card confirms, if rooms, wallet and promo are still to be had;
                                else its money goes back. Wallet and admin are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.bookings.lookup import own_booking
from holdfast.errors import (
    AlreadyPaid,
    BookingError,
    Busy,
    ChargeFailed,
    InProgress,
    InsufficientWallet,
    InvalidFields,
    NotFound,
    NotPayable,
    PaymentDeclined,
    PriceChanged,
    PromoExhausted,
    PromoInvalid,
    WrongMoney,
)
from holdfast.logs import Metric, Tag, count, record, record_entry, record_refusal
from holdfast.model.account import wallet_entry
from holdfast.model.booking import LATE_NOTE, Booking, FrozenQuote, Status, TaskAction
from holdfast.model.dates import Clock
from holdfast.payments.gateways.protocol import (
    Gateway,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)
from holdfast.payments.late import is_late, late_context, too_late
from holdfast.payments.quotes import agreed_quote, with_promo_limit
from holdfast.payments.tasks import run_tasks
from holdfast.requests import BY_GATEWAY, AdminFinalizeRequest, FinalizeRequest
from holdfast.storage.table import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from holdfast.storage.store import Store
    from holdfast.storage.transaction import BookingContext

NOT_A_PAYMENT = (NotFound, InvalidFields, InProgress, Busy)  # refusals that say nothing of how payments fare


class Finalized(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a finalize, the same for every repeat."""

    status: str
    message: str
    booking_id: str
    new_status: Status
    final_amount: int
    wallet_deducted: int
    gateway_charged: int


def finalize(
    booking_id: str,
    request: FinalizeRequest | AdminFinalizeRequest,
    *,
    caller: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
    by: str | None = None,
    seen: GatewayPayment | None = None,
) -> Finalized:
    """Confirms a booking against wallet, gateway, both, or an admin's word.

    Reads, checks the amounts against the price, looks at the payment at the gateway, and confirms in one transaction
    whose conditions are the deadline, the unmoved wallet and the unused promo. The card is captured only after that;
    when the capture fails the booking stays confirmed and due, for `settle`. `by` is who brings the news of the
    payment, when that is not the guest, and `seen` what the gateway told them of it just now.

    Raises NotFound, HoldExpired, NotPayable, AlreadyPaid, PriceChanged, InsufficientWallet, PromoInvalid,
    PromoExhausted, TooManyTries, PaymentDeclined, InProgress, InvalidFields, Busy.
    """
    guest = isinstance(request, FinalizeRequest)
    ask = _Ask(
        booking_id=booking_id,
        request=request,
        user_id=caller if guest else _guest_of(booking_id, store),
        by=by or ("guest" if guest else f"admin {caller}"),
        promo_code=request.promo_code.upper() if isinstance(request, FinalizeRequest) and request.promo_code else None,
        looked_at={seen.order_id: seen} if seen else {},
        store=store,
        gateways=gateways,
        clock=clock,
    )
    try:
        before, booking, context = store.retry_on_conflict(lambda: _attempt(ask))
    except BookingError as refusal:
        _record_refusal(ask, refusal)
        raise
    if before is not None:
        _record_confirmed(before, booking, context)
        booking = run_tasks(booking, store=store, gateways=gateways, clock=clock, by="finalize")
        if booking.status is Status.CANCELLED and booking.payment and booking.payment.voided:
            raise ChargeFailed("The card could not be charged after all; nothing was taken, the rooms are let go.")
    return Finalized(
        status="success",
        message="The booking is confirmed.",
        booking_id=booking_id,
        new_status=Status.CONFIRMED,
        final_amount=booking.quote.total_payable if booking.quote else 0,
        wallet_deducted=booking.wallet_paid,
        gateway_charged=booking.gateway_charged,
    )


class _Ask(msgspec.Struct, frozen=True, kw_only=True):
    """One finalize: what is asked, by whom, with what. `looked_at` keeps the gateway's word, asked for once."""

    booking_id: str
    request: FinalizeRequest | AdminFinalizeRequest
    user_id: str
    by: str
    promo_code: str | None
    looked_at: dict[str, GatewayPayment]
    store: Store
    gateways: Mapping[str, Gateway]
    clock: Clock


def _attempt(ask: _Ask) -> tuple[Booking | None, Booking, BookingContext]:
    """The booking before, None if it was paid so already; the booking confirmed; what that was decided from."""
    context = ask.store.booking_context(ask.booking_id, ask.user_id, promo_code=ask.promo_code)
    booking = own_booking(context.booking, ask.user_id)
    if booking.status is Status.CONFIRMED:
        _refuse_other_payment(booking, ask.request)
        return None, booking, context
    late = is_late(booking, ask.request, ask.clock())
    try:
        agreed, paid = _agreed(ask, context, booking, late=late)
    except (PriceChanged, InsufficientWallet, PromoInvalid, PromoExhausted, PaymentDeclined) as refusal:
        if late:
            raise too_late() from refusal
        if isinstance(refusal, InsufficientWallet):
            ask.store.assert_unchanged(ask.booking_id, booking)
        raise
    now = ask.clock()
    late = is_late(booking, ask.request, now)
    if late:
        context = late_context(booking, store=ask.store, clock=ask.clock)
    after = _confirmed(booking, ask.request, agreed, paid, now, ask.by, late=late)
    return booking, ask.store.commit(booking, after, now=now, context=context, late=late), context


def _agreed(
    ask: _Ask, context: BookingContext, booking: Booking, *, late: bool
) -> tuple[FrozenQuote, GatewayPayment | None]:
    """The price that request and booking agree on, and the gateway's payment for its part, if it has one."""
    request = ask.request
    agreed = with_promo_limit(
        None if booking.quote else ask.promo_code,
        lambda: agreed_quote(request, booking, context, ask.promo_code, ask.clock()),
        context=context,
        store=ask.store,
        now=ask.clock(),
    )
    if not isinstance(request, FinalizeRequest) or request.mode not in BY_GATEWAY:
        return agreed, None
    paid = _verified(
        request,
        booking,
        agreed,
        late=late,
        store=ask.store,
        gateways=ask.gateways,
        looked_at=ask.looked_at,
    )
    return agreed, paid


def _record_refusal(ask: _Ask, refusal: BookingError) -> None:
    facts = {"payment_mode": ask.request.mode, "code": refusal.code, "by": ask.by}
    record_refusal(ask.booking_id, ask.user_id, f"{refusal.code}: {refusal.detail}", **facts)
    if not isinstance(refusal, NOT_A_PAYMENT):
        count(Metric.PAYMENT_SUCCESS, 0)


def _guest_of(booking_id: str, store: Store) -> str:
    booking = store.booking(booking_id)
    if booking is None:
        raise NotFound("There is no booking by that id.")
    return booking.user_id


def _refuse_other_payment(booking: Booking, request: FinalizeRequest | AdminFinalizeRequest) -> None:
    """A repeat of the payment that was made gets its answer again; any other payment raises AlreadyPaid."""
    same = booking.payment_mode is request.mode
    if isinstance(request, FinalizeRequest):
        transaction_id = booking.payment.transaction_id if booking.payment and request.mode in BY_GATEWAY else None
        sent_id = request.gateway_transaction_id if request.mode in BY_GATEWAY else None
        same = same and (request.wallet_applied, request.gateway_amount, sent_id) == (
            booking.wallet_paid,
            booking.gateway_charged,
            transaction_id,
        )
    if not same:
        raise AlreadyPaid("The booking is confirmed by another payment; this one was not taken.")


def _verified(
    request: FinalizeRequest,
    booking: Booking,
    agreed: FrozenQuote,
    *,
    late: bool,
    store: Store,
    gateways: Mapping[str, Gateway],
    looked_at: dict[str, GatewayPayment],
) -> GatewayPayment:
    """The payment as the gateway tells it, if it is ours to take: this booking's, this amount, authorised.

    Raises PaymentDeclined, InProgress, NotPayable, HoldExpired, Busy.
    """
    order = booking.payment
    if order is None:
        raise NotPayable("The wallet covers this booking; finalize it with wallet_only.")
    if order.refund_pending:
        raise too_late() if late else PaymentDeclined("This payment is being given back; start a new one.")
    gateway, transaction_id = gateways[order.gateway], request.gateway_transaction_id or ""
    told_by_gateway = order.order_id in looked_at
    if not told_by_gateway and not gateway.verify_checkout_signature(
        order.order_id, transaction_id, request.gateway_signature
    ):
        raise PaymentDeclined("gateway_transaction_id is not proven to be the payment started for this booking.")
    payment = _look(order.order_id, gateway, store, looked_at)
    if payment.transaction_id != transaction_id:
        raise PaymentDeclined("gateway_transaction_id is not the payment of this booking's order.")
    told = (payment.reference, payment.amount, payment.currency)
    if told != (booking.booking_id, agreed.gateway_payable, booking.currency):
        raise WrongMoney("The payment at the gateway is not for this booking, amount and currency; it is given back.")
    if payment.state is PaymentState.PROCESSING:
        raise InProgress("The gateway is still working on the payment; repeat in a moment.")
    if not payment.holds_money:
        if late:
            raise too_late()
        raise PaymentDeclined(f"The payment at the gateway is {payment.state}, not authorised.")
    return payment


def _look(order_id: str, gateway: Gateway, store: Store, looked_at: dict[str, GatewayPayment]) -> GatewayPayment:
    """The gateway's word on the order, asked for once in a finalize. Raises PaymentDeclined, Busy."""
    if order_id not in looked_at:
        store.table.require(gateway.call_seconds + CALL_SECONDS)
        try:
            looked_at[order_id] = gateway.fetch(order_id)
        except GatewayRefused as error:
            raise PaymentDeclined("The gateway does not know this payment.") from error
        except GatewayUnknown as error:
            raise Busy("The gateway did not answer; please repeat the request.") from error
    return looked_at[order_id]


def _confirmed(
    booking: Booking,
    request: FinalizeRequest | AdminFinalizeRequest,
    agreed: FrozenQuote,
    paid: GatewayPayment | None,
    now: datetime,
    by: str,
    *,
    late: bool,
) -> Booking:
    """The booking confirmed, with the gateway's part due for capture, or an order it does not need due to be closed."""
    payment, tasks = booking.payment, booking.tasks
    if payment and paid:
        payment = msgspec.structs.replace(
            payment,
            transaction_id=paid.transaction_id,
            authorised=paid.amount,
            captured=paid.captured,
            refunded=paid.refunded,
        )
        tasks = tuple(task for task in tasks if task.order_id != payment.order_id)
        if not paid.captured:
            tasks += (booking.new_task(TaskAction.CAPTURE, now, amount=payment.amount),)
    else:
        tasks += booking.open_order_void(now)
    note = LATE_NOTE if late else None
    return booking.transitioned(
        Status.CONFIRMED,
        now,
        by,
        note=request.reason if isinstance(request, AdminFinalizeRequest) else note,
        quote=agreed,
        payment=payment,
        payment_mode=request.mode,
        wallet_paid=agreed.wallet_applied,
        tasks=tasks,
    )


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
    if after.history[-1].at_ms >= after.expires_at_ms:
        record(Tag.PAYMENT_LATE_RESCUED, "paid after the deadline", before=before, after=after, **amounts)
    entry = wallet_entry(before, after, context.account)
    if entry:
        record_entry(entry, after.currency)
    record(Tag.PAYMENT_FINALIZE_SUCCESS, f"{after.quote.total_payable} settled", before=before, after=after, **amounts)
    count(Metric.PAYMENT_SUCCESS, 1)
    count(Metric.PAID_BY_WALLET, int(after.wallet_paid > 0))
