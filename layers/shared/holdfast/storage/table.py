"""All calls of DynamoDB: the retries, and the reasons of a cancelled transaction."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import batched
from typing import TYPE_CHECKING, Any, Self

import msgspec
from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from holdfast.deadline import Deadline
from holdfast.storage.client import CONNECT_SECONDS, CONNECTIONS, READ_SECONDS
from holdfast.storage.marshal import from_wire, to_wire, wire_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from holdfast.storage.items import Item, Key

CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS  # the longest one call can take: with less left, none is started
FIRST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.5
DEFAULT_PATIENCE_SECONDS = 30.0  # for callers without a Lambda deadline
JITTER = random.SystemRandom()  # instances that start from one image share the seed of every other generator
BATCH_GET_LIMIT = 100  # keys in one BatchGetItem, by DynamoDB's limits
TRANSACTION_LIMIT = 100  # actions in one TransactWriteItems, by the same

# What may be sent again as it was: nothing has been applied, or the conditions and the token make a repeat harmless.
RETRYABLE = frozenset(
    {
        "InternalServerError",
        "ProvisionedThroughputExceeded",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ThrottlingError",
        "ThrottlingException",
        "TransactionConflict",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)


class Reason(msgspec.Struct, frozen=True):
    """Why one action of a cancelled transaction was refused; `item` is what its condition met, where asked for."""

    code: str
    item: Item | None


class ConditionsFailed(Exception):
    """A write was refused by its conditions: one reason for each action, code "None" where it would have passed."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(", ".join(reason.code for reason in reasons))
        self.reasons = reasons


class Contended(Exception):
    """A transaction met others on its items, and was not applied: what it was decided from may have changed."""


class Table:
    """One DynamoDB table within one deadline. Safe to share between threads.

    Every method raises Busy when throttling, contention or silence outlasts the time left.
    """

    def __init__(
        self,
        client: DynamoDBClient,
        name: str,
        *,
        patience_seconds: float = DEFAULT_PATIENCE_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.client = client
        self.name = name
        self._monotonic = monotonic
        self._sleep = sleep
        self.deadline = Deadline(patience_seconds, monotonic)

    def within(self, seconds: float) -> Self:
        """The same table for one invocation that has that long left."""
        own = type(self)
        return own(self.client, self.name, patience_seconds=seconds, monotonic=self._monotonic, sleep=self._sleep)

    def pause(self, attempt: int, *, longest: float = LONGEST_PAUSE_SECONDS) -> None:
        """Full jitter: up to 5 ms before the first repeat, twice that before each next, never more than the longest."""
        self._sleep(JITTER.uniform(0, min(longest, FIRST_PAUSE_SECONDS * 2**attempt)))

    def get(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items that exist, by key, as of now (consistent reads); one round trip for each hundred keys."""
        found = [self._get_batch(batch, consistent=True) for batch in batched(keys, BATCH_GET_LIMIT, strict=False)]
        return {key: item for items in found for key, item in items.items()}

    def get_together(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """The items that exist, by key, perhaps as of a moment ago, at half the price; all calls at once."""
        batches = batched(keys, BATCH_GET_LIMIT, strict=False)
        calls = [partial(self._get_batch, batch, consistent=False) for batch in batches]
        return {key: item for items in self.together(calls) for key, item in items.items()}

    def together[Result](self, calls: Sequence[Callable[[], Result]]) -> list[Result]:
        """The answers of calls that are sent at once, in the order of the calls; each has a thread of its own."""
        if len(calls) <= 1:
            return [call() for call in calls]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - a start is spared it

        with ThreadPoolExecutor(min(len(calls), CONNECTIONS)) as pool:
            return list(pool.map(lambda call: call(), calls))

    def _get_batch(self, keys: Sequence[Key], *, consistent: bool) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        wanted: Any = {self.name: {"Keys": [wire_key(key) for key in keys], "ConsistentRead": consistent}}
        attempt = 0
        while wanted:
            answer = self._call(partial(self.client.batch_get_item, RequestItems=wanted))
            for wire in answer["Responses"].get(self.name, []):
                item = from_wire(wire)
                found[item["pk"], item["sk"]] = item
            wanted = answer.get("UnprocessedKeys")
            if wanted:
                self.pause(attempt)
                attempt += 1
        return found

    def query(
        self,
        condition: str,
        values: Item,
        *,
        index: str | None = None,
        newest_first: bool = False,
        limit: int,
        after: Item | None = None,
        filter_by: str | None = None,
        consistent: bool = True,
    ) -> tuple[list[Item], Item | None]:
        """One page of a query, and the key of its last item if more follow. An index is never read consistently."""
        arguments: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": to_wire(values),
            "ScanIndexForward": not newest_first,
            "Limit": limit,
            "ConsistentRead": consistent and index is None,
        }
        if index:
            arguments["IndexName"] = index
        if after:
            arguments["ExclusiveStartKey"] = to_wire(after)
        if filter_by:
            arguments["FilterExpression"] = filter_by
        answer = self._call(lambda: self.client.query(**arguments))
        more = answer.get("LastEvaluatedKey")
        return [from_wire(wire) for wire in answer["Items"]], from_wire(more) if more else None

    def count(self, condition: str, values: Item, *, index: str) -> int:
        """How many rows of an index match, without reading them to us."""
        total = 0
        after: dict[str, Any] = {}
        while True:
            answer = self._call(
                partial(
                    self.client.query,
                    TableName=self.name,
                    IndexName=index,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=to_wire(values),
                    Select="COUNT",
                    **after,
                )
            )
            total += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                return total
            after = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}

    def scan(self) -> Iterator[Item]:
        """Every item, consistently read page by page: for audits, not for requests."""
        for items, _ in self.scan_pages(consistent=True):
            yield from items

    def scan_pages(self, *, consistent: bool, after: Item | None = None) -> Iterator[tuple[list[Item], Item | None]]:
        """Every item in pages of up to a megabyte, as of now or, at half the price, perhaps as of a moment ago.

        Each page comes with the key to go on `after` by another call, None with the last page.
        """
        while True:
            start: dict[str, Any] = {"ExclusiveStartKey": to_wire(after)} if after else {}
            answer = self._call(partial(self.client.scan, TableName=self.name, ConsistentRead=consistent, **start))
            more = answer.get("LastEvaluatedKey")
            after = from_wire(more) if more else None
            yield [from_wire(wire) for wire in answer["Items"]], after
            if after is None:
                return

    def put(self, action: dict[str, Any]) -> None:
        """Carries out one `put_action` alone; raises ConditionsFailed, with the item that it met."""
        try:
            self._call(lambda: self.client.put_item(**action["Put"]))
        except ClientError as error:
            if _code(error) != "ConditionalCheckFailedException":
                raise
            wire: Any = error.response.get("Item")
            raise ConditionsFailed([Reason(_CONDITION, from_wire(wire) if wire else None)]) from error

    def delete(self, key: Key) -> None:
        """Deletes the item for good; nothing happens if there is none, so a repeat is harmless."""
        self._call(lambda: self.client.delete_item(TableName=self.name, Key=wire_key(key)))

    def transact(
        self, actions: Sequence[dict[str, Any]], token: str | None = None, *, reads_again: bool = False
    ) -> None:
        """All the actions or none; raises ConditionsFailed with a reason for each action.

        A repeat of ours carries the same bytes and the same token, so that a lost answer does not apply it twice. A
        caller who `reads_again` gets Contended in the place of a repeat, unless an answer was lost before: only the
        very same call can find out what became of that one.
        """
        arguments: dict[str, Any] = {"TransactItems": actions, "ClientRequestToken": token or secrets.token_hex(8)}
        unanswered = False

        def call() -> None:
            nonlocal unanswered
            try:
                self.client.transact_write_items(**arguments)
            except ClientError as error:
                cancelled = _code(error) == "TransactionCanceledException"
                if cancelled and reads_again and not unanswered and _may_be_repeated(error):
                    raise Contended from error
                unanswered = unanswered or not cancelled
                raise
            except (HTTPClientError, NoConnection):
                unanswered = True
                raise

        try:
            self._call(call)
        except ClientError as error:
            reasons = _reasons(error)
            if not any(reason.code == _CONDITION for reason in reasons):
                raise
            raise ConditionsFailed(reasons) from error

    def try_transact(self, actions: Sequence[dict[str, Any]]) -> bool:
        """All the actions or none: False, and nothing changed, when a condition failed."""
        try:
            self.transact(actions)
        except ConditionsFailed:
            return False
        return True

    def _call[Result](self, call: Callable[[], Result]) -> Result:
        attempt = 0
        while True:
            self.deadline.require(CALL_SECONDS)
            try:
                return call()
            except (HTTPClientError, NoConnection):
                pass  # no answer: whether it was applied is unknown, so only the very same call may follow
            except ClientError as error:
                if not _may_be_repeated(error):
                    raise
            self.pause(attempt)
            attempt += 1


_CONDITION = "ConditionalCheckFailed"


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _reasons(error: ClientError) -> list[Reason]:
    reasons: list[dict[str, Any]] = error.response.get("CancellationReasons", [])  # type: ignore[assignment]
    return [
        Reason(reason.get("Code", "None"), from_wire(reason["Item"]) if reason.get("Item") else None)
        for reason in reasons
    ]


def _may_be_repeated(error: ClientError) -> bool:
    """Whether to send it again: a transaction only if each action that failed was contended or throttled."""
    if _code(error) != "TransactionCanceledException":
        return _code(error) in RETRYABLE or error.response["ResponseMetadata"].get("HTTPStatusCode", 0) >= 500
    codes = {reason.code for reason in _reasons(error)} - {"None"}
    return bool(codes) and codes <= RETRYABLE
