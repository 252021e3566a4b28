"""Small faults planted in a module, one at a time: the mutants of a mutation run.

A mutant changes one place: a comparison, a boundary, arithmetic, a boolean operator, a condition,
a number, a returned value, or a statement that is left out. Left alone are assertions (they state
what only a bug can break), annotations, decorators, and texts (wording is not behaviour; codes and
keys have tests of their own).
"""

from __future__ import annotations

import ast
import copy
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
"""What stands in the place of a comparison: its other boundary, and its opposite."""

ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitAnd,
}
UNTOUCHED = ("annotation", "returns", "decorator_list")
SIMPLE = (ast.Compare, ast.BoolOp, ast.Constant)
"""Conditions that have mutants of their own already, so they are not negated as well."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One planted fault: where it is, and what stands there instead."""

    path: Path
    index: int
    function: str
    line: int
    last_line: int
    before: str
    after: str
    occurrence: int = 1

    @property
    def description(self) -> str:
        """The fault without its line, which moves with every edit above it."""
        which = f" #{self.occurrence}" if self.occurrence > 1 else ""
        return f"{self.function}: {self.before} -> {self.after}{which}"


@dataclass(frozen=True, slots=True)
class _Place:
    """A node that can be replaced: its parent's field, and where in the field's list it is."""

    parent: ast.AST
    field: str
    position: int | None
    node: ast.AST
    function: str

    def put(self, node: ast.AST) -> None:
        """Put another node there."""
        if self.position is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.position] = node


def mutants(path: Path, source: str) -> list[Mutant]:
    """Give every mutant of a module, in the order of its text."""
    found: list[Mutant] = []
    alike: Counter[tuple[str, str, str]] = Counter()
    for place in _places(ast.parse(source), "module"):
        node = place.node
        assert isinstance(node, ast.stmt | ast.expr)
        lines = node.lineno, node.end_lineno or node.lineno
        for changed in _changes(place):
            fault = place.function, _text(node), _text(changed)
            alike[fault] += 1
            function, before, after = fault
            found.append(Mutant(path, len(found), function, *lines, before, after, alike[fault]))
    return found


def mutated(source: str, index: int) -> ast.Module:
    """Give the module with the mutant of that number in it."""
    tree = ast.parse(source)
    count = 0
    for place in _places(tree, "module"):
        for changed in _changes(place):
            if count == index:
                place.put(ast.copy_location(changed, place.node))
                return ast.fix_missing_locations(tree)
            count += 1
    message = f"no mutant {index}: the module has {count}"
    raise IndexError(message)


def _places(parent: ast.AST, function: str) -> Iterator[_Place]:
    for field, value in ast.iter_fields(parent):
        if field in UNTOUCHED or isinstance(parent, ast.Assert | ast.JoinedStr | ast.Raise):
            continue
        nodes = value if isinstance(value, list) else [value]
        for position, node in enumerate(nodes):
            if not isinstance(node, ast.AST):
                continue
            if isinstance(node, ast.expr | ast.stmt):
                at = position if isinstance(value, list) else None
                yield _Place(parent, field, at, node, function)
            yield from _places(node, _named(node, function))


def _named(node: ast.AST, function: str) -> str:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name if function == "module" else f"{function}.{node.name}"
    return function


def _changes(place: _Place) -> Iterator[ast.AST]:
    node = place.node
    match node:
        case ast.Compare():
            yield from _compared(node)
        case ast.BinOp() if type(node.op) in ARITHMETIC:
            yield _with(node, op=ARITHMETIC[type(node.op)]())
        case ast.BoolOp():
            yield _with(node, op=ast.Or() if isinstance(node.op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield node.operand
        case ast.Constant(value=bool()):
            yield ast.Constant(not node.value)
        case ast.Constant(value=int()):
            yield ast.Constant(node.value + 1)
        case ast.stmt():
            yield from _changed_statement(node)
    if place.field in {"test", "ifs"} and not isinstance(node, SIMPLE):
        yield ast.UnaryOp(ast.Not(), node)


def _compared(node: ast.Compare) -> Iterator[ast.Compare]:
    for at, operator in enumerate(node.ops):
        for other in COMPARISONS[type(operator)]:
            yield _with(node, ops=[*node.ops[:at], other(), *node.ops[at + 1 :]])


def _changed_statement(node: ast.stmt) -> Iterator[ast.stmt]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Constant()):  # a docstring
            return
        case ast.Expr() | ast.AugAssign() | ast.Raise():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()
        case ast.Break():
            yield ast.Continue()


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _with(node: Any, **fields: object) -> Any:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _text(node: ast.AST) -> str:
    return " ".join(ast.unparse(ast.fix_missing_locations(copy.deepcopy(node))).split())
