"""The table's stream: every change of the last day, shard by shard, with what the item was and is."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from holdfast.errors import Busy
from holdfast.storage.marshal import from_wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from holdfast.storage.items import Item

CONNECT_SECONDS = 1
READ_SECONDS = 5
ATTEMPTS = 3
CALL_SECONDS = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS)
EMPTY_PAGES = 10  # in a row, after which nothing more is there: a page may be empty before one that is not
TTL = "dynamodb.amazonaws.com"  # deletes in that name
_GONE = frozenset({"ResourceNotFoundException", "TrimmedDataAccessException"})


class StreamLost(Exception):
    """Records that were not read yet are gone, or the stream is."""


class Change(NamedTuple):
    """What one item was and is; None if there was none, or is none any more."""

    old: Item | None
    new: Item | None
    by_ttl: bool


class StreamPage(NamedTuple):
    """Some changes of a shard. The next ones come after `last`; `ended` if there will be none."""

    changes: list[Change]
    last: str | None
    ended: bool


class Stream:
    """One stream. Its methods raise Busy when DynamoDB does not answer, and StreamLost."""

    def __init__(self, arn: str) -> None:
        self.arn = arn

    def shards(self) -> list[str]:
        """The ids of all shards of the last day."""
        found: list[str] = []
        after: dict[str, Any] = {}
        while True:
            with _answered():
                page = self._client.describe_stream(StreamArn=self.arn, **after)["StreamDescription"]
            found += [shard["ShardId"] for shard in page["Shards"]]
            if "LastEvaluatedShardId" not in page:
                return found
            after = {"ExclusiveStartShardId": page["LastEvaluatedShardId"]}

    def pages(self, shard_id: str, after: str | None) -> Iterator[StreamPage]:
        """The shard's changes after that one, or from its oldest on, as far as there are any by now."""
        start = {"ShardIteratorType": "TRIM_HORIZON"}
        if after:
            start = {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
        with _answered():
            answer = self._client.get_shard_iterator(StreamArn=self.arn, ShardId=shard_id, **start)
        iterator, empty = answer["ShardIterator"], 0
        while iterator and empty < EMPTY_PAGES:
            with _answered():
                answer = self._client.get_records(ShardIterator=iterator)
            iterator = answer.get("NextShardIterator")
            records = [record["dynamodb"] for record in answer["Records"]]
            empty = 0 if records else empty + 1
            after = records[-1]["SequenceNumber"] if records else after
            yield StreamPage([_change(record) for record in answer["Records"]], after, iterator is None)

    @cached_property
    def _client(self) -> Any:
        config = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
        )
        return botocore.session.get_session().create_client("dynamodbstreams", config=config)


def _change(record: dict[str, Any]) -> Change:
    old, new = (record["dynamodb"].get(name) for name in ("OldImage", "NewImage"))
    by_ttl = record.get("userIdentity", {}).get("PrincipalId") == TTL
    return Change(from_wire(old) if old else None, from_wire(new) if new else None, by_ttl)


@contextmanager
def _answered() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _GONE:
            raise StreamLost from error
        raise Busy from error
    except BotoCoreError as error:
        raise Busy from error
