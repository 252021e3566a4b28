"""The model of an import rule: a TOML file that maps a foreign table to canonical tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator, model_validator

from ledger.core.suggest import did_you_mean
from ledger.interchange.canonical import READABLE, Table
from ledger.interchange.mapping.foreign_cells import number_form
from ledger.interchange.mapping.given_table import GIVEN
from ledger.interchange.mapping.paths import require_path
from ledger.interchange.mapping.templates import placeholders
from ledger.interchange.mapping.value import (
    EACH,
    ROW,
    Cell,
    Condition,
    Find,
    FindHere,
    Part,
    Value,
    Words,
    is_of_item,
)
from ledger.registers.table import IDENTIFIER, by_plural

FIRST, SECOND = "first", "second"
"""In a template, the two codes of a row's pair, in their order."""

_COUNTRIES = "countries"
"""The vocabulary of columns that hold countries."""
_OUTPUTS: dict[str, Table] = {**READABLE, GIVEN.name: GIVEN}
"""Every table that a rule can make rows of."""


class About(Part):
    """What the rule is for and where the foreign table comes from."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: Words
    source: Words
    licence: Words
    note: Words | None = None


class ForeignFile(Part):
    """How the foreign file is written. `missing` are the words that stand for "not known".

    `missing_in` adds words for single columns; `numbers` says whether `1e+05` is a number here, or
    gives an example such as 1.234,5; `dates` whether the day comes first, or the month is
    written by its English name; `countries` whether they are written as English names, ours or
    other known spellings, or as `any` of names and codes. `headings` gives what a column may be
    called in the file, where the rule is for files with several headings: the first that is there
    is read, whatever its capitals and signs. A column that is `optional` may be absent: its cells
    are empty then.
    `format`, `sheet`, `header`, `rows` and `encoding` say how the file is read where its name and
    content do not.
    """

    names: tuple[Words, ...] = Field(default=("*",), min_length=1)
    format: Words | None = None
    sheet: Words | None = None
    header: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    rows: Words | None = None
    encoding: Words | None = None
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] | None = None
    clean: bool = False
    missing: tuple[Cell, ...] = ()
    missing_in: dict[Words, tuple[Cell, ...]] = Field(default_factory=dict)
    numbers: Words = "plain"
    dates: Literal["iso", "day-first", "named-months"] = "iso"
    headings: dict[Words, tuple[Words, ...]] = Field(default_factory=dict)
    countries: Literal["codes", "names", "any"] = "codes"
    optional: tuple[Words, ...] = ()

    @field_validator("numbers")
    @classmethod
    def _is_known(cls, text: str) -> str:
        number_form(text)
        return text

    @field_validator("delimiter")
    @classmethod
    def _separates(cls, text: str | None) -> str | None:
        if text is not None and text in '"\r\n\0':
            raise ValueError(f"{text!r} cannot separate the cells of a table")
        return text


class Beside(Part):
    """Another file of the same folder, whose rows belong to those with the same cells in `by`.

    Its columns are read as `NAME.COLUMN`, by the name that the rule gives it.
    """

    file: Words
    by: tuple[Words, ...] = Field(min_length=1)


class Join(Part):
    """The rows of a second file that belong to a row: those with the same cell in `on`.

    `on` may also say which column here has what a column there has. Rows that fail a test of
    `where` are not there. They are read as the list `NAME[]`.
    """

    file: Words
    on: Words | tuple[Words, ...] | dict[Words, Words]
    where: tuple[Condition, ...] = ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Give the columns here, each with the column there."""
        if isinstance(self.on, dict):
            return tuple(self.on.items())
        names = (self.on,) if isinstance(self.on, str) else self.on
        return tuple((name, name) for name in names)


class LeaveOut(Part):
    """Rows that are no records: all the conditions given must hold. The report gives the reason."""

    reason: Words
    missing: tuple[Words, ...] = ()
    equals: dict[Words, tuple[Cell, ...]] = Field(default_factory=dict)
    where: tuple[Condition, ...] = ()

    @model_validator(mode="after")
    def _has_a_condition(self) -> LeaveOut:
        if not self.missing and not self.equals and not self.where:
            raise ValueError(
                "say which rows: by `missing` columns, by what a column `equals`, or by `where`"
            )
        return self


class Identity(Part):
    """What makes a foreign row the same row again, so that importing twice changes nothing.

    Of several templates those with a missing column are left out, but not the first. Without one
    a row is known by the codes of its outputs. A row whose identity was there already is refused,
    numbered, kept only `once`, or counted once where it is the `same` in every cell that is read.
    The codes of a `pair` are put in order, so that a pair is one row whichever of the two is named
    first. `bad` says whether a row with a bad cell is refused, and the file with it, or left out.

    `identifier` names schemes, each with the column that has the id: of a record of `table` with
    that id the code is the row's identity, and no other row is given it.
    """

    template: Words | tuple[Words, ...] | None = None
    repeats: Literal["refuse", "number", "once", "same"] = "refuse"
    table: Words | None = None
    identifier: dict[Words, Words] = Field(default_factory=dict)
    pair: tuple[Words, Words] | None = None
    bad: Literal["refuse", "leave-out"] = "refuse"

    @field_validator("template")
    @classmethod
    def _is_a_template(cls, text: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        for part in (text,) if isinstance(text, str) else text or ():
            placeholders(part)
        if text == ():
            raise ValueError("give at least one template")
        return text

    @model_validator(mode="after")
    def _has_what_repeats(self) -> Identity:
        if self.template is None and self.repeats in {"number", "once"}:
            raise ValueError(f"`repeats` = {self.repeats!r} goes with a `template`")
        if (self.table is None) != (not self.identifier):
            raise ValueError("`identifier` goes with the `table` whose records have it")
        if self.identifier and self.repeats != "number":
            raise ValueError("`identifier` goes with `repeats` = 'number'")
        if self.table is not None and self.table not in by_plural():
            hint = did_you_mean(self.table, by_plural())
            raise ValueError(f"{self.table!r} is no table of a register. {hint}")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Give the templates: none, one or several."""
        if self.template is None:
            return ()
        return (self.template,) if isinstance(self.template, str) else self.template


class Output(Part):
    """One canonical row out of a foreign row, or of each item of a list in it.

    `when` names columns that have to be filled, and `where` gives tests. `each` names a list: a
    nested one, the rows of a joined file, or a column whose text `split` parts. `distinct` merges
    rows of one code that agree; registers do so without it. `once` keeps the first row of a code,
    whatever the later ones say. The columns of `new` are said only of a record that the ledger does
    not have.
    """

    table: Words
    distinct: bool | None = None
    once: bool = False
    each: Words | None = None
    split: Annotated[str, StringConstraints(min_length=1, max_length=8)] | None = None
    when: tuple[Words, ...] = ()
    where: tuple[Condition, ...] = ()
    columns: dict[str, Value]
    new: dict[str, Value] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _columns_as_in_files(cls, given: Any) -> Any:
        """Take each column by the name that it has in files, which some records have otherwise."""
        table = given.get("table") if isinstance(given, dict) else None
        spec = _OUTPUTS.get(table) if isinstance(table, str) else None
        if spec is None or not spec.renamed or not isinstance(given.get("columns"), dict):
            return given
        columns = dict(zip(spec.named(given["columns"]), given["columns"].values(), strict=True))
        return {**given, "columns": columns}

    @model_validator(mode="after")
    def _is_canonical(self) -> Output:
        if self.table not in _OUTPUTS:
            raise ValueError(
                f"there is no table {self.table!r}. {did_you_mean(self.table, _OUTPUTS)}"
            )
        spec = self.spec
        if (self.distinct or self.once) and not self.identity:
            raise ValueError(f"rows of {self.table} have no code by which to be `distinct`")
        for name in (*self.columns, *self.new):
            if name not in spec.names:
                hint = did_you_mean(name, spec.names)
                raise ValueError(f"the table {self.table} has no column {name!r}. {hint}")
        lacking = [name for name in spec.required if name not in self.columns]
        if lacking:
            raise ValueError(f"the table {self.table} also needs {', '.join(lacking)}")
        if spec is GIVEN and not {"committed", "delivered"} & set(self.columns):
            raise ValueError("the table given also needs `committed` or `delivered`")
        for value in self.columns.values():
            self._require_findable(value)
        if self.split is not None and self.each is None:
            raise ValueError("`split` goes with `each`")
        if self.each is None and any(map(is_of_item, self.foreign_columns)):
            raise ValueError("a path of an item (`each.…`) goes with `each`, which names the list")
        return self

    @model_validator(mode="after")
    def _says_of_new_records(self) -> Output:
        if self.new and not (self.table in by_plural() and "code" in self.spec.names):
            raise ValueError(f"`new` goes with a register, and {self.table} is none")
        if set(self.new) & set(self.columns):
            raise ValueError("a column is either in `columns` or in `new`")
        return self

    def _require_findable(self, value: Value) -> None:
        """Refuse a value that finds a record by words that it does not say."""
        for inner in value.first or ():
            self._require_findable(inner)
        find = value.find
        if find is None or find.columns is not None:
            return
        if self.table != find.table or not set(find.by) <= set(self.columns):
            raise ValueError(f"say by which `columns` a record of {find.table} is found")

    @property
    def spec(self) -> Table:
        """Give the table."""
        return _OUTPUTS[self.table]

    @property
    def identity(self) -> tuple[str, ...]:
        """Name the columns that make a row the same record again, where there are some."""
        if "code" in self.spec.names:
            return ("code",)
        return self.spec.identity if self.table in by_plural() else ()

    @property
    def is_distinct(self) -> bool:
        """Say whether rows of one code are one row, if they agree."""
        if self.distinct is not None:
            return self.distinct
        return self.once or (self.table in by_plural() and "code" in self.spec.names)

    @property
    def without_tolerant(self) -> Output:
        """Give it without the columns of which the rule says what a bad cell counts as."""
        strict = {name: one for name, one in self.columns.items() if one.bad is None}
        return self.model_copy(update={"columns": strict})

    @property
    def foreign_columns(self) -> tuple[str, ...]:
        """Give what is read for it, each once: of the row, of its items, and what is derived."""
        names = [*self.when]
        for condition in self.where:
            names += condition.columns
        for value in (*self.columns.values(), *self.new.values()):
            names += value.reads
        return tuple(dict.fromkeys(name for name in names if name != ROW))


class Deals(Part):
    """What acts of deals do that give more than is required, that changed, or that are gone."""

    over: Literal["refuse", "raise", "cap", "leave-out"] = "refuse"
    edition: Literal["refuse", "restate"] = "refuse"
    gone: Literal["keep", "release"] = "keep"

    @model_validator(mode="after")
    def _goes_with_editions(self) -> Deals:
        if self.gone == "release" and self.edition == "refuse":
            raise ValueError("`gone` = 'release' goes with `edition` = 'restate'")
        return self


class ImportRule(Part):
    """A whole rule. `maps` puts other values in the place of a foreign column's own.

    The codes of records that `find` finds are read like columns, under the names given there.
    """

    about: About
    source: ForeignFile = Field(default_factory=ForeignFile)
    row: Identity = Field(default_factory=Identity)
    leave_out: tuple[LeaveOut, ...] = ()
    maps: dict[Words, dict[str, Words]] = Field(default_factory=dict)
    beside: dict[Words, Beside] = Field(default_factory=dict)
    join: dict[Words, Join] = Field(default_factory=dict)
    find: dict[Words, Find] = Field(default_factory=dict)
    deals: Deals = Deals()
    output: tuple[Output, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_apart(self) -> ImportRule:
        names = [*self.beside, *self.join, *self.find]
        for name in names:
            if names.count(name) > 1 or name in {ROW, EACH, FIRST, SECOND}:
                raise ValueError(f"the name {name!r} means two things")
        if not self.row.parts and any(self._reads_the_identity()):
            raise ValueError("`{row}` needs a `template` in [row]")
        items = (name for one in self.output for name in one.foreign_columns)
        for path in dict.fromkeys([*self.foreign_columns, *items]):
            require_path(path)
        return self

    def _reads_the_identity(self) -> Iterator[bool]:
        for output in self.output:
            for value in output.columns.values():
                yield from (ROW in placeholders(part) for part in value.parts)
                yield value.column == ROW

    @property
    def derived(self) -> frozenset[str]:
        """Give the names under which a rule reads what it makes itself."""
        return frozenset({ROW, *self.find, *((FIRST, SECOND) if self.row.pair else ())})

    @cached_property
    def foreign_columns(self) -> tuple[str, ...]:
        """Give every foreign column that the rule reads of a row, each once.

        Lists are among them; what is read of the items of a list is not.
        """
        return self._reads(self.output)

    @cached_property
    def required_columns(self) -> frozenset[str]:
        """Give those whose cells in error forbid their row: no `bad` says what they count as."""
        return frozenset(self._reads(one.without_tolerant for one in self.output))

    @cached_property
    def tested_columns(self) -> frozenset[str]:
        """Give those by which rows are left out."""
        names = [name for one in self.leave_out for name in (*one.missing, *one.equals)]
        tests = [name for one in self.leave_out for test in one.where for name in test.columns]
        return frozenset([*names, *tests])

    def _reads(self, outputs: Iterable[Output]) -> tuple[str, ...]:
        names = [name for part in self.row.parts for name in placeholders(part)]
        names += [*self.maps, *self.source.missing_in]
        names += self.row.pair or ()
        names += self.row.identifier.values()
        for left_out in self.leave_out:
            names += [*left_out.missing, *left_out.equals]
            names += [name for one in left_out.where for name in one.columns]
        for find in self.find.values():
            names += [*find.columns, *find.identifier.values(), *placeholders(find.code or "")]
        for beside in self.beside.values():
            names += beside.by
        for join in self.join.values():
            names += [here for here, _ in join.pairs]
        for output in outputs:
            names += output.foreign_columns
            names += [output.each] if output.each is not None else []
        own = (name for name in names if name not in self.derived and not is_of_item(name))
        return tuple(dict.fromkeys(own))

    @property
    def country_columns(self) -> frozenset[str]:
        """Give the foreign columns whose cells are countries."""
        names = {column for find in self.find.values() for column in find.country_columns}
        for output in self.output:
            vocabularies = {one.name: one.vocabulary for one in output.spec.columns}
            for name, value in output.columns.items():
                read = value.column is not None and value.lookup is None
                if read and vocabularies[name] == _COUNTRIES:
                    names.add(value.column or "")
        return frozenset(names)

    @property
    def known_tables(self) -> frozenset[str]:
        """Give the tables among whose records of the ledger the rule looks for some."""
        own = {"needs", "projects", "providers"} if self._has_given else set[str]()
        own |= {output.table for output in self.output if output.new}
        own |= {IDENTIFIER.plural for one in (self.row, *self._finds()) if one.identifier}
        return frozenset({find.table for find in self._finds()} | own)

    def _finds(self) -> Iterator[Find | FindHere]:
        """Give all that names a record of the ledger, in tables of its own and inside of values."""
        yield from self.find.values()
        values = [value for output in self.output for value in output.columns.values()]
        for value in values:
            values += value.first or ()
            if value.find is not None:
                yield value.find

    @property
    def _has_given(self) -> bool:
        return any(output.table == GIVEN.name for output in self.output)

    @property
    def made_tables(self) -> frozenset[str]:
        """Give the tables that the rule's outputs make rows of."""
        own = {"providers", "offers", "deals"} if self._has_given else set()
        return frozenset({output.table for output in self.output} - {GIVEN.name} | own)

    @property
    def tables(self) -> frozenset[str]:
        """Give the tables that the rule makes rows of, those of what it finds included."""
        return self.made_tables | {one.table for one in self._finds()}
