"""POST /webhooks/{gateway}: what Stripe and Razorpay tell us, signed over the raw body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import MalformedRequest, NotFound
from holdfast.gateways import Gateways
from holdfast.http import Answer, Api, Call, Who
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.settings import Settings
from holdfast.store import Store
from holdfast.webhook import MAX_WEBHOOK_BYTES, Taken, take_webhook

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api()


@api.route("POST /webhooks/{gateway}", who=Who.GATEWAY, answers={200: Taken}, refusals=(MalformedRequest, NotFound))
def post_webhook(call: Call) -> Answer:
    """What Stripe and Razorpay tell, signed over the raw body. Any answer but 200 asks for it to be sent again."""
    gateways, name = Gateways(settings), call.path("gateway")
    if name not in gateways.names:
        raise NotFound("There is no such gateway.")
    acted = take_webhook(
        call.raw_body(MAX_WEBHOOK_BYTES),
        call.event.get("headers") or {},
        gateway=name,
        store=store.within(call.seconds_left),
        gateways=gateways,
        clock=utc_now,
    )
    return Answer(200, Taken(acted=acted))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
