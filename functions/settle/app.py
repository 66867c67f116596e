"""Settle what is due at the gateways: each minute by the schedule, and at once when an admin asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.errors import NotFound
from holdfast.http import Api, Request, Response, Role
from holdfast.logs import logger, publishes_metrics
from holdfast.model.ids import TOPUP_ID
from holdfast.payments.queue import list_orphans, list_payments
from holdfast.payments.settle import retry_booking, retry_topup, settle_due
from holdfast.requests import PaymentsQuery, SettleRequest
from holdfast.settings import Settings
from holdfast.views.bookings import BookingView, booking_view
from holdfast.views.payments import PaymentList, orphan_row, payment_rows
from holdfast.views.wallet import TopUpView, topup_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

api = Api(Settings.from_environment())


@api.route("GET /admin/payments", who=Role.ADMIN, query=PaymentsQuery, answers={200: PaymentList})
def get_payments(request: Request) -> Response:
    """What is due at the gateways, what is stuck there, and payments that belong to nothing here."""
    state, now = request.query(PaymentsQuery).state, request.engine.clock()
    if state == "unmatched":
        rows = [orphan_row(orphan, now) for orphan in list_orphans(engine=request.engine)]
    else:
        listed = list_payments(state, engine=request.engine)
        rows = [line for row, payment in listed for line in payment_rows(row, payment, now)]
    return Response(200, PaymentList(payments=rows))


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


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "routeKey" in event:
        return api.handle(event, context)
    within = api.engine.within(context.get_remaining_time_in_millis() / 1000)
    summary: dict[str, Any] = msgspec.to_builtins(settle_due(engine=within))
    return summary
