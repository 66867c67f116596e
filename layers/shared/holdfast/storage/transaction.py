"""What one state change writes: derived from the booking before and after, each write with its condition.

These are the rooms that leave or return to the pages, the promo use claimed or released, the wallet's entry and the
live hold. No caller asks for one of them, so none can be forgotten or differ from the booking's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from holdfast.model.account import Account, LedgerEntry, TopUp, TopUpStatus, wallet_entry
from holdfast.model.booking import HOLDING, Booking, Status
from holdfast.model.dates import millis
from holdfast.model.inventory import InventoryMonth
from holdfast.model.limits import MAX_LIVE_HOLDS, MAX_PENDING_TOPUPS
from holdfast.model.promo import Promo, PromoRedemption
from holdfast.model.rates import MonthRates
from holdfast.model.stored_names import STORED_NAMES
from holdfast.storage.items import (
    Item,
    account_item,
    account_key,
    booking_item,
    entry_item,
    page_key,
    promo_key,
    redemption_item,
    redemption_key,
    topup_item,
)
from holdfast.storage.marshal import put_action, update_action
from holdfast.storage.page_writes import release_rooms, rooms_by_page, sum_by_page, take_rooms

Action = dict[str, Any]

_ACCOUNT = STORED_NAMES["Account"]
LIVE, HELD = _ACCOUNT["live_holds"], _ACCOUNT["held_rooms"]
ABANDONED, ABANDONED_SINCE = _ACCOUNT["abandoned_rooms"], _ACCOUNT["abandoned_since_ms"]


class BookingContext(msgspec.Struct, frozen=True, kw_only=True):
    """All that one decision about a booking needs, read in one round trip."""

    booking: Booking | None
    account: Account
    pages: dict[str, InventoryMonth]  # by month; each has its rates, of the same revision
    rates: dict[str, MonthRates]
    has_all_stripes: bool = True  # or only enough for most stays
    promo: Promo | None
    redemption: PromoRedemption | None
    unchanged: dict[str, Booking | None] = {}  # others that the decision rests on, as they were read; None: not there
    has_guest: bool = False  # whether the guest's details are stored; only looked at where they may be required


class Writes:
    """Makes the actions of a transaction on one table, the booking's own always first."""

    def __init__(self, table: str, due_shards: int) -> None:
        self.table = table
        self.due_shards = due_shards

    def of(
        self,
        before: Booking | None,
        after: Booking,
        *,
        now: datetime,
        context: BookingContext | None,
        late: bool,
        deleted: bool,
    ) -> list[tuple[str, Action]]:
        """The actions, each with its kind: booking, page, wallet or promo."""
        return [
            ("booking", self._booking_action(before, after, now, late=late, deleted=deleted)),
            *(("page", action) for action in self._page_actions(before, after, context)),
            *(("wallet", action) for action in self._account_actions(before, after, now, context)),
            *(("promo", action) for action in self._promo_actions(before, after, context)),
        ]

    def of_releases(self, changes: Sequence[tuple[Booking, Booking]], *, now: datetime) -> list[Action]:
        """Several holds expire together: the booking actions first, in their order; pages and promos once each."""
        releases = [before for before, _ in changes]
        return [
            *(self._booking_action(before, after, now, late=False, deleted=False) for before, after in changes),
            *(release_rooms(self.table, key, rooms) for key, rooms in sum_by_page(releases).items()),
            *self._release_promos(releases),
        ]

    def of_topup(
        self, before: TopUp | None, after: TopUp, *, account: Account | None, entry: LedgerEntry | None
    ) -> list[Action]:
        """The top-up's own action, and what it means for its user's account: one more or less pending, the credit."""
        item = topup_item(after, self.due_shards)
        if before is None:
            assert account is not None
            put = put_action(self.table, item, "attribute_not_exists(pk)")
            return [put, self._pending_topup_action(account)]
        put = put_action(self.table, item, "write_id = :seen", {":seen": before.write_id})
        ends = before.status is TopUpStatus.PENDING and after.status is not TopUpStatus.PENDING
        if not ends and entry is None:
            return [put]
        changes, condition, values = [], "attribute_exists(pk)", Item()
        entries = []
        if account and entry:
            change, condition, values = balance_change(account, entry)
            changes.append(change)
            entries = [put_action(self.table, entry_item(entry), "attribute_not_exists(pk)")]
        if ends:
            changes.append("pending_topups = pending_topups - :one")
            values = values | {":one": 1}
        update = "SET " + ", ".join(changes)
        return [put, update_action(self.table, account_key(after.user_id), update, condition, values), *entries]

    def _pending_topup_action(self, account: Account) -> Action:
        if not account.stored:
            fresh = msgspec.structs.replace(account, pending_topups=1)
            return put_action(self.table, account_item(fresh), "attribute_not_exists(pk)")
        return update_action(
            self.table,
            account_key(account.user_id),
            "SET pending_topups = pending_topups + :one",
            "pending_topups < :most AND currency = :currency",  # its order was opened in the wallet's currency
            {":one": 1, ":most": MAX_PENDING_TOPUPS, ":currency": account.currency},
        )

    def _booking_action(
        self, before: Booking | None, after: Booking, now: datetime, *, late: bool, deleted: bool
    ) -> Action:
        """Puts the booking if nothing has written it since it was read, and if the clock allows the move.

        reserved_at ---------- held ----------> expires_at ---------- due ---------->
        start payment, confirm, cancel: here    |    expire, late confirm: only from here
        """
        item = booking_item(after, self.due_shards)
        if before is None or deleted:
            return put_action(self.table, item, "attribute_not_exists(pk)")
        unchanged = "write_id = :seen"
        values: Item = {":seen": before.write_id}
        moves = _state_key(after) != _state_key(before)  # more changes than the gateway's figures and tasks
        if before.status in HOLDING and moves:
            is_due, is_held = "expires_at <= :now", "expires_at > :now"
            values[":now"] = millis(now)
            clock_allows = is_due if late or after.status is Status.EXPIRED else is_held
            return put_action(self.table, item, f"{unchanged} AND {clock_allows}", values)
        return put_action(self.table, item, unchanged, values)

    def _page_actions(self, before: Booking | None, after: Booking, context: BookingContext | None) -> list[Action]:
        """Rooms leave the pages when a booking begins to keep them, and return when it keeps them no more."""
        keeps, kept = after.keeps_rooms, before is not None and before.keeps_rooms
        if keeps == kept:
            return []
        pages = rooms_by_page(after)
        if kept:
            return [release_rooms(self.table, key, rooms) for key, rooms in pages.items()]
        stripes = [stripe for page in context.pages.values() for stripe in page.stripes] if context else []
        read = {page_key(stripe.room_type_id, stripe.month, stripe.stripe): stripe for stripe in stripes}
        return [take_rooms(self.table, key, rooms, read.get(key)) for key, rooms in pages.items()]

    def _account_actions(
        self, before: Booking | None, after: Booking, now: datetime, context: BookingContext | None
    ) -> list[Action]:
        """One update for the live hold and the wallet of the booking's guest, and a put of the ledger entry."""
        if before is None:
            assert context is not None
            return [self._hold_action(context.account, after, now)]
        late_confirmed = before.status is Status.EXPIRED and after.status is Status.CONFIRMED
        ended = before.status in HOLDING and after.status not in HOLDING and after.status is not Status.EXPIRED
        entry = wallet_entry(before, after, context.account) if context else None
        if entry is None and not (ended or late_confirmed):
            return []
        key = account_key(after.user_id)
        update, condition = "", "attribute_exists(pk)"
        names: dict[str, str] = {}
        values: Item = {}
        entries: list[Action] = []
        if context and entry:
            change, condition, values = balance_change(context.account, entry)
            update = f"SET {change}"
            entries = [put_action(self.table, entry_item(entry), "attribute_not_exists(pk)")]
        if ended and after.status is Status.CANCELLED:
            update += (", " if update else "SET ") + f"{ABANDONED} = {ABANDONED} + :rooms"
            values = values | {":rooms": after.rooms}
        if ended or late_confirmed:
            update += f" REMOVE {LIVE}.#booking, {HELD}.#booking"
            names = {"#booking": after.booking_id}
        return [update_action(self.table, key, update.strip(), condition, values, names), *entries]

    def _hold_action(self, account: Account, booking: Booking, now: datetime) -> Action:
        """Adds the hold to the account while its live holds stay within the cap, and prunes those past their deadline.

        DynamoDB cannot count by the clock, so this removes the expired holds that were read and counts them in the
        condition: size(live holds) < cap + pruned, with each pruned one still there, is exactly "fewer than cap
        others". DynamoDB cannot sum either: the reader sums the rooms of the holds, which must still be as read.
        """
        key, now_ms = account_key(account.user_id), millis(now)
        abandoned_rooms, abandoned_since_ms = account.abandoned_rooms_at(now_ms)
        overdue = account.overdue(now_ms)
        held = {of: rooms for of, rooms in account.held_rooms.items() if of not in overdue} | {
            booking.booking_id: booking.rooms
        }
        if not account.stored:
            live = {booking.booking_id: booking.expires_at_ms}
            fresh = msgspec.structs.replace(
                account, live_holds=live, held_rooms=held, abandoned_since_ms=abandoned_since_ms
            )
            return put_action(self.table, account_item(fresh), "attribute_not_exists(pk)")
        renewed = booking.booking_id in account.live_holds  # by a hold that TTL deleted, under the same Idempotency-Key
        pruned = [of for of in overdue if of != booking.booking_id]
        names = {"#booking": booking.booking_id} | {f"#old{n}": of for n, of in enumerate(pruned)}
        below_cap = [f"size({LIVE}) < :most", *(f"attribute_exists({LIVE}.#old{n})" for n in range(len(pruned)))]
        if renewed:
            below_cap.append(f"attribute_exists({LIVE}.#booking)")
        as_read = [f"{HELD} = :held_before", f"{ABANDONED} = :abandoned_before"]
        update = f"SET {LIVE}.#booking = :until, {HELD} = :held, {ABANDONED} = :abandoned, {ABANDONED_SINCE} = :since"
        if pruned:
            update += " REMOVE " + ", ".join(f"{LIVE}.#old{n}" for n in range(len(pruned)))
        values: Item = {
            ":until": booking.expires_at_ms,
            ":most": MAX_LIVE_HOLDS + len(pruned) + renewed,
            ":held_before": account.held_rooms,
            ":held": held,
            ":abandoned_before": account.abandoned_rooms,
            ":abandoned": abandoned_rooms,
            ":since": abandoned_since_ms,
        }
        return update_action(self.table, key, update, " AND ".join(below_cap + as_read), values, names)

    def _promo_actions(self, before: Booking | None, after: Booking, context: BookingContext | None) -> list[Action]:
        """When the booking's code changes: releases a use of the old code, and claims one of the new."""
        old, new = before.claimed_promo if before else None, after.claimed_promo
        if old == new:
            return []
        actions = self._release_promos([before]) if before else []
        if new:
            assert context is not None
            assert context.promo is not None
            assert context.redemption is not None
            actions += self._redeem_promo(context.promo, context.redemption, after)
        return actions

    def _release_promos(self, bookings: Sequence[Booking]) -> list[Action]:
        """Gives back each use that these bookings claim: one update for a promo, and one for each user's redemption."""
        claims: dict[str, dict[str, list[str]]] = {}
        for booking in bookings:
            if code := booking.claimed_promo:
                claims.setdefault(code, {}).setdefault(booking.user_id, []).append(booking.booking_id)
        actions = []
        for code, by_user in claims.items():
            uses = sum(map(len, by_user.values()))
            release = "SET claimed = claimed - :uses"
            actions.append(update_action(self.table, promo_key(code), release, "claimed >= :uses", {":uses": uses}))
            for user_id, booking_ids in by_user.items():
                names = {f"#booking{n}": booking_id for n, booking_id in enumerate(booking_ids)}
                remove = "REMOVE " + ", ".join(f"bookings.{name}" for name in names)
                claimed = " AND ".join(f"attribute_exists(bookings.{name})" for name in names)
                actions.append(update_action(self.table, redemption_key(code, user_id), remove, claimed, {}, names))
        return actions

    def _redeem_promo(self, promo: Promo, redemption: PromoRedemption, booking: Booking) -> list[Action]:
        uses_left = "attribute_exists(pk) AND (attribute_not_exists(usage_limit) OR claimed < usage_limit)"
        take = update_action(self.table, promo_key(promo.code), "SET claimed = claimed + :one", uses_left, {":one": 1})
        if not redemption.stored:
            first = msgspec.structs.replace(redemption, bookings={booking.booking_id: booking.check_out.toordinal()})
            return [take, put_action(self.table, redemption_item(first), "attribute_not_exists(pk)")]
        condition, values = "attribute_not_exists(bookings.#booking)", {":day": booking.check_out.toordinal()}
        if promo.per_user_limit is not None:
            condition += " AND size(bookings) < :most"
            values[":most"] = promo.per_user_limit
        key = redemption_key(promo.code, booking.user_id)
        names = {"#booking": booking.booking_id}
        return [take, update_action(self.table, key, "SET bookings.#booking = :day", condition, values, names)]


def _state_key(booking: Booking) -> tuple[object, ...]:
    return booking.status, booking.quote, booking.payment.order_id if booking.payment else None


def balance_change(account: Account, entry: LedgerEntry) -> tuple[str, str, Item]:
    """Sets the new balance and seq, if both are what the entry was computed from: update, condition and values."""
    return (
        "balance = :balance, seq = :seq",
        "balance = :old_balance AND seq = :old_seq",
        {
            ":balance": entry.balance_after,
            ":seq": entry.seq,
            ":old_balance": account.balance,
            ":old_seq": account.seq,
        },
    )
