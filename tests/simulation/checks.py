"""What the auditor says of a world: at some instants of its day, and once everything has come to rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from holdfast.audit.audit import audit
from holdfast.audit.snapshot import Broken, at_rest, snapshot_of
from holdfast.audit.table import audit_table
from holdfast.model.account import TopUpStatus
from holdfast.payments.gateways.protocol import PaymentState
from tests.kit.settled_table import Pages
from tests.simulation.desk import broken_at_the_desk
from tests.simulation.endings import ended_otherwise
from tests.simulation.expressions import Item
from tests.simulation.faults import Fault
from tests.simulation.foreign import broken_foreign
from tests.simulation.handlers import DUE_SHARDS
from tests.simulation.hotel import POISON_KEY
from tests.simulation.hoteliers import broken_by_owners
from tests.simulation.invariants import SKEW_SECONDS, BrokenPromise
from tests.simulation.plan import Plan
from tests.simulation.reviving import broken_revivals
from tests.simulation.scheduler import MILLISECOND, START
from tests.simulation.units import bought_too_late, mispriced, refused

if TYPE_CHECKING:
    from tests.simulation.guests import Promise
    from tests.simulation.world import World

NOTHING_APPLIED = frozenset(
    {Fault.THROTTLE, Fault.CONFLICT, Fault.SERVER_ERROR, Fault.REFUSED, Fault.UNPROCESSED, Fault.SLOW}
)
AUDITS = 3  # in full, while a plan is played


def audit_instants(plan: Plan) -> Iterator[int]:
    """Some moments just after things happen, in the clock's microseconds."""
    rng = Random(f"{plan.seed} audits")
    for operation in rng.sample(plan.operations, min(AUDITS, len(plan.operations))):
        yield (operation.at_ms + rng.randrange(500)) * MILLISECOND


def check_at_an_instant(world: World) -> None:
    """What must hold at every instant, audited in full."""
    if world.deletions:
        return  # rooms of deleted holds are on their way back
    plan = world.plan
    found = audit(
        snapshot_of(map(world.table.plain, world.table.items.values())),
        now=_utc(world),
        due_shards=DUE_SHARDS,
        sweeping=plan.is_well_swept,
        skew_seconds=SKEW_SECONDS,
    )
    if _shown(found):
        raise BrokenPromise("; ".join(_shown(found)))


def check_at_rest(world: World) -> list[str]:
    """What is broken once everything rests, and what answers promised that is not so."""
    gateway_records = [
        (gateway.name, order)
        for gateway in world.gateways.values()
        for order in gateway.orders.values()
        if order.reference is not None
    ]
    found = audit(
        snapshot_of(map(world.table.plain, world.table.items.values())),
        now=_utc(world),
        due_shards=DUE_SHARDS,
        gateway_records=gateway_records,
        lines=world.lines,
        lines_complete=_logged_all(world),
        skew_seconds=SKEW_SECONDS,
        file_keys=list(world.bucket.stored.files) if world.plan.hotel else None,
    )
    found_here = [*_unsettled(world), *_broken_answers(world), *_mispriced(world), *_payable(world)]
    return [
        *_shown(found),
        *(_shown(_page_by_page(world)) if not _shown(found) else ()),
        *found_here,
        *broken_at_the_desk(world),
        *ended_otherwise(world),
        *broken_revivals(world),
        *broken_foreign(world),
        *broken_by_owners(world),
        *(world.published.months_otherwise() if world.plan.hotel else ()),
    ]


def _page_by_page(world: World) -> list[Broken]:
    """What the function would find, which does not hold all items at once."""
    store: Any = Pages([world.table.plain(item) for item in world.table.items.values()], DUE_SHARDS)
    return audit_table(store, clock=lambda: _utc(world)).broken


def _logged_all(world: World) -> bool:
    """Whether nobody can have died, or given up, between a commit and its line."""
    ended = world.faults.coverage["killed by crash"] + world.faults.coverage["killed by timeout"]
    return not ended and NOTHING_APPLIED.issuperset(world.faults.drawn.values())


def _shown(found: list[Broken]) -> list[str]:
    return [str(broken) for broken in found if broken.keys != (POISON_KEY,)]


def _utc(world: World) -> datetime:
    return START + timedelta(microseconds=world.clock.now_us)


def _unsettled(world: World) -> Iterator[str]:
    """What is still to happen when everything has: no index knows of it, or it would not be so."""
    view = snapshot_of(map(world.table.plain, world.table.items.values()))
    bookings = [booking.booking_id for booking in view.bookings.values() if not at_rest(booking)]
    topups = [topup.topup_id for topup in view.topups.values() if topup.status is TopUpStatus.PENDING]
    for name in bookings + topups:
        yield f"LIVE1 {name}: never came to rest"


def _broken_answers(world: World) -> Iterator[str]:
    """ANS1: what was answered as done and was not, or otherwise, or more than once."""
    for promise in world.guests.promised:
        kind = "TOPUP" if promise.done == "topped up" else "BOOKING"
        item = world.table.items.get((f"{kind}#{promise.name}", kind), {})
        story = [event["M"]["status"]["S"] for event in item["history"]["L"]] if "history" in item else []
        match promise.done:
            case "held" if not story and world.plan.sweep_seconds:
                yield f"ANS1 {promise.name}: answered as held, and is not there"
            case "confirmed":
                yield from _answered_otherwise(promise, item, story)
            case "cancelled" if item.get("status") != {"S": "cancelled"} and world.plan.sweep_seconds:
                yield f"ANS1 {promise.name}: answered as cancelled, and is {story[-1:]}"
            case "topped up" if item.get("status") != {"S": "credited"}:
                yield f"ANS1 {promise.name}: answered as credited, and is {item.get('status')}"
    entries = [item for key, item in sorted(world.table.items.items()) if key[1].startswith("ENTRY#")]
    times = Counter(item["reason"]["S"] for item in entries)
    credited = {promise.name for promise in world.guests.promised if promise.done == "credited"}
    for reason in world.guests.credits:
        if times[reason] > 1 or (reason in credited and not times[reason]):
            yield f"ANS1 {reason}: credited {times[reason]} times"


def _answered_otherwise(promise: Promise, item: Item, story: list[str]) -> Iterator[str]:
    if "confirmed" not in story:
        yield f"ANS1 {promise.name}: answered as confirmed, and never was"
        return
    quote = item["quote"]["M"]
    total, wallet = int(quote["total_payable"]["N"]), int(item.get("wallet_paid", {"N": "0"})["N"])
    by_card = item["payment_mode"]["S"] in {"wallet_partial", "gateway_only"}
    charged = int(item["payment"]["M"]["amount"]["N"]) if by_card else 0
    wanted = {"final_amount": total, "wallet_deducted": wallet, "gateway_charged": charged}
    answered = {name: promise.facts[name] for name in wanted}
    if answered != wanted:
        yield f"ANS1 {promise.name}: answered with {answered}, and it is {wanted}"


def _mispriced(world: World) -> Iterator[str]:
    """PRICE1, LATE1, UNIT1: the price is right, was paid in time, and in amounts that gateways charge."""
    for key, item in sorted(world.table.items.items()):
        if key[1] == "BOOKING" and "quote" in item:
            yield from mispriced(key[0], item, world.plan.currency)
            if world.plan.offers:
                yield from world.calendars.bought_too_late(key[0].removeprefix("BOOKING#"), item)
            else:
                yield from bought_too_late(world, key[0], item)
    for gateway in world.gateways.values():
        for order in gateway.orders.values():
            why = refused(gateway.name, order.amount, order.currency)
            if why:
                yield f"UNIT1 {order.order_id}: {gateway.name} would not charge it: {why}"


def _payable(world: World) -> Iterator[str]:
    """PAY5: once everything rests, no guest has an order that can still be paid, where the gateway closes orders."""
    for known in world.guests.known.values():
        for name, order_id in known.orders:
            gateway = world.gateways[name]
            if gateway.closes_orders and gateway.orders[order_id].state in {PaymentState.OPEN, PaymentState.FAILED}:
                yield f"PAY5 {known.booking_id}: the order {order_id} can still be paid"
