"""The auditor's last verdict and the daily figures in the table: written by the audit, read by admins and by anyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from holdfast.model.figures import DayFigures
from holdfast.model.verdict import PassRecord, Verdict
from holdfast.storage.base import TableStore
from holdfast.storage.items import Item, Key, item_of
from holdfast.storage.marshal import put_action
from holdfast.storage.table import ConditionsFailed

if TYPE_CHECKING:
    from datetime import date

FIGURES = "FIGURES"
AUDIT = "AUDIT"
VERDICT_KEY: Key = (AUDIT, "VERDICT")
PASS_KEY: Key = (AUDIT, "PASS")
_DAYS_OF_A_QUERY = 400  # some 60 KB


def figures_key(day: date) -> Key:
    return FIGURES, f"DAY#{day.isoformat()}"


class VerdictStore(TableStore):
    def figures(self, first: date, last: date) -> list[DayFigures]:
        """The days that have been counted, from the first to the last, at most 400 of them."""
        values: Item = {":pk": FIGURES, ":first": figures_key(first)[1], ":last": figures_key(last)[1]}
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        items, _ = self.table.query(condition, values, limit=_DAYS_OF_A_QUERY)
        return [msgspec.convert(item, DayFigures) for item in items]

    def keep_figures(self, counted: DayFigures) -> None:
        """Replaces what was counted of that day before. What was counted later stays, so that repeats are harmless."""
        item = item_of(figures_key(counted.day), counted)
        self._put_newer(item, "counted_at_ms", counted.counted_at_ms)

    def verdict(self) -> Verdict | None:
        """The last one; None before the first audit."""
        item = self.table.get([VERDICT_KEY]).get(VERDICT_KEY)
        return msgspec.convert(item, Verdict) if item else None

    def keep_verdict(self, verdict: Verdict) -> None:
        """Replaces an earlier verdict, and no later one."""
        self._put_newer(item_of(VERDICT_KEY, verdict), "at_ms", verdict.at_ms)

    def last_pass(self) -> tuple[PassRecord | None, Verdict | None]:
        """The pass that began last, and the last verdict, which need not be its own; None before the first."""
        items, _ = self.table.query("pk = :pk", {":pk": AUDIT}, limit=2)
        found = {item["sk"]: item for item in items}
        record, verdict = found.get(PASS_KEY[1]), found.get(VERDICT_KEY[1])
        return (
            msgspec.convert(record, PassRecord) if record else None,
            msgspec.convert(verdict, Verdict) if verdict else None,
        )

    def keep_pass_record(self, before: PassRecord | None, after: PassRecord) -> bool:
        """Whether it was written, which it is only over that very one."""
        condition = "write_id = :before" if before else "attribute_not_exists(pk)"
        values: Item | None = {":before": before.write_id} if before else None
        try:
            self.table.put(put_action(self.table.name, item_of(PASS_KEY, after), condition, values))
        except ConditionsFailed as refused:
            met = refused.reasons[0].item
            return met is not None and met["write_id"] == after.write_id  # our own, whose answer was lost
        return True

    def _put_newer(self, item: Item, field: str, at_ms: int) -> None:
        newer = f"attribute_not_exists(pk) OR {field} < :at"
        try:
            self.table.put(put_action(self.table.name, item, newer, {":at": at_ms}))
        except ConditionsFailed:
            return  # this very one, whose answer was lost, or a later one
