"""A catalog file is loaded by the use cases of owners and admins, and its hotels are on sale as it says."""

import json
from pathlib import Path

import pytest

from holdfast.engine import Engine
from holdfast.storage.store import Store
from holdfast.storage.table import Table
from local.catalog import read_catalog
from local.seed import LOADER, load_property
from local.tools import ROOT
from tests.kit.builders import everything
from tests.kit.clock import FakeClock
from tests.kit.stand_in import table_in_memory


@pytest.fixture
def engine(clock: FakeClock) -> Engine:
    table: Table = table_in_memory()
    return Engine(Store(table), {}, clock)


def test_the_demo_market_is_live_with_its_nights_and_plans(engine: Engine) -> None:
    catalog = read_catalog(ROOT / "local" / "demo.json")

    for entry in catalog.properties:
        load_property(entry, engine)

    for entry in catalog.properties:
        found = engine.catalog.property(entry.property_id)
        assert found
        public, room_types = found
        assert (public.live, public.revision, public.name) == (True, 1, entry.name)
        assert {room.room_type_id for room in room_types if room.live} == {
            room.room_type_id for room in entry.room_types
        }
        for room in entry.room_types:
            months = engine.catalog.months([room.room_type_id], ["2026-12", "2028-05"])
            assert len(months) == 2
            assert all(month.rates.live for month in months.values())
            for night, price in room.night_prices.items():
                if night.isoformat().startswith("2026-12"):
                    assert months[room.room_type_id, "2026-12"].rates.price_of(night) == price
    assert engine.catalog.owns(LOADER, catalog.properties[0].property_id)


def test_it_can_be_repeated(engine: Engine, tmp_path: Path) -> None:
    demo = json.loads((ROOT / "local" / "demo.json").read_text())
    (tmp_path / "one.json").write_text(json.dumps(demo | {"properties": demo["properties"][:1]}))
    [entry] = read_catalog(tmp_path / "one.json").properties
    load_property(entry, engine)
    before = everything(engine.store)

    load_property(entry, engine)

    assert everything(engine.store) == before
