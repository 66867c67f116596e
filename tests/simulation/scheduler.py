"""Virtual time, and tasks that take turns in it: the only clock and the only scheduler of a simulated world.

A task runs until it waits; whichever wakes first goes on. Nothing else switches, so a seed's run is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random
from typing import Any, Self, cast

from greenlet import getcurrent, greenlet

START = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # noon at the hotel
SECOND = 1_000_000  # in the clock's microseconds
MILLISECOND = 1_000


class Killed(BaseException):
    """The process is gone: nothing in it runs any more, whatever it catches."""


class Task(greenlet):
    """One line of work; `invocation` is the process that it belongs to, if it does."""

    invocation: Invocation | None = None


@dataclass
class Invocation:
    """One run of one function: its share of chance, how far its clock is off, and when it is killed."""

    name: str  # unique in a run, and the same in each run of a plan
    rng: Random
    deadline_us: int
    skew_us: int = 0
    decides_nothing: bool = False  # and so may read what was so a moment ago
    dead: str = ""
    calls: int = 0  # to the outside
    drawn: object = None  # the fault that falls on the call under way
    confirmed: list[str] = field(default_factory=list)  # bookings that it made or confirmed

    def kill(self, why: str) -> None:
        self.dead = self.dead or why


class Scheduler:
    def __init__(self) -> None:
        self.now_us = 0
        self._hub = getcurrent()
        self._queue: list[tuple[int, int, Task | Callable[[], None]]] = []
        self._turns = 0

    def at(self, us: int, what: Task | Callable[[], None]) -> None:
        self._turns += 1
        heappush(self._queue, (max(us, self.now_us), self._turns, what))

    def spawn(self, us: int, work: Callable[[], None], invocation: Invocation | None = None) -> None:
        task = Task(work)
        task.invocation = invocation
        self.at(us, task)

    def run(self, until_us: int | None = None) -> None:
        """Goes on until nobody waits any more, or until that instant."""
        self._hub = getcurrent()
        queue = self._queue
        while queue and (until_us is None or queue[0][0] <= until_us):
            self.now_us, _, what = heappop(queue)
            if isinstance(what, Task):
                what.parent = self._hub
                what.switch()
            else:
                what()
        if until_us is not None:
            self.now_us = max(self.now_us, until_us)

    def sleep(self, us: int) -> None:
        """Lets the others run for that long; raises Killed when the process does not live to see the end of it."""
        task = cast("Task", getcurrent())
        process, wake_us = task.invocation, self.now_us + us
        if process is not None and wake_us >= process.deadline_us:
            self.at(process.deadline_us, task)
            self._hub.switch()
            process.kill("timeout")
            raise Killed
        self.at(wake_us, task)
        self._hub.switch()
        if process is not None and process.dead:
            raise Killed

    def park(self) -> None:
        """Waits until another task wakes this one; raises Killed when its process is gone by then."""
        self._hub.switch()
        process = self.process()
        if process is not None and process.dead:
            raise Killed

    @staticmethod
    def task() -> Task:
        return cast("Task", getcurrent())

    @staticmethod
    def process() -> Invocation | None:
        return getattr(getcurrent(), "invocation", None)

    def utc(self) -> datetime:
        """What the clock of the process that asks shows."""
        process = self.process()
        return START + timedelta(microseconds=self.now_us + (process.skew_us if process else 0))

    def monotonic(self) -> float:
        return self.now_us / SECOND

    def pause(self, seconds: float) -> None:
        self.sleep(int(seconds * SECOND))


class Workers:
    """Stands where the engine makes a ThreadPoolExecutor: the same `map`, over tasks that take turns."""

    world: Scheduler

    def __init__(self, count: int) -> None:
        self._count = count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def map(self, work: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        todo = list(items)
        if len(todo) <= 1:
            return iter([work(item) for item in todo])
        results: list[Any] = [None] * len(todo)
        failed: list[BaseException] = []
        waiting = iter(range(len(todo)))
        active = min(self._count, len(todo))
        waiter = cast("Task", getcurrent())

        def worker() -> None:
            nonlocal active
            try:
                for index in waiting:
                    results[index] = work(todo[index])
            except (Exception, Killed) as error:  # noqa: BLE001 - raised where somebody waits, as an executor does
                failed.append(error)
            finally:
                active -= 1
                if active == 0:
                    self.world.at(self.world.now_us, waiter)

        for _ in range(active):
            self.world.spawn(self.world.now_us, worker, self.world.process())
        self.world.park()
        if failed:
            raise failed[0]
        return iter(results)


class Jitter:
    """In the place of `random` in the table's retries: each process draws from its own chance."""

    def __init__(self, clock: Scheduler) -> None:
        self._clock = clock

    def uniform(self, low: float, high: float) -> float:
        process = self._clock.process()
        return process.rng.uniform(low, high) if process else high
