"""The processor time of a request in Holdfast's handlers and in the naive engine's.

Usage: uv run python -m bench.handlers [rounds]

Each request goes through its handler once, with moto as the table, and the HTTP answers are kept. Then it is repeated
with these answers, so that the time is the handler's and the SDK's and no emulator's. The two engines take turns within
each round, so that other work on the machine meets both; the medians of the rounds are compared. The gateway is one in
memory. A sweep has 25 due holds of one room type.
"""

import gc
import statistics
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any, NamedTuple

import botocore.awsrequest  # noqa: TID251 - plays DynamoDB's answers to the SDK
from moto.core.models import botocore_stubber

from bench.operations import HOLDS, OPERATIONS, TOGETHER, Prepared
from bench.sides import Side, both_sides
from tests.kit.front_door import event, routes

ROUNDS = 15
TIMES = 8  # in each round
TIMED = (
    "reserve, 7 nights",
    "reserve, 30 nights",
    "read the timer",
    "quote",
    "start a payment",
    "finalize by wallet",
    "finalize by card, with capture",
    TOGETHER,
)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Raw(BytesIO):
    """A body as botocore reads it."""

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()


class Replay:
    """One request of one engine with what its table answered."""

    def __init__(self, side: Side, call: Prepared, *, leaving_out: str = "") -> None:
        self._side, self._door = side, side.door
        self._orders = dict(self._door.gateway.orders), dict(self._door.gateway._done)  # noqa: SLF001 - the test's own fake
        self._now = self._door.clock.now
        self._answers: dict[Any, list[Answer]] = {client: [] for client in side.clients}
        sent: list[dict[str, Any]] = []
        send = self._door.send
        self._door.send = lambda request: (sent.append(request), send(request))[1]  # type: ignore[method-assign, func-returns-value]
        with self._each_client("response-received", self._keeper):
            self.spent = side.spent(call, leaving_out=leaving_out)
        self._door.send = send  # type: ignore[method-assign]
        self._event = sent[-1] if sent else event("scheduled")
        self._handles = sent[-1]["routeKey"] if sent else "expire"

    def seconds(self) -> float:
        """The processor time of one repeat."""
        self._door.clock.now = self._now
        gateway = self._door.gateway
        gateway.orders, gateway._done = map(dict, self._orders)  # type: ignore[arg-type]  # noqa: SLF001
        handler = self._side.handler(routes().get(self._handles, self._handles))
        left = {client: deque(answers) for client, answers in self._answers.items()}

        def player(client: Any) -> Callable[..., Any]:
            def play(request: Any, **_: Any) -> Any:
                answer = left[client].popleft()
                return botocore.awsrequest.AWSResponse(request.url, answer.status, answer.headers, Raw(answer.body))  # type: ignore[arg-type]

            return play

        with self._each_client("before-send", player):
            started = time.process_time()
            handler(self._event, self._door.context)
            taken = time.process_time() - started
        assert not any(left.values()), f"{self._handles} asked for less"
        return taken

    @contextmanager
    def _each_client(self, hook: str, handler: Callable[[Any], Callable[..., Any]]) -> Iterator[None]:
        hooked = [(client.meta.events, handler(client)) for client in self._side.clients]
        for events, handle in hooked:
            events.register_first(f"{hook}.dynamodb", handle)
        yield
        for events, handle in hooked:
            events.unregister(f"{hook}.dynamodb", handle)

    def _keeper(self, client: Any) -> Callable[..., None]:
        def keep(response_dict: dict[str, Any], **_: Any) -> None:
            headers = dict(response_dict["headers"])
            self._answers[client].append(Answer(response_dict["status_code"], headers, response_dict["body"]))

        return keep


def in_turns(sides: Sequence[Side], replays: dict[str, list[Replay]], rounds: int) -> dict[str, list[float]]:
    """For each request the seconds of each side, which take turns: medians of so many rounds. Ends the counting."""
    times: dict[str, list[list[float]]] = {name: [[] for _ in sides] for name in replays}
    for side in sides:
        side.stop_counting()
    botocore_stubber.enabled = False
    try:
        for round_number in range(rounds + 1):  # the first one is for the caches
            for name, of_sides in replays.items():
                for place, replay in enumerate(of_sides):
                    gc.collect()
                    taken = statistics.mean(replay.seconds() for _ in range(TIMES))
                    if round_number:
                        times[name][place].append(taken)
    finally:
        botocore_stubber.enabled = True
    return {name: [statistics.median(one) for one in of_sides] for name, of_sides in times.items()}


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with both_sides() as sides:
        replays = {name: [Replay(side, OPERATIONS[name](side)) for side in sides] for name in TIMED}
        seconds = in_turns(sides, replays, rounds)
    print("Milliseconds of processor time.\n")
    print(f"{'request':48}{'ours':>8}{'naive':>8}{'ratio':>8}")
    for name, taken in seconds.items():
        ours, naive = (one * 1000 / (HOLDS if name == TOGETHER else 1) for one in taken)
        print(f"{name:48}{ours:8.2f}{naive:8.2f}{ours / naive:8.2f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
