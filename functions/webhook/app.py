"""POST /webhooks/{gateway}: the events of Stripe and Razorpay, signed over the raw body."""

from __future__ import annotations

from holdfast.errors import MalformedRequest, NotFound
from holdfast.http import Api, Response, Role
from holdfast.http_request import Request
from holdfast.model.names import GATEWAY_NAMES
from holdfast.payments.webhook import MAX_WEBHOOK_BYTES, handle_webhook
from holdfast.settings import Settings
from holdfast.views.payments import WebhookAck

api = Api(Settings.from_environment())


@api.route(
    "POST /webhooks/{gateway}", who=Role.GATEWAY, answers={200: WebhookAck}, refusals=(MalformedRequest, NotFound)
)
def post_webhook(request: Request) -> Response:
    """An event of Stripe or Razorpay, signed over the raw body. Any answer but 200 asks for it to be sent again."""
    name = request.path("gateway")
    if name not in GATEWAY_NAMES:
        raise NotFound("There is no such gateway.")
    acted = handle_webhook(
        request.raw_body(MAX_WEBHOOK_BYTES),
        request.event.get("headers") or {},
        gateway=name,
        engine=request.engine,
    )
    return Response(200, WebhookAck(received=True, acted=acted))


lambda_handler = api.lambda_handler
