"""The simulation's stand-in for DynamoDB against DynamoDBs that others wrote: the same requests, the same answers.

Random sequences of the engine's own operations run on both, stale writes among them, and every answer and the whole
table must agree.
"""

from collections.abc import Iterable, Iterator
from random import Random

import pytest

from holdfast.storage.items import Item, booking_of, topup_of
from tests.kit.clock import FakeClock
from tests.store.dynamodbs import ON_DYNAMODB_LOCAL, ON_MINISTACK
from tests.store.stand_in.engine_steps import MAKERS, RARE, draw_step, pass_time
from tests.store.stand_in.sides import Side, simulated_side

SEQUENCES = {"moto": 4, "ministack": 4, "dynamodb_local": 4}
STEPS = 90
RUNS = [
    pytest.param(where.values[0], number, marks=where.marks)
    for where in (pytest.param("moto"), ON_MINISTACK, ON_DYNAMODB_LOCAL)
    for number in range(SEQUENCES[str(where.values[0])])
]


@pytest.mark.parametrize(("table", "number"), RUNS, indirect=["table"])
def test_the_engines_operations_go_the_same_way(sides: tuple[Side, Side, FakeClock], rng: Random, number: int) -> None:
    real, stand_in, clock = sides
    for at in range(STEPS):
        name, step = draw_step(rng, at)
        answers = [side.does(step) for side in (real, stand_in)]
        assert answers[0] == answers[1], f"step {at}, {name}"
        pass_time(rng, clock)
    assert real.items() == stand_in.items()


def test_the_sequences_reach_what_the_engine_can_do() -> None:
    """On the stand-in alone, by seeds that never change: what no sequence ever does is not compared either."""
    reached: set[str] = set()
    for seed in range(60):
        clock, rng = FakeClock(), Random(f"reach {seed}")
        side = simulated_side("reach", clock)
        for at in range(STEPS):
            name, step = draw_step(rng, at)
            answer = side.does(step)
            done = not (isinstance(answer, tuple) and isinstance(answer[0], str))
            reached.add(name if done else answer[0])
            if done and name == "_credit" and answer[1] is False:
                reached.add("credit repeated")
            pass_time(rng, clock)
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
            if event.late:
                yield "rescued"
            yield f"by {event.by}"
        if booking.booking_id.endswith(f".{booking.reserved_at_ms}"):
            yield "by ttl, with a new hold"
