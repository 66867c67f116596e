"""Fill the wallet by card."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import IdempotencyKeyReused, InProgress, NotFound, NotPayable, PaymentDeclined, TooManyTopUps
from holdfast.gateways import Gateways
from holdfast.http import Answer, Api, Call
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.topup import TOPUP_ID, TopUpProof, TopUpRequest, TopUpView, finalize_topup, start_topup

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api(settings.cognito_client_id)


@api.route(
    "POST /wallet/topups",
    body=TopUpRequest,
    keyed=True,
    answers={201: TopUpView, 200: TopUpView},
    refusals=(IdempotencyKeyReused, PaymentDeclined, TooManyTopUps),
)
def post_topup(call: Call) -> Answer:
    """Open an order at a gateway that fills the wallet. 200 instead of 201: the same key and body again."""
    topup, created = start_topup(
        user_id=call.user_id,
        key=call.idempotency_key,
        request=call.body(TopUpRequest),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(201 if created else 200, topup)


@api.route(
    "POST /wallet/topups/{topup_id}/finalize",
    body=TopUpProof,
    answers={200: TopUpView},
    refusals=(NotFound, NotPayable, PaymentDeclined, InProgress),
)
def post_topup_finalize(call: Call) -> Answer:
    """Take the money that the guest authorised, and credit it. A repeat gives the same answer."""
    topup = finalize_topup(
        user_id=call.user_id,
        topup_id=call.path("topup_id", TOPUP_ID),
        proof=call.body(TopUpProof),
        store=store.within(call.seconds_left),
        gateways=Gateways(settings),
        clock=utc_now,
    )
    return Answer(200, topup)


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
