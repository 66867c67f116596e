"""All that simulated worlds change adds up to zero: by the stream, an audit of changes suspects nobody."""

from typing import Any

import pytest

from holdfast.audit.changes import Changes
from holdfast.storage.marshal import from_wire
from holdfast.storage.stream import Change
from tests.kit.clock import NOW
from tests.simulation.handlers import DUE_SHARDS
from tests.simulation.hotel import POISON_KEY
from tests.simulation.profiles import drawn
from tests.simulation.run import run
from tests.simulation.world import World

WORLDS = [(seed, None) for seed in range(40)] + [(seed, "owners") for seed in range(5)]


@pytest.mark.parametrize(("seed", "profile"), WORLDS)
def test_a_world_s_changes_leave_no_rest(seed: int, profile: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    changes, commits = Changes(arn="the world's", begun=True), 0

    def note(commit: list[Any]) -> None:
        nonlocal commits
        commits += 1
        for key, old, new in commit:
            if key != POISON_KEY:
                was, now = (from_wire(item) if item else None for item in (old, new))
                changes.take(Change(was, now, by_ttl=False), now=NOW, due_shards=DUE_SHARDS)

    made = World.__init__

    def watched(world: World, *arguments: Any) -> None:
        made(world, *arguments)
        world.table.on_commit.append(note)

    monkeypatch.setattr(World, "__init__", watched)
    outcome = run(drawn(seed, profile))

    assert outcome.broken == []
    assert (changes.sums.rests, changes.rooms, changes.alone) == ({}, {}, 0)
    assert commits > 1
