"""The gateways by name. Each is imported and connected at its first use: a wallet payment needs none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from holdfast.errors import InvalidFields
from holdfast.model.names import GATEWAY_NAMES

if TYPE_CHECKING:
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.settings import Settings


class Gateways(Mapping[str, "Gateway"]):
    """The gateways that the settings name. Their secrets are read at each use, so that a rotated one takes effect."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __getitem__(self, name: str) -> Gateway:
        """Raises InvalidFields for a gateway that is not offered here, Busy if its secret cannot be read."""
        if name not in self:
            raise InvalidFields(("gateway", f"{name} is not offered here"))
        if name == "stripe":
            from holdfast.payments.gateways.stripe import StripeGateway  # noqa: PLC0415 - a third of a cold start

            return StripeGateway.connect(self._settings)
        from holdfast.payments.gateways.razorpay import RazorpayGateway  # noqa: PLC0415 - the same

        return RazorpayGateway.connect(self._settings)

    def __contains__(self, name: object) -> bool:
        return name in GATEWAY_NAMES and bool(getattr(self._settings, f"{name}_secret_name"))

    def __iter__(self) -> Iterator[str]:
        return (name for name in GATEWAY_NAMES if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)
