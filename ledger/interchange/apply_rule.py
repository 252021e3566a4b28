"""Apply an import rule: foreign CSV in, canonical rows out, each with its foreign line."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fnmatch import fnmatch
from pathlib import Path

from ledger.core.numbers import format_decimal, normalise_digits
from ledger.core.suggest import did_you_mean
from ledger.interchange.canonical import NUMERIC_KINDS, READABLE
from ledger.interchange.import_rules import (
    ROW,
    ImportRule,
    Output,
    Repeat,
    RuleReport,
    Sign,
    SkippedRow,
    Value,
    fill_template,
    placeholders,
)
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable, decode, read_records, read_rows
from ledger.registers.spec import Kind

_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SCIENTIFIC = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?[eE][+-]?[0-9]{1,2}")
_EXACT = Context(prec=200)
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`]")
_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(slots=True)
class _RuleRun:
    """One application under way."""

    rule: ImportRule
    file: str
    report: RuleReport
    problems: list[ImportProblem]
    tables: list[RawTable]
    identities: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    made: dict[tuple[int, str], RawRow] = field(default_factory=dict)

    def problem(self, line: int, column: str | None, code: str, what: str, hint: str = "") -> None:
        """Note one thing wrong with the foreign file."""
        self.problems.append(ImportProblem(self.file, line, column, code, what, hint))


def apply_rule(
    rule: ImportRule, content: bytes, file: str
) -> tuple[list[RawTable], RuleReport, list[ImportProblem]]:
    """Turn a foreign file into canonical text tables, with a report that accounts for every row.

    Rows keep the foreign file's line, and cells the foreign column's name, for later problems.
    """
    about = rule.about
    report = RuleReport(about.name, about.title, about.source, about.licence, file)
    report.expected_name = any(fnmatch(Path(file).name, name) for name in rule.file.names)
    tables = [_table(output, file) for output in rule.output]
    work = _RuleRun(rule, file, report, [], tables)
    text, broken = decode(content, file)
    work.problems.extend(broken)
    if text is not None:
        for line, cells in _foreign_rows(work, text):
            _apply_to(work, line, cells)
    return [table for table in work.tables if table.rows], report, work.problems


def _table(output: Output, file: str) -> RawTable:
    """Give an empty canonical table that knows where each of its columns comes from."""
    came_from = {name: value.columns[0] for name, value in output.columns.items() if value.columns}
    return RawTable(output.table, file, tuple(output.columns), [], came_from)


def _foreign_rows(work: _RuleRun, text: str) -> list[RawRow]:
    records = read_records(text, work.file, work.problems, work.rule.file.delimiter)
    first = next(records, None)
    if first is None:
        if not work.problems:
            work.problem(1, None, "empty-file", "The file is empty.")
        return []
    header = tuple(name.strip() or f"column {at + 1}" for at, name in enumerate(first[1]))
    lacking = [name for name in work.rule.foreign_columns if name not in {*header, ROW}]
    for name in lacking:
        what = f"The file has no column {name!r}, which the rule {work.rule.about.name} reads."
        work.problem(first[0], name, "missing-column", what, did_you_mean(name, header))
    for at, name in enumerate(header):
        if name in header[:at]:
            what = f"The column {name!r} occurs twice."
            work.problem(first[0], name, "column-twice", what)
    if work.problems:
        return []
    rows = read_rows(header, records, work.file, work.problems)
    # Rows of another width were noted as problems; they are in the count all the same.
    refused = sum(problem.code == "cell-count" for problem in work.problems)
    work.report.rows, work.report.refused = len(rows) + refused, refused
    return rows


def _apply_to(work: _RuleRun, line: int, cells: dict[str, str]) -> None:
    for left_out in work.rule.leave_out:
        present = _source_values(work, cells)
        if not any(name in present for name in left_out.missing) and all(
            cells[name] in values for name, values in left_out.equals.items()
        ):
            work.report.left_out.append(SkippedRow(line, left_out.reason))
            return
    values = _map_words(work, _source_values(work, cells))
    identity = _identity(work, line, values)
    if identity is None:
        work.report.refused += 1
        return
    work.report.used += 1
    values[ROW] = identity
    for at, output in enumerate(work.rule.output):
        _emit(work, at, output, RawRow(line, values))


def _source_values(work: _RuleRun, cells: dict[str, str]) -> dict[str, str]:
    """Give the cells that hold something: not empty, and no word for "missing"."""
    about = work.rule.file
    return {
        name: cell
        for name, cell in cells.items()
        if cell and cell not in about.missing and cell not in about.missing_in.get(name, ())
    }


def _map_words(work: _RuleRun, present: dict[str, str]) -> dict[str, str]:
    for name, words in work.rule.maps.items():
        before = present.get(name)
        if before is not None and before in words:
            present[name] = words[before]
            work.report.mapped[name, before, words[before]] += 1
    return present


def _identity(work: _RuleRun, line: int, values: dict[str, str]) -> str | None:
    """Give the row's stable identity; a repeated one is numbered or refused, as the rule says."""
    spec = work.rule.row
    lacking = [name for name in placeholders(spec.template) if name not in values]
    if lacking:
        what = f"The row has no {lacking[0]}, by which the rule tells rows apart."
        work.problem(line, lacking[0], "no-identity", what)
        return None
    identity = slug(fill_template(spec.template, values))
    first = work.identities.setdefault(identity, (line, dict(values)))
    if first[0] == line:
        return identity
    if spec.repeats == "refuse":
        what = f"This row has the identity {identity} of line {first[0]}."
        work.problem(line, None, "twice", what)
        return None
    count = work.counts[identity] = work.counts.get(identity, 1) + 1
    numbered = f"{identity}-{count}"
    read = work.rule.foreign_columns
    alike = all(values.get(name) == first[1].get(name) for name in read)
    work.report.repeats.append(Repeat(line, first[0], numbered, alike))
    return numbered


def _emit(work: _RuleRun, at: int, output: Output, foreign: RawRow) -> None:
    if any(name not in foreign.cells for name in output.when):
        work.report.unmade[output.table] += 1
        return
    cells = {
        name: _cell(work, output.table, name, value, foreign)
        for name, value in output.columns.items()
    }
    row = RawRow(foreign.line, cells)
    if output.distinct:
        first = work.made.setdefault((at, cells["code"]), row)
        if first is not row:
            if first.cells != cells:
                what = f"{cells['code']} is not the same here as at line {first.line}."
                work.problem(foreign.line, None, "not-alike", what)
            return
    for name, cell in cells.items():
        if not cell:
            work.report.unknown[output.table, name] += 1
    work.tables[at].rows.append(row)


def _cell(work: _RuleRun, table: str, name: str, value: Value, foreign: RawRow) -> str:
    """Make one canonical cell; empty where the file does not have it."""
    if value.constant is not None:
        return value.constant
    if value.column is not None:
        text = _as_canonical(work, table, name, value, foreign)
        if text and (value.times is not None or value.round is not None):
            text = _number(work, table, name, value, foreign, text)
    else:
        filled = (
            fill_template(part, foreign.cells)
            for part in value.parts
            if all(column in foreign.cells for column in placeholders(part))
        )
        text = " ".join(filled)
    return slug(text) if value.slug else text


def _as_canonical(work: _RuleRun, table: str, name: str, value: Value, foreign: RawRow) -> str:
    """Return a cell with its number or date written as canonical tables do."""
    text, column = foreign.cells.get(value.column or "", ""), value.column or ""
    kind = READABLE[table].kind_of(name)
    if text and kind in NUMERIC_KINDS:
        if work.rule.file.numbers == "decimal-comma":
            plain = decimal_comma(text)
            if plain is None:
                what = f"{text!r} is not a number with a decimal comma."
                work.problem(foreign.line, column, "bad-number", what, "Write 1.234,56.")
                return ""
            text = plain
        if value.sign is not None:
            return _signed(work, value.sign, foreign, text, column)
    if text and kind is Kind.DATE and work.rule.file.dates == "day-first":
        day = day_first(text)
        if day is None:
            what = f"{text!r} is not a date with the day first and the year in full."
            work.problem(foreign.line, column, "bad-date", what, "Write 31.12.2026.")
            return ""
        return day
    return text


def _signed(work: _RuleRun, sign: Sign, foreign: RawRow, text: str, column: str) -> str:
    """Return a number with the sign that another column gives."""
    word = foreign.cells.get(sign.column, "")
    if word not in {*sign.minus, *sign.plus}:
        what = f"{word!r} does not say whether the amount is negative."
        hint = f"The rule knows {', '.join((*sign.plus, *sign.minus))}."
        work.problem(foreign.line, sign.column, "bad-sign", what, hint)
        return ""
    if text.startswith(("-", "(")):
        what = f"{text!r} has a sign of its own beside {word!r} in {sign.column!r}."
        work.problem(foreign.line, column, "bad-sign", what, "Give the amount without a sign.")
        return ""
    return f"-{text}" if word in sign.minus else text


_DAY_FIRST = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})[./-]([0-9]{4})")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_GROUPS = r"[0-9]{1,3}([.' \u00a0\u202f\u2019])[0-9]{3}(?:\3[0-9]{3})*"
_COMMA = re.compile(rf"(-?)({_GROUPS}|[0-9]+)(,[0-9]+)?")


def day_first(text: str) -> str | None:
    """Return a date such as 5.3.2026 or 05/03/2026 as 2026-03-05; None if it is none."""
    plain = normalise_digits(text)
    if _ISO_DATE.fullmatch(plain):
        return plain
    match = _DAY_FIRST.fullmatch(plain)
    if match is None:
        return None
    try:
        return date(int(match[3]), int(match[2]), int(match[1])).isoformat()
    except ValueError:
        return None


def decimal_comma(text: str) -> str | None:
    """Return a number such as 1.234,56 as 1234.56; None if it is none."""
    plain = normalise_digits(text)
    for minus in ("\u2212", "\u2012", "\u2013"):
        plain = plain.replace(minus, "-")
    if plain.startswith("(") and plain.endswith(")"):
        plain = f"-{plain[1:-1].strip()}"
    elif plain.endswith("-"):
        plain = f"-{plain[:-1].strip()}"
    match = _COMMA.fullmatch(plain)
    if match is None:
        return None
    whole = "".join(letter for letter in match[2] if letter.isdigit())
    return f"{match[1]}{whole}{(match[4] or '').replace(',', '.')}"


def _number(work: _RuleRun, table: str, name: str, value: Value, foreign: RawRow, text: str) -> str:
    """Scale a number exactly; rounding happens only where the rule asks, and is counted."""
    column = value.column or ""
    text = normalise_digits(text)
    scientific = work.rule.file.numbers == "scientific" and _SCIENTIFIC.fullmatch(text)
    if not scientific and not _PLAIN.fullmatch(text):
        what = f"{text!r} is not a plain number."
        hint = "If the file writes 1e+05, the rule must say numbers = 'scientific'."
        work.problem(foreign.line, column, "bad-number", what, hint)
        return ""
    work.report.scientific += bool(scientific)
    number = _EXACT.multiply(Decimal(text), value.times or Decimal(1))
    if value.round is not None:
        rounded = number.quantize(Decimal(1).scaleb(-value.round), ROUND_HALF_EVEN, _EXACT)
        work.report.rounded[table, name] += rounded != number
        number = rounded
    return format_decimal(number)


def slug(text: str) -> str:
    """Make a code out of words: capitals, marks dropped, everything else a hyphen."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NOT_WORD.sub("-", letters).strip("-").upper()
