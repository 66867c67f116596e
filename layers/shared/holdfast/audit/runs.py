"""One run of the function: it begins the pass that is due, or goes on with the one that a run before had to leave.

A run ends with its function's time; a pass may take several. What it has come to is written to the bucket, and a record
in the table says who is at work on it, so that two runs at once are one, and a crashed one is begun anew.
"""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from holdfast.audit.table import Audited, Pass, Records
from holdfast.model.dates import millis
from holdfast.model.verdict import PassRecord
from holdfast.storage.verdicts import VerdictStore

if TYPE_CHECKING:
    from collections.abc import Callable

    from holdfast.engine import Engine
    from holdfast.model.verdict import Verdict
    from holdfast.storage.bucket import Bucket

STATES = "audit/"  # the folder of what passes have come to
STOP_SECONDS = 120  # before its time is over a run stops reading: to finish a look, or to write it down
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


def run_audit(
    engine: Engine, bucket: Bucket, records: Records, *, hours: int, at_once: bool, pause: Callable[[], None]
) -> Run:
    """Works on a pass for as long as the engine has time; `at_once` begins one although none is due. Raises Busy.

    One is due each so many `hours`, by the clock in UTC, so that late ones do not put off the next.
    """
    store, now_ms = VerdictStore(engine.store.table), millis(engine.clock())
    before, verdict = store.last_pass()
    if before and before.busy_until_ms > now_ms:
        return Run(Outcome.BUSY)
    one = _left(before, bucket, now_ms)
    if one is None and not (at_once or _is_due(before, verdict, now_ms, hours)):
        return Run(Outcome.NOT_DUE)
    one = one or Pass(began_ms=now_ms)
    busy_until_ms = now_ms + int(engine.deadline.seconds_left * 1000)
    ours = PassRecord(began_ms=one.began_ms, busy_until_ms=busy_until_ms, write_id=secrets.token_hex(8))
    if not store.keep_pass_record(before, ours):
        return Run(Outcome.BUSY)
    audited = one.go_on(
        engine.store,
        clock=engine.clock,
        records=records,
        pause=pause,
        has_time=lambda: engine.deadline.seconds_left > STOP_SECONDS,
    )
    ended = msgspec.structs.replace(ours, busy_until_ms=millis(engine.clock()), write_id=secrets.token_hex(8))
    if audited is None:
        state_key = f"{STATES}{ours.write_id}"
        bucket.write(state_key, one.packed(), "application/octet-stream")
        ended = msgspec.structs.replace(ended, state_key=state_key)
    store.keep_pass_record(ours, ended)
    return Run(Outcome.FINISHED if audited else Outcome.LEFT, audited)


def _left(before: PassRecord | None, bucket: Bucket, now_ms: int) -> Pass | None:
    """The pass that a run before had to leave, if it is still worth going on with."""
    if before is None or before.state_key is None or now_ms - before.busy_until_ms > STALE_MS:
        return None
    state = bucket.read(before.state_key, _MOST_BYTES)
    return Pass.unpacked(state.data) if state else None


def _is_due(before: PassRecord | None, verdict: Verdict | None, now_ms: int, hours: int) -> bool:
    if before is None or verdict is None or verdict.began_ms != before.began_ms:  # it has crashed
        return True
    return before.began_ms // (hours * _HOUR_MS) < now_ms // (hours * _HOUR_MS)
