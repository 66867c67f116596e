"""Put the rooms of unpaid holds back on sale: the sweep each minute, or TTL's deletion (`reclaim.py`: a buyer's need).

Each hold's write has a condition: the booking is as it was read and its deadline has passed; for a hold that TTL
deleted, no item has its id. So each may repeat, and may run at the same time as the others and as a finalize: one wins,
the others fail their condition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.bookings.release import (
    Released,
    by_pages,
    count_expired,
    expired_at,
    in_batches,
    lag_seconds,
    record_expired,
    release_batch,
)
from holdfast.errors import Busy
from holdfast.logs import Metric, count, logger
from holdfast.model.booking import HOLDING, Booking
from holdfast.model.dates import millis
from holdfast.storage.items import HOLDS_DUE, build_types
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from holdfast.engine import Engine
    from holdfast.storage.store import DueRow

WORKERS = 8  # room types swept at the same time
WORKERS_IN_ROOM_TYPE = 4  # and of each, holds of so many pages: together as many as there are connections
SHARD_LIMIT = 20_000  # due holds of a shard that one sweep reads: more than one room type can be swept of in a minute
ROWS_AT_ONCE = 100  # bookings read in one round trip
RESERVE_SECONDS = 5.0  # with less time left, the sweep begins no new batch


class Sweep(msgspec.Struct, kw_only=True):
    """What one sweep did. `remaining` is how many due holds it knows of and had no time for; there may be more.

    `lag_seconds_max` is the age, past its deadline, of the oldest hold that was released or is still due.
    """

    expired: int = 0
    lost_race: int = 0
    failed: int = 0
    remaining: int = 0
    lag_seconds_max: float = 0.0

    def note_lag(self, due_at_ms: int, at_ms: int) -> None:
        self.lag_seconds_max = max(self.lag_seconds_max, (at_ms - due_at_ms) / 1000)


def sweep(*, engine: Engine) -> Sweep:
    """Expires every hold that is due, in parallel by room type, within the time that is left."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only a scheduled run needs threads

    build_types()
    by_room_type: dict[str, list[DueRow]] = {}
    total, rooms_released = Sweep(), 0
    for shard in engine.store.shards(HOLDS_DUE):
        try:
            rows, more = engine.store.due(shard, engine.clock(), limit=SHARD_LIMIT)
        except Busy:
            rows, more = [], True  # the other shards are swept all the same
            total.failed += 1
        total.remaining += more
        for row in rows:
            by_room_type.setdefault(row.room_type_id, []).append(row)
    with ThreadPoolExecutor(WORKERS) as pool:
        for part, rooms in pool.map(lambda rows: _sweep_room_type(rows, engine=engine), by_room_type.values()):
            total.expired += part.expired
            total.lost_race += part.lost_race
            total.failed += part.failed
            total.remaining += part.remaining
            rooms_released += rooms
            total.lag_seconds_max = max(total.lag_seconds_max, part.lag_seconds_max)
    count_expired(total.expired, rooms_released, total.lag_seconds_max)
    count(Metric.SWEEP_FAILED, total.failed)
    logger.info("sweep of due holds", extra=msgspec.to_builtins(total))
    return total


def list_due(*, engine: Engine) -> dict[str, Any]:
    """The holds that a sweep would release now; reads only."""
    now = engine.clock()
    rows = [row for shard in engine.store.shards(HOLDS_DUE) for row in engine.store.due(shard, now)[0]]
    return {
        "dry_run": True,
        "due": [
            {
                "booking_id": row.booking_id,
                "room_type_id": row.room_type_id,
                "lag_seconds": (millis(now) - row.due_at_ms) / 1000,
            }
            for row in sorted(rows, key=lambda row: row.due_at_ms)
        ],
    }


def restore(image: Booking, *, engine: Engine) -> bool:
    """Releases a hold that TTL deleted before any sweep came, from its last image; False if it is released already.

    Writes the record of the expired booking back. If the guest has used the Idempotency-Key again meanwhile, the new
    hold keeps the id, and the record gets an id of its own.
    """
    if image.status not in HOLDING:
        return False
    now = engine.clock()
    expired = expired_at(image, now, by="ttl")
    try:
        engine.store.commit(image, expired, now=now, deleted=True)
    except WriteConflict as lost:
        if lost.current is None:
            raise
        if lost.current.reserved_at_ms == image.reserved_at_ms:
            return False
        own_record = msgspec.structs.replace(expired, booking_id=f"{image.booking_id}.{image.reserved_at_ms}")
        try:
            engine.store.commit(image, own_record, now=now, deleted=True)
        except WriteConflict as again:
            if again.current is None:
                raise
            return False
    record_expired(image, expired)
    count_expired(1, expired.rooms, lag_seconds(expired))
    return True


def _sweep_room_type(rows: Sequence[DueRow], *, engine: Engine) -> tuple[Sweep, int]:
    part, rooms_released = Sweep(), 0
    for first in range(0, len(rows), ROWS_AT_ONCE):
        if engine.deadline.seconds_left < RESERVE_SECONDS:
            part.remaining += len(rows) - first
            part.note_lag(rows[first].due_at_ms, millis(engine.clock()))
            break
        due_at_ms = {row.booking_id: row.due_at_ms for row in rows[first : first + ROWS_AT_ONCE]}
        found = _readable(due_at_ms, part, engine=engine)
        now_ms = millis(engine.clock())
        due = [booking for booking in found if booking.status in HOLDING and booking.expires_at_ms <= now_ms]
        part.lost_race += len(found) - len(due)
        for done in _release_all(due, engine=engine):
            part.expired += len(done.expired)
            part.lost_race += done.lost_race
            part.failed += len(done.failed)
            rooms_released += sum(expired.rooms for expired in done.expired)
            for expired in done.expired:
                part.note_lag(expired.expires_at_ms, expired.history[-1].at_ms)
            for booking in done.failed:
                part.note_lag(booking.expires_at_ms, millis(engine.clock()))
    return part, rooms_released


def _readable(due_at_ms: dict[str, int], part: Sweep, *, engine: Engine) -> list[Booking]:
    """Those of the due bookings that exist and can be read; counts the others."""
    batch, failed = list(due_at_ms), list[str]()
    found: list[Booking] = []
    try:
        found, failed = engine.store.readable_bookings(batch)
    except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
        failed = batch
        logger.exception("due holds cannot be read", extra={"booking_ids": batch})
    part.failed += len(failed)
    part.lost_race += len(batch) - len(found) - len(failed)
    for booking_id in failed:
        part.note_lag(due_at_ms[booking_id], millis(engine.clock()))
    return found


def _release_all(due: Sequence[Booking], *, engine: Engine) -> list[Released]:
    """Releases due holds of one room type: those of the same pages in turn, those of others at the same time."""
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - only a scheduled run needs threads

    def released(group: Sequence[Booking]) -> Released:
        done = Released()
        for some in in_batches(group):
            release_batch(some, done, engine=engine, by="expire")
        return done

    with ThreadPoolExecutor(WORKERS_IN_ROOM_TYPE) as pool:
        return list(pool.map(released, by_pages(due)))
