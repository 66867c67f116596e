"""Bugs planted in the engine, one at a time, to see that the simulation catches them: the oracle's own test.

Each changes the engine's source in one or a few places and swaps the code of the functions there, wherever they were
imported, until it is taken out again. A text that the engine does not have any more is an error: the bug must be fitted
to the engine again.
"""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple

from tests.kit.template import ROOT
from tests.simulation.bug import Bug, Edit
from tests.simulation.profiles import drawn
from tests.simulation.run import run

MOST_SEEDS = 200
CAUGHT = (
    ROOT / "tests/data/caught_bugs.json"
)  # the seed of its profile that showed each bug first, when this was written


class Caught(NamedTuple):
    seeds: int  # how many it took
    broken: str


class NoLongerFits(Exception):
    """The engine's text has changed under a planted bug."""


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """The engine with this bug in it."""
    with ExitStack() as until_taken_out:
        by_module: dict[str, list[Edit]] = {}
        for edit in bug.edits:
            by_module.setdefault(edit.module, []).append(edit)
        for name, edits in by_module.items():
            module = importlib.import_module(f"holdfast.{name}")
            wrong = _rewritten(module, edits)
            for function in dict.fromkeys(edit.function for edit in edits):
                target = _function(module, function)
                until_taken_out.callback(setattr, target, "__code__", target.__code__)
                target.__code__ = wrong[function]
        yield


def caught(bug: Bug, *, most_seeds: int = MOST_SEEDS, profile: str | None = None, first: int = 0) -> Caught | None:
    """The first seed of the profile that shows the bug, and how; None when none does."""
    with planted(bug):
        for number in range(most_seeds):
            broken = run(drawn(first + number, profile)).broken
            if broken:
                # The world itself failed, or the bug does not run where it stands: nothing was caught.
                assert not broken[0].startswith("WORLD1"), broken[0]
                assert "NameError" not in broken[0], broken[0]
                return Caught(number + 1, broken[0])
    return None


def look_first_at(bug: Bug) -> int:
    """The seed that showed the bug when all were hunted last: most likely it still does."""
    seeds: dict[str, int] = json.loads(CAUGHT.read_text())
    return seeds.get(bug.name, 0)


def _function(module: ModuleType, name: str) -> FunctionType:
    found: Any = module
    for part in name.split("."):
        if part not in vars(found):
            raise NoLongerFits(f"{module.__name__} has no {name}")
        found = vars(found)[part]
    if isinstance(found, property):
        found = found.fget
    assert isinstance(found, FunctionType)
    return found


def _rewritten(module: ModuleType, edits: list[Edit]) -> dict[str, CodeType]:
    """The code of the edited functions, compiled from the module's source with the edits made."""
    source = inspect.getsource(module)
    for edit in edits:
        right = inspect.getsource(_function(module, edit.function))
        wrong = right
        for other in edits:
            if other.function == edit.function:
                if right.count(other.right) != 1:
                    raise NoLongerFits(f"{other.module}.{other.function} has not just one {other.right!r}")
                wrong = wrong.replace(other.right, other.wrong)
        source = source.replace(right, wrong)
    assert module.__file__ is not None
    code = compile(source, module.__file__, "exec", dont_inherit=True)
    return {edit.function: _nested(code, edit.function.split(".")) for edit in edits}


def _nested(code: CodeType, names: list[str]) -> CodeType:
    for name in names:
        found = [const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == name]
        if not found:  # a generic function stands inside the scope of its type parameters
            scope = f"<generic parameters of {name}>"
            found = [const for const in code.co_consts if isinstance(const, CodeType) and const.co_name == scope]
            return _nested(found[0], [name])
        code = found[0]
    return code
