"""Record that due holds have expired, and put their rooms back on sale: several holds of one page in one transaction.

A transaction of k holds writes each booking and each page once: 3 + 2/k write units a hold, where one alone takes 5.
Each hold keeps its own condition: it is as it was read, and its deadline has passed. One that fails it is left out of
the next try. Whatever else goes wrong, halves are tried, so that one hold that cannot be released stops no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.errors import Busy
from holdfast.logs import Metric, Tag, count, logger, record
from holdfast.model.booking import Booking, Status
from holdfast.storage.due_holds import BookingsChanged
from holdfast.storage.page_writes import rooms_by_page
from holdfast.storage.table import TRANSACTION_LIMIT, ConditionsFailed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from holdfast.engine import Engine
    from holdfast.storage.items import Key

BATCH = 25  # holds in one transaction, at most


class Released(msgspec.Struct):
    """What became of due holds: those that expired, those that another writer changed first, those that failed."""

    expired: list[Booking] = []
    lost_race: int = 0
    failed: list[Booking] = []
    busy: bool = False  # contention, throttling or silence outlasted the time left
    crashed: bool = False  # by what is no condition: it says nothing about the hold


def by_pages(due: Sequence[Booking]) -> list[list[Booking]]:
    """The holds, grouped by the pages that they took their rooms from: what one transaction may release together."""
    groups: dict[tuple[Key, ...], list[Booking]] = {}
    for booking in due:
        groups.setdefault(tuple(rooms_by_page(booking)), []).append(booking)
    return list(groups.values())


def in_batches(group: Sequence[Booking]) -> Iterator[list[Booking]]:
    """Holds of the same pages, as many at once as one transaction can release: it writes each hold and each page.

    A claim of a promo adds two writes, of the promo and of its user's redemption.
    """
    most = TRANSACTION_LIMIT - len(rooms_by_page(group[0]))
    batch, writes = list[Booking](), 0
    for booking in group:
        adds = 3 if booking.claimed_promo else 1
        if len(batch) == BATCH or writes + adds > most:
            yield batch
            batch, writes = [], 0
        batch.append(booking)
        writes += adds
    yield batch


def release_batch(due: Sequence[Booking], done: Released, *, engine: Engine, by: str) -> None:
    """Releases a batch of due holds, and adds what became of each to `done`; never raises."""
    now = engine.clock()
    try:
        changes = [(booking, expired_at(booking, now, by=by)) for booking in due]
        expired = engine.store.release(changes, now=now)
    except BookingsChanged as changed:
        rest = [booking for booking in due if booking.booking_id not in changed.booking_ids]
        done.lost_race += len(due) - len(rest)
        if rest:
            release_batch(rest, done, engine=engine, by=by)
    except Exception as error:  # noqa: BLE001 - one bad item must not stop the rest; it is logged whole
        if len(due) > 1 and not isinstance(error, Busy):
            half = len(due) // 2
            release_batch(due[:half], done, engine=engine, by=by)
            release_batch(due[half:], done, engine=engine, by=by)
            return
        done.failed += due
        done.busy = done.busy or isinstance(error, Busy)
        done.crashed = done.crashed or not isinstance(error, ConditionsFailed)
        logger.exception("due holds cannot be released", extra={"booking_ids": [of.booking_id for of in due]})
    else:
        done.expired += expired
        for before, after in zip(due, expired, strict=True):
            record_expired(before, after)


def expired_at(booking: Booking, now: datetime, *, by: str) -> Booking:
    return booking.transitioned(Status.EXPIRED, now, by, tasks=(*booking.tasks, *booking.open_order_void(now)))


def lag_seconds(expired: Booking) -> float:
    return (expired.history[-1].at_ms - expired.expires_at_ms) / 1000


def record_expired(before: Booking, expired: Booking) -> None:
    lag = lag_seconds(expired)
    record(
        Tag.BOOKING_EXPIRED,
        f"{before.rooms} room(s) back on sale {lag:.1f} s after the deadline",
        before=before,
        after=expired,
        rooms=before.rooms,
        lag_seconds=lag,
        by=expired.history[-1].by,
    )


def count_expired(expired: int, rooms: int, lag: float) -> None:
    count(Metric.HOLDS_EXPIRED, expired)
    count(Metric.ROOMS_RELEASED, rooms)
    count(Metric.EXPIRY_LAG, lag)
