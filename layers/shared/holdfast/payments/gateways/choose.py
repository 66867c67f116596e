"""The gateways by name, each connected when it is first asked for, so that a wallet payment needs none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields
from holdfast.payments.gateways.razorpay import RazorpayGateway
from holdfast.payments.gateways.stripe import StripeGateway

if TYPE_CHECKING:
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.settings import Settings

_BY_NAME = {gateway.name: gateway for gateway in (StripeGateway, RazorpayGateway)}


class Gateways(dict[str, "Gateway"]):
    """Made for each request, so that a rotated secret is taken up within its cache's five minutes."""

    names = frozenset(_BY_NAME)

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings

    def __missing__(self, name: str) -> Gateway:
        if not getattr(self._settings, f"{name}_secret_name"):
            raise InvalidFields(("gateway", f"{name} is not offered here"))
        self[name] = _BY_NAME[name].connect(self._settings)
        return self[name]
