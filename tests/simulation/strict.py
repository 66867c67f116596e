"""What makes the stand-in strict: a request with an argument that it does not know, or has no use for, is an error."""

from __future__ import annotations

from typing import Any

from tests.simulation.expressions import Unsupported
from tests.simulation.faults import invalid


def only(given: dict[str, Any], *known: str) -> None:
    unknown = set(given) - set(known)
    if unknown:
        raise Unsupported(f"the arguments {sorted(unknown)}")


def used(given: set[str], wanted: set[str]) -> None:
    if given != wanted:
        raise invalid("request", f"unused or undefined: {sorted(given ^ wanted)}")
