"""The wallet: its balance and its ledger."""

from holdfast.fields import Instant, Strict
from holdfast.model.account import Account, LedgerEntry
from holdfast.model.dates import rfc3339


class WalletView(Strict):
    user_id: str
    balance: int
    currency: str


def wallet_view(account: Account) -> WalletView:
    return WalletView(user_id=account.user_id, balance=account.balance, currency=account.currency)


class EntryView(Strict):
    """A line of a ledger. One that came from a gateway, or went there, names the payment by the gateway's own ids.

    Owners see neither a line's number nor the balance after it: the wallet is their guest's.
    """

    seq: int | None = None
    amount: int
    balance_after: int | None = None
    reason: str
    actor: str
    booking_id: str | None
    at: Instant
    currency: str
    gateway: str | None = None
    gateway_order_id: str | None = None
    gateway_transaction_id: str | None = None
    gateway_refund_id: str | None = None
    reverses: int | None = None  # the number of the entry that this one takes back


def entry_view(entry: LedgerEntry) -> EntryView:
    ref = entry.ref
    return EntryView(
        seq=entry.seq,
        amount=entry.amount,
        balance_after=entry.balance_after,
        reason=entry.reason,
        actor=entry.actor,
        booking_id=entry.booking_id,
        at=rfc3339(entry.at_ms),
        currency=entry.currency,
        gateway=ref.gateway if ref else None,
        gateway_order_id=ref.order_id if ref else None,
        gateway_transaction_id=ref.transaction_id if ref else None,
        gateway_refund_id=ref.refund_id if ref else None,
        reverses=entry.reverses,
    )


class EntryList(Strict):
    """One page of a wallet's ledger, newest first; `next_cursor` asks for the next one."""

    entries: list[EntryView]
    next_cursor: str | None
