"""Settle what is due at the gateways: each minute by rule, and at once when an admin asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.errors import NotFound
from holdfast.http import Api, Request, Response, Role
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.gateways.choose import Gateways
from holdfast.payments.queue import PaymentList, list_payments
from holdfast.payments.settle import retry_topup, settle_booking, settle_due
from holdfast.payments.topup import TOPUP_ID, TopUpView, topup_view
from holdfast.requests import PaymentsQuery, SettleRequest
from holdfast.settings import Settings
from holdfast.storage.store import Store
from holdfast.views import BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /admin/payments", who=Role.ADMIN, query=PaymentsQuery, answers={200: PaymentList})
def get_payments(request: Request) -> Response:
    """What is due at the gateways, what is stuck there, and payments that belong to nothing here."""
    query = request.query(PaymentsQuery)
    payments = list_payments(query, store=store.within(request.seconds_left), now=utc_now())
    return Response(200, PaymentList(payments=payments))


@api.route(
    "POST /admin/bookings/{booking_id}/settle",
    who=Role.ADMIN,
    body=SettleRequest,
    answers={200: BookingView},
    refusals=(NotFound,),
)
def post_settle(request: Request) -> Response:
    """Try now what the booking has due at its gateway, stuck or not."""
    booking = settle_booking(
        admin_id=request.admin_id,
        booking_id=request.booking_id,
        request=request.body(SettleRequest),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, booking_view(booking, utc_now()))


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
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, topup_view(topup))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "routeKey" in event:
        return api.handle(event, context)
    mine = store.within(context.get_remaining_time_in_millis() / 1000)
    summary: dict[str, Any] = msgspec.to_builtins(settle_due(store=mine, gateways=Gateways(settings), clock=utc_now))
    return summary
