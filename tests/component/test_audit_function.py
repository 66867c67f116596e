"""The hourly function: it reports what stays broken, line by line, and the number as a metric."""

import importlib.util
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType
from typing import Any

import pytest

from holdfast.audit.audit import LOOKS, audit_table
from holdfast.logs import logger, metrics
from holdfast.payments.gateways.protocol import GatewayPayment
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from tests.kit.clock import FakeClock
from tests.kit.hotel import TABLE_NAME
from tests.kit.settled_table import at_gateway
from tests.kit.template import ROOT

PAGE = page_key("deluxe", "2026-12")
pytestmark = pytest.mark.usefixtures("hotel")


@pytest.fixture(scope="module")
def app() -> Iterator[ModuleType]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("TABLE_NAME", TABLE_NAME)
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        spec = importlib.util.spec_from_file_location("audit.app", ROOT / "functions" / "audit" / "app.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        yield module


@dataclass
class Context:
    function_name: str = "audit"
    memory_limit_in_mb: int = 1024
    invoked_function_arn: str = "arn:aws:lambda:us-east-1:123456789012:function:audit"
    aws_request_id: str = "7a1f6f3e-0f55-4c1b-9f0e-5b8a1f0e2d3c"

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


@dataclass
class Report:
    answer: dict[str, Any]
    lines: list[dict[str, Any]]
    metrics: list[dict[str, Any]]


@pytest.fixture
def audited(
    app: ModuleType, store: Store, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], Report]:
    """Runs the handler on the test's table, and gives what it answered, logged and counted."""
    monkeypatch.setattr(app, "store", store)
    monkeypatch.setattr(app.time, "sleep", lambda _: None)
    monkeypatch.setattr(metrics.provider, "namespace", "Holdfast")  # as the template names it for each function

    def run() -> Report:
        handler = logger.registered_handler
        assert isinstance(handler, logging.StreamHandler)
        text = io.StringIO()
        before = handler.setStream(text)
        try:
            answer = app.lambda_handler({"source": "aws.events"}, Context())
        finally:
            handler.setStream(before)
        lines = [json.loads(line) for line in text.getvalue().splitlines()]
        return Report(answer, lines, [json.loads(line) for line in capsys.readouterr().out.splitlines()])

    return run


def spoil(store: Store, free: int) -> None:
    """One room fewer, or more, on a night of December than there should be."""
    store.table.client.update_item(
        TableName=store.table.name,
        Key={"pk": {"S": PAGE[0]}, "sk": {"S": PAGE[1]}},
        UpdateExpression="SET #free.#day = :free",
        ExpressionAttributeNames={"#free": "free", "#day": "10"},
        ExpressionAttributeValues={":free": {"N": str(free)}},
    )


def test_an_untouched_hotel_is_clean_and_counts_zero(audited: Callable[[], Report]) -> None:
    report = audited()
    assert report.answer == {"broken": 0}
    assert [line for line in report.lines if line["level"] == "ERROR"] == []
    assert [metric["BrokenInvariants"] for metric in report.metrics] == [[0.0]]


def test_each_broken_invariant_is_an_error_line_and_they_are_counted(
    audited: Callable[[], Report], store: Store
) -> None:
    spoil(store, 6)
    report = audited()
    assert report.answer == {"broken": 2}
    errors = [line for line in report.lines if line["level"] == "ERROR"]
    assert [line["invariant"] for line in errors] == ["INV1", "INV2"]
    assert errors[0]["message"].startswith("broken: INV1 deluxe 2026-12-10")
    assert errors[0]["keys"] == [" ".join(PAGE)]
    assert [metric["BrokenInvariants"] for metric in report.metrics] == [[2.0]]


def test_what_only_one_look_shows_is_not_told(store: Store, clock: FakeClock) -> None:
    """A scan is no snapshot: a booking made while it ran may be seen without its page."""
    spoil(store, 4)
    looks = iter([lambda: spoil(store, 5)])
    assert audit_table(store, clock=clock, pause=next(looks)) == []


def test_a_page_that_sells_while_it_is_looked_at_is_not_told(store: Store, clock: FakeClock) -> None:
    """Each look shows it half way through another sale."""
    spoil(store, 4)
    free = iter((3, 2))
    assert audit_table(store, clock=clock, pause=lambda: spoil(store, next(free))) == []


def test_what_every_look_shows_is_told_once(store: Store, clock: FakeClock) -> None:
    spoil(store, 4)
    pauses: list[None] = []
    [broken] = audit_table(store, clock=clock, pause=partial(pauses.append, None))
    assert (broken.invariant, broken.keys) == ("INV1", (PAGE,))
    assert len(pauses) == LOOKS - 1


def test_the_gateways_books_are_audited_when_they_are_given(store: Store, clock: FakeClock) -> None:
    def gateway_records() -> list[tuple[str, GatewayPayment]]:
        return [at_gateway("o9", "bk_unknown", captured=1)]

    assert [broken.invariant for broken in audit_table(store, clock=clock, gateway_records=gateway_records)] == [
        "BOOK1"
    ]


def test_a_table_that_was_written_by_the_catalog_is_readable(hotel: CatalogStore, store: Store) -> None:
    assert {item["pk"].partition("#")[0] for item in store.table.scan()} >= {"ROOM", "PROPERTY", "CATALOG"}
