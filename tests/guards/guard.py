"""What a guard is: something that `docs/security.md` claims, a check that sees it stand, and ways to take it away.

A guard of the template is taken away from a copy of it, one of the code from the functions that this process loaded.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any, NamedTuple

from tests.kit.front_door import FrontDoor
from tests.simulation.bug import Edit

Template = dict[str, Any]
Removal = Callable[[Template], None]
MISSING: Any = object()


class TemplateGuard(NamedTuple):
    name: str
    stands: Callable[[Template], bool]
    removals: tuple[Removal, ...]


class CodeGuard(NamedTuple):
    name: str
    removal: Edit | Callable[[FrontDoor], AbstractContextManager[None]]
    stands: Callable[[FrontDoor], bool]


def found(template: Template, path: str) -> Any:
    """What stands at a path such as `Table.Properties.SSESpecification`, which begins with a resource or a section of
    the template; MISSING if nothing does."""
    at: Any = template
    for step in _steps(template, path):
        try:
            at = at[step]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return at


def without(path: str) -> Removal:
    def remove(template: Template) -> None:
        *above, last = _steps(template, path)
        _at(template, above).pop(last)

    return remove


def instead(path: str, value: Any) -> Removal:
    """Puts something else there."""

    def remove(template: Template) -> None:
        *above, last = _steps(template, path)
        _at(template, above)[last] = copy.deepcopy(value)

    return remove


def more(path: str, value: Any) -> Removal:
    """Adds to the list that stands there."""

    def remove(template: Template) -> None:
        _at(template, _steps(template, path)).append(copy.deepcopy(value))

    return remove


def pinned(name: str, path: str, value: Any, *others: Any) -> TemplateGuard:
    """What stands at the path is that value: neither nothing nor one of the others."""
    return TemplateGuard(
        name,
        lambda template: bool(found(template, path) == value),
        (without(path), *(instead(path, other) for other in others)),
    )


def all_of(name: str, *guards: TemplateGuard) -> TemplateGuard:
    """Several that are one claim."""
    return TemplateGuard(
        name,
        lambda template: all(guard.stands(template) for guard in guards),
        tuple(removal for guard in guards for removal in guard.removals),
    )


def removed(guard: TemplateGuard, template: Template) -> Iterator[Template]:
    """Copies of the template, each without the guard in another way."""
    for removal in guard.removals:
        changed = copy.deepcopy(template)
        removal(changed)
        assert changed != template, f"{guard.name}: nothing was taken away"
        yield changed


def _steps(template: Template, path: str) -> list[Any]:
    first, *rest = path.split(".")
    steps = [int(step) if step.isdigit() else step for step in rest]
    return ["Resources", first, *steps] if first in template["Resources"] else [first, *steps]


def _at(template: Template, steps: list[Any]) -> Any:
    at: Any = template
    for step in steps:
        at = at[step]
    return at
