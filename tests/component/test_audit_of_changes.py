"""Between two passes the audit looks at what has changed: what does not add up makes a pass due at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3  # noqa: TID251 - makes the bucket
import pytest

from holdfast.audit.changes import Changes
from holdfast.audit.packing import packed, unpacked
from holdfast.errors import Busy
from holdfast.model.verdict import Verdict
from holdfast.storage.items import account_key, booking_key, entry_key, page_key
from holdfast.storage.store import Store
from holdfast.storage.stream import StreamLost
from holdfast.storage.verdicts import VerdictStore
from tests.kit.apps import BUCKET_NAME, Apps, LambdaContext
from tests.kit.clock import FakeClock
from tests.kit.fake_stream import FakeStream
from tests.kit.front_door import ALICE, STAY_TOTAL, FrontDoor
from tests.kit.stand_in import delete_by_hand, update_by_hand

PAGE = page_key("deluxe", "2026-12")
FIVE_MINUTES = 300


@dataclass
class Reader:
    """Reads what has changed, each time in another process."""

    changes: Changes
    stream: FakeStream
    clock: FakeClock

    def read(self, has_time: Callable[[], bool] = lambda: True) -> bool:
        suspected = self.changes.read(self.stream, now=self.clock.now, due_shards=8, has_time=has_time)
        again = unpacked(packed(self.changes), Changes)
        assert again
        self.changes = again
        return suspected


@pytest.fixture
def reader(front_door: FrontDoor, store: Store, clock: FakeClock) -> Reader:
    """One who has read all that there was before."""
    client: Any = store.table.client
    reader = Reader(Changes(arn="the-table's"), FakeStream(client), clock)
    assert not reader.read()
    return reader


def free(store: Store, rooms: int) -> None:
    names, values = {"#free": "free", "#day": "10"}, {":rooms": {"N": str(rooms)}}
    update = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    update_by_hand(store.table, PAGE, "SET #free.#day = :rooms", **update)


def number(store: Store, key: tuple[str, str], name: str, value: int) -> None:
    names, values = {"#name": name}, {":value": {"N": str(value)}}
    update = {"ExpressionAttributeNames": names, "ExpressionAttributeValues": values}
    update_by_hand(store.table, key, "SET #name = :value", **update)


def paid(front_door: FrontDoor, rooms: int = 1) -> str:
    front_door.credit(rooms * STAY_TOTAL)
    booking_id = front_door.held(rooms=rooms)
    front_door.pay(booking_id, rooms * STAY_TOTAL)
    return booking_id


def test_what_the_engine_does_adds_up(front_door: FrontDoor, reader: Reader) -> None:
    booking_id = paid(front_door)
    front_door.held("bob", "other", rooms=2)
    assert [reader.read() for _ in range(3)] == [False] * 3
    front_door.cancel(booking_id)
    reader.clock.advance(630)
    front_door.expire()
    assert [reader.read() for _ in range(3)] == [False] * 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda store, _: free(store, 5),
        lambda store, booking_id: number(store, booking_key(booking_id), "rooms", 2),
        lambda store, booking_id: delete_by_hand(store.table, booking_key(booking_id)),
        lambda store, _: number(store, account_key(ALICE), "balance", 1),
        lambda store, _: delete_by_hand(store.table, entry_key(ALICE, 2)),
        lambda store, booking_id: number(store, booking_key(booking_id), "wallet_paid", 1),
        lambda store, _: number(store, account_key(ALICE), "pending_topups", 1),
    ],
    ids=["a room free", "a room more", "a booking gone", "a balance", "an entry gone", "less paid", "a top-up"],
)
def test_what_does_not_add_up_is_suspected_once_it_stays_so(
    front_door: FrontDoor, store: Store, reader: Reader, spoil: Callable[[Store, str], None]
) -> None:
    booking_id = paid(front_door)
    assert not reader.read()
    spoil(store, booking_id)
    seen = [reader.read() for _ in range(4)]
    assert (any(seen[:2]), any(seen[2:])) == (True, False)


@pytest.mark.parametrize(
    "spoil",
    [lambda store, _: free(store, 6), lambda store, booking_id: number(store, booking_key(booking_id), "version", 9)],
    ids=["more free than there are", "a version without its line"],
)
def test_what_an_item_shows_by_itself_is_suspected_at_once(
    front_door: FrontDoor, store: Store, reader: Reader, spoil: Callable[[Store, str], None]
) -> None:
    booking_id = front_door.held()
    spoil(store, booking_id)
    assert reader.read()


def test_a_transaction_that_is_seen_in_part_is_not_suspected(front_door: FrontDoor, reader: Reader) -> None:
    for user in ("bob", "carol", "dan", "eve"):
        front_door.held(user, rooms=1)
        assert not reader.read(has_time=lambda: False)
    assert not any(reader.read() for _ in range(4))


@pytest.mark.parametrize("shard_id", ["shard-0", "shard-1"])
def test_a_transaction_whose_items_come_later_is_not_suspected(
    front_door: FrontDoor, reader: Reader, shard_id: str
) -> None:
    paid(front_door)
    reader.stream.behind = shard_id
    assert not reader.read()
    assert reader.changes.sums.rests or reader.changes.rooms
    reader.stream.behind = None
    assert not any(reader.read() for _ in range(3))


@pytest.mark.parametrize("shard_id", ["shard-0", "shard-1"])
def test_a_stream_that_begins_amid_a_transaction_is_not_suspected(
    front_door: FrontDoor, store: Store, clock: FakeClock, shard_id: str
) -> None:
    client: Any = store.table.client
    stream = FakeStream(client)
    front_door.held()
    stream.trim(shard_id)
    reader = Reader(Changes(arn="the-table's"), stream, clock)
    assert not any(reader.read() for _ in range(3))


def test_a_booking_that_ttl_deletes_leaves_its_ledger_and_its_nights(
    front_door: FrontDoor, store: Store, reader: Reader
) -> None:
    booking_id = paid(front_door)
    reader.stream.by_ttl = True
    delete_by_hand(store.table, booking_key(booking_id))
    assert not any(reader.read() for _ in range(3))


def test_a_hold_that_ttl_deletes_and_nothing_restores_is_suspected(
    front_door: FrontDoor, store: Store, reader: Reader
) -> None:
    booking_id = front_door.held()
    reader.stream.by_ttl = True
    delete_by_hand(store.table, booking_key(booking_id))
    assert [reader.read() for _ in range(2)] == [False, True]


def test_records_that_nobody_read_in_time_are_not_taken_for_nothing(front_door: FrontDoor, reader: Reader) -> None:
    paid(front_door)
    reader.read()
    for shard_id in reader.stream.shards():
        reader.stream.forget(shard_id)
    with pytest.raises(StreamLost):
        reader.read()


class Daily:
    """The function of a stack whose whole table is audited once a day, started each five minutes."""

    def __init__(
        self, app: Any, store: Store, clock: FakeClock, stream: FakeStream, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.clock, self.stream, self._store, self._app = clock, stream, store, app
        monkeypatch.setattr(app, "engine", app.engine._replace(store=store, clock=clock))
        monkeypatch.setattr(app, "settings", app.settings.model_copy(update={"audit_hours": 24}))
        monkeypatch.setattr(app, "stream", stream)
        monkeypatch.setattr(app.time, "sleep", lambda _: None)

    def run(self) -> str:
        answer = self._app.lambda_handler({"source": "aws.events"}, LambdaContext(seconds_left=300))
        self.clock.advance(FIVE_MINUTES)
        outcome: str = answer["outcome"]
        return outcome

    @property
    def verdict(self) -> Verdict:
        verdict = VerdictStore(self._store.table).verdict()
        assert verdict
        return verdict


@pytest.fixture
def daily(
    cloud: None, front_door: FrontDoor, apps: Apps, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> Daily:
    boto3.client("s3").create_bucket(Bucket=BUCKET_NAME)
    client: Any = store.table.client
    daily = Daily(apps["audit"], store, clock, FakeStream(client), monkeypatch)
    assert daily.run() == "finished"
    assert {daily.run() for _ in range(12)} == {"not_due"}
    return daily


def test_a_quiet_day_has_one_pass(front_door: FrontDoor, daily: Daily) -> None:
    paid(front_door)
    assert {daily.run() for _ in range(10)} == {"not_due"}


def test_a_room_that_nobody_took_is_in_the_verdict_within_minutes(
    front_door: FrontDoor, store: Store, daily: Daily
) -> None:
    front_door.held(rooms=1)
    daily.run()
    assert daily.verdict.violations == {}
    free(store, 5)
    assert [daily.run() for _ in range(3)] == ["not_due", "finished", "not_due"]
    assert daily.verdict.violations == {"INV1": 1, "INV3": 1}


def test_what_is_broken_again_and_again_has_one_pass_an_hour(front_door: FrontDoor, store: Store, daily: Daily) -> None:
    booking_id = front_door.held(rooms=1)
    outcomes = []
    for version in range(9, 9 + 24):
        number(store, booking_key(booking_id), "version", version)
        outcomes.append(daily.run())
    assert [n for n, outcome in enumerate(outcomes) if outcome == "finished"] == [0, 12]


def test_a_run_that_dies_while_it_reads_leaves_a_pass_that_is_due(
    daily: Daily, monkeypatch: pytest.MonkeyPatch
) -> None:
    daily.stream.broken = KeyError
    with pytest.raises(KeyError):
        daily.run()
    daily.clock.advance(FIVE_MINUTES)
    daily.stream.broken = None
    assert daily.run() == "finished"


def test_lost_changes_make_a_pass_due(front_door: FrontDoor, daily: Daily) -> None:
    front_door.held(rooms=1)
    daily.run()
    daily.stream.broken = StreamLost
    assert daily.run() == "finished"


def test_while_changes_cannot_be_read_the_whole_table_is_audited_hourly(daily: Daily) -> None:
    began = daily.verdict.began_ms
    daily.stream.broken = Busy
    outcomes = [daily.run() for _ in range(5 * 12)]
    assert outcomes.count("finished") == 4  # after two hours at once, and at ten, eleven and twelve
    assert daily.verdict.began_ms != began
    daily.stream.broken = None
    assert {daily.run() for _ in range(13)} == {"not_due"}
