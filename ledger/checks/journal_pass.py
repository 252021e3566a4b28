"""The passes over the journal: one in recorded order, one along the effective timelines.

Checks of single movements are here too: positive, whole, in the account's unit, and allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import ClassVar

from ledger.checks.result import CheckReport, CheckResult
from ledger.checks.rows import (
    CheckContext,
    EntryRow,
    MovementRow,
    RunningBalances,
    Shortfall,
    StageAmounts,
    StepRow,
    overdrawn_stages,
)
from ledger.journal.entries import ALLOWED_MOVES, Act


class JournalCheck:
    """A check that sees every entry in recorded order. Memory grows with deals, not entries."""

    name: ClassVar[str]

    def __init__(self, context: CheckContext) -> None:
        """Start before the first entry."""
        self.context = context
        self.report = CheckReport(self.name)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Check an entry against the balances before it."""

    def after(self, entry: EntryRow, balances: RunningBalances, short: Sequence[Shortfall]) -> None:
        """Check the balances after an entry; `short` are the stages it took below zero."""

    def finish(self) -> CheckResult:
        """Return the result, after the last entry."""
        return self.report.result()


def check_journal(
    entries: Iterable[EntryRow], context: CheckContext, checks: Sequence[JournalCheck]
) -> tuple[list[CheckResult], RunningBalances]:
    """Run all checks in one pass over the journal; return their results and the final balances."""
    balances = RunningBalances(context)
    befores = [one.before for one in checks if type(one).before is not JournalCheck.before]
    afters = [one.after for one in checks if type(one).after is not JournalCheck.after]
    for entry in entries:
        for before in befores:
            before(entry, balances)
        short = balances.post(entry)
        for after in afters:
            after(entry, balances, short)
    return [check.finish() for check in checks], balances


class NothingBelowZero(JournalCheck):
    """In recorded order, no stage of a need, an offer or a deal's side falls below zero."""

    name = "nothing-below-zero"

    def after(
        self, entry: EntryRow, _balances: RunningBalances, short: Sequence[Shortfall]
    ) -> None:
        """Report each stage that the entry overdrew."""
        self.report.examined += len(entry.movements)
        for one in short:
            self.report.fail(f"entry {entry.number} leaves {_shortfall_text(self.context, one)}")


def check_timeline(steps: Iterable[StepRow], context: CheckContext) -> CheckResult:
    """Report what stands below zero at the end of a day by effective dates.

    `steps` are ordered by account, then by date, then as recorded.
    """
    report = CheckReport("timeline")
    for _, mine in groupby(steps, key=attrgetter("account_id")):
        stages: StageAmounts = {}
        deals: dict[int, StageAmounts] = {}
        for day, group in groupby(mine, key=attrgetter("effective_on")):
            short: dict[tuple[int | None, str], tuple[int, Shortfall]] = {}
            for step in group:
                report.examined += 1
                if type(step.amount) is not int:
                    continue
                of_deal = None if step.deal_id is None else deals.setdefault(step.deal_id, {})
                for one in overdrawn_stages(step, stages, of_deal):
                    short[one.deal_id, one.stage] = step.entry, one
            for number, one in short.values():
                # Within a day the order is no matter: what counts is what is left at its end.
                left = (stages if one.deal_id is None else deals[one.deal_id])[one.stage]
                if left < 0:
                    shortfall = _shortfall_text(context, one._replace(left=left))
                    report.fail(f"on {day} entry {number} leaves {shortfall}")
    return report.result()


def _shortfall_text(context: CheckContext, short: Shortfall) -> str:
    who = context.account_name(short.account_id)
    if short.deal_id is not None:
        who = f"{context.deal_name(short.deal_id)}, its {context.side_of(short.account_id)}'s side,"
    # A quantity is positive; the sign is added here.
    return f"{who} with -{context.shown(short.account_id, -short.left)} {short.stage}"


_ALLOWED = frozenset(
    (move.act.value, move.side.value, move.from_stage.value, move.to_stage.value)
    for move in ALLOWED_MOVES
)


class Balanced(JournalCheck):
    """Each movement takes a positive whole number of its account's unit to another stage."""

    name = "balanced"

    def before(self, entry: EntryRow, _balances: RunningBalances) -> None:
        """Check each movement's amount, unit and stages."""
        for movement in entry.movements:
            self.report.examined += 1
            for wrong in self._wrongs(movement):
                self.report.fail(f"entry {entry.number} line {movement.line} {wrong}")

    def _wrongs(self, movement: MovementRow) -> list[str]:
        wrongs = []
        account = self.context.accounts.get(movement.account_id)
        if not movement.is_exact:
            wrongs.append(f"moves {movement.amount!r}, not a positive whole number up to 4*10^18")
        if account is None:
            wrongs.append(f"names a missing account (id {movement.account_id})")
        elif movement.unit != account.unit or movement.unit not in self.context.units:
            wrongs.append(f"counts {account.name} in {movement.unit}, not in {account.unit}")
        if movement.from_stage == movement.to_stage:
            wrongs.append(f"goes from {movement.from_stage} to itself")
        return wrongs


class AllowedMoves(JournalCheck):
    """Each movement is one of the allowed moves of its entry's act and its account's side."""

    name = "allowed-moves"

    def before(self, entry: EntryRow, _balances: RunningBalances) -> None:
        """Look each movement up in the table of moves."""
        if entry.reverses is None and entry.act == Act.REVERSE:
            self.report.fail(f"entry {entry.number} is a reversal that names nothing it reverses")
        if entry.reverses is not None and entry.act != Act.REVERSE:
            self.report.fail(f"entry {entry.number} reverses another, but its act is {entry.act}")
        for movement in entry.movements:
            self.report.examined += 1
            side = self.context.side_of(movement.account_id) or "unknown"
            move = (entry.act, side, movement.from_stage, movement.to_stage)
            if move not in _ALLOWED:
                self.report.fail(
                    f"entry {entry.number} line {movement.line}: {entry.act} may not move "
                    f"{self.context.account_name(movement.account_id)} from {movement.from_stage} "
                    f"to {movement.to_stage}"
                )
