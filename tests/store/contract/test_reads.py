"""Indexes, lists, reads and refusals, on every DynamoDB."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from holdfast.audit.table import audit_table
from holdfast.model.booking import Status
from holdfast.model.dates import millis
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.promo import Promo
from holdfast.storage.items import HOLDS_DUE, PAYMENTS_DUE, Item, booking_key, due_shard
from holdfast.storage.marshal import put_action, to_wire, update_action
from holdfast.storage.store import DueRow, Store
from holdfast.storage.table import ConditionsFailed, Table
from tests.kit.clock import NOW, FakeClock
from tests.kit.guests import ARRIVAL, DEADLINE, JUST_BEFORE, abandoned_rooms, give, hold
from tests.store.contract.bookings import PRICE, confirmed, expired, reserved

pytestmark = pytest.mark.usefixtures("catalog")


def index(store: Store, name: str) -> list[Item]:
    """Every row of an index, with what the index itself holds."""
    answer = store.table.client.scan(TableName=store.table.name, IndexName=name)
    rows: list[Any] = [{key: next(iter(value.values())) for key, value in row.items()} for row in answer["Items"]]
    return rows


def test_a_hold_is_in_due_by_user_and_by_property(store: Store) -> None:
    booking = reserved(store)
    pk, sk = booking_key(booking.booking_id)
    shard = due_shard(HOLDS_DUE, "deluxe", store.due_shards)
    due_at, reserved_at = str(millis(DEADLINE)), str(millis(NOW))
    assert index(store, "due") == [{"pk": pk, "sk": sk, "due_shard": shard, "due_at": due_at, "room_type_id": "deluxe"}]
    assert index(store, "by_user") == [{"pk": pk, "sk": sk, "user_id": "alice", "reserved_at": reserved_at}]
    check_in = ARRIVAL.isoformat()
    assert index(store, "by_property") == [{"pk": pk, "sk": sk, "property_id": "lake-view", "check_in": check_in}]


@pytest.mark.parametrize("end", [expired, lambda hold: hold.transitioned(Status.CANCELLED, NOW, "guest")])
def test_an_ended_hold_leaves_due_and_stays_in_both_lists(store: Store, end: Any) -> None:
    booking = reserved(store)
    after = end(booking)
    store.commit(booking, after, now=DEADLINE if after.status is Status.EXPIRED else NOW)
    assert index(store, "due") == []
    for name in ("by_user", "by_property"):
        assert [row["pk"] for row in index(store, name)] == [f"BOOKING#{booking.booking_id}"]


def test_a_confirmed_booking_is_due_only_while_a_payment_is(store: Store) -> None:
    booking = reserved(store)
    pk, sk = booking_key(booking.booking_id)
    capture = GatewayTask(
        action=TaskAction.CAPTURE, gateway="stripe", order_id="pi_1", amount=PRICE, at_ms=millis(NOW), serial=2
    )
    paid = msgspec.structs.replace(confirmed(booking), tasks=(capture,))
    paid = store.commit(booking, paid, now=NOW)
    assert index(store, "by_property") == [
        {"pk": pk, "sk": sk, "property_id": "lake-view", "check_in": ARRIVAL.isoformat()}
    ]
    [row] = index(store, "due")
    assert (row["due_shard"], row["due_at"]) == (
        due_shard(PAYMENTS_DUE, "deluxe", store.due_shards),
        str(millis(NOW)),
    )
    store.commit(paid, paid.transitioned(Status.CONFIRMED, NOW, "settle", tasks=()), now=NOW)
    assert index(store, "due") == []
    assert len(index(store, "by_property")) == 1


def test_inventory_accounts_entries_and_promos_are_in_no_index(store: Store, promo: Promo) -> None:
    give(store, "alice", 5)
    assert [index(store, name) for name in ("due", "by_user", "by_property")] == [[], [], []]


def due_holds(store: Store, room_type_id: str, now: datetime) -> list[DueRow]:
    return [row for rows in store.due_holds(room_type_id, now) for row in rows]


def test_due_holds_are_found_from_their_deadline_on_oldest_first(store: Store) -> None:
    later = reserved(store, "later", at=NOW + timedelta(seconds=1))
    first = reserved(store, "first")
    second = reserved(store, "second", at=NOW + timedelta(milliseconds=1))
    suite = hold(store, "in-a-suite", clock=FakeClock(), room_type_id="suite")
    shard = due_shard(HOLDS_DUE, "deluxe", store.due_shards)
    at = DEADLINE + timedelta(milliseconds=1)

    assert store.due(shard, JUST_BEFORE) == ([], False)
    assert [row.booking_id for row in due_holds(store, "deluxe", DEADLINE)] == [first.booking_id]
    rows = due_holds(store, "deluxe", at)
    assert [(row.booking_id, row.room_type_id) for row in rows] == [
        (first.booking_id, "deluxe"),
        (second.booking_id, "deluxe"),
    ]
    assert rows[0].due_at_ms == millis(DEADLINE)
    assert [row.booking_id for row in due_holds(store, "suite", at)] == [suite.booking_id]
    assert later.booking_id not in {row.booking_id for row in rows}
    found, more = store.due(shard, at, limit=1)
    assert ([row.booking_id for row in found], more) == ([first.booking_id], True)


def test_a_buyer_asks_one_shard_and_sees_only_his_room_type(table: Table) -> None:
    """With one shard for all, the holds of both room types are side by side in it."""
    store = Store(table, due_shards=1)
    hold(store, "alice", clock=FakeClock(), room_type_id="suite")
    deluxe = hold(store, "bob", clock=FakeClock())
    assert [row.booking_id for row in due_holds(store, "deluxe", DEADLINE)] == [deluxe.booking_id]
    assert len(store.due("HOLD#0", DEADLINE)[0]) == 2


def test_a_user_sees_their_own_bookings_newest_first_in_pages(store: Store) -> None:
    for n in range(25):
        at = NOW + timedelta(seconds=n)
        booking = reserved(store, key=f"key-{n:02d}", at=at)
        abandoned_rooms(store, booking, clock=FakeClock(at))
    reserved(store, "bob")
    first, after = store.bookings_of("alice", None)
    assert [booking.booking_id for booking in first] == [f"bk_alice.key-{n:02d}" for n in range(24, 4, -1)]
    second, end = store.bookings_of("alice", after)
    assert [booking.booking_id for booking in second] == [f"bk_alice.key-{n:02d}" for n in range(4, -1, -1)]
    assert end is None
    assert store.bookings_of("nobody", None) == ([], None)


def test_more_than_a_hundred_items_are_read_at_once_and_missing_ones_left_out(table: Table) -> None:
    keys = [(f"THING#{n}", "THING") for n in range(230)]
    for n in range(0, 230, 2):
        table.put(put_action(table.name, {"pk": f"THING#{n}", "sk": "THING", "n": n}))
    found = table.get(keys)
    assert {item["n"] for item in found.values()} == set(range(0, 230, 2))
    assert found.keys() == set(keys[::2])
    assert table.get([]) == {}


def test_the_rates_of_any_month_shows_that_the_room_type_exists(store: Store) -> None:
    rates = store.any_rates("deluxe")
    assert rates is not None
    assert (rates.room_type_id, rates.timezone) == ("deluxe", "Asia/Kolkata")
    assert store.any_rates("attic") is None


def test_a_scan_continues_past_the_first_megabyte(table: Table) -> None:
    padding = "x" * 300_000
    for n in range(5):
        table.put(put_action(table.name, {"pk": f"THING#{n}", "sk": "THING", "padding": padding}))
    things = [item for item in table.scan() if item["sk"] == "THING"]
    assert {item["pk"] for item in things} == {f"THING#{n}" for n in range(5)}


def test_every_kind_of_value_is_read_as_it_was_written(table: Table) -> None:
    item: Item = {
        "pk": "THING",
        "sk": "THING",
        "amounts": [0, -1, 10**12, 10**37],
        "texts": ["", " ", "₹ Ünï🏨", "\n\t"],
        "flags": [True, False, None],
        "nested": {"": {}, "1": [], "a.b": {"c": [[1]]}},
    }
    del item["nested"][""]  # DynamoDB takes no empty name
    table.put(put_action(table.name, item))
    assert table.get([("THING", "THING")]) == {("THING", "THING"): item}


def test_a_float_never_reaches_the_table() -> None:
    with pytest.raises(TypeError):
        to_wire({"amount": 1.5})


def test_a_refused_put_shows_what_it_met(table: Table) -> None:
    item: Item = {"pk": "THING", "sk": "THING", "n": 1}
    table.put(put_action(table.name, item, "attribute_not_exists(pk)"))
    with pytest.raises(ConditionsFailed) as refusal:
        table.put(put_action(table.name, item | {"n": 2}, "attribute_not_exists(pk)"))
    assert [(reason.code, reason.item) for reason in refusal.value.reasons] == [("ConditionalCheckFailed", item)]


def test_a_refused_transaction_gives_a_reason_for_each_action_in_order(table: Table) -> None:
    there: Item = {"pk": "THERE", "sk": "THING", "n": 1}
    table.put(put_action(table.name, there))
    actions = [
        put_action(table.name, {"pk": "NEW", "sk": "THING"}, "attribute_not_exists(pk)"),
        put_action(table.name, there, "attribute_not_exists(pk)"),
        update_action(table.name, ("GONE", "THING"), "SET n = :n", "attribute_exists(pk)", {":n": 1}),
        update_action(table.name, ("FRESH", "THING"), "SET n = :n", "attribute_not_exists(pk)", {":n": 1}),
    ]
    with pytest.raises(ConditionsFailed) as refusal:
        table.transact(actions)
    found = [(reason.code, reason.item) for reason in refusal.value.reasons]
    failed = "ConditionalCheckFailed"
    assert found == [("None", None), (failed, there), (failed, None), ("None", None)]
    assert table.get([("NEW", "THING"), ("FRESH", "THING")]) == {}


def test_the_audit_reads_page_by_page_what_is_there(store: Store) -> None:
    give(store, "alice", 5)
    reserved(store)
    audited = audit_table(store, clock=FakeClock())
    assert audited.broken == []
    assert (audited.checked.bookings, audited.checked.entries, audited.snapshot.bookings) == (1, 1, {})
