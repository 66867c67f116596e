"""DynamoDB's expressions, as far as the store uses them, over items in wire form. Anything else is an error.

Compiled once for each text: a condition becomes a function of (item, names, values), an update a list of changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

Wire = dict[str, Any]
Item = dict[str, Wire]
Names = dict[str, str]
Test = Callable[[Item, Names, Item], bool]
Path = tuple[str, ...]

_TOKEN = re.compile(r"\s*(?:(<>|<=|>=|[=<>(),.+-])|([#:]?[A-Za-z0-9_]+))")
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


class Unsupported(BaseException):
    """The store used something that the stand-in does not know: the stand-in must learn it, or the store not use it."""


class Refused(Exception):
    """DynamoDB's ValidationException: the request itself is wrong."""


class Change(NamedTuple):
    """`SET path = value`, `SET path = operand sign value`, or `REMOVE path`."""

    path: Path
    value: str | None = None
    operand: Path | None = None
    sign: int = 0


class _Tokens:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[str] = []
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise Unsupported(f"{text!r} at {position}")
            self.tokens.append(match[1] or match[2])
            position = match.end()
        self.at = 0

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def next(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def expect(self, token: str) -> None:
        if self.next().upper() != token:
            raise Unsupported(f"{self.text!r}: wanted {token}")

    def take(self, token: str) -> bool:
        if self.peek().upper() == token:
            self.at += 1
            return True
        return False

    def path(self) -> Path:
        parts = [self.next()]
        while self.take("."):
            parts.append(self.next())
        for part in parts:
            if not re.fullmatch(r"#\w+|[A-Za-z_]\w*", part):
                raise Unsupported(f"{self.text!r}: {part!r} is no name")
            if part.upper() in _reserved():
                raise Refused(f"{part} is a reserved word")
        return tuple(parts)


@cache
def _reserved() -> frozenset[str]:
    return frozenset(ReservedKeywords.get_reserved_keywords())


@cache
def condition(text: str) -> Test:
    tokens = _Tokens(text)
    test = _either(tokens)
    if tokens.peek():
        raise Unsupported(f"{text!r}: {tokens.peek()!r} is left over")
    return test


def _either(tokens: _Tokens) -> Test:
    tests = [_both(tokens)]
    while tokens.take("OR"):
        tests.append(_both(tokens))
    return tests[0] if len(tests) == 1 else lambda item, names, values: any(t(item, names, values) for t in tests)


def _both(tokens: _Tokens) -> Test:
    tests = [_one(tokens)]
    while tokens.take("AND"):
        tests.append(_one(tokens))
    return tests[0] if len(tests) == 1 else lambda item, names, values: all(t(item, names, values) for t in tests)


def _one(tokens: _Tokens) -> Test:
    if tokens.take("("):
        inner = _either(tokens)
        tokens.expect(")")
        return inner
    word = tokens.peek()
    following = tokens.tokens[tokens.at + 1] if tokens.at + 1 < len(tokens.tokens) else ""
    if following == "(":
        return _function(tokens, word)
    path = tokens.path()
    if tokens.take("BETWEEN"):
        low = _value(tokens)
        tokens.expect("AND")
        high = _value(tokens)
        at_least, at_most = _compared(">=", path, low), _compared("<=", path, high)
        return lambda item, names, values: at_least(item, names, values) and at_most(item, names, values)
    sign = tokens.next()
    return _compared(sign, path, _value(tokens) if tokens.peek().startswith(":") else tokens.path())


def _function(tokens: _Tokens, name: str) -> Test:
    tokens.next()
    tokens.expect("(")
    path = tokens.path()
    if name in {"attribute_exists", "attribute_not_exists"}:
        tokens.expect(")")
        wanted = name == "attribute_exists"
        return lambda item, names, values: (found(item, path, names) is not None) is wanted
    if name == "begins_with":
        tokens.expect(",")
        prefix = _value(tokens)
        tokens.expect(")")

        def begins(item: Item, names: Names, values: Item) -> bool:
            wire = found(item, path, names)
            return wire is not None and "S" in wire and wire["S"].startswith(values[prefix]["S"])

        return begins
    if name == "contains":
        tokens.expect(",")
        part = _value(tokens)
        tokens.expect(")")

        def contains(item: Item, names: Names, values: Item) -> bool:
            wire = found(item, path, names)
            if wire is not None and "L" not in wire:
                raise Unsupported(f"{tokens.text!r}: contains of {wire}")
            return wire is not None and values[part] in wire["L"]

        return contains
    if name == "size":
        tokens.expect(")")
        compare, limit = _COMPARE[tokens.next()], _value(tokens)

        def sized(item: Item, names: Names, values: Item) -> bool:
            wire = found(item, path, names)
            return wire is not None and compare(len(next(iter(wire.values()))), int(values[limit]["N"]))

        return sized
    raise Unsupported(f"{tokens.text!r}: the function {name}")


def _value(tokens: _Tokens) -> str:
    name = tokens.next()
    if not name.startswith(":"):
        raise Unsupported(f"{tokens.text!r}: {name!r} is no value")
    return name


def _compared(sign: str, path: Path, other: str | Path) -> Test:
    if sign == "<>":
        same = _compared("=", path, other)
        return lambda item, names, values: not same(item, names, values)
    if sign not in _COMPARE:
        raise Unsupported(f"the comparison {sign!r}")
    compare = _COMPARE[sign]

    def test(item: Item, names: Names, values: Item) -> bool:
        have = found(item, path, names)
        want = values[other] if isinstance(other, str) else found(item, other, names)
        if have is None or want is None or have.keys() != want.keys():
            return False
        [(kind, left)], [right] = have.items(), want.values()
        if kind == "N":
            return compare(int(left), int(right))
        if kind != "S" and sign != "=":
            raise Unsupported(f"{sign} of {kind}")
        return compare(left, right)

    return test


def found(item: Item, path: Path, names: Names) -> Wire | None:
    """What stands at the path, or None."""
    here: Any = {"M": item}
    for part in path:
        here = here["M"].get(names[part] if part[0] == "#" else part) if "M" in here else None
        if here is None:
            return None
    wire: Wire = here
    return wire


@cache
def update(text: str) -> tuple[Change, ...]:
    """The changes of `SET a = :v, b = b - :n REMOVE c, d`."""
    tokens = _Tokens(text)
    changes: list[Change] = []
    seen: set[str] = set()
    while tokens.peek():
        section = tokens.next().upper()
        if section not in {"SET", "REMOVE"} or section in seen:
            raise Unsupported(f"{text!r}: {section}")
        seen.add(section)
        changes.append(_change(tokens, section))
        while tokens.take(","):
            changes.append(_change(tokens, section))
    return tuple(changes)


def _change(tokens: _Tokens, section: str) -> Change:
    path = tokens.path()
    if section == "REMOVE":
        return Change(path)
    tokens.expect("=")
    if tokens.peek().startswith(":"):
        return Change(path, _value(tokens))
    operand = tokens.path()
    sign = tokens.next()
    if sign not in {"+", "-"}:
        raise Unsupported(f"{tokens.text!r}: {sign}")
    return Change(path, _value(tokens), operand, 1 if sign == "+" else -1)


def changed(item: Item, changes: tuple[Change, ...], names: Names, values: Item) -> Item:
    """The item after the update; the given one stays as it is, and shares what did not change."""
    after = dict(item)
    copied: set[Path] = set()
    paths = [tuple(names[part] if part[0] == "#" else part for part in change.path) for change in changes]
    taken = set(paths)
    if len(taken) < len(paths) or any(path[:depth] in taken for path in paths for depth in range(1, len(path))):
        raise Refused("two document paths overlap")
    for change, path in zip(changes, paths, strict=True):
        wire: Wire | None = values[change.value] if change.value else None
        if change.operand and wire is not None:
            have = found(item, change.operand, names)
            if have is None or "N" not in have:
                raise Refused("an operand of the update is missing, or no number")
            wire = {"N": str(int(have["N"]) + change.sign * int(wire["N"]))}
        _put(after, path, wire, copied)
    return after


def _put(item: Item, path: Path, wire: Wire | None, copied: set[Path]) -> None:
    here = item
    for depth, part in enumerate(path[:-1], start=1):
        inner = here.get(part)
        if inner is None or "M" not in inner:
            raise Refused("the document path of the update is not valid for the item")
        if path[:depth] not in copied:
            here[part] = {"M": dict(inner["M"])}
            copied.add(path[:depth])
        here = here[part]["M"]
    if wire is None:
        here.pop(path[-1], None)
    else:
        here[path[-1]] = wire


def placeholders(*texts: str) -> set[str]:
    """Every `#name` and `:value` that the texts use: DynamoDB refuses those that are given and not used."""
    return {token for text in texts for token in _placeholders(text)}


@cache
def _placeholders(text: str) -> frozenset[str]:
    return frozenset(token for token in _Tokens(text).tokens if token[0] in "#:")
