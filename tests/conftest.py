"""What all tests share: the table as the template defines it, a clock that they move, and one small hotel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from moto import mock_aws

from holdfast.model.dates import add_months, month_of
from holdfast.model.property import PolicyStep, Property, RoomType
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.store import Store
from holdfast.storage.table import Table, connect

ROOT = Path(__file__).parents[1]
TABLE_NAME = "holdfast-test"
NOW = datetime(2026, 11, 22, 6, 30, tzinfo=UTC)  # noon at the property
KOLKATA = Property(
    property_id="lake-view",
    name="Lake View",
    city="Udaipur",
    timezone="Asia/Kolkata",
    cancellation_policy=(PolicyStep(7, 100), PolicyStep(2, 50)),
)
DELUXE = RoomType(
    room_type_id="deluxe", property_id="lake-view", name="Deluxe", base_price=500_000, total_rooms=5, max_guests=3
)
SUITE = RoomType(
    room_type_id="suite",
    property_id="lake-view",
    name="Suite",
    base_price=1_200_000,
    discounted_price=900_000,
    total_rooms=2,
    max_guests=4,
)
MONTHS = [month_of(add_months(NOW.date(), n)) for n in range(20)]


@dataclass
class FakeClock:
    """Stands still until a test moves it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Ids:
    """Write ids that can be told apart and repeat from run to run."""

    made: list[str] = field(default_factory=list)

    def __call__(self) -> str:
        self.made.append(f"write-{len(self.made):06d}")
        return self.made[-1]


class _Template(yaml.SafeLoader):
    """Reads CloudFormation's short tags as plain values."""


def _tag(loader: _Template, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Template.add_multi_constructor("!", _tag)


@cache
def template() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(), _Template)  # noqa: S506 - a SafeLoader
    return loaded


def table_definition(name: str) -> dict[str, Any]:
    """`CreateTable` as the template would ask for it: keys, indexes and their projections, billing."""
    properties = template()["Resources"]["Table"]["Properties"]
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    return {"TableName": name} | {part: properties[part] for part in kept}


@pytest.fixture(autouse=True)
def _aws_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "POWERTOOLS_METRICS_NAMESPACE": "Holdfast",
        "POWERTOOLS_SERVICE_NAME": "test",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


one_client = cache(connect)  # making a client costs more than most tests


@pytest.fixture
def table() -> Iterator[Table]:
    """An empty table on moto, and no real waiting."""
    with mock_aws():
        client = one_client()
        client.create_table(**table_definition(TABLE_NAME))
        yield Table(client, TABLE_NAME, sleep=lambda _: None)


@pytest.fixture
def store(table: Table) -> Store:
    return Store(table, new_id=Ids())


@pytest.fixture
def hotel(table: Table) -> CatalogStore:
    """Five Deluxe rooms and two Suites, on sale for eighteen months and a stay."""
    catalog = CatalogStore(table)
    assert catalog.add_property(KOLKATA)
    assert catalog.add_room_type(KOLKATA, DELUXE, MONTHS)
    assert catalog.add_room_type(KOLKATA, SUITE, MONTHS)
    return catalog
