"""How the records of registers are kept: each term, and the table and column that it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from operator import attrgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, ColumnElement, Table, and_, func

from ledger.registers.spec import ColumnSpec, Kind, RegisterSpec, column_of
from ledger.registers.table import origin_kinds
from ledger.store.db import tables
from ledger.store.db.queries import origin_text

BELOW: Final[Mapping[str, tuple[str, ...]]] = {
    "office": ("city", "seat"),
    "city": ("project", "provider", "seat", "credential", "attendance", "motion"),
    "body": ("seat",),
    "project": ("need", "phase"),
    "need": ("deal", "approach"),
    "deal": ("instalment",),
    "provider": ("offer", "approach"),
    "offer": ("deal",),
    "meeting": ("attendance", "motion"),
}
"""What hangs under a record, and is shown with it."""

NAMED_BY: Final[Mapping[tuple[str, str], str]] = {("city", "motion"): "by"}
"""The terms that name a record under which others hang, where they are not called like it."""


class Term(NamedTuple):
    """One term of a record: the record's attribute, and the column it is kept in.

    `refers_to` is the register whose code it is, where the column holds that record's id.
    """

    name: str
    attribute: str
    column: str
    refers_to: str | None
    fixed: bool
    """It lies in the identity row, where it can never change."""
    corrected: bool = False
    """A version may hold another value than the identity row: that of a correction."""
    kind_column: str | None = None
    """The column with the kind of record that it is the id of, where that differs: an origin."""

    @property
    def names_record(self) -> bool:
        """Say whether it names another record."""
        return self.refers_to is not None or self.kind_column is not None

    @property
    def columns(self) -> tuple[str, ...]:
        """Name all columns that it is kept in."""
        return (self.column,) if self.kind_column is None else (self.kind_column, self.column)


@dataclass(frozen=True)
class StoredRegister:
    """How the records of a register are kept: each term in one of two tables.

    `owner` is the version table's column that points at the identity row; `fixed` and `versioned`
    name the columns of either table. `changes` has what was changed in identity rows, if anything
    of them can change.
    """

    spec: RegisterSpec
    record: type[Any]
    identity: Table
    versions: Table
    terms: tuple[Term, ...]
    kind: str
    owner: str
    fixed: tuple[str, ...]
    versioned: tuple[str, ...]
    corrected: tuple[str, ...]
    changes: Table | None
    free_texts: tuple[tuple[str, str], ...]
    """The terms that are free text: what a leaf's disclosure calls each, and its column."""
    plain: tuple[tuple[str, str], ...]
    """The terms that are kept as they are: the attribute and the column of each."""
    naming: tuple[Term, ...]
    """The terms that name another record, of which its id is kept."""

    @property
    def changes_table(self) -> Table:
        """Give the table of identity changes, of a register that has one."""
        assert self.changes is not None, f"the identity of a {self.kind} never changes"
        return self.changes

    @cached_property
    def _plain(self) -> tuple[tuple[str, ...], Callable[[Any], tuple[Any, ...]]]:
        """Give the columns of the plain terms, and what reads them of a record: all in one call."""
        attributes, columns = zip(*self.plain, strict=True)
        if len(attributes) == 1:
            return columns, lambda record: (getattr(record, attributes[0]),)
        return columns, attrgetter(*attributes)

    def plain_values(self, record: Any) -> dict[str, Any]:
        """Give the terms of a record that are kept as they are, by column."""
        columns, read = self._plain
        return dict(zip(columns, read(record), strict=True))

    def column(self, term: Term) -> Column[Any]:
        """Give the column a term is kept in."""
        return (self.identity if term.fixed else self.versions).c[term.column]

    def value(self, term: Term) -> ColumnElement[Any]:
        """Give what selects a term: its column, or the correction that a version holds."""
        column = self.column(term)
        if term.kind_column is not None:
            return origin_text(self.versions.c[term.kind_column], column)
        if not term.corrected:
            return column
        return func.coalesce(self.versions.c[term.column], column)


def stored_register(spec: RegisterSpec) -> StoredRegister:
    """Say how the records of a register are kept, by its specification."""
    record = spec.record_type
    terms = tuple(_term(spec, column_of(field.name)) for field in fields(record))
    return StoredRegister(
        spec,
        record,
        tables.named(spec.name),
        tables.versions_of(spec.name),
        terms,
        kind=spec.name,
        owner=f"{spec.table}_id",
        fixed=tuple(term.column for term in terms if term.fixed),
        versioned=tuple(name for term in terms if not term.fixed for name in term.columns),
        corrected=tuple(term.column for term in terms if term.corrected),
        changes=tables.identity_changes_of(spec.name),
        free_texts=tuple(
            (disclosed_name(term.name), term.column)
            for term in terms
            if is_free_text(spec.column[term.name])
        ),
        plain=tuple((term.attribute, term.column) for term in terms if not term.names_record),
        naming=tuple(term for term in terms if term.names_record),
    )


def is_free_text(column: ColumnSpec) -> bool:
    """Say whether a column holds what somebody wrote in their own words, and no code."""
    return column.kind is Kind.TEXT and column.vocabulary is None


def disclosed_name(term: str) -> str:
    """Give what the disclosure of a term is called: a version has a reason of its own beside it."""
    return f"record.{term}"


def _term(spec: RegisterSpec, name: str) -> Term:
    column = spec.column[name]
    refers_to = None if column.is_list else column.register
    stored_name, fixed, corrected = column.stored_name, column.fixed, column.corrected
    kind_column = column.stored_names[0] if column.kind is Kind.ORIGIN else None
    return Term(name, column.attribute, stored_name, refers_to, fixed, corrected, kind_column)


def refers_to(term: Term) -> tuple[str, ...]:
    """Name the registers of which a term can name a record by its id."""
    if term.kind_column is not None:
        return origin_kinds()
    return () if term.refers_to is None else (term.refers_to,)


def names_record(
    register: StoredRegister, term: Term, kind: str, identity: Any
) -> ColumnElement[bool]:
    """Select the rows whose term names a record of a register by its id."""
    is_named: ColumnElement[bool] = register.column(term) == identity
    if term.kind_column is None:
        return is_named
    return and_(register.versions.c[term.kind_column] == kind, is_named)


def references_of(register: StoredRegister) -> list[tuple[str, str]]:
    """Return the attributes of a record that refer to another, each with that one's register."""
    return [(one.attribute, one.refers_to) for one in register.terms if one.refers_to is not None]


def with_references(kinds: Iterable[str], registers: Mapping[str, StoredRegister]) -> list[str]:
    """Name registers with all that their records refer to, directly or not."""
    found: dict[str, None] = {}
    waiting = [*kinds]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found[kind] = None
            waiting += [target for _, target in references_of(registers[kind])]
    return [*found]
