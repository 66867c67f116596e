"""Both sides answer in the same order, and in small pages."""

import concurrent.futures

import pytest

import holdfast.bookings.expire
import holdfast.storage.accounts
import holdfast.storage.bookings
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.store.stand_in.sides import PAGE, InTurn, Side, simulated_side


@pytest.fixture(autouse=True)
def _in_turn_and_in_small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrent.futures, "ThreadPoolExecutor", InTurn)
    monkeypatch.setattr(holdfast.bookings.expire, "SHARD_LIMIT", PAGE)
    monkeypatch.setattr(holdfast.storage.bookings, "PAGE_SIZE", PAGE)
    monkeypatch.setattr(holdfast.storage.accounts, "PAGE_SIZE", PAGE)


@pytest.fixture
def sides(table: Table) -> tuple[Side, Side, FakeClock]:
    clock = FakeClock()
    return Side(table, clock), simulated_side(table.name, clock), clock
