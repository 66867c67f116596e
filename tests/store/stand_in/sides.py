"""The engine over the simulation's DynamoDB and over another, side by side."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn, Self

import msgspec
from botocore.exceptions import ClientError  # noqa: TID251 - what the stand-in raises as the SDK would
from pydantic import BaseModel

from holdfast.errors import BookingError
from holdfast.model.booking import Booking
from holdfast.payments.gateways.protocol import GatewayError, GatewayUnknown
from holdfast.storage.items import Item, booking_key
from holdfast.storage.marshal import wire_key
from holdfast.storage.store import DueRow, Store, WriteConflict
from holdfast.storage.table import ConditionsFailed, Table
from tests.kit.clock import FakeClock
from tests.kit.ids import Ids
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.hotel import indexes, opening
from tests.simulation.scheduler import Scheduler

SHARDS = 2
PAGE = 2  # rows in one answer to a query, so that short lists have several pages too
SECONDS = 600.0  # for a sequence, however busy the machine


class InTurn:
    """In the place of a pool of threads: the order of writes must be the same on both sides."""

    def __init__(self, _: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return map(work, list(items))


class InOrder(Store):
    """An index promises no order among rows of the same instant; the order of writes must be the same on both sides."""

    def due(self, shard: str, now: datetime, *, limit: int = 500) -> tuple[list[DueRow], bool]:
        rows, more = super().due(shard, now, limit=limit)
        return sorted(rows, key=lambda row: (row.due_at_ms, row.booking_id)), more


class Silent:
    """A gateway that never answers."""

    name = "stripe"
    call_seconds = 5.0
    closes_orders = True

    def fetch(self, order_id: str, transaction_id: str | None = None) -> NoReturn:
        raise GatewayUnknown("no answer")


@dataclass
class Side:
    """One DynamoDB with a store, gateways and write ids of its own."""

    table: Table
    clock: FakeClock
    store: Store = field(init=False)
    gateways: dict[str, Any] = field(init=False)
    seen: list[Booking] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)  # user and key of each hold, as they were made

    def __post_init__(self) -> None:
        ids = Ids()  # a server remembers tokens for all its tables, so each table's carry its name
        self.table = self.table.within(SECONDS)
        self.store = InOrder(self.table, due_shards=SHARDS, new_id=lambda: f"{self.table.name}-{ids()}")
        faults = Faults(Scheduler(), 0.0, None)
        gateway = SimulatedGateway("stripe", True, faults, 5.0, lambda *_: None)
        self.gateways = {"stripe": gateway}
        for item in opening("INR"):
            self.table.client.put_item(TableName=self.table.name, Item=item)

    def does(self, step: Callable[["Side"], Any]) -> Any:
        """What came of it, in a form that compares."""
        try:
            return _plain(step(self))
        except WriteConflict as lost:
            return "lost", sorted(lost.kinds), lost.current.write_id if lost.current else None
        except ConditionsFailed as failed:
            return "failed", [(reason.code, reason.item) for reason in failed.reasons]
        except BookingError as refusal:
            return "refused", refusal.code, refusal.detail
        except GatewayError as error:
            return "gateway", str(error)
        except ClientError as error:
            return "error", error.response["Error"]["Code"]

    def items(self) -> dict[tuple[str, str], Item]:
        return {(item["pk"], item["sk"]): item for item in self.table.scan()}

    def booking(self, booking_id: str) -> Booking | None:
        """The booking as it stands, kept to be used again when it is stale."""
        booking = self.store.booking(booking_id)
        if booking:
            self.seen.append(booking)
        return booking

    def delete(self, booking_id: str) -> None:
        """As TTL does."""
        client: Any = self.table.client
        if isinstance(client, StandIn):
            client.change({booking_key(booking_id): None})
        else:
            client.delete_item(TableName=self.table.name, Key=wire_key(booking_key(booking_id)))

    def lately_held(self, pick: int) -> tuple[str, str]:
        """User and key of one of the last holds: in the middle of its life, most of the time."""
        return self.held[-1 - pick % min(3, len(self.held))] if self.held else ("nobody", "none")

    def some_order(self, pick: int) -> str | None:
        orders = list(self.gateways["stripe"].orders)
        return orders[pick % len(orders)] if orders else None


def simulated_side(table_name: str, clock: FakeClock) -> Side:
    faults: Any = Faults(Scheduler(), 0.0, None)
    faults.index_lag_us = lambda: 0
    client: Any = StandIn(table_name, indexes(), faults)
    return Side(Table(client, table_name), clock)


def _plain(value: Any) -> Any:
    """With every field of every struct: msgspec leaves out a default by the object that it is, not by what it says."""
    match value:
        case msgspec.Struct():
            return {name: _plain(part) for name, part in msgspec.structs.asdict(value).items()}
        case BaseModel():
            return value.model_dump()
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
    return value
