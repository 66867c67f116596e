"""Sums over the items of each group of users that are zero while the items agree, whatever order they are read in.

What must agree is spread over a user's account, ledger, bookings, top-ups and promo redemptions. To hold all of them
at once takes as much memory as there are guests. So each item adds a few products instead, of an amount and a number
that is drawn for what the amount is about; those that belong together cancel out. A group whose sum is not zero has
something that does not agree, or that was written while the table was read: it is suspected, and looked at in full.
The numbers are drawn anew for each run, from 64 bits, so what does not agree stays unseen with a chance of 1 in
10^19.
"""

from __future__ import annotations

import secrets
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, Self

import msgspec

from holdfast.audit.snapshot import HELD, KEEPING
from holdfast.audit.wallets import OF_TOPUPS, takes_back
from holdfast.model.account import TopUpStatus
from holdfast.model.booking import Status
from holdfast.model.limits import MAX_LIVE_HOLDS, RETENTION_DAYS
from holdfast.model.property import DEFAULT_CURRENCY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holdfast.model.account import Account, LedgerEntry, TopUp
    from holdfast.model.booking import Booking
    from holdfast.model.promo import PromoRedemption

UNKNOWN_DAY = 1  # of check-out, in redemptions of before
GROUPS = 1 << 16  # of users
_64_BITS = (1 << 64) - 1
_BYTES = 8
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()


def group_of(user_id: str) -> int:
    return int.from_bytes(blake2b(user_id.encode(), digest_size=2).digest(), "big") % GROUPS


class UserSums(msgspec.Struct, kw_only=True):
    """What WAL1, WAL2, WAL3, ACC1 and PRM1 rest on, added up.

    Of live holds it knows those whose deadline is after `now_ms`, one instant for the whole look. Bookings whose day of
    check-out is `gone`, an ordinal, or before may be deleted. `sign` is -1 to take away what an item added.
    """

    now_ms: int
    gone: int
    sign: int = 1
    key: bytes = msgspec.field(default_factory=lambda: secrets.token_bytes(16))
    sums: bytearray = msgspec.field(default_factory=lambda: bytearray(_BYTES * GROUPS))  # numbers of 64 bits
    seen: bytearray = msgspec.field(default_factory=lambda: bytearray(GROUPS))  # 1 for a group that has anybody
    picked: set[int] = set()  # groups that are suspected whatever their sum

    @classmethod
    def at(cls, now_ms: int) -> Self:
        """For a look that begins then; a day early, so that no booking goes while the table is read."""
        return cls(now_ms=now_ms, gone=_EPOCH + now_ms // _DAY_MS - RETENTION_DAYS + 1)

    @property
    def rests(self) -> dict[int, int]:
        """The sums that are not zero, by group."""
        return {group: of for group, of in enumerate(self._numbers) if of}

    def clear(self, groups: Iterable[int]) -> None:
        """Takes what these groups have for zero."""
        for group in groups:
            self._numbers[group] = 0

    @property
    def suspected(self) -> frozenset[int]:
        """The groups that are to be looked at in full."""
        return frozenset(self.picked.union(self.rests))

    @property
    def _numbers(self) -> memoryview[int]:
        return memoryview(self.sums).cast("Q")

    def suspect(self, user_id: str) -> None:
        if self.sign > 0:
            self.picked.add(group_of(user_id))

    def account(self, account: Account) -> None:
        """Its balance and seq end the ledger; its live holds and pending top-ups are what bookings and top-ups say."""
        user = account.user_id
        self._add(user, -1, "ledger", user, 1)
        self._add(user, account.balance + 1, "ledger", user, account.seq + 1)
        self._add(user, account.seq, "currency", user, account.currency)
        self._add(user, account.pending_topups, "pending", user)
        live = {of: until_ms for of, until_ms in account.live_holds.items() if until_ms > self.now_ms}
        for booking_id, until_ms in live.items():
            self._add(user, 1, "live", booking_id, until_ms)
        if len(live) > MAX_LIVE_HOLDS:
            self.suspect(user)

    def entry(self, entry: LedgerEntry) -> None:
        """Each entry takes up the balance that the one before left: a gap, or another sum, leaves a rest."""
        user, currency = entry.user_id, entry.currency or DEFAULT_CURRENCY
        self._add(user, entry.balance_after - entry.amount + 1, "ledger", user, entry.seq)
        self._add(user, -(entry.balance_after + 1), "ledger", user, entry.seq + 1)
        self._add(user, -1, "currency", user, currency)
        if entry.booking_id and not (entry.check_out and entry.check_out.toordinal() <= self.gone):
            self._add(user, entry.amount, "booking", entry.booking_id, currency)
        if entry.reason in OF_TOPUPS and not entry.actor.startswith("admin "):
            self._add(user, entry.amount, "topped up", user)
        if entry.balance_after < 0 and entry.amount < 0 and not takes_back(entry):
            self.suspect(user)

    def booking(self, booking: Booking) -> None:
        """An expired hold may still be listed by its account until its deadline, as this process's clock has it."""
        user = booking.user_id
        if booking.check_out.toordinal() <= self.gone:
            return
        if booking.status in {Status.CONFIRMED, Status.CANCELLED}:
            moved = booking.wallet_refunded - booking.wallet_paid
            self._add(user, -moved, "booking", booking.booking_id, booking.currency)
        if booking.status in HELD | {Status.EXPIRED} and booking.expires_at_ms > self.now_ms:
            self._add(user, -1, "live", booking.booking_id, booking.expires_at_ms)
        if booking.status in KEEPING and booking.quote and booking.quote.promo_code:
            self._add(user, -1, "promo", booking.quote.promo_code, booking.booking_id)

    def topup(self, topup: TopUp) -> None:
        if topup.status is TopUpStatus.PENDING:
            self._add(topup.user_id, -1, "pending", topup.user_id)
        elif topup.status is TopUpStatus.CREDITED:
            self._add(topup.user_id, topup.taken_back - topup.amount, "topped up", topup.user_id)

    def redemption(self, redemption: PromoRedemption) -> None:
        for booking_id, day in redemption.bookings.items():
            if day == UNKNOWN_DAY or day > self.gone:
                self._add(redemption.user_id, 1, "promo", redemption.code, booking_id)

    def _add(self, user_id: str, amount: int, *about: object) -> None:
        if amount:
            drawn = blake2b("\0".join(map(str, about)).encode(), digest_size=_BYTES, key=self.key).digest()
            group = group_of(user_id)
            self.seen[group] = 1
            numbers = self._numbers
            numbers[group] = (numbers[group] + self.sign * amount * int.from_bytes(drawn, "big")) & _64_BITS
