"""The table's stream, as DynamoDB answers for it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.stub import Stubber  # noqa: TID251 - plays DynamoDB

from holdfast.errors import Busy
from holdfast.storage.stream import EMPTY_PAGES, Change, Stream, StreamLost, StreamPage

ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/holdfast/stream/2026-11-22T06:30:00.000"
ITEM = {"pk": {"S": "USER#alice"}, "sk": {"S": "ACCOUNT"}, "balance": {"N": "5"}}
PLAIN = {"pk": "USER#alice", "sk": "ACCOUNT", "balance": 5}


@pytest.fixture
def stream() -> Stream:
    return Stream(ARN)


@pytest.fixture
def dynamodb(stream: Stream) -> Iterator[Stubber]:
    with Stubber(stream._client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def shards(*names: str, more: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"Shards": [{"ShardId": name} for name in names]}
    return {"StreamDescription": found | ({"LastEvaluatedShardId": more} if more else {})}


def record(number: int, **images: Any) -> dict[str, Any]:
    at = datetime(2026, 11, 22, tzinfo=UTC)
    return {"dynamodb": {"SequenceNumber": f"{number:021}", "ApproximateCreationDateTime": at, **images}}


def test_all_shards_are_listed_however_many_pages_they_take(stream: Stream, dynamodb: Stubber) -> None:
    first, second = "shardId-0000000000000000000000000001", "shardId-0000000000000000000000000002"
    dynamodb.add_response("describe_stream", shards(first, more=first), {"StreamArn": ARN})
    dynamodb.add_response("describe_stream", shards(second), {"StreamArn": ARN, "ExclusiveStartShardId": first})
    assert stream.shards() == [first, second]


SHARD = "shardId-0000000000000000000000000001"


def test_a_shard_is_read_from_its_oldest_change_to_its_end(stream: Stream, dynamodb: Stubber) -> None:
    asked = {"StreamArn": ARN, "ShardId": SHARD, "ShardIteratorType": "TRIM_HORIZON"}
    dynamodb.add_response("get_shard_iterator", {"ShardIterator": "one"}, asked)
    changed = record(1, OldImage=ITEM, NewImage=ITEM)
    by_ttl = record(2, OldImage=ITEM) | {"userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}}
    made = record(3, NewImage=ITEM)
    dynamodb.add_response("get_records", {"Records": [changed, by_ttl], "NextShardIterator": "two"})
    dynamodb.add_response("get_records", {"Records": [], "NextShardIterator": "three"})
    dynamodb.add_response("get_records", {"Records": [made]}, {"ShardIterator": "three"})

    assert list(stream.pages(SHARD, None)) == [
        StreamPage([Change(PLAIN, PLAIN, False), Change(PLAIN, None, True)], f"{2:021}", ended=False),
        StreamPage([], f"{2:021}", ended=False),
        StreamPage([Change(None, PLAIN, False)], f"{3:021}", ended=True),
    ]


def test_an_open_shard_is_read_until_nothing_more_comes(stream: Stream, dynamodb: Stubber) -> None:
    after = f"{7:021}"
    asked = {"StreamArn": ARN, "ShardId": SHARD, "ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": after}
    dynamodb.add_response("get_shard_iterator", {"ShardIterator": "one"}, asked)
    for _ in range(EMPTY_PAGES):
        dynamodb.add_response("get_records", {"Records": [], "NextShardIterator": "next"})
    assert {(page.last, page.ended) for page in stream.pages(SHARD, after)} == {(after, False)}


@pytest.mark.parametrize("code", ["TrimmedDataAccessException", "ResourceNotFoundException"])
def test_what_is_older_than_a_day_is_lost(stream: Stream, dynamodb: Stubber, code: str) -> None:
    dynamodb.add_client_error("get_shard_iterator", code)
    with pytest.raises(StreamLost):
        list(stream.pages(SHARD, f"{7:021}"))


def test_no_answer_is_busy(stream: Stream, dynamodb: Stubber) -> None:
    dynamodb.add_client_error("describe_stream", "AccessDeniedException")
    with pytest.raises(Busy):
        stream.shards()
