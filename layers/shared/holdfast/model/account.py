"""A user's account: the wallet and its ledger, the live holds, and money on its way in.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from holdfast.model.booking import Booking
from holdfast.model.hotel import DEFAULT_CURRENCY
from holdfast.model.limits import LET_GO_FORGOTTEN_MS, PROMO_TRY_FORGOTTEN_MS


def forgotten(points: int, since_ms: int, now_ms: int, each_ms: int) -> tuple[int, int]:
    """What is left of the points at `now_ms`, one being forgotten every `each_ms`, and since when that holds."""
    gone = max(0, now_ms - since_ms) // each_ms
    return (points - gone, since_ms + gone * each_ms) if gone < points else (0, now_ms)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One user's wallet, live holds and what is remembered of misuse.

    `seq` counts the wallet's entries. `live` maps a booking to its deadline and `held` to its rooms. `let_go` counts
    the rooms of holds that ended unpaid, as far as they are not forgotten since `let_go_ms`, and `tries` the promo
    codes that did not apply, since `tries_ms`. `pending_topups` counts those neither credited nor closed.
    """

    user_id: str
    balance: int = 0
    currency: str = DEFAULT_CURRENCY
    seq: int = 0
    live: dict[str, int] = {}
    held: dict[str, int] = {}
    let_go: int = 0
    let_go_ms: int = 0
    tries: int = 0
    tries_ms: int = 0
    pending_topups: int = 0
    stored: bool = False  # whether the table has it yet

    def overdue(self, now_ms: int) -> list[str]:
        """The holds past their deadline that no write has taken out of `live` yet."""
        return [held for held, until_ms in self.live.items() if until_ms <= now_ms]

    def let_go_at(self, now_ms: int) -> tuple[int, int]:
        """The rooms of holds that ended unpaid and are not forgotten, those just overdue included, and since when."""
        rooms, since_ms = forgotten(self.let_go, self.let_go_ms, now_ms, LET_GO_FORGOTTEN_MS)
        overdue = self.overdue(now_ms)
        return rooms + sum(count for held, count in self.held.items() if held in overdue), since_ms

    def tries_at(self, now_ms: int) -> tuple[int, int]:
        return forgotten(self.tries, self.tries_ms, now_ms, PROMO_TRY_FORGOTTEN_MS)


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable line of a wallet's ledger; `amount` is signed."""

    user_id: str
    seq: int
    amount: int
    balance_after: int
    reason: str
    actor: str
    at_ms: int
    booking_id: str | None = None


def wallet_entry(before: Booking, after: Booking, account: Account) -> Entry | None:
    """The ledger line that a change of this booking means for its guest's wallet; None if the wallet has no part."""
    amount = (after.wallet_refunded - before.wallet_refunded) - (after.wallet_paid - before.wallet_paid)
    if amount == 0:
        return None
    return Entry(
        user_id=after.user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="booking_payment" if amount < 0 else "booking_refund",
        actor=after.history[-1].by,
        at_ms=after.history[-1].at_ms,
        booking_id=after.booking_id,
    )


class TopUpStatus(StrEnum):
    PENDING = "pending"
    CREDITED = "credited"
    CLOSED = "closed"


class TopUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money on its way into a wallet: captured at the gateway first, credited after that, each once."""

    topup_id: str
    user_id: str
    gateway: str
    order_id: str
    amount: int
    currency: str
    status: TopUpStatus
    created_at_ms: int
    due_at_ms: int
    attempts: int = 0
    stuck: bool = False
    asked_by: str | None = None  # the admin who had it tried anew last
    asked_why: str | None = None
    write_id: str = ""


UNKNOWN = "unknown"  # the gateway told us of an order that it does not show us
REFUNDED = "refunded"  # captured, and given back whole


class Unmatched(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that a gateway told us of and that belongs to no booking or top-up of ours.

    `payment_state` is the gateway's, or UNKNOWN, or REFUNDED.
    """

    gateway: str
    order_id: str
    amount: int
    currency: str
    payment_state: str
    at_ms: int
