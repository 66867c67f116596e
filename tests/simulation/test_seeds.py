"""Thousands of small worlds, each with its own guests, faults and order of things: the promises hold in all of them."""

import os
import subprocess
import sys

import pytest

from tests.kit.template import ROOT
from tests.simulation.__main__ import Tally, explain, tally
from tests.simulation.bugs import BUGS
from tests.simulation.coverage import PATHS, missing
from tests.simulation.planted_bugs import planted
from tests.simulation.profiles import PROFILES, drawn
from tests.simulation.run import run
from tests.simulation.shrinking import shrunk, with_operations

COVERED = range(1_000)
OWNERS = range(5_000, 5_200)


def test_every_promise_holds_and_every_rare_path_was_taken() -> None:
    result = checked(COVERED)
    assert missing(result.coverage) == []
    assert len(PATHS) >= 30


@pytest.mark.parametrize("profile", ["owners", "reviews", "pictures"])
def test_every_promise_holds_while_owners_change_their_hotel(profile: str) -> None:
    """Beside the general worlds, two hundred in which owners and admins act while guests hold, pay and cancel."""
    share = {"owners": OWNERS[:60], "reviews": OWNERS[60:130], "pictures": OWNERS[130:]}
    assert checked(share[profile], profile).coverage["answered 200"] > 0


def checked(seeds: range, profile: str | None = None) -> Tally:
    """The result of these worlds; the first that broke a promise is shown in full."""
    result = tally(seeds, profile)
    for seed, failed_in in result.failed[:1]:
        pytest.fail("\n".join(explain(run(drawn(seed, failed_in)))))
    return result


@pytest.mark.parametrize("profile", PROFILES)
def test_a_world_without_faults_logs_every_transition_in_a_line(profile: str) -> None:
    plans = [drawn(seed, profile) for seed in range(100)]
    calm = next((plan for plan in plans if plan.fault_rate == 0), plans[0])
    calm.fault_rate = 0.0  # of days that always have some
    outcome = run(calm)
    assert (outcome.broken, outcome.faults) == ([], {})


def test_a_seed_runs_the_same_in_another_process_with_other_hashes() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--digests", "--seeds", "20"]
    outputs = {
        subprocess.run(  # noqa: S603 - this very program
            command,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
            timeout=100,
        ).stdout
        for hashes in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(set(outputs.pop().split())) == 20


class TestFailures:
    """What a failure shows is enough to repeat it."""

    def test_it_shrinks_to_the_operations_and_faults_that_it_takes(self) -> None:
        bug = next(bug for bug in BUGS if bug.name == "an expired hold keeps its rooms")
        with planted(bug):
            plan = drawn(0, "mixed")
            small = shrunk(run(plan))
            assert 1 <= len(small.plan.operations) <= 2 < len(plan.operations)
            assert small.faults == {}
            again = run(with_operations(plan, small.plan.operations), frozenset())
            assert again.broken[0].startswith("INV1")
        assert run(small.plan, frozenset()).broken == []

    def test_it_names_seed_profile_operations_the_end_of_the_trace_and_the_command(self) -> None:
        with planted(next(bug for bug in BUGS if bug.name == "a payment start moves the deadline")):
            lines = list(explain(run(drawn(0, "mixed"))))
        text = "\n".join(lines)
        assert lines[0] == "seed 0, profile mixed: 1 broken"
        assert " start ref=" in text
        trace = lines[lines.index("its last lines:") + 1 : lines.index("again:")]
        assert 10 <= len(trace) <= 30
        assert lines[-2] == "  uv run python -m tests.simulation --seed 0 --profile mixed"
        assert lines[-1].startswith(lines[-2] + " --only ")
