"""Fill the wallet by card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import IdempotencyKeyReused, InProgress, NotFound, NotPayable, PaymentDeclined, TooManyTopUps
from holdfast.http import Api, Request, Response
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.gateways.choose import Gateways
from holdfast.payments.topup import TOPUP_ID, TopUpView, finalize_topup, start_topup
from holdfast.requests import TopUpProof, TopUpRequest
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route(
    "POST /wallet/topups",
    body=TopUpRequest,
    idempotent=True,
    answers={201: TopUpView, 200: TopUpView},
    refusals=(IdempotencyKeyReused, PaymentDeclined, TooManyTopUps),
)
def post_topup(request: Request) -> Response:
    """Open an order at a gateway that fills the wallet. 200 instead of 201: the same key and body again."""
    topup, created = start_topup(
        user_id=request.user_id,
        key=request.idempotency_key,
        request=request.body(TopUpRequest),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(201 if created else 200, topup)


@api.route(
    "POST /wallet/topups/{topup_id}/finalize",
    body=TopUpProof,
    answers={200: TopUpView},
    refusals=(NotFound, NotPayable, PaymentDeclined, InProgress),
)
def post_topup_finalize(request: Request) -> Response:
    """Take the money that the guest authorised, and credit it. A repeat gives the same answer."""
    topup = finalize_topup(
        user_id=request.user_id,
        topup_id=request.path("topup_id", TOPUP_ID),
        proof=request.body(TopUpProof),
        store=store.within(request.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Response(200, topup)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
