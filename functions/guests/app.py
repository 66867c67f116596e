"""Who stays: the guest's details of a booking, stored, shown and erased."""

from __future__ import annotations

from holdfast.bookings.guest_details import erase_details, own_details, put_details
from holdfast.bookings.guest_requests import GuestRequest
from holdfast.desk.clerk import Clerk, ClerkRole
from holdfast.desk.guest import details_at_desk
from holdfast.errors import GuestRequired, HoldExpired, NotFound, StayConflict
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.settings import Settings
from holdfast.views.guests import GuestErased, GuestView, guest_view

api = Api(Settings.from_environment())


@api.route("GET /bookings/{booking_id}/guest", answers={200: GuestView}, refusals=(NotFound,))
def get_guest(request: Request) -> Response:
    """The guest's details of one's own booking."""
    details = own_details(request.booking_id, user_id=request.user_id, engine=request.engine)
    return Response(200, guest_view(details))


@api.route(
    "PUT /bookings/{booking_id}/guest",
    body=GuestRequest,
    answers={200: GuestView},
    refusals=(NotFound, HoldExpired, StayConflict),
)
def put_guest(request: Request) -> Response:
    """Say who stays, before the stay is over. It replaces all that was said before."""
    booking_id, user_id = request.booking_id, request.user_id
    details = put_details(booking_id, request.body(GuestRequest), user_id=user_id, engine=request.engine)
    return Response(200, guest_view(details))


@api.route("DELETE /bookings/{booking_id}/guest", answers={200: GuestErased}, refusals=(NotFound, GuestRequired))
def delete_guest(request: Request) -> Response:
    """Erase the guest's details, for good; the booking stays whole. Its guest may, and an admin. Repeatable."""
    user_id, is_admin = request.user_id, request.is_admin
    erase_details(request.booking_id, user_id=user_id, is_admin=is_admin, engine=request.engine)
    return Response(200, GuestErased())


@api.route("GET /admin/bookings/{booking_id}/guest", who=Role.ADMIN, answers={200: GuestView})
def get_admin_guest(request: Request) -> Response:
    """The guest's details of any booking."""
    return _at_desk(request, Clerk(ClerkRole.ADMIN, request.admin_id))


@api.route("GET /owner/bookings/{booking_id}/guest", who=Role.OWNER, answers={200: GuestView})
def get_owner_guest(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties, once it is confirmed; a hold reads as missing."""
    return _at_desk(request, Clerk(ClerkRole.OWNER, request.owner_id))


def _at_desk(request: Request, clerk: Clerk) -> Response:
    return Response(200, guest_view(details_at_desk(request.booking_id, clerk=clerk, engine=request.engine)))


lambda_handler = api.lambda_handler
