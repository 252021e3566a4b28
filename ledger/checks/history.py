"""Checks of the journal as a record: nothing missing, nothing rewritten, every date in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.result import CheckResult
from ledger.checks.rows import CheckContext, EntryRow, MovementRow, RunningBalances
from ledger.core.factors import Stage
from ledger.core.text import code_number, normalised_code
from ledger.journal.entries import (
    CANONICAL_FORMAT,
    EXEMPTED_FORMAT,
    PROPOSED_FORMAT,
    TOTAL_FORMAT,
)

_ENTRY_FORMATS = (CANONICAL_FORMAT, PROPOSED_FORMAT, TOTAL_FORMAT, EXEMPTED_FORMAT)
_Line = tuple[int, int | None, str, str, str, int]


class RecordVersionRow(NamedTuple):
    """One version of a record. Without versions it has no number, without record no code."""

    kind: str
    owner: str
    code: str | None
    version: int | None
    recorded_at: int | None
    format: int | None = None
    request_id: object = None
    format_due: int = CANONICAL_FORMAT


class IdentityRows(NamedTuple):
    """What changed in one identity row, each change before and after, and the row as it is.

    Each is a code, its compared form, the largest number of the record's codes, and for a project
    the id of its city.
    """

    kind: str
    prefix: str
    changes: list[tuple[tuple[Any, ...], tuple[Any, ...]]]
    now: tuple[Any, ...]

    def faults(self) -> Iterator[str]:
        """Say what is wrong with the changes."""
        due: tuple[Any, ...] = self.changes[0][0]
        for former, after in self.changes:
            name = f"{self.kind} {after[0]}"
            if former != due or former == after:
                yield f"the identity of {name} changed from what it was not"
            code, compared, number, *_ = after
            numbers = (former[2] or 0, code_number(self.prefix, str(code)) or 0)
            if compared != normalised_code(str(code)) or (number or 0) != max(numbers):
                yield f"the identity of {name} changed to what does not follow from its code"
            due = after
        if due != self.now:
            yield f"{self.kind} {self.now[0]} is not as its last change made it"


class AppendOnly(JournalCheck):
    """Entries and versions are numbered without a gap; reversals mirror what they reverse, once.

    Only entries that are reversed later are held in memory, until then.
    """

    name = "append-only"

    def __init__(
        self,
        context: CheckContext,
        versions: Iterable[RecordVersionRow] = (),
        identities: Iterable[IdentityRows] = (),
        shared_codes: Iterable[str] = (),
    ) -> None:
        """Start before the first entry, with every version in order of its record and number."""
        super().__init__(context)
        self._check_versions(versions)
        for one in identities:
            self.report.examined += len(one.changes)
            for fault in one.faults():
                self.report.fail(fault)
        for fault in shared_codes:
            self.report.fail(fault)
        self._last = 0
        self._last_recorded = 0
        self._reversible_entries: dict[int, tuple[MovementRow, ...]] = {}
        self._targets: dict[int, int] = {}
        self._reversed_numbers: set[int] = set()

    def _check_versions(self, versions: Iterable[RecordVersionRow]) -> None:
        for (kind, _), group in groupby(versions, key=lambda row: (row.kind, row.owner)):
            rows = list(group)
            self.report.examined += len(rows)
            name = f"{kind} {rows[0].code or f'with id {rows[0].owner}'}"
            numbers = [row.version for row in rows if row.version is not None]
            if rows[0].code is None:
                self.report.fail(f"{name} has versions but no record")
            if not numbers or numbers != list(range(1, len(numbers) + 1)):
                shown = ", ".join(map(str, numbers)) or "none"
                self.report.fail(f"{name} has versions {shown}, not numbered from 1")
            for row in rows:
                if row.format not in (None, row.format_due):
                    self.report.fail(
                        f"{name} version {row.version} is in format {row.format}, unknown here"
                    )
            moments = [
                self.context.known_from(row.recorded_at, row.request_id)
                for row in rows
                if row.recorded_at is not None
            ]
            if self.context.one_writer and moments != sorted(moments):
                self.report.fail(f"{name} has versions recorded out of order")

    def before(self, entry: EntryRow, _balances: RunningBalances) -> None:
        """Check an entry's number, timestamp, lines and reversal."""
        self.report.examined += 1
        self._check_order(entry)
        self._check_lines(entry)
        if entry.reverses is not None:
            self._check_reversal(entry, entry.reverses)
        if entry.number in self.context.reversed:
            self._reversible_entries[entry.number] = entry.movements

    def _check_order(self, entry: EntryRow) -> None:
        # On a server, writes overlap: numbers may be skipped, and commits may be out of order.
        moment = self.context.known_from(entry.recorded_at, entry.request_id)
        if self.context.one_writer:
            if entry.number != self._last + 1:
                self.report.fail(f"after entry {self._last} comes entry {entry.number}")
            if moment < self._last_recorded:
                self.report.fail(f"entry {entry.number} was recorded before the one before it")
        self._last, self._last_recorded = entry.number, moment

    def _check_lines(self, entry: EntryRow) -> None:
        lines = [movement.line for movement in entry.movements]
        if len(lines) != entry.lines or lines != list(range(1, len(lines) + 1)):
            self.report.fail(
                f"entry {entry.number} announced {entry.lines} movements and has "
                f"{len(lines)} (lines {', '.join(map(str, lines)) or 'none'})"
            )
        if entry.format not in _ENTRY_FORMATS:
            self.report.fail(f"entry {entry.number} is in format {entry.format}, unknown here")
        times = (entry.effective_on, entry.recorded_at)
        for movement in entry.movements:
            if (movement.effective_on, movement.recorded_at) != times:
                self.report.fail(
                    f"entry {entry.number} line {movement.line} has other dates than its entry"
                )

    def _check_reversal(self, entry: EntryRow, reversed_number: int) -> None:
        twice = self._reverse(entry.number, reversed_number)
        if twice is not None:
            self.report.fail(f"entry {entry.number} reverses entry {twice} a second time")
        original = self._reversible_entries.get(reversed_number)
        if original is None:
            self.report.fail(
                f"entry {entry.number} reverses entry {reversed_number}, which is not before it"
            )
        elif not _mirrors(entry.movements, original):
            self.report.fail(f"entry {entry.number} does not mirror entry {reversed_number}")

    def _reverse(self, number: int, target: int) -> int | None:
        """Take an entry for reversed, and let what it reversed count again, and so on up.

        Return an entry that is reversed already, if there is any.
        """
        self._targets[number] = target
        reverses, at = True, target
        while True:
            if reverses and at in self._reversed_numbers:
                return at
            (self._reversed_numbers.add if reverses else self._reversed_numbers.discard)(at)
            if at not in self._targets or self._targets[at] >= at:
                return None
            reverses, at = not reverses, self._targets[at]


def _line(movement: MovementRow) -> _Line:
    """Return a movement without its number and its dates."""
    return movement[1:7]


def _mirrored(movement: MovementRow) -> _Line:
    account_id, deal_id, unit, source, target, amount = _line(movement)
    return account_id, deal_id, unit, target, source, amount


def _mirrors(movements: Sequence[MovementRow], original: Sequence[MovementRow]) -> bool:
    """Return whether movements mirror the original's, last first, with what passes on."""
    made = [_line(movement) for movement in movements]
    due = [_mirrored(movement) for movement in reversed(original)]
    place = 0
    for position, line in enumerate(due):
        if place == len(made) or made[place] != line:
            return False
        place += 1
        follows = due[position + 1] if position + 1 < len(due) else None
        if place < len(made) and made[place] != follows and _passes_on(line, made[place]):
            place += 1
    return place == len(made)


def _passes_on(returned: _Line, then: _Line) -> bool:
    account_id, deal_id, unit, _, target, amount = returned
    ends = [
        (account_id, None, unit, Stage.AVAILABLE.value, end.value, amount)
        for end in (Stage.EXPIRED, Stage.WITHDRAWN)
    ]
    return deal_id is not None and target == Stage.AVAILABLE and then in ends


class TwoTimes(JournalCheck):
    """No act is dated in the future, before a declaration or what it reverses, or stamped ahead."""

    name = "two-times"

    def __init__(self, context: CheckContext) -> None:
        """Start without acts."""
        super().__init__(context)
        self._reversed: dict[int, str] = {}
        self._undeclared: dict[int, tuple[EntryRow, str]] = {}
        self._mirrored: set[tuple[object, str]] = set()

    def before(self, entry: EntryRow, _balances: RunningBalances) -> None:
        """Compare an entry's date with the dates that bound it."""
        self.report.examined += 1
        if not _is_date(entry.effective_on):
            self._fail(entry, "which is not a date")
            return
        if self.context.is_from_future(entry.recorded_at, entry.request_id):
            self.report.fail(
                f"entry {entry.number} is stamped in the future, on "
                f"{self.context.day_of(entry.recorded_at)}; if the clock ran ahead and is right "
                "now: cityfund db correct-clock --reason TEXT"
            )
        today = self.context.day_of(entry.recorded_at)
        reversed_number = None if entry.reverses is None else self._reversed.get(entry.reverses)
        if entry.effective_on > today and not self._is_mirrored(entry, reversed_number):
            self._fail(entry, f"after {today}, the day it was recorded")
        self._check_declarations(entry)
        if reversed_number is not None and entry.effective_on < reversed_number:
            self._fail(
                entry, f"before entry {entry.reverses} ({reversed_number}), which it reverses"
            )
        if entry.number in self.context.reversed:
            self._reversed[entry.number] = entry.effective_on

    def _is_mirrored(self, entry: EntryRow, reversed_on: str | None) -> bool:
        """Return whether an entry's request reversed one of its day there, by now or before it.

        So is undone what a clock that ran ahead dated in the future.
        """
        mirrored = (entry.request_id, entry.effective_on)
        if self.context.corrections and reversed_on == entry.effective_on:
            self._mirrored.add(mirrored)
        return mirrored in self._mirrored

    def _fail(self, entry: EntryRow, wrong: str) -> None:
        self.report.fail(f"entry {entry.number} is dated {entry.effective_on}, {wrong}")

    def _check_declarations(self, entry: EntryRow) -> None:
        """Note an act before a declaration: it counts unless it is reversed on its own day.

        A declaration whose day was corrected to a later one stands before it, and so does its
        reversal.
        """
        target, day = entry.reverses, entry.effective_on
        if target in self._undeclared and self._undeclared[target][0].effective_on == day:
            del self._undeclared[target]
            return
        for account_id in {movement.account_id for movement in entry.movements}:
            account = self.context.accounts.get(account_id)
            declared = None if account is None else account.declared_on
            if account is not None and declared is not None and day < declared:
                wrong = f"before {account.name} was declared ({declared})"
                self._undeclared[entry.number] = entry, wrong

    def finish(self) -> CheckResult:
        """Report the acts that stand before a declaration."""
        for entry, wrong in self._undeclared.values():
            self._fail(entry, wrong)
        return super().finish()


@lru_cache(maxsize=4096)
def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except (ValueError, TypeError):
        return False
