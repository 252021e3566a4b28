"""Import rules: TOML files that map a foreign table to canonical tables; reports of their use.

`RuleReport` accounts for every row of the foreign file.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

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

MAX_RULE_BYTES = 1024 * 1024
ROW = "row"
"""In a template, `{row}` is the identity that the rule gives the foreign row."""

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
    whether a comma stands before the decimals; `dates` whether the day comes first.
    """

    names: tuple[Words, ...] = Field(min_length=1)
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    missing: tuple[Cell, ...] = ()
    missing_in: dict[Words, tuple[Cell, ...]] = Field(default_factory=dict)
    numbers: Literal["plain", "scientific", "decimal-comma"] = "plain"
    dates: Literal["iso", "day-first"] = "iso"


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
    """What makes a foreign row the same row again, so that importing twice changes nothing."""

    template: Words
    repeats: Literal["refuse", "number"] = "refuse"

    @field_validator("template")
    @classmethod
    def _is_a_template(cls, text: str) -> str:
        placeholders(text)
        return text


class Sign(_Part):
    """The sign of a number, given by the words of another column."""

    column: Words
    minus: tuple[Words, ...] = Field(min_length=1)
    plus: tuple[Words, ...] = Field(min_length=1)


class Value(_Part):
    """Where a canonical cell comes from: a constant, a column, or a template of columns.

    A list of templates is joined by spaces, leaving out those with a missing column. `times`
    multiplies a number exactly; `round` keeps so many decimals (half-even) and is reported. `sign`
    names the column that says whether a number is negative.
    """

    constant: Cell | None = None
    column: Words | None = None
    template: Words | tuple[Words, ...] | None = None
    slug: bool = False
    times: Decimal | None = None
    round: Annotated[int, Field(ge=0, le=6)] | None = None
    sign: Sign | None = None

    @model_validator(mode="after")
    def _has_one_source(self) -> Value:
        sources = (self.constant, self.column, self.template)
        if sum(source is not None for source in sources) != 1:
            raise ValueError("give one of `constant`, `column` or `template`")
        if (self.times is not None or self.round is not None) and self.column is None:
            raise ValueError("`times` and `round` go with a `column`")
        if self.sign is not None and self.column is None:
            raise ValueError("`sign` goes with a `column`")
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
    """A whole rule. `maps` puts other values in the place of a foreign column's own."""

    about: About
    file: ForeignFile
    row: Identity
    leave_out: tuple[LeaveOut, ...] = ()
    maps: dict[Words, dict[str, Words]] = Field(default_factory=dict)
    output: tuple[Output, ...] = Field(min_length=1)

    @property
    def foreign_columns(self) -> tuple[str, ...]:
        """Give every foreign column that the rule reads, each once."""
        names = [*placeholders(self.row.template), *self.maps, *self.file.missing_in]
        for left_out in self.leave_out:
            names += [*left_out.missing, *left_out.equals]
        for output in self.output:
            names += output.when
            for value in output.columns.values():
                names += value.columns
        return tuple(dict.fromkeys(names))


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


class SkippedRow(NamedTuple):
    """A foreign row that is no record, and why."""

    line: int
    reason: str


class Repeat(NamedTuple):
    """A foreign row whose identity an earlier row had: imported as another record.

    `alike` says that every cell the rule reads is the same as in the earlier row.
    """

    line: int
    first_line: int
    identity: str
    alike: bool


@dataclass(slots=True)
class RuleReport:
    """Counts and lines of one application of a rule; `rows` = `used` + left out + refused."""

    rule: str
    title: str
    source: str
    licence: str
    file: str
    expected_name: bool = True
    rows: int = 0
    used: int = 0
    refused: int = 0
    left_out: list[SkippedRow] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    mapped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmade: Counter[str] = field(default_factory=Counter)
    scientific: int = 0
    rounded: Counter[tuple[str, str]] = field(default_factory=Counter)

    def lines(self) -> Iterator[str]:
        """Give the report for people, one line each."""
        if not self.expected_name:
            yield f"{self.file} is not named as the rule {self.rule} expects; taken all the same"
        refused = f", {self.refused:,} refused" if self.refused else ""
        yield (
            f"{self.rows:,} rows: {self.used:,} used, {len(self.left_out):,} left out{refused}. "
            f"Source: {self.source} ({self.licence})"
        )
        for reason, lines in self._reasons().items():
            yield f"left out, {reason}: lines {_spans(lines)}"
        for (column, before, after), count in sorted(self.mapped.items()):
            yield f"{column} {before} read as {after}: {count:,}"
        for (table, column), count in sorted(self.unknown.items()):
            yield f"{table}.{column} not known: {count:,}"
        for table, count in sorted(self.unmade.items()):
            yield f"{table} not made, because a record they refer to is missing: {count:,}"
        if self.scientific:
            yield f"numbers written with an exponent: {self.scientific:,}"
        for (table, column), count in sorted(self.rounded.items()):
            yield f"{table}.{column} rounded: {count:,}"
        for repeat in self.repeats:
            how = "repeats" if repeat.alike else "has the identity of"
            yield f"line {repeat.line} {how} line {repeat.first_line}: kept as {repeat.identity}"

    def _reasons(self) -> dict[str, list[int]]:
        reasons: dict[str, list[int]] = {}
        for line, reason in self.left_out:
            reasons.setdefault(reason, []).append(line)
        return reasons


def _spans(lines: list[int]) -> str:
    """Give line numbers with neighbours drawn together: `3, 7 to 9`."""
    spans: list[list[int]] = []
    for line in sorted(lines):
        if spans and spans[-1][1] == line - 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(f"{first} to {last}" if first != last else str(first) for first, last in spans)
