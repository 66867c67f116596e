"""Days in the corners where outsiders hid bugs: caps, reclaim, late money, starts again, stalled captures, top-ups."""

from __future__ import annotations

from tests.simulation.plan import GATEWAYS, USERS, Draft

ONE_SHORT_NIGHT = (("2026-11-29", 1), ("2026-11-30", 1), ("2026-12-01", 1), ("2026-12-02", 1))


def holds_at_the_cap(draft: Draft) -> None:
    """One guest holds as much as is allowed, lets much of it go, and comes back once it is over."""
    rng = draft.rng
    user = rng.choice(USERS)
    draft.plan.end_seconds = 2_700
    if rng.random() < 0.5:
        for number in range(rng.randrange(10, 14)):
            at_ms = 2_000 + number * 8_000 + rng.randrange(2_000)
            ref = draft.reserve(at_ms, user=user, room_type="deluxe", rooms=5)
            draft.cancel(ref, at_ms + rng.randrange(2_000, 5_000))
    for round_ms in (120_000, 725_000, 1_330_000):
        for _ in range(rng.randrange(2, 8)):
            at_ms = round_ms + rng.randrange(10_000)
            ref = draft.reserve(at_ms, user=user, rooms=rng.choice((1, 1, 2, 3)))
            if rng.random() < 0.15:
                draft.pay(ref, at_ms + rng.randrange(20_000), "admin")
            elif rng.random() < 0.15:
                draft.cancel(ref, at_ms + rng.randrange(20_000))


def reclaims(draft: Draft) -> None:
    """No sweep: holds of one night each are due, and buyers want several of their nights at once."""
    rng = draft.rng
    draft.plan.sweep_seconds = 0
    for check_in, nights in ONE_SHORT_NIGHT:
        if rng.random() < 0.8:
            draft.reserve(
                2_000 + rng.randrange(5_000),
                room_type="suite",
                check_in=check_in,
                nights=nights,
                rooms=rng.choice((2, 3)),
            )
    for _ in range(rng.randrange(2, 5)):
        check_in, nights = rng.choice((("2026-11-29", 2), ("2026-11-30", 2), ("2026-11-30", 3), ("2026-12-01", 2)))
        at_ms = 612_000 + rng.randrange(200_000)
        draft.reserve(at_ms, room_type="suite", check_in=check_in, nights=nights, rooms=rng.choice((1, 2)))


def batches(draft: Draft) -> None:
    """Many holds of the same nights are due together; some are paid late, and buyers want them at the same moment."""
    rng = draft.rng
    draft.wallets()
    draft.plan.sweeps_at_once = rng.choice((1, 1, 2))
    draft.plan.sweep_seconds = rng.choice((0, 60, 60, 300))
    check_in, nights = rng.choice((("2026-11-25", 2), ("2026-11-30", 2)))
    same = {"check_in": check_in, "nights": nights, "rooms": 1}
    refs = []
    for number in range(rng.randrange(4, 9)):
        at_ms = 2_000 + rng.randrange(2_000)
        room_type = rng.choice(("deluxe", "deluxe", "suite"))
        ref = draft.reserve(at_ms, user=USERS[number % 3], room_type=room_type, **same)
        refs.append(ref)
        if rng.random() < 0.6:
            promo = rng.choice(("TENOFF", "TENOFF", "FLAT", None))
            start = {"ref": ref, "gateway": rng.choice(GATEWAYS), "promo": promo, "wallet": 0}
            draft.add(at_ms + 10_000 + rng.randrange(30_000), "start", **start)
    for ref in rng.sample(refs, 2):  # late money around the minute in which the sweep comes
        draft.add(602_000 + rng.randrange(70_000), "authorise", ref=ref, newest=True)
    at_once_ms = 605_000 + rng.randrange(60_000)
    for number in range(rng.randrange(1, 5)):
        at_ms = at_once_ms + rng.randrange(15)
        draft.reserve(at_ms, user=USERS[number % 3], room_type="deluxe", **same | {"rooms": rng.choice((1, 2, 2))})


def late_payers(draft: Draft) -> None:
    """Guests pay after their deadline, and hold other rooms at the same time."""
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(2, 5)):
        at_ms = rng.randrange(2_000, 30_000)
        user = rng.choice(USERS[:2])
        ref = draft.reserve(at_ms, user=user)
        start = {"ref": ref, "gateway": rng.choice(GATEWAYS), "promo": rng.choice((None, "FLAT")), "wallet": 0}
        draft.add(at_ms + rng.randrange(500_000), "start", **start)
        paid_ms = at_ms + rng.randrange(601_000, 900_000)
        draft.add(paid_ms, "authorise", ref=ref, newest=True)
        if rng.random() < 0.5:
            draft.add(paid_ms + rng.randrange(5_000), "finalize", ref=ref, mode="gateway_only", promo=None)
        draft.reserve(paid_ms + rng.randrange(60_000), user=user)


def restarts(draft: Draft) -> None:
    """Guests start their payment again and again, with the same promo, another wallet part, another gateway."""
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(2, 5)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        promo = rng.choice(("TENOFF", "FLAT", "FLAT", None))
        for _ in range(rng.randrange(2, 7)):
            at_ms += rng.randrange(1, 20_000)
            start = {"ref": ref, "gateway": rng.choice(GATEWAYS), "wallet": rng.choice((0, 0, 10_000))}
            draft.add(at_ms, "start", promo=promo if rng.random() < 0.9 else None, **start)
            if rng.random() < 0.2:
                draft.add(at_ms + rng.randrange(3_000), "authorise", ref=ref, newest=rng.random() < 0.5)
        draft.pay(ref, at_ms + rng.randrange(30_000), "gateway_only", promos=(promo,))


def stalled_captures(draft: Draft) -> None:
    """Bookings are cancelled, and cards lapse, while their captures are still due."""
    rng = draft.rng
    draft.plan.fault_rate = rng.choice((0.05, 0.2, 0.3))
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        check_in, nights = rng.choice((("2026-11-25", 2), ("2026-11-25", 2), ("2026-11-30", 2), ("2026-11-23", 1)))
        ref = draft.reserve(at_ms, check_in=check_in, nights=nights)
        wallet = rng.choice((10_000, 50_000))
        at_ms += rng.randrange(10_000)
        draft.add(at_ms, "start", ref=ref, gateway=rng.choice(GATEWAYS), promo=None, wallet=wallet)
        at_ms += 5_000 + rng.randrange(5_000)
        draft.add(at_ms, "authorise", ref=ref, newest=True)
        draft.add(at_ms + rng.randrange(1_000), "finalize", ref=ref, mode="wallet_partial", promo=None)
        at_ms += rng.randrange(100, 6_000)
        cancelled = rng.random() < 0.75
        if cancelled:
            draft.cancel(ref, at_ms)
        if not cancelled or rng.random() < 0.7:
            draft.add(at_ms + rng.choice((0, 300, 3_000)) + rng.randrange(500), "lapse", ref=ref)


def topups(draft: Draft) -> None:
    """Guests begin many top-ups, pay some, some of them too late, and then spend what they have."""
    rng = draft.rng
    draft.plan.end_seconds = 2_700
    for number in range(rng.randrange(3, 9)):
        at_ms = rng.randrange(2_000, 60_000)
        facts = {"user": rng.choice(USERS[:2]), "amount": 250_000, "gateway": rng.choice(GATEWAYS), "number": number}
        draft.add(at_ms, "topup", **facts)
        paid_ms = at_ms + rng.choice((5_000, 5_000, 895_000, 900_000, 930_000, 1_500_000)) + rng.randrange(20_000)
        if rng.random() < 0.8:
            draft.add(paid_ms, "authorise_topup", **facts)
        if rng.random() < 0.2:
            draft.add(paid_ms + rng.randrange(200), "lapse_topup", **facts)
        if rng.random() < 0.6:
            draft.add(paid_ms + rng.choice((20, 4_000)), "finalize_topup", **facts)
    for _ in range(3):
        at_ms = 60_000 + rng.randrange(1_000_000)
        ref = draft.reserve(at_ms, user=rng.choice(USERS[:2]))
        draft.pay(ref, at_ms + rng.randrange(30_000), rng.choice(("wallet_only", "wallet_partial")))
