"""What goes to DynamoDB: counted at the SDK's own hook, just before each request leaves."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from holdfast.storage.marshal import from_wire
from holdfast.storage.table import connect
from tests.kit.capacity import Index, item_size, write_units
from tests.kit.template import template

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
    """The requests of one client while this is entered, and what each successful write of them costs."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self.requests: list[Request] = []
        self.written: list[Write] = []
        self._table = table
        self._looking = connect()  # another one, so that looking is not counted
        self._indexes = _indexes()
        self._before: dict[str, Image] = {}
        self._hooks = client.meta.events

    def __enter__(self) -> Self:
        self._hooks.register("before-send.dynamodb", self._sent)
        self._hooks.register("after-call.dynamodb", self._answered)
        return self

    def __exit__(self, *_: object) -> None:
        self._hooks.unregister("before-send.dynamodb", self._sent)
        self._hooks.unregister("after-call.dynamodb", self._answered)

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

    def _sent(self, request: Any, event_name: str, **_: Any) -> None:
        operation = event_name.rpartition(".")[2]
        sent = Request(operation, json.loads(request.body))
        self.requests.append(sent)
        if operation in WRITES:
            self._before = {json.dumps(key): self._image(key) for _, key in _targets(sent)}

    def _answered(self, parsed: dict[str, Any], model: Any, **_: Any) -> None:
        if model.name not in WRITES or "Error" in parsed:
            return
        sent = self.requests[-1]
        transactional = sent.operation == "TransactWriteItems"
        for kind, key in _targets(sent):
            old, new = self._before[json.dumps(key)], self._image(key)
            units = write_units(old, new, self._indexes, transactional=transactional)
            self.written.append(Write(kind, old, new, units))

    def _image(self, key: dict[str, Any]) -> Image:
        answer = self._looking.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return from_wire(answer["Item"]) if "Item" in answer else None


def _targets(sent: Request) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each item that a write is about: what is done to it, and its key on the wire."""
    actions = sent.body.get("TransactItems") or [{sent.operation.removesuffix("Item"): sent.body}]
    for action in actions:
        for kind, body in action.items():
            key = body.get("Key") or {name: body["Item"][name] for name in ("pk", "sk")}
            yield kind, {"pk": key["pk"], "sk": key["sk"]}


def _indexes() -> tuple[Index, ...]:
    """The indexes as the template defines them."""
    found = []
    for index in template()["Resources"]["Table"]["Properties"]["GlobalSecondaryIndexes"]:
        partition, sort = (part["AttributeName"] for part in index["KeySchema"])
        found.append(Index(partition, sort, tuple(index["Projection"].get("NonKeyAttributes", ()))))
    return tuple(found)
