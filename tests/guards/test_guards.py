"""Each guard that `docs/security.md` claims stands, and its check fails without it; the page claims nothing else."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager

import pytest

from tests.guards.code import CODE_GUARDS
from tests.guards.data import DATA_GUARDS
from tests.guards.front import FRONT_GUARDS
from tests.guards.guard import CodeGuard, TemplateGuard, removed
from tests.guards.rights import RIGHTS_GUARDS
from tests.guards.sign_in import SIGN_IN_GUARDS
from tests.kit.front_door import FrontDoor
from tests.kit.template import ROOT, template
from tests.simulation.bug import Bug, Edit
from tests.simulation.planted_bugs import planted

TEMPLATE_GUARDS = (*FRONT_GUARDS, *SIGN_IN_GUARDS, *DATA_GUARDS, *RIGHTS_GUARDS)


def without(guard: CodeGuard, front_door: FrontDoor) -> AbstractContextManager[None]:
    if isinstance(guard.removal, Edit):
        return planted(Bug(guard.name, "", (guard.removal,)))
    return guard.removal(front_door)


@pytest.mark.parametrize("guard", CODE_GUARDS, ids=lambda guard: guard.name)
def test_a_guard_of_the_code_stands(guard: CodeGuard, front_door: FrontDoor) -> None:
    assert guard.stands(front_door)


@pytest.mark.parametrize("guard", CODE_GUARDS, ids=lambda guard: guard.name)
def test_without_a_guard_of_the_code_its_check_fails(guard: CodeGuard, front_door: FrontDoor) -> None:
    with without(guard, front_door):
        assert not guard.stands(front_door)


@pytest.mark.parametrize("guard", TEMPLATE_GUARDS, ids=lambda guard: guard.name)
def test_a_guard_of_the_template_stands(guard: TemplateGuard) -> None:
    assert guard.stands(template())


@pytest.mark.parametrize("guard", TEMPLATE_GUARDS, ids=lambda guard: guard.name)
def test_without_a_guard_of_the_template_its_check_fails(guard: TemplateGuard) -> None:
    assert guard.removals
    assert [number for number, changed in enumerate(removed(guard, template())) if guard.stands(changed)] == []


NAMES = {guard.name for guard in (*CODE_GUARDS, *TEMPLATE_GUARDS)}
PAGE = (ROOT / "docs" / "security.md").read_text()


def test_the_page_lists_the_guards_that_are_taken_away_here_and_no_others() -> None:
    _, _, section = PAGE.partition("\n## Guards\n")
    listed = re.findall(r"^\| `([\w-]+)` \| .+ \|$", section.partition("\n## ")[0], re.MULTILINE)

    assert set(listed) == NAMES
    assert len(listed) == len(set(listed))


def test_every_sentence_about_a_threat_names_a_guard() -> None:
    stopped_by = re.findall(r"^\| \*\*API\d+\*\*[^|]*\|([^|]*)\|", PAGE, re.MULTILINE)
    sentences = [sentence for cell in stopped_by for sentence in re.split(r"\. (?=[A-Z])", cell)]

    assert len(stopped_by) == 10
    assert [sentence for sentence in sentences if not NAMES & set(re.findall(r"`([\w-]+)`", sentence))] == []
