"""TTL's round over the table, and the stream that says what it deleted."""

from __future__ import annotations

from functools import partial
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.scheduler import SECOND, START

if TYPE_CHECKING:
    from tests.simulation.expressions import Item
    from tests.simulation.world import World


def delete_expired(world: World) -> None:
    """Deletes what TTL may delete by now, and the stream says which holds went, as the template's filter has it."""
    images = []
    for key in world.table.expired(int(START.timestamp()) + world.clock.now_us // SECOND):
        if not world.table.is_locked(key):
            images += [world.table.items[key]] if key[1] == "BOOKING" else []
            world.table.change({key: None})
            world.faults.cover("deleted by TTL" if key[1] == "BOOKING" else "a picture cleaned up")
    if images:
        world.deletions += images
        world.sent += 1
        number = world.sent
        for copy in range(2 if Random(f"{world.plan.seed} stream {number}").random() < 0.3 else 1):
            world.clock.spawn(
                world.clock.now_us + (30 + copy) * SECOND, partial(_stream, world, images, f"stream{number}.{copy}")
            )


def _stream(world: World, images: list[Item], name: str) -> None:
    left, attempt = list(enumerate(images)), 0
    while left:
        records = [{"eventID": str(n), "dynamodb": {"OldImage": image, "SequenceNumber": str(n)}} for n, image in left]
        answer = world._invoked("expire", f"{name}.{attempt}", {"Records": records})
        if answer is not None:
            failed = [int(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]
            done = [image for n, image in left if not failed or n < failed[0]]
            left = [(n, image) for n, image in left if failed and n >= failed[0]]
            world.deletions = [image for image in world.deletions if image not in done]
        if left:
            attempt += 1
            world.faults.cover("a stream batch delivered again")
            world.clock.sleep(20 * SECOND)
