"""What a gateway names by ids of its own: the order, payment or refund that a line is about, and disputes."""

from __future__ import annotations

import msgspec


class GatewayRef(msgspec.Struct, frozen=True, array_like=True):
    """What a line of a history or a ledger is about, by the ids that its gateway gives: finance matches lines by them.

    `transaction_id` is None until the order is paid, `refund_id` unless the line is about a refund.
    """

    gateway: str
    order_id: str
    transaction_id: str | None = None
    refund_id: str | None = None


class Dispute(msgspec.Struct, frozen=True, kw_only=True):
    """A charge that the guest's bank disputes: `state` is open, won or lost; when lost, the bank has the amount."""

    dispute_id: str
    state: str
    amount: int
    lost: int = 0  # what the bank has by this and all other disputes of the charge
