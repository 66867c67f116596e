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
from holdfast.finalize import Finalized, finalize
from holdfast.finalize_request import AdminFinalizeRequest, FinalizeRequest
from holdfast.gateways import Gateways
from holdfast.http import Answer, Api, Call, Who
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payment import PaymentRequest, PaymentStart, start_payment
from holdfast.receive import finalize_for_guest
from holdfast.settings import Settings
from holdfast.store import Store

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
def post_payment(call: Call) -> Answer:
    """Fix the price, claim the promo and open an order at the gateway. Repeatable."""
    start = start_payment(
        call.booking_id,
        user_id=call.user_id,
        request=call.body(PaymentRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, start)


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
def post_finalize(call: Call) -> Answer:
    """The one way to pay: wallet, card or both. A repeat gives the same answer."""
    done = finalize_for_guest(
        call.booking_id,
        caller=call.user_id,
        request=call.body(FinalizeRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, done)


@api.route(
    "POST /admin/bookings/{booking_id}/finalize",
    who=Who.ADMIN,
    body=AdminFinalizeRequest,
    answers={200: Finalized},
    refusals=(NotFound, AlreadyPaid, NotPayable, HoldExpired),
)
def post_admin_finalize(call: Call) -> Answer:
    """Confirm a booking that was paid outside the system."""
    done = finalize(
        caller=call.admin_id,
        booking_id=call.booking_id,
        request=call.body(AdminFinalizeRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, done)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
