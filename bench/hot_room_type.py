"""One room type that a thousand guests a second want: how long a hold takes, by the number of its stripes.

Usage: uv run python -m bench.hot_room_type

The engine itself, on the simulation's stand-in for DynamoDB and in virtual time, so that the figures are the same on
any machine: a request takes 1 to 5 ms there and as long back, a transaction keeps its items for 9 ms in between, and
two that meet on an item conflict, as on DynamoDB. The time of the functions themselves is not in it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore.exceptions import ClientError  # noqa: TID251 - what the stand-in raises
from msgspec import structs

from holdfast.bookings.reserve import booking_id_for, hold
from holdfast.engine import Engine
from holdfast.errors import BookingError
from holdfast.logs import logger
from holdfast.model.rates import open_month
from holdfast.model.stay import Stay
from holdfast.storage.items import page_item, rates_item
from holdfast.storage.marshal import from_wire, to_wire
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.simulation.dynamodb import StandIn
from tests.simulation.faults import Faults
from tests.simulation.hotel import PLACE, ROOM_TYPES, indexes
from tests.simulation.pages import split
from tests.simulation.scheduler import MILLISECOND, SECOND, Invocation, Jitter, Scheduler, Workers

WAY_MS = (1, 5)
KEPT_MS = 9
TIMEOUT_SECONDS = 28  # of the function
MONTH = "2026-12"
STAY = Stay(room_type_id="deluxe", check_in=date(2026, 12, 1), check_out=date(2026, 12, 3), rooms=1, guests=1)
STRIPES = (1, 8, 16, 32)
RATE = 1_000  # guests a second
LIMIT_MS = 100  # for 99 of 100 of them, with the most stripes
RUSH_LIMIT_MS = 400  # with one stripe too


class Latencies(Faults):
    """Nothing goes wrong; everything takes its time."""

    def __init__(self, clock: Scheduler) -> None:
        super().__init__(clock, 0.0, None)
        self._rng = Random("latencies")
        self._kept_us = 0

    def call(self, name: str, effect: Any, *, writes: bool = False, about: Any = "") -> Any:
        del name, writes, about
        self._travel(0)
        self._kept_us = 0
        try:
            answer: Any = effect()
        except ClientError as error:
            answer = error
        self._travel(self._kept_us)
        if isinstance(answer, ClientError):
            raise answer
        return answer

    def read(self, keys: Any, read: Any) -> Any:
        self.call("get", partial(read, keys))
        return ()

    def two_phases(self, finish: Any) -> None:
        self._kept_us = KEPT_MS * MILLISECOND
        self.clock.at(self.clock.now_us + self._kept_us, finish)

    def index_lag_us(self) -> int:
        return 0

    def _travel(self, kept_us: int) -> None:
        self.clock.sleep(kept_us + self._rng.randrange(WAY_MS[0] * MILLISECOND, WAY_MS[1] * MILLISECOND))


class Crowd(NamedTuple):
    """What came of a crowd of guests: the answers by kind, and how long each waited, in milliseconds."""

    answers: Counter[str]
    waited_ms: list[float]
    held: int
    free: int

    def share(self, percent: int) -> float:
        return sorted(self.waited_ms)[len(self.waited_ms) * percent // 100]


def crowd(*, guests: int, rooms: int, stripes: int, seconds: float) -> Crowd:
    """So many guests ask for the same two nights, spread by chance over so many seconds."""
    clock = Scheduler()
    table = StandIn("hot", indexes(), Latencies(clock))
    deluxe = structs.replace(ROOM_TYPES[0], total_rooms=rooms)
    month = open_month(PLACE, deluxe, MONTH)
    table.load([to_wire(page_item(month.page)), to_wire(rates_item(month.rates))])
    table.load(list(split(table.items, {MONTH: stripes}, seed=1)))
    client: Any = table
    store = Store(Table(client, "hot", patience_seconds=10**9, monotonic=clock.monotonic, sleep=clock.pause))
    answers: Counter[str] = Counter()
    waited_ms: list[float] = []

    def ask(guest: str, came_us: int) -> None:
        engine = Engine(store, {}, clock.utc).within(TIMEOUT_SECONDS)
        try:
            hold(STAY, booking_id=booking_id_for(guest, "key"), user_id=guest, hold_seconds=600, engine=engine)
            answers["held"] += 1
        except BookingError as refusal:
            answers[str(refusal.code)] += 1
        waited_ms.append((clock.now_us - came_us) / MILLISECOND)

    rng = Random("guests")
    for number in range(guests):
        came_us = int(rng.uniform(0, seconds) * SECOND)
        guest = f"guest-{number}"
        process = Invocation(guest, Random(guest), came_us + 10 * TIMEOUT_SECONDS * SECOND)
        clock.spawn(came_us, partial(ask, guest, came_us), process)
    with _in_virtual_time(clock):
        clock.run()
    pages = [from_wire(item) for (_, sk), item in table.items.items() if sk == f"MONTH#{MONTH}"]
    held = sum(sk == "BOOKING" for _, sk in table.items)
    return Crowd(answers, waited_ms, held, sum(page["free"]["1"] for page in pages))


@contextmanager
def _in_virtual_time(clock: Scheduler) -> Iterator[None]:
    Workers.world = clock
    with (
        patch("concurrent.futures.ThreadPoolExecutor", Workers),
        patch("holdfast.storage.table.JITTER", Jitter(clock)),
        patch.object(logger.registered_handler, "emit", lambda _: None),
    ):
        yield


def main() -> int:
    print(f"{RATE} guests a second for half a second, rooms for all of them:\n")
    most = STRIPES[-1:]
    broken = table_of(STRIPES, guests=RATE // 2, rooms=RATE, seconds=0.5, limit_ms=LIMIT_MS, limited=most)
    print("\n1000 guests within a tenth of a second, 20 rooms:\n")
    few = 1, 8
    broken += table_of(few, guests=1_000, rooms=20, seconds=0.1, limit_ms=RUSH_LIMIT_MS, limited=few)
    return int(broken > 0)


def table_of(
    counts: Sequence[int], *, guests: int, rooms: int, seconds: float, limit_ms: int, limited: Sequence[int]
) -> int:
    """Prints a line for each number of stripes; how many lines are wrong, or slow with a number that is limited."""
    print("stripes |  held | sold out | busy | oversold | 50 of 100 | 99 of 100 | of one stripe")
    first_ms, broken = 0.0, 0
    for stripes in counts:
        came = crowd(guests=guests, rooms=rooms, stripes=stripes, seconds=seconds)
        p99_ms = came.share(99)
        first_ms = first_ms or p99_ms
        oversold = came.held - (rooms - came.free)
        print(
            f"{stripes:7} | {came.held:5} | {came.answers['sold_out']:8} | {came.answers['busy']:4} | {oversold:8} | "
            f"{came.share(50):6.0f} ms | {p99_ms:6.0f} ms | {p99_ms / first_ms:6.3f}"
        )
        wrong = oversold or came.answers["held"] + came.answers["busy"] < min(guests, rooms)
        slow = stripes in limited and (came.answers["busy"] or p99_ms >= limit_ms)
        broken += bool(wrong or slow)
    return broken


if __name__ == "__main__":
    raise SystemExit(main())
