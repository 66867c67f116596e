"""What an audit leaves in the table: its verdict, and the daily figures. Both may be written twice and out of order."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import msgspec

from holdfast.audit.figures import figures_by_day, first_day
from holdfast.model.dates import millis
from holdfast.model.limits import EXPIRED_HOLD_DAYS
from holdfast.model.verdict import FINDING_LENGTH, FINDINGS_KEPT, OVERDUE_HOURS, Finding, Verdict
from holdfast.storage.verdicts import VerdictStore

if TYPE_CHECKING:
    from holdfast.audit.table import Audited
    from holdfast.model.figures import DayFigures
    from holdfast.storage.store import Store

ALWAYS_WRITTEN_DAYS = 2  # today and yesterday, so that their instant says how fresh they are


def record_audit(audited: Audited, *, store: Store, hours: int = 1) -> None:
    """Writes the days whose counts are new, then the verdict; one is due each so many hours. Raises Busy.

    A day whose expired holds TTL may have deleted is written only if nothing has counted it before.
    """
    kept = VerdictStore(store.table)
    today = audited.at.astimezone(UTC).date()
    fresh, complete = (today - timedelta(days=days - 1) for days in (ALWAYS_WRITTEN_DAYS, EXPIRED_HOLD_DAYS))
    known = {stored.day: stored for stored in kept.figures(first_day(audited.at), today)}
    for counted in figures_by_day(audited.days, audited.at, known):
        stored = known.get(counted.day)
        if stored is None or counted.day >= fresh or (counted.day >= complete and _differs(stored, counted)):
            kept.keep_figures(counted)
    kept.keep_verdict(verdict_of(audited, hours))


def verdict_of(audited: Audited, hours: int = 1) -> Verdict:
    findings = [Finding(broken.invariant, broken.text[:FINDING_LENGTH]) for broken in audited.broken[:FINDINGS_KEPT]]
    return Verdict(
        at_ms=millis(audited.at),
        began_ms=millis(audited.began),
        ended_ms=millis(audited.ended),
        overdue_ms=millis(audited.at + timedelta(hours=OVERDUE_HOURS[hours])),
        checked=audited.checked,
        violations=dict(Counter(broken.invariant for broken in audited.broken)),
        findings=tuple(findings),
    )


def _differs(stored: DayFigures, counted: DayFigures) -> bool:
    return msgspec.structs.replace(stored, counted_at_ms=0) != msgspec.structs.replace(counted, counted_at_ms=0)
