"""A body's JSON, read strictly: what two readers could understand in two ways is refused."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from holdfast.errors import MalformedRequest

MAX_JSON_DEPTH = 8
SHOWN_NAME_LENGTH = 64  # of an unknown field, in the problem that names it


def parse(raw: bytes) -> dict[str, Any]:
    """One JSON object, strictly: no duplicate keys, no NaN, no deep nesting, valid UTF-8."""
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_object, parse_constant=_no_constant)
    except RecursionError as error:
        raise MalformedRequest("The body is nested too deeply.") from error
    except ValueError as error:  # covers bad UTF-8, bad JSON and integers of thousands of digits
        raise MalformedRequest(f"The body is not valid JSON: {error}") from error
    if not isinstance(value, dict):
        raise MalformedRequest("The body must be a JSON object.")
    if _is_deeper(value, MAX_JSON_DEPTH):
        raise MalformedRequest(f"The body is nested more than {MAX_JSON_DEPTH} deep.")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = (shown(name) for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise MalformedRequest(f"Sent more than once: {', '.join(sorted(twice))}.")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _is_deeper(value: Any, most: int) -> bool:
    """Level by level and never deeper than `most`: what calls itself for each level has an end at some depth."""
    level = [value]
    for _ in range(most + 1):
        level = [part for part in level if isinstance(part, (dict, list))]
        if not level:
            return False
        level = [inner for part in level for inner in (part.values() if isinstance(part, dict) else part)]
    return True


def shown(name: str) -> str:
    """A name that is safe to repeat: printable ASCII, and not long. The names of our own fields stay as they are."""
    return name.encode("unicode_escape").decode()[:SHOWN_NAME_LENGTH]
