"""What can go wrong between a process and the outside: drawn per call from the process's own chance, and written down.

A fault has a name, `<invocation>/<call>`, so that a run can be repeated with some of its faults only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from random import Random
from typing import Any, NoReturn

from botocore.exceptions import ClientError, ReadTimeoutError  # noqa: TID251 - these stand for what the SDK raises

from holdfast.payments.gateways.protocol import GatewayError, GatewayRefused, GatewayUnknown
from tests.simulation.scheduler import MILLISECOND, SECOND, Invocation, Killed, Scheduler

Key = tuple[str, str]

SDK_TIMEOUT_US = 2 * SECOND
GATEWAY_TIMEOUT_US = 5 * SECOND
BUCKET_TIMEOUT_US = 6 * SECOND
BATCH = "get several"  # the name of a read that may leave some keys unread


class Fault(StrEnum):
    CRASH_BEFORE = "crash before"
    CRASH_AFTER = "crash after"
    LOST_BEFORE = "request lost"
    LOST_AFTER = "answer lost"
    FORGOTTEN = "answer lost, and the token forgotten"
    LATE = "takes effect after the sender gave up"
    THROTTLE = "throttled"
    CONFLICT = "conflict"
    SERVER_ERROR = "server error"
    UNPROCESSED = "keys unprocessed"
    REFUSED = "refused"
    SLOW = "slow"
    STALL = "stalled until the timeout"


ON_READ = (*(Fault.THROTTLE, Fault.SERVER_ERROR, Fault.LOST_BEFORE, Fault.CRASH_BEFORE, Fault.SLOW, Fault.STALL),)
ON_BATCH_READ = (*ON_READ, Fault.UNPROCESSED)
ON_WRITE = (
    *(Fault.THROTTLE, Fault.CONFLICT, Fault.SERVER_ERROR, Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.FORGOTTEN),
    *(Fault.LATE, Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.SLOW, Fault.STALL),
)
ON_GATEWAY = (
    *(Fault.LOST_BEFORE, Fault.LOST_AFTER, Fault.LOST_AFTER, Fault.LATE, Fault.THROTTLE, Fault.REFUSED),
    *(Fault.CRASH_BEFORE, Fault.CRASH_AFTER, Fault.SLOW, Fault.STALL),
)
ON_FILE = tuple(fault for fault in ON_WRITE if fault not in {Fault.CONFLICT, Fault.FORGOTTEN})
ON_LOOK = tuple(fault for fault in ON_GATEWAY if fault is not Fault.REFUSED)  # it knows what it has


class Faults:
    """Carries out every call to the outside, with the faults that fall on it. `kept` names those that may, if given."""

    def __init__(
        self, clock: Scheduler, rate: float, kept: frozenset[str] | None, forced: dict[str, Fault] | None = None
    ) -> None:
        self.clock = clock
        self.rate = rate
        self.slow_index = False
        self.coverage: Counter[str] = Counter()
        self.drawn: dict[str, Fault] = {}
        self.calls: list[tuple[str, str, bool]] = []  # each call's name, what it asks, whether it writes
        self.trace: list[tuple[int, str, str, Any]] = []
        self._kept = kept
        self._forced = forced
        self._delay_us = 0
        self._index_rng = Random(0)

    def now_us(self) -> int:
        return self.clock.now_us

    def cover(self, name: str) -> None:
        self.coverage[name] += 1

    def note(self, what: str, about: Any = "") -> None:
        process = self.clock.process()
        self.trace.append((self.clock.now_us, process.name if process else "", what, about))

    def seed_index(self, seed: int) -> None:
        self._index_rng.seed(seed)

    def index_lag_us(self) -> int:
        """Mostly some milliseconds; in a world with a slow index now and then seconds."""
        if self.slow_index and self._index_rng.random() < 0.3:
            return self._index_rng.randrange(5 * SECOND)
        return self._index_rng.randrange(20 * MILLISECOND)

    def forgets_the_token(self) -> bool:
        """Whether a transaction's token is forgotten with its answer, as if it was asked again after ten minutes."""
        process = self.clock.process()
        return process is not None and process.drawn is Fault.FORGOTTEN

    def two_phases(self, finish: Callable[[], None]) -> None:
        """A transaction's second half comes a moment after the first, whatever becomes of who asked for it."""
        process = self.clock.process()
        bits = process.rng.getrandbits(4) if process else 0
        self._delay_us = 0 if bits < 8 else bits * MILLISECOND // 2
        if self._delay_us:
            self.clock.at(self.clock.now_us + self._delay_us, finish)
        else:
            finish()

    def call[Answer](self, name: str, effect: Callable[[], Answer], *, writes: bool = False, about: Any = "") -> Answer:
        """One call to DynamoDB."""
        process = self.clock.process()
        if process is None:
            return effect()
        kinds = ON_WRITE if writes else ON_BATCH_READ if name == BATCH else ON_READ
        fault = self._fault(process, kinds, f"{name} {about}", writes=writes)
        bits = process.rng.getrandbits(10)
        self.clock.sleep(MILLISECOND + (bits & 31) * 200)
        answer = self._went(process, name, about, fault, effect, SDK_TIMEOUT_US)
        self.clock.sleep(self._delay_us + MILLISECOND + (bits >> 5) * 200)
        if isinstance(answer, ClientError | GatewayError):
            raise answer
        return answer

    def read(self, keys: Sequence[Key], read: Callable[[Sequence[Key]], None]) -> Sequence[Key]:
        """A read of several items, in any order, which other writes may come between; gives the keys left unread."""
        process = self.clock.process()
        left: list[Sequence[Key]] = [()]

        def effect() -> None:
            here = list(keys)
            cut = process is not None and len(here) > 1
            if process is not None and cut and (process.drawn is Fault.UNPROCESSED or process.rng.random() < 0.3):
                at = 1 + process.rng.randrange(len(here) - 1)
                if process.rng.random() < 0.5:
                    here, at = here[at:] + here[:at], len(here) - at
                first = here[:at]
                if process.drawn is Fault.UNPROCESSED:
                    self.cover("keys unprocessed")
                    left[0] = here[len(first) :]
                    here = first
                else:
                    read(first)
                    here = here[len(first) :]
                    self.clock.sleep(2 * MILLISECOND)
            read(here)

        self.call(BATCH if len(keys) > 1 else "get", effect, about=keys)
        return left[0]

    def gateway[Answer](self, name: str, effect: Callable[[], Answer], *, writes: bool, about: Any) -> Answer:
        """One call to a payment gateway."""
        process = self.clock.process()
        if process is None:
            return effect()
        fault = self._fault(process, ON_GATEWAY if writes else ON_LOOK, f"{name} {about}", writes=writes)
        bits = process.rng.getrandbits(10)
        self.clock.sleep((20 + (bits & 31) * 4) * MILLISECOND)
        answer = self._went(process, name, about, fault, effect, GATEWAY_TIMEOUT_US)
        self.clock.sleep((20 + (bits >> 5) * 4) * MILLISECOND)
        if isinstance(answer, ClientError | GatewayError):
            raise answer
        return answer

    def bucket[Answer](self, name: str, effect: Callable[[], Answer], *, writes: bool = False, about: Any) -> Answer:
        """One call to the bucket of pictures."""
        process = self.clock.process()
        if process is None:
            return effect()
        fault = self._fault(process, ON_FILE if writes else ON_READ, f"{name} {about}", writes=writes)
        bits = process.rng.getrandbits(10)
        self.clock.sleep((2 + (bits & 31)) * MILLISECOND)
        answer = self._went(process, name, about, fault, effect, BUCKET_TIMEOUT_US)
        self.clock.sleep((2 + (bits >> 5)) * MILLISECOND)
        if isinstance(answer, ClientError) and fault is not None and answer.response["Error"]["Code"] != "NoSuchKey":
            answer.response["ResponseMetadata"]["HTTPStatusCode"] = 503
        if isinstance(answer, ClientError | GatewayError):
            raise answer
        return answer

    def _fault(self, process: Invocation, kinds: Sequence[Fault], about: str, *, writes: bool) -> Fault | None:
        process.calls += 1
        process.drawn = None
        name = f"{process.name}/{process.calls}"
        if self._forced is not None:
            self.calls.append((name, about, writes))
            fault = self._forced.get(name)
            if fault not in kinds:
                fault = None  # another fault made this another call than the one that was meant
        elif process.rng.random() >= self.rate:
            return None
        else:
            fault = kinds[process.rng.randrange(len(kinds))]
            if self._kept is not None and name not in self._kept:
                return None
        if fault is not None:
            self.drawn[name] = fault
            process.drawn = fault
        return fault

    def _end(self, process: Invocation, fault: Fault) -> NoReturn:
        if fault is Fault.STALL:
            self.clock.sleep(process.deadline_us)  # and is killed for it
        process.kill("crash")
        raise Killed

    def _went[Answer](
        self,
        process: Invocation,
        name: str,
        about: Any,
        fault: Fault | None,
        effect: Callable[[], Answer],
        timeout_us: int,
    ) -> Answer | ClientError | GatewayError:
        """What came of the call at the other side: an answer, an error to be raised, or nothing at all."""
        self._delay_us = 0
        self.trace.append((self.clock.now_us, process.name, name, (about, fault)))
        at_gateway = timeout_us == GATEWAY_TIMEOUT_US
        match fault:
            case None | Fault.UNPROCESSED:
                return _tried(effect)
            case Fault.SLOW:
                answer = _tried(effect)
                delay_us = self._delay_us
                self.clock.sleep(timeout_us * (1 + process.rng.getrandbits(3)) // 10)
                self._delay_us = delay_us
                return answer
            case Fault.CRASH_BEFORE | Fault.CRASH_AFTER | Fault.STALL:
                if fault is Fault.CRASH_AFTER:
                    _tried(effect)
                self._end(process, fault)
            case Fault.THROTTLE | Fault.CONFLICT | Fault.SERVER_ERROR | Fault.REFUSED:
                return _turned_away(fault, name, at_gateway=at_gateway)
            case Fault.LOST_AFTER | Fault.FORGOTTEN:
                _tried(effect)
            case Fault.LATE:
                late_us = self.clock.now_us + timeout_us + process.rng.randrange(3 * SECOND)
                self.clock.at(late_us, lambda: _ignored(effect))
            case Fault.LOST_BEFORE:
                pass
        self.clock.sleep(timeout_us)
        if at_gateway:
            raise GatewayUnknown("no answer")
        raise ReadTimeoutError(endpoint_url="https://dynamodb")


def _tried[Answer](effect: Callable[[], Answer]) -> Answer | ClientError | GatewayError:
    try:
        return effect()
    except (ClientError, GatewayError) as error:
        return error


def _ignored(effect: Callable[[], object]) -> None:
    _tried(effect)


def _turned_away(fault: Fault, operation: str, *, at_gateway: bool) -> ClientError | GatewayError:
    """The error that a call ends in which the other side did not take up."""
    if at_gateway:
        return GatewayRefused("drawn") if fault is Fault.REFUSED else GatewayUnknown("drawn")
    match fault:
        case Fault.THROTTLE:
            return client_error("ThrottlingException", operation)
        case Fault.CONFLICT if operation == "transact":
            reasons = [{"Code": "TransactionConflict"}]
            return client_error("TransactionCanceledException", operation, CancellationReasons=reasons)
        case Fault.CONFLICT:
            return client_error("TransactionConflictException", operation)
    return client_error("InternalServerError", operation)


def client_error(code: str, operation: str, **parts: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 400}, **parts}
    return ClientError(answer, operation)


def invalid(operation: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationException", "Message": message}}, operation)


def kinds_for(name: str, *, writes: bool) -> Iterable[Fault]:
    """The faults that the exhaustive run lays on a call of that name."""
    if name.startswith("gateway"):
        return dict.fromkeys(ON_GATEWAY if writes else ON_LOOK)
    if name.startswith(BATCH):
        return dict.fromkeys(ON_BATCH_READ)
    return dict.fromkeys(ON_WRITE if writes else ON_READ)
