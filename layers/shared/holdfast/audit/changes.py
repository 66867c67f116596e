"""What changed since the last run, added up: a change that breaks a promise leaves a rest, and the whole table is due.

A transaction moves rooms between a page and a booking, or money between a balance and a ledger, and the changes of all
its items add up to zero, in whatever order they are read. What is seen in part leaves a rest until it is seen whole; a
rest that stays the same from one run to the next is no transaction under way. It proves nothing, and needs no proof:
it makes a pass over the whole table due, which says what is broken.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from holdfast.audit.audit import broken_alone
from holdfast.audit.snapshot import HELD, KEEPING, Snapshot, month_and_day, snapshot_of, taken_of
from holdfast.audit.sums import UserSums
from holdfast.storage.stream import StreamLost

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from holdfast.model.booking import Booking
    from holdfast.model.calendar import Block
    from holdfast.storage.stream import Change, Stream

NEVER_MS = 1 << 60  # no deadline is after it: whether a hold is live is a matter of the clock, and no change


class Changes(msgspec.Struct, kw_only=True):
    """How far the stream has been read, and what does not add up of it."""

    arn: str
    shards: dict[str, str | None] = {}  # read up to that change
    ended: set[str] = set()  # read to their ends
    complete: bool = False  # the last reading came to the end
    begun: bool = False  # the first reading begins in the middle of transactions
    sums: UserSums = msgspec.field(default_factory=lambda: UserSums(now_ms=NEVER_MS, gone=0))
    rooms: dict[tuple[str, int, str, int], int] = {}  # off sale less taken, by room type, stripe, month, day
    alone: int = 0  # items that are broken by themselves
    groups_before: dict[int, int] = {}  # the rests of the reading before
    rooms_before: dict[tuple[str, int, str, int], int] = {}

    def read(self, stream: Stream, *, now: datetime, due_shards: int, has_time: Callable[[], bool]) -> bool:
        """Whether something does not add up. Stops when the time is over: the next run goes on.

        Raises Busy, StreamLost.
        """
        self.complete = False
        listed = stream.shards()
        if not self.shards.keys() <= set(listed):
            raise StreamLost
        self.ended.intersection_update(listed)
        for shard_id in listed:
            if shard_id in self.ended:
                continue
            for page in stream.pages(shard_id, self.shards.get(shard_id)):
                for change in page.changes:
                    self.take(change, now=now, due_shards=due_shards)
                self.shards[shard_id] = page.last
                if page.ended:
                    self.ended.add(shard_id)
                    del self.shards[shard_id]
                if not has_time():
                    return False
        self.complete = True
        return self.concluded()

    def take(self, change: Change, *, now: datetime, due_shards: int) -> None:
        old = snapshot_of([change.old]) if change.old else Snapshot()
        new = snapshot_of([change.new]) if change.new else Snapshot()
        if change.by_ttl and not any(booking.status in HELD for booking in old.bookings.values()):
            return  # what it was about stays: ledgers, and nights that are over
        self._add(old, -1)
        self._add(new, 1)
        self.alone += len(list(broken_alone(new, now=now, due_shards=due_shards, sweeping=False)))
        self.alone += len(new.unreadable) + sum(
            not 0 <= free <= page.on_sale.get(day, 0) for page in new.pages for day, free in page.free.items()
        )

    def concluded(self) -> bool:
        """Whether a rest is the same as after the reading before, or an item is broken by itself; said once of each."""
        groups, rooms = self.sums.rests, self.rooms
        if not self.begun:
            lasting, lasting_rooms = set(groups), set(rooms)
        else:
            lasting = {group for group, rest in groups.items() if self.groups_before.get(group) == rest}
            lasting_rooms = {night for night, rest in rooms.items() if self.rooms_before.get(night) == rest}
        suspected = self.begun and bool(lasting or lasting_rooms or self.alone or self.sums.picked)
        self.sums.clear(lasting)
        self.rooms = {night: rest for night, rest in rooms.items() if night not in lasting_rooms}
        self.groups_before, self.rooms_before = self.sums.rests, dict(self.rooms)
        self.alone, self.begun = 0, True
        self.sums.picked.clear()
        return suspected

    def _add(self, part: Snapshot, sign: int) -> None:
        self.sums.sign = sign
        for booking in part.bookings.values():
            self.sums.booking(booking)
        for account in part.accounts.values():
            self.sums.account(account)
        for entry in chain.from_iterable(part.entries.values()):
            self.sums.entry(entry)
        for topup in part.topups.values():
            self.sums.topup(topup)
        for redemption in part.claims:
            self.sums.redemption(redemption)
        self._add_rooms(part, sign)

    def _add_rooms(self, part: Snapshot, sign: int) -> None:
        for page in part.pages:
            for day, free in page.free.items():
                off = page.on_sale.get(day, 0) - free
                self._move((page.room_type_id, page.stripe, page.month, day), sign * off)
        keeping = [booking for booking in part.bookings.values() if booking.status in KEEPING]
        kept: list[Booking | Block] = [*keeping, *(block for block in part.blocks if block.released_at_ms is None)]
        for one in kept:
            for (room_type_id, stripe, night), rooms in taken_of(one).items():
                self._move((room_type_id, stripe, *month_and_day(night)), -sign * rooms)

    def _move(self, night: tuple[str, int, str, int], rooms: int) -> None:
        rest = self.rooms.pop(night, 0) + rooms
        if rest:
            self.rooms[night] = rest
