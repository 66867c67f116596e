"""Cancel a booking, and see beforehand what that gives back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.cancel import Cancellation, cancel, preview
from holdfast.errors import HoldExpired, NotCancellable, NotFound
from holdfast.gateways import Gateways
from holdfast.http import Answer, Api, Call, NoFields
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.views import BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /bookings/{booking_id}/cancellation", answers={200: Cancellation}, refusals=(NotFound,))
def get_cancellation(call: Call) -> Answer:
    """What cancelling would give back now, and on each later day up to check-in."""
    mine = store.within(call.seconds_left)
    return Answer(200, preview(call.booking_id, user_id=call.user_id, store=mine, now=utc_now()))


@api.route(
    "POST /bookings/{booking_id}/cancel",
    body=NoFields,
    answers={200: BookingView},
    refusals=(NotFound, NotCancellable, HoldExpired),
)
def post_cancel(call: Call) -> Answer:
    """Let a hold go, or cancel a confirmed booking with the refund its policy says, tender by tender."""
    user_id, booking_id = call.user_id, call.booking_id
    call.body(NoFields)
    booking = cancel(
        booking_id,
        user_id=user_id,
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, booking_view(booking, utc_now()))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
