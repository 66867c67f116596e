"""Cancel a booking, and show beforehand what that refunds."""

from __future__ import annotations

from holdfast.errors import HoldExpired, NotCancellable, NotFound
from holdfast.http import Api, Response
from holdfast.http_request import NoFields, Request
from holdfast.payments.cancel import cancel, preview
from holdfast.settings import Settings
from holdfast.views.bookings import BookingView, booking_view
from holdfast.views.payments import Cancellation, cancellation_view

api = Api(Settings.from_environment())


@api.route("GET /bookings/{booking_id}/cancellation", answers={200: Cancellation}, refusals=(NotFound,))
def get_cancellation(request: Request) -> Response:
    """What cancelling would give back now, and on each later day up to check-in."""
    shown = preview(request.booking_id, user_id=request.user_id, engine=request.engine)
    return Response(200, cancellation_view(shown))


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
        engine=request.engine,
    )
    return Response(200, booking_view(booking, request.engine.clock()))


lambda_handler = api.lambda_handler
