"""Make a failing run small: leave out operations, then faults, as long as the same invariant still breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from tests.simulation.plan import Operation, Plan
from tests.simulation.run import Outcome, run

MOST_RUNS = 400


class _Budget:
    left = MOST_RUNS


def shrunk(outcome: Outcome) -> Outcome:
    """The smallest run found that breaks what this one broke, with the operations and faults that it takes."""
    invariant = outcome.broken[0].split()[0]
    budget = _Budget()
    best = outcome

    def still_broken(operations: Sequence[Operation], faults: Sequence[str]) -> bool:
        nonlocal best
        if budget.left <= 0:
            return False
        budget.left -= 1
        again = run(with_operations(outcome.plan, operations), frozenset(faults))
        if any(text.split()[0] == invariant for text in again.broken):
            best = again
            return True
        return False

    faults = list(outcome.faults)
    if not still_broken(outcome.plan.operations, faults):
        return outcome
    operations = _fewer(outcome.plan.operations, lambda some: still_broken(some, faults))
    faults = _fewer([name for name in faults if name in best.faults], lambda some: still_broken(operations, some))
    operations = _fewer(operations, lambda some: still_broken(some, faults))
    still_broken(operations, faults)
    return best


def with_operations(plan: Plan, operations: Sequence[Operation]) -> Plan:
    return replace(plan, operations=list(operations))


def _fewer[Part](parts: Sequence[Part], enough: Callable[[Sequence[Part]], bool]) -> list[Part]:
    """Leaves out chunks, halving their size, as long as what is left is enough."""
    left = list(parts)
    size = max(1, len(left) // 2)
    while size:
        start = 0
        while start < len(left):
            without = left[:start] + left[start + size :]
            if enough(without):
                left = without
            else:
                start += size
        size //= 2
    return left
