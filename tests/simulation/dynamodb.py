"""A stand-in for DynamoDB's client: the six calls that the store makes, over one table in memory.

Strict: an argument or an expression that it does not know is an error, not a guess. It commits atomically, and shows
what emulators do not: transactions that overlap conflict, reads of several items are not a snapshot, indexes lag, and
a request may take effect without its answer arriving, or long after its sender gave up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from holdfast.storage.marshal import from_wire
from tests.simulation.expressions import (
    Item,
    Refused,
    Unsupported,
    changed,
    condition,
    found,
    placeholders,
    update,
)
from tests.simulation.faults import Faults, client_error, invalid
from tests.simulation.strict import only, used
from tests.simulation.table_index import Index, Key, key_of

Commit = list[tuple[Key, Item | None, Item | None]]  # each item's key, and what it was and is

TOKEN_US = 600_000_000  # a ClientRequestToken is remembered for ten minutes
BATCH_LIMIT = 100
QUERY_LIMIT = 10_000  # rows of a query without a limit: far more than a world has
TRANSACTION_LIMIT = 100
_NO_ITEM: Item = {}


class StandIn:
    """`faults` decides how each call goes; `on_commit` gets every change, at its instant."""

    def __init__(self, table: str, indexes: Iterable[Index], faults: Faults) -> None:
        self.table = table
        self.items: dict[Key, Item] = {}
        self.indexes = {index.name: index for index in indexes}
        self.faults = faults
        self.on_commit: list[Callable[[Commit], None]] = []
        self._plain: dict[int, tuple[Item, dict[str, Any]]] = {}
        self._locked: set[Key] = set()
        self._contended: set[str] = set()  # the tokens of transactions that only contention stood in the way of
        self._tokens: dict[str, tuple[str, int, bool]] = {}  # its request, when it came, whether it is done

    # Reads

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803 - the SDK's names
        [(table, wanted)] = RequestItems.items()
        only(wanted, "Keys", "ConsistentRead")
        keys = [key_of(wire) for wire in wanted["Keys"]]
        if table != self.table or not 1 <= len(keys) <= BATCH_LIMIT or len(set(keys)) < len(keys):
            raise invalid("BatchGetItem", "no such table, too many keys, or one twice")
        process = self.faults.clock.process()
        if wanted.get("ConsistentRead") is not True and process is not None and not process.decides_nothing:
            raise Unsupported("a read of items that is not consistent")
        answered: list[Item] = []

        def read(some: Sequence[Key]) -> None:
            answered.extend(self.items[key] for key in some if key in self.items)

        left = self.faults.read(keys, read)
        answer: dict[str, Any] = {"Responses": {table: answered}, "UnprocessedKeys": {}}
        if left:
            again = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in left]
            answer["UnprocessedKeys"] = {table: wanted | {"Keys": again}}
        return answer

    def query(self, **arguments: Any) -> dict[str, Any]:
        only(
            arguments,
            *("TableName", "KeyConditionExpression", "ExpressionAttributeValues", "ScanIndexForward", "Limit"),
            *("ConsistentRead", "IndexName", "ExclusiveStartKey", "FilterExpression", "Select"),
        )
        name, kept = arguments.get("IndexName"), arguments.get("FilterExpression")
        values, wanted = arguments["ExpressionAttributeValues"], arguments["KeyConditionExpression"]
        used(set(values), placeholders(wanted, kept or ""))
        if name and arguments.get("ConsistentRead"):
            raise invalid("Query", "an index cannot be read consistently")
        hash_name, range_name = ("pk", "sk") if name is None else self.indexes[name].keys
        hash_value = values[wanted.split("=", 1)[1].split()[0]]
        forward, limit = arguments.get("ScanIndexForward", True), arguments.get("Limit", QUERY_LIMIT)
        after = arguments.get("ExclusiveStartKey")

        def order(row: Item) -> tuple[Any, str, str]:
            [(kind, value)] = row[range_name].items()
            return (int(value) if kind == "N" else value), row["pk"]["S"], row["sk"]["S"]

        def look() -> dict[str, Any]:
            rows = self._rows(name, hash_name, hash_value)
            matching = sorted((row for row in rows if condition(wanted)(row, {}, values)), key=order)
            if not forward:
                matching.reverse()
            if after:
                start = order(after)
                matching = [row for row in matching if (order(row) > start if forward else order(row) < start)]
            page = matching[:limit]
            if arguments.get("Select") == "COUNT":
                return {"Count": len(matching)}
            answer: dict[str, Any] = {"Items": [r for r in page if kept is None or condition(kept)(r, {}, values)]}
            if len(matching) >= limit and page:
                last = {"pk", "sk", hash_name, range_name}
                answer["LastEvaluatedKey"] = {part: page[-1][part] for part in sorted(last)}
            return answer

        return self.faults.call("query", look)

    def scan(self, **arguments: Any) -> dict[str, Any]:
        only(arguments, "TableName", "ConsistentRead")
        return self.faults.call("scan", lambda: {"Items": [self.items[key] for key in sorted(self.items)]})

    def _rows(self, index: str | None, name: str, value: Any) -> list[Item]:
        if index:
            return self.indexes[index].rows(value, self.faults.now_us())
        return [item for key, item in self.items.items() if key[0] == value["S"] and name == "pk"]

    # Writes

    def put_item(self, **put: Any) -> dict[str, Any]:
        key = self._checked("Put", put)

        def write() -> dict[str, Any]:
            if key in self._locked:
                raise client_error("TransactionConflictException", "PutItem")
            old = self.items.get(key)
            if not self._holds(put, old):
                response: dict[str, Any] = {} if old is None else {"Item": old}
                self._mark_own(put, old)
                raise client_error("ConditionalCheckFailedException", "PutItem", **response)
            self._commit([(key, old, put["Item"])])
            return {}

        return self.faults.call("put", write, writes=True, about=key)

    def delete_item(self, *, TableName: str, Key: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        key = key_of(Key)
        if TableName != self.table:
            raise invalid("DeleteItem", "no such table")

        def delete() -> dict[str, Any]:
            if key in self._locked:
                raise client_error("TransactionConflictException", "DeleteItem")
            self.change({key: None})
            return {}

        return self.faults.call("delete", delete, writes=True, about=key)

    def transact_write_items(self, *, TransactItems: list[Any], ClientRequestToken: str) -> dict[str, Any]:  # noqa: N803
        if not 1 <= len(TransactItems) <= TRANSACTION_LIMIT or not 1 <= len(ClientRequestToken) <= 36:
            raise invalid("TransactWriteItems", "too many actions, or too long a token")
        actions = [next(iter(action.items())) for action in TransactItems]
        keys = [self._checked(kind, action) for kind, action in actions]
        if len(set(keys)) < len(keys):
            raise invalid("TransactWriteItems", "cannot include multiple operations on one item")
        request = json.dumps(TransactItems, sort_keys=True)

        def write() -> dict[str, Any]:
            known = self._tokens.get(ClientRequestToken)
            if known and self.faults.now_us() < known[1] + TOKEN_US:
                if known[0] != request:
                    raise client_error("IdempotentParameterMismatchException", "TransactWriteItems")
                if not known[2]:
                    raise client_error("TransactionInProgressException", "TransactWriteItems")
                self.faults.cover("token repeated")
                return {}
            self._prepare(actions, keys, ClientRequestToken)
            writes = [(action, key) for action, key in zip(actions, keys, strict=True) if action[0] != "ConditionCheck"]
            changes: Commit = [self._change(kind, action, key) for (kind, action), key in writes]
            self._tokens[ClientRequestToken] = request, self.faults.now_us(), False
            decayed = self.faults.forgets_the_token()
            self._locked.update(keys)

            def finish() -> None:
                if decayed:
                    del self._tokens[ClientRequestToken]
                else:
                    self._tokens[ClientRequestToken] = request, self.faults.now_us(), True
                self._locked.difference_update(keys)
                self._commit(changes)

            self.faults.two_phases(finish)
            return {}

        return self.faults.call("transact", write, writes=True, about=keys[0])

    def _prepare(self, actions: Sequence[tuple[str, Any]], keys: Sequence[Key], token: str) -> None:
        """Raises TransactionCanceledException with a reason for each action, unless all may happen now."""
        reasons: list[dict[str, Any]] = []
        for (_, action), key in zip(actions, keys, strict=True):
            reason: dict[str, Any] = {"Code": "None"}
            if key in self._locked:
                reason = {"Code": "TransactionConflict", "Message": "Transaction is ongoing for the item"}
                self.faults.cover("transactions conflict")
            elif not self._holds(action, self.items.get(key)):
                reason = {"Code": "ConditionalCheckFailed", "Message": "The conditional request failed"}
                if key in self.items and action.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD":
                    reason["Item"] = self.items[key]
                self._mark_own(action, self.items.get(key))
            reasons.append(reason)
        codes = {reason["Code"] for reason in reasons} - {"None"}
        if not codes and token in self._contended:
            self.faults.cover("a conflict retried and won")
        if codes == {"TransactionConflict"}:
            self._contended.add(token)
        if codes:
            raise client_error("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)

    def _mark_own(self, action: dict[str, Any], met: Item | None) -> None:
        if met is not None and "write_id" in met and met["write_id"] == action.get("Item", {}).get("write_id"):
            self.faults.cover("own earlier commit read back")

    def _checked(self, kind: str, action: dict[str, Any]) -> Key:
        """Its key; an error for an argument that is unknown, missing, or given and not used."""
        shared = "TableName", "ConditionExpression", "ExpressionAttributeValues", "ReturnValuesOnConditionCheckFailure"
        if kind == "Put":
            only(action, "Item", *shared)
            key = key_of({name: action["Item"][name] for name in ("pk", "sk")})
            texts = [action.get("ConditionExpression", "")]
        elif kind in {"Update", "ConditionCheck", "Delete"}:
            own = {
                "Update": ("UpdateExpression", "ExpressionAttributeNames"),
                "Delete": ("ExpressionAttributeNames",),
            }.get(kind, ())
            only(action, "Key", *own, *shared)
            key = key_of(action["Key"])
            texts = [action.get("ConditionExpression", ""), action.get("UpdateExpression", "")]
        else:
            raise Unsupported(f"the action {kind}")
        if action["TableName"] != self.table:
            raise invalid(kind, "no such table")
        given = {*action.get("ExpressionAttributeValues", ()), *action.get("ExpressionAttributeNames", ())}
        used(given, placeholders(*texts))
        return key

    def _holds(self, action: dict[str, Any], item: Item | None) -> bool:
        text = action.get("ConditionExpression")
        names, values = action.get("ExpressionAttributeNames", {}), action.get("ExpressionAttributeValues", {})
        return text is None or condition(text)(item or _NO_ITEM, names, values)

    def _change(self, kind: str, action: dict[str, Any], key: Key) -> tuple[Key, Item | None, Item | None]:
        old = self.items.get(key)
        if kind == "Put":
            return key, old, action["Item"]
        if kind == "Delete":
            return key, old, None
        names, values = action.get("ExpressionAttributeNames", {}), action.get("ExpressionAttributeValues", {})
        try:
            fresh = {"pk": {"S": key[0]}, "sk": {"S": key[1]}}
            new = changed(old or fresh, update(action["UpdateExpression"]), names, values)
        except Refused as error:
            raise invalid("TransactWriteItems", str(error)) from error
        return key, old, new

    def _commit(self, changes: Commit) -> None:
        for key, _, new in changes:
            if new is None:
                self.items.pop(key, None)
            else:
                self.items[key] = new
        self._index(changes)
        for listener in self.on_commit:
            listener(changes)

    def _index(self, changes: Commit) -> None:
        for key, old, new in changes:
            for index in self.indexes.values():
                index.write(key, old, new, self.faults.now_us(), self.faults.index_lag_us)

    # What happens without a request

    def load(self, items: Iterable[Item]) -> None:
        """Puts items there before the world begins."""
        for item in items:
            self.items[key_of({"pk": item["pk"], "sk": item["sk"]})] = item

    def is_locked(self, key: Key) -> bool:
        """Whether a transaction that is under way will write the item."""
        return key in self._locked

    def change(self, items: Mapping[Key, Item | None]) -> None:
        """Another's write, in one instant: a hotel's change of its prices, TTL's deletion."""
        self._commit([(key, self.items.get(key), new) for key, new in items.items()])

    def plain(self, item: Item) -> dict[str, Any]:
        """The item as plain values, which nobody may change; its own next version is another item."""
        known = self._plain.get(id(item))
        if known is None:
            known = self._plain[id(item)] = item, from_wire(item)
        return known[1]

    def expired(self, now_seconds: int) -> list[Key]:
        """The items that TTL may delete by now."""
        ttls = ((key, found(item, ("ttl",), {})) for key, item in self.items.items())
        return [key for key, ttl in ttls if ttl is not None and int(ttl["N"]) <= now_seconds]
