"""Cancel a booking, and see beforehand what that gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import HoldExpired, NotCancellable, NotFound
from holdfast.http import Api, NoFields, Request, Response
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.cancel import Cancellation, cancel, preview
from holdfast.payments.gateways.choose import Gateways
from holdfast.settings import Settings
from holdfast.storage.store import Store
from holdfast.views import BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /bookings/{booking_id}/cancellation", answers={200: Cancellation}, refusals=(NotFound,))
def get_cancellation(request: Request) -> Response:
    """What cancelling would give back now, and on each later day up to check-in."""
    mine = store.within(request.seconds_left)
    return Response(200, preview(request.booking_id, user_id=request.user_id, store=mine, now=utc_now()))


@api.route(
    "POST /bookings/{booking_id}/cancel",
    body=NoFields,
    answers={200: BookingView},
    refusals=(NotFound, NotCancellable, HoldExpired),
)
def post_cancel(request: Request) -> Response:
    """Let a hold go, or cancel a confirmed booking with the refund its policy says, tender by tender."""
    user_id, booking_id = request.user_id, request.booking_id
    request.body(NoFields)
    booking = cancel(
        booking_id,
        user_id=user_id,
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, booking_view(booking, utc_now()))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
