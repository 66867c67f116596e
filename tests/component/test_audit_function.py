"""The function: it reports what stays broken, line by line, and the number as a metric."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import boto3  # noqa: TID251 - makes the bucket
import pytest

from holdfast.audit.table import LOOKS, audit_table
from holdfast.payments.gateways.protocol import GatewayPayment
from holdfast.storage.catalog import CatalogStore
from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from tests.kit.apps import BUCKET_NAME, Apps, LambdaContext
from tests.kit.clock import FakeClock
from tests.kit.log_capture import LogLines
from tests.kit.settled_table import at_gateway
from tests.kit.stand_in import update_by_hand

PAGE = page_key("deluxe", "2026-12")
pytestmark = [pytest.mark.usefixtures("cloud", "hotel")]


@dataclass
class Report:
    answer: dict[str, Any]
    lines: list[dict[str, Any]]
    metrics: list[dict[str, Any]]


@pytest.fixture
def audited(
    apps: Apps, store: Store, lines: LogLines, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[], Report]:
    """Runs the handler on the test's table, and gives what it answered, logged and counted."""
    app = apps["audit"]
    monkeypatch.setattr(app, "engine", app.engine._replace(store=store))
    monkeypatch.setattr(app.time, "sleep", lambda _: None)
    boto3.client("s3").create_bucket(Bucket=BUCKET_NAME)

    def run() -> Report:
        lines.clear()
        answer = app.lambda_handler({}, LambdaContext(seconds_left=300))
        return Report(answer, lines.all, [json.loads(line) for line in capsys.readouterr().out.splitlines()])

    return run


def spoil(store: Store, free: int) -> None:
    """One room fewer, or more, on a night of December than there should be."""
    update_by_hand(
        store.table,
        PAGE,
        "SET #free.#day = :free",
        ExpressionAttributeNames={"#free": "free", "#day": "10"},
        ExpressionAttributeValues={":free": {"N": str(free)}},
    )


def test_an_untouched_hotel_is_clean_and_counts_zero(audited: Callable[[], Report]) -> None:
    report = audited()
    assert report.answer == {"outcome": "finished", "broken": 0}
    assert [line for line in report.lines if line["level"] == "ERROR"] == []
    assert [metric["BrokenInvariants"] for metric in report.metrics] == [[0.0]]


def test_each_broken_invariant_is_an_error_line_and_they_are_counted(
    audited: Callable[[], Report], store: Store
) -> None:
    spoil(store, 6)
    report = audited()
    assert report.answer == {"outcome": "finished", "broken": 2}
    errors = [line for line in report.lines if line["level"] == "ERROR"]
    assert [line["invariant"] for line in errors] == ["INV1", "INV2"]
    assert errors[0]["message"].startswith("broken: INV1 deluxe 2026-12-10")
    assert errors[0]["keys"] == [" ".join(PAGE)]
    assert [metric["BrokenInvariants"] for metric in report.metrics] == [[2.0]]


def test_a_file_that_nothing_shows_is_an_error_line(audited: Callable[[], Report]) -> None:
    key = "images/lake-view/im_aaaaaaaaaaaaaaaaaaaaaaaaaa/400.jpg"
    boto3.client("s3").put_object(Bucket=BUCKET_NAME, Key=key, Body=b"left")

    report = audited()

    assert report.answer == {"outcome": "finished", "broken": 1}
    assert [line["invariant"] for line in report.lines if "invariant" in line] == ["IMG1"]


def test_what_only_one_look_shows_is_not_reported(store: Store, clock: FakeClock) -> None:
    """A scan is no snapshot: a booking made while it ran may be seen without its page."""
    spoil(store, 4)
    looks = iter([lambda: spoil(store, 5)])
    assert audit_table(store, clock=clock, pause=next(looks)).broken == []


def test_a_month_that_sells_during_the_audit_is_not_reported(store: Store, clock: FakeClock) -> None:
    """Each look shows it half way through another sale."""
    spoil(store, 4)
    free = iter((3, 2))
    assert audit_table(store, clock=clock, pause=lambda: spoil(store, next(free))).broken == []


def test_what_every_look_shows_is_reported_once(store: Store, clock: FakeClock) -> None:
    spoil(store, 4)
    pauses: list[None] = []
    [broken] = audit_table(store, clock=clock, pause=partial(pauses.append, None)).broken
    assert (broken.invariant, broken.keys) == ("INV1", (PAGE,))
    assert len(pauses) == LOOKS - 1


def test_the_gateway_records_are_audited_when_they_are_given(store: Store, clock: FakeClock) -> None:
    def gateway_records() -> list[tuple[str, GatewayPayment]]:
        return [at_gateway("o9", "bk_unknown", captured=1)]

    audited = audit_table(store, clock=clock, gateway_records=gateway_records)
    assert [broken.invariant for broken in audited.broken] == ["BOOK1"]


def test_a_table_that_was_written_by_the_catalog_is_readable(hotel: CatalogStore, store: Store) -> None:
    assert {item["pk"].partition("#")[0] for item in store.table.scan()} >= {"ROOM", "PROPERTY", "CATALOG"}
