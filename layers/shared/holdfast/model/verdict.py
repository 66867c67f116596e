"""What the auditor found when it last looked at the whole table, and what the promises rest on."""

from __future__ import annotations

from enum import StrEnum

import msgspec

FINDINGS_KEPT = 20  # of one verdict; the log has them all
FINDING_LENGTH = 300  # characters
# By how often a pass is due, in hours: when a verdict is too old. The template's AuditSilence has the same numbers.
OVERDUE_HOURS = {1: 2, 6: 8, 24: 30}


class Promise(StrEnum):
    """The three promises, and what else the books must say of themselves."""

    NO_ROOM_SOLD_TWICE = "no_room_sold_twice"
    NO_GUEST_CHARGED_TWICE = "no_guest_charged_twice"
    NO_MONEY_WITHOUT_A_ROOM = "no_money_without_a_room"
    BOOKS_AGREE = "books_agree"


# Of those in docs/reliability.md, what the hourly function checks: it has neither the gateways' records nor the log.
INVARIANTS = {
    Promise.NO_ROOM_SOLD_TWICE: ("INV1", "INV2", "INV3", "INV4", "CAL1", "CAL3", "CAL4", "TIME1", "TIME2"),
    Promise.NO_GUEST_CHARGED_TWICE: ("PAY1", "PAY2", "PAY4", "WAL1", "WAL2", "WAL3"),
    Promise.NO_MONEY_WITHOUT_A_ROOM: ("PAY3", "CASH1", "CASE1", "DUE1"),
    Promise.BOOKS_AGREE: ("CAL2", "PRM1", "ACC1", "ST1", "ST2", "PUB1", "IMG1", "ITEM1"),
}


class Finding(msgspec.Struct, frozen=True):
    """One invariant that does not hold, as an admin reads it."""

    invariant: str
    text: str


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """How much was looked at. `nights` are those of every room type; `payments` are bookings paid for and top-ups."""

    rooms: int
    nights: int
    bookings: int
    payments: int
    entries: int


class Verdict(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a finished pass found. `violations` has the count of each broken invariant, `findings` the first of them.

    The pass `began_ms` and `ended_ms`; `at_ms` is when its last look at everything began. The next verdict is there by
    `overdue_ms`, or late. Verdicts of before have `at_ms` alone.
    """

    at_ms: int
    began_ms: int | None = None
    ended_ms: int | None = None
    overdue_ms: int | None = None
    checked: Checked
    violations: dict[str, int] = {}
    findings: tuple[Finding, ...] = ()

    def broken(self, promise: Promise) -> int:
        """How many violations of that promise there are."""
        return sum(self.violations.get(invariant, 0) for invariant in INVARIANTS[promise])


class PassRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far the audit has come that began last.

    A run is at work on it until `busy_until_ms` at most. `state_key` names the object that it goes on from; without
    one the pass has ended, or its run has crashed. `changes_key` is the same for what has changed, all of which was
    read at `changes_ms`. `suspected`: another pass is due an hour after it.
    """

    began_ms: int
    busy_until_ms: int
    state_key: str | None = None
    changes_key: str | None = None
    changes_ms: int | None = None
    suspected: bool = False
    write_id: str
