"""As much of the query language of CloudWatch Logs Insights as the saved queries use.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html. Stricter than the service, which takes a
field that is not there for nothing: here it is a KeyError. `bin` puts all lines into one.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from typing import Any

Line = dict[str, Any]
OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {ast.Mult: operator.mul, ast.Div: operator.truediv}
AGGREGATES: dict[str, Callable[..., Any]] = {
    "count": len,
    "sum": sum,
    "max": max,
    "pct": lambda values, percent: sorted(values)[max(0, -(-len(values) * percent // 100) - 1)],
}


def commands(query: str) -> Iterator[tuple[str, str]]:
    """The parts of a query between its pipes, each as the command and the rest."""
    for part in query.split("|"):
        command, _, rest = part.strip().partition(" ")
        yield command, rest


def passing(query: str, lines: list[Line]) -> list[Line]:
    """The lines that the query's filter lets through; all, if it has none."""
    for command, rest in commands(query):
        if command == "filter":
            found = re.fullmatch(r'(\S+) (?:= ("[^"]*")|in (\[.*\]))', rest)
            assert found, f"a filter that nobody can read: {rest}"
            values = ast.literal_eval(found[3] or f"[{found[2]}]")
            lines = [line for line in lines if field(line, found[1], None) in values]
    return lines


def fields_of(query: str) -> set[str]:
    """The fields that a query takes from each line that passes its filter, but for those of the service itself."""
    names: set[str] = set()
    for command, rest in commands(query):
        if command == "fields":
            names |= set(rest.split(", "))
        elif command == "stats":
            figures, groups = _stats(rest)
            for node in [*figures.values(), *groups]:
                names |= set(_names(node))
    return {name for name in names if not name.startswith("@")}


def answer(query: str, lines: list[Line]) -> list[Line]:
    """The rows that the query gives."""
    rows = passing(query, lines)
    for command, rest in commands(query):
        match command:
            case "filter":
                pass
            case "fields":
                rows = [{name: field(row, name, None) for name in rest.split(", ")} for row in rows]
            case "stats":
                rows = _grouped(rows, *_stats(rest))
            case "sort":
                name, direction = rest.split(" ")
                rows = sorted(rows, key=lambda row: row[name], reverse=direction == "desc")
            case "limit":
                rows = rows[: int(rest)]
            case _:
                raise AssertionError(f"a command that nobody knows: {command}")
    return rows


def field(line: Line, name: str, *otherwise: Any) -> Any:
    """A field by its dotted name."""
    first, _, rest = name.partition(".")
    if line.get(first) is None and otherwise:
        return otherwise[0]
    return field(line[first], rest, *otherwise) if rest else line[first]


def _stats(text: str) -> tuple[dict[str, ast.expr], list[ast.expr]]:
    """The figures by their names, and what they are grouped by."""
    readable = re.sub(r"\bbin\((\w+)\)", r'bin("\1")', text).replace("count(*)", "count(1)")
    figures, _, groups = readable.partition(" by ")
    named = re.findall(r"(.+?) as (\w+)(?:, |$)", figures)
    grouping = ast.parse(f"[{groups}]", mode="eval").body
    assert isinstance(grouping, ast.List)
    return {name: ast.parse(text.strip(), mode="eval").body for text, name in named}, grouping.elts


def _grouped(lines: list[Line], figures: dict[str, ast.expr], groups: list[ast.expr]) -> list[Line]:
    by_group: dict[tuple[Any, ...], list[Line]] = {}
    for line in lines:
        by_group.setdefault(tuple(_value(node, line) for node in groups), []).append(line)
    return [
        {ast.unparse(node): value for node, value in zip(groups, group, strict=True)}
        | {name: _figure(node, members) for name, node in figures.items()}
        for group, members in by_group.items()
    ]


def _figure(node: ast.expr, lines: list[Line]) -> Any:
    """What one expression comes to over all lines of a group."""
    match node:
        case ast.Constant():
            return node.value
        case ast.BinOp():
            return OPERATORS[type(node.op)](_figure(node.left, lines), _figure(node.right, lines))
        case ast.Call(func=ast.Name(id=name), args=[over, *more]):
            return AGGREGATES[name]([_value(over, line) for line in lines], *map(ast.literal_eval, more))
    raise AssertionError(f"a figure that nobody can read: {ast.unparse(node)}")


def _value(node: ast.expr, line: Line) -> Any:
    """What one expression is for one line."""
    match node:
        case ast.Constant():
            return node.value
        case ast.Call(func=ast.Name(id="bin")):
            return "all"
        case ast.Call(func=ast.Name(id="strcontains"), args=[text, ast.Constant(part)]):
            return int(str(part) in _value(text, line))
        case ast.Name() | ast.Attribute():
            return field(line, ast.unparse(node))
    raise AssertionError(f"an expression that nobody can read: {ast.unparse(node)}")


def _names(node: ast.expr) -> Iterator[str]:
    """The fields that an expression reads."""
    match node:
        case ast.Name() | ast.Attribute():
            yield ast.unparse(node)
        case ast.BinOp():
            yield from _names(node.left)
            yield from _names(node.right)
        case ast.Call():
            for argument in node.args:
                yield from _names(argument)
