"""What the parts of the store share: table, ids of writes, rows of the `due` index, the error for a lost race."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self

import msgspec

from holdfast.errors import Busy
from holdfast.storage.client import connect
from holdfast.storage.items import Item, case_item
from holdfast.storage.marshal import put_action
from holdfast.storage.table import Table

if TYPE_CHECKING:
    from holdfast.model.booking import Booking
    from holdfast.model.case import Case
    from holdfast.settings import Settings

MAX_TRIES = 30  # of a change whose conditions fail, each after a new read; time usually runs out first
LONGEST_CONTENDED_PAUSE_SECONDS = 0.2  # the next try begins with a read, which may say that all is sold out by now
PAGE_SIZE = 20  # bookings or entries in one answer


class DueRow(msgspec.Struct, frozen=True):
    """One row of the `due` index: perhaps stale, so only a hint of what to read.

    `booking_id` may be a top-up's id, or a case's.
    """

    booking_id: str
    room_type_id: str
    due_at_ms: int
    is_topup: bool = False


def due_row(row: Item) -> DueRow:
    kind, _, due_id = row["pk"].partition("#")
    return DueRow(due_id, row.get("room_type_id", ""), row["due_at"], is_topup=kind == "TOPUP")


class WriteConflict(Exception):
    """Another write came first: read and decide again. `current` is the stored booking, if its condition failed."""

    def __init__(self, kinds: Iterable[str], current: Booking | None) -> None:
        self.kinds = frozenset(kinds)
        self.current = current
        super().__init__(", ".join(sorted(self.kinds)))


class ContendedWrite(WriteConflict):
    """Others were on the same items, and no condition failed. The next try may go to other ones of so many stripes."""

    def __init__(self, stripes: int) -> None:
        super().__init__([], None)
        self.stripes = stripes


class TableStore:
    """One table within one deadline. Safe to share between threads; `within` gives one invocation its deadline."""

    def __init__(
        self,
        table: Table,
        *,
        due_shards: int = 8,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        stripes: dict[tuple[str, str], int] | None = None,
    ) -> None:
        self.table = table
        self.due_shards = due_shards
        self._new_id = new_id
        self._stripes = {} if stripes is None else stripes  # seen so far, of the months that have more than one

    @classmethod
    def connect(cls, settings: Settings) -> Self:
        return cls(Table(connect(), settings.table_name), due_shards=settings.due_shards)

    def within(self, seconds: float) -> Self:
        """This store for one invocation that has that long left; calls past it raise Busy."""
        return type(self)(
            self.table.within(seconds), due_shards=self.due_shards, new_id=self._new_id, stripes=self._stripes
        )

    def retry_on_conflict[Result](self, attempt: Callable[[], Result]) -> Result:
        """Runs a read-decide-commit again each time another write came first; raises Busy when it never wins.

        Contention alone is met until the time is over, with shorter pauses. Where there are stripes, these begin to
        grow later: the next tries meet others.
        """
        tries = lost = 0
        while True:
            try:
                return attempt()
            except ContendedWrite as contended:
                grows_from = (contended.stripes - 1).bit_length()
                self.table.pause(max(0, tries - grows_from), longest=LONGEST_CONTENDED_PAUSE_SECONDS)
            except WriteConflict as conflict:
                lost += 1
                if lost == MAX_TRIES:
                    raise Busy from conflict
                self.table.pause(tries)
            tries += 1

    def _case_actions(self, cases: Sequence[Case], write_id: str) -> list[dict[str, Any]]:
        """Puts each case in the place of the stored one that it was made from, or of none."""
        actions = []
        for case in cases:
            item = case_item(msgspec.structs.replace(case, write_id=write_id))
            unchanged, values = "attribute_not_exists(pk)", Item()
            if case.write_id:
                unchanged, values = "write_id = :seen", {":seen": case.write_id}
            actions.append(put_action(self.table.name, item, unchanged, values))
        return actions
