"""A gateway's webhook: check its signature, then bring the order's booking or top-up in line with the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import Busy, InProgress, MalformedRequest
from holdfast.logs import Metric, count
from holdfast.payments.gateways.protocol import BadSignature, GatewayError
from holdfast.payments.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.engine import Engine

MAX_WEBHOOK_BYTES = 256 * 1024  # an event carries its whole object, so it may be larger than our own requests


def handle_webhook(body: bytes, headers: Mapping[str, str], *, gateway: str, engine: Engine) -> bool:
    """Whether the event names an order. Returns once it is handled; on an error, the gateway should send it again.

    An event of any other shape than we know names no order. Raises MalformedRequest for a signature that is not the
    gateway's and for what is no JSON, Busy if the event could not be handled now.
    """
    try:
        order_id = engine.gateways[gateway].verify_webhook(body, headers, engine.clock())
    except BadSignature as error:
        count(Metric.WEBHOOKS_REFUSED, 1)
        raise MalformedRequest("The webhook is not signed by the gateway.") from error
    except ValueError as error:
        count(Metric.WEBHOOKS_REFUSED, 1)
        raise MalformedRequest("The event is not JSON in UTF-8.") from error
    if order_id is None:
        return False
    try:
        reconcile(order_id, gateway=gateway, engine=engine, by=f"webhook {gateway}")
    except (GatewayError, InProgress) as error:
        raise Busy("The event could not be handled now; please send it again.") from error
    return True
