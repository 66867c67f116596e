"""One look at the table, page by page: in the memory of the hotels and of what is suspected, however many bookings.

Hotels, calendars, promos and cases are kept. Bookings, accounts, ledgers, top-ups and redemptions pass: what each shows
by itself is checked at once, and what they show together is added up. Of the groups of users that are suspected, all
items are kept and audited in full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.audit.audit import audit, broken_alone
from holdfast.audit.cases import broken_cases
from holdfast.audit.figures import DayCounts, count_booking
from holdfast.audit.money import broken_payments, depends_on_wallet
from holdfast.audit.snapshot import KEEPING, Broken, Snapshot, snapshot_of, taken_of
from holdfast.audit.sums import UserSums, group_of
from holdfast.model.case import CaseKind
from holdfast.model.dates import millis
from holdfast.model.limits import MAX_NIGHTS, MONTHS_OPEN, RETENTION_DAYS
from holdfast.model.verdict import Checked
from holdfast.storage.items import Key
from holdfast.storage.page_writes import rooms_by_page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from holdfast.model.booking import Booking
    from holdfast.storage.items import Item

MOST_PAGES = 64  # miscounted ones whose bookings are kept, to say which of them may be the cause
# From a booking to the end of its retention; after that nothing is left of it that a case could be compared with.
LONGEST_BOOKING_MS = (31 * MONTHS_OPEN + MAX_NIGHTS + RETENTION_DAYS) * 86_400_000


class Suspects(msgspec.Struct, frozen=True):
    """What a look is to keep: groups of users, all of them if `everybody`; and the bookings of miscounted pages."""

    groups: frozenset[int] = frozenset()
    pages: frozenset[Key] = frozenset()
    everybody: bool = False

    def with_pages(self, others: Suspects) -> Suspects:
        return msgspec.structs.replace(self, pages=self.pages | others.pages)


class Look(msgspec.Struct, kw_only=True):
    """Takes the pages of one scan, in any order, and says then what is broken and what it suspects.

    All that it has taken can be written down between two pages, and taken up by another process.
    """

    kept: Suspects
    due_shards: int
    sums: UserSums
    view: Snapshot = msgspec.field(default_factory=Snapshot)
    days: DayCounts = {}
    alone: list[Broken] = []  # what passed items showed by themselves
    with_cases: Snapshot = msgspec.field(default_factory=Snapshot)  # what is in order if a case says so
    most_uses: dict[str, tuple[int, str]] = {}  # of each promo: how many one user has, and who
    counts: dict[str, int] = {}  # of bookings, payments and entries

    def add(self, items: Iterable[Item], now: datetime) -> None:
        """Takes one page, read at `now`."""
        part, passed = snapshot_of(items), Snapshot()
        for name in ("pages", "rates", "blocks", "room_types", "listings", "shown", "unreadable"):
            getattr(self.view, name).extend(getattr(part, name))
        for name in ("promos", "orphans", "cases", "case_items", "drafts", "revisions", "public", "images"):
            getattr(self.view, name).update(getattr(part, name))
        for booking_id, booking in part.bookings.items():
            self._count(booking)
            kept = self.view if self._keeps(booking.user_id) else passed
            kept.bookings[booking_id], kept.items[booking_id] = booking, part.items[booking_id]
        for topup_id, topup in part.topups.items():
            self._number("payments", 1)
            self.sums.topup(topup)
            kept = self.view if self._keeps(topup.user_id) else passed
            kept.topups[topup_id], kept.topup_items[topup_id] = topup, part.topup_items[topup_id]
        self._pass(passed, now)
        self._add_users(part)

    def finish(self, now: datetime, **records: object) -> list[Broken]:
        """Everything that is broken, as far as this look can say; `records` are what `audit` compares with."""
        for ledger in self.view.entries.values():
            ledger.sort(key=lambda entry: entry.seq)
        self.with_cases.cases = self.view.cases
        for broken in [*broken_payments(self.with_cases), *broken_cases(self.with_cases)]:
            self._suspect_owner(broken)
        oldest_ms = millis(now) - LONGEST_BOOKING_MS
        for case in self.view.cases.values():
            owes = case.kind is CaseKind.CASH_OWED and case.booking_id not in self.with_cases.bookings
            if owes and case.user_id and case.at_ms > oldest_ms:  # its booking passed as one that owes nothing
                self.sums.suspect(case.user_id)
        for code, (uses, user_id) in self.most_uses.items():
            limit = self.view.promos[code].per_user_limit if code in self.view.promos else None
            if limit is not None and uses > limit:
                self.sums.suspect(user_id)
        return sorted({*self.alone, *audit(self.view, now=now, due_shards=self.due_shards, **records)})  # type: ignore[arg-type]

    def suspects(self, found: Iterable[Broken]) -> Suspects:
        """What the next look is to keep."""
        pages = {key for broken in found if broken.invariant == "INV1" for key in broken.keys}
        return Suspects(self.sums.suspected, frozenset(sorted(pages)[:MOST_PAGES]), self.kept.everybody)

    @property
    def checked(self) -> Checked:
        return Checked(
            rooms=sum(room_type.total_rooms for room_type in self.view.room_types),
            nights=sum(len(page.on_sale) for page in self.view.pages if page.stripe == 0),
            bookings=self.counts.get("bookings", 0),
            payments=self.counts.get("payments", 0),
            entries=self.counts.get("entries", 0),
        )

    def _keeps(self, user_id: str) -> bool:
        return self.kept.everybody or group_of(user_id) in self.kept.groups

    def _number(self, what: str, more: int) -> None:
        self.counts[what] = self.counts.get(what, 0) + more

    def _count(self, booking: Booking) -> None:
        self._number("bookings", 1)
        self._number("payments", int(booking.was_confirmed or booking.payment is not None))
        self.sums.booking(booking)
        count_booking(booking, self.days)

    def _pass(self, passed: Snapshot, now: datetime) -> None:
        """Checks what is not kept, and adds up what it takes."""
        self.alone += broken_alone(passed, now=now, due_shards=self.due_shards)
        rooms = self.view.passed.rooms
        for booking_id, booking in passed.bookings.items():
            if booking.status in KEEPING:
                for night, count in taken_of(booking).items():
                    rooms[night] = rooms.get(night, 0) + count
            if self.kept.pages and not self.kept.pages.isdisjoint(rooms_by_page(booking)):
                self.view.passed.on_wrong_pages[booking_id] = booking
            if depends_on_wallet(booking):
                self.sums.suspect(booking.user_id)
        for broken in [*broken_payments(passed), *broken_cases(passed)]:  # by themselves: a case may make it good
            name = broken.keys[0][0].partition("#")[2]
            if name in passed.bookings:
                self.with_cases.bookings[name] = passed.bookings[name]
            elif name in passed.topups:
                self.with_cases.topups[name] = passed.topups[name]

    def _suspect_owner(self, broken: Broken) -> None:
        name = broken.keys[0][0].partition("#")[2]
        owner = self.with_cases.bookings.get(name) or self.with_cases.topups.get(name)
        if owner:
            self.sums.suspect(owner.user_id)

    def _add_users(self, part: Snapshot) -> None:
        for user_id, account in part.accounts.items():
            self.sums.account(account)
            if self._keeps(user_id):
                self.view.accounts[user_id] = account
        for user_id, ledger in part.entries.items():
            self._number("entries", len(ledger))
            for entry in ledger:
                self.sums.entry(entry)
            if self._keeps(user_id):
                self.view.entries.setdefault(user_id, []).extend(ledger)
        for redemption in part.claims:
            self.sums.redemption(redemption)
            if self._keeps(redemption.user_id):
                self.view.claims.append(redemption)
                continue
            uses = len(redemption.bookings)
            claims = self.view.passed.claims
            claims[redemption.code] = claims.get(redemption.code, 0) + uses
            most = self.most_uses.get(redemption.code, (1, ""))
            self.most_uses[redemption.code] = max(most, (uses, redemption.user_id))
