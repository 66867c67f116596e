"""Days at the desk: admins and owners check guests in and out, miss and cancel them, while the guests act too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.simulation.plan import Draft, Operation

if TYPE_CHECKING:
    from tests.simulation.expressions import Item
    from tests.simulation.guests import Guests
    from tests.simulation.world import World

OWNER, STRANGER = "owner-of-lake-view", "owner-of-another"
TODAY = "2026-11-22"  # the first day of every world
STEPS = ("check_in", "check_in", "check_out", "no_show", "cancel", "cancel")
DONE = {"check_in": "checked_in", "check_out": "checked_out", "no_show": "no_show"}


def days_at_the_desk(draft: Draft) -> None:
    rng = draft.rng
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        check_in, nights = rng.choice(((TODAY, 2), (TODAY, 1), (TODAY, 3), ("2026-11-25", 2)))
        ref = draft.reserve(rng.randrange(2_000, 60_000), check_in=check_in, nights=nights)
        paid_ms = draft.pay(ref, rng.randrange(60_000, 90_000))
        for _ in range(rng.randrange(2, 7)):
            at_ms = paid_ms + rng.choice((0, 20, 3_000, 200_000)) + rng.randrange(500)
            facts: dict[str, Any] = {"ref": ref, "step": rng.choice(STEPS), "caller": rng.choice((0, 0, 1, 1, 2))}
            facts |= {"refund": rng.choice(("policy", "full", "amount")), "amount": rng.choice((10_000, 150_000))}
            draft.add(at_ms, "desk", **facts)
            if rng.random() < 0.2:
                draft.add(at_ms + rng.choice((0, 20, 2_000)), "desk", **facts)  # the same again
        if rng.random() < 0.5:
            draft.cancel(ref, paid_ms + rng.randrange(210_000))
        if rng.random() < 0.15:
            draft.add(paid_ms + rng.randrange(300_000), "fail_refund", ref=ref)


def act(guests: Guests, operation: Operation, *, ref: int, step: str, caller: int, refund: str, amount: int) -> None:
    """One step, by an admin (0), the owner (1) or the owner of another hotel (2), who must not find the booking."""
    known = guests.known.get(ref)
    if known is None:
        return
    user, role = (("root", "admin"), (OWNER, "owner"), (STRANGER, "owner"))[caller]
    body: dict[str, Any] = {"reason": "Asked at the desk"}
    if step == "cancel":
        body |= {"refund": refund} | ({"amount": amount} if refund == "amount" else {})
    route, path = f"POST /{role}/bookings/{{booking_id}}/{step}", {"booking_id": known.booking_id}
    reply = guests._send(operation, route, body, user=user, admin=role == "admin", path=path)
    if reply and user == STRANGER and reply.status != 404:
        guests.world.broken.append(f"OWN1 {known.booking_id}: another owner's {step} was answered {reply.status}")
    if reply and reply.status == 200:
        guests.promise("cancelled" if step == "cancel" else DONE[step], known.booking_id, reply.body)
        guests.world.faults.cover(f"{step} at the desk")


def broken_at_the_desk(world: World) -> Iterator[str]:
    """STAY1: after check-in, or as a no-show, only the desk has ended a stay; what it answered is in the history."""
    for (pk, sk), item in sorted(world.table.items.items()):
        if sk == "BOOKING" and "L" in item.get("history", {}):
            events = _events(item)
            ended = next((n for n, event in enumerate(events) if event["status"] == "cancelled"), len(events))
            with_the_desk = any("stay" in event for event in events[:ended])
            if with_the_desk and ended < len(events) and events[ended]["by"] == "guest":
                yield f"STAY1 {pk}: cancelled by its guest, who was the desk's"
    for promise in world.guests.promised:
        if promise.done in DONE.values():
            item = world.table.items.get((f"BOOKING#{promise.name}", "BOOKING"), {})
            if promise.done not in {event.get("stay") for event in _events(item)}:
                yield f"ANS1 {promise.name}: answered as {promise.done}, and never was"


def _events(item: Item) -> list[dict[str, str]]:
    """The history's lines, as far as they are texts."""
    lines = item.get("history", {}).get("L", [])
    return [{name: part["S"] for name, part in line["M"].items() if "S" in part} for line in lines]


ACTS: dict[str, Any] = {"desk": act}
