"""Put the steps of registers in an order in which each origin is recorded before what names it.

Rows come in any order, and tables in one in which each comes after those that its columns refer to.
An origin can be of a later table: then its row is brought forward, with all that it refers to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ledger.interchange.planning.context import REFERENCES, Planning
from ledger.interchange.planning.steps import Add, Edit, ImportStep
from ledger.origins.links import OriginCycle, parse_origin
from ledger.registers.table import REGISTERS

_Key = tuple[str, str]
"""A row by its table and code."""


def origins_first(planning: Planning, steps: Sequence[ImportStep]) -> list[ImportStep]:
    """Give the steps in order; rows whose origins lead back to them are noted as problems."""
    if not any(_record(step) is not None and _origin(step) for step in steps):
        return [*steps]
    added = {(step.kind, step.record.code): step for step in steps if isinstance(step, Add)}
    done: set[int] = set()
    ordered: list[ImportStep] = []
    for step in steps:
        ordered += _with_named(planning, step, added, done)
    return ordered


def _with_named(
    planning: Planning, step: ImportStep, added: dict[_Key, Add], done: set[int]
) -> Iterator[ImportStep]:
    """Give a step after those that add what it names and that were not given before."""
    path: list[tuple[ImportStep, list[Add]]] = [(step, _named(step, added))]
    under_way = {id(step)}
    while path:
        one, waiting = path[-1]
        if id(one) in done:
            path.pop()
            continue
        if waiting:
            named = waiting.pop()
            if id(named) in under_way:
                _note_cycle(planning, named)
            elif id(named) not in done:
                under_way.add(id(named))
                path.append((named, _named(named, added)))
            continue
        path.pop()
        done.add(id(one))
        under_way.discard(id(one))
        yield one


def _named(step: ImportStep, added: dict[_Key, Add]) -> list[Add]:
    """Give the steps that add the records which a step's record names."""
    record = _record(step)
    if record is None:
        return []
    keys: list[_Key] = []
    for column, table in REFERENCES.get(_table(step), ()):
        value = getattr(record, column)
        keys += [(table, code) for code in (value if isinstance(value, tuple) else (value,))]
    origin = _origin(step)
    if origin:
        kind, code = parse_origin(origin)
        keys.append((REGISTERS[kind].plural, code))
    return [added[key] for key in keys if key in added]


def _record(step: ImportStep) -> Any:
    if isinstance(step, Add):
        return step.record
    return step.after if isinstance(step, Edit) else None


def _table(step: ImportStep) -> str:
    return step.kind if isinstance(step, (Add, Edit)) else ""


def _origin(step: ImportStep) -> str | None:
    return getattr(_record(step), "origin", None)


def _note_cycle(planning: Planning, step: Add) -> None:
    what = f"The chain of origins of {step.record.code} leads back to it."
    hint = "Leave one of the origins out."
    planning.problem(step.place, "origin", OriginCycle.code, what, hint)
