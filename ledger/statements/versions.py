"""Which lines of statements are current, where later files repeat earlier ones.

A file that repeats line numbers of a statement, on days that overlap with it, is a new version: it
replaces the lines of the months it covers. Where the days do not overlap, the numbers began anew
and the lines stay beside the new ones. Lines that a new version leaves out are reported, except
those of days that it has lines of.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ledger.statements.lines import StatementLine, grouped


@dataclass(frozen=True, slots=True)
class Replacement:
    """Lines of a statement that a later file left out, though it has none of their days."""

    statement: str
    lines: tuple[StatementLine, ...]


@dataclass(frozen=True, slots=True)
class CurrentLines:
    """The current lines of a provider's statements, and what was replaced."""

    lines: Sequence[StatementLine]
    replaced: Sequence[Replacement] = ()

    def through(self, day: date) -> CurrentLines:
        """Leave out the lines that are dated ahead."""
        return replace(self, lines=[line for line in self.lines if line.day <= day])


def current_lines(statements: Iterable[Sequence[StatementLine]]) -> Mapping[str, CurrentLines]:
    """Return the current lines of each provider, from files in the order of arrival."""
    result: dict[str, dict[str, _Statement]] = {}
    for lines in statements:
        groups = grouped(((line.provider, line.statement), line) for line in lines)
        for (provider, name), own in groups.items():
            result.setdefault(provider, {}).setdefault(name, _Statement()).add(own)
    return {
        provider: CurrentLines(
            [line for statement in by_name.values() for line in statement.lines()],
            [
                Replacement(name, tuple(lines))
                for name, statement in by_name.items()
                for lines in statement.replaced
            ],
        )
        for provider, by_name in result.items()
    }


@dataclass(slots=True)
class _Statement:
    """One statement as its files have it: the current lines of each, and those left out."""

    parts: list[list[StatementLine]] = field(default_factory=list)
    replaced: list[list[StatementLine]] = field(default_factory=list)

    def add(self, own: list[StatementLine]) -> None:
        numbers, days = {line.number for line in own}, {line.day for line in own}
        parts: list[list[StatementLine]] = []
        left_out: list[StatementLine] = []
        for part in self.parts:
            if numbers.isdisjoint(line.number for line in part) or not _overlap(part, own):
                parts.append(part)
                continue
            first, last = min(days).replace(day=1), _month_end(max(days))
            parts.append([line for line in part if not first <= line.day <= last])
            left_out += [
                line for line in part if first <= line.day <= last and line.day not in days
            ]
        self.parts = [part for part in (*parts, own) if part]
        if left_out:
            self.replaced.append(left_out)

    def lines(self) -> list[StatementLine]:
        """Return the lines of all parts, numbers that began anew told apart: `4`, then `4 (2)`."""
        result: dict[str, StatementLine] = {}
        for part in self.parts:
            for line in part:
                number, times = line.number, 1
                while number in result:
                    times += 1
                    number = f"{line.number} ({times})"
                result[number] = line if number == line.number else replace(line, number=number)
        return list(result.values())


def _overlap(one: Sequence[StatementLine], other: Sequence[StatementLine]) -> bool:
    """Return whether the days from the first to the last line of each overlap."""
    first = max(min(line.day for line in lines) for lines in (one, other))
    last = min(max(line.day for line in lines) for lines in (one, other))
    return first <= last


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])
