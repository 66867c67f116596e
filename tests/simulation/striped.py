"""Months with stripes: an operator gives them more while guests want the same rooms, and no room hides on a stripe."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.plan import GATEWAYS, USERS, Draft, Operation, Plan

if TYPE_CHECKING:
    from tests.simulation.dynamodb import Commit, StandIn
    from tests.simulation.guests import Guests
    from tests.simulation.invariants import Invariants

MONTHS = ("2026-11", "2026-12")
HOT = (("2026-11-25", 1), ("2026-11-24", 3), ("2026-11-29", 1), ("2026-11-30", 2), ("2026-12-01", 2))


def days_of_stripes(draft: Draft) -> None:
    """Guests come in waves for few rooms on many stripes, cancel, pay late, and need what others let go."""
    rng, plan = draft.rng, draft.plan
    plan.raised = True
    plan.stripes = {month: count for month in MONTHS if (count := rng.choice((1, 2, 3, 8, 32))) > 1}
    plan.sweep_seconds = rng.choice((0, 60, 300))
    draft.wallets()
    room_type = rng.choice(("deluxe", "suite"))
    check_in, nights = rng.choice(HOT)
    refs = []
    for wave_ms in (2_000, 20_000, 602_000 + rng.randrange(70_000)):
        for _ in range(rng.randrange(2, 6)):
            other = rng.choice(HOT)
            hot = (check_in, nights) if rng.random() < 0.8 else other
            at_ms = wave_ms + rng.randrange(25)
            facts = {"check_in": hot[0], "nights": hot[1], "rooms": rng.choice((1, 1, 2, 3)), "room_type": room_type}
            ref = draft.reserve(at_ms, user=rng.choice(USERS), **facts)
            refs.append(ref)
            if rng.random() < 0.4:
                draft.cancel(ref, wave_ms + rng.choice((rng.randrange(30), 18_000 + rng.randrange(2_030))))
            elif rng.random() < 0.3:
                draft.add(at_ms + 5_000, "start", ref=ref, gateway=rng.choice(GATEWAYS), promo=None, wallet=0)
                draft.add(602_000 + rng.randrange(90_000), "authorise", ref=ref, newest=True)
            elif rng.random() < 0.2:
                draft.pay(ref, at_ms + 5_000)
    for _ in range(rng.randrange(1, 4)):
        at_ms = rng.choice((2_000, 20_000, 602_000)) + rng.randrange(-10, 40)
        draft.add(at_ms, "stripes", room_type=room_type, **_more(rng))


def with_stripes(plan: Plan, draft: Draft) -> None:
    """What any other kind of day gets, apart from its own chance."""
    rng = Random(f"{plan.seed} stripes")
    plan.stripes = {month: count for month in MONTHS if (count := rng.choice((1, 1, 1, 2, 3, 8, 32))) > 1}
    for _ in range(rng.randrange(3) if plan.owned else 0):
        room_type = rng.choice(("deluxe", "suite"))
        draft.add(rng.randrange(2_000, 100_000), "stripes", room_type=room_type, **_more(rng))


def _more(rng: Random) -> dict[str, Any]:
    months = MONTHS if rng.random() < 0.5 else (rng.choice(MONTHS),)
    return {"months": months, "count": rng.choice((2, 3, 5, 8, 32))}


def raise_stripes(guests: Guests, operation: Operation, *, room_type: str, months: tuple[str, ...], count: int) -> None:
    event = {"room_type_id": room_type, "months": list(months), "stripes": count}
    if guests.world._invoked("opener", str(operation.number), event):
        guests.world.faults.cover("stripes raised")


@dataclass(eq=False)
class Watch:
    """A request for rooms under way, and whether there has been an instant with too few of them."""

    stay: tuple[str, str, str]
    rooms: int
    was_short: bool = False


class Shortages:
    """SOLD2: who is answered sold out has met an instant at which the rooms of all stripes together were too few."""

    def __init__(self, table: StandIn, invariants: Invariants, *, watching: bool) -> None:
        self._invariants = invariants
        self._open: list[Watch] = []
        self._watching = watching
        if watching:
            table.on_commit.append(self.check)

    def begin(self, room_type: str, check_in: str, check_out: str, rooms: int) -> Watch:
        watch = Watch((room_type, check_in, check_out), rooms)
        self._open.append(watch)
        self._look(watch)
        return watch

    def end(self, watch: Watch) -> bool:
        """Whether it was short at some instant."""
        self._open.remove(watch)
        return watch.was_short or not self._watching

    def check(self, _: Commit) -> None:
        for watch in self._open:
            self._look(watch)

    def _look(self, watch: Watch) -> None:
        if self._watching and not watch.was_short:
            fewest = self._invariants.free_for_sure(*watch.stay).values()
            watch.was_short = any(free < watch.rooms for _, free in fewest)


ACTS: dict[str, Any] = {"stripes": raise_stripes}
