"""The table in the engine's words."""

from __future__ import annotations

from holdfast.storage.accounts import AccountStore
from holdfast.storage.base import WriteConflict
from holdfast.storage.bookings import BookingStore, DueRow

__all__ = ["DueRow", "Store", "WriteConflict"]


class Store(BookingStore, AccountStore):
    """All that a use case reads and writes: bookings, and the accounts of those who make them."""
