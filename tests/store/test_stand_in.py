"""The simulation's stand-in for DynamoDB against DynamoDBs that others wrote: the same requests, the same answers.

Random sequences of the engine's own operations run on both, stale writes among them, and every answer and the whole
table must agree. `DIFFERENCES` has what is known to differ, and why.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, Self

import msgspec
import pytest
from botocore.exceptions import ClientError  # noqa: TID251 - what the stand-in raises as the SDK would

import holdfast.expire
from holdfast.bookings import list_bookings
from holdfast.cancel import cancel
from holdfast.errors import BookingError
from holdfast.expire import restore, sweep
from holdfast.finalize import finalize
from holdfast.finalize_request import AdminFinalizeRequest, FinalizeRequest
from holdfast.items import HOLDS_DUE, Item
from holdfast.model.account import Unmatched
from holdfast.model.booking import Booking, Status
from holdfast.payment import PaymentRequest, start_payment
from holdfast.pricing import quote
from holdfast.reserve import ReserveRequest, booking_id_for, reserve
from holdfast.store import Lost, Store
from holdfast.table import ConditionsFailed, Table
from holdfast.wallet import CreditRequest, credit
from holdfast.wire import put_action, to_wire
from tests.conftest import NOW, FakeClock, Ids
from tests.simulation.clockwork import Clockwork
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.hotel import indexes, opening
from tests.simulation.plan import STAYS, USERS

SEQUENCES = 3
STEPS = 70
SHARDS = 2

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


@dataclass
class Side:
    """One DynamoDB with a store, gateways and write ids of its own."""

    table: Table
    clock: FakeClock
    store: Store = field(init=False)
    gateways: dict[str, Any] = field(init=False)
    seen: list[Booking] = field(default_factory=list)

    def __post_init__(self) -> None:
        ids = Ids()  # a server remembers tokens for all its tables, so a table's own are told apart by its name
        self.store = Store(self.table, due_shards=SHARDS, new_id=lambda: f"{self.table.name}-{ids()}")
        faults = Faults(Clockwork(), 0.0, None)
        gateway = SimulatedGateway("stripe", True, faults, 5.0, lambda *_: None)
        self.gateways = {"stripe": gateway}
        for item in opening():
            self.table.client.put_item(TableName=self.table.name, Item=item)

    def does(self, step: Callable[["Side"], Any]) -> Any:
        """What came of it, in a form that compares."""
        try:
            return msgspec.to_builtins(step(self), str_keys=True)
        except Lost as lost:
            return "lost", sorted(lost.kinds), lost.current.write_id if lost.current else None
        except ConditionsFailed as failed:
            return "failed", [(reason.code, reason.item) for reason in failed.reasons]
        except BookingError as refusal:
            return "refused", refusal.code, refusal.detail
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


@pytest.fixture
def sides(table: Table, monkeypatch: pytest.MonkeyPatch) -> tuple[Side, Side, FakeClock]:
    monkeypatch.setattr(holdfast.expire, "ThreadPoolExecutor", InTurn)
    clock, faults = FakeClock(), Faults(Clockwork(), 0.0, None)
    monkeypatch.setattr(faults, "index_lag_us", lambda: 0)
    client: Any = StandIn(table.name, indexes(), faults)
    return Side(table, clock), Side(Table(client, table.name), clock), clock


@pytest.mark.parametrize("seed", range(SEQUENCES))
def test_the_engines_operations_go_the_same_way(sides: tuple[Side, Side, FakeClock], seed: int) -> None:
    real, stand_in, clock = sides
    rng = Random(f"stand-in {seed}")
    kinds = set()
    for number in range(STEPS):
        name, step = _step(rng, number)
        told = [side.does(step) for side in (real, stand_in)]
        assert told[0] == told[1], f"step {number}, {name}"
        refused = isinstance(told[0], tuple) and isinstance(told[0][0], str)
        kinds.add(told[0][0] if refused else "done")
        clock.advance(rng.choice((0, 1, 30, 250)))
    assert real.items() == stand_in.items()
    assert kinds >= {"done", "lost", "refused"}


def _step(rng: Random, number: int) -> tuple[str, Callable[[Side], Any]]:
    user, key, pick = rng.choice(USERS), f"key-{rng.randrange(6)}", rng.random()
    makers = (
        _hold,
        _hold,
        _start,
        _start,
        _pay,
        _pay,
        _admin,
        _cancel,
        _credit,
        _stale,
        _stale,
        _sweep,
        _read,
        _restore,
        _aside,
    )
    maker = rng.choice(makers)
    return maker.__name__, maker(rng, user, key, int(pick * 1000), number)


def _hold(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    check_in, nights = rng.choice(STAYS)
    asked = {"room_type_id": "suite", "check_in": check_in, "rooms": rng.choice((1, 2)), "guests": 1}
    arrival = msgspec.convert(check_in, type(NOW.date()))
    request = msgspec.convert(
        asked | {"check_out": arrival + timedelta(days=nights), "check_in": arrival}, ReserveRequest
    )

    def step(side: Side) -> Any:
        made = reserve(request, user_id=user, key=key, hold_seconds=600, store=side.store, clock=side.clock)
        side.booking(made[0].booking_id)
        return made

    return step


def _start(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    promo, wallet = rng.choice((None, "TENOFF", "FLAT")), rng.choice((0, 0, 10_000))
    request = PaymentRequest(gateway="stripe", promo_code=promo, wallet_apply_amount=wallet)

    def step(side: Side) -> Any:
        of = booking_id_for(user, key)
        start = start_payment(of, request, user_id=user, store=side.store, gateways=side.gateways, clock=side.clock)
        side.booking(of)
        if start.gateway_order_id and pick % 3:
            side.gateways["stripe"].authorise(start.gateway_order_id)
        return start

    return step


def _pay(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    def step(side: Side) -> Any:
        booking = side.booking(booking_id_for(user, key))
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
        return finalize(booking.booking_id, request, caller=user, store=store, gateways=gateways, clock=side.clock)

    return step


def _admin(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    request = AdminFinalizeRequest(payment_mode="admin", reason="Paid at the desk")
    of = booking_id_for(user, key)
    return lambda side: finalize(of, request, caller="root", store=side.store, gateways=side.gateways, clock=side.clock)


def _cancel(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    of = booking_id_for(user, key)
    return lambda side: cancel(of, user_id=user, store=side.store, gateways=side.gateways, clock=side.clock)


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
        file = side.store.file(before.booking_id, before.user_id, room_type_id=before.room_type_id, months=["2026-11"])
        return side.store.commit(before, before.moved(status, now, "test"), now=now, file=file)

    return step


def _sweep(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    return lambda side: sweep(store=side.store, clock=side.clock)


def _read(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The queries: ledger, list, due holds, some page, what was put aside."""
    before, limit = rng.choice((None, None, 2)), 50  # moto says that there is no more when the limit is met exactly

    def step(side: Side) -> Any:
        store, later = side.store, side.clock() + timedelta(hours=1)
        listed, more = list_bookings(None, user_id=user, store=store)
        due = sorted((shard, store.due(shard, later, limit=limit)) for shard in store.shards(HOLDS_DUE))
        of_type = [store.due(shard, later, room_type_id="suite") for shard in store.shards(HOLDS_DUE)]
        return listed, more, due, of_type, store.entries(user, before), store.any_page("suite"), store.unmatched()

    return step


def _restore(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    """The record of a deletion that TTL did not make: what is there must win."""

    def step(side: Side) -> Any:
        holds = [booking for booking in side.seen if booking.status is Status.RESERVED]
        return restore(holds[pick % len(holds)], store=side.store, clock=side.clock) if holds else None

    return step


def _aside(rng: Random, user: str, key: str, pick: int, number: int) -> Callable[[Side], Any]:
    state = rng.choice(("authorised", "captured"))
    order = f"pi_{pick % 2}"

    def step(side: Side) -> Any:
        unmatched = Unmatched(
            gateway="stripe", order_id=order, amount=1, currency="INR", payment_state=state, at_ms=number
        )
        return side.store.put_aside(unmatched)

    return step


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
    told = []
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
                outcome = "ValidationException"  # of one action of several, told as its reason
        told.append((outcome, side.items()["P", "S"]))
    if known:
        assert told[0] != told[1], f"{which} does {name} right by now: take it off the list"
    else:
        assert told[0] == told[1]
