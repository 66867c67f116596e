"""The table beside a bucket of moto's, and the metrics that a function writes."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto import mock_aws

from holdfast.logs import metrics
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from tests.contract.function_scenarios import SCENARIOS
from tests.contract.watched import Emitted, service_name
from tests.kit.builders import a_promo
from tests.kit.clock import FakeClock
from tests.kit.front_door import FrontDoor
from tests.kit.metrics_capture import written_metrics
from tests.kit.stand_in import table_in_memory


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield table_in_memory()


@pytest.fixture
def emitted_by(
    front_door: FrontDoor,
    hotel: CatalogStore,
    clock: FakeClock,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[[str], Emitted]:
    """What CloudWatch reads from the lines that a function writes in its life: each metric with its dimensions."""
    as_loaded = front_door.app

    def under_its_own_name(name: str) -> Any:
        metrics.service = service_name(name)
        return as_loaded(name)

    def emitted(function: str) -> Emitted:
        hotel.add_promo(a_promo())
        monkeypatch.setattr(front_door, "app", under_its_own_name)
        SCENARIOS[function](front_door, clock, store)
        found = set()
        for directive, line in written_metrics(capsys):
            for names in directive["Dimensions"]:
                values = tuple(sorted((name, line[name]) for name in names))
                found |= {(metric["Name"], values) for metric in directive["Metrics"]}
        return found

    return emitted
