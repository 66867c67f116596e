"""Hold rooms: of a new stay, or of one whose hold ran out."""

from __future__ import annotations

from holdfast.bookings.requests import ReserveRequest
from holdfast.bookings.reserve import reserve
from holdfast.bookings.revive import revive
from holdfast.errors import IdempotencyKeyReused, NotFound, NotRevivable, Restricted, SoldOut, TooManyHolds
from holdfast.http import Api, Response
from holdfast.http_request import NoFields, Request
from holdfast.settings import Settings
from holdfast.views.bookings import BookingView, booking_view

settings = Settings.from_environment()
api = Api(settings)


@api.route(
    "POST /bookings",
    body=ReserveRequest,
    idempotent=True,
    answers={201: BookingView, 200: BookingView},
    refusals=(NotFound, Restricted, SoldOut, IdempotencyKeyReused, TooManyHolds),
)
def post_booking(request: Request) -> Response:
    """Hold rooms until `expires_at`. 200 instead of 201: the same key and body again, and the same booking."""
    booking, created = reserve(
        user_id=request.user_id,
        key=request.idempotency_key,
        request=request.body(ReserveRequest),
        hold_seconds=settings.hold_seconds,
        engine=request.engine,
    )
    return Response(201 if created else 200, booking_view(booking, request.engine.clock()))


@api.route(
    "POST /bookings/{booking_id}/revive",
    body=NoFields,
    answers={201: BookingView, 200: BookingView},
    refusals=(NotFound, Restricted, SoldOut, NotRevivable, TooManyHolds),
)
def post_revive(request: Request) -> Response:
    """Hold the stay of an expired hold again, at today's prices. 200 instead of 201: revived already."""
    request.body(NoFields)
    booking, created = revive(
        request.booking_id, user_id=request.user_id, hold_seconds=settings.hold_seconds, engine=request.engine
    )
    return Response(201 if created else 200, booking_view(booking, request.engine.clock()))


lambda_handler = api.lambda_handler
