"""Due holds released in batches, and for a buyer only those he lacks, beside one after the other and all of them.

Usage: uv run python -m bench sweep

In virtual time, over the simulation's stand-in for DynamoDB: each call takes 2 to 15 ms, transactions that meet at an
item conflict and are sent again, and the machine's own speed does not count. The other side is the engine's way of
before, made of the same parts.
"""

import concurrent.futures
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from random import Random
from typing import Any, NamedTuple

import holdfast.bookings.expire
import holdfast.bookings.release
import holdfast.storage.table
from holdfast.bookings.expire import sweep
from holdfast.bookings.reclaim import make_way
from holdfast.engine import Engine
from holdfast.errors import Busy, SoldOut
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.builders import DEADLINE
from tests.kit.due_holds import FIRST, WriteMeter, one_night, put_due
from tests.kit.guests import hold
from tests.kit.hotel import TABLE_NAME
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.hotel import indexes
from tests.simulation.scheduler import SECOND, START, Invocation, Jitter, Scheduler, Workers

OVERDUE = (50, 200, 500)
SWEPT = 1_500
BATCHES = (1, 2, 5, 10, 25)
LEAST_A_MINUTE = 15_000
LONGEST_SECONDS = 900


class World:
    """A room type whose holds are due, and invocations that take turns in virtual time."""

    def __init__(self, holds: int, *, nights: int = 1) -> None:
        self.clock = Scheduler()
        self.client = StandIn(TABLE_NAME, indexes(), Faults(self.clock, 0.0, None))
        self.due = [one_night(n, FIRST + timedelta(days=n % nights)) for n in range(holds)]
        put_due(self.client, self.due, rooms=holds)
        self.clock.run(SECOND)  # the index has caught up
        self.sent = 0
        self.meter = WriteMeter(self.client)
        self._send = self.client.transact_write_items
        setattr(self.client, "transact_write_items", self._counted)  # noqa: B010 - in the place of a method

    def _counted(self, **arguments: Any) -> Any:
        self.sent += 1
        return self._send(**arguments)

    @property
    def store(self) -> Store:
        client: Any = self.client
        table = Table(
            client,
            TABLE_NAME,
            patience_seconds=LONGEST_SECONDS,
            monotonic=self.clock.monotonic,
            sleep=self.clock.pause,
        )
        return Store(table)

    @property
    def engine(self) -> Engine:
        return Engine(self.store, {}, lambda: DEADLINE + (self.clock.utc() - START))

    def run(self, *work: Callable[[], object]) -> list[float]:
        """All of these at the same moment, each as an invocation; the virtual seconds that each took."""
        begun_us, took = self.clock.now_us, [0.0] * len(work)
        Workers.world = self.clock

        def timed(number: int, of: Callable[[], object]) -> None:
            of()
            took[number] = (self.clock.now_us - begun_us) / SECOND

        for number, of in enumerate(work):
            process = Invocation(f"bench{number}", Random(number), begun_us + LONGEST_SECONDS * SECOND)
            self.clock.spawn(begun_us, lambda number=number, of=of: timed(number, of), process)  # type: ignore[misc]
        with _virtual(self.clock):
            self.clock.run()
        return took


@contextmanager
def _virtual(clock: Scheduler) -> Iterator[None]:
    swapped: list[tuple[Any, str, Any]] = [
        (concurrent.futures, "ThreadPoolExecutor", Workers),
        (holdfast.storage.table, "JITTER", Jitter(clock)),
        (holdfast.bookings.release, "count", lambda *_: None),
        (holdfast.bookings.expire, "count", lambda *_: None),
    ]
    before = [(owner, name, getattr(owner, name)) for owner, name, _ in swapped]
    for owner, name, value in swapped:
        setattr(owner, name, value)
    try:
        yield
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)


class Bought(NamedTuple):
    seconds: float
    transactions: int
    held: int


def buys(world: World, number: int, outcomes: list[str], *, before: bool) -> None:
    """A buyer wants one room; before, he had every due hold of the night released, one after the other."""
    if before:
        rows = [row.booking_id for rows in world.store.due_holds("deluxe", world.engine.clock()) for row in rows]
        for booking in world.store.bookings(rows):
            if booking.status == "reserved":
                make_way([booking], engine=world.engine, by_booking=f"bk_buyer{number}")
    try:
        hold(world.store, f"buyer-{number}", clock=world.engine.clock, check_in=FIRST, nights=1)
    except (SoldOut, Busy) as refused:
        outcomes.append(refused.code)
    else:
        outcomes.append("held")


def reclaimed(overdue: int, buyers: int, *, before: bool) -> Bought:
    world, outcomes = World(overdue), list[str]()
    took = world.run(*(lambda n=n: buys(world, n, outcomes, before=before) for n in range(buyers)))
    return Bought(max(took), world.sent, outcomes.count("held"))


def swept(*, batch: int, nights: int = 1) -> float:
    """Holds a minute of one room type, in batches of so many."""
    world = World(SWEPT, nights=nights)
    release: Any = holdfast.bookings.release
    kept, release.BATCH = release.BATCH, batch
    try:
        [seconds] = world.run(lambda: sweep(engine=world.engine))
    finally:
        release.BATCH = kept
    assert not [key for key, item in world.client.items.items() if "due_shard" in item]
    return SWEPT / seconds * 60


def units(holds: int) -> float:
    world = World(holds)
    world.run(lambda: sweep(engine=world.engine))
    assert len(world.meter.bookings) == 1
    return world.meter.units / holds


def main() -> int:
    logging.disable(logging.CRITICAL)
    print(f"{'a buyer lacks a room':<30}{'one by one':>24}{'what he lacks':>24}{'ratio':>10}")
    for overdue in OVERDUE:
        old, new = (reclaimed(overdue, 1, before=before) for before in (True, False))
        cells = [f"{one.seconds:.2f} s, {one.transactions} transactions" for one in (old, new)]
        print(f"{f'{overdue} overdue':<30}{cells[0]:>24}{cells[1]:>24}{old.seconds / new.seconds:>9.1f}x")
    old, new = (reclaimed(50, 50, before=before) for before in (True, False))
    cells = [f"{one.held} held, {one.transactions} transactions" for one in (old, new)]
    print(
        f"{'50 buyers at once, 50 overdue':<30}{cells[0]:>24}{cells[1]:>24}{old.transactions / new.transactions:>9.1f}x"
    )

    print(f"\n{'a sweep, holds a minute':<30}{'one by one':>24}{'in batches':>24}{'ratio':>10}")
    fewest = float("inf")
    for nights, name in ((1, "one room type, one month"), (30, "one room type, two months")):
        alone, together = (swept(batch=batch, nights=nights) for batch in (1, holdfast.bookings.release.BATCH))
        fewest = min(fewest, together)
        print(f"{name:<30}{alone:>24,.0f}{together:>24,.0f}{together / alone:>9.1f}x")

    print(f"\n{'write units a hold':<30}{'alone':>24}{'in the batch':>24}{'ratio':>10}")
    alone = units(1)
    for k in BATCHES:
        own = units(k)
        print(f"{f'{k} in a transaction':<30}{alone:>24.2f}{own:>24.2f}{alone / own:>9.2f}x")
    return int(fewest < LEAST_A_MINUTE)


if __name__ == "__main__":
    sys.exit(main())
