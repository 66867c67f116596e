"""The simulation would see it: each bug planted in the engine is caught, and none stays in it."""

import pytest

from tests.simulation.bug import Bug, Edit
from tests.simulation.bugs import BUGS
from tests.simulation.planted_bugs import NoLongerFits, caught, look_first_at, planted
from tests.simulation.profiles import drawn
from tests.simulation.run import run


def test_there_are_enough_of_them() -> None:
    assert len(BUGS) >= 20
    assert len({bug.name for bug in BUGS}) == len(BUGS)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_a_planted_bug_is_caught(bug: Bug) -> None:
    assert caught(bug, profile=bug.profile, first=look_first_at(bug)), f"{bug.name}: not seen on {bug.profile}"


def test_a_bug_is_gone_when_it_is_taken_out() -> None:
    bug = next(bug for bug in BUGS if bug.name == "an expired hold keeps its rooms")
    with planted(bug):
        assert run(drawn(0, "mixed")).broken
    assert run(drawn(0, "mixed")).broken == []


def test_a_bug_that_no_longer_fits_the_engine_says_so() -> None:
    bug = Bug("outdated", "mixed", (Edit("bookings.expire", "restore", "no such text", ""),))
    with pytest.raises(NoLongerFits), planted(bug):
        pass
