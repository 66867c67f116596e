"""Each flow by itself, with one fault, or two, on each of its calls to the outside: all of them, not a sample.

A flow is a short plan without chance. It is run once to see its calls; then once for each call and each fault that the
call can have. Its clients ask again, the sweep and settle go round, and everything must come to rest as it should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from tests.simulation.faults import Fault, kinds_for
from tests.simulation.plan import Operation, Plan
from tests.simulation.run import Outcome, run


class Flow(NamedTuple):
    name: str
    operations: tuple[Operation, ...]
    hit: str  # the operations, or the function's name, whose calls are laid faults on
    sweep_seconds: int = 60
    stopped: str = ""  # the call, by how it begins, that crashes first each time, so that somebody else goes on


class Case(NamedTuple):
    flow: str
    faults: dict[str, Fault]  # what was to fall on it
    drawn: dict[str, Fault]  # and what fell
    broken: list[str]


_HOLD = {"ref": 1, "user": "alice", "room_type": "suite", "check_in": "2026-11-30", "nights": 2, "rooms": 1}
_CREDIT = (0, "credit", {"user": "alice", "amount": 900_000, "number": 1})
_RESERVE = (2_000, "reserve", _HOLD)
_START = (10_000, "start", {"ref": 1, "gateway": "stripe", "promo": "TENOFF", "wallet": 0})
_START_RAZORPAY = (10_000, "start", {"ref": 1, "gateway": "razorpay", "promo": None, "wallet": 10_000})
_AUTHORISE = (20_000, "authorise", {"ref": 1, "newest": True})
_LATE = (630_000, "authorise", {"ref": 1, "newest": True})
_CANCEL = (40_000, "cancel", {"ref": 1})


def _finalize(mode: str) -> tuple[int, str, dict[str, Any]]:
    return 20_020, "finalize", {"ref": 1, "mode": mode, "promo": None}


def _flow(
    name: str, hit: str, *steps: tuple[int, str, dict[str, Any]], sweep_seconds: int = 60, stopped: str = ""
) -> Flow:
    operations = tuple(Operation(number, at_ms, kind, facts) for number, (at_ms, kind, facts) in enumerate(steps, 1))
    return Flow(name, operations, hit, sweep_seconds, stopped)


_TOPUP = {"user": "alice", "amount": 250_000, "gateway": "stripe", "number": 0}
_TOPPED_UP = (1_000, "topup", _TOPUP), (5_000, "authorise_topup", _TOPUP), (9_000, "finalize_topup", _TOPUP)
_BY_BROWSER = *_TOPPED_UP[:2], (5_020, "finalize_topup", _TOPUP)
_PAID_BY_BOTH = _CREDIT, _RESERVE, _START_RAZORPAY, _AUTHORISE, _finalize("wallet_partial")
_PAID_BY_CARD = _RESERVE, _START, _AUTHORISE, _finalize("gateway_only")
_SOON = (2_000, "reserve", _HOLD | {"check_in": "2026-11-25"})
_RESTARTED = (12_000, "start", {"ref": 1, "gateway": "razorpay", "promo": None, "wallet": 0})
_THREE_BUYERS = (
    _RESERVE,
    (2_100, "reserve", _HOLD | {"ref": 2, "rooms": 2}),
    (604_000, "reserve", _HOLD | {"ref": 3, "rooms": 3}),
)
FLOWS = (
    _flow("reserve", "reserve", _CREDIT, _RESERVE),
    _flow("start a payment", "start", _CREDIT, _RESERVE, _START),
    _flow("finalize wallet_only", "finalize", _CREDIT, _RESERVE, _finalize("wallet_only")),
    _flow("finalize gateway_only", "finalize", *_PAID_BY_CARD),
    _flow("finalize wallet_partial", "finalize", *_PAID_BY_BOTH),
    _flow("finalize admin", "finalize", _RESERVE, _finalize("admin")),
    _flow("webhook", "hook", _RESERVE, _START, _AUTHORISE),
    _flow("late webhook", "hook", _RESERVE, _START_RAZORPAY, _LATE),
    _flow("expire", "expire", _RESERVE, _START),
    _flow("reclaim", "reserve", *_THREE_BUYERS, sweep_seconds=0),
    _flow("restore", "stream", _RESERVE, _START, (4_300_000, "ttl", {}), sweep_seconds=0),
    _flow("cancel a hold", "cancel", _RESERVE, _START, _CANCEL),
    _flow("cancel with all back", "cancel", *_PAID_BY_BOTH, _CANCEL),
    _flow("cancel with half back", "cancel", _SOON, *_PAID_BY_CARD[1:], _CANCEL),
    _flow("settle", "settle", _RESERVE, _START, _RESTARTED),
    _flow("settle captures", "settle", *_PAID_BY_CARD, stopped="gateway capture"),
    _flow("settle refunds", "settle", *_PAID_BY_BOTH, _CANCEL, stopped="gateway refund"),
    _flow("settle captures a top-up", "settle", *_TOPPED_UP, stopped="gateway capture"),
    _flow("top-up", "topup", *_TOPPED_UP),
    _flow("top-up by the browser", "topup", *_BY_BROWSER),
    _flow("credit", "credit", _CREDIT),
)


def singles(flow: Flow) -> Iterator[Case]:
    """The flow with each fault on each of its calls."""
    yield from (_case(flow, {call: fault}) for call, fault in _choices(flow))


def pairs(flow: Flow) -> Iterator[Case]:
    """With each two faults, the second on what is called after the first, its repeats too: many, so on demand."""
    for first, one in _choices(flow):
        for second, other in _choices(flow, {first: one}, after=first):
            yield _case(flow, {first: one, second: other})


def calls_of(flow: Flow, faults: dict[str, Fault] | None = None, after: str = "") -> list[tuple[str, str, bool]]:
    """The calls that faults are laid on: their names, what they ask, whether they write."""
    wanted = tuple(_prefixes(flow))
    made = _run(flow, faults or {}).calls
    names = [name for name, _, _ in made]
    calls = [call for call in made[names.index(after) + 1 if after else 0 :] if call[0].startswith(wanted)]
    busy = {name.partition("/")[0] for name, asks, _ in calls if not asks.startswith("query")}  # rounds that found work
    return [call for call in calls if call[0].partition("/")[0] in busy]


def _choices(flow: Flow, faults: dict[str, Fault] | None = None, after: str = "") -> list[tuple[str, Fault]]:
    calls = calls_of(flow, faults, after)
    return [(name, fault) for name, asks, writes in calls for fault in kinds_for(asks, writes=writes)]


def _prefixes(flow: Flow) -> Iterable[str]:
    """How the names of the invocations begin whose calls count."""
    numbers = [f"{operation.number}." for operation in flow.operations if flow.hit in operation.kind]
    return numbers or [flow.hit, f"rest0.{flow.hit}"]


def _case(flow: Flow, faults: dict[str, Fault]) -> Case:
    outcome = _run(flow, faults)
    drawn = {name: fault for name, fault in outcome.faults.items() if name not in _stopped(flow.name)}
    return Case(flow.name, faults, drawn, outcome.broken)


@cache
def _stopped(name: str) -> frozenset[str]:
    """The calls of the flow that crash each time, until those that faults are to be laid on do the work."""
    flow = next(flow for flow in FLOWS if flow.name == name)
    crashed: frozenset[str] = frozenset()
    while flow.stopped:
        calls = _played(flow, dict.fromkeys(crashed, Fault.CRASH_BEFORE)).calls
        others = (call for call, asks, _ in calls if asks.startswith(flow.stopped) and flow.hit not in call)
        more = crashed.union(others)
        if more == crashed:
            break
        crashed = more
    return crashed


def _run(flow: Flow, faults: dict[str, Fault]) -> Outcome:
    return _played(flow, dict.fromkeys(_stopped(flow.name), Fault.CRASH_BEFORE) | faults)


def _played(flow: Flow, faults: dict[str, Fault]) -> Outcome:
    plan = Plan(0, flow.name, list(flow.operations), skewed=False, sweep_seconds=flow.sweep_seconds)
    plan.end_seconds = max(1_300 if flow.stopped else 700, flow.operations[-1].at_ms // 1000 + 100)
    return run(plan, forced=faults)
