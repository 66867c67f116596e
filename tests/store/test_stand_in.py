"""The simulation's stand-in for DynamoDB against DynamoDBs that others wrote: the same requests, the same answers.

Random sequences of the engine's own operations run on both, stale writes among them, and every answer and the whole
table must agree. `DIFFERENCES` has what is known to differ, and why.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, NoReturn, Self

import msgspec
import pytest
from botocore.exceptions import ClientError  # noqa: TID251 - what the stand-in raises as the SDK would

import holdfast.bookings.expire
import holdfast.payments.settle
import holdfast.storage.store
from holdfast.bookings.expire import restore, sweep
from holdfast.bookings.lookup import list_bookings
from holdfast.bookings.reserve import booking_id_for, reserve
from holdfast.errors import BookingError
from holdfast.model.account import LedgerEntry, OrphanPayment
from holdfast.model.booking import HOLDING, LATE_NOTE, Booking, Status
from holdfast.model.dates import millis
from holdfast.payments.cancel import cancel
from holdfast.payments.confirm import finalize
from holdfast.payments.gateways.protocol import GatewayError, GatewayUnknown
from holdfast.payments.reconcile import reconcile
from holdfast.payments.settle import settle_due
from holdfast.payments.start import start_payment
from holdfast.payments.topup import finalize_topup, start_topup
from holdfast.payments.wallet import credit
from holdfast.pricing import quote
from holdfast.requests import (
    AdminFinalizeRequest,
    CreditRequest,
    FinalizeRequest,
    PaymentRequest,
    ReserveRequest,
    TopUpProof,
    TopUpRequest,
)
from holdfast.storage.items import HOLDS_DUE, Item, booking_key, booking_of, topup_of
from holdfast.storage.marshal import put_action, to_wire, wire_key
from holdfast.storage.store import DueRow, Store, WriteConflict
from holdfast.storage.table import ConditionsFailed, Table
from tests.kit.clock import FakeClock
from tests.kit.ids import Ids
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.hotel import indexes, opening
from tests.simulation.plan import STAYS, USERS
from tests.simulation.scheduler import Scheduler
from tests.store.dynamodbs import ON_DYNAMODB_LOCAL, ON_MINISTACK

SEQUENCES = {"moto": 12, "ministack": 4, "dynamodb_local": 4}
STEPS = 90
SHARDS = 2
PAGE = 2  # rows in one answer to a query, so that short lists have several pages too
SECONDS = 600.0  # for a sequence, however busy the machine
RARE = {
    *("lost", "refused", "rescued", "put off", "credit repeated", "topup credited", "topup closed", "topup put off"),
    *("by expire", "by reclaim", "by settle", "by webhook", "by ttl", "by ttl, beside a new hold"),
}
RUNS = [
    pytest.param(where.values[0], number, marks=where.marks)
    for where in (pytest.param("moto"), ON_MINISTACK, ON_DYNAMODB_LOCAL)
    for number in range(SEQUENCES[str(where.values[0])])
]

# (which DynamoDB, which request): why it answers otherwise; none of these requests is one that the store makes.
DIFFERENCES = {
    ("moto", "a value that is not used"): "does not look whether values are used",
    ("moto", "a value that is not given"): "crashes, with a TypeError for a reason",
    ("moto", "a path through what is no map"): "changes nothing, and says that it did",
    ("moto", "the size of what is missing"): "crashes, with a ValueError for a reason",
    ("ministack", "set and remove one path"): "carries both out, in that order",
    ("ministack", "a path through what is no map"): "changes nothing, and says that it did",
}


class InTurn:
    """In the place of a pool of threads: the order of writes must be the same on both sides."""

    def __init__(self, _: int) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return map(work, list(items))


class InOrder(Store):
    """An index promises no order among rows of the same instant; the order of writes must be the same on both sides."""

    def due(
        self, shard: str, now: datetime, *, room_type_id: str | None = None, limit: int = 500
    ) -> tuple[list[DueRow], bool]:
        rows, more = super().due(shard, now, room_type_id=room_type_id, limit=limit)
        return sorted(rows, key=lambda row: (row.due_at_ms, row.booking_id)), more


class Silent:
    """A gateway that never answers."""

    name = "stripe"
    call_seconds = 5.0
    closes_orders = True

    def fetch(self, order_id: str) -> NoReturn:
        raise GatewayUnknown("no answer")


@dataclass
class Side:
    """One DynamoDB with a store, gateways and write ids of its own."""

    table: Table
    clock: FakeClock
    store: Store = field(init=False)
    gateways: dict[str, Any] = field(init=False)
    seen: list[Booking] = field(default_factory=list)
    held: list[tuple[str, str]] = field(default_factory=list)  # user and key of each hold, as they were made

    def __post_init__(self) -> None:
        ids = Ids()  # a server remembers tokens for all its tables, so each table's carry its name
        self.table = self.table.within(SECONDS)
        self.store = InOrder(self.table, due_shards=SHARDS, new_id=lambda: f"{self.table.name}-{ids()}")
        faults = Faults(Scheduler(), 0.0, None)
        gateway = SimulatedGateway("stripe", True, faults, 5.0, lambda *_: None)
        self.gateways = {"stripe": gateway}
        for item in opening():
            self.table.client.put_item(TableName=self.table.name, Item=item)

    def does(self, step: Callable[["Side"], Any]) -> Any:
        """What came of it, in a form that compares."""
        try:
            return msgspec.to_builtins(step(self), str_keys=True)
        except WriteConflict as lost:
            return "lost", sorted(lost.kinds), lost.current.write_id if lost.current else None
        except ConditionsFailed as failed:
            return "failed", [(reason.code, reason.item) for reason in failed.reasons]
        except BookingError as refusal:
            return "refused", refusal.code, refusal.detail
        except GatewayError as error:
            return "gateway", str(error)
        except ClientError as error:
            return "error", error.response["Error"]["Code"]

    def items(self) -> dict[tuple[str, str], Item]:
        return {(item["pk"], item["sk"]): item for item in self.table.scan()}

    def booking(self, booking_id: str) -> Booking | None:
        """The booking as it stands, kept to be used again when it is stale."""
        booking = self.store.booking(booking_id)
        if booking:
            self.seen.append(booking)
        return booking

    def delete(self, booking_id: str) -> None:
        """As TTL does."""
        client: Any = self.table.client
        if isinstance(client, StandIn):
            client.change(booking_key(booking_id), None)
        else:
            client.delete_item(TableName=self.table.name, Key=wire_key(booking_key(booking_id)))

    def lately_held(self, pick: int) -> tuple[str, str]:
        """User and key of one of the last holds: in the middle of its life, most of the time."""
        return self.held[-1 - pick % min(3, len(self.held))] if self.held else ("nobody", "none")

    def some_order(self, pick: int) -> str | None:
        orders = list(self.gateways["stripe"].orders)
        return orders[pick % len(orders)] if orders else None


@pytest.fixture(autouse=True)
def _in_turn_and_in_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdfast.bookings.expire, "ThreadPoolExecutor", InTurn)
    monkeypatch.setattr(holdfast.payments.settle, "ThreadPoolExecutor", InTurn)
    monkeypatch.setattr(holdfast.bookings.expire, "SHARD_LIMIT", PAGE)
    monkeypatch.setattr(holdfast.storage.store, "PAGE_SIZE", PAGE)


@pytest.fixture
def sides(table: Table) -> tuple[Side, Side, FakeClock]:
    clock = FakeClock()
    return Side(table, clock), _stand_in(table.name, clock), clock


def _stand_in(table_name: str, clock: FakeClock) -> Side:
    faults: Any = Faults(Scheduler(), 0.0, None)
    faults.index_lag_us = lambda: 0
    client: Any = StandIn(table_name, indexes(), faults)
    return Side(Table(client, table_name), clock)


@pytest.mark.parametrize(("table", "number"), RUNS, indirect=["table"])
def test_the_engines_operations_go_the_same_way(sides: tuple[Side, Side, FakeClock], rng: Random, number: int) -> None:
    real, stand_in, clock = sides
    for at in range(STEPS):
        name, step = _step(rng, at)
        answers = [side.does(step) for side in (real, stand_in)]
        assert answers[0] == answers[1], f"step {at}, {name}"
        _pass_time(rng, clock)
    assert real.items() == stand_in.items()


def test_the_sequences_reach_what_the_engine_can_do() -> None:
    """On the stand-in alone, by seeds that never change: what no sequence ever does is not compared either."""
    reached: set[str] = set()
    for seed in range(60):
        clock, rng = FakeClock(), Random(f"reach {seed}")
        side = _stand_in("reach", clock)
        for at in range(STEPS):
            name, step = _step(rng, at)
            answer = side.does(step)
            done = not (isinstance(answer, tuple) and isinstance(answer[0], str))
            reached.add(name if done else answer[0])
            if done and name == "_credit" and answer[1] is False:
                reached.add("credit repeated")
            _pass_time(rng, clock)
        reached.update(_reached_by(side.items().values()))
    assert {maker.__name__ for maker in MAKERS} | RARE <= reached


def _reached_by(items: Iterable[Item]) -> Iterator[str]:
    """The rare paths that a table shows to have been taken."""
    for item in items:
        if item["sk"] == "TOPUP":
            topup = topup_of(item)
            yield "topup put off" if topup.attempts else f"topup {topup.status}"
        if item["sk"] != "BOOKING":
            continue
        booking = booking_of(item)
        if any(due.attempts for due in booking.tasks):
            yield "put off"
        for event in booking.history:
            if event.note == LATE_NOTE:
                yield "rescued"
            yield f"by {event.by}"
        if booking.booking_id.endswith(f".{booking.reserved_at_ms}"):
            yield "by ttl, beside a new hold"


def _pass_time(rng: Random, clock: FakeClock) -> None:
    """Never none at all: two holds of one instant have no order in a list."""
    clock.advance(rng.choice((0.001, 1, 30, 250)))


def _step(rng: Random, number: int) -> tuple[str, Callable[[Side], Any]]:
    user, key, pick = rng.choice(USERS), f"key-{rng.randrange(9)}", rng.randrange(1000)
    maker = rng.choice(MAKERS)
    return maker.__name__, maker(rng, user, key, pick, number)


def _hold(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    check_in, nights = rng.choice(STAYS)
    arrival = date.fromisoformat(check_in)
    request = ReserveRequest(
        room_type_id=rng.choice(("suite", "suite", "deluxe")),
        check_in=arrival,
        check_out=arrival + timedelta(days=nights),
        rooms=rng.choice((1, 2)),
        guests=1,
    )

    def step(side: Side) -> Any:
        made = reserve(request, user_id=user, key=key, hold_seconds=600, store=side.store, clock=side.clock)
        side.booking(made[0].booking_id)
        side.held.append((user, key))
        return made

    return step


def _start(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    promo, wallet = rng.choice((None, "TENOFF", "FLAT")), rng.choice((0, 0, 10_000))
    request = PaymentRequest(gateway="stripe", promo_code=promo, wallet_apply_amount=wallet)

    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        of = booking_id_for(holder, holder_key)
        start = start_payment(of, request, user_id=holder, store=side.store, gateways=side.gateways, clock=side.clock)
        side.booking(of)
        if start.gateway_order_id and pick % 3:
            side.gateways["stripe"].authorise(start.gateway_order_id)
        return start

    return step


def _pay(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        booking = side.booking(booking_id_for(holder, holder_key))
        if booking is None:
            return None
        fixed, order = booking.quote, booking.payment
        if fixed and order:
            request = FinalizeRequest(
                payment_mode="wallet_partial" if fixed.wallet_applied else "gateway_only",
                wallet_applied=fixed.wallet_applied,
                gateway_amount=fixed.gateway_payable,
                gateway_transaction_id=order.order_id,
            )
        else:
            total = quote(booking).total_payable
            request = FinalizeRequest(payment_mode="wallet_only", wallet_applied=total, gateway_amount=0)
        store, gateways = side.store, side.gateways
        return finalize(booking.booking_id, request, caller=holder, store=store, gateways=gateways, clock=side.clock)

    return step


def _admin(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    request = AdminFinalizeRequest(payment_mode="admin", reason="Paid at the desk")

    def step(side: Side) -> Any:
        of = booking_id_for(*side.lately_held(pick))
        return finalize(of, request, caller="root", store=side.store, gateways=side.gateways, clock=side.clock)

    return step


def _cancel(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        of = booking_id_for(holder, holder_key)
        gateways: Any = {"stripe": Silent()} if number % 2 else side.gateways
        return cancel(of, user_id=holder, store=side.store, gateways=gateways, clock=side.clock)

    return step


def _credit(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    request = CreditRequest(amount=rng.choice((100_000, 400_000)), reason="Goodwill")
    return lambda side: credit(user, request, key=key, admin_id="root", store=side.store, clock=side.clock)


def _stale(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A commit from what was read some time ago, to any state: mostly one that must lose."""
    status = rng.choice(list(Status))

    def step(side: Side) -> Any:
        if not side.seen:
            return None
        before, now = side.seen[pick % len(side.seen)], side.clock()
        context = side.store.booking_context(
            before.booking_id,
            before.user_id,
            room_type_id=before.room_type_id,
            months=["2026-11"],
            promo_code=before.quote.promo_code if before.quote else None,
        )
        return side.store.commit(before, before.transitioned(status, now, "test"), now=now, context=context)

    return step


def _sweep(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """Until nothing is left, for one sweep takes up a page; a server may say "more" of a page that was the last."""

    def step(side: Side) -> Any:
        sweeps = [sweep(store=side.store, clock=side.clock)]
        while sweeps[-1].expired:
            sweeps.append(sweep(store=side.store, clock=side.clock))
        return [sum(getattr(one, count) for one in sweeps) for count in ("expired", "lost_race", "failed")]

    return step


def _settle(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A round that carries out what is due, or one that puts it off, because the gateway is silent."""

    def step(side: Side) -> Any:
        gateways: Any = {"stripe": Silent()} if pick % 3 == 0 else side.gateways
        return settle_due(store=side.store, gateways=gateways, clock=side.clock)

    return step


def _deliver(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """A payment is made on some order, however late, and the gateway sends its event."""

    def step(side: Side) -> Any:
        order_id = side.some_order(pick)
        if order_id is None:
            return None
        paid = side.gateways["stripe"].authorise(order_id) if pick % 4 else False
        store, gateways = side.store, side.gateways
        reconcile(order_id, gateway="stripe", store=store, gateways=gateways, clock=side.clock, by="webhook")
        return paid, gateways["stripe"].orders[order_id].state

    return step


def _topup(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """Started, and when it is paid at once, credited by the guest's browser; else a webhook or settle ends it."""
    request = TopUpRequest(gateway="stripe", amount=rng.choice((20_000, 90_000)))

    def step(side: Side) -> Any:
        store, gateways, clock = side.store, side.gateways, side.clock
        topup, made = start_topup(request, user_id=user, key=key, store=store, gateways=gateways, clock=clock)
        if pick % 2:
            return topup, made
        gateways["stripe"].authorise(topup.gateway_order_id)
        proof = TopUpProof(gateway_transaction_id=topup.gateway_order_id)
        return finalize_topup(topup.topup_id, proof, user_id=user, store=store, gateways=gateways, clock=clock), made

    return step


def _read(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The queries: ledger and list page by page, due holds, some page, what was put aside."""

    def step(side: Side) -> Any:
        store, later = side.store, side.clock() + timedelta(hours=1)
        shards = store.shards(HOLDS_DUE)
        due = [store.due(shard, later) for shard in shards]
        of_type = [store.due(shard, later, room_type_id=which) for shard in shards for which in ("suite", "deluxe")]
        in_pages = [store.due(shard, later, room_type_id="deluxe", limit=PAGE)[0][:PAGE] for shard in shards]
        lists = _all_bookings(store, user), _all_entries(store, user)
        return lists, due, of_type, in_pages, store.any_page("suite"), store.orphans()

    return step


def _all_bookings(store: Store, user: str) -> list[Booking]:
    found, cursor = list_bookings(None, user_id=user, store=store)
    while cursor:
        page, cursor = list_bookings(cursor, user_id=user, store=store)
        found += page
    return found


def _all_entries(store: Store, user: str) -> list[LedgerEntry]:
    found, before = store.entries(user, None)
    while before and before > 1:
        page, before = store.entries(user, before)
        found += page
    return found


def _restore(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The record of a deletion that TTL did not make: what is there must win."""

    def step(side: Side) -> Any:
        holds = [booking for booking in side.seen if booking.status is Status.RESERVED]
        return restore(holds[pick % len(holds)], store=side.store, clock=side.clock) if holds else None

    return step


def _delete(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """TTL deletes a hold that ran out, its key is used again or not, and the record of the deletion comes twice."""

    def step(side: Side) -> Any:
        holder, holder_key = side.lately_held(pick)
        image, now_ms = side.store.booking(booking_id_for(holder, holder_key)), millis(side.clock())
        if image is None or image.status not in HOLDING or image.expires_at_ms > now_ms:
            return None
        side.delete(image.booking_id)
        again = _hold(Random(pick), holder, holder_key, pick, number)
        rebooked = side.does(again) if pick % 2 else None
        return rebooked, [restore(image, store=side.store, clock=side.clock) for _ in range(2)]

    return step


def _aside(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    state = rng.choice(("authorised", "captured"))
    order = f"pi_{pick % 2}"

    def step(side: Side) -> Any:
        orphans = OrphanPayment(
            gateway="stripe", order_id=order, amount=1, currency="INR", payment_state=state, at_ms=number
        )
        return side.store.record_orphan(orphans)

    return step


MAKERS = (
    *(_hold, _hold, _hold, _start, _start, _pay, _pay, _admin, _cancel, _credit, _stale, _stale, _sweep),
    *(_read, _restore, _delete, _delete, _aside, _settle, _settle, _deliver, _deliver, _topup),
)


def _update(**parts: Any) -> dict[str, Any]:
    return {"TransactItems": [{"Update": {"Key": to_wire({"pk": "P", "sk": "S"}), **parts}}]}


_VALUE = {":v": {"N": "1"}}
REQUESTS: dict[str, dict[str, Any]] = {
    "a value that is not used": _update(
        UpdateExpression="SET a = :v", ExpressionAttributeValues=_VALUE | {":w": {"N": "1"}}
    ),
    "a name that is not used": _update(
        UpdateExpression="SET a = :v", ExpressionAttributeValues=_VALUE, ExpressionAttributeNames={"#b": "b"}
    ),
    "a value that is not given": _update(UpdateExpression="SET a = :v"),
    "a reserved word": _update(UpdateExpression="SET free = :v", ExpressionAttributeValues=_VALUE),
    "set and remove one path": _update(UpdateExpression="SET n = :v REMOVE n", ExpressionAttributeValues=_VALUE),
    "an operand that is missing": _update(UpdateExpression="SET a = z + :v", ExpressionAttributeValues=_VALUE),
    "a path through what is no map": _update(UpdateExpression="SET n.a = :v", ExpressionAttributeValues=_VALUE),
    "one item twice": {
        "TransactItems": [_update(UpdateExpression="REMOVE a")["TransactItems"][0] for _ in range(2)],
    },
    "a change": _update(UpdateExpression="SET m.b = m.a - :v REMOVE m.c", ExpressionAttributeValues=_VALUE),
    "a condition on what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="z <> :v", ExpressionAttributeValues=_VALUE
    ),
    "a comparison with what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="z < :v", ExpressionAttributeValues=_VALUE
    ),
    "a comparison of two kinds": _update(
        UpdateExpression="REMOVE a", ConditionExpression="s = :v", ExpressionAttributeValues=_VALUE
    ),
    "the size of a map": _update(
        UpdateExpression="REMOVE a", ConditionExpression="size(m) < :v", ExpressionAttributeValues=_VALUE
    ),
    "the size of what is missing": _update(
        UpdateExpression="REMOVE a", ConditionExpression="size(z) < :v", ExpressionAttributeValues=_VALUE
    ),
    "either or": _update(
        UpdateExpression="REMOVE a",
        ConditionExpression="attribute_not_exists(pk) OR (n = :v AND attribute_exists(m.a))",
        ExpressionAttributeValues=_VALUE,
    ),
    "two maps that are the same": _update(
        UpdateExpression="REMOVE a",
        ConditionExpression="m = :v",
        ExpressionAttributeValues={":v": {"M": {"c": {"N": "3"}, "a": {"N": "5"}}}},
    ),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_by_itself_is_answered_the_same(
    sides: tuple[Side, Side, FakeClock], name: str, request: pytest.FixtureRequest
) -> None:
    which = request.node.callspec.params["table"]
    known = DIFFERENCES.get((which, name))
    outcomes = []
    for side in sides[:2]:
        client: Any = side.table.client
        item: Item = {"pk": "P", "sk": "S", "n": 1, "s": "text", "m": {"a": 5, "c": 3}}
        side.table.put(put_action(side.table.name, item))
        asked = msgspec.json.decode(msgspec.json.encode(REQUESTS[name]))
        for action in asked["TransactItems"]:
            action["Update"] |= {"TableName": side.table.name}
        try:
            client.transact_write_items(**asked, ClientRequestToken=name[:36])
            outcome: Any = "done"
        except ClientError as error:
            reasons: Any = error.response.get("CancellationReasons", [])
            code = error.response["Error"]["Code"]
            outcome = [reason["Code"] for reason in reasons] or code
            if outcome == ["ValidationError"]:
                outcome = "ValidationException"  # of one action of several, given as its reason
        outcomes.append((outcome, side.items()["P", "S"]))
    if known:
        assert outcomes[0] != outcomes[1], f"{which} does {name} right by now: take it off the list"
    else:
        assert outcomes[0] == outcomes[1]
