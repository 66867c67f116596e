"""What every use case works with: the table, the gateways and the clock, within the time its invocation has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from holdfast.storage.table import CALL_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from holdfast.deadline import Deadline
    from holdfast.model.dates import Clock
    from holdfast.payments.gateways.protocol import Gateway
    from holdfast.storage.catalog import CatalogStore
    from holdfast.storage.store import Store


LATE_GRACE_SECONDS = 900


class Engine(NamedTuple):
    store: Store
    gateways: Mapping[str, Gateway]  # by name; each is connected at its first use
    clock: Clock
    late_grace_seconds: int = LATE_GRACE_SECONDS  # after a deadline, a payment still buys at the hold's price

    @property
    def deadline(self) -> Deadline:
        return self.store.table.deadline

    @property
    def catalog(self) -> CatalogStore:
        from holdfast.storage.catalog import CatalogStore  # noqa: PLC0415 - most functions' starts are spared it

        return CatalogStore(self.store.table)

    def within(self, seconds: float) -> Engine:
        """This engine for one invocation that has that long left; calls past it raise Busy."""
        return self._replace(store=self.store.within(seconds))

    def gateway(self, name: str) -> Gateway:
        """The gateway, if there is time for one call of it and for the write that follows; raises Busy if not."""
        gateway = self.gateways[name]
        self.require_call(gateway)
        return gateway

    def has_time_for(self, gateway: Gateway) -> bool:
        return self.deadline.seconds_left >= gateway.call_seconds + CALL_SECONDS

    def require_call(self, gateway: Gateway) -> None:
        """Raises Busy unless there is time for one call of the gateway and for the write that follows."""
        self.deadline.require(gateway.call_seconds + CALL_SECONDS)
