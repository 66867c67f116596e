"""What goes to DynamoDB: counted at the SDK's own hook, just before each request leaves, or as the stand-in gets it."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from holdfast.storage.client import connect
from holdfast.storage.marshal import from_wire
from tests.kit.capacity import Index, item_size, read_units, write_units
from tests.kit.stand_in import watched
from tests.kit.template import table_definition
from tests.simulation.dynamodb import StandIn
from tests.simulation.table_index import key_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"})
Image = dict[str, Any] | None


class Request(NamedTuple):
    operation: str
    body: dict[str, Any]

    @property
    def resource(self) -> str:
        """What an IAM policy would have to allow it on: the table, or one of its indexes."""
        return f"index/{self.body['IndexName']}" if "IndexName" in self.body else "table"


class Write(NamedTuple):
    """One item written, as it was and as it became; `units` are what AWS charges, indexes and all."""

    kind: str
    old: Image
    new: Image
    units: int

    @property
    def size(self) -> int:
        return max(item_size(image) for image in (self.old, self.new) if image is not None)


class DynamoDBRecorder:
    """The requests of one client to one table while this is entered, and what each successful one of them costs."""

    def __init__(self, client: "DynamoDBClient | StandIn", table: str) -> None:
        self.requests: list[Request] = []
        self.written: list[Write] = []
        self.read_units = 0.0
        self._before: dict[str, Image] = {}
        self._stored: Callable[[dict[str, Any]], dict[str, Any] | None]
        self._watching: AbstractContextManager[None]
        self._entered = ExitStack()
        if isinstance(client, StandIn):
            self._shape = _Shape.of(table_definition(table))
            self._stored = lambda key: client.items.get(key_of(key))
            self._watching = watched(client, self._seen)
        else:
            looking = connect()  # another one, so that looking is not counted
            self._shape = _Shape.of(looking.describe_table(TableName=table)["Table"])
            self._stored = lambda key: looking.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
            self._watching = self._hooked(client.meta.events)

    def __enter__(self) -> Self:
        self._entered.enter_context(self._watching)
        return self

    def __exit__(self, *_: object) -> None:
        self._entered.close()

    @property
    def operations(self) -> list[str]:
        return [request.operation for request in self.requests]

    @property
    def writes(self) -> list[str]:
        return [operation for operation in self.operations if operation in WRITES]

    @property
    def units(self) -> int:
        return sum(write.units for write in self.written)

    def clear(self) -> None:
        self.requests.clear()
        self.written.clear()
        self.read_units = 0.0

    @contextmanager
    def _hooked(self, hooks: Any) -> Iterator[None]:
        def sent(request: Any, event_name: str, **_: Any) -> None:
            self._sent(Request(event_name.rpartition(".")[2], json.loads(request.body)))

        def answered(parsed_response: dict[str, Any] | None, **_: Any) -> None:
            if parsed_response is not None and "Error" not in parsed_response:
                self._answered(parsed_response)

        hooks.register("before-send.dynamodb", sent)
        hooks.register("response-received.dynamodb", answered)
        try:
            yield
        finally:
            hooks.unregister("before-send.dynamodb", sent)
            hooks.unregister("response-received.dynamodb", answered)

    def _seen(self, operation: str, parameters: dict[str, Any], answer: Callable[[], Any]) -> Any:
        self._sent(Request(operation, parameters))
        answered = answer()
        self._answered(answered)
        return answered

    def _sent(self, sent: Request) -> None:
        self.requests.append(sent)
        if sent.operation in WRITES:
            self._before = {json.dumps(key): self._image(key) for _, key in self._targets(sent)}

    def _answered(self, answer: dict[str, Any]) -> None:
        sent = self.requests[-1]
        if sent.operation not in WRITES:
            self.read_units += sum(self._reads(sent, answer))
            return
        transactional = sent.operation == "TransactWriteItems"
        for kind, key in self._targets(sent):
            old, new = self._before[json.dumps(key)], self._image(key)
            units = write_units(old, new, self._shape.indexes, transactional=transactional)
            self.written.append(Write(kind, old, new, units))

    def _image(self, key: dict[str, Any]) -> Image:
        item = self._stored(key)
        return None if item is None else from_wire(item)

    def _targets(self, sent: Request) -> Iterator[tuple[str, dict[str, Any]]]:
        """Each item that a write is about: what is done to it, and its key on the wire."""
        actions = sent.body.get("TransactItems") or [{sent.operation.removesuffix("Item"): sent.body}]
        for action in actions:
            for kind, body in action.items():
                key = body.get("Key") or body["Item"]
                yield kind, {name: key[name] for name in self._shape.key}

    def _reads(self, sent: Request, answer: dict[str, Any]) -> Iterator[float]:
        """The units of each item that was asked for; a query's are of all that it found together."""
        if sent.operation == "BatchGetItem":
            wanted = sent.body["RequestItems"][self._shape.name]
            for key in wanted["Keys"]:
                image = self._image(key)
                yield read_units([image] if image else [], consistent=wanted.get("ConsistentRead", False))
            return
        found = answer.get("Items") or ([answer["Item"]] if "Item" in answer else [])
        yield read_units(list(map(from_wire, found)), consistent=sent.body.get("ConsistentRead", False))


class _Shape(NamedTuple):
    """A table's name, key and indexes."""

    name: str
    key: tuple[str, ...]
    indexes: tuple[Index, ...]

    @classmethod
    def of(cls, described: Any) -> Self:
        indexes = tuple(map(index_of, described.get("GlobalSecondaryIndexes", [])))
        keys = tuple(part["AttributeName"] for part in described["KeySchema"])
        return cls(described["TableName"], keys, indexes)


def index_of(described: dict[str, Any]) -> Index:
    partition, sort = (part["AttributeName"] for part in described["KeySchema"])
    projection = described["Projection"]
    every = projection["ProjectionType"] == "ALL"
    return Index(partition, sort, None if every else tuple(projection.get("NonKeyAttributes", ())))
