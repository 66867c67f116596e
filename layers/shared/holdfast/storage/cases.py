"""Cases in the table, and the lists of operators: what is due or stuck at the gateways, and each kind of open case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from holdfast.logs import logger
from holdfast.model.account import OrphanPayment
from holdfast.model.case import Case, CaseKind
from holdfast.storage.base import DueRow, TableStore, WriteConflict, due_row
from holdfast.storage.items import Item, Key, case_key, case_of, case_shard, orphan_key, orphan_of
from holdfast.storage.marshal import update_action
from holdfast.storage.table import ConditionsFailed

LIST_PAGE_SIZE = 50  # rows in one answer to an operator
Position = tuple[int, str]  # of a row in a list: its time, and the id of what it is about


class CaseStore(TableStore):
    def case(self, case_id: str) -> Case | None:
        key = case_key(case_id)
        item = self.table.get([key]).get(key)
        return case_of(item) if item else None

    def cases(self, case_ids: Sequence[str]) -> list[Case]:
        """Those that exist, in the order asked for; one that cannot be read is logged, and left out."""
        found = self.table.get([case_key(case_id) for case_id in case_ids])
        cases = []
        for case_id in case_ids:
            try:
                if case_key(case_id) in found:
                    cases.append(case_of(found[case_key(case_id)]))
            except msgspec.ValidationError:
                logger.exception("a case cannot be read", extra={"case_id": case_id})
        return cases

    def commit_case(self, case: Case) -> Case:
        """Writes a case that no booking or top-up changes with; raises WriteConflict if it is not as it was read."""
        after = msgspec.structs.replace(case, write_id=self._new_id())
        [action] = self._case_actions([case], after.write_id)
        try:
            self.table.put(action)
        except ConditionsFailed as failed:
            met = failed.reasons[0].item
            if met and met["write_id"] == after.write_id:
                return after
            raise WriteConflict(["case"], None) from failed
        return after

    def listed(self, shards: Sequence[str], after: Position | None) -> tuple[list[DueRow], Position | None]:
        """One page of the rows of these shards of the `due` index, oldest first, and where the next page begins."""
        rows = sorted((row for shard in shards for row in self._rows(shard, after)), key=_position)
        more = len(rows) > LIST_PAGE_SIZE
        rows = rows[:LIST_PAGE_SIZE]
        return rows, _position(rows[-1]) if more else None

    def count_listed(self, shards: Sequence[str]) -> int:
        """How many rows these shards have."""
        return sum(self.table.count("due_shard = :shard", {":shard": shard}, index="due") for shard in shards)

    def open_cases(self, kind: CaseKind, after: Position | None) -> tuple[list[Case], Position | None]:
        """One page of the open cases of that kind, oldest first, and where the next page begins."""
        rows, more = self.listed([case_shard(kind)], after)
        # The index may be a moment behind: a case that was just closed is left out.
        return [case for case in self.cases([row.booking_id for row in rows]) if case.is_open], more

    def count_cases(self, kind: CaseKind) -> int:
        return self.count_listed([case_shard(kind)])

    def orphans(self) -> Iterator[OrphanPayment]:
        """The payments of nobody that code of before recorded, and that are not cases yet."""
        start: Item | None = None
        while True:
            items, start = self.table.query(
                "pk = :pk",
                {":pk": "UNMATCHED"},
                limit=LIST_PAGE_SIZE,
                after=start,
                filter_by="attribute_not_exists(adopted)",
            )
            yield from (orphan_of(item) for item in items)
            if start is None:
                return

    def adopt(self, orphan: OrphanPayment, case: Case | None) -> None:
        """Makes the record of before a case, unless there is one by now; raises WriteConflict."""
        key: Key = orphan_key(orphan.gateway, orphan.order_id)
        values: Item = {":yes": True, ":state": orphan.payment_state}
        mark = update_action(self.table.name, key, "SET adopted = :yes", "payment_state = :state", values)
        write_id = self._new_id()
        try:
            self.table.transact([mark, *self._case_actions([case] if case else [], write_id)], write_id)
        except ConditionsFailed as failed:
            raise WriteConflict(["case"], None) from failed

    def _rows(self, shard: str, after: Position | None) -> Iterator[DueRow]:
        """A page of one shard's rows behind `after`, and one more; and all others of the same instant as the last.

        The index does not order the rows of one instant, so a page that ended among them would lose some.
        """
        values: Item = {":shard": shard, ":since": after[0] if after else 0}
        start: Item | None = None
        found: list[DueRow] = []
        while True:
            page, start = self.table.query(
                "due_shard = :shard AND due_at >= :since", values, index="due", limit=LIST_PAGE_SIZE + 1, after=start
            )
            found += [row for row in map(due_row, page) if after is None or _position(row) > after]
            full = len(found) > LIST_PAGE_SIZE and found[-1].due_at_ms > found[LIST_PAGE_SIZE - 1].due_at_ms
            if start is None or full:
                yield from found
                return


def _position(row: DueRow) -> Position:
    return row.due_at_ms, row.booking_id
