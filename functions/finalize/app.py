"""Start a payment, and finalize it: the one way to pay, for guests and for admins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import (
    AlreadyPaid,
    HoldExpired,
    InProgress,
    InsufficientWallet,
    NotFound,
    NotPayable,
    PaymentDeclined,
    PriceChanged,
    PromoExhausted,
    PromoInvalid,
    TooManyTries,
)
from holdfast.http import Api, Request, Response, Role
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.confirm import Finalized, finalize
from holdfast.payments.gateways.choose import Gateways
from holdfast.payments.reconcile import finalize_for_guest
from holdfast.payments.start import PaymentStart, start_payment
from holdfast.requests import AdminFinalizeRequest, FinalizeRequest, PaymentRequest
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route(
    "POST /bookings/{booking_id}/payment",
    body=PaymentRequest,
    answers={200: PaymentStart},
    refusals=(NotFound, NotPayable, HoldExpired, PaymentDeclined, PromoInvalid, PromoExhausted, TooManyTries),
)
def post_payment(request: Request) -> Response:
    """Fix the price, claim the promo and open an order at the gateway. Repeatable."""
    start = start_payment(
        request.booking_id,
        user_id=request.user_id,
        request=request.body(PaymentRequest),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, start)


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
        InProgress,
        HoldExpired,
        TooManyTries,
    ),
)
def post_finalize(request: Request) -> Response:
    """The one way to pay: wallet, card or both. A repeat gives the same answer."""
    done = finalize_for_guest(
        request.booking_id,
        caller=request.user_id,
        request=request.body(FinalizeRequest),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, done)


@api.route(
    "POST /admin/bookings/{booking_id}/finalize",
    who=Role.ADMIN,
    body=AdminFinalizeRequest,
    answers={200: Finalized},
    refusals=(NotFound, AlreadyPaid, NotPayable, HoldExpired),
)
def post_admin_finalize(request: Request) -> Response:
    """Confirm a booking that was paid outside the system."""
    done = finalize(
        caller=request.admin_id,
        booking_id=request.booking_id,
        request=request.body(AdminFinalizeRequest),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, done)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
