"""Guests whose hold is over tap "hold it again", twice and more, while sweeps, late money and others come between."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from holdfast.model.ids import revived_id_for
from tests.simulation.plan import Draft, Operation

if TYPE_CHECKING:
    from tests.simulation.guests import Guests
    from tests.simulation.world import World

HELD_AGAIN = frozenset({200, 201})


def second_chances(draft: Draft) -> None:
    """Some tap too early; some pay the old hold late, or the new one; some holds are revived again."""
    rng = draft.rng
    draft.plan.end_seconds = 2_700
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = draft.reserve(at_ms)
        if rng.random() < 0.7:
            draft.add(at_ms + rng.randrange(1_000, 60_000), "details", ref=ref)
        if rng.random() < 0.4:
            draft.pay(ref, at_ms + rng.choice((30_000, 560_000, 640_000)) + rng.randrange(20_000))
        if rng.random() < 0.3:
            draft.cancel(ref, at_ms + rng.randrange(400_000))
        for _ in range(rng.choice((1, 1, 2))):
            draft.refs += 1
            made, at_ms = draft.refs, at_ms + rng.choice((300_000, 599_000, 600_500, 660_000))
            for _ in range(rng.choice((1, 2, 2, 3))):
                draft.add(at_ms + rng.choice((0, 0, 15, 400, 5_000)), "revive", ref=ref, made=made)
            if rng.random() < 0.5:
                draft.pay(made, at_ms + 10_000 + rng.randrange(30_000))
            elif rng.random() < 0.3:
                draft.cancel(made, at_ms + rng.randrange(20_000))
            ref = made


def put_details(guests: Guests, operation: Operation, *, ref: int) -> None:
    known = guests.known.get(ref)
    if known is None:
        return
    said = {"name": f"Guest {ref}", "email": f"guest-{ref}@example.com", "phone": "+91 98765 43210"}
    route, path = "PUT /bookings/{booking_id}/guest", {"booking_id": known.booking_id}
    reply = guests._send(operation, route, said, user=known.user, path=path)
    if reply and reply.status == 200:
        guests.promise("who stays", known.booking_id, {})


def revive(guests: Guests, operation: Operation, *, ref: int, made: int) -> None:
    """One tap. REV1: it never holds what was confirmed before it; and only one tap is answered as the first."""
    known, world = guests.known.get(ref), guests.world
    if known is None:
        return
    new = guests.known.setdefault(made, type(known)(known.user, revived_id_for(known.user, known.booking_id)))
    said = _promised(guests, "who stays", known.booking_id)
    before = world.table.items.get((f"BOOKING#{known.booking_id}", "BOOKING"), {})
    was_there = (f"BOOKING#{new.booking_id}", "BOOKING") in world.table.items
    route, path = "POST /bookings/{booking_id}/revive", {"booking_id": known.booking_id}
    reply = guests._send(operation, route, user=known.user, path=path)
    if reply is None or reply.status not in HELD_AGAIN:
        return
    if reply.body["booking_id"] != new.booking_id:
        world.broken.append(f"ANS1 {new.booking_id}: its revival made {reply.body['booking_id']} as well")
    if not was_there and before.get("status") == {"S": "confirmed"}:
        world.broken.append(f"REV1 {known.booking_id}: was confirmed, and was held again as {new.booking_id}")
    if reply.status == 201 and _promised(guests, "revived", new.booking_id):
        world.broken.append(f"REV1 {new.booking_id}: two taps were answered as the first")
    if reply.status == 201:
        guests.promise("revived", new.booking_id, {})
    if said:
        guests.promise("who stays", new.booking_id, {})
    guests.promise("held", new.booking_id, reply.body)
    world.faults.cover("a hold revived" if reply.status == 201 else "a revival repeated")


def broken_revivals(world: World) -> Iterator[str]:
    """REV2: once everything rests, each booking of whose guest something was said has the details."""
    for promise in world.guests.promised:
        key = f"BOOKING#{promise.name}"
        lost = (key, "BOOKING") in world.table.items and (key, "GUEST") not in world.table.items
        if promise.done == "who stays" and lost:
            yield f"REV2 {promise.name}: has lost the details of its guest"


def _promised(guests: Guests, done: str, name: str) -> bool:
    return any((promise.done, promise.name) == (done, name) for promise in guests.promised)


ACTS: dict[str, Any] = {"details": put_details, "revive": revive}
