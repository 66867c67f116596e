"""Settle what is due at the gateways: each minute by rule, and at once when an admin asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.errors import NotFound
from holdfast.gateways import Gateways
from holdfast.http import Answer, Api, Call, Who
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.operations import PaymentList, PaymentsQuery, list_payments
from holdfast.settings import Settings
from holdfast.settle import SettleRequest, retry_topup, settle_booking, settle_due
from holdfast.store import Store
from holdfast.topup import TOPUP_ID, TopUpView, topup_view
from holdfast.views import BookingView, booking_view

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route("GET /admin/payments", who=Who.ADMIN, query=PaymentsQuery, answers={200: PaymentList})
def get_payments(call: Call) -> Answer:
    """What is due at the gateways, what is stuck there, and payments that belong to nothing here."""
    query = call.query(PaymentsQuery)
    payments = list_payments(query, store=store.within(call.seconds_left), now=utc_now())
    return Answer(200, PaymentList(payments=payments))


@api.route(
    "POST /admin/bookings/{booking_id}/settle",
    who=Who.ADMIN,
    body=SettleRequest,
    answers={200: BookingView},
    refusals=(NotFound,),
)
def post_settle(call: Call) -> Answer:
    """Try now what the booking has due at its gateway, stuck or not."""
    booking = settle_booking(
        admin_id=call.admin_id,
        booking_id=call.booking_id,
        request=call.body(SettleRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, booking_view(booking, utc_now()))


@api.route(
    "POST /admin/topups/{topup_id}/settle",
    who=Who.ADMIN,
    body=SettleRequest,
    answers={200: TopUpView},
    refusals=(NotFound,),
)
def post_topup_settle(call: Call) -> Answer:
    """Try now what a pending top-up waits for at its gateway, stuck or not."""
    topup = retry_topup(
        admin_id=call.admin_id,
        topup_id=call.path("topup_id", TOPUP_ID),
        request=call.body(SettleRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, topup_view(topup))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "routeKey" in event:
        return api.handle(event, context)
    mine = store.within(context.get_remaining_time_in_millis() / 1000)
    summary: dict[str, Any] = msgspec.to_builtins(settle_due(store=mine, gateways=Gateways(settings), clock=utc_now))
    return summary
