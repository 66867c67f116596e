"""The audit of changes over a stream that a server keeps: it reads each change once, and the engine's add up."""

from typing import Any

import pytest

from holdfast.audit.changes import Changes
from holdfast.model.dates import utc_now
from holdfast.storage.items import page_key
from holdfast.storage.store import Store
from holdfast.storage.stream import Stream
from holdfast.storage.table import Table
from tests.kit.clock import FakeClock
from tests.kit.guests import hold
from tests.kit.hotel import open_hotel
from tests.kit.stand_in import update_by_hand
from tests.kit.template import table_definition, template
from tests.store.dynamodbs import PATIENCE_SECONDS, Emulator


@pytest.fixture
def stream(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> tuple[Stream, Table]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", emulator.endpoint)
    name = f"holdfast-stream-{emulator.name}"
    properties = template()["Resources"]["Table"]["Properties"]
    kept: Any = {"StreamEnabled": True, **properties["StreamSpecification"]}
    made = emulator.clients[0].create_table(**table_definition(name), StreamSpecification=kept)
    table = Table(emulator.clients[0], name, patience_seconds=PATIENCE_SECONDS)
    return Stream(made["TableDescription"]["LatestStreamArn"]), table


def test_what_guests_do_adds_up_and_what_another_writes_does_not(stream: tuple[Stream, Table]) -> None:
    source, table = stream
    changes, now = Changes(arn=source.arn), utc_now()

    def suspected() -> bool:
        return changes.read(source, now=now, due_shards=8, has_time=lambda: True)

    open_hotel(table)
    assert not any(suspected() for _ in range(2))
    for user in ("alice", "bob"):
        hold(Store(table), user, clock=FakeClock())
    assert not any(suspected() for _ in range(2))
    assert changes.sums.seen.count(1) > 0
    update_by_hand(
        table,
        page_key("deluxe", "2026-12"),
        "SET #free.#day = #free.#day - :one",
        ExpressionAttributeNames={"#free": "free", "#day": "10"},
        ExpressionAttributeValues={":one": {"N": "1"}},
    )
    assert [suspected() for _ in range(3)] == [False, True, False]
