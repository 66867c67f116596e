"""What cancelling a confirmed booking gave back. Amounts are integers in minor units of the booking's currency."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class RefundChoice(StrEnum):
    """How a cancellation's refund is found: by the booking's policy, or as the desk says."""

    POLICY = "policy"
    FULL = "full"
    AMOUNT = "amount"


class Cancellation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What cancelling a confirmed booking gives back, decided once, by tender; `cash` is owed by the desk that took it.

    `kept_price` and `kept_tax` are what the hotel keeps of the price. `asked` is the amount that the desk named;
    where a gateway refunds no such amount, a little more goes back.
    """

    choice: RefundChoice = RefundChoice.POLICY
    asked: int = 0
    wallet: int = 0
    gateway: int = 0
    cash: int = 0
    kept_price: int = 0
    kept_tax: int = 0

    @property
    def given_back(self) -> int:
        return self.wallet + self.gateway + self.cash
