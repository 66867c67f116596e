"""One simulated world: the real handlers over a stand-in table and gateways, run through a plan and then to rest."""

from __future__ import annotations

import json
import traceback
from dataclasses import dataclass, field
from functools import partial
from random import Random
from types import ModuleType
from typing import Any

from holdfast.errors import BookingError
from holdfast.payments.gateways.protocol import CONNECT_SECONDS, LONGEST_CALL_SECONDS, READ_SECONDS, GatewayPayment
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.simulation.bucket import SimulatedBucket
from tests.simulation.calendars import Calendars
from tests.simulation.checks import audit_instants, check_at_an_instant
from tests.simulation.drafts import Drafts
from tests.simulation.dynamodb import StandIn
from tests.simulation.expressions import Item
from tests.simulation.faults import Fault, Faults
from tests.simulation.galleries import finish
from tests.simulation.gallery import GallerySeen
from tests.simulation.gateway import SIGNATURE, SimulatedGateway
from tests.simulation.guests import Guests
from tests.simulation.handlers import (
    DUE_SHARDS,
    TABLE,
    Lines,
    SimulatedContext,
    request,
    routes,
    timeout_seconds,
)
from tests.simulation.hotel import (
    POISON,
    POISON_KEY,
    catalog_of_the_hotel,
    indexes,
    opening,
    waits_for_a_person,
)
from tests.simulation.invariants import BrokenPromise, Invariants
from tests.simulation.nights import Nights
from tests.simulation.owners import opening_rates
from tests.simulation.pages import split
from tests.simulation.plan import Operation, Plan
from tests.simulation.published import Published
from tests.simulation.registered import begin
from tests.simulation.rooms_on_sale import RoomsOnSale
from tests.simulation.rounds import is_idle
from tests.simulation.scheduler import MILLISECOND, SECOND, START, Invocation, Jitter, Killed, Scheduler
from tests.simulation.striped import Shortages

CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS  # of Stripe
REST_ROUNDS = 80  # of sweep and settle, after which what still waits never comes to rest


@dataclass
class World:
    plan: Plan
    kept_faults: frozenset[str] | None = None
    forced: dict[str, Fault] | None = None
    clock: Scheduler = field(default_factory=Scheduler)
    lines: Lines = field(default_factory=Lines)
    broken: list[str] = field(default_factory=list)
    sent: int = 0
    ending: bool = False

    def __post_init__(self) -> None:
        plan = self.plan
        self.faults = Faults(self.clock, plan.fault_rate, self.kept_faults, self.forced)
        self.faults.slow_index = plan.slow_index
        self.faults.seed_index(plan.seed)
        self.table = StandIn(TABLE, indexes(), self.faults)
        self.table.load(opening(plan.currency))
        self.invariants = Invariants(self.clock, self.faults)
        self.invariants.watch(self.table.items)
        self.table.on_commit.append(self.invariants.check)
        self.table.load(opening_rates(self.table.items, dict(plan.offers)))
        self.bucket = SimulatedBucket(self.faults)
        if plan.hotel:
            begin(plan.hotel, self.table, self.bucket.stored)
        elif plan.owned or plan.raised:
            self.table.load(catalog_of_the_hotel())
        self.table.load(list(split(self.table.items, plan.stripes, plan.seed)))
        self.invariants.watch(self.table.items)
        self.calendars = Calendars(self.clock, self.table, dict(plan.offers), owned=plan.owned)
        self.nights = Nights(self.table, watching=plan.owned)
        reviewed = plan.hotel is not None
        self.drafts = Drafts(self.table, watching=reviewed)
        self.published = Published(self.clock, self.table, self.drafts, watching=reviewed)
        self.rooms = RoomsOnSale(self.table, watching=reviewed)
        self.gallery = GallerySeen(self.table, self.bucket.stored, plan.hotel)
        self.shortages = Shortages(self.table, self.invariants, watching=plan.raised or bool(plan.stripes))
        self.guests = Guests(self)
        self.jitter = Jitter(self.clock)
        self.gateways = dict[str, Any](
            stripe=SimulatedGateway("stripe", True, self.faults, CALL_SECONDS, self._webhook),
            razorpay=SimulatedGateway("razorpay", False, self.faults, LONGEST_CALL_SECONDS, self._webhook),
        )
        self._ids = 0
        self.foreign: dict[tuple[str, str], GatewayPayment] = {}  # as others left them, by gateway and order
        self.deletions: list[Item] = []  # by TTL, of holds whose rooms are on their way back
        self.prices: list[tuple[int, str, int]] = []  # when the hotel asked which price for which room type
        client: Any = self.table
        table = Table(client, TABLE, patience_seconds=10**9, monotonic=self.clock.monotonic, sleep=self.clock.pause)
        self.store = Store(table, due_shards=DUE_SHARDS, new_id=self._new_id)
        self.modules: dict[str, ModuleType] = {}
        self._rounds: set[str] = set()  # what has gone round once

    # The plan

    def play(self) -> None:
        """Every operation at its time, with sweeps, settles and webhooks at the same time."""
        plan = self.plan
        if plan.poisoned:
            shard = {"due_shard": {"S": f"HOLD#{plan.seed % DUE_SHARDS}"}}
            self.table.change({POISON_KEY: POISON | shard})
        for operation in plan.operations:
            self._begin(operation)
        for name, every, times in (
            ("expire", plan.sweep_seconds, plan.sweeps_at_once),
            ("settle", plan.settle_seconds, 1),
        ):
            rng = Random(f"{plan.seed} {name}")
            at = rng.randrange(60) * SECOND
            while every and at < plan.end_seconds * SECOND:
                for n in range(times):
                    late = rng.randrange(2_000) * MILLISECOND
                    self._scheduled(name, at + late, f"{name}{at // SECOND}.{n}")
                at += every * SECOND
        for at_us in audit_instants(plan):
            self.clock.at(at_us, partial(check_at_an_instant, self))
        if plan.is_well_swept:
            for at_us in range(0, plan.end_seconds * SECOND, 30 * SECOND):
                self.clock.at(at_us, self.invariants.check_swept)
        self.clock.run(plan.end_seconds * SECOND)

    def _begin(self, operation: Operation) -> None:
        def work() -> None:
            self.faults.note("operation", str(operation))
            self.guests.act(operation)

        self.clock.spawn(operation.at_ms * MILLISECOND, work)

    def _scheduled(self, name: str, at_us: int, called: str) -> None:
        def work() -> None:
            if name in self._rounds and is_idle(name, self.table, self.invariants.now_ms):
                return  # would read, and do nothing: the first one of each world does
            self._rounds.add(name)
            self._invoked(name, called, {"source": "aws.events"})

        self.clock.spawn(at_us, work)

    def come_to_rest(self) -> None:
        """No faults any more; sweeps and settles run, until nothing is due and nobody waits."""
        self.faults.rate = 0.0
        self.faults.slow_index = False
        self.ending = True
        for number in range(REST_ROUNDS):
            self.clock.run()
            if number > 1 and not self._waiting():
                self.guests.look_again()
                if self.plan.hotel:
                    finish(self.guests)
                self.clock.run()
                return
            due_us = min(self._waiting(), default=0)
            at_us = max(self.clock.now_us + 60 * SECOND, due_us)
            self._scheduled("expire", at_us, f"rest{number}.expire")
            self._scheduled("settle", at_us + 5 * SECOND, f"rest{number}.settle")
            for pk, shard in self._due_rows():
                if shard.startswith("STUCK#") and pk.startswith("BOOKING#"):
                    self.faults.cover("an operator settles what is stuck")
                    self.clock.spawn(at_us + 30 * SECOND, partial(self._operator, pk, number))
        raise BrokenPromise(f"LIVE1 still due after {REST_ROUNDS} rounds: {self._due_rows()}")

    def _operator(self, pk: str, number: int) -> None:
        route, path = "POST /admin/bookings/{booking_id}/settle", {"booking_id": pk.removeprefix("BOOKING#")}
        self.http(f"operator{number}", route, {"reason": "Stuck"}, user="root", admin=True, path=path)

    def _due_rows(self) -> list[tuple[str, str]]:
        rows = (
            (key[0], item["due_shard"]["S"]) for key, item in sorted(self.table.items.items()) if "due_shard" in item
        )
        return [(pk, shard) for pk, shard in rows if pk != POISON_KEY[0] and not waits_for_a_person(pk)]

    def _waiting(self) -> list[int]:
        """When each thing that is still due is to be tried."""
        start_ms = int(START.timestamp() * 1000)
        items = (item for key, item in self.table.items.items() if key != POISON_KEY and not waits_for_a_person(key[0]))
        tasks = [int(item["due_at"]["N"]) - start_ms for item in items if "due_shard" in item]
        return [at_ms * MILLISECOND for at_ms in tasks] + [self.clock.now_us for _ in self.deletions]

    # Invocations

    def http(
        self,
        called: str,
        route: str,
        body: Any = None,
        *,
        user: str = "",
        admin: bool = False,
        key: str = "none",
        path: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """What API Gateway answers, or None when the function did not live to say it."""
        sent: dict[str, Any] = {"key": key, "path": path or {}, "headers": headers or {}, "query": query}
        event = request(route, body, user=user, admin=admin, **sent)
        return self._invoked(routes()[route], called, event)

    def _invoked(self, name: str, called: str, event: dict[str, Any]) -> dict[str, Any] | None:
        """Runs one invocation in the task that asks for it, with its own clock and its own share of chance."""
        rng = Random(f"{self.plan.seed} {called}")
        skew_us = rng.randrange(-2 * SECOND, 2 * SECOND) if self.plan.skewed and not self.ending else 0
        deadline_us = self.clock.now_us + timeout_seconds(name) * SECOND
        process = Invocation(called, rng, deadline_us, skew_us, decides_nothing=name == "catalog")
        task = self.clock.task()
        assert task.invocation is None
        task.invocation = process
        context = SimulatedContext(self.clock, deadline_us)
        try:
            answer: dict[str, Any] = self.modules[name].lambda_handler(event, context)
        except Killed:
            self.faults.cover(f"killed by {process.dead}")
            self.faults.note("killed", process.dead)
            return None
        except BookingError as refusal:
            if "routeKey" in event:
                raise
            self.faults.note("failed", refusal.code)  # the next minute is the retry
            return None
        except Exception:  # noqa: BLE001 - whatever it is, the handler crashed
            self.broken.append(f"CRASH {name}: {traceback.format_exc(limit=-3)}")
            self.faults.note("crashed")
            return None
        finally:
            task.invocation = None
        if process.confirmed and 400 <= answer.get("statusCode", 200) < 500:
            code = json.loads(answer["body"])["code"]
            undone = code == "payment_declined" and all(map(self._undone, process.confirmed))
            overtaken = code == "not_payable" and self._forgot(process) and all(map(self._cancelled, process.confirmed))
            arrived = code == "already_paid" and event["routeKey"].endswith("/payment")  # another order had been paid
            if not (undone or overtaken or arrived):
                self.broken.append(f"ANS2 {process.confirmed}: done, and answered {answer['statusCode']} {code}")
        return answer

    def _forgot(self, process: Invocation) -> bool:
        """Whether it asked again with a token that is forgotten: it sees what others have made of its work since."""
        drawn = self.faults.drawn.items()
        return any(fault is Fault.FORGOTTEN and name.startswith(f"{process.name}/") for name, fault in drawn)

    def _undone(self, booking_id: str) -> bool:
        """Whether the booking is cancelled again, with nothing kept of its order; settle refunds older ones."""
        item = self.table.items[f"BOOKING#{booking_id}", "BOOKING"]
        own = item.get("payment", {}).get("M")
        order = own and self.gateways[own["gateway"]["S"]].orders[own["order_id"]["S"]]
        return self._cancelled(booking_id) and (not order or order.captured <= order.refunded)

    def _cancelled(self, booking_id: str) -> bool:
        return bool(self.table.items[f"BOOKING#{booking_id}", "BOOKING"]["status"]["S"] == "cancelled")

    def _webhook(self, gateway: str, order_id: str) -> None:
        """An event of an order, some time later, perhaps twice, until it is accepted."""
        self.sent += 1
        number, rng = self.sent, Random(f"{self.plan.seed} webhook {self.sent}")
        longest = 1_200 if self.plan.late_webhooks and not self.ending and rng.random() < 0.4 else 3
        for copy in range(2 if rng.random() < 0.15 else 1):
            delay_us = rng.randrange(50 * MILLISECOND, longest * SECOND)

            def deliver(name: str = f"hook{number}.{copy}", tries: int = 8) -> None:
                route, body = "POST /webhooks/{gateway}", {"order_id": order_id}
                for attempt in range(tries):
                    headers, path = {"x-signature": SIGNATURE}, {"gateway": gateway}
                    answer = self.http(f"{name}.{attempt}", route, body, path=path, headers=headers)
                    if answer and answer["statusCode"] == 200:
                        return
                    self.faults.cover("a webhook sent again")
                    self.clock.sleep(60 * SECOND if self.ending else (10 + 60 * attempt) * SECOND)
                deliver(f"{name}+", tries=REST_ROUNDS)

            self.clock.spawn(self.clock.now_us + delay_us, deliver)

    def _new_id(self) -> str:
        self._ids += 1
        return f"w{self._ids:06d}"
