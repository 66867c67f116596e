"""Runs of the audit that are shorter than its pass: one goes on where another had to stop, and nobody hears of half."""

from typing import Any

import boto3  # noqa: TID251 - makes the bucket
import pytest

from holdfast.audit.runs import STALE_MS, STATES, STOP_SECONDS
from holdfast.errors import Busy
from holdfast.model.dates import millis
from holdfast.model.verdict import Verdict
from holdfast.storage.store import Store
from holdfast.storage.verdicts import VerdictStore
from tests.component.test_audit_function import spoil
from tests.kit.apps import BUCKET_NAME, Apps, LambdaContext
from tests.kit.clock import NOW, FakeClock
from tests.kit.fake_stream import FakeStream
from tests.kit.small_pages import Scans, small_pages

pytestmark = [pytest.mark.usefixtures("cloud", "hotel")]
LONG, SHORT = 300, STOP_SECONDS - 1  # seconds: enough for all, and for one page


class Auditor:
    """The function, over a table in small pages."""

    def __init__(self, app: Any, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store, self.clock, self.scans = store, clock, Scans()
        in_pages = Store(small_pages(store.table, self.scans))
        monkeypatch.setattr(app, "engine", app.engine._replace(store=in_pages, clock=clock))
        monkeypatch.setattr(app.time, "sleep", lambda _: None)
        self._app = app

    def run(self, seconds: float, source: str | None = "aws.events") -> dict[str, Any]:
        answer: dict[str, Any] = self._app.lambda_handler(
            {"source": source} if source else {}, LambdaContext(seconds_left=seconds)
        )
        return answer

    @property
    def verdict(self) -> Verdict | None:
        return VerdictStore(self.store.table).verdict()


@pytest.fixture
def auditor(apps: Apps, store: Store, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Auditor:
    boto3.client("s3").create_bucket(Bucket=BUCKET_NAME)
    return Auditor(apps["audit"], store, clock, monkeypatch)


def to_the_end(auditor: Auditor, seconds: float = SHORT) -> tuple[dict[str, Any], int]:
    """Runs, a schedule's five minutes apart, until a pass is finished: the last answer, and how many they were."""
    for runs in range(1, 100):
        answer = auditor.run(seconds)
        if answer["outcome"] != "left":
            return answer, runs
        auditor.clock.advance(300)
    raise AssertionError("no pass was finished")


def test_a_pass_takes_as_many_runs_as_it_needs_and_reads_each_page_once(auditor: Auditor) -> None:
    answer, runs = to_the_end(auditor)

    assert (answer, runs > 3) == ({"outcome": "finished", "broken": 0}, True)
    assert len(auditor.scans.pages) == runs
    assert len({str(page) for page in auditor.scans.pages}) == runs


def test_what_is_broken_is_found_by_runs_of_a_page_each(auditor: Auditor) -> None:
    spoil(auditor.store, 4)
    answer, _ = to_the_end(auditor)

    assert answer == {"outcome": "finished", "broken": 1}
    assert auditor.verdict
    assert auditor.verdict.violations == {"INV1": 1}


def test_a_verdict_is_of_a_finished_pass_and_says_when_it_began_and_ended(
    auditor: Auditor, capsys: pytest.CaptureFixture[str]
) -> None:
    while auditor.run(SHORT)["outcome"] == "left":
        assert auditor.verdict is None
        assert "BrokenInvariants" not in capsys.readouterr().out
        auditor.clock.advance(300)

    verdict = auditor.verdict
    assert verdict
    assert "BrokenInvariants" in capsys.readouterr().out
    assert (verdict.began_ms, verdict.at_ms) == (millis(NOW), millis(NOW))
    assert verdict.ended_ms == millis(auditor.clock.now) > millis(NOW)


def test_the_proof_of_before_stays_until_the_next_pass_is_finished(auditor: Auditor) -> None:
    auditor.run(LONG)
    auditor.clock.advance(3600)
    assert auditor.run(SHORT) == {"outcome": "left"}
    assert auditor.verdict
    assert auditor.verdict.began_ms == millis(NOW)


def test_no_second_pass_is_begun_within_the_hour_by_the_clock(auditor: Auditor) -> None:
    """It is half past six: the next is due at seven."""
    assert auditor.run(LONG)["outcome"] == "finished"
    auditor.clock.advance(29 * 60)
    pages = len(auditor.scans.pages)
    assert auditor.run(LONG) == {"outcome": "not_due"}
    assert len(auditor.scans.pages) == pages
    auditor.clock.advance(60)
    assert auditor.run(LONG)["outcome"] == "finished"


def test_once_a_day_is_once_a_day(auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    client: Any = auditor.store.table.client
    monkeypatch.setattr(auditor._app, "settings", auditor._app.settings.model_copy(update={"audit_hours": 24}))
    monkeypatch.setattr(auditor._app, "stream", FakeStream(client))
    auditor.run(LONG)
    for _ in range(17):
        auditor.clock.advance(3600)
        assert auditor.run(LONG) == {"outcome": "not_due"}
    auditor.clock.advance(1800)
    assert auditor.run(LONG)["outcome"] == "finished"
    assert auditor.verdict
    assert auditor.verdict.overdue_ms == auditor.verdict.at_ms + 30 * 3_600_000


def test_whoever_calls_it_by_hand_gets_a_pass_at_once(auditor: Auditor) -> None:
    assert auditor.run(LONG)["outcome"] == "finished"
    assert auditor.run(LONG, source=None)["outcome"] == "finished"


def test_two_runs_at_once_are_one(auditor: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    second: list[dict[str, Any]] = []
    monkeypatch.setattr(auditor._app.time, "sleep", lambda _: second.append(auditor.run(LONG)))
    spoil(auditor.store, 4)
    assert auditor.run(LONG)["outcome"] == "finished"
    assert second == [{"outcome": "busy"}] * 2


def test_of_two_runs_that_begin_together_one_has_nothing_to_do(
    auditor: Auditor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, second = VerdictStore.last_pass, []

    def read(of: VerdictStore) -> Any:
        monkeypatch.setattr(VerdictStore, "last_pass", seen)
        found = seen(of)
        second.append(auditor.run(LONG))
        return found

    monkeypatch.setattr(VerdictStore, "last_pass", read)
    assert auditor.run(LONG) == {"outcome": "busy"}
    assert [one["outcome"] for one in second] == ["finished"]


def test_a_run_that_dies_is_followed_by_a_pass_from_the_start(auditor: Auditor) -> None:
    auditor.run(SHORT)
    auditor.clock.advance(300)
    auditor.scans.breaks_at = 2
    with pytest.raises(Busy):
        auditor.run(LONG)
    auditor.scans.breaks_at = None
    assert auditor.run(LONG) == {"outcome": "busy"}  # it could still be at work
    auditor.clock.advance(LONG)

    assert auditor.run(LONG)["outcome"] == "finished"
    assert auditor.scans.pages[2] is None
    assert auditor.verdict
    assert auditor.verdict.began_ms == millis(auditor.clock.now)


@pytest.mark.parametrize("written", [b"", b"x\x9cof another version"])
def test_what_cannot_be_read_is_begun_anew(auditor: Auditor, written: bytes) -> None:
    auditor.run(SHORT)
    auditor.clock.advance(300)
    client = boto3.client("s3")
    [state] = client.list_objects_v2(Bucket=BUCKET_NAME, Prefix=STATES)["Contents"]
    client.put_object(Bucket=BUCKET_NAME, Key=state["Key"], Body=written)

    assert auditor.run(LONG)["outcome"] == "finished"
    assert auditor.scans.pages[:2] == [None, None]


def test_what_was_deleted_is_begun_anew(auditor: Auditor) -> None:
    auditor.run(SHORT)
    auditor.clock.advance(300)
    client = boto3.client("s3")
    [state] = client.list_objects_v2(Bucket=BUCKET_NAME, Prefix=STATES)["Contents"]
    client.delete_object(Bucket=BUCKET_NAME, Key=state["Key"])

    assert auditor.run(LONG)["outcome"] == "finished"
    assert auditor.scans.pages[:2] == [None, None]


@pytest.mark.parametrize(("late_ms", "anew"), [(0, False), (1, True)])
def test_what_was_left_for_long_is_begun_anew(auditor: Auditor, late_ms: int, anew: bool) -> None:
    auditor.run(SHORT)
    auditor.clock.advance((STALE_MS + late_ms) / 1000)
    auditor.run(LONG)
    assert (auditor.scans.pages[1] is None) is anew
