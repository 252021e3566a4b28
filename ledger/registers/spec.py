"""What a specification of a register says: its names, its codes, its columns and its parents.

Specifications are plain values, so that help and completion can read them: what is made from one
(tables, commands, files, leaves) is made where it is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, make_dataclass
from enum import StrEnum
from functools import cached_property
from importlib import import_module
from keyword import iskeyword
from typing import Any, Final, NamedTuple


class Kind(StrEnum):
    """What a column's cells hold."""

    CODE = "code"
    CODES = "codes separated by ;"
    TEXT = "text"
    TEXTS = "words separated by ;"
    DATE = "date (2026-11-23)"
    PARTIAL_DATE = "year, month or date (1998-05)"
    YES_NO = "yes or no"
    WHOLE = "whole number"
    AMOUNT = "quantity in the row's unit"
    DECIMAL = "decimal number"
    FRACTION = "fraction (1/3)"
    ORIGIN = "KIND:CODE of the record it came from"
    SHOWN = "written for the reader, passed over on import"


def attribute_of(column: str) -> str:
    """Give the name that a record has a column under: `from` is a word of Python's own."""
    return f"{column}_" if iskeyword(column) else column


def column_of(attribute: str) -> str:
    """Give the name of the column that a record has under an attribute."""
    return attribute.removesuffix("_")


_TABLES_OWN = frozenset(
    {"id", "folded", "number", "reuse", "version", "in_error", "reason", "request_id"}
    | {"recorded_at", "format"}
)
"""Columns that the tables of every register have beside those of its records."""

LIST_KINDS = frozenset({Kind.CODES, Kind.TEXTS})
"""Kinds whose cells hold several values, separated by semicolons."""


class ColumnSpec(NamedTuple):
    """One column of a table, as files, commands and the database know it.

    The name of a column never changes once shipped. `required` says that a file must have the
    column and each row must fill it, `filled` that the program finds a value where a row does
    not, and `default` which one, as a cell would say it. `fixed` columns never change once they
    are recorded, because acts of the past rest on them; the program alone changes those that are
    `corrected`, and those `until_acts` can be changed as long as nothing but declarations rests on
    the record, of which the former value is kept.

    A cell may hold codes of another `register`, entries of a reference `vocabulary` (the
    function of `ledger.reference.places` or `terms` that reads it), or one of a few `words`, which
    messages call by `words_name`. `name_of` is the column whose code a column for the reader
    spells out.
    """

    name: str
    kind: Kind
    help: str
    required: bool = False
    fixed: bool = False
    until_acts: bool = False
    filled: bool = False
    default: str | None = None
    register: str | None = None
    vocabulary: str | None = None
    words: tuple[tuple[str, str], ...] = ()
    words_name: str = ""
    name_of: str | None = None
    bounds: tuple[int, int] | None = None
    not_before: str | None = None
    """The date column that a date may not precede."""
    past: bool = False
    """A date that is never in the future."""
    measured_in: str | None = None
    """The column of the unit of a decimal that is a quantity wherever the record has a unit."""
    in_journal: bool = False
    """A quantity, which the journal holds and the record does not."""
    corrected: bool = False
    """A fixed column that only the correction of an entry changes: versions store what it is."""
    added_later: bool = False
    """Added to a register that had records already: leaves omit the default that these have."""
    derived: bool = False
    """The code of a record that is made of others', which no table and no command has."""
    longest: int | None = None
    """How many characters the database takes, where that is less than a text has."""
    option_help: str | None = None
    """What the command line says of it, where that differs from what a table says."""
    in_files: str | None = None
    """What tables of files call it, where that differs from its name."""

    @property
    def file_name(self) -> str:
        """Give the name that tables of files have the column under."""
        return self.in_files or self.name

    @property
    def attribute(self) -> str:
        """Give the name that a record has the column under."""
        return attribute_of(self.name)

    @property
    def stored_name(self) -> str:
        """Give the name of the column in the database: a record is referred to by its id."""
        if self.kind is Kind.ORIGIN or (self.register is not None and not self.is_list):
            return f"{self.name}_id"
        return f"{self.name}_term" if self.name in _TABLES_OWN else self.name

    @property
    def stored_names(self) -> tuple[str, ...]:
        """Give the names of all its columns in the database: an origin has its kind and its id."""
        if self.kind is Kind.ORIGIN:
            return f"{self.name}_kind", self.stored_name
        return (self.stored_name,)

    @property
    def never_changes(self) -> bool:
        """Say whether no edit changes the column once it is recorded."""
        return self.fixed and not (self.until_acts or self.corrected)

    @property
    def is_list(self) -> bool:
        """Say whether a cell holds several values."""
        return self.kind in LIST_KINDS

    @property
    def is_stored(self) -> bool:
        """Say whether the record has the column, and so the register's tables."""
        return self.kind is not Kind.SHOWN and not self.in_journal

    @property
    def is_always_filled(self) -> bool:
        """Say whether every record has a value in the column."""
        has_value = self.required or self.filled or self.derived or self.default is not None
        return has_value or self.is_list or self.kind is Kind.YES_NO


def required(name: str, kind: Kind, help_text: str, **more: Any) -> ColumnSpec:
    """Make a column that a file must have and each row must fill."""
    return ColumnSpec(name, kind, help_text, required=True, **more)


CODE: Final = required("code", Kind.CODE, "the unique code, short and readable", fixed=True)
NOTE: Final = ColumnSpec("note", Kind.TEXT, "a note")
SOURCE: Final = ColumnSpec("source", Kind.TEXT, "the source of the data")
"""Columns that many registers have."""


@dataclass(frozen=True, kw_only=True)
class RegisterSpec:
    """One register: what it is called, which columns its records have, what they hang under.

    `title` is the column that names a record to a person, `parents` are the columns that name
    the records which it stands under: nothing new is put under one that was withdrawn. `prefix`
    begins the codes that the program makes; without one each record brings its own.
    `identity` are the columns that make a row the same row again; where that is not the code, the
    code is made of theirs. `arguments` are the columns that `add` takes without an option. `record`
    names the class of its records as `module:Class`; without one it is made from the columns.
    """

    name: str
    plural: str
    help: str
    columns: tuple[ColumnSpec, ...]
    record: str | None = None
    prefix: str | None = None
    title: str | None = None
    parents: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    identity: tuple[str, ...] = ("code",)
    versioned: bool = True
    """Its records can be edited, and every version is kept."""
    compares_names: bool = False
    """A new name is questioned where a record much like it has the name already."""
    bars_pairs: bool = False
    """A new version can bar pairs that have deals: on a terminal a person is asked then."""
    is_event: bool = False
    """Its records are dated events: they have a first and a last day, and nobody ends one."""
    exists_with: str | None = None
    """The column of the dated record without which a record does not exist on a day."""
    by_acts: bool = False
    """Its records are made by acts, which have commands and a canonical table of their own."""
    is_origin: bool = False
    """Other records can name one of these as what they came from: see `ledger.origins`."""
    found_by: tuple[str, ...] = ()
    """The columns that make a row of a file without a code the same record again.

    Such a register names the records of others in `record`, and their register in `kind`.
    """
    leaving: tuple[str, str] = ("withdraw", "reinstate")
    """The verbs that take a record out of use and bring it back."""
    dated_by: str | None = None
    """The column of the day on which what it records took place or began."""
    stored_in: str | None = None
    """The table of its identity rows, where its own name is a word of SQL."""
    table: str = field(init=False)
    """The table of its identity rows, with which the names of its other tables begin."""

    def __post_init__(self) -> None:
        """Name the table once: every read and write asks for it."""
        object.__setattr__(self, "table", self.stored_in or self.name)

    @cached_property
    def column(self) -> dict[str, ColumnSpec]:
        """Give the columns by name."""
        return {column.name: column for column in self.columns}

    @cached_property
    def stored(self) -> tuple[ColumnSpec, ...]:
        """Give the columns that a record has."""
        return tuple(column for column in self.columns if column.is_stored)

    @cached_property
    def fixed(self) -> tuple[str, ...]:
        """Name the columns that never change once recorded, the code first."""
        return tuple(column.name for column in self.columns if column.fixed)

    @cached_property
    def until_acts(self) -> tuple[ColumnSpec, ...]:
        """Give the columns of the identity row that change while only declarations exist."""
        return tuple(column for column in self.columns if column.until_acts)

    def identity_differs(self, one: object, other: object) -> bool:
        """Say whether two records differ in what their identity row has."""
        names = (column.attribute for column in self.until_acts)
        return any(getattr(one, name) != getattr(other, name) for name in names)

    @cached_property
    def references(self) -> dict[str, str]:
        """Give the columns that name records of another register, and which register."""
        return {one.name: one.register for one in self.stored if one.register is not None}

    @cached_property
    def origin(self) -> ColumnSpec | None:
        """Give the column that names what a record came from, where there is one."""
        return next((one for one in self.stored if one.kind is Kind.ORIGIN), None)

    @cached_property
    def has_quantity(self) -> bool:
        """Say whether the journal holds a quantity of each record: of needs and offers."""
        return any(column.in_journal for column in self.columns)

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        """Name the columns that hold amounts, which are in the unit of the record."""
        return tuple(one.name for one in self.columns if one.kind is Kind.AMOUNT)

    @cached_property
    def can_be_withdrawn(self) -> bool:
        """Say whether a record can be taken out of use as a whole."""
        return "withdrawn" in self.column

    @cached_property
    def out_of_use(self) -> str:
        """Say what a record is that was taken out of use."""
        return _PAST[self.leaving[0]]

    @cached_property
    def can_be_ended(self) -> bool:
        """Say whether a record is in force for a time, which an officer ends by a last day."""
        return {"from", "until"} <= self.column.keys() and not self.is_event

    @cached_property
    def in_tables(self) -> tuple[ColumnSpec, ...]:
        """Give the columns that canonical tables and commands have."""
        return tuple(column for column in self.columns if not column.derived)

    @cached_property
    def has_own_code(self) -> bool:
        """Say whether a record has a code of its own, and not one made of others' codes."""
        return self.identity == ("code",)

    def code_from(self, values: Mapping[str, Any]) -> str:
        """Make the code of a record without one of its own, from its values by column."""
        return "/".join(str(values[name]) for name in self.identity)

    @cached_property
    def with_article(self) -> str:
        """Give the name with its article: an office, a city."""
        sounds_like_a_vowel = self.name[0] in "aeiou" and not self.name.startswith("uni")
        return f"{'an' if sounds_like_a_vowel else 'a'} {self.name}"

    @cached_property
    def record_type(self) -> type[Any]:
        """Give the class of the records; it takes the stored columns in their order or by name."""
        if self.record is not None:
            module, _, name = self.record.partition(":")
            found: type[Any] = getattr(import_module(module), name)
            return found
        fields = [(one.attribute, Any, field(default=_empty(one))) for one in self.stored]
        return make_dataclass(self.name.capitalize(), fields, frozen=True)


_PAST: Final = {"withdraw": "withdrawn", "retire": "retired", "cancel": "cancelled"}


def _empty(column: ColumnSpec) -> Any:
    if column.is_list:
        return ()
    return False if column.kind is Kind.YES_NO else None
