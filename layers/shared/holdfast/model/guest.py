"""Who stays, as the guest of one booking says: personal data, kept apart from the booking so that it can be erased."""

from __future__ import annotations

import msgspec


class GuestDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`phone` is in E.164, `country` by ISO 3166-1, `arrival_time` as `18:00` by the property's clock."""

    name: str
    email: str
    phone: str | None = None
    country: str | None = None
    arrival_time: str | None = None
    wishes: str | None = None

    def __repr__(self) -> str:
        """Shows nothing, so that no log line or traceback does."""
        return "GuestDetails(…)"
