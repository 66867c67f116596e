"""What a seed asks of the world: who does what when, and how the world treats them. Drawn once, before anything runs.

Operations refer to each other by the number of the reservation they are about, so any of them can be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

HOLD_SECONDS = 600
USERS = ("alice", "bob", "carol")
GATEWAYS = ("stripe", "razorpay")
STAYS = (  # check-in and nights: refunds of 0, 50 and 100 %, one across two months
    ("2026-11-23", 1),
    ("2026-11-25", 2),
    ("2026-11-29", 1),
    ("2026-11-30", 2),
    ("2026-12-01", 3),
)


@dataclass(frozen=True)
class Operation:
    number: int
    at_ms: int
    kind: str
    facts: dict[str, Any]

    def __str__(self) -> str:
        told = " ".join(f"{name}={value}" for name, value in self.facts.items() if value not in {None, 0})
        return f"#{self.number} {self.at_ms / 1000:.3f} s {self.kind} {told}"


@dataclass
class Plan:
    seed: int
    profile: str
    operations: list[Operation] = field(default_factory=list)
    fault_rate: float = 0.0
    sweep_seconds: int = 60  # 0: the sweep never runs
    sweeps_at_once: int = 1
    settle_seconds: int = 60
    slow_index: bool = False
    skewed: bool = True
    late_webhooks: bool = False
    end_seconds: int = 1260
    poisoned: bool = False


class _Draft:
    def __init__(self, plan: Plan, rng: Random) -> None:
        self.plan = plan
        self.rng = rng
        self.refs = 0

    def add(self, at_ms: int, kind: str, **facts: Any) -> None:
        number = len(self.plan.operations) + 1
        self.plan.operations.append(Operation(number, at_ms, kind, facts))

    def reserve(self, at_ms: int, **changes: Any) -> int:
        self.refs += 1
        check_in, nights = self.rng.choice(STAYS)
        facts = {
            "ref": self.refs,
            "user": self.rng.choice(USERS),
            "room_type": self.rng.choice(("deluxe", "suite")),
            "check_in": check_in,
            "nights": nights,
            "rooms": self.rng.choice((1, 1, 2)),
        }
        self.add(at_ms, "reserve", **(facts | changes))
        if self.rng.random() < 0.08:
            self.add(at_ms + self.rng.randrange(3_000), "reserve", **(facts | changes))  # the same key again
        return self.refs

    def pay(
        self,
        ref: int,
        at_ms: int,
        mode: str | None = None,
        *,
        finalize_ms: int | None = None,
        promos: tuple[str | None, ...] = (None, None, "TENOFF", "FLAT"),
    ) -> int:
        """A guest pays, in one of the ways, and gives when that was tried."""
        rng = self.rng
        mode = mode or rng.choice(("wallet_only", "wallet_partial", "gateway_only", "gateway_only", "admin"))
        if mode in {"wallet_partial", "gateway_only"}:
            promo = rng.choice(promos)
            wallet = rng.choice((10_000, 50_000)) if mode == "wallet_partial" else 0
            start = {"ref": ref, "gateway": rng.choice(GATEWAYS), "promo": promo, "wallet": wallet}
            self.add(at_ms, "start", **start)
            if rng.random() < 0.25:
                at_ms += rng.randrange(10_000)
                self.add(
                    at_ms, "start", **(start | {"gateway": rng.choice(GATEWAYS), "wallet": rng.choice((0, 20_000))})
                )
            if rng.random() < 0.15:
                self.add(at_ms + rng.randrange(5_000), "decline", ref=ref)
            at_ms += rng.randrange(1_000, 20_000)
            self.add(at_ms, "authorise", ref=ref, newest=rng.random() < 0.85)
            if rng.random() < 0.12:
                self.add(at_ms + rng.randrange(60_000), "authorise", ref=ref, newest=False)
            if rng.random() < 0.06:
                self.add(at_ms + rng.randrange(90_000), "lapse", ref=ref)
        at_ms = finalize_ms if finalize_ms is not None else at_ms + rng.randrange(5_000)
        if rng.random() < 0.85:
            self.add(at_ms, "finalize", ref=ref, mode=mode, promo=rng.choice((None, None, None, "TENOFF")))
        if rng.random() < 0.25:
            other = rng.choice((mode, mode, "wallet_only", "admin"))
            self.add(at_ms + rng.choice((0, 1, 2_000, 30_000)), "finalize", ref=ref, mode=other, promo=None)
        return at_ms

    def cancel(self, ref: int, at_ms: int) -> None:
        self.add(at_ms, "cancel", ref=ref)
        if self.rng.random() < 0.2:
            self.add(at_ms + self.rng.choice((0, 500)), "cancel", ref=ref)

    def wallets(self) -> None:
        for user in USERS:
            if self.rng.random() < 0.8:
                self.add(self.rng.randrange(1_000), "credit", user=user, amount=self.rng.choice((300_000, 2_000_000)))


def _mixed(draft: _Draft) -> None:
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(4, 8)):
        at_ms = rng.randrange(2_000, 600_000)
        ref = draft.reserve(at_ms)
        if rng.random() < 0.75:
            at_ms = draft.pay(ref, at_ms + rng.randrange(60_000))
        if rng.random() < 0.35:
            draft.cancel(ref, at_ms + rng.randrange(200_000))
        if rng.random() < 0.1:
            draft.add(at_ms + rng.randrange(60_000), "settle", ref=ref)
        if rng.random() < 0.2:
            draft.add(at_ms + rng.randrange(60_000), "look", ref=ref)
    if rng.random() < 0.4:
        _topup(draft)


def _topup(draft: _Draft) -> None:
    rng, at_ms = draft.rng, draft.rng.randrange(100_000)
    facts = {"user": rng.choice(USERS), "amount": 250_000, "gateway": rng.choice(GATEWAYS), "number": rng.randrange(2)}
    draft.add(at_ms, "topup", **facts)
    if rng.random() < 0.8:
        draft.add(at_ms + 5_000, "authorise_topup", **facts)
    if rng.random() < 0.7:
        draft.add(at_ms + 9_000, "finalize_topup", **facts)


def _burst(draft: _Draft) -> None:
    """Everybody wants the last rooms in the same moment; many pay, cancel and are swept in the same moments too."""
    rng = draft.rng
    draft.wallets()
    if rng.random() < 0.3:  # or one guest wants everything
        for check_in, nights in (*STAYS, *STAYS[:3]):
            at_ms = 2_000 + rng.randrange(40)
            ref = draft.reserve(at_ms, user="alice", room_type="deluxe", check_in=check_in, nights=nights, rooms=1)
            if rng.random() < 0.7:
                draft.add(30_000 + rng.randrange(15), "finalize", ref=ref, mode="wallet_only", promo=None)
    check_in, nights = rng.choice(STAYS)
    refs = [
        draft.reserve(2_000 + rng.randrange(30), room_type="suite", check_in=check_in, nights=nights, rooms=1)
        for _ in range(rng.randrange(6, 11))
    ]
    promos = rng.choice(((None,), ("TENOFF",), ("TENOFF", "FLAT")))
    for ref in refs:
        if rng.random() < 0.6:
            draft.pay(ref, 20_000 + rng.randrange(20), finalize_ms=60_000 + rng.randrange(20), promos=promos)
        if rng.random() < 0.2:
            draft.cancel(ref, 60_000 + rng.randrange(30))
    for _ in range(4):  # as the deadline of the first ones passes
        draft.reserve(602_000 + rng.randrange(1_500), room_type="suite", check_in=check_in, nights=nights, rooms=1)


def _edge(draft: _Draft) -> None:
    """Finalize, cancel, sweep and other buyers all around the deadline."""
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        begun_ms = 2_000 + rng.randrange(3_000)
        ref = draft.reserve(begun_ms)
        edge_ms = begun_ms + rng.choice((590_000, 599_000, 599_900, 600_000, 600_100, 601_000)) + rng.randrange(200)
        draft.pay(ref, begun_ms + rng.randrange(500_000, 560_000), finalize_ms=edge_ms)
        if rng.random() < 0.3:
            draft.add(edge_ms - rng.randrange(3_000), "authorise", ref=ref, newest=True)
        if rng.random() < 0.3:
            draft.cancel(ref, begun_ms + 600_000 + rng.randrange(-2_000, 1_000))
        if rng.random() < 0.4:
            draft.add(
                begun_ms + rng.randrange(598_000, 602_000), "start", ref=ref, gateway="stripe", promo=None, wallet=0
            )
    for _ in range(3):
        draft.reserve(600_000 + rng.randrange(8_000))


def _pay(draft: _Draft) -> None:
    """Cards above all: restarted, declined, paid twice, paid late, given back."""
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        mode = rng.choice(("wallet_partial", "gateway_only"))
        late = rng.random() < 0.35
        paid_ms = draft.pay(ref, at_ms + rng.randrange(540_000 if late else 60_000), mode)
        if late:
            draft.add(paid_ms + rng.randrange(900_000), "authorise", ref=ref, newest=True)
            draft.add(paid_ms + rng.randrange(900_000), "finalize", ref=ref, mode=mode, promo=None)
        if rng.random() < 0.4:
            draft.cancel(ref, paid_ms + rng.randrange(4_000))
        if rng.random() < 0.2:
            draft.add(paid_ms + rng.randrange(30_000), "fail_refund", ref=ref)
        if rng.random() < 0.15:
            draft.add(paid_ms + rng.randrange(60_000), "settle", ref=ref)
    _topup(draft)


def _cancel(draft: _Draft) -> None:
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        paid_ms = draft.pay(ref, at_ms + rng.randrange(10_000)) if rng.random() < 0.8 else at_ms
        for _ in range(rng.choice((1, 1, 2))):
            draft.cancel(ref, paid_ms + rng.choice((0, 20, 3_000, 200_000)) + rng.randrange(500))
        if rng.random() < 0.3:
            draft.add(paid_ms + rng.randrange(300_000), "fail_refund", ref=ref)
        draft.reserve(paid_ms + rng.randrange(5_000))


def _prices(draft: _Draft) -> None:
    """The hotel changes its prices while guests hold, pay and come back."""
    rng = draft.rng
    _mixed(draft)
    for _ in range(6):
        room_type, price = rng.choice(("deluxe", "suite")), rng.choice((100_000, 900_000))
        draft.add(rng.randrange(600_000), "price", room_type=room_type, price=price)


def _poison(draft: _Draft) -> None:
    """An item that nobody can read lies among the due ones."""
    draft.plan.poisoned = True
    _mixed(draft)


def _lagging(draft: _Draft) -> None:
    draft.plan.sweep_seconds = draft.rng.choice((150, 300))
    draft.plan.settle_seconds = 180
    draft.plan.slow_index = True
    _mixed(draft)
    _fully_booked(draft)


def _absent(draft: _Draft) -> None:
    """No sweep for hours: buyers take what is due themselves, and in the end TTL deletes the holds."""
    rng = draft.rng
    draft.plan.sweep_seconds = 0
    draft.plan.settle_seconds = 600
    draft.plan.end_seconds = 14_400
    _mixed(draft)
    _fully_booked(draft)
    for _ in range(6):
        draft.add(rng.randrange(4_000_000, 14_000_000), "ttl")
    again = [op for op in draft.plan.operations if op.kind == "reserve"]
    for op in rng.sample(again, min(3, len(again))):
        draft.add(rng.randrange(4_200_000, 14_000_000), "reserve", **op.facts)  # an old key, perhaps of a deleted hold
    for op in rng.sample(again, min(2, len(again))):
        draft.add(rng.randrange(3_000_000, 14_000_000), "authorise", ref=op.facts["ref"], newest=True)


def _doubled(draft: _Draft) -> None:
    draft.plan.sweeps_at_once = 2
    draft.plan.slow_index = draft.rng.random() < 0.5
    draft.rng.choice((_mixed, _edge, _pay))(draft)


def _fully_booked(draft: _Draft) -> None:
    """Holds that nobody pays, and buyers who come once they are due."""
    for _ in range(3):
        draft.reserve(draft.rng.randrange(5_000), room_type="suite", check_in="2026-11-30", nights=2, rooms=1)
    for _ in range(2):
        at_ms = 610_000 + draft.rng.randrange(100_000)
        draft.reserve(at_ms, room_type="suite", check_in="2026-11-30", nights=2, rooms=2)


PROFILES: dict[str, Callable[[_Draft], None]] = {
    "mixed": _mixed,
    "burst": _burst,
    "edge": _edge,
    "pay": _pay,
    "cancel": _cancel,
    "prices": _prices,
    "poison": _poison,
    "lagging": _lagging,
    "absent": _absent,
    "doubled": _doubled,
}


def drawn(seed: int, profile: str | None = None) -> Plan:
    """The plan of a seed; its profile too comes from the seed when none is named."""
    names = list(PROFILES)
    name = profile or names[seed % len(names)]
    rng = Random(f"{name} {seed}")
    plan = Plan(seed, name)
    plan.fault_rate = rng.choice((0.0, 0.01, 0.02, 0.05, 0.1))
    plan.slow_index = rng.random() < 0.3
    plan.skewed = rng.random() < 0.7
    plan.late_webhooks = rng.random() < 0.3
    PROFILES[name](_Draft(plan, rng))
    plan.operations.sort(key=lambda op: (op.at_ms, op.number))
    return plan
