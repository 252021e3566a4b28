"""Read the statement file of a provider: the canonical table, or a foreign one by an import rule.

A file is accepted completely or not at all. Figures and dates may use Persian or Arabic digits,
and a negative amount may have a minus sign or brackets.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatch
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ledger.core.numbers import normalise_digits
from ledger.core.quantity import Unit
from ledger.core.text import UNSEEN
from ledger.interchange.canonical import STATEMENTS
from ledger.interchange.cells import Cells, Lookups
from ledger.interchange.problems import FirstProblems, ImportProblem, Place
from ledger.interchange.reader import RawTable, parse_table
from ledger.statements.lines import LineKind, ReadLine, StatementLine

if TYPE_CHECKING:
    from ledger.interchange.mapping.rule import ImportRule

MAX_BYTES: Final = 32 * 1024 * 1024
MAX_LINES: Final = 200_000
_FIRST_YEAR: Final = 1900
_MINUS: Final = ("-", "\u2212", "\u2012", "\u2013")
_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class StatementFile:
    """One file of the inbox: what it holds, or what is wrong with it, and the digest of both.

    `empty_lines` report an amount of zero and are not compared.
    """

    name: str
    digest: str
    lines: tuple[ReadLine, ...] = ()
    empty_lines: tuple[ReadLine, ...] = ()
    problems: tuple[ImportProblem, ...] = ()
    more_problems: int = 0
    """How many problems there are beyond those that are kept."""


def digest(content: bytes) -> str:
    """Give the digest that identifies a file independent of its name."""
    return sha256(content).hexdigest()


def read_statement(
    name: str,
    content: bytes,
    rules: Sequence[ImportRule],
    units: Mapping[str, Unit],
    today: date,
) -> StatementFile:
    """Read one file by the first rule that is for its name, else as the canonical table."""
    known_by = digest(content)
    if len(content) > MAX_BYTES:
        return StatementFile(name, known_by, problems=(too_large(name, len(content)),))
    base = Path(name).name.casefold()
    fitting = (
        rule for rule in rules if any(fnmatch(base, one.casefold()) for one in rule.source.names)
    )
    rule = next(fitting, None)
    problems = FirstProblems()
    tables = _tables(name, content, rule, problems)
    count = sum(len(table.rows) for table in tables)
    if count > MAX_LINES:
        what = f"The file has {count:,} lines; no more than {MAX_LINES:,} are read from one."
        hint = "Ask for shorter periods."
        problem = Place(name, 1).problem(None, "too-many-lines", what, hint)
        return StatementFile(name, known_by, problems=(problem,))
    if problems:
        return with_problems(StatementFile(name, known_by), problems)
    lookups = Lookups(units, today, problems=problems)
    lines = [_line(table, row.line, row.cells, lookups) for table in tables for row in table.rows]
    if not lines and not problems:
        what = "The file has a header and no line."
        hint = "Ask for the statement."
        problems.append(Place(name, 1).problem(None, "no-lines", what, hint))
    if problems:
        return with_problems(StatementFile(name, known_by), problems)
    return StatementFile(
        name,
        known_by,
        tuple(one for one in _number_duplicates(lines) if one.line.amount),
        tuple(one for one in lines if not one.line.amount),
    )


def with_problems(file: StatementFile, problems: FirstProblems) -> StatementFile:
    """Give a file of which nothing is taken, and why."""
    return StatementFile(
        file.name, file.digest, problems=tuple(problems), more_problems=problems.more
    )


def too_large(name: str, size: int) -> ImportProblem:
    """Say that a file is larger than any statement."""
    what = f"The file holds {size:,} bytes; no more than {MAX_BYTES:,} are read from one."
    return ImportProblem(name, 1, None, "too-large", what, "Ask for shorter periods, or split it.")


def _tables(
    name: str, content: bytes, rule: ImportRule | None, problems: FirstProblems
) -> list[RawTable]:
    if rule is None:
        table, _ = parse_table(content, table=STATEMENTS.name, file=name, problems=problems)
        return [] if table is None else [table]
    from ledger.interchange.mapping.apply import apply_rule  # noqa: PLC0415 - brings pydantic

    tables, _, found = apply_rule(rule, content, name, problems=problems)
    if found is not problems:  # the file could not be opened
        problems.extend(found)
    return [table for table in tables if table.table == STATEMENTS.name]


def _line(table: RawTable, file_line: int, values: Mapping[str, str], lookups: Lookups) -> ReadLine:
    plain = {
        name: normalise_digits(cell) if name != "reference" else _without_unseen(cell)
        for name, cell in values.items()
    }
    cells = Cells(Place(table.file, file_line), plain, lookups, table.columns)
    unit = cells.unit()
    kind = cells.choice("kind", tuple(LineKind), "kind of line")
    cells.require("date", "kind", "quantity")
    line = StatementLine(
        provider=cells.need_code("provider"),
        statement=_name(cells, "statement"),
        number=_name(cells, "line"),
        day=_day(cells) or lookups.today,
        kind=LineKind(kind) if kind else LineKind.DELIVERY,
        amount=_amount(cells, unit),
        unit=unit or _NO_UNIT,
        deal=cells.code("deal"),
        offer=cells.code("offer"),
        need=cells.code("need"),
        reference=cells.text("reference"),
    )
    return ReadLine(line, file_line)


def _without_unseen(reference: str) -> str:
    """Return a reference without marks that have no shape: they are no part of it."""
    if reference.isascii():
        return reference
    return "".join(one for one in reference if one not in UNSEEN)


_NO_UNIT: Final = Unit("", 0, "money", "")


def _name(cells: Cells, column: str) -> str:
    name = " ".join(cells.need_text(column).split())
    if len(name) > _LONGEST_NAME:
        what = f"The {column} has {len(name)} characters; at most {_LONGEST_NAME} are kept."
        cells.problem(column, "too-long", what)
    return name


def _day(cells: Cells) -> date | None:
    day = cells.date("date")
    if day is not None and day.year < _FIRST_YEAR:
        what = f"The date {day} is of another calendar, or too early."
        cells.problem("date", "bad-date", what, "Write the Gregorian year, or a Jalali one.")
    return day


def _amount(cells: Cells, unit: Unit | None) -> int:
    """Give the amount of a line, below zero where a minus or brackets say so; it may be zero."""
    typed = cells.raw("quantity") or ""
    bare = typed
    if typed.startswith(_MINUS):
        bare = typed[1:].strip()
    elif typed.startswith("(") and typed.endswith(")"):
        bare = typed[1:-1].strip()
    if unit is not None and _is_zero(bare.removesuffix(unit.code).strip()):
        return 0
    amount = cells.amount("quantity", unit, bare) or 0
    return amount if bare == typed else -amount


def _is_zero(figure: str) -> bool:
    """Return whether a figure is zero: nothing happened, and the other lines are read."""
    return "0" in figure and not figure.strip("0").strip(".,").strip("0")


def _number_duplicates(lines: Sequence[ReadLine]) -> tuple[ReadLine, ...]:
    """Give lines of one number in one statement numbers of their own: `4`, then `4 (2)`."""
    read_numbers: Counter[tuple[str, str, str]] = Counter()
    apart = []
    for read in lines:
        line = read.line
        read_numbers[line.provider, line.statement, line.number] += 1
        duplicate = read_numbers[line.provider, line.statement, line.number]
        if duplicate > 1:
            line = replace(line, number=f"{line.number} ({duplicate})")
        apart.append(ReadLine(line, read.file_line))
    return tuple(apart)
