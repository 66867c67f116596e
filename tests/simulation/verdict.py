"""What the auditor says of a world: at some instants of its day, and once everything has come to rest."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from holdfast.audit import audit
from holdfast.audit_view import Broken, at_rest, view_of
from holdfast.model.account import TopUpStatus
from holdfast.wire import from_wire
from tests.simulation.clockwork import MILLISECOND, START
from tests.simulation.handlers import DUE_SHARDS
from tests.simulation.hotel import POISON_KEY
from tests.simulation.plan import Plan
from tests.simulation.safety import SKEW_SECONDS, BrokenPromise

if TYPE_CHECKING:
    from tests.simulation.world import World

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
        (from_wire(item) for item in world.table.items.values()),
        now=_utc(world),
        due_shards=DUE_SHARDS,
        sweeping=plan.fault_rate == 0 and 0 < plan.sweep_seconds <= 60 and not plan.slow_index,
        skew_seconds=SKEW_SECONDS,
    )
    if _told(found):
        raise BrokenPromise("; ".join(_told(found)))


def verdict(world: World) -> list[str]:
    """What is broken once everything rests, and what answers promised that is not so."""
    books = [(gateway.name, order) for gateway in world.gateways.values() for order in gateway.orders.values()]
    found = audit(
        (from_wire(item) for item in world.table.items.values()),
        now=_utc(world),
        due_shards=DUE_SHARDS,
        books=books,
        lines=world.lines,
        lines_complete=not world.faults.drawn,
        skew_seconds=SKEW_SECONDS,
    )
    return [*_told(found), *_unsettled(world), *_broken_answers(world)]


def _told(found: list[Broken]) -> list[str]:
    return [str(broken) for broken in found if broken.keys != (POISON_KEY,)]


def _utc(world: World) -> datetime:
    return START + timedelta(microseconds=world.clock.now_us)


def _unsettled(world: World) -> Iterator[str]:
    """What is still to happen when everything has: no index knows of it, or it would not be so."""
    view = view_of(from_wire(item) for item in world.table.items.values())
    bookings = [booking.booking_id for booking in view.bookings.values() if not at_rest(booking)]
    topups = [topup.topup_id for topup in view.topups.values() if topup.status is TopUpStatus.PENDING]
    for name in bookings + topups:
        yield f"LIVE1 {name}: never came to rest"


def _broken_answers(world: World) -> Iterator[str]:
    for promise, booking_id in world.guests.promised:
        item = world.table.items.get((f"BOOKING#{booking_id}", "BOOKING"))
        story = [event["M"]["status"]["S"] for event in item["history"]["L"]] if item else []
        if promise == "confirmed" and "confirmed" not in story:
            yield f"ANS1 {booking_id}: answered as confirmed, and never was"
        if promise == "held" and not story and world.plan.sweep_seconds:
            yield f"ANS1 {booking_id}: answered as held, and is not there"
