"""What a seed asks of the world: who does what when, and how the world treats them. Drawn once, before anything runs.

Operations refer to each other by the number of the reservation they are about, so any of them can be left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from tests.simulation.offers import Offer

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
        facts = " ".join(f"{name}={value}" for name, value in self.facts.items() if value is not None and value != 0)
        return f"#{self.number} {self.at_ms / 1000:.3f} s {self.kind} {facts}"


class FirstPicture(NamedTuple):
    """A picture that the owner has as the day begins; one that is not ready was asked for so long ago."""

    image_id: str
    ready: bool
    age_ms: int
    room_type: str | None = None
    uploaded: bool = False


@dataclass(frozen=True)
class Registered:
    """How the hotel stands as the day begins."""

    approved: bool = True  # revision 1 is public; otherwise it waits for an admin
    bare: bool = False  # whether December was written before months said their default of rooms
    pictures: tuple[FirstPicture, ...] = ()

    @property
    def ready(self) -> list[FirstPicture]:
        return [picture for picture in self.pictures if picture.ready]


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
    currency: str = "INR"
    wallet_currency: str = "INR"
    owned: bool = False  # whether owners run the calendars themselves, by their routes
    hotel: Registered | None = None  # how the hotel stands, where owners and admins go by its draft and revisions
    stripes: dict[str, int] = field(default_factory=dict)  # of each month, where there are more than one
    raised: bool = False  # whether an operator gives months more of them
    offers: tuple[tuple[tuple[str, str], Offer], ...] = ()  # of each room type and month, where owners change them

    @property
    def is_well_swept(self) -> bool:
        """Whether every hold is to be gone a minute and a half after its deadline."""
        return self.fault_rate == 0 and 0 < self.sweep_seconds <= 60 and not self.slow_index


class Draft:
    """A plan in the making: what guests tend to do, with its variations."""

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
            if rng.random() < 0.04:
                self.add(at_ms - rng.randrange(900), "authorise_short", ref=ref)
            if rng.random() < 0.06 and ref > 1:
                self.add(at_ms + rng.randrange(9_000), "misuse", ref=ref, of=rng.randrange(1, ref))
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
                number = len(self.plan.operations)
                facts = {"user": user, "amount": self.rng.choice((300_000, 2_000_000)), "number": number}
                if self.plan.wallet_currency != "INR":
                    facts["currency"] = self.plan.wallet_currency
                self.add(self.rng.randrange(1_000), "credit", **facts)
                if self.rng.random() < 0.15:
                    self.add(self.rng.randrange(2_000), "credit", **facts)  # the same key again
