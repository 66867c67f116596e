"""The desk: admins see and change every booking, owners those of their own properties, by the same use cases."""

from __future__ import annotations

from holdfast.desk.bookings import booking_at_desk, list_bookings_at
from holdfast.desk.clerk import Clerk, ClerkRole
from holdfast.desk.requests import DeskBookingsQuery, DeskCancelRequest, NoShowRequest, StayRequest
from holdfast.errors import HoldExpired, NotCancellable, NotFound, StayConflict
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.settings import Settings
from holdfast.views.bookings import BookingView, booking_view
from holdfast.views.desk import DeskBookingDetail, DeskBookingList, desk_booking_detail, desk_booking_view

api = Api(Settings.from_environment())


@api.route(
    "GET /admin/bookings",
    who=Role.ADMIN,
    query=DeskBookingsQuery,
    answers={200: DeskBookingList},
    refusals=(NotFound,),
)
def get_admin_bookings(request: Request) -> Response:
    """A property's bookings by check-in day; those of one day, or in one state, where that is asked for."""
    return _listed(request, request.query(DeskBookingsQuery), _admin(request))


@api.route(
    "GET /owner/bookings",
    who=Role.OWNER,
    query=DeskBookingsQuery,
    answers={200: DeskBookingList},
    refusals=(NotFound,),
)
def get_owner_bookings(request: Request) -> Response:
    """The same, of one of the caller's own properties."""
    return _listed(request, request.query(DeskBookingsQuery), _owner(request))


@api.route("GET /admin/bookings/{booking_id}", who=Role.ADMIN, answers={200: DeskBookingDetail})
def get_admin_booking(request: Request) -> Response:
    """A booking with everything that is known of it: also what a dispute asks for as evidence."""
    return _detail(request, _admin(request))


@api.route("GET /owner/bookings/{booking_id}", who=Role.OWNER, answers={200: DeskBookingDetail})
def get_owner_booking(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties."""
    return _detail(request, _owner(request))


@api.route(
    "POST /admin/bookings/{booking_id}/cancel",
    who=Role.ADMIN,
    body=DeskCancelRequest,
    answers={200: BookingView},
    refusals=(NotCancellable, HoldExpired),
)
def post_admin_cancel(request: Request) -> Response:
    """Cancel a booking, also of a guest in the house, with the refund of its policy, all of it, or an amount."""
    return _cancelled(request, request.body(DeskCancelRequest), _admin(request))


@api.route(
    "POST /owner/bookings/{booking_id}/cancel",
    who=Role.OWNER,
    body=DeskCancelRequest,
    answers={200: BookingView},
    refusals=(NotCancellable, HoldExpired),
)
def post_owner_cancel(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties."""
    return _cancelled(request, request.body(DeskCancelRequest), _owner(request))


@api.route(
    "POST /admin/bookings/{booking_id}/check_in",
    who=Role.ADMIN,
    body=StayRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_admin_check_in(request: Request) -> Response:
    """The guest has come: from the check-in day on, until check-out. After that only the desk ends the stay."""
    return _checked_in(request, request.body(StayRequest), _admin(request))


@api.route(
    "POST /owner/bookings/{booking_id}/check_in",
    who=Role.OWNER,
    body=StayRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_owner_check_in(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties."""
    return _checked_in(request, request.body(StayRequest), _owner(request))


@api.route(
    "POST /admin/bookings/{booking_id}/check_out",
    who=Role.ADMIN,
    body=StayRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_admin_check_out(request: Request) -> Response:
    """The guest, who had checked in, has left."""
    return _checked_out(request, request.body(StayRequest), _admin(request))


@api.route(
    "POST /owner/bookings/{booking_id}/check_out",
    who=Role.OWNER,
    body=StayRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_owner_check_out(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties."""
    return _checked_out(request, request.body(StayRequest), _owner(request))


@api.route(
    "POST /admin/bookings/{booking_id}/no_show",
    who=Role.ADMIN,
    body=NoShowRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_admin_no_show(request: Request) -> Response:
    """The guest did not come: from the check-in day on, until check-out. Nothing is given back by that."""
    return _missed(request, request.body(NoShowRequest), _admin(request))


@api.route(
    "POST /owner/bookings/{booking_id}/no_show",
    who=Role.OWNER,
    body=NoShowRequest,
    answers={200: BookingView},
    refusals=(StayConflict,),
)
def post_owner_no_show(request: Request) -> Response:
    """The same, of a booking at one of the caller's own properties."""
    return _missed(request, request.body(NoShowRequest), _owner(request))


def _admin(request: Request) -> Clerk:
    return Clerk(ClerkRole.ADMIN, request.admin_id)


def _owner(request: Request) -> Clerk:
    return Clerk(ClerkRole.OWNER, request.owner_id)


def _listed(request: Request, query: DeskBookingsQuery, clerk: Clerk) -> Response:
    bookings, more = list_bookings_at(query, clerk=clerk, engine=request.engine)
    now = request.engine.clock()
    shown = [desk_booking_view(booking, now) for booking in bookings]
    return Response(200, DeskBookingList(bookings=shown, next_cursor=more))


def _detail(request: Request, clerk: Clerk) -> Response:
    seen = booking_at_desk(request.booking_id, clerk=clerk, engine=request.engine)
    return Response(200, desk_booking_detail(seen, request.engine.clock(), is_owner=clerk.role is ClerkRole.OWNER))


def _cancelled(request: Request, asked: DeskCancelRequest, clerk: Clerk) -> Response:
    from holdfast.desk.cancel import cancel_at_desk  # noqa: PLC0415 - rare, and a cold start pays for it

    booking = cancel_at_desk(request.booking_id, asked, clerk=clerk, engine=request.engine)
    return Response(200, booking_view(booking, request.engine.clock()))


def _checked_in(request: Request, asked: StayRequest, clerk: Clerk) -> Response:
    from holdfast.desk.stay import check_in  # noqa: PLC0415 - the same

    booking = check_in(request.booking_id, asked.reason, clerk=clerk, engine=request.engine)
    return Response(200, booking_view(booking, request.engine.clock()))


def _checked_out(request: Request, asked: StayRequest, clerk: Clerk) -> Response:
    from holdfast.desk.stay import check_out  # noqa: PLC0415 - the same

    booking = check_out(request.booking_id, asked.reason, clerk=clerk, engine=request.engine)
    return Response(200, booking_view(booking, request.engine.clock()))


def _missed(request: Request, asked: NoShowRequest, clerk: Clerk) -> Response:
    from holdfast.desk.stay import mark_no_show  # noqa: PLC0415 - the same

    booking = mark_no_show(request.booking_id, asked.reason, clerk=clerk, engine=request.engine)
    return Response(200, booking_view(booking, request.engine.clock()))


lambda_handler = api.lambda_handler
