"""Days on which a hotel is changed, submitted and decided on, its pictures come and go, while guests hold and pay."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from tests.simulation.hoteliers import act_of_an_owner, contend, shop_for_a_stay
from tests.simulation.offers import Offer
from tests.simulation.owners_days import BASE
from tests.simulation.plan import Draft, FirstPicture, Registered

HOUR_MS = 3_600_000
MONTHS = ("2026-11", "2026-12")
TOTALS = {"deluxe": (3, 4, 5, 6, 8), "suite": (1, 2, 3, 4)}
KEYS = ("a", "b", "c")  # of pictures that are asked for


def days_of_reviews(draft: Draft) -> None:
    rng = draft.rng
    _begin(draft, pictures=_first_pictures(rng)[: rng.randrange(3)])
    draft.wallets()
    at_ms = rng.randrange(1_000, 5_000)
    for _ in range(rng.randrange(2, 4)):
        at_ms = _round(draft, at_ms, _work)
    for _ in range(rng.randrange(1, 4)):
        guest_ms = rng.randrange(2_000, at_ms)
        ref = shop_for_a_stay(draft, guest_ms)
        if rng.random() < 0.5:
            contend(draft, ref, guest_ms)
        elif rng.random() < 0.6:
            _rooms(draft, max(0, guest_ms + rng.randrange(-3, 40)))
        if rng.random() < 0.5:
            draft.pay(ref, guest_ms + 5_000 + rng.randrange(20_000))
    for _ in range(rng.randrange(3)):
        act_of_an_owner(draft, rng.randrange(at_ms))
    draft.add(rng.randrange(at_ms), "see", by="page")
    draft.add(rng.randrange(at_ms), "see", by="search")


def days_of_pictures(draft: Draft) -> None:
    """The same hotel: its pictures above all, made, deleted and cleaned up while it is submitted and approved."""
    rng = draft.rng
    _begin(draft, pictures=_first_pictures(rng))
    at_ms = rng.randrange(1_000, 5_000)
    for _ in range(2):
        at_ms = _round(draft, at_ms, _picture)
    shop_for_a_stay(draft, rng.randrange(at_ms))
    for _ in range(rng.randrange(2, 6)):
        _picture(draft, rng.randrange(at_ms))
    draft.add(rng.randrange(at_ms), "see", by="page")
    draft.add(rng.randrange(at_ms), "clean")
    draft.add(rng.randrange(300_000, 360_000), "clean")


def _begin(draft: Draft, pictures: tuple[FirstPicture, ...]) -> None:
    rng, plan = draft.rng, draft.plan
    plan.owned = True
    plan.end_seconds = 360
    plan.late_webhooks = False
    approved = rng.random() < 0.8
    plan.hotel = Registered(approved=approved, bare=rng.random() < 0.4, pictures=pictures)
    plan.offers = tuple(((of, month), Offer(BASE[of], live=approved)) for of in BASE for month in MONTHS)


def _first_pictures(rng: Random) -> tuple[FirstPicture, ...]:
    """Some that guests see; and some that wait since nearly a day, or a little longer."""
    ready = [
        FirstPicture(_image_id(rng), ready=True, age_ms=30 * HOUR_MS, room_type=rng.choice((None, None, "deluxe")))
        for _ in range(rng.choice((0, 1, 2, 2)))
    ]
    waiting = [
        FirstPicture(
            _image_id(rng),
            ready=False,
            age_ms=rng.choice((23, 24)) * HOUR_MS - rng.randrange(-30_000, 300_000),
            uploaded=rng.random() < 0.7,
        )
        for _ in range(rng.choice((0, 1, 1)))
    ]
    return (*ready, *waiting)


def _image_id(rng: Random) -> str:
    return "im_" + "".join(rng.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(26))


def _round(draft: Draft, at_ms: int, work: Callable[[Draft, int], None]) -> int:
    """The owner works on the hotel and submits it; an admin decides a little later; both may change their mind."""
    rng = draft.rng
    for _ in range(rng.randrange(1, 4)):
        at_ms += rng.randrange(3_000)
        work(draft, at_ms)
    at_ms += rng.choice((0, 30, 2_000))
    _twice(draft, at_ms, "submit")
    for _ in range(rng.randrange(1, 3)):
        _decide(draft, at_ms + rng.choice((rng.randrange(20, 200), rng.randrange(200, 4_000))))
    at_ms += rng.randrange(4_000)
    for _ in range(rng.choice((0, 0, 1, 1, 2))):  # in the middle of the decision
        work(draft, at_ms + rng.choice((rng.randrange(120), rng.randrange(3_000))))
    if rng.random() < 0.3:
        at_ms += rng.randrange(2_000)
        _twice(draft, at_ms, "switch", live=False)
        _twice(draft, at_ms + rng.choice((rng.randrange(200), 10_000)), "switch", live=True)
    elif rng.random() < 0.3:
        _twice(draft, at_ms, "switch", live=rng.random() < 0.4)
    if rng.random() < 0.2:
        draft.add(at_ms + rng.randrange(4_000), "open_months")
    return at_ms + rng.randrange(1_000, 12_000)


def _decide(draft: Draft, at_ms: int) -> None:
    rng = draft.rng
    facts: dict[str, Any] = {"decision": rng.choice(("approve",) * 4 + ("reject",))}
    facts |= {
        "names": rng.choice(("what was read",) * 5 + ("no hash", "before")),
        "pause_ms": rng.choice((0, 50, 1_500)),
    }
    _twice(draft, at_ms, "decide", **facts)


def _work(draft: Draft, at_ms: int) -> None:
    """One thing that the owner changes."""
    rng = draft.rng
    match rng.choice(("words", "words", "room words", "rooms", "picture", "picture")):
        case "words":
            facts: dict[str, Any] = {"fields": _fields(rng), "reads": rng.random() < 0.5}
            _twice(draft, at_ms, "describe", **facts, pause_ms=rng.choice((0, 40, 1_000)))
        case "room words":
            fields = {"name": rng.choice(("Lake", "Garden", "Deluxe", "Suite"))}
            _twice(draft, at_ms, "describe_room", room_type=rng.choice(tuple(BASE)), fields=fields)
        case "rooms":
            _rooms(draft, at_ms)
        case _:
            _picture(draft, at_ms)


def _fields(rng: Random) -> dict[str, Any]:
    kinds: tuple[dict[str, Any], ...] = (
        {"description": rng.choice(("By the lake.", "By the palace.", "Quiet."))},
        {"description": "By the lake.", "amenities": rng.choice((["Pool"], ["Pool", "Garden"], []))},
        {"name": rng.choice(("Lake View", "Lake Palace"))},
        {"city": rng.choice(("Udaipur", "Jaipur"))},
        {"cancellation_policy": [{"days_before": rng.choice((1, 7)), "refund_percent": 100}]},
    )
    return rng.choice(kinds)


def _rooms(draft: Draft, at_ms: int) -> None:
    rng = draft.rng
    room_type = rng.choice(tuple(BASE))
    fields: dict[str, Any] = {"total_rooms": rng.choice(TOTALS[room_type])}
    if rng.random() < 0.3:
        fields |= {"base_price": BASE[room_type] * rng.choice((90, 100, 110)) // 100}
    _twice(draft, at_ms, "describe_room", room_type=room_type, fields=fields)


def _picture(draft: Draft, at_ms: int) -> None:
    rng = draft.rng
    plan, key = draft.plan, rng.choice(KEYS)
    first = [f"first {n}" for n in range(len(plan.hotel.pictures if plan.hotel else ()))]
    match rng.choice(("new", "new", "new", "delete", "delete", "delete", "words", "order", "event")):
        case "new":
            alt, room_type = rng.choice(("A bed", "A bed", None)), rng.choice((None, None, "deluxe"))
            _twice(draft, at_ms, "picture", picture=key, alt=alt, room_type=room_type)
            data = rng.choice(("a good one", "a good one", "a good one", "a good one too", "a bad one"))
            facts = {"picture": key, "data": data, "copies": rng.choice((1, 1, 2, 3))}
            at_ms += rng.choice((200, 400, 1_000))
            draft.add(at_ms, "upload", **facts, within_ms=rng.choice((60, 300, 3_000, 3_000, 1_200_000)))
            if rng.random() < 0.2:
                again = facts | {"data": "a good one again"}
                draft.add(at_ms + rng.choice((80, 500, 2_500)), "upload", **again, within_ms=3_000)
            if rng.random() < 0.3:
                _twice(draft, at_ms + rng.choice((rng.randrange(600), 30_000)), "delete_picture", picture=key)
        case "delete":
            at_ms += rng.choice((0, 0, rng.randrange(2_000)))
            _twice(draft, at_ms, "delete_picture", picture=rng.choice((*KEYS, *first * 3)))
        case "words":
            picture, alt = rng.choice((*KEYS, *first)), rng.choice(("A boat", "The lake"))
            draft.add(at_ms, "words", picture=picture, alt=alt)
        case "order":
            draft.add(at_ms, "order", turn=rng.choice((1, 1, 2)))
        case _:
            draft.add(at_ms, "event", picture=rng.choice((*KEYS, *first)))


def _twice(draft: Draft, at_ms: int, kind: str, **facts: Any) -> None:
    """Once, and in some cases again soon after, by another browser or the same one."""
    draft.add(at_ms, kind, **facts)
    if draft.rng.random() < 0.2:
        draft.add(at_ms + draft.rng.choice((0, 4, 20, 900)), kind, **facts)
