"""Holdfast and the naive engine behind one front door: the same requests to both, each on its own table in moto."""

import logging
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import date
from io import StringIO
from typing import Any, NamedTuple

import msgspec
import pytest
from moto import mock_aws

from holdfast.logs import metrics
from holdfast.model.property import Property, RoomType, TaxPeriod, TaxSlab, TaxTable
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.client import connect
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.apps import ENVIRONMENT, FUNCTIONS, Apps
from tests.kit.capacity import item_size
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_recorder import DynamoDBRecorder
from tests.kit.fake_gateway import FakeGateway
from tests.kit.front_door import FrontDoor, Reply, event
from tests.kit.hotel import KOLKATA, add_property, add_room_type, months_for
from tests.kit.log_capture import captured_lines
from tests.kit.template import table_definition

MONTHS = ("2026-12", "2027-01")
DELUXE = RoomType(
    room_type_id="lake-view-deluxe",
    property_id="lake-view",
    name="Deluxe",
    base_price=849_900,
    discounted_price=749_900,
    total_rooms=120,
    max_guests=3,
)
VAT = TaxTable(
    names=("TVA", "Taxe de séjour"),
    included=True,
    periods=(TaxPeriod(date(2020, 1, 1), (TaxSlab(20_000, 1000, (900, 100)), TaxSlab(None, 2000, (1800, 200)))),),
)
PARIS = Property(
    property_id="canal",
    name="Canal",
    city="Paris",
    timezone="Europe/Paris",
    country="FR",
    currency="INR",  # so that the same wallet pays
    taxes=VAT,
)
CHAMBRE = RoomType(
    room_type_id="canal-chambre", property_id="canal", name="Chambre", base_price=14_500, total_rooms=40, max_guests=3
)
NAIVE_INDEXES = (("by_user", "user_id", "created_at", "ALL"), ("by_expiry", "hold", "expires_at", "KEYS_ONLY"))


class Spent(NamedTuple):
    """What one request took."""

    round_trips: float
    write_units: float
    read_units: float
    log_bytes: int
    written: tuple[dict[str, Any], ...]  # the items as they were written last

    def shared_by(self, count: int) -> "Spent":
        """The part of each, when one call did the same for so many."""
        return Spent(
            self.round_trips / count,
            self.write_units / count,
            self.read_units / count,
            self.log_bytes // count,
            self.written[: len(self.written) // count],
        )

    @property
    def written_bytes(self) -> int:
        return sum(map(item_size, self.written))


class Side:
    """One engine, and what its requests take."""

    def __init__(self, door: FrontDoor, clients: dict[str, Any], log: StringIO) -> None:
        """`clients` are those that the engine has for its tables, by the table's name."""
        self.door = door
        self.clients = list(clients.values())
        self._recorders = [DynamoDBRecorder(client, table) for table, client in clients.items()]
        self._log = log
        for recorder in self._recorders:
            recorder.__enter__()

    def stop_counting(self) -> None:
        for recorder in self._recorders:
            recorder.__exit__()

    def spent(self, call: Callable[[], object], *, leaving_out: str = "") -> Spent:
        """What the call takes, without round trips of the kind that is left out."""
        for recorder in self._recorders:
            recorder.clear()
        self._log.seek(0)
        self._log.truncate()
        with redirect_stdout(self._log):
            call()
        return Spent(
            round_trips=sum(kind != leaving_out for recorder in self._recorders for kind in recorder.operations),
            write_units=sum(recorder.units for recorder in self._recorders),
            read_units=sum(recorder.read_units for recorder in self._recorders),
            log_bytes=len(self._log.getvalue().encode()),
            written=tuple(write.new for recorder in self._recorders for write in recorder.written if write.new),
        )

    def handler(self, function: str) -> Any:
        """What Lambda would call for that function."""
        return self.door.app(function).lambda_handler

    def sweep(self) -> None:
        self.door.expire()

    def settle(self) -> None:
        self.door.app("settle").lambda_handler(event("scheduled"), self.door.context)


class NaiveSide(Side):
    def handler(self, function: str) -> Any:
        assert isinstance(self.door, NaiveDoor)
        return self.door.naive.sweep_handler if function == "expire" else self.door.naive.lambda_handler


class NaiveDoor(FrontDoor):
    """The same routes over the naive engine's one handler."""

    def __init__(self, app: Any, apps: Apps, clock: FakeClock, gateway: FakeGateway, patch: pytest.MonkeyPatch) -> None:
        super().__init__(apps, clock, gateway, patch)
        self.naive = app
        patch.setattr(app, "now", clock)
        patch.setattr(app, "gateway", gateway)

    def send(self, request: dict[str, Any]) -> Reply:
        query = request.get("queryStringParameters") or {}
        sent = request | {"rawQueryString": "&".join(f"{name}={value}" for name, value in query.items())}
        answer = self.naive.lambda_handler(sent, self.context)
        return Reply(answer["statusCode"], answer.get("headers", {}), msgspec.json.decode(answer["body"]))

    def credit(self, amount: int, user: str = "", key: str = "") -> Reply:
        self.naive.table.put_item(Item={"pk": f"USER#{user}", "sk": "WALLET", "balance": amount})
        return Reply(200, {}, key)

    def expire(self, request: dict[str, Any] | None = None) -> Any:
        return self.naive.sweep_handler(request or event("scheduled"), self.context)


@contextmanager
def both_sides() -> Iterator[tuple[Side, Side]]:
    """Holdfast and the naive engine, with two room types on sale in two months."""
    with ExitStack() as stack:
        stack.enter_context(mock_aws())
        stack.enter_context(redirect_stdout(StringIO()))  # what neither side is measured for
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        for name, value in (ENVIRONMENT | {"POWERTOOLS_SERVICE_NAME": "test"}).items():
            patch.setenv(name, value)
        metrics.namespace, metrics.service = "Holdfast", "test"
        apps = Apps(patch)
        yield _ours(stack, apps, patch), _naive(apps, patch)


def _ours(stack: ExitStack, apps: Apps, patch: pytest.MonkeyPatch) -> Side:
    client = connect()
    client.create_table(**table_definition("ours"))
    table = Table(client, "ours", patience_seconds=600)
    catalog = CatalogStore(table)
    for property_, room_type in ((KOLKATA, DELUXE), (PARIS, CHAMBRE)):
        add_property(catalog, property_)
        add_room_type(catalog, room_type, months_for(property_, room_type, MONTHS))
    door = FrontDoor(apps, FakeClock(), FakeGateway(), patch)
    for function in FUNCTIONS:
        door.use_store(function, Store(table))
    return Side(door, {"ours": client}, stack.enter_context(captured_lines()).text)


def _naive(apps: Apps, patch: pytest.MonkeyPatch) -> Side:
    patch.setenv("TABLE_NAME", "naive")
    patch.setenv("IDEMPOTENCY_TABLE", "idempotency")
    client: Any = connect()
    names = ("pk", "sk", *(key for _, *keys, _ in NAIVE_INDEXES for key in keys))
    client.create_table(
        TableName="naive",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("pk", "sk"),
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
        GlobalSecondaryIndexes=[
            {"IndexName": name, "KeySchema": _keys(partition, sort), "Projection": {"ProjectionType": projection}}
            for name, partition, sort, projection in NAIVE_INDEXES
        ],
    )
    client.create_table(
        TableName="idempotency",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=_keys("id"),
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    app: Any
    from bench.naive import app  # noqa: PLC0415 - it makes its clients when it is imported, as a Lambda does

    for property_, room_type in ((KOLKATA, DELUXE), (PARIS, CHAMBRE)):
        room, price = f"ROOM#{room_type.room_type_id}", room_type.discounted_price or room_type.base_price
        meta = {"property_id": property_.property_id, "currency": "INR", "max_guests": room_type.max_guests}
        app.table.put_item(Item={"pk": room, "sk": "META", **meta})
        app.table.put_item(Item={"pk": f"CITY#{property_.city}", "sk": room})
        for night in app.nights(date(2026, 12, 1), date(2027, 2, 1)):
            free = {"available": room_type.total_rooms, "price": price}
            app.table.put_item(Item={"pk": room, "sk": f"NIGHT#{night}", **free})
    door = NaiveDoor(app, apps, FakeClock(), FakeGateway(), patch)
    log, handler = StringIO(), app.logger.registered_handler
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(log)
    return NaiveSide(door, {"naive": app.table.meta.client, "idempotency": app.persistence.client}, log)


def _keys(*names: str) -> list[Any]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]


def a_guest() -> str:
    """A user who has done nothing yet."""
    return str(uuid.uuid4())


os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
