"""A buyer who finds too few rooms, or uses of a promo, has due holds released: as many as he lacks, and no more."""

from __future__ import annotations

from itertools import batched
from typing import TYPE_CHECKING
from zlib import crc32

from holdfast.bookings.release import Released, by_pages, count_expired, in_batches, lag_seconds, release_batch
from holdfast.errors import Busy
from holdfast.logs import Tag, record
from holdfast.model.booking import HOLDING, Booking
from holdfast.model.dates import millis
from holdfast.model.stripes import is_settled, stripe_count
from holdfast.storage.store import WriteConflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from holdfast.engine import Engine
    from holdfast.model.inventory import InventoryMonth

LOOK = 50  # bookings read in one round trip, to choose among


class Shortage:
    """The rooms that one try lacks: due holds make way, and the pages are read again, until the answer is clear."""

    def __init__(self, room_type_id: str, *, by_booking: str, engine: Engine) -> None:
        self._room_type_id = room_type_id
        self._by_booking = by_booking
        self._engine = engine
        self._nothing_due: frozenset[date] = frozenset()  # nights on which no hold is due
        self._seen: list[InventoryMonth] = []

    def is_final(self, pages: Iterable[InventoryMonth], lacking: Mapping[date, int]) -> bool:
        """Whether these pages, read whole, lack the rooms for good; else they are to be read again.

        Raises WriteConflict while rooms come and go on their stripes, Busy.
        """
        before, self._seen = self._seen, list(pages)
        if not self.has_nothing_due(lacking, stripes=stripe_count(self._seen)):
            return False
        if not is_settled(before, self._seen, lacking):
            raise WriteConflict(["page"], None)
        return True

    def has_nothing_due(self, lacking: Mapping[date, int], *, stripes: int) -> bool:
        """Whether no hold of these nights was due when it last looked; else it looks now, and releases what is due.

        Then the pages are to be read again, even if it met none: somebody else may have been faster. `stripes` is how
        many the months have at most. Raises Busy.
        """
        if lacking.keys() <= self._nothing_due:
            return True
        met = reclaim(self._room_type_id, lacking, engine=self._engine, by_booking=self._by_booking, stripes=stripes)
        self._nothing_due = frozenset() if met else frozenset(lacking)
        return False


def reclaim(
    room_type_id: str, lacking: Mapping[date, int], *, engine: Engine, by_booking: str, stripes: int = 1
) -> bool:
    """Releases due holds until each night has back the rooms that a buyer lacks on it, or no such hold is left.

    Returns whether it met any: then the pages have changed and the buyer looks again, as another may have taken what
    became free. Reads the index from its oldest rows on and stops at enough, so it takes as long with thousands of due
    holds as with a few. `stripes` is how many the months of those nights have at most. Raises Busy.
    """
    left, met, crashed = dict(lacking), False, False
    for rows in engine.store.due_holds(room_type_id, engine.clock(), stripes=stripes):
        for some in batched((row.booking_id for row in rows), LOOK, strict=False):
            now_ms = millis(engine.clock())
            found = engine.store.bookings(some)
            due = [one for one in found if one.status in HOLDING and one.expires_at_ms <= now_ms]
            while chosen := choose(due, left, by_booking):
                done = make_way(chosen, engine=engine, by_booking=by_booking)
                met = met or bool(done.expired or done.lost_race)
                crashed = crashed or done.crashed
                for booking in done.expired:
                    for night in left.keys() & set(booking.nights):
                        left[night] -= booking.rooms
                left = {night: rooms for night, rooms in left.items() if rooms > 0}
                if not left:
                    return True
                tried = {booking.booking_id for booking in chosen}
                due = [booking for booking in due if booking.booking_id not in tried]
    if crashed and not met:
        raise Busy  # there are such holds, and none of them could be had
    return met


def choose(due: Collection[Booking], lacking: Mapping[date, int], by_booking: str) -> list[Booking]:
    """The holds that give back what is lacking, with few needless rooms and none that the others make needless.

    Among equals each buyer has an order of his own: buyers who come at once then take different holds, where all would
    reach for the oldest and all but one would have to look again.
    """

    def needless(booking: Booking) -> int:
        return sum(max(0, booking.rooms - lacking.get(night, 0)) for night in booking.nights)

    def own_order(booking: Booking) -> int:
        return crc32(f"{by_booking} {booking.booking_id}".encode())

    left, chosen = dict(lacking), list[Booking]()
    for booking in sorted(due, key=lambda one: (needless(one), own_order(one))):
        if any(left.get(night, 0) > 0 for night in booking.nights):
            chosen.append(booking)
            for night in left.keys() & set(booking.nights):
                left[night] -= booking.rooms
    for booking in reversed(tuple(chosen)):  # what came after may make one needless, those with most to spare first
        nights = left.keys() & set(booking.nights)
        if all(left[night] + booking.rooms <= 0 for night in nights):
            chosen.remove(booking)
            for night in nights:
                left[night] += booking.rooms
    return chosen


def make_way(due: Sequence[Booking], *, engine: Engine, by_booking: str) -> Released:
    """Releases these due holds for a buyer who needs their rooms or the promo that they claim; raises Busy."""
    done = Released()
    for group in by_pages(due):
        for some in in_batches(group):
            release_batch(some, done, engine=engine, by="reclaim")
    if done.expired:
        rooms = sum(expired.rooms for expired in done.expired)
        count_expired(len(done.expired), rooms, max(map(lag_seconds, done.expired)))
    for expired in done.expired:
        record(Tag.HOLD_RECLAIMED, "a due hold made way for a buyer", after=expired, buyer=by_booking)
    if done.busy:
        raise Busy
    return done
