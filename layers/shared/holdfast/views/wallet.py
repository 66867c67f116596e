"""The wallet: its balance, its ledger, and the top-ups that fill it."""

from holdfast.fields import Instant, Strict
from holdfast.model.account import Account, LedgerEntry, TopUp, TopUpStatus
from holdfast.model.dates import rfc3339


class WalletView(Strict):
    user_id: str
    balance: int
    currency: str


def wallet_view(account: Account) -> WalletView:
    return WalletView(user_id=account.user_id, balance=account.balance, currency=account.currency)


class EntryView(Strict):
    seq: int
    amount: int
    balance_after: int
    reason: str
    actor: str
    booking_id: str | None
    at: Instant


def entry_view(entry: LedgerEntry) -> EntryView:
    return EntryView(
        seq=entry.seq,
        amount=entry.amount,
        balance_after=entry.balance_after,
        reason=entry.reason,
        actor=entry.actor,
        booking_id=entry.booking_id,
        at=rfc3339(entry.at_ms),
    )


class EntryList(Strict):
    """One page of a wallet's ledger, newest first; `next_cursor` asks for the next one."""

    entries: list[EntryView]
    next_cursor: str | None


class TopUpView(Strict):
    topup_id: str
    status: TopUpStatus
    gateway: str
    gateway_order_id: str
    client_secret: str | None = None
    amount: int
    currency: str


def topup_view(topup: TopUp, client_secret: str | None = None) -> TopUpView:
    return TopUpView(
        topup_id=topup.topup_id,
        status=topup.status,
        gateway=topup.gateway,
        gateway_order_id=topup.order_id,
        client_secret=client_secret,
        amount=topup.amount,
        currency=topup.currency,
    )
