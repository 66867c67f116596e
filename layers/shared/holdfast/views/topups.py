"""The top-ups that fill a wallet."""

from holdfast.fields import Strict
from holdfast.model.account import TopUp, TopUpStatus


class TopUpView(Strict):
    topup_id: str
    status: TopUpStatus
    gateway: str
    gateway_order_id: str
    client_secret: str | None = None
    gateway_transaction_id: str | None = None
    amount: int
    currency: str


def topup_view(topup: TopUp, client_secret: str | None = None) -> TopUpView:
    return TopUpView(
        topup_id=topup.topup_id,
        status=topup.status,
        gateway=topup.gateway,
        gateway_order_id=topup.order_id,
        client_secret=client_secret,
        gateway_transaction_id=topup.transaction_id,
        amount=topup.amount,
        currency=topup.currency,
    )
