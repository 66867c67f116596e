# ruff: noqa: T201 - a command line prints
"""Run simulated worlds: `python -m tests.simulation --seeds 1000`, or one again: `--seed 224 --profile cancel`."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.bugs import BUGS
from tests.simulation.coverage import missing
from tests.simulation.flows import FLOWS, pairs
from tests.simulation.planted_bugs import CAUGHT, MOST_SEEDS, Caught, caught
from tests.simulation.profiles import PROFILES, drawn
from tests.simulation.run import Outcome, run
from tests.simulation.shrinking import shrunk, with_operations

CHUNK = 50  # seeds that one process takes at a time


@dataclass
class Tally:
    """What many runs came to."""

    seeds: int = 0
    cpu_seconds: float = 0.0
    coverage: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    failed: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        self.seeds += other.seeds
        self.cpu_seconds += other.cpu_seconds
        self.coverage += other.coverage
        self.faults += other.faults
        self.failed += other.failed


def tally(seeds: Iterable[int], profile: str | None = None) -> Tally:
    total, begun = Tally(), time.process_time()
    for seed in seeds:
        outcome = run(drawn(seed, profile))
        total.seeds += 1
        total.coverage += outcome.coverage
        total.faults.update(fault.value for fault in outcome.faults.values())
        if outcome.broken:
            total.failed.append((seed, outcome.plan.profile))
    total.cpu_seconds = time.process_time() - begun
    return total


def explain(outcome: Outcome) -> Iterator[str]:
    """A failure in full: what broke, the least that it takes, the end of the trace, and how to see it again."""
    small = shrunk(outcome)
    plan = outcome.plan
    yield f"seed {plan.seed}, profile {plan.profile}: {len(outcome.broken)} broken"
    yield from (f"  {text}" for text in outcome.broken)
    yield f"the least that breaks it: {len(small.plan.operations)} operations, {len(small.faults)} faults"
    yield from (f"  {operation}" for operation in small.plan.operations)
    yield from (f"  {name}: {fault}" for name, fault in small.faults.items())
    yield "its last lines:"
    yield from (f"  {line}" for line in small.last_lines())
    yield "again:"
    yield f"  {_command(plan.seed, plan.profile)}"
    numbers = ",".join(str(operation.number) for operation in small.plan.operations)
    faults = ",".join(small.faults)
    yield f"  {_command(plan.seed, plan.profile)} --only {numbers or 'none'} --faults {faults or 'none'}"


def _command(seed: int, profile: str) -> str:
    return f"uv run python -m tests.simulation --seed {seed} --profile {profile}"


def _replayed(arguments: argparse.Namespace) -> int:
    plan = drawn(arguments.seed, arguments.profile)
    faults = None
    if arguments.only is not None:
        kept = set() if arguments.only == "none" else {int(number) for number in arguments.only.split(",")}
        plan = with_operations(plan, [operation for operation in plan.operations if operation.number in kept])
    if arguments.faults is not None:
        faults = frozenset(arguments.faults.split(","))
    outcome = run(plan, faults)
    if arguments.trace:
        print("\n".join(outcome.last_lines(len(outcome.trace))))
    if not outcome.broken:
        print(f"seed {plan.seed}, profile {plan.profile}: nothing broken, {len(outcome.faults)} faults")
        return 0
    if faults is None and arguments.only is None:
        print("\n".join(explain(outcome)))
    else:
        print("\n".join([*outcome.broken, *outcome.last_lines()]))
    return 1


def _chunk(work: tuple[range, str | None]) -> Tally:
    return tally(*work)


def _many(arguments: argparse.Namespace) -> int:
    total, begun = Tally(), time.perf_counter()
    first, last = arguments.first, arguments.first + arguments.seeds
    chunks = [(range(n, min(n + CHUNK, last)), arguments.profile) for n in range(first, last, CHUNK)]
    with ProcessPoolExecutor(arguments.processes) as pool:
        for number, part in enumerate(pool.map(_chunk, chunks), start=1):
            total.add(part)
            for seed, profile in part.failed[:5]:
                print("\n".join(explain(run(drawn(seed, profile)))), flush=True)
            if number % 20 == 0:
                print(f"{total.seeds} seeds, {len(total.failed)} failed", file=sys.stderr, flush=True)
    _report(total, time.perf_counter() - begun)
    uncovered = [] if arguments.profile else missing(total.coverage)
    for path in uncovered if total.seeds >= arguments.coverage_from else ():
        print(f"never reached: {path}")
    return int(bool(total.failed) or bool(uncovered and total.seeds >= arguments.coverage_from))


def _hunted(most_seeds: int) -> int:
    """Every planted bug on its own profile, and on all of them in turn, with the seeds that it took.

    No seeds: on its own profile alone. Writes down where each was caught, for the tests to look there first.
    """
    missed, seen = 0, {}
    for bug in BUGS:
        own = caught(bug, most_seeds=MOST_SEEDS, profile=bug.profile)
        general = caught(bug, most_seeds=most_seeds) if most_seeds else own
        missed += own is None or general is None
        seen[bug.name] = own.seeds - 1 if own else 0
        seeds = [str(found.seeds) if found else "not caught" for found in (own, general)]
        how = (general or own or Caught(0, "-")).broken.partition(" ")[0]
        print(f"| {bug.name} | {bug.profile} | {seeds[0]} | {seeds[1]} | {how} |", flush=True)
    CAUGHT.write_text(json.dumps(seen, indent=2) + "\n")
    print(f"{len(BUGS)} bugs planted, {len(BUGS) - missed} caught by both; where: {CAUGHT}")
    return int(missed > 0)


def _paired(processes: int) -> int:
    """Every flow with each two faults on two of its calls."""
    with ProcessPoolExecutor(processes) as pool:
        results = list(pool.map(_pairs_of, range(len(FLOWS))))
    for flow, (cases, broken) in zip(FLOWS, results, strict=True):
        print(f"{cases:>9} {flow.name}: {len(broken)} broken")
        print("\n".join(f"          {text}" for text in broken[:5]), end="\n" if broken else "")
    print(f"{sum(cases for cases, _ in results)} pairs of faults")
    return int(any(broken for _, broken in results))


def _pairs_of(index: int) -> tuple[int, list[str]]:
    cases, broken = 0, []
    for case in pairs(FLOWS[index]):
        cases += 1
        broken += [f"{case.faults}: {case.broken[0].splitlines()[0]}"] if case.broken else []
    return cases, broken


def _report(total: Tally, seconds: float) -> None:
    per_minute = total.seeds / seconds * 60
    per_core = total.seeds / total.cpu_seconds * 60
    print(f"{total.seeds} seeds in {seconds:.0f} s: {per_minute:.0f} a minute, {per_core:.0f} a minute of one core")
    print(f"{len(total.failed)} failed; {sum(total.faults.values())} faults, {len(total.coverage)} coverage")
    for title, counts in (("faults", total.faults), ("coverage", total.coverage)):
        print(f"{title}:")
        for name, count in sorted(counts.items()):
            print(f"  {count:>9} {name}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1_000, help="how many worlds to run")
    parser.add_argument("--first", type=int, default=0, help="the first of their seeds")
    parser.add_argument("--seed", type=int, help="run one world, and show all about it")
    parser.add_argument("--profile", choices=sorted(PROFILES), help="instead of the one that the seed draws")
    parser.add_argument("--only", help="with --seed: the numbers of the operations to keep, or none")
    parser.add_argument("--faults", help="with --seed: the names of the faults to keep, or none")
    parser.add_argument("--trace", action="store_true", help="with --seed: print the whole trace")
    parser.add_argument("--digests", action="store_true", help="print a digest of each seed's trace, and nothing else")
    parser.add_argument(
        "--bugs",
        action="store_true",
        help="hunt the planted bugs, with so many seeds of all profiles; 0: of their own alone",
    )
    parser.add_argument("--pairs", action="store_true", help="lay every pair of faults on every flow")
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2)))
    parser.add_argument(
        "--coverage-from", type=int, default=2_000, help="fail on a path not reached from so many seeds on"
    )
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    if arguments.digests:
        for seed in range(arguments.first, arguments.first + arguments.seeds):
            print(run(drawn(seed, arguments.profile)).digest())
        return 0
    if arguments.bugs:
        return _hunted(arguments.seeds)
    if arguments.pairs:
        return _paired(arguments.processes)
    return _replayed(arguments) if arguments.seed is not None else _many(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
