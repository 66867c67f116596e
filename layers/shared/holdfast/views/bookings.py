"""A booking, as its guest sees it."""

from datetime import date, datetime
from typing import TypedDict

from holdfast.fields import Instant, Strict
from holdfast.model.booking import Booking, Event, PaymentMode, Status
from holdfast.model.cancellation import Cancellation, RefundChoice
from holdfast.model.dates import millis, rfc3339
from holdfast.model.stay import BookedPlan, StayStep
from holdfast.pricing import Quote, frozen_quote, quote
from holdfast.refunds import Kept
from holdfast.views.party import PartyView, party_views
from holdfast.views.policy import PolicyStepView, policy_view


class EventView(Strict):
    """A line of the history. One about a payment at a gateway names it by the gateway's own ids, with its currency."""

    status: Status
    at: Instant
    by: str
    note: str | None = None
    stay: StayStep | None = None
    gateway: str | None = None
    gateway_order_id: str | None = None
    gateway_transaction_id: str | None = None
    gateway_refund_id: str | None = None
    currency: str | None = None


def event_view(event: Event, currency: str) -> EventView:
    ref = event.ref
    return EventView(
        status=event.status,
        at=rfc3339(event.at_ms),
        by=event.by,
        note=event.note,
        stay=event.stay,
        gateway=ref.gateway if ref else None,
        gateway_order_id=ref.order_id if ref else None,
        gateway_transaction_id=ref.transaction_id if ref else None,
        gateway_refund_id=ref.refund_id if ref else None,
        currency=currency if ref else None,
    )


class StayView(Strict):
    """What the desk has recorded: the guest came, left, or did not come."""

    checked_in_at: Instant | None = None
    checked_out_at: Instant | None = None
    no_show: bool = False


class CancellationView(TypedDict):
    """What cancelling gave back, by tender, and what it kept. `refund` says whether the policy or the desk decided."""

    refund: RefundChoice
    refund_amount: int
    wallet: int
    gateway: int
    cash_refund: int
    kept: Kept


class PaymentView(Strict):
    """The gateway's part. `refunded` has reached the guest; `refunded_outside` of it was not asked for by us.

    `dispute` is open, won or lost, if the guest's bank disputes the charge.
    """

    gateway: str
    gateway_order_id: str
    transaction_id: str | None
    amount: int
    authorised: int
    captured: int
    refunded: int
    refunded_outside: int = 0
    dispute: str | None = None


class PlanView(TypedDict):
    """The rate plan as it was at reserve. `meal` is for each person and night."""

    plan_id: str
    name: str
    percent_bp: int
    amount: int
    meal: int


class BookingView(Strict):
    """A booking. `user_id` says whose it is, to the desk alone."""

    booking_id: str
    user_id: str | None = None
    status: Status
    reservation_seconds_left: int
    server_time: Instant
    property_id: str
    room_type_id: str
    check_in: date
    check_out: date
    nights: int
    rooms: int
    guests: int
    guest_required: bool = False
    plan_id: str | None = None
    plan: PlanView | None = None
    occupancy: tuple[PartyView, ...] = ()
    currency: str
    reserved_at: Instant
    expires_at: Instant
    pricing: Quote
    payment_mode: PaymentMode | None
    payment: PaymentView | None
    wallet_paid: int
    wallet_refunded: int
    refund_pending: int = 0  # by the gateway: on its way to the guest, or due to be asked for
    cancellation: CancellationView | None = None
    cash_refund: int | None = None  # of a booking paid at the desk: owed to its guest in cash
    stay: StayView | None = None
    cancellation_policy: list[PolicyStepView]
    history: list[EventView]
    version: int


def booking_view(booking: Booking, now: datetime) -> BookingView:
    """The booking as its guest sees it at `now`; a hold past its deadline reads as expired, swept or not."""
    cancellation, plan = booking.cancellation, booking.plan
    return BookingView(
        booking_id=booking.booking_id,
        status=booking.status_at(now),
        reservation_seconds_left=booking.seconds_left(now),
        server_time=rfc3339(millis(now)),
        property_id=booking.property_id,
        room_type_id=booking.room_type_id,
        check_in=booking.check_in,
        check_out=booking.check_out,
        nights=len(booking.night_prices),
        rooms=booking.rooms,
        guests=booking.guests,
        guest_required=booking.guest_required,
        plan_id=plan.plan_id if plan else None,
        plan=_plan_view(plan) if plan else None,
        occupancy=party_views(booking.occupancy),
        currency=booking.currency,
        reserved_at=rfc3339(booking.reserved_at_ms),
        expires_at=rfc3339(booking.expires_at_ms),
        pricing=frozen_quote(booking) or quote(booking),
        payment_mode=booking.payment_mode,
        payment=_payment_view(booking),
        wallet_paid=booking.wallet_paid,
        wallet_refunded=booking.wallet_refunded,
        refund_pending=booking.refund_due,
        cancellation=_cancellation_view(cancellation) if cancellation else None,
        cash_refund=cancellation.cash if cancellation and (booking.cash_paid or cancellation.cash) else None,
        stay=_stay_view(booking),
        cancellation_policy=policy_view(booking.cancellation_policy),
        history=[event_view(event, booking.currency) for event in booking.history],
        version=booking.version,
    )


def _plan_view(plan: BookedPlan) -> PlanView:
    return PlanView(
        plan_id=plan.plan_id,
        name=plan.name,
        percent_bp=plan.percent_bp,
        amount=plan.amount,
        meal=plan.meal,
    )


def _payment_view(booking: Booking) -> PaymentView | None:
    """The gateway's part; none of a booking that was paid at the desk, where an order that was opened took nothing."""
    payment = booking.payment
    if payment is None or booking.payment_mode is PaymentMode.ADMIN:
        return None
    return PaymentView(
        gateway=payment.gateway,
        gateway_order_id=payment.order_id,
        transaction_id=payment.transaction_id,
        amount=payment.amount,
        authorised=payment.authorised,
        captured=payment.captured,
        refunded=payment.refunded - payment.refunds_pending,
        refunded_outside=payment.refunded_outside,
        dispute=payment.dispute.state if payment.dispute else None,
    )


def _stay_view(booking: Booking) -> StayView | None:
    if booking.stay_step is None:
        return None
    came, left = booking.checked_in_at_ms, booking.checked_out_at_ms
    return StayView(
        checked_in_at=None if came is None else rfc3339(came),
        checked_out_at=None if left is None else rfc3339(left),
        no_show=booking.no_show,
    )


def _cancellation_view(made: Cancellation) -> CancellationView:
    return CancellationView(
        refund=made.choice,
        refund_amount=made.wallet + made.gateway,
        wallet=made.wallet,
        gateway=made.gateway,
        cash_refund=made.cash,
        kept=Kept(price=made.kept_price, tax=made.kept_tax),
    )


class BookingList(Strict):
    """One page of a guest's bookings, newest first; `next_cursor` asks for the next one."""

    bookings: list[BookingView]
    next_cursor: str | None
