"""Promo codes and their uses."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from holdfast.model.property import DEFAULT_CURRENCY


class PromoKind(StrEnum):
    PERCENT = "percent"
    FLAT = "flat"


class Promo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`amount`, `max_discount` and `min_amount` are in the minor unit of `currency`."""

    code: str
    kind: PromoKind
    currency: str | None = None  # of its amounts; None: rupees
    percent_bp: int = 0  # basis points: 1000 is 10 %
    amount: int = 0
    max_discount: int | None = None
    min_amount: int = 0
    starts_at_ms: int | None = None
    ends_at_ms: int | None = None
    usage_limit: int | None = None
    per_user_limit: int | None = None
    claimed: int = 0

    @property
    def only_in(self) -> str | None:
        """The currency that a price must have; None if the promo takes a share of any price, without limits."""
        amounts = self.kind is PromoKind.FLAT or self.max_discount is not None or self.min_amount
        return self.currency or (DEFAULT_CURRENCY if amounts else None)


class PromoRedemption(msgspec.Struct, frozen=True, kw_only=True):
    """The bookings for which one user now holds a use of a promo.

    `bookings` maps a booking's id to the ordinal of its day of check-out, or to 1 if that was not yet written down.
    """

    code: str
    user_id: str
    bookings: dict[str, int] = {}
    stored: bool = False  # whether the table has it yet
