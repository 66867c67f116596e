"""The last net under a hold: no sweep for an hour, DynamoDB deletes it, the stream brings it back to the handler.

On DynamoDB Local, the one emulator whose TTL writes the stream record of the real service. Time is real here.
"""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import pytest

from holdfast.engine import Engine
from holdfast.model.booking import Booking, Status
from holdfast.model.dates import add_months, month_of, utc_now
from holdfast.model.limits import TTL_GRACE_SECONDS
from holdfast.model.promo import Promo, PromoKind
from holdfast.model.stored_names import STORED_NAMES
from holdfast.payments.requests import PaymentRequest
from holdfast.payments.start import start_payment
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import booking_item, booking_key
from holdfast.storage.marshal import put_action, to_wire
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.apps import LambdaContext, load_app
from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.dynamodb_faults import going_wrong, says
from tests.kit.emulators import streams_client
from tests.kit.guests import HOLD_SECONDS, give, hold, stored
from tests.kit.hotel import DELUXE, KOLKATA, add_property, add_room_type, months_for
from tests.kit.template import ROOT, table_definition, template
from tests.store.dynamodbs import PATIENCE_SECONDS, Emulator

pytestmark = pytest.mark.dynamodb_local

DELETED_WITHIN_SECONDS = 30  # it takes one or two
LONG_AGO = timedelta(seconds=HOLD_SECONDS + TTL_GRACE_SECONDS + 60)  # when a hold was made whose TTL has passed


@dataclass
class Deletions:
    """A table with a stream, and Lambda's part between that stream and the `expire` function."""

    table: Table
    streams: Any
    expire: ModuleType

    @property
    def store(self) -> Store:
        return Store(self.table.within(PATIENCE_SECONDS))

    def let_ttl_delete(self, *bookings: Booking) -> None:
        """Turns TTL on, as the template has it, and waits until they are gone."""
        self.table.client.update_time_to_live(
            TableName=self.table.name,
            TimeToLiveSpecification=template()["Resources"]["Table"]["Properties"]["TimeToLiveSpecification"],
        )
        keys = [booking_key(booking.booking_id) for booking in bookings]
        deadline = time.monotonic() + DELETED_WITHIN_SECONDS
        while self.table.within(PATIENCE_SECONDS).get(keys):
            assert time.monotonic() < deadline, "TTL did not delete them"
            time.sleep(0.1)

    def event(self) -> dict[str, Any]:
        """All that the stream holds and the template's filter lets through, as Lambda would deliver it."""
        arn = self.table.client.describe_table(TableName=self.table.name)["Table"]["LatestStreamArn"]
        shards = self.streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
        records = [record for shard in shards for record in self._read(arn, shard["ShardId"])]
        delivered = [as_lambda_gets_it(record, arn) for record in records]
        return {"Records": [record for record in delivered if any(matches(one, record) for one in filters())]}

    def deliver(self, event: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = self.expire.lambda_handler(
            json.loads(json.dumps(event)), LambdaContext(seconds_left=60)
        )
        return answer

    def _read(self, arn: str, shard_id: str) -> Iterator[dict[str, Any]]:
        first = self.streams.get_shard_iterator(StreamArn=arn, ShardId=shard_id, ShardIteratorType="TRIM_HORIZON")
        iterator = first["ShardIterator"]
        while iterator:
            answer = self.streams.get_records(ShardIterator=iterator)
            yield from answer["Records"]
            if not answer["Records"]:
                return
            iterator = answer.get("NextShardIterator")


def as_lambda_gets_it(record: dict[str, Any], arn: str) -> dict[str, Any]:
    """The service's record in the JSON of an event source mapping, which spells two names another way."""
    image = record["dynamodb"]
    seconds = image["ApproximateCreationDateTime"].timestamp()
    shaped = record | {"dynamodb": image | {"ApproximateCreationDateTime": seconds}, "eventSourceARN": arn}
    if "userIdentity" in record:
        identity = record["userIdentity"]
        shaped["userIdentity"] = {"type": identity["Type"], "principalId": identity["PrincipalId"]}
    return shaped


def filters() -> list[dict[str, Any]]:
    deleted = template()["Resources"]["ExpireFunction"]["Properties"]["Events"]["Deleted"]["Properties"]
    return [json.loads(one["Pattern"]) for one in deleted["FilterCriteria"]["Filters"]]


def matches(pattern: dict[str, Any], record: dict[str, Any]) -> bool:
    """Event filtering, as far as the template uses it: exact values and prefixes."""
    for name, wanted in pattern.items():
        if name not in record:
            return False
        value = record[name]
        if isinstance(wanted, dict):
            if not matches(wanted, value):
                return False
        elif not any(value.startswith(one["prefix"]) if isinstance(one, dict) else value == one for one in wanted):
            return False
    return True


@pytest.fixture
def deletions(dynamodb_local: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deletions]:
    """The template's table without its indexes: with them, DynamoDB Local's TTL never finds a sparse item again."""
    properties = template()["Resources"]["Table"]["Properties"]
    definition = table_definition("holdfast-ttl")
    del definition["GlobalSecondaryIndexes"]
    keys = {part["AttributeName"] for part in definition["KeySchema"]}
    definition["AttributeDefinitions"] = [
        one for one in definition["AttributeDefinitions"] if one["AttributeName"] in keys
    ]
    stream: Any = {"StreamEnabled": True, **properties["StreamSpecification"]}
    client = dynamodb_local.clients[0]
    client.create_table(**definition, StreamSpecification=stream)
    monkeypatch.setenv("TABLE_NAME", "holdfast-ttl")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb_local.endpoint)
    streams = streams_client(dynamodb_local.endpoint)
    expire = load_app("expire")
    table = Table(client, "holdfast-ttl")
    yield Deletions(table, streams, expire)
    assert broken_in(Store(table), utc_now()) == []
    client.delete_table(TableName="holdfast-ttl")
    expire.engine.store.table.client.close()
    streams.close()


def test_the_deletion_of_a_hold_that_no_sweep_saw_restores_it(deletions: Deletions) -> None:
    now = utc_now()
    arrival = (now + timedelta(days=10)).date()
    catalog = CatalogStore(deletions.table)
    add_property(catalog, KOLKATA)
    add_room_type(catalog, DELUXE, months_for(KOLKATA, DELUXE, [month_of(add_months(now.date(), n)) for n in range(3)]))
    assert catalog.add_promo(Promo(code="ONCE", kind=PromoKind.FLAT, amount=100, usage_limit=1))
    before = rooms_and_promo(deletions.store, now)

    decayed = hold(deletions.store, "alice", clock=FakeClock(now - LONG_AGO), check_in=arrival, rooms=2)
    decayed = with_promo(deletions.store, decayed, now - LONG_AGO)
    live = hold(deletions.store, "bob", clock=FakeClock(now), check_in=arrival)
    retained = end_of_retention(deletions, decayed)
    deletions.table.client.delete_item(
        TableName="holdfast-ttl", Key=to_wire({"pk": "BOOKING#by-hand", "sk": "BOOKING"})
    )
    deletions.let_ttl_delete(decayed, retained)

    event = deletions.event()
    deleted = {record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]}
    assert deleted == {f"BOOKING#{decayed.booking_id}", f"BOOKING#{retained.booking_id}"}
    assert_like_our_event(event["Records"])

    with going_wrong(deletions.expire.engine.store.table.client, "TransactWriteItems", says("AccessDeniedException")):
        [failed] = deletions.deliver(event)["batchItemFailures"]
    order = [record["dynamodb"]["SequenceNumber"] for record in event["Records"]]
    again = {"Records": event["Records"][order.index(failed["itemIdentifier"]) :]}

    assert deletions.deliver(again) == {"batchItemFailures": []}
    back = stored(deletions.store, decayed)
    assert (back.status, back.history[-1].by, back.version) == (Status.EXPIRED, "ttl", decayed.version + 1)
    assert stored(deletions.store, live) == live
    assert deletions.store.booking(retained.booking_id) is None

    was = sorted(map(str, deletions.table.within(PATIENCE_SECONDS).scan()))
    assert deletions.deliver(event) == {"batchItemFailures": []}
    assert sorted(map(str, deletions.table.within(PATIENCE_SECONDS).scan())) == was

    hold(deletions.store, "carol", clock=FakeClock(utc_now()), check_in=arrival, rooms=4)
    assert rooms_and_promo(deletions.store, now) == before - 5 * 3


def with_promo(store: Store, booking: Booking, at: datetime) -> Booking:
    """The hold with its payment started: the wallet covers it, so no order is opened."""
    give(store, booking.user_id, 10**8)
    request = PaymentRequest(gateway="stripe", promo_code="ONCE", wallet_apply_amount=10**8)
    gateway: Any = SimpleNamespace(name="stripe", call_seconds=5.0)  # asked for nothing
    start_payment(
        booking.booking_id,
        request,
        user_id=booking.user_id,
        engine=Engine(store, {"stripe": gateway}, FakeClock(at)),
    )
    return stored(store, booking)


def end_of_retention(deletions: Deletions, like: Booking) -> Booking:
    """A booking that was cancelled long ago, and whose record is deleted for good."""
    check_out = (utc_now() - timedelta(days=500)).date()
    old = like.transitioned(Status.CANCELLED, utc_now(), "guest")
    old = msgspec.structs.replace(
        old,
        booking_id="bk_old",
        user_id="dora",
        check_in=check_out - timedelta(days=3),
        check_out=check_out,
    )
    deletions.store.table.put(put_action("holdfast-ttl", booking_item(old, 8)))
    return old


def rooms_and_promo(store: Store, now: datetime) -> int:
    """All free room-nights, and the uses of the promo taken off a million."""
    months = [month_of(add_months(now.date(), n)) for n in range(3)]
    context = store.booking_context("none", "nobody", room_type_id="deluxe", months=months, promo_code="ONCE")
    assert context.promo is not None
    return sum(sum(page.free.values()) for page in context.pages.values()) - 1_000_000 * context.promo.claimed


def assert_like_our_event(records: list[dict[str, Any]]) -> None:
    """The event that all other tests use has the shape of these."""
    [ours] = json.loads((ROOT / "events" / "ttl_deletion.json").read_text())["Records"]
    for record in records:
        assert record.keys() == ours.keys()
        assert record["dynamodb"].keys() == ours["dynamodb"].keys()
        assert record["userIdentity"] == ours["userIdentity"]
        image, our_image = record["dynamodb"]["OldImage"], ours["dynamodb"]["OldImage"]
        optional = {"quote", "payment", STORED_NAMES["Booking"]["tasks"], "due_shard", "due_at", "tax_table"}
        assert image.keys() - optional == our_image.keys() - optional
        shared = image.keys() & our_image.keys()
        assert {name: image[name].keys() for name in shared} == {name: our_image[name].keys() for name in shared}
