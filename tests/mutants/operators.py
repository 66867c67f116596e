"""The small faults that a slip of the hand makes: for each place of a source, the texts that may stand there instead.

A change is named by the text that it puts in the place of another, so that a mutant can be shown as a diff of lines.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from copy import copy
from typing import NamedTuple


class Change(NamedTuple):
    """Bytes `start` to `end` of a source are `new` instead."""

    start: int
    end: int
    new: str
    kind: str


COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
}
MEMBERS = {
    "Status": {"RESERVED": "CONFIRMED", "CONFIRMED": "RESERVED", "EXPIRED": "CANCELLED", "CANCELLED": "EXPIRED"},
    "TaskAction": {"CAPTURE": "REFUND", "VOID": "REFUND", "REFUND": "VOID"},
    "PaymentState": {"AUTHORISED": "CAPTURED", "CAPTURED": "AUTHORISED", "VOIDED": "FAILED", "FAILED": "VOIDED"},
    "TopUpStatus": {"PENDING": "CLOSED", "CREDITED": "CLOSED", "CLOSED": "CREDITED"},
}
EXPRESSION_TEXTS = {  # of DynamoDB's conditions and updates, which stand in strings
    " AND ": " OR ",
    " >= ": " > ",
    " <= ": " < ",
    " < ": " <= ",
    " > ": " >= ",
    " + ": " - ",
    " - ": " + ",
    "attribute_not_exists(": "attribute_exists(",
    "attribute_exists(": "attribute_not_exists(",
}
KEEP_OTHERS = frozenset({"transitioned", "replace"})  # calls whose every keyword may be left out


def changes(source: str, *, expressions: bool = False) -> list[Change]:
    """Every change that may be made to the source, in its order; with `expressions`, those of DynamoDB's texts too."""
    tree = ast.parse(source)
    places = _Places(source)
    kinds = [_of_conditions, _of_values, _of_statements, *([_in_text] if expressions else [])]
    return sorted({change for node in _mutable(tree) for kind in kinds for change in kind(node, places)})


class _Places:
    """Where the nodes of a source stand in its bytes."""

    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self._lines = [0]
        for line in self.data.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start = self._lines[node.lineno - 1] + node.col_offset
        return start, self._lines[node.end_lineno - 1] + node.end_col_offset

    def change(self, node: ast.expr | ast.stmt, new: str, kind: str) -> Change:
        return Change(*self.span(node), new, kind)

    def without(self, part: ast.expr | ast.keyword, kind: str) -> Change:
        """The change that leaves out one of several parts, with the comma after it."""
        start, end = self.span(part)
        comma = re.match(rb"\s*,\s*", self.data[end:])
        return Change(start, end + (comma.end() if comma else 0), "", kind)


def _mutable(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of what runs: no docstrings, annotations, imports, and no asserts, which only tell the types."""
    for child in _children(tree):
        if not _is_silent(child):
            yield child
            yield from _mutable(child)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.FunctionDef():
            yield from (default for default in [*node.args.defaults, *node.args.kw_defaults] if default)
            yield from node.body
        case ast.ClassDef():
            yield from node.body
        case ast.AnnAssign():
            yield from [node.value] if node.value else []
        case _:
            yield from ast.iter_child_nodes(node)


def _is_silent(node: ast.AST) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.arg():
            return True
        case ast.Expr(value=ast.Constant()) | ast.If(test=ast.Name(id="TYPE_CHECKING")):
            return True
    return False


def _of_conditions(node: ast.AST, places: _Places) -> Iterator[Change]:
    match node:
        case ast.Compare(ops=[operator]):
            yield places.change(node, _with(node, ops=[COMPARISONS[type(operator)]()]), "comparison")
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield places.change(node, f"({_with(node, op=other)})", "and, or")
            for left_out in node.values:
                rest = [value for value in node.values if value is not left_out]
                yield places.change(node, f"({_with(node, values=rest)})", "condition left out")
        case ast.UnaryOp(op=ast.Not()):
            yield places.change(node, f"({ast.unparse(node.operand)})", "not left out")
        case ast.IfExp():
            yield places.change(node, f"({ast.unparse(node.body)})", "always")
            yield places.change(node, f"({ast.unparse(node.orelse)})", "never")
        case ast.If(test=ast.Name() | ast.Attribute() | ast.Call() as test):
            yield places.change(test, f"not {ast.unparse(test)}", "condition turned round")
        case ast.comprehension(ifs=conditions):
            yield from (places.change(condition, "True", "filter left out") for condition in conditions)
        case ast.match_case(guard=ast.expr() as guard):
            yield places.change(guard, "True", "guard left out")


def _of_values(node: ast.AST, places: _Places) -> Iterator[Change]:
    match node:
        case ast.BinOp() if type(node.op) in ARITHMETIC and not _is_text(node.left) and not _is_text(node.right):
            yield places.change(node, f"({_with(node, op=ARITHMETIC[type(node.op)]())})", "arithmetic")
        case ast.Constant(value=bool(value)):
            yield places.change(node, str(not value), "constant")
        case ast.Constant(value=int(value)):
            yield places.change(node, str(value + 1), "constant")
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in MEMBERS.get(name, {}):
            yield places.change(node, f"{name}.{MEMBERS[name][member]}", "another member")
        case ast.Name(id="min" | "max" as name) if isinstance(node.ctx, ast.Load):
            yield places.change(node, {"min": "max", "max": "min"}[name], "min, max")
        case ast.Tuple() | ast.List() if any(isinstance(part, ast.Starred) for part in node.elts):
            yield from (places.without(part, "part left out") for part in node.elts)
        case ast.Call() if _name(node.func) in KEEP_OTHERS:
            yield from (places.without(keyword, "keyword left out") for keyword in node.keywords)


def _of_statements(node: ast.AST, places: _Places) -> Iterator[Change]:
    match node:
        case ast.AugAssign() if type(node.op) in ARITHMETIC:
            yield places.change(node, _with(node, op=ARITHMETIC[type(node.op)]()), "arithmetic")
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield places.change(node, "pass", "statement left out")
        case ast.Break():
            yield places.change(node, "continue", "break")
        case ast.Continue():
            yield places.change(node, "break", "continue")


def _in_text(node: ast.AST, places: _Places) -> Iterator[Change]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        start, end = places.span(node)
        text = places.data[start:end].decode()
        for right, wrong in EXPRESSION_TEXTS.items():
            if right in text:
                yield Change(start, end, text.replace(right, wrong, 1), "expression")


def _with(node: ast.AST, **parts: object) -> str:
    """The text of the node with other parts."""
    other = copy(node)
    for name, part in parts.items():
        setattr(other, name, part)
    return ast.unparse(other)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _name(function: ast.expr) -> str:
    match function:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
