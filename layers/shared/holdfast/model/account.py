"""A user's account: the wallet and its ledger, the live holds, and money on its way in.

Amounts are integers in minor units (paise) of the named currency.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from holdfast.model.booking import Booking
from holdfast.model.gateway_ref import Dispute, GatewayRef
from holdfast.model.gateway_task import GatewayTask, TaskAction
from holdfast.model.limits import ABANDONED_ROOM_DECAY_MS, GATEWAY_READ_DECAY_MS, PROMO_ATTEMPT_DECAY_MS
from holdfast.model.property import DEFAULT_CURRENCY
from holdfast.model.stored_names import STORED_NAMES


def decayed(points: int, since_ms: int, now_ms: int, each_ms: int) -> tuple[int, int]:
    """The points left at `now_ms`, and since when: the count loses one point every `each_ms`."""
    gone = max(0, now_ms - since_ms) // each_ms
    return (points - gone, since_ms + gone * each_ms) if gone < points else (0, now_ms)


class Account(msgspec.Struct, frozen=True, kw_only=True, rename=STORED_NAMES["Account"]):
    """One user's wallet, live holds and counts against abuse.

    `seq` counts the wallet's entries. `live_holds` maps a booking to its deadline, `held_rooms` to its rooms.
    `abandoned_rooms` counts the rooms of holds that ended unpaid; one decays each half hour from `abandoned_since_ms`.
    `promo_attempts` counts the promo codes that did not apply; one decays each minute from `promo_attempts_since_ms`.
    `gateway_reads` counts the requests that asked a gateway again or in vain; one decays every fifteen seconds from
    `gateway_reads_since_ms`. `pending_topups` counts the top-ups that are neither credited nor closed.
    """

    user_id: str
    balance: int = 0
    currency: str = DEFAULT_CURRENCY
    seq: int = 0
    live_holds: dict[str, int] = {}
    held_rooms: dict[str, int] = {}
    abandoned_rooms: int = 0
    abandoned_since_ms: int = 0
    promo_attempts: int = 0
    promo_attempts_since_ms: int = 0
    gateway_reads: int = 0
    gateway_reads_since_ms: int = 0
    pending_topups: int = 0
    stored: bool = False  # whether the table has it yet

    def overdue(self, now_ms: int) -> list[str]:
        """The holds past their deadline that no write has removed from `live_holds` yet."""
        return [held for held, until_ms in self.live_holds.items() if until_ms <= now_ms]

    def abandoned_rooms_at(self, now_ms: int) -> tuple[int, int]:
        """The abandoned rooms left at `now_ms`, with those of overdue holds, and since when the stored count decays."""
        rooms, since_ms = decayed(self.abandoned_rooms, self.abandoned_since_ms, now_ms, ABANDONED_ROOM_DECAY_MS)
        overdue = self.overdue(now_ms)
        return rooms + sum(count for held, count in self.held_rooms.items() if held in overdue), since_ms

    def promo_attempts_at(self, now_ms: int) -> tuple[int, int]:
        return decayed(self.promo_attempts, self.promo_attempts_since_ms, now_ms, PROMO_ATTEMPT_DECAY_MS)

    def gateway_reads_at(self, now_ms: int) -> tuple[int, int]:
        return decayed(self.gateway_reads, self.gateway_reads_since_ms, now_ms, GATEWAY_READ_DECAY_MS)


class LedgerEntry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One immutable line of a wallet's ledger; `amount` is signed.

    `ref` is the payment at a gateway that the amount came from or went to; a booking's part has none. `check_out` is
    the booking's: the entry outlives it, and says so when there is no booking to look at any more.
    """

    user_id: str
    seq: int
    amount: int
    balance_after: int
    reason: str
    actor: str
    at_ms: int
    booking_id: str | None = None
    check_out: date | None = None  # None too in a booking's entries of before
    currency: str = DEFAULT_CURRENCY
    ref: GatewayRef | None = None
    reverses: int | None = None  # the number of the entry that this one takes back


def wallet_entry(before: Booking, after: Booking, account: Account) -> LedgerEntry | None:
    """The ledger entry that this change of a booking makes in its guest's wallet; None if it moves no amount there."""
    amount = (after.wallet_refunded - before.wallet_refunded) - (after.wallet_paid - before.wallet_paid)
    if amount == 0:
        return None
    return LedgerEntry(
        user_id=after.user_id,
        seq=account.seq + 1,
        amount=amount,
        balance_after=account.balance + amount,
        reason="booking_payment" if amount < 0 else "booking_refund",
        actor=after.history[-1].by,
        at_ms=after.history[-1].at_ms,
        booking_id=after.booking_id,
        check_out=after.check_out,
        currency=account.currency,
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
    refusals: int = 0  # as a task of a booking has them
    stuck: bool = False
    asked_by: str | None = None  # the admin who last asked to try it again
    asked_why: str | None = None
    transaction_id: str | None = None  # of the payment that was credited
    taken_back: int = 0  # of a credited one, by refunds and disputes at the gateway: taken out of the wallet again
    refunded_outside: int = 0
    refund_closed: bool = False  # given back outside, as the admin says who asked last
    closed_outside: int = 0  # what the gateway held of it then
    dispute: Dispute | None = None
    write_id: str = ""

    @property
    def tasks(self) -> tuple[GatewayTask, ...]:
        """The gateway task of a pending top-up, in the same form as a booking's tasks."""
        return (self.task(TaskAction.CAPTURE),) if self.status is TopUpStatus.PENDING else ()

    def task(self, action: TaskAction) -> GatewayTask:
        """A capture if the order was paid, else a void, which closes it; only the gateway knows which."""
        return GatewayTask(
            action=action,
            gateway=self.gateway,
            order_id=self.order_id,
            amount=self.amount,
            at_ms=self.due_at_ms,
            serial=0,
            attempts=self.attempts,
            refusals=self.refusals,
            stuck=self.stuck,
        )


UNKNOWN = "unknown"  # the gateway named an order that it does not show us


class OrphanPayment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that belongs to no booking or top-up of ours, as code of before recorded it: now it is a case.

    `payment_state` is the gateway's, or UNKNOWN, or `refunded`.
    """

    gateway: str
    order_id: str
    amount: int
    currency: str
    payment_state: str
    at_ms: int
