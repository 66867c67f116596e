"""The kinds of days that a hotel has, each drawn from a seed: what tends to break one promise or another."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.simulation.corners import (
    batches,
    holds_at_the_cap,
    late_payers,
    reclaims,
    restarts,
    stalled_captures,
    topups,
)
from tests.simulation.desk import days_at_the_desk
from tests.simulation.hoteliers import days_of_hoteliers
from tests.simulation.outside import outside_days
from tests.simulation.owners_days import days_of_owners
from tests.simulation.plan import GATEWAYS, STAYS, USERS, Draft, Plan
from tests.simulation.reviews_days import days_of_pictures, days_of_reviews
from tests.simulation.reviving import second_chances
from tests.simulation.striped import days_of_stripes, with_stripes
from tests.simulation.units import CURRENCIES


def _mixed(draft: Draft) -> None:
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


def _topup(draft: Draft) -> None:
    rng, at_ms = draft.rng, draft.rng.randrange(100_000)
    facts = {"user": rng.choice(USERS), "amount": 250_000, "gateway": rng.choice(GATEWAYS), "number": rng.randrange(2)}
    draft.add(at_ms, "topup", **facts)
    if rng.random() < 0.8:
        draft.add(at_ms + 5_000, "authorise_topup", **facts)
    if rng.random() < 0.3:
        draft.add(at_ms + 5_000 + rng.randrange(200), "lapse_topup", **facts)
    if rng.random() < 0.7:
        draft.add(at_ms + rng.choice((5_020, 9_000)), "finalize_topup", **facts)


def _burst(draft: Draft) -> None:
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


def _edge(draft: Draft) -> None:
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


def _pay(draft: Draft) -> None:
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


def _cancel(draft: Draft) -> None:
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


def _prices(draft: Draft) -> None:
    """The hotel changes its prices while guests hold, pay and come back."""
    rng = draft.rng
    _mixed(draft)
    for _ in range(6):
        room_type, price = rng.choice(("deluxe", "suite")), rng.choice((100_000, 900_000))
        draft.add(rng.randrange(600_000), "price", room_type=room_type, price=price)


def _poison(draft: Draft) -> None:
    """An item that nobody can read lies among the due ones."""
    draft.plan.poisoned = True
    _mixed(draft)


def _lagging(draft: Draft) -> None:
    draft.plan.sweep_seconds = draft.rng.choice((150, 300))
    draft.plan.settle_seconds = 180
    draft.plan.slow_index = True
    _mixed(draft)
    _fully_booked(draft)


def _absent(draft: Draft) -> None:
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


def _doubled(draft: Draft) -> None:
    draft.plan.sweeps_at_once = 2
    draft.plan.slow_index = draft.rng.random() < 0.5
    draft.rng.choice((_mixed, _edge, _pay))(draft)


def _fully_booked(draft: Draft) -> None:
    """Holds that nobody pays, and buyers who come once they are due."""
    for _ in range(3):
        draft.reserve(draft.rng.randrange(5_000), room_type="suite", check_in="2026-11-30", nights=2, rooms=1)
    for _ in range(2):
        at_ms = 610_000 + draft.rng.randrange(100_000)
        draft.reserve(at_ms, room_type="suite", check_in="2026-11-30", nights=2, rooms=2)


def _currencies(draft: Draft) -> None:
    """A hotel that sells in another currency, wallets in that one or in rupees, and rests too small to charge."""
    rng, plan = draft.rng, draft.plan
    plan.currency = rng.choice(CURRENCIES)
    plan.wallet_currency = rng.choice((plan.currency, plan.currency, "INR"))
    _mixed(draft)
    for _ in range(3):
        at_ms = rng.randrange(2_000, 100_000)
        ref = draft.reserve(at_ms, room_type="deluxe", check_in="2026-11-23", nights=1, rooms=1)
        rest = rng.choice((1, 5, 49, 99, 150))
        total = 52_500 if plan.currency == "INR" else 55_003
        gateway = rng.choice(GATEWAYS)
        draft.add(at_ms + 5_000, "start", ref=ref, gateway=gateway, promo=None, wallet=total - rest)
        draft.add(at_ms + 9_000, "authorise", ref=ref, newest=True)
        draft.add(at_ms + 12_000, "finalize", ref=ref, mode="wallet_partial", promo=None)


def _old(draft: Draft) -> None:
    """Hours later: orders of lapsed holds and of earlier choices are paid, while the hotel has changed its prices."""
    rng, plan = draft.rng, draft.plan
    plan.sweep_seconds = plan.settle_seconds = 900
    plan.end_seconds = 30_000
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        for n in range(rng.randrange(1, 4)):  # to and fro between the gateways
            wallet = rng.choice((0, 0, 20_000))
            draft.add(
                at_ms + 3_000 * (n + 1), "start", ref=ref, gateway=rng.choice(GATEWAYS), promo=None, wallet=wallet
            )
        for _ in range(rng.randrange(1, 3)):
            paid_ms = rng.choice((at_ms + 20_000, rng.randrange(600_000, 1_600_000), rng.randrange(25_000_000)))
            draft.add(paid_ms, "authorise", ref=ref, newest=rng.random() < 0.5)
    for _ in range(4):
        room_type, price = rng.choice(("deluxe", "suite")), rng.choice((40_000, 100_000, 900_000))
        draft.add(rng.randrange(20_000_000), "price", room_type=room_type, price=price)


PROFILES: dict[str, Callable[[Draft], None]] = {
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
    "desk": days_at_the_desk,
    "currencies": _currencies,
    "old": _old,
    "outside": outside_days,
    "holds": holds_at_the_cap,
    "reclaims": reclaims,
    "batches": batches,
    "stripes": days_of_stripes,
    "late": late_payers,
    "restarts": restarts,
    "stalled": stalled_captures,
    "topups": topups,
    "revive": second_chances,
    "rates": days_of_owners,
    "owners": days_of_hoteliers,
    "reviews": days_of_reviews,
    "pictures": days_of_pictures,
}


def drawn(seed: int, profile: str | None = None) -> Plan:
    """The plan of a seed; its profile too comes from the seed when none is named."""
    names = list(PROFILES)
    name = profile or names[seed % len(names)]
    rng = Random(f"{name} {seed}")
    plan = Plan(seed, name)
    plan.fault_rate = rng.choice((0.0, 0.01, 0.05, 0.1, 0.2))
    plan.slow_index = rng.random() < 0.3
    plan.skewed = rng.random() < 0.7
    plan.late_webhooks = rng.random() < 0.3
    draft = Draft(plan, rng)
    PROFILES[name](draft)
    if not plan.raised:
        with_stripes(plan, draft)
    plan.operations.sort(key=lambda op: (op.at_ms, op.number))
    return plan
