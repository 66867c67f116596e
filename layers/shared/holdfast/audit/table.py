"""The audit of a table in use: several looks at it, because a scan is no snapshot.

A pass is one whole audit. It may stop after any page of a scan, be written down, and go on in another process.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from holdfast.audit.figures import DayCounts
from holdfast.audit.look import Look, Suspects
from holdfast.audit.snapshot import Broken
from holdfast.audit.sums import UserSums
from holdfast.model.dates import instant, millis

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from holdfast.audit.snapshot import Snapshot
    from holdfast.model.verdict import Checked
    from holdfast.payments.gateways.protocol import GatewayPayment
    from holdfast.storage.store import Store

LOOKS = 3  # only what so many show is broken
KEPT_ITEMS = 50_000  # bookings and ledger entries of users that one look keeps, about: some 200 MB
# What a look can show only of those bookings and users whom the look before made it keep.
OF_SUSPECTS = frozenset({"INV3", "WAL1", "WAL2", "WAL3", "ACC1", "PRM1", "PAY2", "PAY3", "PAY4", "CASH1", "CASE1"})


class Audited(NamedTuple):
    """What the looks showed to be broken, and from when to when they looked.

    `at` is when the last look began; what it read, and what it kept of that, is in the other fields.
    """

    broken: list[Broken]
    snapshot: Snapshot
    began: datetime
    at: datetime
    ended: datetime
    checked: Checked
    days: DayCounts


class Records(NamedTuple):
    """What the table is compared with, read anew for each look: the gateways' payments and the keys of the bucket."""

    gateway_records: Callable[[], Iterable[tuple[str, GatewayPayment]]] | None = None
    file_keys: Callable[[], Iterable[str]] | None = None

    def read(self) -> dict[str, Any]:
        return {name: read and list(read()) for name, read in self._asdict().items()}


class Stage(StrEnum):
    """What the next look is for: whom to suspect, what is broken with them, and whether it still is."""

    SUSPECT = "suspect"
    SHOW = "show"
    CONFIRM = "confirm"


class Pass(msgspec.Struct, kw_only=True):
    """One audit of a table, as far as it has come.

    The first look reads at half the price, and perhaps a moment behind. Of users it shows only whom to suspect, by sums
    that do not add up. The next ones read the latest of everything, and keep some of the suspects in full: two looks
    for as many of them as fit into memory, then two for the next. Whoever is not suspected in every look is let off.
    """

    began_ms: int
    everybody: bool = False  # nobody passes: for tables that fit into memory
    most_kept: int = KEPT_ITEMS
    stage: Stage = Stage.SUSPECT
    at_ms: int = 0  # when the look began
    look: Look | None = None
    after: dict[str, Any] | None = None  # the key behind which the look's scan goes on
    kept: Suspects = Suspects()
    waiting: frozenset[int] = frozenset()  # suspected groups that no look has kept yet
    general: list[Broken] = []  # what each look has shown that could
    own: list[Broken] = []  # what the suspects that were kept have shown
    confirmed: list[Broken] = []

    def go_on(
        self,
        store: Store,
        *,
        clock: Callable[[], datetime],
        records: Records,
        pause: Callable[[], None] = lambda: None,
        has_time: Callable[[], bool] = lambda: True,
    ) -> Audited | None:
        """Looks until the pass is over; None if the time ran out before. Raises Busy."""
        while True:
            compared = records.read()
            look = self.look or self._begin(clock(), store.due_shards)
            if not self._read(look, store, clock=clock, has_time=has_time):
                return None
            found = look.finish(clock(), **compared)
            self.look = self.after = None
            if not self._goes_on(found, look):
                times = instant(self.began_ms), instant(self.at_ms), clock()
                return Audited(sorted(self.confirmed), look.view, *times, look.checked, look.days)
            pause()

    def _begin(self, now: datetime, due_shards: int) -> Look:
        self.at_ms = millis(now)
        self.look = Look(kept=self.kept, due_shards=due_shards, sums=UserSums.at(self.at_ms))
        return self.look

    def _read(self, look: Look, store: Store, *, clock: Callable[[], datetime], has_time: Callable[[], bool]) -> bool:
        """Whether the look has read all pages."""
        consistent = self.everybody or self.stage is not Stage.SUSPECT
        for items, after in store.table.scan_pages(consistent=consistent, after=self.after):
            look.add(items, clock())
            self.after = after
            if self.after is not None and not has_time():
                return False
        return True

    def _goes_on(self, found: list[Broken], look: Look) -> bool:
        """Takes what the look has shown; whether another one is needed."""
        same, suspects = {_sameness(broken) for broken in found}, look.suspects(found)
        of_suspects = frozenset() if self.everybody else OF_SUSPECTS
        if self.stage is Stage.SUSPECT:
            self.general = [broken for broken in found if broken.invariant not in of_suspects]
            self.waiting = suspects.groups
            return self._keeps_more(look, suspects) if found or self.waiting else False
        self.general = [broken for broken in self.general if _sameness(broken) in same]
        self.waiting &= suspects.groups
        if self.stage is Stage.SHOW:
            self.own = [broken for broken in found if broken.invariant in of_suspects]
            if self.own or self.general:
                self.stage, self.kept = Stage.CONFIRM, self.kept.with_pages(suspects)
                return True
        else:
            self.confirmed += [*self.general, *(broken for broken in self.own if _sameness(broken) in same)]
            self.general = self.own = []
        return self._keeps_more(look, Suspects()) if self.waiting else False

    def _keeps_more(self, look: Look, pages: Suspects) -> bool:
        """Has the next look keep as many of those who wait as fit into memory."""
        items = look.checked.bookings + look.checked.entries
        groups = max(1, sum(look.sums.seen) * self.most_kept // max(1, items))
        these = frozenset(sorted(self.waiting)[:groups])
        self.stage, self.waiting = Stage.SHOW, self.waiting - these
        self.kept = Suspects(these, everybody=self.everybody).with_pages(pages)
        return True


def audit_table(
    store: Store,
    *,
    clock: Callable[[], datetime],
    gateway_records: Callable[[], Iterable[tuple[str, GatewayPayment]]] | None = None,
    file_keys: Callable[[], Iterable[str]] | None = None,
    pause: Callable[[], None] = lambda: None,
) -> Audited:
    """Audits a table in use, in one go.

    With `gateway_records`, which have payments of all bookings, it keeps everybody. Raises Busy.
    """
    one = Pass(began_ms=millis(clock()), everybody=gateway_records is not None)
    audited = one.go_on(store, clock=clock, records=Records(gateway_records, file_keys), pause=pause)
    assert audited is not None
    return audited


def _sameness(broken: Broken) -> tuple[object, ...]:
    """What identifies a finding. Where each scan of a month in use is off by another count or revision, those too."""
    return broken.invariant, broken.keys, broken.text if broken.invariant in {"INV1", "CAL1", "CAL3"} else ""
