"""The table in the engine's words."""

from __future__ import annotations

from holdfast.storage.accounts import AccountStore
from holdfast.storage.base import DueRow, WriteConflict
from holdfast.storage.bookings import BookingStore
from holdfast.storage.cases import CaseStore

__all__ = ["DueRow", "Store", "WriteConflict"]


class Store(BookingStore, AccountStore, CaseStore):
    """All that a use case reads and writes: bookings, the accounts of those who make them, and cases."""
