"""Import rules: TOML files that map a foreign table to canonical tables."""

from __future__ import annotations

import re
import string
import tomllib
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)

from ledger.core.errors import InvalidInput, NotFound, StorageTrouble
from ledger.core.suggest import did_you_mean
from ledger.interchange.canonical import READABLE
from ledger.interchange.problems import ImportProblem, ImportRefused
from ledger.registers.table import by_plural

MAX_RULE_BYTES = 1024 * 1024
ROW = "row"
"""In a template, `{row}` is the identity that the rule gives the foreign row."""
FIRST, SECOND = "first", "second"
"""In a template, the two codes of a row's pair, in their order."""

_COUNTRIES = "countries"
"""The vocabulary of columns that hold countries."""
_PLACEHOLDER = re.compile(r"[^{}\[\]!:]+")
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000)]
Cell = Annotated[str, StringConstraints(max_length=10_000)]


class UnknownRule(NotFound, code="unknown-rule"):
    """No import rule of that name is shipped, and no file lies there."""

    default_why = "A rule is named by its shipped name or by the path of its TOML file."


class CannotReadRule(StorageTrouble, code="cannot-read-rule"):
    """The file of an import rule cannot be read."""

    default_why = "A rule is one small TOML file."
    default_next = "Check that it is the rule you mean, and that you may read it."


class BrokenRule(InvalidInput, code="broken-rule"):
    """The file of an import rule is not TOML, or larger or nested deeper than a rule is."""

    default_why = f"An import rule is a TOML file of at most {MAX_RULE_BYTES // 1024} KiB."
    default_next = "Correct the place named."


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class About(_Part):
    """What the rule is for and where the foreign table comes from."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    title: Words
    source: Words
    licence: Words
    note: Words | None = None


class ForeignFile(_Part):
    """How the foreign file is written. `missing` are the words that stand for "not known".

    `missing_in` adds words for single columns; `numbers` says whether `1e+05` is a number here, or
    whether a comma stands before the decimals; `dates` whether the day comes first, or the month is
    written by its English name; `countries` whether they are written as English names, ours or
    other known spellings. `headings` gives what a column may be called in the file, where the rule
    is for files with several headings: the first that is there is read, in any capitals.
    """

    names: tuple[Words, ...] = Field(min_length=1)
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    missing: tuple[Cell, ...] = ()
    missing_in: dict[Words, tuple[Cell, ...]] = Field(default_factory=dict)
    numbers: Literal["plain", "scientific", "decimal-comma"] = "plain"
    dates: Literal["iso", "day-first", "named-months"] = "iso"
    headings: dict[Words, tuple[Words, ...]] = Field(default_factory=dict)
    countries: Literal["codes", "names"] = "codes"


class Beside(_Part):
    """Another file of the same folder, whose rows belong to those with the same cells in `by`.

    Its columns are read as `NAME.COLUMN`, by the name that the rule gives it.
    """

    file: Words
    by: tuple[Words, ...] = Field(min_length=1)


class Find(_Part):
    """A record of the ledger that foreign words name: its code is read under the name of this.

    The words of `columns` are compared with the columns `by` of a table. Where no record fits,
    the row is refused or left out, or a new record is made with the code of the template `code`.
    """

    table: Words
    by: tuple[Words, ...] = Field(min_length=1)
    columns: tuple[Words, ...] = Field(min_length=1)
    none: Literal["refuse", "leave-out", "new"] = "refuse"
    code: Words | None = None

    @model_validator(mode="after")
    def _is_of_a_register(self) -> Find:
        spec = by_plural().get(self.table)
        if spec is None or not spec.versioned:
            raise ValueError(f"records of {self.table!r} cannot be found")
        unknown = [name for name in self.by if name not in spec.column]
        if unknown:
            hint = did_you_mean(unknown[0], spec.column)
            raise ValueError(f"the table {self.table} has no column {unknown[0]!r}. {hint}")
        if len(self.by) != len(self.columns):
            raise ValueError("give as many `columns` as there are in `by`")
        if (self.none == "new") != (self.code is not None):
            raise ValueError("`code` goes with `none` = 'new', and makes the code of a new record")
        lacking = [one.name for one in spec.columns if one.required and one.name != "code"]
        if self.none == "new" and not set(lacking) <= set(self.by):
            raise ValueError(f"a new record of {self.table} needs {', '.join(lacking)} in `by`")
        placeholders(self.code or "")
        return self

    @property
    def country_columns(self) -> tuple[str, ...]:
        """Give the foreign columns that hold a country."""
        columns = by_plural()[self.table].column
        pairs = zip(self.by, self.columns, strict=True)
        return tuple(column for by, column in pairs if columns[by].vocabulary == _COUNTRIES)


class LeaveOut(_Part):
    """Rows that are no records: all the conditions given must hold. The report gives the reason."""

    reason: Words
    missing: tuple[Words, ...] = ()
    equals: dict[Words, tuple[Cell, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _has_a_condition(self) -> LeaveOut:
        if not self.missing and not self.equals:
            raise ValueError("say which rows: by `missing` columns or by what a column `equals`")
        return self


class Identity(_Part):
    """What makes a foreign row the same row again, so that importing twice changes nothing.

    Of several templates those with a missing column are left out, but not the first. A row whose
    identity was there already is refused, numbered, or kept only `once`. The codes of a `pair` are
    put in order, so that a pair is one row whichever of the two is named first.
    """

    template: Words | tuple[Words, ...]
    repeats: Literal["refuse", "number", "once"] = "refuse"
    pair: tuple[Words, Words] | None = None

    @field_validator("template")
    @classmethod
    def _is_a_template(cls, text: str | tuple[str, ...]) -> str | tuple[str, ...]:
        for part in (text,) if isinstance(text, str) else text:
            placeholders(part)
        if not text:
            raise ValueError("give at least one template")
        return text

    @property
    def parts(self) -> tuple[str, ...]:
        """Give the templates, one or several."""
        return (self.template,) if isinstance(self.template, str) else self.template


class Sign(_Part):
    """The sign of a number, given by the words of another column."""

    column: Words
    minus: tuple[Words, ...] = Field(min_length=1)
    plus: tuple[Words, ...] = Field(min_length=1)


class Value(_Part):
    """Where a canonical cell comes from: a constant, a column, or a template of columns.

    A list of templates is joined by spaces, leaving out those with a missing column. `times`
    multiplies a number exactly; `round` keeps so many decimals (half-even) and is reported. `sign`
    names the column that says whether a number is negative. `index` takes one item of a list, the
    first is 1, whose items the `separator` parts.
    """

    constant: Cell | None = None
    column: Words | None = None
    template: Words | tuple[Words, ...] | None = None
    slug: bool = False
    times: Decimal | None = None
    round: Annotated[int, Field(ge=0, le=6)] | None = None
    sign: Sign | None = None
    index: Annotated[int, Field(ge=1, le=1000)] | None = None
    separator: Annotated[str, StringConstraints(min_length=1, max_length=8)] = ";"

    @model_validator(mode="after")
    def _has_one_source(self) -> Value:
        sources = (self.constant, self.column, self.template)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("give one of `constant`, `column` or `template`")
        if (self.times is not None or self.round is not None) and self.column is None:
            raise ValueError("`times` and `round` go with a `column`")
        if (self.sign is not None or self.index is not None) and self.column is None:
            raise ValueError("`sign` and `index` go with a `column`")
        if self.times is not None and not (self.times.is_finite() and self.times > 0):
            raise ValueError("`times` is a number above zero")
        for text in self.parts:
            placeholders(text)
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """Give the templates, one or several or none."""
        if self.template is None:
            return ()
        return (self.template,) if isinstance(self.template, str) else self.template

    @property
    def columns(self) -> tuple[str, ...]:
        """Give the foreign columns that the cell is made of, in order."""
        if self.column is not None:
            return (self.column,) if self.sign is None else (self.column, self.sign.column)
        names = (name for part in self.parts for name in placeholders(part))
        return tuple(dict.fromkeys(name for name in names if name != ROW))


class Output(_Part):
    """One canonical row out of a foreign row, or (`distinct`) out of several that agree."""

    table: Words
    distinct: bool = False
    when: tuple[Words, ...] = ()
    columns: dict[Words, Value]

    @model_validator(mode="after")
    def _is_canonical(self) -> Output:
        if self.table not in READABLE:
            raise ValueError(
                f"there is no table {self.table!r}. {did_you_mean(self.table, READABLE)}"
            )
        spec = READABLE[self.table]
        if self.distinct and "code" not in spec.names:
            raise ValueError(f"rows of {self.table} have no code by which to be `distinct`")
        for name in self.columns:
            if name not in spec.names:
                hint = did_you_mean(name, spec.names)
                raise ValueError(f"the table {self.table} has no column {name!r}. {hint}")
        lacking = [name for name in spec.required if name not in self.columns]
        if lacking:
            raise ValueError(f"the table {self.table} also needs {', '.join(lacking)}")
        return self


class ImportRule(_Part):
    """A whole rule. `maps` puts other values in the place of a foreign column's own.

    The codes of records that `find` finds are read like columns, under the names given there.
    """

    about: About
    file: ForeignFile
    row: Identity
    leave_out: tuple[LeaveOut, ...] = ()
    maps: dict[Words, dict[str, Words]] = Field(default_factory=dict)
    beside: dict[Words, Beside] = Field(default_factory=dict)
    find: dict[Words, Find] = Field(default_factory=dict)
    output: tuple[Output, ...] = Field(min_length=1)

    @property
    def derived(self) -> frozenset[str]:
        """Give the names under which a rule reads what it makes itself."""
        return frozenset({ROW, *self.find, *((FIRST, SECOND) if self.row.pair else ())})

    @property
    def foreign_columns(self) -> tuple[str, ...]:
        """Give every foreign column that the rule reads, each once."""
        names = [name for part in self.row.parts for name in placeholders(part)]
        names += [*self.maps, *self.file.missing_in]
        names += self.row.pair or ()
        for left_out in self.leave_out:
            names += [*left_out.missing, *left_out.equals]
        for find in self.find.values():
            names += [*find.columns, *placeholders(find.code or "")]
        for beside in self.beside.values():
            names += beside.by
        for output in self.output:
            names += output.when
            for value in output.columns.values():
                names += value.columns
        return tuple(dict.fromkeys(name for name in names if name not in self.derived))

    @property
    def country_columns(self) -> frozenset[str]:
        """Give the foreign columns whose cells are countries."""
        names = {column for find in self.find.values() for column in find.country_columns}
        for output in self.output:
            table = READABLE[output.table]
            vocabularies = {one.name: one.vocabulary for one in table.columns}
            for name, value in output.columns.items():
                if value.column is not None and vocabularies[name] == _COUNTRIES:
                    names.add(value.column)
        return frozenset(names)


def placeholders(template: str) -> tuple[str, ...]:
    """Give the names in a template's braces; ValueError for anything but plain `{name}`."""
    names: list[str] = []
    try:
        pieces = list(string.Formatter().parse(template))
    except ValueError as error:
        raise ValueError(f"the template {template!r} has a stray brace") from error
    for _, name, form, conversion in pieces:
        if name is None:
            continue
        # Formatting languages reach into objects; a rule names columns and nothing else.
        if form or conversion or not _PLACEHOLDER.fullmatch(name):
            raise ValueError(f"in the template {template!r}, {{{name}}} is no plain column name")
        names.append(name)
    return tuple(names)


def fill_template(template: str, values: dict[str, str]) -> str:
    """Put values into a template whose placeholders were checked; `{{` is a brace."""
    pieces = string.Formatter().parse(template)
    return "".join(literal + (values[name] if name else "") for literal, name, _, _ in pieces)


def shipped_rules() -> dict[str, str]:
    """Give the shipped rules' TOML text by name."""
    folder = files("ledger.interchange").joinpath("rules")
    return {
        entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
        for entry in sorted(folder.iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(".toml")
    }


def load_rule(name_or_path: str) -> ImportRule:
    """Load a shipped rule by its name, or a rule file by its path.

    Raises `UnknownRule`, `CannotReadRule`, `BrokenRule`, or `ImportRefused` naming each bad key.
    """
    shipped = shipped_rules()
    if name_or_path in shipped:
        return parse_rule(shipped[name_or_path], f"{name_or_path}.toml")
    path = Path(name_or_path)
    if not path.is_file():
        hint = did_you_mean(name_or_path, shipped) or f"Shipped: {', '.join(shipped)}."
        raise UnknownRule(f"There is no import rule {name_or_path!r}.", next_step=hint)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_RULE_BYTES + 1)
        if len(content) > MAX_RULE_BYTES:
            raise BrokenRule(f"{path} is too large for a rule.")
        return parse_rule(content.decode("utf-8"), str(path))
    except OSError as error:
        raise CannotReadRule(f"{path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise BrokenRule(f"{path} is not UTF-8.") from error


def parse_rule(text: str, file: str) -> ImportRule:
    """Understand a rule's TOML; raises `BrokenRule`, or `ImportRefused` naming each bad key."""
    try:
        content = tomllib.loads(text)
    except ValueError as error:  # no TOML, or a number of thousands of digits
        raise BrokenRule(f"{file}: {error}.") from error
    except RecursionError as error:
        raise BrokenRule(f"{file} is nested too deeply.") from error
    try:
        return ImportRule.model_validate(content)
    except ValidationError as error:
        problems = [
            ImportProblem(file, 1, _key(found["loc"]), "bad-rule", _plain(found["msg"]))
            for found in error.errors(include_url=False)
        ]
        raise ImportRefused(problems) from error


def _key(path: tuple[int | str, ...]) -> str:
    """Give a TOML key as it is written, e.g. `output[2].columns.quantity`."""
    key = "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path)
    return key.removeprefix(".") or "the rule"


def _plain(message: str) -> str:
    words = message.removeprefix("Value error, ").strip()
    return {
        "Field required": "This key is missing.",
        "Extra inputs are not permitted": "A rule has no such key.",
    }.get(words, words[:1].upper() + words[1:] + ("" if words.endswith((".", "?")) else "."))
