"""An owner's pictures: asked for, uploaded, described, ordered, deleted; and the bucket's events, twice and late."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

from holdfast.imaging.headers import NotShown
from holdfast.imaging.sizes import SizedPicture
from tests.simulation.bucket import BUCKET
from tests.simulation.plan import Operation
from tests.simulation.registered import SIZES
from tests.simulation.reviews import HOTEL, ask, open_months, switch
from tests.simulation.scheduler import MILLISECOND, SECOND
from tests.simulation.ttl import delete_expired

if TYPE_CHECKING:
    from tests.simulation.guests import Guests
    from tests.simulation.world import World

IMAGES = "/properties/{property_id}/images"
IMAGE = f"{IMAGES}/{{image_id}}"
DRAWN_MS = 40  # what drawing the sizes takes
TRIES = 8


def drawn(world: World, data: bytes, content_type: str) -> list[SizedPicture]:
    """In the place of Pillow's work: the sizes of a good file, or the reason why a bad one is not shown."""
    world.clock.sleep(DRAWN_MS * MILLISECOND)
    if not data.startswith(b"a good one"):
        raise NotShown("The picture is damaged or incomplete.")
    return [SizedPicture(width, height, {"avif": b"drawn", "jpg": b"drawn"}) for width, height in SIZES]


def ask_for(guests: Guests, operation: Operation, *, picture: str, alt: str | None, room_type: str | None) -> None:
    more = {"alt": alt, "room_type_id": room_type}
    body = {"content_type": "image/jpeg"} | {name: value for name, value in more.items() if value}
    reply = ask(guests, operation, f"POST {IMAGES}", body, key=f"picture-{picture}")
    if reply.status in {200, 201}:
        known = guests.world.gallery.known.setdefault(picture, reply.body["image_id"])
        if known != reply.body["image_id"]:
            guests.world.broken.append(f"ANS1 picture-{picture}: its key made {reply.body['image_id']} as well")


def upload(guests: Guests, operation: Operation, *, picture: str, data: str, copies: int, within_ms: int) -> None:
    """A browser posts a file by the form that it has; the bucket tells of it later, perhaps twice."""
    image_id = guests.world.gallery.known.get(picture)
    if image_id is None:
        return
    key = f"uploads/{HOTEL['property_id']}/{image_id}"
    guests.world.bucket.stored.put(key, data.encode())
    rng = Random(f"{guests.world.plan.seed} upload {operation.number}")
    for copy in range(copies):
        after_us = rng.randrange(20 * MILLISECOND, within_ms * MILLISECOND)
        event = partial(_deliver, guests.world, f"upload{operation.number}.{copy}", key)
        guests.world.clock.spawn(guests.world.clock.now_us + after_us, event)


def event(guests: Guests, operation: Operation, *, picture: str) -> None:
    """The bucket's event for an upload of long ago."""
    image_id = guests.world.gallery.known.get(picture)
    if image_id:
        _deliver(guests.world, f"upload{operation.number}", f"uploads/{HOTEL['property_id']}/{image_id}")


def _deliver(world: World, name: str, key: str) -> None:
    """Again and again until a function has lived to the end of it."""
    record = {"s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}
    for attempt in range(TRIES * TRIES):
        if attempt:
            world.faults.cover("an upload's event sent again")
        answer = world._invoked("pictures", f"{name}.{attempt}", {"Records": [record]})
        if answer is not None:
            for state in filter(None, answer["states"]):
                world.faults.cover(f"a picture {state}")
            return
        world.clock.sleep((20 + 40 * min(attempt, TRIES)) * SECOND)


def words(guests: Guests, operation: Operation, *, picture: str, alt: str) -> None:
    _of(guests, operation, "PATCH", picture, {"alt": alt})


def delete(guests: Guests, operation: Operation, *, picture: str) -> None:
    world = guests.world
    image_id = world.gallery.known.get(picture)
    if image_id is None:
        return
    status = _of(guests, operation, "DELETE", picture)
    world.gallery.to_delete.discard(picture)
    if status == 200:
        guests.promise("deleted", image_id, {})
        world.faults.cover("a picture deleted")
    elif status in {0, 503}:
        world.gallery.to_delete.add(picture)  # the owner tries once more when all is quiet


def _of(guests: Guests, operation: Operation, method: str, picture: str, body: Any = None) -> int:
    image_id = guests.world.gallery.known.get(picture)
    if image_id is None:
        return 404
    return ask(guests, operation, f"{method} {IMAGE}", body, path=HOTEL | {"image_id": image_id}).status


def order(guests: Guests, operation: Operation, *, turn: int) -> None:
    """The owner puts another picture first."""
    seen = ask(guests, operation, f"GET {IMAGES}", reads=1)
    if seen.status == 200 and seen.body["images"]:
        ids = [image["image_id"] for image in seen.body["images"]]
        turned = ids[turn % len(ids) :] + ids[: turn % len(ids)]
        reply = ask(guests, operation, f"PUT {IMAGES}/order", {"image_ids": turned})
        if reply.status == 200:
            guests.world.faults.cover("pictures put in order")


def clean(guests: Guests, _: Operation) -> None:
    """The table and the bucket delete what is over, as they do some time or other."""
    delete_expired(guests.world)
    if guests.world.bucket.stored.expire_uploads():
        guests.world.faults.cover("an upload cleaned up")


def finish(guests: Guests) -> None:
    """Once all is quiet: the daily opening, and what an owner or an admin was never answered, once more."""
    world = guests.world
    number = 1 + max((of.number for of in world.plan.operations), default=0)
    acts: list[Callable[[Operation], None]] = [partial(open_months, guests)]
    acts += [partial(delete, guests, picture=picture) for picture in sorted(world.gallery.to_delete)]
    if world.published.unfinished:
        acts.append(partial(switch, guests, live=False))
    for more, act in enumerate(acts):
        last = Operation(number + more, world.clock.now_us // MILLISECOND, "finish", {})
        world.clock.spawn(world.clock.now_us, partial(act, last))


ACTS: dict[str, Any] = {
    "picture": ask_for,
    "upload": upload,
    "event": event,
    "words": words,
    "delete_picture": delete,
    "order": order,
    "clean": clean,
}
