"""Apply an import rule: foreign CSV in, canonical rows out, each with its foreign line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import Enum
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Final

from ledger.core.numbers import format_decimal, normalise_digits
from ledger.core.suggest import did_you_mean
from ledger.core.text import first_few, name_key, normalised_code
from ledger.interchange.canonical import NUMERIC_KINDS, READABLE, TABLES
from ledger.interchange.cells import MAX_CODE
from ledger.interchange.mapping.beside import BesideFiles, read_beside
from ledger.interchange.mapping.foreign_cells import DATES, decimal_comma
from ledger.interchange.mapping.record_finder import Finders, make_finders
from ledger.interchange.mapping.rule import (
    FIRST,
    ROW,
    SECOND,
    Find,
    ImportRule,
    Output,
    Sign,
    Value,
    fill_template,
    placeholders,
)
from ledger.interchange.problems import ImportProblem
from ledger.interchange.reader import RawRow, RawTable, decode, read_records, read_rows
from ledger.interchange.rule_report import Repeat, RuleReport, SkippedRow
from ledger.reference.errors import UnknownCountry
from ledger.reference.places import find_country_by_name
from ledger.registers.spec import Kind

_PLAIN = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_SCIENTIFIC = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?[eE][+-]?[0-9]{1,2}")
_EXACT = Context(prec=200)
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`]")
_NOT_WORD = re.compile(r"[\W_]+")
_LIST_SEPARATOR: Final = ";"
_FEW: Final = 3
_HASH_DIGITS: Final = 8
_NOTHING_BESIDE: Final[Mapping[str, bytes | None]] = MappingProxyType({})
_OTHERS_ONLY: Final[Mapping[str, Mapping[str, str]]] = {
    "cities": {"member": "no"} if "member" in TABLES["cities"].names else {}
}
"""What is said of a new record that others are tied to, and that is no part of the fund."""


@dataclass(slots=True)
class _RuleRun:
    """One application under way."""

    rule: ImportRule
    file: str
    report: RuleReport
    problems: list[ImportProblem]
    tables: list[RawTable]
    finders: Finders
    found_tables: dict[str, RawTable]
    beside: BesideFiles
    identities: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    made: dict[tuple[int, str], RawRow] = field(default_factory=dict)

    def problem(self, line: int, column: str | None, code: str, what: str, hint: str = "") -> None:
        """Note one thing wrong with the foreign file."""
        self.problems.append(ImportProblem(self.file, line, column, code, what, hint))


def apply_rule(
    rule: ImportRule,
    content: bytes,
    file: str,
    *,
    finders: Finders | None = None,
    beside: Mapping[str, bytes | None] = _NOTHING_BESIDE,
) -> tuple[list[RawTable], RuleReport, list[ImportProblem]]:
    """Turn a foreign file into canonical text tables, with a report that accounts for every row.

    Rows keep the foreign file's line, and cells the foreign column's name, for later problems.
    `finders` know the records of the ledger, and the new ones of files read before; `beside` has
    the contents of the files that belong to this one, by the names that the rule gives them.
    """
    about = rule.about
    report = RuleReport(about.name, about.title, about.source, about.licence, file)
    report.expected_name = any(fnmatch(Path(file).name, name) for name in rule.file.names)
    tables = [_table(output, file) for output in rule.output]
    made = {name: _made_table(find, file) for name, find in rule.find.items()}
    problems: list[ImportProblem] = []
    files = read_beside(rule, beside, str(Path(file).parent), problems)
    finders = make_finders(rule, {}) if finders is None else finders
    work = _RuleRun(rule, file, report, problems, tables, finders, made, files)
    text, broken = decode(content, file)
    work.problems.extend(broken)
    if text is not None:
        for line, cells in _foreign_rows(work, text):
            _apply_to(work, line, cells)
    report.beside.extend(files.lines())
    return [one for one in (*made.values(), *tables) if one.rows], report, work.problems


def _made_table(find: Find, file: str) -> RawTable:
    """Give an empty table of new records, with what says that they are known by others only."""
    columns = ("code", *find.by, *_OTHERS_ONLY.get(find.table, {}))
    return RawTable(find.table, file, columns, [], dict(zip(find.by, find.columns, strict=True)))


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
    written = tuple(name.strip() or f"column {at + 1}" for at, name in enumerate(first[1]))
    header = _with_headings(written, work.rule.file.headings)
    there = {*header, *work.beside.columns}
    lacking = [name for name in work.rule.foreign_columns if name not in there]
    for name in lacking:
        what = f"The file has no column {name!r}, which the rule {work.rule.about.name} reads."
        work.problem(first[0], name, "missing-column", what, did_you_mean(name, header))
    for at, name in enumerate(header):
        if name in header[:at] or name in work.rule.derived & {*work.rule.find, FIRST, SECOND}:
            what = f"The column {name!r} occurs twice."
            work.problem(first[0], name, "column-twice", what)
    if work.problems:
        return []
    rows = read_rows(header, records, work.file, work.problems)
    # Rows of another width were noted as problems; they are in the count all the same.
    refused = sum(problem.code == "cell-count" for problem in work.problems)
    work.report.rows, work.report.refused = len(rows) + refused, refused
    return rows


def _with_headings(
    written: tuple[str, ...], headings: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Call columns what the rule calls them, where the file has one of several headings."""
    header = list(written)
    folded = [name.casefold() for name in written]
    for name, alternatives in headings.items():
        found = [one.casefold() for one in alternatives if one.casefold() in folded]
        if found and name not in header:
            header[folded.index(found[0])] = name
    return tuple(header)


class _Fate(Enum):
    """What becomes of a foreign row."""

    USED = "used"
    LEFT_OUT = "left out"
    REFUSED = "refused"


def _apply_to(work: _RuleRun, line: int, cells: dict[str, str]) -> None:
    cells = {**cells, **work.beside.cells_of(cells)}
    present = _source_values(work, cells)
    for left_out in work.rule.leave_out:
        if not any(name in present for name in left_out.missing) and all(
            cells[name] in values for name, values in left_out.equals.items()
        ):
            work.report.left_out.append(SkippedRow(line, left_out.reason))
            return
    values = _map_words(work, present)
    fate = _complete(work, line, values)
    if fate is _Fate.REFUSED:
        work.report.refused += 1
    if fate is not _Fate.USED:
        return
    identity = _identity(work, line, values)
    if identity is None:
        return
    work.report.used += 1
    values[ROW] = identity
    for at, output in enumerate(work.rule.output):
        _emit(work, at, output, RawRow(line, values))


def _complete(work: _RuleRun, line: int, values: dict[str, str]) -> _Fate:
    """Give a row the codes of its countries, of the records it names, and of its pair."""
    if not all(_name_country(work, line, name, values) for name in work.rule.country_columns):
        return _Fate.REFUSED
    for name, find in work.rule.find.items():
        fate = _find(work, line, name, find, values)
        if fate is not _Fate.USED:
            return fate
    pair = work.rule.row.pair
    if pair is None:
        return _Fate.USED
    codes = sorted((values[one] for one in pair if one in values), key=_code_order)
    if len(codes) < len(pair) or codes[0] == codes[1]:
        reason = "a pair of which one is missing" if len(codes) < len(pair) else "a pair of one"
        work.report.left_out.append(SkippedRow(line, reason))
        return _Fate.LEFT_OUT
    values[FIRST], values[SECOND] = codes
    return _Fate.USED


def _code_order(code: str) -> tuple[str, str]:
    return normalised_code(code), code


def _name_country(work: _RuleRun, line: int, name: str, values: dict[str, str]) -> bool:
    """Put the codes of countries in the place of their names; say whether all are known."""
    text = values.get(name)
    if text is None or work.rule.file.countries != "names":
        return True
    codes: list[str] = []
    for part in filter(None, map(str.strip, text.split(_LIST_SEPARATOR))):
        try:
            country = find_country_by_name(part)
        except UnknownCountry as error:
            work.problem(line, name, error.code, error.what, error.next_step)
            return False
        codes.append(country.alpha2)
        if name_key(part) != name_key(country.name):
            work.report.mapped[name, part, country.alpha2] += 1
    values[name] = _LIST_SEPARATOR.join(codes)
    return True


def _find(work: _RuleRun, line: int, name: str, find: Find, values: dict[str, str]) -> _Fate:
    """Give a row the code of a record that it names; without its words there is none."""
    words = [values[column] for column in find.columns if column in values]
    if len(words) < len(find.columns):
        return _Fate.USED
    finder = work.finders[name]
    found = finder.find(words)
    if len(found) == 1:
        values[name] = found[0]
        return _Fate.USED
    named = ", ".join(words)
    if found:
        what = f"{named} fits {len(found)} of {find.table}: {first_few(found, _FEW)}."
        work.problem(line, find.columns[0], "several-found", what, "Give one another name.")
        return _Fate.REFUSED
    if find.none == "leave-out":
        work.report.left_out.append(SkippedRow(line, f"not among {find.table}: {named}"))
        return _Fate.LEFT_OUT
    if find.none == "refuse":
        what = f"{named} is not among {find.table}."
        work.problem(line, find.columns[0], "not-found", what, "Record it first.")
        return _Fate.REFUSED
    return _make(work, line, name, find, dict(zip(find.by, words, strict=True)), values)


def _make(
    work: _RuleRun,
    line: int,
    name: str,
    find: Find,
    terms: dict[str, str],
    values: dict[str, str],
) -> _Fate:
    """Make a new record of what a row names, which later rows find."""
    finder, template = work.finders[name], find.code or ""
    code = _code_of(slug(fill_template(template, values)))
    if finder.is_taken(code):
        what = f"{', '.join(terms.values())} would get the code {code}, which another one has."
        hint = f"Give that one the other name, or record this one first: {find.table}."
        work.problem(line, find.columns[0], "code-taken", what, hint)
        return _Fate.REFUSED
    for other, of_rule in work.rule.find.items():
        if of_rule.table == find.table and of_rule.by == find.by:
            work.finders[other].add(terms.values(), code)
    row = {"code": code, **terms, **_OTHERS_ONLY.get(find.table, {})}
    work.found_tables[name].rows.append(RawRow(line, row))
    work.report.made[find.table] += 1
    values[name] = code
    return _Fate.USED


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
    """Give the row's stable identity; None where the row is refused, or was there already."""
    spec = work.rule.row
    lacking = [name for name in placeholders(spec.parts[0]) if name not in values]
    if lacking:
        what = f"The row has no {lacking[0]}, by which the rule tells rows apart."
        work.problem(line, lacking[0], "no-identity", what)
        work.report.refused += 1
        return None
    filled = (
        fill_template(part, values)
        for part in spec.parts
        if all(name in values for name in placeholders(part))
    )
    identity = _code_of(slug("-".join(filled)))
    first = work.identities.setdefault(identity, (line, dict(values)))
    if first[0] == line:
        return identity
    if spec.repeats == "refuse":
        what = f"This row has the identity {identity} of line {first[0]}."
        work.problem(line, None, "twice", what)
        work.report.refused += 1
        return None
    read = work.rule.foreign_columns
    alike = all(values.get(name) == first[1].get(name) for name in read)
    if spec.repeats == "once":
        work.report.once.append(Repeat(line, first[0], identity, alike))
        return None
    count = work.counts[identity] = work.counts.get(identity, 1) + 1
    numbered = f"{identity}-{count}"
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
    if value.index is not None:
        items = text.split(value.separator)
        text = items[value.index - 1].strip() if value.index <= len(items) else ""
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
    reads = DATES.get(work.rule.file.dates)
    if text and kind is Kind.DATE and reads is not None:
        day = reads.read(text)
        if day is None:
            what = f"{text!r} is not a date with {reads.form}."
            work.problem(foreign.line, column, "bad-date", what, f"Write {reads.example}.")
        return day or ""
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


def _code_of(text: str) -> str:
    """Shorten what is too long for a code; its hash keeps two with one beginning apart."""
    if len(text) <= MAX_CODE:
        return text
    ending = sha256(text.encode()).hexdigest()[:_HASH_DIGITS].upper()
    return f"{text[: MAX_CODE - _HASH_DIGITS - 1].rstrip('-')}-{ending}"


def slug(text: str) -> str:
    """Make a code out of words: capitals, marks dropped, everything else a hyphen."""
    bare = unicodedata.normalize("NFKD", _APOSTROPHES.sub("", text))
    letters = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return _NOT_WORD.sub("-", letters).strip("-").upper()
