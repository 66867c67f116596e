"""POST /webhooks/{gateway}: what Stripe and Razorpay tell us, signed over the raw body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from holdfast.errors import MalformedRequest, NotFound
from holdfast.http import Api, Request, Response, Role
from holdfast.logs import logger, publishes_metrics
from holdfast.model.dates import utc_now
from holdfast.payments.gateways.choose import Gateways
from holdfast.payments.webhook import MAX_WEBHOOK_BYTES, WebhookAck, handle_webhook
from holdfast.settings import Settings
from holdfast.storage.store import Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

settings = Settings.from_environment()
store = Store.connect(settings)
api = Api()


@api.route(
    "POST /webhooks/{gateway}", who=Role.GATEWAY, answers={200: WebhookAck}, refusals=(MalformedRequest, NotFound)
)
def post_webhook(request: Request) -> Response:
    """What Stripe and Razorpay tell, signed over the raw body. Any answer but 200 asks for it to be sent again."""
    gateways, name = Gateways(settings), request.path("gateway")
    if name not in gateways.names:
        raise NotFound("There is no such gateway.")
    acted = handle_webhook(
        request.raw_body(MAX_WEBHOOK_BYTES),
        request.event.get("headers") or {},
        gateway=name,
        store=store.within(request.seconds_left),
        gateways=gateways,
        clock=utc_now,
    )
    return Response(200, WebhookAck(acted=acted))


@logger.inject_lambda_context(correlation_id_path="requestContext.requestId")
@publishes_metrics
def lambda_handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return api.handle(event, context)
