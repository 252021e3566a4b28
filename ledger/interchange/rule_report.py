"""The report of an import rule's use: it accounts for every row of the foreign file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from ledger.core.text import counted


class SkippedRow(NamedTuple):
    """A foreign row that is no record, and why.

    `records` are those that it would have been of, as table/code, as far as its own cells say.
    """

    line: int
    reason: str
    records: tuple[str, ...] = ()


class Repeat(NamedTuple):
    """A foreign row whose identity an earlier row had: imported as another record, or not again.

    Without a `first_line` a record of the ledger with another identifier has it. `alike` says that
    every cell the rule reads is the same as in the earlier row.
    """

    line: int
    first_line: int | None
    identity: str
    alike: bool


@dataclass(slots=True)
class RuleReport:
    """Counts and lines of one application of a rule.

    `rows` are those used, left out, refused, and `once`: those that an earlier row said already.
    """

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
    examples: dict[str, str] = field(default_factory=dict)
    """By the reason of rows that cannot be read, what is wrong with the first of them."""
    repeats: list[Repeat] = field(default_factory=list)
    once: list[Repeat] = field(default_factory=list)
    made: Counter[str] = field(default_factory=Counter)
    beside: list[str] = field(default_factory=list)
    mapped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    unknown: Counter[tuple[str, str]] = field(default_factory=Counter)
    unmade: Counter[tuple[str, str]] = field(default_factory=Counter)
    bad: Counter[tuple[str, str]] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    """Cells without a value by the column, which the rule does not read."""
    zero: int = 0
    notes: list[str] = field(default_factory=list)
    scientific: int = 0
    rounded: Counter[tuple[str, str]] = field(default_factory=Counter)

    def lines(self, *, every: bool = False) -> Iterator[str]:
        """Give the report for people, one line each; with `every` the numbers of rows left out."""
        if not self.expected_name:
            yield f"{self.file} is not named as the rule {self.rule} expects; taken all the same"
        refused = f", {self.refused:,} refused" if self.refused else ""
        once = f", {len(self.once):,} repeated" if self.once else ""
        yield (
            f"{counted(self.rows, 'row')}: {self.used:,} used, {len(self.left_out):,} left out"
            f"{once}{refused}. Source: {self.source} ({self.licence})"
        )
        yield from self.beside
        yield from self.notes
        for reason, lines in self._reasons().items():
            left_out = f"left out, {reason}: {len(lines):,}"
            yield f"{left_out}, lines {', '.join(_spans(lines))}" if every else left_out
            if reason in self.examples:
                yield f"  such as {self.examples[reason]}"
        mapped = sorted(self.mapped.items())
        shown = mapped if every else mapped[:_MOST_WORDS]
        for (column, before, after), count in shown:
            yield f"{column} {before} read as {after}: {count:,}"
        if len(mapped) > len(shown):
            yield f"{len(mapped) - len(shown):,} more words were read as others: --verbose"
        yield from self._counts()
        if self.once:
            yield f"repeated and kept once: {_lines_of([one.line for one in self.once])}"
        for repeat in self.repeats:
            how = "repeats" if repeat.alike else "has the identity of"
            other = f"line {repeat.first_line}" if repeat.first_line else "another record"
            yield f"line {repeat.line} {how} {other}: kept as {repeat.identity}"

    def _counts(self) -> Iterator[str]:
        for (table, column), count in sorted(self.unknown.items()):
            yield f"{table}.{column} not known: {count:,}"
        for (table, column), count in sorted(self.bad.items()):
            yield f"{table}.{column} not readable, and taken as the rule says: {count:,}"
        for (table, test), count in sorted(self.unmade.items()):
            yield f"{table} not made, where not: {test}: {count:,}"
        if self.unread:
            columns = ", ".join(f"{name} {count:,}" for name, count in sorted(self.unread.items()))
            yield f"cells without a value that the rule does not read: {columns}"
        if self.zero:
            yield f"given of zero, which posts nothing: {self.zero:,}"
        for table, count in sorted(self.made.items()):
            yield f"{table} that the ledger does not have, made new: {count:,}"
        if self.scientific:
            yield f"numbers written with an exponent: {self.scientific:,}"
        for (table, column), count in sorted(self.rounded.items()):
            yield f"{table}.{column} rounded: {count:,}"

    def _reasons(self) -> dict[str, list[int]]:
        reasons: dict[str, list[int]] = {}
        for one in self.left_out:
            reasons.setdefault(one.reason, []).append(one.line)
        return reasons


_MOST_SPANS: Final = 8
_MOST_WORDS: Final = 20


def _lines_of(lines: list[int]) -> str:
    """Give line numbers with neighbours drawn together, the first of them: `lines 3, 7 to 9`."""
    spans = _spans(lines)
    more = f" and {len(spans) - _MOST_SPANS:,} more" if len(spans) > _MOST_SPANS else ""
    return f"lines {', '.join(spans[:_MOST_SPANS])}{more}"


def _spans(lines: list[int]) -> list[str]:
    spans: list[list[int]] = []
    for line in sorted(lines):
        if spans and spans[-1][1] == line - 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return [f"{first} to {last}" if first != last else str(first) for first, last in spans]
