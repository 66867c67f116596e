"""A gateway's webhook: check whose it is, then take up what the gateway's books say of the order it names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import Busy, InProgress, MalformedRequest
from holdfast.payments.gateways.protocol import BadSignature, GatewayError
from holdfast.payments.reconcile import reconcile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.model.dates import Clock
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.storage.store import Store

MAX_WEBHOOK_BYTES = 256 * 1024  # an event carries its whole object, so it may be larger than our own requests


class WebhookAck(msgspec.Struct, kw_only=True):
    """The answer to a gateway: the event need not be sent again. `acted`: it spoke of something that we follow."""

    received: bool = True
    acted: bool


def handle_webhook(
    body: bytes,
    headers: Mapping[str, str],
    *,
    gateway: str,
    store: Store,
    gateways: Mapping[str, Gateway],
    clock: Clock,
) -> bool:
    """Whether the event was one to act on. Returns only when it is taken up for good: else it should be sent again.

    Raises MalformedRequest for a signature that is not the gateway's, Busy when it could not be taken up now.
    """
    try:
        order_id = gateways[gateway].verify_webhook(body, headers, clock())
    except (BadSignature, ValueError) as error:
        raise MalformedRequest("The webhook is not signed by the gateway.") from error
    if order_id is None:
        return False
    try:
        reconcile(order_id, gateway=gateway, store=store, gateways=gateways, clock=clock, by=f"webhook {gateway}")
    except (GatewayError, InProgress) as error:
        raise Busy("The event could not be taken up now; please send it again.") from error
    return True
