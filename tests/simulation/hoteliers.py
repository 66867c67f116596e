"""Owners at their calendars, by their routes: changes, undos, values in bulk and blocks, while guests hold and pay."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any

from tests.simulation.desk import OWNER, STRANGER
from tests.simulation.nights import spots
from tests.simulation.offers import Asked, Offer
from tests.simulation.owners_days import BASE
from tests.simulation.pages import whole
from tests.simulation.plan import USERS, Draft, Operation

if TYPE_CHECKING:
    from tests.simulation.guests import Guests, Reply
    from tests.simulation.world import World

FIRST, LAST = date(2026, 11, 23), date(2026, 12, 6)
MONTHS = ("2026-11", "2026-12")
CALENDAR, BLOCKS, ARI = (
    "/room-types/{room_type_id}/calendar",
    "/room-types/{room_type_id}/blocks",
    "/properties/{property_id}/ari",
)
PROPERTY = {"property_id": "lake-view"}
USUAL = {"deluxe": 5, "suite": 3}  # rooms on sale


def days_of_hoteliers(draft: Draft) -> None:
    rng = draft.rng
    draft.plan.owned = True
    draft.plan.offers = tuple(((of, month), Offer(BASE[of])) for of in BASE for month in MONTHS)
    draft.wallets()
    for _ in range(rng.randrange(3, 6)):
        at_ms = rng.randrange(2_000, 60_000)
        ref = shop_for_a_stay(draft, at_ms)
        if rng.random() < 0.7:
            paid_ms = draft.pay(ref, at_ms + 5_000 + rng.randrange(60_000))
            if rng.random() < 0.4:
                draft.cancel(ref, paid_ms + rng.randrange(100_000))
        if rng.random() < 0.6:
            contend(draft, ref, at_ms)
        for _ in range(rng.randrange(3)):
            act_of_an_owner(draft, max(0, at_ms + rng.choice((rng.randrange(-3, 40), rng.randrange(90_000)))))
    for _ in range(rng.randrange(4, 9)):
        act_of_an_owner(draft, rng.randrange(1_200_000) if rng.random() < 0.2 else rng.randrange(120_000))


def shop_for_a_stay(draft: Draft, at_ms: int) -> int:
    rng = draft.rng
    draft.refs += 1
    rooms = rng.choice((1, 1, 2, 2))
    check_in = FIRST + timedelta(days=rng.randrange(11))
    asked = Asked(rng.choice(tuple(BASE)), check_in.isoformat(), rng.choice((1, 2, 2, 3)), rooms, rooms)
    draft.add(at_ms, "shop", ref=draft.refs, user=rng.choice(USERS), asked=asked)
    return draft.refs


def contend(draft: Draft, ref: int, at_ms: int) -> None:
    """While a guest reserves, the owner blocks the rooms or takes them off sale: there are enough for one of them."""
    rng = draft.rng
    asked = next(of.facts["asked"] for of in draft.plan.operations if of.facts.get("ref") == ref)
    nights = {"first_night": asked.check_in, "last_night": asked.days[-1].isoformat()}
    at_ms = max(0, at_ms + rng.choice((rng.randrange(-3, 12), rng.randrange(-3, 40))))
    facts: dict[str, Any] = {"room_type": asked.room_type}
    left = USUAL[asked.room_type] - rng.choice((0, asked.rooms - 1))
    if rng.random() < 0.6:
        draft.refs += 1
        draft.add(at_ms, "owner_block", ref=draft.refs, rooms=left, **facts, **nights)
    else:
        entry = nights | {"rooms_on_sale": rng.choice((0, asked.rooms - 1))}
        draft.add(at_ms, "owner_change", entries=[entry], dry_run=False, stranger=False, **facts)


def act_of_an_owner(draft: Draft, at_ms: int) -> None:
    rng = draft.rng
    room_type = rng.choice(tuple(BASE))
    kind = rng.choice(("change", "change", "change", "undo", "undo", "bulk", "bulk_undo", "block", "block", "release"))
    facts: dict[str, Any] = {"room_type": room_type}
    match kind:
        case "change":
            dry_run, stranger = rng.random() < 0.15, rng.random() < 0.05
            facts |= {"entries": [_entry(rng, room_type)], "dry_run": dry_run, "stranger": stranger}
        case "undo" | "bulk_undo":
            facts["pick"] = rng.choice((1, 1, 1, 2, 3))  # of the latest ones
        case "bulk":
            kinds = [rng.choice(tuple(BASE)) for _ in range(rng.randrange(1, 4))]
            facts = {"values": [{"room_type_id": of, **_entry(rng, of)} for of in kinds]}
        case "block":
            draft.refs += 1
            facts |= {"ref": draft.refs, **_range(rng), "rooms": rng.choice((1, 1, 2))}
        case "release":
            facts["pick"] = rng.randrange(1, 4)
    draft.add(at_ms, f"owner_{kind}", **facts)
    if rng.random() < 0.2:  # the same again, or another owner at the same time
        draft.add(at_ms + rng.choice((0, 4, 20, 3_000)), f"owner_{kind}", **facts)


def _range(rng: Random) -> dict[str, Any]:
    first = FIRST + timedelta(days=rng.randrange(12))
    last = min(LAST, first + timedelta(days=rng.choice((0, 1, 2, 6, 13))))
    return {"first_night": first.isoformat(), "last_night": last.isoformat()}


def _entry(rng: Random, room_type: str) -> dict[str, Any]:
    base, usual = BASE[room_type], USUAL[room_type]
    drawn: tuple[dict[str, Any], ...] = (
        {"price": base * rng.choice((85, 100, 120)) // 100},
        {"price": None},
        {"rooms_on_sale": rng.choice((0, 1, 2, usual, usual + 2))},
        {"rooms_on_sale": rng.choice((1, 2, 3))},
        {"rooms_on_sale": None},
        {"closed": rng.random() < 0.5},
        {"min_stay_arrival": rng.choice((2, None))},
        {"max_stay": rng.choice((2, 3, None))},
        {"closed_to_arrival": rng.random() < 0.5, "price": base + 7},
    )
    days = {"weekdays": ["fri", "sat", "sun", "mon"]} if rng.random() < 0.3 else {}
    return _range(rng) | days | rng.choice(drawn) | rng.choice(drawn)


def _send(guests: Guests, operation: Operation, route: str, body: Any = None, **sent: Any) -> Reply | None:
    return guests._send(operation, route, body, **{"user": OWNER} | sent)


def change(
    guests: Guests, operation: Operation, *, room_type: str, entries: list[Any], dry_run: bool, stranger: bool
) -> None:
    world = guests.world
    if not dry_run:
        world.nights.ask(room_type, entries, whole=True)
    body = {"changes": entries, "dry_run": dry_run}
    path = {"room_type_id": room_type}
    before = _pages(world, room_type)
    reply = _send(guests, operation, f"PUT {CALENDAR}", body, path=path, user=STRANGER if stranger else OWNER)
    if reply and stranger and reply.status != 404:
        world.broken.append(f"OWN1 {room_type}: another owner's change was answered {reply.status}")
    if reply and reply.code == "below_sold":
        if before == _pages(world, room_type):
            world.broken += _wrongly_below(world, room_type, entries, reply)
    elif reply and reply.status == 200 and reply.body.get("change_id"):
        guests.promise("changed", f"{room_type} {reply.body['change_id']}", reply.body)
        world.faults.cover("an owner's calendar changed")
    elif reply and dry_run and reply.status == 200:
        world.faults.cover("a change tried dry")


def undo(guests: Guests, operation: Operation, *, room_type: str, pick: int) -> None:
    made = guests.world.nights.changes.get(room_type, [])
    if not made:
        return
    path = {"room_type_id": room_type, "change_id": made[-min(pick, len(made))]}
    reply = _send(guests, operation, f"POST {CALENDAR}/changes/{{change_id}}/undo", path=path)
    if reply and reply.status == 404:
        guests.world.broken.append(f"UNDO1 {path}: a change that was made reads as missing")
    if reply and reply.status == 200 and reply.body.get("change_id"):
        guests.promise("changed", f"{room_type} {reply.body['change_id']}", reply.body)
        guests.world.faults.cover("an owner's change undone")


def bulk(guests: Guests, operation: Operation, *, values: list[Any]) -> None:
    world = guests.world
    for room_type in BASE:
        own = [value for value in values if value["room_type_id"] == room_type]
        world.nights.ask(room_type, own, whole=False)
    reply = _send(guests, operation, f"POST {ARI}", {"values": values}, path=PROPERTY)
    if reply and reply.status == 200:
        counts = reply.body["applied"], reply.body["unchanged"], len(reply.body["refused"])
        if sum(counts) != len(values):
            world.broken.append(f"ARI1 {operation.number}: {counts} of {len(values)} values")
        if reply.body.get("change_id"):
            world.nights.bulk.append(reply.body["change_id"])
            if not reply.body["refused"]:
                world.broken += _not_the_last(world, reply.body["change_id"], values)
            world.faults.cover("values set in bulk")


def _not_the_last(world: World, change_id: str, values: list[Any]) -> list[str]:
    """ARI2: of values for the same field of a night, the last one wins."""
    wrong = []
    for room_type in BASE:
        wanted: dict[Any, Any] = {}
        for value in values:
            if value["room_type_id"] == room_type:
                wanted |= spots(value)
        for spot, (_, after) in world.nights.moves(room_type, change_id).items():
            if after != wanted[spot]:
                wrong.append(f"ARI2 {room_type} {spot}: {after} instead of {wanted[spot]}")
    return wrong


def bulk_undo(guests: Guests, operation: Operation, *, room_type: str, pick: int) -> None:
    del room_type  # all of them
    made = guests.world.nights.bulk
    if made:
        path = PROPERTY | {"change_id": made[-min(pick, len(made))]}
        reply = _send(guests, operation, f"POST {ARI}/{{change_id}}/undo", path=path)
        if reply and reply.status == 200 and reply.body["changed"]:
            guests.world.faults.cover("a change in bulk undone")


def block(
    guests: Guests, operation: Operation, *, room_type: str, ref: int, first_night: str, last_night: str, rooms: int
) -> None:
    world = guests.world
    until = (date.fromisoformat(last_night) + timedelta(days=1)).isoformat()
    body = {"first_night": first_night, "last_night": last_night, "rooms": rooms, "reason": "New carpets"}
    before = world.invariants.free_for_sure(room_type, first_night, until)
    reply = _send(
        guests,
        operation,
        f"POST {BLOCKS}",
        body | {"source": "maintenance"},
        path={"room_type_id": room_type},
        key=f"block-{ref}",
    )
    if reply and reply.code == "sold_out":
        after = world.invariants.free_for_sure(room_type, first_night, until)
        if before == after and all(free >= rooms for _, free in after.values()):
            world.broken.append(f"SOLD1 block-{ref}: answered sold out, with rooms free all the while")
    if reply and reply.status in {200, 201}:
        if world.nights.blocks.setdefault(ref, reply.body["block_id"]) != reply.body["block_id"]:
            world.broken.append(f"ANS1 block-{ref}: its key made {reply.body['block_id']} as well")
        guests.promise("blocked", f"{room_type} {reply.body['block_id']}", reply.body)
        world.faults.cover("rooms blocked")


def release(guests: Guests, operation: Operation, *, room_type: str, pick: int) -> None:
    world = guests.world
    made = [of.name.split()[1] for of in guests.promised if of.done == "blocked" and of.name.startswith(room_type)]
    if not made:
        return
    path = {"room_type_id": room_type, "block_id": made[-min(pick, len(made))]}
    reply = _send(guests, operation, f"DELETE {BLOCKS}/{{block_id}}", path=path)
    if reply and reply.status == 200:
        guests.promise("released", f"{room_type} {path['block_id']}", reply.body)
        world.faults.cover("a block released")


def broken_by_owners(world: World) -> list[str]:
    """ANS1: what owners were answered is in the table."""
    found = []
    for promise in world.guests.promised:
        if promise.done not in {"changed", "blocked", "released"}:
            continue
        room_type, name = promise.name.split()
        kind = "CHANGE" if promise.done == "changed" else "BLOCK"
        item = world.table.items.get((f"ROOM#{room_type}", f"{kind}#{name}"))
        if item is None or (promise.done == "released" and "released_at_ms" not in item):
            found.append(f"ANS1 {promise.name}: answered as {promise.done}, and is not")
    return found


def _pages(world: World, room_type: str) -> list[Any]:
    return [whole(world.table.items, room_type, month) for month in MONTHS]


def _wrongly_below(world: World, room_type: str, entries: list[Any], reply: Reply) -> list[str]:
    """BEL1: a night is named for the rooms asked for, and for those that are taken."""
    wanted = {
        night: value for entry in entries for (night, field), value in spots(entry).items() if field == "rooms_on_sale"
    }
    pages = dict(zip(MONTHS, _pages(world, room_type), strict=True))
    wrong = []
    for named in reply.body["nights"]:
        night = date.fromisoformat(named["night"])
        page = pages[f"{night:%Y-%m}"]
        on_sale, free = (int(page[name]["M"][str(night.day)]["N"]) for name in ("on_sale", "free"))
        asked = _usual(world, room_type, night) if wanted.get(night, 0) is None else wanted.get(night)
        if (named["taken"], named["rooms_on_sale"]) != (on_sale - free, asked) or named["taken"] <= asked:
            wrong.append(f"BEL1 {room_type}: {named}, with {free} of {on_sale} free and {asked} asked for")
    return wrong


def _usual(world: World, room_type: str, night: date) -> int:
    """The rooms on sale of a night without a number of its own."""
    rates = world.table.items[f"ROOM#{room_type}", f"RATES#{night:%Y-%m}"]
    return int(rates["default_rooms"]["N"]) if "default_rooms" in rates else USUAL[room_type]


ACTS: dict[str, Any] = {
    "owner_change": change,
    "owner_undo": undo,
    "owner_bulk": bulk,
    "owner_bulk_undo": bulk_undo,
    "owner_block": block,
    "owner_release": release,
}
