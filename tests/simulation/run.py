"""Run one plan from beginning to end, and say what came of it."""

from __future__ import annotations

import traceback
from collections import Counter
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any

from holdfast.logs import Tag
from tests.simulation.checks import check_at_rest
from tests.simulation.expressions import Unsupported
from tests.simulation.faults import Fault
from tests.simulation.galleries import drawn
from tests.simulation.gateway import PaidTwice
from tests.simulation.handlers import at_work
from tests.simulation.invariants import BrokenPromise
from tests.simulation.plan import Plan
from tests.simulation.world import World

TRACE_SHOWN = 30


@dataclass
class Outcome:
    plan: Plan
    broken: list[str]
    coverage: Counter[str]
    faults: dict[str, Fault]
    trace: list[tuple[int, str, str, Any]]
    calls: list[tuple[str, str, bool]]

    def last_lines(self, count: int = TRACE_SHOWN) -> list[str]:
        """The end of the trace, without the rounds that found nothing to do."""
        busy = [line for line in self.trace if line[2] != "query"]
        return list(map(_line, busy[-count:]))

    def digest(self) -> str:
        return sha256("\n".join(map(_line, self.trace)).encode()).hexdigest()


def run(plan: Plan, kept_faults: frozenset[str] | None = None, forced: dict[str, Fault] | None = None) -> Outcome:
    world = World(plan, kept_faults, forced)
    with at_work(
        world.clock,
        world.store,
        world.gateways,
        world.lines,
        world.jitter,
        world.bucket,
        partial(drawn, world),
    ) as modules:
        world.modules = modules
        try:
            world.play()
            world.come_to_rest()
            world.broken += check_at_rest(world)
        except (BrokenPromise, PaidTwice) as broken:
            world.broken.append(str(broken))
        except (Unsupported, Exception) as error:  # noqa: BLE001 - the world itself failed: shown like any other failure
            world.broken.append(f"WORLD1 {type(error).__name__}: {error}\n{traceback.format_exc(limit=-6)}")
    coverage = world.faults.coverage
    for index in world.table.indexes.values():
        coverage["a stale index row"] += index.stale_reads
    for line in world.lines:
        coverage.update(_covered(line))
    return Outcome(plan, world.broken, +coverage, world.faults.drawn, world.faults.trace, world.faults.calls)


def _covered(line: dict[str, Any]) -> list[str]:
    """What a log line shows that the run went through."""
    if line["message"] == "a booking cannot be read":
        return ["a poisoned item met"]
    tag, by = line.get("tag"), str(line.get("by"))
    coverage = [str(tag)] if tag else []
    if tag == Tag.BOOKING_CONFIRMED and by != "guest":
        coverage.append(f"{by.split(maxsplit=1)[0]} confirmed")
    if tag in {Tag.PAYMENT_CAPTURED, Tag.PAYMENT_VOIDED, Tag.PAYMENT_REFUNDED} and by == "settle":
        coverage.append("settle carried out a due")
    return coverage


def _line(line: tuple[int, str, str, Any]) -> str:
    us, name, what, about = line
    return f"{us / 1e6:12.6f} {name:>14} {what} {_shown(about)}"


def _shown(about: Any) -> str:
    return " ".join(map(str, about)) if isinstance(about, tuple) else str(about)
