"""A guest's bookings: the timer, the list and the quote."""

from __future__ import annotations

from holdfast.bookings.lookup import list_bookings, own_booking
from holdfast.bookings.requests import BookingsQuery, PricingQuery
from holdfast.errors import NotFound, PromoInvalid, TooManyTries
from holdfast.http import Api, Response
from holdfast.http_request import Request
from holdfast.payments.quotes import price
from holdfast.pricing import Quote
from holdfast.settings import Settings
from holdfast.views.bookings import BookingList, BookingView, booking_view

api = Api(Settings.from_environment())


@api.route("GET /bookings/{booking_id}", answers={200: BookingView}, refusals=(NotFound,))
def get_booking(request: Request) -> Response:
    """The booking with its timer, as the server sees it now."""
    booking = request.engine.store.booking(request.booking_id)
    return Response(200, booking_view(own_booking(booking, request.user_id), request.engine.clock()))


@api.route("GET /bookings", query=BookingsQuery, answers={200: BookingList})
def get_bookings(request: Request) -> Response:
    """The caller's own bookings, newest first."""
    cursor = request.query(BookingsQuery).cursor
    bookings, more = list_bookings(cursor, user_id=request.user_id, engine=request.engine)
    now = request.engine.clock()
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
        engine=request.engine,
    )
    return Response(200, quote)


lambda_handler = api.lambda_handler
