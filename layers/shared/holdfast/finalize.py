"""Finalize: the one way to pay. Every mode ends in the same transaction, which confirms the booking or does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec

from holdfast.bookings import Amount, PromoCode, own_booking, promo_discount, refuse_unpayable
from holdfast.errors import (
    AlreadyPaid,
    BookingError,
    Busy,
    InProgress,
    InsufficientWallet,
    InvalidFields,
    NotFound,
    NotPayable,
    PaymentDeclined,
    PriceChanged,
)
from holdfast.expire import open_order_void
from holdfast.logs import Metric, Tag, count, record, record_entry, record_refusal
from holdfast.model import (
    Booking,
    Clock,
    Due,
    DueAction,
    FrozenQuote,
    PaymentMode,
    Status,
    millis,
    wallet_entry,
)
from holdfast.payments import (
    CONNECT_SECONDS,
    READ_SECONDS,
    Gateway,
    GatewayPayment,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
)
from holdfast.pricing import Quote, frozen_quote, quote
from holdfast.settle import settle
from holdfast.table import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from holdfast.store import File, Store

REASON_LENGTH = 200
GATEWAY_SECONDS = CONNECT_SECONDS + READ_SECONDS + CALL_SECONDS  # to look at a payment and still commit
BY_GATEWAY = frozenset({PaymentMode.WALLET_PARTIAL, PaymentMode.GATEWAY_ONLY})


class FinalizeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /bookings/{booking_id}/finalize`. The two amounts must sum to the total payable."""

    payment_mode: Literal["wallet_only", "wallet_partial", "gateway_only"]
    wallet_applied: Amount
    gateway_amount: Amount
    gateway_transaction_id: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_]{1,64}\Z")] | None = None
    gateway_signature: Annotated[str, msgspec.Meta(pattern=r"\A[\x21-\x7e]{1,256}\Z")] | None = None
    promo_code: PromoCode | None = None

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode(self.payment_mode)


class AdminFinalizeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The body of `POST /admin/bookings/{booking_id}/finalize`: paid outside the system."""

    payment_mode: Literal["admin"]
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH)]

    @property
    def mode(self) -> PaymentMode:
        return PaymentMode.ADMIN


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
) -> Finalized:
    """Confirms a live hold against wallet, gateway, both, or an admin's word.

    Reads, checks the amounts against the price, looks at the payment at the gateway, and confirms in one transaction
    whose conditions are the live deadline, the unmoved wallet and the unused promo. The card is captured only after
    that; when the capture fails the booking stays confirmed and due, for `settle`.

    Raises NotFound, HoldExpired, NotPayable, AlreadyPaid, PriceChanged, InsufficientWallet, PromoInvalid,
    PromoExhausted, PaymentDeclined, InProgress, InvalidFields, Busy.
    """
    _check_shape(request)
    promo_code = request.promo_code.upper() if isinstance(request, FinalizeRequest) and request.promo_code else None
    user_id = caller if isinstance(request, FinalizeRequest) else _guest_of(booking_id, store)
    by = "guest" if isinstance(request, FinalizeRequest) else f"admin {caller}"
    looked_at: dict[str, GatewayPayment] = {}

    def attempt() -> tuple[Booking | None, Booking, File]:
        file = store.file(booking_id, user_id, promo_code=promo_code)
        booking = own_booking(file.booking, user_id)
        if booking.status is Status.CONFIRMED:
            _refuse_other_payment(booking, request)
            return None, booking, file
        now = clock()
        refuse_unpayable(booking, now)
        agreed = _agreed_quote(request, booking, file, promo_code, now)
        paid = None
        if request.mode in BY_GATEWAY:
            assert isinstance(request, FinalizeRequest)
            paid = _verified(request, booking, agreed, store=store, gateways=gateways, looked_at=looked_at)
        now = clock()
        after = _confirmed(booking, request, agreed, paid, now, by)
        return booking, store.commit(booking, after, now=now, file=file), file

    try:
        before, booking, file = store.until_won(attempt)
    except BookingError as refusal:
        _record_refusal(booking_id, user_id, request.mode, refusal)
        raise
    if before is not None:
        _record_confirmed(before, booking, file)
        booking = settle(booking, store=store, gateways=gateways, clock=clock, by="finalize")
    return Finalized(
        status="success",
        message="The booking is confirmed.",
        booking_id=booking_id,
        new_status=booking.status,
        final_amount=booking.quote.total_payable if booking.quote else 0,
        wallet_deducted=booking.wallet_paid,
        gateway_charged=booking.gateway_charged,
    )


def _check_shape(request: FinalizeRequest | AdminFinalizeRequest) -> None:
    """What the mode alone says about the other fields."""
    if isinstance(request, AdminFinalizeRequest):
        if not request.reason.isprintable() or not request.reason.strip():
            raise InvalidFields(("reason", "must be a line of printable text"))
        return
    gateway = request.mode in BY_GATEWAY
    errors = []
    if request.mode is PaymentMode.GATEWAY_ONLY and request.wallet_applied:
        errors.append(("wallet_applied", "must be 0 for gateway_only"))
    if request.mode is PaymentMode.WALLET_PARTIAL and not request.wallet_applied:
        errors.append(("wallet_applied", "must be above 0 for wallet_partial"))
    if (request.gateway_amount > 0) != gateway:
        errors.append(("gateway_amount", f"must be {'above 0' if gateway else '0'} for {request.mode}"))
    if gateway and request.gateway_transaction_id is None:
        errors.append(("gateway_transaction_id", f"is required for {request.mode}"))
    if errors:
        raise InvalidFields(*errors)


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
        same = same and (request.wallet_applied, request.gateway_amount, request.gateway_transaction_id) == (
            booking.wallet_paid,
            booking.gateway_charged,
            transaction_id,
        )
    if not same:
        raise AlreadyPaid("The booking is confirmed by another payment; this one was not taken.")


def _agreed_quote(
    request: FinalizeRequest | AdminFinalizeRequest,
    booking: Booking,
    file: File,
    promo_code: str | None,
    now: datetime,
) -> FrozenQuote:
    """The price reckoned again, if the request agrees with it; raises PriceChanged or InsufficientWallet.

    Once a payment was started, its promo and total stand, and a gateway part must be the order's amount.
    """
    fixed = frozen_quote(booking)
    total = fixed or _fresh(booking, file, promo_code, now)
    if isinstance(request, AdminFinalizeRequest):
        return msgspec.structs.replace(total.frozen(), wallet_applied=0)
    if promo_code is not None and promo_code != total.promo_code:
        raise PriceChanged("The payment was started with another promo code; start it again.", pricing=_shown(total))
    sent = request.wallet_applied + request.gateway_amount
    if sent != total.total_payable:
        detail = f"wallet_applied and gateway_amount sum to {sent}; the total payable is {total.total_payable}."
        raise PriceChanged(detail, pricing=_shown(total))
    if request.mode in BY_GATEWAY:
        if fixed is None:
            raise NotPayable("Start the payment first: POST /bookings/{booking_id}/payment opens the gateway order.")
        if (fixed.wallet_applied, fixed.gateway_payable) != (request.wallet_applied, request.gateway_amount):
            detail = (
                f"The payment was started with {fixed.wallet_applied} from the wallet; start it again to change that."
            )
            raise PriceChanged(detail, pricing=_shown(fixed))
    if request.wallet_applied:
        balance = file.account.balance if file.account.currency == booking.currency else 0
        if balance < request.wallet_applied:
            raise InsufficientWallet(
                f"The wallet holds {balance} of the {request.wallet_applied} asked for.", balance=balance
            )
    return msgspec.structs.replace(total.frozen(), wallet_applied=request.wallet_applied)


def _fresh(booking: Booking, file: File, promo_code: str | None, now: datetime) -> Quote:
    amount = promo_discount(file, booking, now) if promo_code else 0
    return quote(booking, promo_code=promo_code, promo_discount=amount)


def _shown(quote: Quote) -> Quote:
    return msgspec.structs.replace(quote, lines=())


def _verified(
    request: FinalizeRequest,
    booking: Booking,
    agreed: FrozenQuote,
    *,
    store: Store,
    gateways: Mapping[str, Gateway],
    looked_at: dict[str, GatewayPayment],
) -> GatewayPayment:
    """The payment as the gateway tells it, if it is ours to take: this booking's, this amount, authorised.

    Raises PaymentDeclined, InProgress, NotPayable, Busy.
    """
    order = booking.payment
    if order is None:
        raise NotPayable("The wallet covers this booking; finalize it with wallet_only.")
    if order.order_id not in looked_at:
        store.table.require(GATEWAY_SECONDS)
        try:
            looked_at[order.order_id] = gateways[order.gateway].fetch(order.order_id)
        except GatewayRefused as error:
            raise PaymentDeclined("The gateway does not know this payment.") from error
        except GatewayUnknown as error:
            raise Busy("The gateway did not answer; please repeat the request.") from error
    payment = looked_at[order.order_id]
    if request.gateway_transaction_id != payment.transaction_id:
        raise PaymentDeclined("gateway_transaction_id is not the payment that was started for this booking.")
    told = (payment.booking_id, payment.amount, payment.currency)
    if told != (booking.booking_id, agreed.gateway_payable, booking.currency):
        raise PaymentDeclined("The payment at the gateway is not for this booking, amount and currency.")
    if payment.state is PaymentState.PROCESSING:
        raise InProgress("The gateway is still working on the payment; repeat in a moment.")
    if payment.state not in {PaymentState.AUTHORISED, PaymentState.CAPTURED}:
        raise PaymentDeclined(f"The payment at the gateway is {payment.state}, not authorised.")
    return payment


def _confirmed(
    booking: Booking,
    request: FinalizeRequest | AdminFinalizeRequest,
    agreed: FrozenQuote,
    paid: GatewayPayment | None,
    now: datetime,
    by: str,
) -> Booking:
    """The booking confirmed, with the gateway's part due for capture, or an order it does not need due to be closed."""
    payment, dues = booking.payment, booking.dues
    if payment and paid:
        payment = msgspec.structs.replace(
            payment, transaction_id=paid.transaction_id, authorised=paid.amount, captured=paid.captured
        )
        if not paid.captured:
            dues += (
                Due(
                    action=DueAction.CAPTURE,
                    gateway=payment.gateway,
                    order_id=payment.order_id,
                    amount=payment.amount,
                    at_ms=millis(now),
                ),
            )
    else:
        dues += open_order_void(booking, now)
    return booking.moved(
        Status.CONFIRMED,
        now,
        by,
        note=request.reason if isinstance(request, AdminFinalizeRequest) else None,
        quote=agreed,
        payment=payment,
        payment_mode=request.mode,
        wallet_paid=agreed.wallet_applied,
        dues=dues,
    )


def _record_confirmed(before: Booking, after: Booking, file: File) -> None:
    assert after.quote is not None
    amounts = {
        "payment_mode": after.payment_mode,
        "total_payable": after.quote.total_payable,
        "wallet_deducted": after.wallet_paid,
        "gateway_charged": after.gateway_charged,
    }
    record(Tag.BOOKING_CONFIRMED, f"paid by {after.payment_mode}", before=before, after=after, **amounts)
    entry = wallet_entry(before, after, file.account)
    if entry:
        record_entry(entry, after.currency)
    record(Tag.PAYMENT_FINALIZE_SUCCESS, f"{after.quote.total_payable} settled", before=before, after=after, **amounts)
    count(Metric.PAYMENT_SUCCESS, 1)
    count(Metric.PAID_BY_WALLET, int(after.wallet_paid > 0))


def _record_refusal(booking_id: str, user_id: str, mode: PaymentMode, refusal: BookingError) -> None:
    """One line for a payment that was asked for and not made; nothing has changed."""
    record_refusal(booking_id, user_id, f"{refusal.code}: {refusal.detail}", payment_mode=mode, code=refusal.code)
    count(Metric.PAYMENT_SUCCESS, 0)
