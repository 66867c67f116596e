"""Days on which owners change prices, rules, plans and occupancy, while guests ask for stays by them."""

from __future__ import annotations

from random import Random
from typing import Any

from tests.simulation.offers import MOST_GUESTS, Asked, Change, Night, Offer, PlanOffer, Rooming, is_on_sale, offer_of
from tests.simulation.plan import GATEWAYS, USERS, Draft

MONTHS = {"2026-11": range(23, 31), "2026-12": range(1, 7)}  # with the days that guests ask for
BASE = {"deluxe": 50_000, "suite": 90_000}
PLAN_IDS = ("room", "breakfast", "saver", "flex")


def days_of_owners(draft: Draft) -> None:
    rng = draft.rng
    base = {room_type: rng.choice((price, price, 700_003, 745_000)) for room_type, price in BASE.items()}
    plans, rooming = {of: _plans(rng, 0.8) for of in BASE}, {of: _rooming(rng) for of in BASE}
    later = {of: _plans(rng, 0.8) if rng.random() < 0.25 else plans[of] for of in BASE}  # changed in one month so far
    draft.plan.offers = tuple(
        ((of, month), Offer(base[of], _prices(rng, month, base[of]), _rules(rng, month, 0.2), on_sale[of], rooming[of]))
        for of in BASE
        for month, on_sale in zip(MONTHS, (plans, later), strict=True)
    )
    draft.wallets()
    late = rng.random() < 0.4
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = _shop(draft, at_ms)
        if late:
            _late(draft, ref, at_ms, base)
        elif rng.random() < 0.8:
            at_ms = draft.pay(ref, at_ms + 5_000 + rng.randrange(60_000))
            if rng.random() < 0.3:
                draft.cancel(ref, at_ms + rng.randrange(100_000))
        if rng.random() < 0.6:
            _change(draft, max(0, at_ms + rng.randrange(-3, 30)), base)  # in the middle of it
    for _ in range(rng.randrange(2, 5)):
        _change(draft, rng.randrange(90_000), base)


def _shop(draft: Draft, at_ms: int) -> int:
    rng = draft.rng
    draft.refs += 1
    facts: dict[str, Any] = {"ref": draft.refs, "user": rng.choice(USERS), "asked": _suitable(draft)}
    draft.add(at_ms, "shop", **facts)
    if rng.random() < 0.08:
        draft.add(at_ms + rng.randrange(3_000), "shop", **facts)  # the same key again
    if rng.random() < 0.6:
        about = facts["asked"].room_type
        moment = rng.choice((rng.randrange(10), rng.randrange(-3, 40)))  # after the guest's request began
        _change(draft, max(0, at_ms + moment), {about: BASE[about]})
    return draft.refs


def _suitable(draft: Draft) -> Asked:
    """Mostly a stay that the rooms take, by a plan that is on sale as the day begins."""
    offers = dict(draft.plan.offers)
    drawn = [_asked(draft.rng) for _ in range(4)]
    return next((asked for asked in drawn if is_on_sale(asked, offer_of(offers, asked.room_type))), drawn[0])


def _asked(rng: Random) -> Asked:
    room_type, rooms = rng.choice(tuple(BASE)), rng.choice((1, 1, 1, 2))
    day = rng.choice((*range(23, 31), 29, 30, 30))
    check_in = f"2026-11-{day}" if rng.random() < 0.75 else f"2026-12-0{rng.randrange(1, 5)}"
    most = MOST_GUESTS[room_type]
    parties: list[tuple[int, tuple[int, ...]]] = []
    for _ in range(rooms if rng.random() < 0.6 else 0):
        adults = rng.randrange(1, most + 1)
        parties.append((adults, tuple(rng.randrange(18) for _ in range(rng.randrange(most + 1 - adults)))))
    guests = sum(adults + len(children) for adults, children in parties) or rng.randrange(1, rooms * most + 1)
    plan_id = rng.choice((None, None, *PLAN_IDS[:3]))
    return Asked(room_type, check_in, rng.choice((1, 1, 2, 2, 3)), rooms, guests, plan_id, tuple(parties))


def _late(draft: Draft, ref: int, at_ms: int, base: dict[str, int]) -> None:
    """Pays long after the deadline, when it may cost something else."""
    rng = draft.rng
    draft.plan.end_seconds = 3_000
    draft.plan.sweep_seconds = draft.plan.settle_seconds = 300
    start = {"ref": ref, "gateway": rng.choice(GATEWAYS), "promo": None, "wallet": 0}
    draft.add(at_ms + 4_000 + rng.randrange(20_000), "start", **start)
    paid_ms = at_ms + rng.choice((610_000, 1_700_000, 1_900_000, 2_500_000)) + rng.randrange(30_000)
    _change(draft, rng.randrange(at_ms + 100_000, paid_ms), base)
    draft.add(paid_ms, "authorise", ref=ref, newest=True)


def _change(draft: Draft, at_ms: int, base: dict[str, int]) -> None:
    rng = draft.rng
    room_type, month = rng.choice(tuple(base)), rng.choice(tuple(MONTHS))
    months = tuple(MONTHS) if rng.random() < 0.5 else (month,)
    through = rng.random() < 0.7
    for n in range(2 if rng.random() < 0.3 else 1):  # two owners of one hotel
        change = _drawn(rng, month, base[room_type])
        facts = {"room_type": room_type, "months": months, "change": change, "through": through}
        draft.add(at_ms + n * rng.randrange(6), "offer", **facts)


def _drawn(rng: Random, month: str, base: int) -> Change:
    match rng.choice(("prices", "default_price", "rules", "rules", "plans", "occupancy")):
        case "prices":
            return Change("prices", _prices(rng, month, base))
        case "default_price":
            return Change("default_price", base * rng.choice((80, 100, 105, 110, 130)) // 100)
        case "rules":
            return Change("rules", _rules(rng, month, 0.25))
        case "plans":
            return Change("plans", _plans(rng, 0.9))
    return Change("occupancy", _rooming(rng))


def _prices(rng: Random, month: str, base: int) -> tuple[tuple[int, int], ...]:
    days = [day for day in MONTHS[month] if rng.random() < 0.5]
    return tuple((day, base * rng.choice((85, 100, 108, 120)) // 100 + rng.choice((0, 7))) for day in days)


def _rules(rng: Random, month: str, share: float) -> tuple[tuple[int, Night], ...]:
    """The rules of some nights; some of them none, which takes away those that were there."""
    kinds: tuple[dict[str, Any], ...] = (
        {},
        {},
        {"closed": True},
        {"min_stay_arrival": rng.choice((2, 3))},
        {"min_stay_through": rng.choice((2, 3))},
        {"max_stay": rng.choice((1, 2))},
        {"closed_to_arrival": True},
        {"closed_to_departure": True},
    )
    return tuple((day, Night(**rng.choice(kinds))) for day in MONTHS[month] if rng.random() < share * 1.5)


def _plans(rng: Random, share: float) -> tuple[PlanOffer, ...]:
    """Four plans, in that share of the cases, or none."""
    if rng.random() >= share:
        return ()
    plans = [
        PlanOffer("room", active=rng.random() < 0.9),
        PlanOffer("breakfast", percent_bp=rng.choice((0, 333, 2_500)), meal=rng.choice((2_500, 4_001))),
        PlanOffer("saver", percent_bp=rng.choice((-1_500, -777)), policy=rng.choice(((), None, ((1, 100),)))),
        PlanOffer("flex", percent_bp=rng.choice((1_000, 2_000)), amount=rng.choice((0, -1_000, 5_000))),
    ]
    lengths: dict[str, Any] = rng.choice(
        ({}, {}, {"min_stay": 2}, {"max_stay": 2}, {"book_from_days": 8}, {"book_until_days": 3})
    )
    plans[2] = plans[2]._replace(active=rng.random() < 0.8, **lengths)
    if rng.random() < 0.5:
        rng.shuffle(plans)
    return tuple(plans)


def _rooming(rng: Random) -> Rooming | None:
    if rng.random() < 0.3:
        return None
    return Rooming(
        base_adults=rng.choice((1, 2)),
        max_adults=rng.choice((2, 3)),
        max_children=rng.choice((1, 2)),
        max_guests=rng.choice((3, 4)),
        extra_adult=rng.choice((8_000, 12_345)),
        single_discount=rng.choice((0, 3_333)),
        bands=rng.choice(((), ((5, 0), (11, 4_000)), ((11, 2_500), (17, 6_000)))),
    )
