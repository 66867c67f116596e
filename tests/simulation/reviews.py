"""Owners who describe, submit and price their hotel by its routes, and the admins who decide on it meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.simulation.desk import OWNER
from tests.simulation.scheduler import MILLISECOND

if TYPE_CHECKING:
    from tests.simulation.guests import Guests, Reply
    from tests.simulation.plan import Operation

HOTEL = {"property_id": "lake-view"}
READING = 2_000  # what sets the number of an operation's first read apart from that of what follows
ADMIN = "root"
CITY = "Udaipur"  # where guests look
NO_HASH = "0" * 64


def ask(guests: Guests, operation: Operation, route: str, body: Any = None, *, reads: int = 0, **sent: Any) -> Reply:
    """What the owner's or the admin's browser is answered; a status of 0 when that stayed unknown."""
    from tests.simulation.guests import Reply  # noqa: PLC0415 - guests act by this module

    admin = "/admin/" in route
    called = replace(operation, number=operation.number + reads * READING)
    who: dict[str, Any] = {"user": ADMIN if admin else OWNER, "admin": admin, "path": HOTEL}
    return guests._send(called, route, body, **who | sent) or Reply(0, {})


def describe(guests: Guests, operation: Operation, *, fields: dict[str, Any], reads: bool, pause_ms: int) -> None:
    """An owner changes the draft: that of the version which was read before, or whichever there is."""
    version = None
    if reads:
        read = ask(guests, operation, "GET /properties/{property_id}/draft", reads=1)
        if read.status != 200:
            return
        version = read.body["version"]
        guests.world.clock.sleep(pause_ms * MILLISECOND)
    guests.world.drafts.ask(version, fields)
    headers = {"if-match": "*" if version is None else f'"{version}"'}
    reply = ask(guests, operation, "PATCH /properties/{property_id}/draft", fields, headers=headers)
    if reply.status == 200:
        guests.promise("described", f"version {reply.body['version']}", fields)
        guests.world.faults.cover("a draft changed")


def describe_room(guests: Guests, operation: Operation, *, room_type: str, fields: dict[str, Any]) -> None:
    """Names wait for an admin; prices and rooms are on sale at once."""
    world = guests.world
    world.rooms.ask(room_type, fields)
    before = world.rooms.taken(room_type)
    reply = ask(guests, operation, "PATCH /room-types/{room_type_id}", fields, path={"room_type_id": room_type})
    if reply.code == "below_sold" and before == world.rooms.taken(room_type):
        world.broken += world.rooms.wrongly_below(room_type, fields["total_rooms"], reply.body["nights"])
    if reply.status == 200 and "total_rooms" in fields:
        world.faults.cover("a room type's rooms changed")


def submit(guests: Guests, operation: Operation) -> None:
    reply = ask(guests, operation, "POST /properties/{property_id}/submit")
    if reply.status in {200, 201}:
        guests.promise("submitted", str(reply.body["revision"]), reply.body)
        guests.world.faults.cover("a hotel submitted")


def decide(guests: Guests, operation: Operation, *, decision: str, names: str, pause_ms: int) -> None:
    """An admin opens the queue, reads what waits, thinks, and decides on it.

    `names`: what was read; or a wrong hash; or the revision before the one that was read.
    """
    world = guests.world
    queue = ask(guests, operation, "GET /admin/reviews", reads=1)
    if queue.status != 200 or not queue.body["reviews"]:
        return
    number = queue.body["reviews"][0]["revision"] - (names == "before")
    path = HOTEL | {"number": str(number)}
    read = ask(guests, operation, "GET /admin/properties/{property_id}/revisions/{number}", reads=2, path=path)
    if read.status != 200:
        return
    world.published.was_read(number, read.body["hash"], read.body["content"])
    world.clock.sleep(pause_ms * MILLISECOND)
    body: dict[str, Any] = {"revision": number}
    if decision == "approve":
        body["hash"] = NO_HASH if names == "no hash" else read.body["hash"]
        _approve(guests, operation, body)
        return
    world.published.rejections.add(number)
    reply = ask(guests, operation, "POST /admin/properties/{property_id}/reject", body | {"reason": "Too few pictures"})
    if reply.status == 200:
        guests.promise("rejected", str(number), reply.body)
        world.faults.cover("a revision rejected")


def _approve(guests: Guests, operation: Operation, body: dict[str, Any]) -> None:
    world = guests.world
    world.published.approvals.add((body["revision"], body["hash"]))
    begun_us = world.clock.now_us
    reply = ask(guests, operation, "POST /admin/properties/{property_id}/approve", body)
    if reply.code == "changed_since":
        world.faults.cover("an approval of what was changed since")
    if reply.status == 200:
        guests.promise("approved", str(body["revision"]), reply.body)
        world.faults.cover("a revision approved")
        if reply.body.get("calendar_open"):
            world.broken += world.published.not_in_line(operation.number, begun_us)


def switch(guests: Guests, operation: Operation, *, live: bool) -> None:
    """An admin takes the hotel off sale, or puts it back."""
    world, begun_us = guests.world, guests.world.clock.now_us
    route = f"POST /admin/properties/{{property_id}}/{'resume' if live else 'suspend'}"
    world.published.switched_to(live=live)
    reply = ask(guests, operation, route, {} if live else {"reason": "Complaints"})
    if reply.status == 200:
        world.faults.cover("a hotel resumed" if live else "a hotel suspended")
        if reply.body.get("calendar_open"):
            world.broken += world.published.not_in_line(operation.number, begun_us)
    if not live:
        world.published.unfinished = reply.status not in {200, 404}


def open_months(guests: Guests, operation: Operation) -> None:
    guests.world._invoked("opener", str(operation.number), {"source": "aws.events"})


def see(guests: Guests, operation: Operation, *, by: str) -> None:
    """Anyone looks at the hotel's page, or for hotels of its city. PUB2: what is shown is what is public."""
    world = guests.world
    before = world.published.public_items()
    if by == "page":
        reply = ask(guests, operation, "GET /properties/{property_id}", user="")
    else:
        query = {"city": CITY, "check_in": "2026-11-25", "check_out": "2026-11-27", "rooms": "1", "guests": "1"}
        reply = ask(guests, operation, "GET /properties", user="", path={}, query=query)
    if before == world.published.public_items() and reply.status:
        world.broken += world.published.shown_wrongly(reply, CITY)
        world.faults.cover("a public hotel seen")


ACTS: dict[str, Any] = {
    "describe": describe,
    "describe_room": describe_room,
    "submit": submit,
    "decide": decide,
    "switch": switch,
    "open_months": open_months,
    "see": see,
}
