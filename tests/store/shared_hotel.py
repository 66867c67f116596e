"""One hotel that many threads book at the same time, each through a store as another Lambda has it."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.kit.guests import ARRIVAL
from tests.store.dynamodbs import PATIENCE_SECONDS, Emulator

MONTHS_ON_SALE = 4  # these tests look at the whole table again and again
MEETINGS = 4  # of every race but the rush for the last rooms: what the time of the suite allows
in_each_round = pytest.mark.usefixtures("round_")


@dataclass
class Hotel:
    """Five Deluxe rooms, two Suites, and a table that must agree with itself when the test is over."""

    emulator: Emulator
    table: Table
    clock: FakeClock

    def store(self, number: int) -> Store:
        """The store as one of several Lambdas has it; the same number, the same client."""
        clients = self.emulator.clients
        client = clients[number % len(clients)]
        return Store(Table(client, self.table.name, patience_seconds=PATIENCE_SECONDS))

    def free(self, check_in: date = ARRIVAL, nights: int = 3, room_type_id: str = "deluxe") -> list[int]:
        """The rooms free on each night of a stay."""
        stay = [check_in + timedelta(days=n) for n in range(nights)]
        months = sorted({f"{night:%Y-%m}" for night in stay})
        pages = CatalogStore(self.table).months([room_type_id], months)
        return [pages[room_type_id, f"{night:%Y-%m}"].page.free[night.day] for night in stay]
