"""One run of the function: it begins the pass that is due, or goes on with the one that a run before had to leave.

A run ends with its function's time; a pass may take several. What it has come to is written to the bucket, and a record
in the table says who is at work on it, so that two runs at once are one, and a crashed one is begun anew.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.audit.changes import Changes
from holdfast.audit.packing import packed, unpacked
from holdfast.audit.table import Audited, Pass, Records
from holdfast.errors import Busy
from holdfast.logs import logger
from holdfast.model.dates import millis
from holdfast.model.verdict import PassRecord
from holdfast.storage.stream import StreamLost
from holdfast.storage.verdicts import VerdictStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.engine import Engine
    from holdfast.model.verdict import Verdict
    from holdfast.storage.bucket import Bucket
    from holdfast.storage.stream import Stream

STATES = "audit/"  # the folder of what passes have come to
STOP_SECONDS = 120  # before its time is over a run stops reading: to finish a look, or to write it down
UNREAD_MS = 2 * 3_600_000  # from then on nobody relies on changes that are not read
STALE_MS = 2 * 3_600_000  # what was left for longer has read a table that is no more: the pass is begun anew
_MOST_BYTES = 1 << 30
_HOUR_MS = 3_600_000


class Outcome(StrEnum):
    NOT_DUE = "not_due"
    BUSY = "busy"  # another run is at work on the pass
    LEFT = "left"  # the time was over: the next run goes on
    FINISHED = "finished"


class Run(NamedTuple):
    outcome: Outcome
    audited: Audited | None = None  # of a pass that is finished
    suspected: bool = False  # what changed since the run before does not add up


class Auditor(NamedTuple):
    """What runs work with. A pass is due each so many `hours` by the clock in UTC, so a late one puts off no other.

    With a `stream`, each run also looks at what has changed. If that does not add up a pass is due at once, but not
    within an hour of the last one; and while it cannot be read, one is due each hour.
    """

    engine: Engine
    bucket: Bucket
    records: Records
    hours: int
    stream: Stream | None
    pause: Callable[[], None]

    def run(self, *, at_once: bool) -> Run:
        """Works for as long as the engine has time; `at_once` begins a pass although none is due. Raises Busy."""
        store, now_ms = VerdictStore(self.engine.store.table), self._now_ms()
        before, verdict = store.last_pass()
        if before and before.busy_until_ms > now_ms:
            return Run(Outcome.BUSY)
        due = at_once or self._is_due(before, verdict, now_ms)
        if not (due or self.stream or (before and before.state_key)):
            return Run(Outcome.NOT_DUE)
        # Should this run die, nothing goes on from what it took up, and a pass is begun.
        busy_until_ms = now_ms + int(self.engine.deadline.seconds_left * 1000)
        ours = PassRecord(began_ms=0, busy_until_ms=busy_until_ms, suspected=True, write_id=_write_id())
        if before:
            ours = msgspec.structs.replace(ours, began_ms=before.began_ms, changes_ms=before.changes_ms)
        if not store.keep_pass_record(before, ours):
            return Run(Outcome.BUSY)
        ended = msgspec.structs.replace(ours, write_id=_write_id(), suspected=before is not None and before.suspected)
        suspected = False
        if self.stream:
            ended, suspected = self._with_changes(ended, self.stream, before.changes_key if before else None)
        one = self._left(before, now_ms)
        if one is None and (due or self._is_due(ended, verdict, now_ms)):
            one, ended = Pass(began_ms=now_ms), msgspec.structs.replace(ended, began_ms=now_ms, suspected=False)
        outcome, audited = Outcome.NOT_DUE, None
        if one:
            audited = self._go_on(one)
            outcome = Outcome.FINISHED if audited else Outcome.LEFT
        if one and not audited:
            ended = msgspec.structs.replace(ended, state_key=self._write(one, f"pass-{ended.write_id}"))
        store.keep_pass_record(ours, msgspec.structs.replace(ended, busy_until_ms=self._now_ms()))
        return Run(outcome, audited, suspected)

    def _is_due(self, before: PassRecord | None, verdict: Verdict | None, now_ms: int) -> bool:
        if before is None or verdict is None or verdict.began_ms != before.began_ms:
            return True
        if before.suspected and now_ms - before.began_ms >= _HOUR_MS:
            return True
        read = self.stream and before.changes_ms and now_ms - before.changes_ms <= UNREAD_MS
        slot_ms = (self.hours if read else 1) * _HOUR_MS
        return before.began_ms // slot_ms < now_ms // slot_ms

    def _go_on(self, one: Pass) -> Audited | None:
        return one.go_on(
            self.engine.store,
            clock=self.engine.clock,
            records=self.records,
            pause=self.pause,
            has_time=lambda: self.engine.deadline.seconds_left > STOP_SECONDS,
        )

    def _with_changes(self, record: PassRecord, stream: Stream, key: str | None) -> tuple[PassRecord, bool]:
        """The record with the changes that are read now, and whether they do not add up, or some were lost."""
        half = self.engine.deadline.seconds_left / 2
        known = self._read(key, Changes)
        changes = known if known and known.arn == stream.arn else Changes(arn=stream.arn)
        suspected, changes_ms = False, record.changes_ms
        try:
            suspected = changes.read(
                stream,
                now=self.engine.clock(),
                due_shards=self.engine.store.due_shards,
                has_time=lambda: self.engine.deadline.seconds_left > half,
            )
            changes_ms = self._now_ms() if changes.complete else changes_ms
        except Busy:
            logger.exception("the table's stream cannot be read")
        except StreamLost:
            logger.exception("changes of the table are lost")
            changes, suspected = Changes(arn=stream.arn), known is not None
        changes_key = self._write(changes, f"changes-{record.write_id}")
        suspected_now = record.suspected or suspected
        changed = {"changes_key": changes_key, "changes_ms": changes_ms, "suspected": suspected_now}
        return msgspec.structs.replace(record, **changed), suspected

    def _left(self, before: PassRecord | None, now_ms: int) -> Pass | None:
        """The pass that a run before had to leave, if it is still worth going on with."""
        fresh = before and now_ms - before.busy_until_ms <= STALE_MS
        return self._read(before.state_key, Pass) if before and fresh else None

    def _read[Value: msgspec.Struct](self, key: str | None, of: type[Value]) -> Value | None:
        found = self.bucket.read(key, _MOST_BYTES) if key else None
        return unpacked(found.data, of) if found else None

    def _write(self, value: msgspec.Struct, name: str) -> str:
        self.bucket.write(f"{STATES}{name}", packed(value), "application/octet-stream")
        return f"{STATES}{name}"

    def _now_ms(self) -> int:
        return millis(self.engine.clock())


def _write_id() -> str:
    return secrets.token_hex(8)
