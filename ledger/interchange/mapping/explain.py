"""How one row of a foreign file was read: what was in it, what became of it, and what it gave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ledger.interchange.problems import ImportProblem
from ledger.interchange.rule_report import RuleReport

_LONGEST = 200


@dataclass(slots=True)
class Explanation:
    """What is asked of one line, filled while the file is read."""

    line: int
    read: frozenset[str] = frozenset()
    file: str = ""
    cells: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    fate: str = ""
    reason: str = ""
    problems: list[str] = field(default_factory=list)
    rows: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Say whether a row begins on the line."""
        return bool(self.file)

    def begin(self, file: str, record: Mapping[str, Any], values: Mapping[str, str]) -> None:
        """Keep what stands in the row: what the rule reads of it, or all of it."""
        self.file = file
        own = {name: one for name, one in record.items() if isinstance(one, str) and one}
        self.cells = {**own, **values}
        self.rows = []

    def end(
        self,
        fate: str,
        values: Mapping[str, str],
        problems: list[ImportProblem],
        report: RuleReport,
    ) -> None:
        """Keep what became of the row."""
        self.fate, self.values = fate, dict(values)
        skipped = [one.reason for one in report.left_out if one.line == self.line]
        repeated = [
            f"repeats line {one.first_line}"
            for one in (*report.once, *report.repeats)
            if one.line == self.line
        ]
        self.reason = "; ".join([*skipped, *repeated])
        self.problems = [str(one) for one in problems if one.line == self.line]

    def lines(self) -> Iterator[str]:
        """Give the explanation for people, one line each."""
        if not self.is_there:
            yield f"No row begins on line {self.line}."
            return
        yield f"{self.file}:{self.line}: {self.fate}" + (f" ({self.reason})" if self.reason else "")
        for name, text in self.cells.items():
            yield f"  {name}: {_short(text)}{self._note(name, text)}"
        for name, text in self.values.items():
            if name not in self.cells:
                yield f"  {name}: {_short(text)}  (made by the rule)"
        for problem in self.problems:
            yield f"  refused: {problem}"
        for table, cells in self.rows:
            filled = ", ".join(f"{name}={_short(text)}" for name, text in cells.items() if text)
            yield f"{table}: {filled}"

    def _note(self, name: str, text: str) -> str:
        """Say what became of a cell."""
        if name not in self.read:
            return "  (not read)"
        now = self.values.get(name)
        if now is None:
            return "  (counts as missing)"
        return "" if now == text else f"  (read as {_short(now)})"

    def document(self) -> dict[str, Any]:
        """Give the explanation for scripts."""
        return {
            "file": self.file,
            "line": self.line,
            "fate": self.fate or "no row",
            "reason": self.reason,
            "cells": self.cells,
            "values": self.values,
            "problems": self.problems,
            "rows": [{"table": table, "cells": cells} for table, cells in self.rows],
        }


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
