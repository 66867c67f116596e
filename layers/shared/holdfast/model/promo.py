"""Promo codes and their uses."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PromoKind(StrEnum):
    PERCENT = "percent"
    FLAT = "flat"


class Promo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    kind: PromoKind
    percent_bp: int = 0  # basis points: 1000 is 10 %
    amount: int = 0
    max_discount: int | None = None
    min_amount: int = 0
    starts_at_ms: int | None = None
    ends_at_ms: int | None = None
    usage_limit: int | None = None
    per_user_limit: int | None = None
    claimed: int = 0


class PromoRedemption(msgspec.Struct, frozen=True, kw_only=True):
    """The bookings for which one user now holds a use of a promo; the keys of `bookings` are their ids."""

    code: str
    user_id: str
    bookings: dict[str, int] = {}
    stored: bool = False  # whether the table has it yet
