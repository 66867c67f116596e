"""The mutants are what they say: other programs, the same for a seed, shown as a diff, tried against what exists."""

import ast

import pytest

from tests.kit.template import ROOT
from tests.mutants.mutant import FILES, Mutant, mutations, sampled
from tests.mutants.operators import changes
from tests.mutants.suites import every_suite, suites

EVERY_KIND = """
def price(nights, *, rooms=1):
    if rooms <= 0 or not nights:
        raise ValueError
    total = sum(night.price * rooms for night in nights if night.on_sale)
    tasks = (*nights, total)
    match rooms:
        case 1 if total:
            booking.transitioned(Status.EXPIRED, by="guest")
    return min(total, 9) if tasks else True
"""


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("comparison", "    if rooms < 0 or not nights:"),
        ("and, or", "    if (rooms <= 0 and (not nights)):"),
        ("condition left out", "    if (rooms <= 0):"),
        ("not left out", "    if rooms <= 0 or (nights):"),
        ("statement left out", "        pass"),
        ("arithmetic", "    total = sum((night.price // rooms) for night in nights if night.on_sale)"),
        ("filter left out", "    total = sum(night.price * rooms for night in nights if True)"),
        ("part left out", "    tasks = (*nights, )"),
        ("guard left out", "        case 1 if True:"),
        ("keyword left out", "            booking.transitioned(Status.EXPIRED, )"),
        ("another member", '            booking.transitioned(Status.CANCELLED, by="guest")'),
        ("min, max", "    return max(total, 9) if tasks else True"),
        ("always", "    return (min(total, 9))"),
        ("never", "    return (True)"),
        ("constant", "    return min(total, 10) if tasks else True"),
    ],
)
def test_each_kind_of_slip_is_made(kind: str, line: str) -> None:
    data = EVERY_KIND.encode()
    made = [data[: at.start] + at.new.encode() + data[at.end :] for at in changes(EVERY_KIND) if at.kind == kind]
    assert line in [text for source in made for text in source.decode().splitlines()]


def test_the_texts_of_conditions_are_changed_in_the_store_only() -> None:
    text = 'condition = f"size({LIVE}) < :most AND attribute_exists(pk)"'
    assert not [change for change in changes(text) if change.kind == "expression"]
    new = [change.new for change in changes(text, expressions=True)]
    assert ") <= :most AND attribute_exists(pk)" in new
    assert ") < :most OR attribute_exists(pk)" in new


def test_a_seed_draws_the_same_mutants_each_another_program() -> None:
    mutants = sampled(12, 3)
    assert mutants == sampled(12, 3) != sampled(12, 4)
    for mutant in mutants:
        ast.parse(mutant.source)
        assert mutant.diff()
        assert sampled(9, 1, mutant.name) == [mutant]


def test_of_a_file_or_a_line_only_its_own_are_drawn() -> None:
    assert {mutant.file for mutant in sampled(9, 1, "taxes.py")} == {"taxes.py"}
    line = Mutant("taxes.py", mutations("taxes.py")[0]).line
    assert {mutant.line for mutant in sampled(9, 1, f"taxes.py:{line}")} == {line}


def test_every_file_is_tried_against_tests_that_exist() -> None:
    named = {test for file in FILES for suite in [*suites(file), *every_suite()] for test in suite.tests}
    assert [test for test in sorted(named) if not (ROOT / "tests" / test).exists()] == []
