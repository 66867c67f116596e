"""Settle what is due at the gateways: each minute by the schedule, and at once when an admin asks; close cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.errors import InProgress, NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.logs import logger, publishes_metrics
from holdfast.model.case import CaseKind
from holdfast.model.ids import CASE_ID, TOPUP_ID
from holdfast.payments.requests import CloseRefundRequest, PaymentsQuery, SettleRequest
from holdfast.payments.settle import retry_booking, retry_topup, settle_due
from holdfast.settings import Settings
from holdfast.views.bookings import BookingView, booking_view
from holdfast.views.queue import PaymentList, PaymentRow, case_row, payment_rows
from holdfast.views.topups import TopUpView, topup_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

api = Api(Settings.from_environment())


@api.route("GET /admin/payments", who=Role.ADMIN, query=PaymentsQuery, answers={200: PaymentList})
def get_payments(request: Request) -> Response:
    """What is due at the gateways, what is stuck there, and the open cases of a kind: oldest first, page by page."""
    from holdfast.payments.queue import list_cases, list_payments  # noqa: PLC0415 - a scheduled run needs none

    query, engine = request.query(PaymentsQuery), request.engine
    state, now = query.state, engine.clock()
    if state in {"due", "stuck"}:
        payments = list_payments(state, engine=engine, cursor=query.cursor)
        rows = [line for row, payment in payments.rows for line in payment_rows(row, payment, now)]
        return Response(200, PaymentList(payments=rows, next_cursor=payments.next_cursor, count=payments.count))
    cases = list_cases(CaseKind(state), engine=engine, cursor=query.cursor)
    rows = [case_row(case, now) for case in cases.rows]
    return Response(200, PaymentList(payments=rows, next_cursor=cases.next_cursor, count=cases.count))


@api.route(
    "POST /admin/cases/{case_id}/close",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={200: PaymentRow},
    refusals=(NotFound,),
)
def post_close(request: Request) -> Response:
    """Close a case that a person has dealt with; it opens again if its gateway reports something new of it."""
    from holdfast.payments.cases import close_case  # noqa: PLC0415 - a scheduled run closes none

    case = close_case(
        admin_id=request.admin_id,
        case_id=request.path("case_id", CASE_ID),
        request=request.body(SettleRequest),
        engine=request.engine,
    )
    return Response(200, case_row(case, request.engine.clock()))


@api.route(
    "POST /admin/bookings/{booking_id}/settle",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={200: BookingView},
    refusals=(NotFound,),
)
def post_settle(request: Request) -> Response:
    """Try now what the booking has due at its gateway, stuck or not."""
    booking = retry_booking(
        admin_id=request.admin_id,
        booking_id=request.booking_id,
        request=request.body(SettleRequest),
        engine=request.engine,
    )
    return Response(200, booking_view(booking, request.engine.clock()))


@api.route(
    "POST /admin/topups/{topup_id}/settle",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={200: TopUpView},
    refusals=(NotFound,),
)
def post_topup_settle(request: Request) -> Response:
    """Try now what a pending top-up waits for at its gateway, stuck or not."""
    topup = retry_topup(
        admin_id=request.admin_id,
        topup_id=request.path("topup_id", TOPUP_ID),
        request=request.body(SettleRequest),
        engine=request.engine,
    )
    return Response(200, topup_view(topup))


@api.route(
    "POST /admin/bookings/{booking_id}/refunds/close",
    who=Role.ADMIN,
    body=CloseRefundRequest,
    answers={200: BookingView},
    refusals=(NotFound, InProgress),
)
def post_close_refund(request: Request) -> Response:
    """Close what is due as a refund and can never succeed: it was paid outside, or is paid to the wallet now."""
    from holdfast.payments.closing import close_refund  # noqa: PLC0415 - a scheduled run closes none

    booking = close_refund(
        admin_id=request.admin_id,
        booking_id=request.booking_id,
        request=request.body(CloseRefundRequest),
        engine=request.engine,
    )
    return Response(200, booking_view(booking, request.engine.clock()))


@api.route(
    "POST /admin/topups/{topup_id}/close",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={200: TopUpView},
    refusals=(NotFound,),
)
def post_close_topup(request: Request) -> Response:
    """Close a top-up whose payment can neither be credited nor given back: it was given back outside."""
    from holdfast.payments.closing import close_topup  # noqa: PLC0415 - a scheduled run closes none

    topup = close_topup(
        admin_id=request.admin_id,
        topup_id=request.path("topup_id", TOPUP_ID),
        request=request.body(SettleRequest),
        engine=request.engine,
    )
    return Response(200, topup_view(topup))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "routeKey" in event:
        return api.handle(event, context)
    within = api.engine.within(context.get_remaining_time_in_millis() / 1000)
    summary: dict[str, Any] = msgspec.to_builtins(settle_due(engine=within))
    return summary
