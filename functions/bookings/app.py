"""A guest's bookings: the timer, the list and the quote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.bookings.lookup import list_bookings, own_booking
from holdfast.errors import NotFound, PromoInvalid, TooManyTries
from holdfast.http import Api, Request, Response
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.quotes import price
from holdfast.pricing import Quote
from holdfast.requests import BookingsQuery, PricingQuery
from holdfast.settings import Settings
from holdfast.storage.store import Store
from holdfast.views import BookingList, BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /bookings/{booking_id}", answers={200: BookingView}, refusals=(NotFound,))
def get_booking(request: Request) -> Response:
    """The booking with its timer, as the server sees it now."""
    booking = store.within(request.seconds_left).booking(request.booking_id)
    return Response(200, booking_view(own_booking(booking, request.user_id), utc_now()))


@api.route("GET /bookings", query=BookingsQuery, answers={200: BookingList})
def get_bookings(request: Request) -> Response:
    """The caller's own bookings, newest first."""
    cursor = request.query(BookingsQuery).cursor
    bookings, more = list_bookings(cursor, user_id=request.user_id, store=store.within(request.seconds_left))
    now = utc_now()
    return Response(200, BookingList(bookings=[booking_view(booking, now) for booking in bookings], next_cursor=more))


@api.route(
    "GET /bookings/{booking_id}/pricing",
    query=PricingQuery,
    answers={200: Quote},
    refusals=(NotFound, PromoInvalid, TooManyTries),
)
def get_pricing(request: Request) -> Response:
    """The quote as it would be charged now, with a promo code and a part from the wallet."""
    quote = price(
        request.booking_id,
        request.query(PricingQuery),
        user_id=request.user_id,
        store=store.within(request.seconds_left),
        now=utc_now(),
    )
    return Response(200, quote)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
