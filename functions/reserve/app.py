"""POST /bookings: hold rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.bookings.reserve import reserve
from holdfast.errors import IdempotencyKeyReused, NotFound, SoldOut, TooManyHolds
from holdfast.http import Api, Request, Response
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.requests import ReserveRequest
from holdfast.settings import Settings
from holdfast.storage.store import Store
from holdfast.views import BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route(
    "POST /bookings",
    body=ReserveRequest,
    idempotent=True,
    answers={201: BookingView, 200: BookingView},
    refusals=(NotFound, SoldOut, IdempotencyKeyReused, TooManyHolds),
)
def post_booking(request: Request) -> Response:
    """Hold rooms until `expires_at`. 200 instead of 201: the same key and body again, and the same booking."""
    booking, created = reserve(
        user_id=request.user_id,
        key=request.idempotency_key,
        request=request.body(ReserveRequest),
        hold_seconds=settings.hold_seconds,
        store=store.within(request.seconds_left),
        clock=utc_now,
    )
    return Response(201 if created else 200, booking_view(booking, utc_now()))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
