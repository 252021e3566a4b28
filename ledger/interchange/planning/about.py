"""Rows of notes, contacts and owners in an import: which record each is about, and its code.

A file that people write has no codes for them: a row is then the same again by what it says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ledger.core.text import code_number, make_code, normalised_code
from ledger.interchange.planning.context import Planning
from ledger.interchange.problems import Codes, Place
from ledger.interchange.records import RegisterRow
from ledger.registers.activity import kinds_of
from ledger.registers.spec import RegisterSpec
from ledger.registers.table import REGISTERS


def about_terms(planning: Planning, spec: RegisterSpec, row: RegisterRow[Any]) -> dict[str, Any]:
    """Give the terms of a row that the ledger spells otherwise: the record, its kind, the code.

    A record that is not there, and a code that several have, are problems.
    """
    record = row.record
    matches = [*_matches(planning, spec, record)]
    respelt: dict[str, Any] = {}
    if len(matches) == 1:
        respelt["kind"], respelt["record"] = matches[0]
    else:
        _note_problem(planning, spec, record, matches, row.place)
    if not record.code:
        respelt["code"] = _code_of(planning, spec, record, respelt)
    return {name: value for name, value in respelt.items() if getattr(record, name) != value}


def _matches(planning: Planning, spec: RegisterSpec, record: Any) -> Iterator[tuple[str, str]]:
    """Give every record that the code of a row can mean, with its register."""
    for kind in [record.kind] if record.kind else kinds_of(spec):
        code = _codes(planning, kind).find(record.record)
        if code is not None:
            yield kind, code


def _codes(planning: Planning, kind: str) -> Codes:
    if kind != "deal":
        return planning.codes[REGISTERS[kind].plural]
    if kind not in planning.codes:
        planning.codes[kind] = Codes(planning.holdings.deals)
        for act in planning.tables.deals:
            planning.codes[kind].add(act.code)
    return planning.codes[kind]


def _note_problem(
    planning: Planning,
    spec: RegisterSpec,
    record: Any,
    matches: list[tuple[str, str]],
    place: Place,
) -> None:
    kinds = [record.kind] if record.kind else [*kinds_of(spec)]
    if matches:
        named = ", ".join(f"{kind}:{code}" for kind, code in matches)
        what = f"{record.record!r} is the code of several records: {named}."
        planning.problem(place, "record", "ambiguous-code", what, "Fill in the kind.")
    elif not any(_is_unread(planning, kind) for kind in kinds):
        what = f"There is no {' or '.join(kinds)} {record.record!r}, here or in the ledger."
        planning.problem(place, "record", "unknown-code", what)


def _is_unread(planning: Planning, kind: str) -> bool:
    return ("deals" if kind == "deal" else REGISTERS[kind].plural) in planning.tables.unread


def _code_of(
    planning: Planning, spec: RegisterSpec, record: Any, respelt: Mapping[str, Any]
) -> str:
    """Give the code of the record that a row without one repeats, or the next free one."""
    index = planning.uncoded.get(spec.plural)
    if index is None:
        held = planning.holdings.of(spec.plural)
        index = planning.uncoded[spec.plural] = {
            _key(spec, one, {}): code
            for code, one in held.items()
            if not getattr(one, "withdrawn", False)
        }
    key = _key(spec, record, respelt)
    if key not in index:
        index[key] = _next_code(planning, spec)
        planning.codes[spec.plural].add(index[key])
    return index[key]


def _key(spec: RegisterSpec, record: Any, respelt: Mapping[str, Any]) -> tuple[str, ...]:
    values = (respelt.get(name, getattr(record, name)) for name in spec.found_by)
    return tuple(normalised_code(str(value)) for value in values)


def _next_code(planning: Planning, spec: RegisterSpec) -> str:
    assert spec.prefix is not None, f"the program makes codes of {spec.plural}"
    numbers = (code_number(spec.prefix, code) for code in planning.codes[spec.plural])
    return make_code(spec.prefix, 1 + max((one for one in numbers if one is not None), default=0))
