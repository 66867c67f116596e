"""Bookings in the table: read what a decision needs, commit one state change, list what is due.

`commit` is the only way a booking changes. It derives the whole transaction from the booking before and after: the
rooms that leave or return to the pages, the promo redeemed or released, the wallet's entry, the live hold. Every action
carries the condition under which it may happen. Correctness lives in those conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import msgspec

from holdfast.logs import logger
from holdfast.model.account import TopUp
from holdfast.model.booking import Booking
from holdfast.model.case import Case
from holdfast.model.dates import millis
from holdfast.model.ids import revived_id_for
from holdfast.model.rates import MonthRates
from holdfast.storage.base import PAGE_SIZE, ContendedWrite, DueRow, WriteConflict, due_row
from holdfast.storage.contexts import ContextStore
from holdfast.storage.items import (
    Item,
    booking_key,
    booking_of,
    due_shards,
    guest_item,
    guest_key,
    rates_of,
    topup_key,
    topup_of,
)
from holdfast.storage.marshal import check_action, put_action
from holdfast.storage.table import ConditionsFailed, Contended
from holdfast.storage.transaction import Action, BookingContext, Writes

if TYPE_CHECKING:
    from holdfast.model.guest import GuestDetails

END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
LIST_LIMIT = 100  # payments of one shard in an operator's list


class BookingStore(ContextStore):
    def booking(self, booking_id: str) -> Booking | None:
        key = booking_key(booking_id)
        item = self.table.get([key]).get(key)
        return booking_of(item) if item else None

    def bookings(self, booking_ids: Sequence[str]) -> list[Booking]:
        """Those that exist, in the order asked for; one that cannot be read is logged, and left out."""
        return self.readable_bookings(booking_ids)[0]

    def readable_bookings(self, booking_ids: Sequence[str]) -> tuple[list[Booking], list[str]]:
        """Those that exist, in the order asked for, and the ids of those whose items cannot be read."""
        keys = [booking_key(booking_id) for booking_id in booking_ids]
        found = self.table.get(keys)
        bookings, unreadable = [], []
        for key, booking_id in zip(keys, booking_ids, strict=True):
            try:
                if key in found:
                    bookings.append(booking_of(found[key]))
            except msgspec.ValidationError:
                logger.exception("a booking cannot be read", extra={"booking_id": booking_id})
                unreadable.append(booking_id)
        return bookings, unreadable

    def revivals(self, booking: Booking) -> dict[str, Booking | None]:
        """The holds that this one revives, and those that revive it, by id; None for the id of the next one."""
        found: dict[str, Booking | None] = {}
        older = booking.revives
        while older and (one := self.booking(older)):
            found[older], older = one, one.revives
        newer: Booking | None = booking
        while newer:
            newer_id = revived_id_for(newer.user_id, newer.booking_id)
            found[newer_id] = newer = self.booking(newer_id)
        return found

    def _unchanged(self, booking_id: str, seen: Booking | None) -> Action:
        if seen is None:
            return check_action(self.table.name, booking_key(booking_id), "attribute_not_exists(pk)")
        return check_action(self.table.name, booking_key(booking_id), "write_id = :seen", {":seen": seen.write_id})

    def assert_unchanged(self, booking_id: str, seen: Booking | None) -> None:
        """Raises WriteConflict when the booking is not as it was seen.

        A batch read is no snapshot: it may return the booking from before a write, and the account or the promo from
        after it. So a refusal that rests on those two stands only while the booking is unchanged.
        """
        current = self.booking(booking_id)
        if (current and current.write_id) != (seen and seen.write_id):
            raise WriteConflict(["booking"], current)

    def any_rates(self, room_type_id: str) -> MonthRates | None:
        """The rates of some month: they show that the room type exists, its time zone and its plans."""
        values: Item = {":pk": f"ROOM#{room_type_id}", ":first": "MONTH#", ":last": "RATES#~"}
        condition = "pk = :pk AND sk BETWEEN :first AND :last"
        items, _ = self.table.query(condition, values, limit=1, newest_first=True)
        return rates_of(items[0]) if items else None

    def bookings_of(self, user_id: str, after: tuple[int, str] | None) -> tuple[list[Booking], tuple[int, str] | None]:
        """The user's bookings, newest first, and the (reserved_at_ms, booking_id) of the last, if more follow.

        From the `by_user` index, which may be a moment behind.
        """
        start = None
        if after:
            pk, sk = booking_key(after[1])
            start = {"pk": pk, "sk": sk, "user_id": user_id, "reserved_at": after[0]}
        rows, more = self.table.query(
            "user_id = :user",
            {":user": user_id},
            index="by_user",
            newest_first=True,
            limit=PAGE_SIZE,
            after=start,
        )
        bookings = self.bookings([row["pk"].removeprefix("BOOKING#") for row in rows])
        return bookings, (more["reserved_at"], more["pk"].removeprefix("BOOKING#")) if more else None

    def bookings_at(
        self, property_id: str, days: tuple[date, date] | None, after: tuple[date, str] | None, limit: int = PAGE_SIZE
    ) -> tuple[list[Booking], tuple[date, str] | None]:
        """A page of the property's bookings by check-in day, and where the next page starts, if any.

        Those of all days, or from the first to the last of `days`. A page starts after the booking of that check-in day
        and id. From the `by_property` index, which may be a moment behind.
        """
        start = None
        if after:
            pk, sk = booking_key(after[1])
            start = {"pk": pk, "sk": sk, "property_id": property_id, "check_in": after[0].isoformat()}
        between = {":first": days[0].isoformat(), ":last": days[1].isoformat()} if days else {}
        rows, more = self.table.query(
            "property_id = :property" + (" AND check_in BETWEEN :first AND :last" if days else ""),
            {":property": property_id} | between,
            index="by_property",
            limit=limit,
            after=start,
        )
        bookings = self.bookings([row["pk"].removeprefix("BOOKING#") for row in rows])
        return bookings, ((date.fromisoformat(more["check_in"]), more["pk"].removeprefix("BOOKING#")) if more else None)

    def due(self, shard: str, now: datetime, *, limit: int = 500) -> tuple[list[DueRow], bool]:
        """The rows of one shard that are due at `now`, oldest first, and whether there are more than `limit`."""
        values: Item = {":shard": shard, ":now": millis(now)}
        rows: list[Item] = []
        more: Item | None = None
        while True:  # a page has a megabyte at most, however many rows are asked for
            page, more = self.table.query(
                "due_shard = :shard AND due_at <= :now", values, index="due", limit=limit - len(rows), after=more
            )
            rows += page
            if more is None or len(rows) >= limit:
                break
        return [due_row(row) for row in rows], more is not None

    def all_due(self, kind: str) -> list[DueRow]:
        """The rows of that kind, due now or later: at most LIST_LIMIT of each shard."""
        return [row for shard in self.shards(kind) for row in self.due(shard, END_OF_TIME, limit=LIST_LIMIT)[0]]

    def payments_of(self, rows: Sequence[DueRow]) -> dict[str, Booking | TopUp]:
        """The bookings and top-ups of these rows, by id, in one batched read; logs and omits an unreadable one."""
        ids = {topup_key(row.booking_id) if row.is_topup else booking_key(row.booking_id): row for row in rows}
        payments: dict[str, Booking | TopUp] = {}
        for key, item in self.table.get(list(ids)).items():
            row = ids[key]
            try:
                payments[row.booking_id] = topup_of(item) if row.is_topup else booking_of(item)
            except msgspec.ValidationError:
                logger.exception("a due payment cannot be read", extra={"due_id": row.booking_id})
        return payments

    def shards(self, kind: str) -> list[str]:
        return due_shards(kind, self.due_shards)

    def commit(
        self,
        before: Booking | None,
        after: Booking,
        *,
        now: datetime,
        context: BookingContext | None = None,
        late: bool = False,
        deleted: bool = False,
        cases: Sequence[Case] = (),
        guest: GuestDetails | None = None,
    ) -> Booking:
        """Moves a booking from `before` to `after` in one transaction, and returns it as stored; raises WriteConflict.

        `context` is what the decision was read from: needed to reserve, to claim a promo and to move the wallet. `late`
        marks the one confirmation that comes after the deadline. `deleted` writes back a hold that TTL deleted. The
        change opens or closes `cases`. The context's `unchanged` bookings must be as they were read. A revived hold
        begins with the `guest` details of the one before, unless these were erased meanwhile. If this call's own write
        was applied and its answer lost, that is a success.
        """
        after = msgspec.structs.replace(after, write_id=self._new_id())
        writes = Writes(self.table.name, self.due_shards)
        actions = writes.of(before, after, now=now, context=context, late=late, deleted=deleted)
        actions += [("case", action) for action in self._case_actions(cases, after.write_id)]
        actions += [
            ("other", self._unchanged(other_id, seen))
            for other_id, seen in (context.unchanged.items() if context else ())
        ]
        if guest and after.revives:
            actions.append(("guest", put_action(self.table.name, guest_item(guest, after))))
            actions.append(("guest", check_action(self.table.name, guest_key(after.revives), "attribute_exists(pk)")))
        try:
            if len(actions) == 1:
                self.table.put(actions[0][1])
            else:
                self.table.transact([action for _, action in actions], after.write_id, reads_again=before is None)
        except Contended as contended:
            rates = context.rates.values() if context else ()
            raise ContendedWrite(max((month.stripes for month in rates), default=1)) from contended
        except ConditionsFailed as failed:
            met = failed.reasons[0].item
            current = booking_of(met) if met else None
            if current and current.write_id == after.write_id:
                return after
            kinds = [kind for (kind, _), reason in zip(actions, failed.reasons, strict=True) if reason.code != "None"]
            raise WriteConflict(kinds, current) from failed
        return after
