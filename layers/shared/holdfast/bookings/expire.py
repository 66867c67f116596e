"""Put the rooms of unpaid holds back on sale: the sweep each minute, a buyer who needs them, or TTL's deletion.

Each ends in one conditional write. Its condition is that the booking is as it was read and its deadline has passed; for
a hold that TTL deleted, that no item has its id. So each may repeat, and may run at the same time as the others and as
a finalize: one wins, the others fail their condition.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import msgspec

from holdfast.errors import Busy
from holdfast.logs import Metric, Tag, count, logger, record
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.dates import millis
from holdfast.storage.items import HOLDS_DUE
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from holdfast.engine import Engine
    from holdfast.storage.store import DueRow

WORKERS = 8  # room types swept at the same time; the holds of one are released in turn, because they share its pages
SHARD_LIMIT = 5000  # due holds of a shard that one sweep reads
BATCH = 25  # bookings read in one round trip
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
    _count(total.expired, rooms_released, total.lag_seconds_max)
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


def reclaim(room_type_id: str, short: Sequence[date], *, engine: Engine, by_booking: str) -> None:
    """Releases the due holds on the nights for which a buyer finds too few rooms."""
    rows = engine.store.due_holds(room_type_id, engine.clock())
    found = engine.store.bookings([row.booking_id for row in rows])
    due = [one for one in found if one.status in HOLDING and not set(short).isdisjoint(one.nights)]
    make_way(due, engine=engine, by_booking=by_booking)


def make_way(due: Sequence[Booking], *, engine: Engine, by_booking: str) -> None:
    """Releases these due holds for a buyer who needs their rooms, or the uses of a promo that they claim."""
    for booking in due:
        with suppress(WriteConflict):  # another writer released or confirmed it first
            expired = _release(booking, engine.clock(), engine=engine, by="reclaim")
            _count(1, expired.rooms, _lag_seconds(expired))
            record(Tag.HOLD_RECLAIMED, "a due hold made way for a buyer", after=expired, buyer=by_booking)


def restore(image: Booking, *, engine: Engine) -> bool:
    """Releases a hold that TTL deleted before any sweep came, from its last image; False if it is released already.

    Writes the record of the expired booking back. If the guest has used the Idempotency-Key again meanwhile, the new
    hold keeps the id, and the record gets an id of its own.
    """
    if image.status not in HOLDING:
        return False
    now = engine.clock()
    expired = _expired(image, now, by="ttl")
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
    _record_expired(image, expired)
    _count(1, expired.rooms, _lag_seconds(expired))
    return True


def _sweep_room_type(rows: Sequence[DueRow], *, engine: Engine) -> tuple[Sweep, int]:
    part, rooms_released = Sweep(), 0
    for first in range(0, len(rows), BATCH):
        if engine.deadline.seconds_left < RESERVE_SECONDS:
            part.remaining += len(rows) - first
            part.note_lag(rows[first].due_at_ms, millis(engine.clock()))
            break
        due_at_ms = {row.booking_id: row.due_at_ms for row in rows[first : first + BATCH]}
        batch = list(due_at_ms)
        try:
            found, unreadable = engine.store.readable_bookings(batch)
        except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
            part.failed += len(batch)
            part.note_lag(rows[first].due_at_ms, millis(engine.clock()))
            logger.exception("due holds cannot be read", extra={"booking_ids": batch})
            continue
        part.failed += len(unreadable)
        for booking_id in unreadable:
            part.note_lag(due_at_ms[booking_id], millis(engine.clock()))
        part.lost_race += len(batch) - len(found) - len(unreadable)
        for booking in found:
            rooms_released += _sweep_one(booking, part, engine=engine)
    return part, rooms_released


def _sweep_one(booking: Booking, part: Sweep, *, engine: Engine) -> int:
    """Releases one hold and returns its rooms, or 0. A failure is logged and counted, and stops no other hold."""
    now = engine.clock()
    if booking.status not in HOLDING or booking.expires_at_ms > millis(now):
        part.lost_race += 1
        return 0
    try:
        expired = _release(booking, now, engine=engine, by="expire")
    except WriteConflict as lost:
        if "booking" in lost.kinds:
            part.lost_race += 1
        else:
            _note_failure(booking, part, now)
    except Exception:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
        _note_failure(booking, part, now)
    else:
        part.expired += 1
        part.note_lag(expired.expires_at_ms, expired.history[-1].at_ms)
        return booking.rooms
    return 0


def _note_failure(booking: Booking, part: Sweep, now: datetime) -> None:
    part.failed += 1
    part.note_lag(booking.expires_at_ms, millis(now))
    logger.exception("a due hold cannot be released", extra={"booking_id": booking.booking_id})


def _release(booking: Booking, now: datetime, *, engine: Engine, by: str) -> Booking:
    expired = engine.store.commit(booking, _expired(booking, now, by=by), now=now)
    _record_expired(booking, expired)
    return expired


def _expired(booking: Booking, now: datetime, *, by: str) -> Booking:
    return booking.transitioned(Status.EXPIRED, now, by, tasks=(*booking.tasks, *booking.open_order_void(now)))


def _lag_seconds(expired: Booking) -> float:
    return (expired.history[-1].at_ms - expired.expires_at_ms) / 1000


def _record_expired(before: Booking, expired: Booking) -> None:
    lag_seconds = _lag_seconds(expired)
    record(
        Tag.BOOKING_EXPIRED,
        f"{before.rooms} room(s) back on sale {lag_seconds:.1f} s after the deadline",
        before=before,
        after=expired,
        rooms=before.rooms,
        lag_seconds=lag_seconds,
        by=expired.history[-1].by,
    )


def _count(expired: int, rooms: int, lag_seconds: float) -> None:
    count(Metric.HOLDS_EXPIRED, expired)
    count(Metric.ROOMS_RELEASED, rooms)
    count(Metric.EXPIRY_LAG, lag_seconds)
