"""The table of registers is the one list of them: everything else follows from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from cli.framework.app import COMMAND_TABLE, load
from ledger.interchange.canonical import TABLES
from ledger.registers.spec import Kind, RegisterSpec
from ledger.registers.table import (
    REGISTERS,
    by_plural,
    children_of,
    code_prefixes,
    origin_kinds,
    versioned,
)
from ledger.store.db.tables import named, versions_of
from ledger.store.registers import STORED_REGISTERS as STORED

ROOT = Path(__file__).parents[2]
COMMANDS = {word.name: word for word in COMMAND_TABLE}

of_each = pytest.mark.parametrize("spec", REGISTERS.values(), ids=REGISTERS)
of_each_versioned = pytest.mark.parametrize("spec", versioned().values(), ids=versioned())
of_each_typed = pytest.mark.parametrize("spec", by_plural().values(), ids=by_plural())


@of_each
def test_a_record_has_the_stored_columns(spec: RegisterSpec) -> None:
    derived = {"kind"} if spec.name == "unit" else set()
    names = {field.name for field in fields(spec.record_type)}
    assert names - derived == {column.attribute for column in spec.stored}


@of_each
def test_columns_refer_to_registers_that_come_before(spec: RegisterSpec) -> None:
    before = [*list(REGISTERS)[: list(REGISTERS).index(spec.name)], spec.name]
    assert set(spec.references.values()) <= set(before)
    assert set(spec.parents) <= set(spec.references)
    assert set(spec.arguments) <= set(spec.column)
    assert all(one.name_of in spec.column for one in spec.columns if one.kind is Kind.SHOWN)


@of_each_versioned
def test_the_tables_have_the_stored_columns(spec: RegisterSpec) -> None:
    identity, versions = named(spec.name), versions_of(spec.name)
    own = {"id", "folded", "number", "reuse", "request_id"}
    kept = {f"{spec.table}_id", "version", "in_error", "reason", "request_id"}
    kept |= {"recorded_at", "format"}
    assert set(identity.c.keys()) - own == {one.stored_name for one in spec.stored if one.fixed}
    assert set(versions.c.keys()) - kept == {
        name for one in spec.stored if one.corrected or not one.fixed for name in one.stored_names
    }
    assert all(one.fixed and one.register is None for one in spec.columns if one.corrected)


@of_each_versioned
def test_a_column_that_is_always_filled_is_never_empty_in_the_database(spec: RegisterSpec) -> None:
    for column in spec.stored:
        table = named(spec.name) if column.fixed else versions_of(spec.name)
        kept = table.c[column.stored_name]
        assert kept.nullable is not column.is_always_filled, column.name


def test_the_store_keeps_the_registers_in_the_order_of_leaves() -> None:
    assert list(STORED) == list(versioned())
    assert list(STORED)[:7] == ["office", "city", "provider", "project", "need", "offer", "deal"]


@of_each_typed
def test_files_have_the_columns(spec: RegisterSpec) -> None:
    table = TABLES[spec.plural]
    assert (table.identity, table.columns) == (spec.identity, spec.in_tables)


_DATED = {"approach", "note", "project"}
"""Registers without quantities whose additions are of a day."""


@of_each_typed
def test_commands_take_the_columns(spec: RegisterSpec) -> None:
    verbs = load(COMMANDS[spec.name]).commands
    typed = {one.attribute for one in spec.in_tables if one.kind is not Kind.SHOWN}
    typed -= {"withdrawn"}
    shared = {param.name for param in load(COMMANDS["unit"]).commands["add"].params}
    shared -= {column.attribute for column in REGISTERS["unit"].columns}
    own = {"need"} if spec.name == "project" else set()
    own |= {"on"} if spec.has_quantity or spec.name in _DATED else set()
    own |= {"as_new"} if spec.compares_names else set()
    own |= {"yes"} if spec.bars_pairs else set()
    own |= {"place"} if spec.name == "seat" else set()
    own |= {"officer"} if spec.name == "owner" else set()
    own |= {"finding"} if spec.name == "restriction" else set()
    own |= {"named_city", "named_with_city"} if spec.name == "partnership" else set()
    if spec.origin is not None:
        own |= {f"origin_{kind}" for kind in origin_kinds()}
    unit = {"unit"} if spec.amounts else set()  # it is typed with the quantity
    assert {param.name for param in verbs["add"].params} - shared - own == typed - unit - shared
    if spec.versioned:
        edited = {param.name for param in verbs["edit"].params} - shared - own
        changes = {one.attribute for one in spec.until_acts}
        assert edited == typed - shared - ({"code"} - changes) | {spec.name}


def test_every_register_is_a_noun_with_its_help() -> None:
    assert {name: COMMANDS[name].help for name in REGISTERS} == {
        name: spec.help for name, spec in REGISTERS.items()
    }


@of_each
def test_what_has_one_version_never_changes(spec: RegisterSpec) -> None:
    assert spec.versioned or set(spec.fixed) == set(spec.column)


def test_codes_begin_each_in_a_way_of_its_own() -> None:
    prefixes = list(code_prefixes().values())
    assert len(set(prefixes)) == len(prefixes)


def test_what_stands_under_what() -> None:
    under = {name: [child.name for child, _ in children_of(name)] for name in REGISTERS}
    assert {name: children for name, children in under.items() if children} == {
        "office": ["city", "seat"],
        "city": [
            *("project", "seat", "partnership", "partnership", "credential"),
            *("attendance", "motion", "target"),
        ],
        "provider": ["offer", "approach"],
        "project": ["need", "phase"],
        "deal": ["instalment"],
        "need": ["approach"],
        "restriction": ["exemption"],
        "partnership": ["undertaking"],
    }


SIDE_BY_SIDE = ({"city", "provider", "project"}, {"cities", "providers", "projects"})
"""What a list of registers holds; a row of a report names few that are not on its way."""

OTHER_LISTS = {
    "cli/commands/register_verbs.py": "the views of each register",
    "cli/commands/registers.py": "help lines of each register, in words of its own",
    "cli/framework/app.py": "the registers whose commands have a module",
    "cli/framework/examples.py": "a record of each register, for the examples of all verbs",
    "cli/framework/places.py": "the columns that lead to places, the nearest first",
    "cli/views/deal.py": "what a row of the list names of both sides",
    "cli/views/status.py": "what `status` counts, each said in words of its own",
    "ledger/registers/activity.py": "the registers whose records notes and owners can be about",
    "ledger/reference/filter_columns.py": "which register a column of a report names records of",
    "ledger/store/checks/journal.py": "what a mandate is judged by",
    "ledger/store/db/tables.py": "the registers that rows of the journal lead to",
    "ledger/store/stored_registers.py": "what is shown with a record",
    "ledger/usecases/approaches/pipeline.py": "the columns of a row of the report",
    "ledger/usecases/lookup.py": "the registers that officers look in most, found first",
    "ledger/usecases/status.py": "what `status` counts, each by a measure of its own",
}
"""The literals that name registers side by side although the table exists, each with its reason."""


def lists_of_registers(path: Path) -> Iterator[int]:
    """Give the line of each literal that lists registers."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        parts: list[ast.expr | None] = []
        if isinstance(node, ast.Dict):
            parts = list(node.keys)
        elif isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            parts = list(node.elts)
        listed = {part.value for part in parts if isinstance(part, ast.Constant)}
        if any(names <= listed for names in SIDE_BY_SIDE):
            yield node.lineno


def test_no_second_list_of_registers() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines
        for folder in ("ledger", "cli")
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (lines := list(lists_of_registers(path)))
    }
    assert found.keys() == OTHER_LISTS.keys(), found
