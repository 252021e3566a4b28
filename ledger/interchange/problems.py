"""Problems of an import, each with its file, line and column.

`Codes` finds a code in the ledger and the import: an exact match first, then ignoring case.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from ledger.core.errors import Detail, InvalidInput, LedgerError
from ledger.core.text import normalised_code

SUGGESTIONS = 50
"""So many wrong words get a suggestion; a register may be large and a file wrong throughout."""


class Sheet(NamedTuple):
    """A sheet of a workbook, with the letters of the columns that have a name."""

    name: str
    letters: Mapping[str, str]


class Place(NamedTuple):
    """Where a row stands: the file as it was named, and the physical line it begins on (from 1).

    In a workbook the line is the row of a `sheet`, and columns are named as its cells are.
    """

    file: str
    line: int
    sheet: Sheet | None = None

    def document(self) -> dict[str, str | int]:
        """Give the place as a part of a JSON document."""
        sheet = {} if self.sheet is None else {"sheet": self.sheet.name}
        return {"file": self.file, "line": self.line, **sheet}

    def problem(
        self, column: str | None, code: str, what: str, next_step: str = ""
    ) -> ImportProblem:
        """Give a problem at a column of this row; None: of the whole row or file."""
        if self.sheet is not None:
            letters = self.sheet.letters.get(column or "", "")
            cell = f"{self.sheet.name}!{letters or 'A'}{self.line}"
            column = f"{column} {cell}" if column and letters else cell
        return ImportProblem(self.file, self.line, column, code, what, next_step)


class ImportProblem(NamedTuple):
    """One thing wrong at one place. `column` is None where the whole row or file is meant."""

    file: str
    line: int
    column: str | None
    code: str
    what: str
    next: str = ""

    @property
    def place(self) -> str:
        """Give `file:line column`, as editors and people read it."""
        return f"{self.file}:{self.line}" + (f" {self.column}" if self.column else "")

    def __str__(self) -> str:
        """Give the one line that a terminal shows."""
        return f"{self.place}: {self.what}" + (f" {self.next}" if self.next else "")


MOST_KEPT = 1000
"""So many problems of a statement are kept; the rest are counted."""


class FirstProblems(list[ImportProblem]):
    """The first problems of one file: later ones are counted in `more`, and not kept.

    A file of a few megabytes can have millions of broken lines.
    """

    def __init__(self) -> None:
        """Start with none."""
        super().__init__()
        self.more = 0

    def append(self, problem: ImportProblem) -> None:
        """Add a problem, or count it where enough are kept."""
        if len(self) < MOST_KEPT:
            super().append(problem)
        else:
            self.more += 1

    def extend(self, problems: Iterable[ImportProblem]) -> None:
        """Add problems, or count them."""
        for problem in problems:
            self.append(problem)


class ImportRefused(InvalidInput, code="import-refused"):
    """Nothing was imported: an import is done whole or not at all."""

    default_why = "An import is done whole or not at all, so nothing was changed."
    default_next = "Correct what is listed and import again."

    def __init__(self, problems: Iterable[ImportProblem]) -> None:
        """Keep every problem, ordered by file and line; the renderer bounds what it shows."""
        self.problems = tuple(
            sorted(problems, key=lambda one: (one.file, one.line, one.column or ""))
        )
        count = len(self.problems)
        files = len({problem.file for problem in self.problems})
        super().__init__(f"{_count_text(count, 'problem')} in {_count_text(files, 'file')}")

    def with_what(self, what: str) -> ImportRefused:
        """Give the same refusal under another headline."""
        repeated = ImportRefused(self.problems)
        repeated.what = what
        return repeated

    def details(self) -> Sequence[Detail]:
        """Give every problem, in reading order."""
        return [Detail(str(problem), problem._asdict()) for problem in self.problems]

    def lines(self) -> list[str]:
        """Give one line for each problem, in reading order."""
        return [str(problem) for problem in self.problems]


def _count_text(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def from_error(error: LedgerError, place: Place, column: str | None) -> ImportProblem:
    """Locate a refusal of the domain at the cell that caused it."""
    return place.problem(column, error.code, error.what, error.next_step)


def refuse_if_any(problems: Sequence[ImportProblem]) -> None:
    """Raise `ImportRefused` with all of them, if there is one."""
    if problems:
        raise ImportRefused(problems)


class Codes:
    """The codes one can refer to. A register of any size is normalised once, if it has to be.

    What the ledger has is found without that where it is written as it stands, as nearly all is.
    """

    def __init__(self, held: Collection[str] = ()) -> None:
        """Start with the codes of the ledger."""
        self._held = held
        self._aliases: dict[str, str] = {}

    @cached_property
    def _normalised(self) -> dict[str, str | tuple[str, ...]]:
        """The codes by their normalised forms, of which two can be alike."""
        codes: dict[str, str | tuple[str, ...]] = {}
        for code in self._held:
            _put(codes, normalised_code(code), code)
        return codes

    def _alike(self, normalised: str) -> tuple[str, ...]:
        return _as_tuple(self._normalised.get(normalised, ()))

    def __contains__(self, code: object) -> bool:
        """Say whether exactly this code is there."""
        if not isinstance(code, str):
            return False
        return code in self._held or code in self._alike(normalised_code(code))

    def add(self, code: str) -> None:
        """Make a code of the import known, unless it is one that is known."""
        if code in self._held:
            return
        normalised = normalised_code(code)
        if normalised not in self._normalised and normalised not in self._aliases:
            self._normalised[normalised] = code
        elif self.find(code) is None:
            _put(self._normalised, normalised, code)

    def add_alias(self, alias: str, code: str) -> None:
        """Make a former code of a record known."""
        self._aliases[normalised_code(alias)] = code

    def find(self, code: str) -> str | None:
        """Give the code meant: this one, else the only one that differs in case, else by alias."""
        if code in self._held:
            return code
        normalised = normalised_code(code)
        alike = self._normalised.get(normalised, ())
        if alike == code:  # nearly every code is written as it stands
            return code
        alike = _as_tuple(alike)
        if code in alike:
            return code
        return alike[0] if len(alike) == 1 else self._aliases.get(normalised)

    def __iter__(self) -> Iterator[str]:
        """Give every code, for suggestions."""
        return chain.from_iterable(map(self._alike, self._normalised))


def _as_tuple(alike: str | tuple[str, ...]) -> tuple[str, ...]:
    return (alike,) if isinstance(alike, str) else alike


def _put(codes: dict[str, str | tuple[str, ...]], normalised: str, code: str) -> None:
    before = _as_tuple(codes.get(normalised, ()))
    if code not in before:
        codes[normalised] = (*before, code) if before else code
