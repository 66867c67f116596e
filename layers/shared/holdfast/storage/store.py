"""The table in the engine's words."""

from __future__ import annotations

from holdfast.storage.accounts import AccountStore
from holdfast.storage.base import DueRow, WriteConflict
from holdfast.storage.cases import CaseStore
from holdfast.storage.due_holds import DueHoldStore

__all__ = ["DueRow", "Store", "WriteConflict"]


class Store(DueHoldStore, AccountStore, CaseStore):
    """All that a use case reads and writes: bookings, the accounts of those who make them, and cases."""
