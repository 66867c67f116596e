"""What the function `audit` does in its life: a pass in two runs, and a look at the table's stream in each."""

from botocore.stub import Stubber  # noqa: TID251 - plays the stream

from holdfast.audit.runs import STOP_SECONDS
from holdfast.storage.store import Store
from holdfast.storage.stream import EMPTY_PAGES, Stream
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor, event
from tests.kit.small_pages import Scans, small_pages
from tests.kit.studio import open_studio


def auditing(front_door: FrontDoor, clock: FakeClock, store: Store) -> None:
    open_studio(front_door, store.table)
    front_door.use_store("audit", Store(small_pages(store.table, Scans())))
    app = front_door.app("audit")
    stream = Stream("arn:aws:dynamodb:us-east-1:123456789012:table/holdfast/stream/now")
    daily = app.settings.model_copy(update={"audit_hours": 24})
    for name, value in {"PAUSE_SECONDS": 0, "settings": daily, "stream": stream}.items():
        front_door._monkeypatch.setattr(app, name, value)
    shard = {"ShardId": "shardId-0000000000000000000000000001"}
    with Stubber(stream._client) as dynamodb:
        for front_door.context.seconds_left in (STOP_SECONDS - 1, 300):  # one page, and all that are left
            dynamodb.add_response("describe_stream", {"StreamDescription": {"Shards": [shard]}})
            dynamodb.add_response("get_shard_iterator", {"ShardIterator": "first"})
            for _ in range(EMPTY_PAGES):
                dynamodb.add_response("get_records", {"Records": [], "NextShardIterator": "next"})
            app.lambda_handler(event("scheduled"), front_door.context)
            clock.advance(STOP_SECONDS)
