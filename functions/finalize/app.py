"""Start a payment, and finalize it: the one way to pay, for guests and for admins."""

from __future__ import annotations

from holdfast.errors import (
    AlreadyPaid,
    AmountTooSmall,
    GuestRequired,
    HoldExpired,
    InProgress,
    InsufficientWallet,
    NotFound,
    NotPayable,
    PaymentDeclined,
    PriceChanged,
    PromoExhausted,
    PromoInvalid,
    TooManyCalls,
    TooManyTries,
)
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.payments.finalize import finalize, finalize_as_admin
from holdfast.payments.requests import AdminFinalizeRequest, FinalizeRequest, PaymentRequest
from holdfast.payments.start import start_payment
from holdfast.settings import Settings
from holdfast.views.payments import Finalized, PaymentStart, finalized_view, payment_start_view

api = Api(Settings.from_environment())


@api.route(
    "POST /bookings/{booking_id}/payment",
    body=PaymentRequest,
    answers={200: PaymentStart},
    refusals=(
        NotFound,
        NotPayable,
        HoldExpired,
        GuestRequired,
        PaymentDeclined,
        AmountTooSmall,
        AlreadyPaid,
        InsufficientWallet,
        PromoInvalid,
        PromoExhausted,
        TooManyTries,
        TooManyCalls,
    ),
)
def post_payment(request: Request) -> Response:
    """Fix the price, claim the promo and open an order at the gateway. Repeatable."""
    start = start_payment(
        request.booking_id,
        user_id=request.user_id,
        request=request.body(PaymentRequest),
        engine=request.engine,
    )
    return Response(200, payment_start_view(start, request.engine.clock()))


@api.route(
    "POST /bookings/{booking_id}/finalize",
    body=FinalizeRequest,
    answers={200: Finalized},
    refusals=(
        NotFound,
        PaymentDeclined,
        PriceChanged,
        InsufficientWallet,
        PromoInvalid,
        PromoExhausted,
        AlreadyPaid,
        NotPayable,
        GuestRequired,
        InProgress,
        HoldExpired,
        TooManyTries,
        TooManyCalls,
    ),
)
def post_finalize(request: Request) -> Response:
    """The one way to pay: wallet, card or both. A repeat gives the same answer."""
    done = finalize(
        request.booking_id,
        user_id=request.user_id,
        request=request.body(FinalizeRequest),
        engine=request.engine,
    )
    return Response(200, finalized_view(done))


@api.route(
    "POST /admin/bookings/{booking_id}/finalize",
    who=Role.ADMIN,
    body=AdminFinalizeRequest,
    answers={200: Finalized},
    refusals=(NotFound, AlreadyPaid, NotPayable, HoldExpired),
)
def post_admin_finalize(request: Request) -> Response:
    """Confirm a booking that was paid outside the system."""
    done = finalize_as_admin(
        admin_id=request.admin_id,
        booking_id=request.booking_id,
        request=request.body(AdminFinalizeRequest),
        engine=request.engine,
    )
    return Response(200, finalized_view(done))


lambda_handler = api.lambda_handler
