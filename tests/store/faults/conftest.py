"""A table on a real server, audited after each test."""

from collections.abc import Iterator

import pytest

from tests.kit.auditing import broken_in
from tests.kit.clock import FakeClock
from tests.kit.hotel import open_hotel
from tests.kit.log_capture import captured_lines
from tests.store.dynamodbs import ON_MINISTACK, Emulator
from tests.store.faults.bench import Bench
from tests.store.shared_hotel import MONTHS_ON_SALE


@pytest.fixture(params=[ON_MINISTACK])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    emulator: Emulator = request.getfixturevalue(request.param)
    table, clock = emulator.new_table(), FakeClock()
    open_hotel(table, MONTHS_ON_SALE)
    with captured_lines() as lines:
        bench = Bench(emulator, table, clock, lines)
        yield bench
    assert broken_in(bench.store, clock()) == []
