"""The check of sequences: every commitment judged by what its need came after, as known then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ledger.checks.journal_pass import JournalCheck
from ledger.checks.mandate import LATE_BY, RecordHistory
from ledger.checks.rows import CheckContext, EntryRow, MovementRow, RunningBalances, Shortfall
from ledger.core.factors import Side, Stage
from ledger.journal.entries import Act

_GAP: Final = frozenset({Stage.OPEN.value, Stage.HELD.value})
_UNDECLARED: Final = Stage.UNDECLARED.value
_COMMITTED: Final = Stage.COMMITTED.value


class _Change(NamedTuple):
    """What an entry changed of a need: its gap and its total on a day, and when it was recorded."""

    day: str
    gap: int
    required: int
    moment: int


class InSequence(JournalCheck):
    """No need was committed while one that comes before it had a gap, unless for a reason."""

    name = "sequence"

    def __init__(self, context: CheckContext, needs: Mapping[str, RecordHistory]) -> None:
        """Start with the histories of the needs; only those that are waited for are followed."""
        super().__init__(context)
        self._needs = needs
        named = {code for history in needs.values() for code in _ever_named(history.records)}
        ids = {row.need: row.id for row in context.accounts.values() if row.need in named}
        self._id_of: Mapping[str, int] = {str(code): identity for code, identity in ids.items()}
        self._followed = frozenset(ids.values())
        self._changes: defaultdict[int, list[_Change]] = defaultdict(list)

    def before(self, entry: EntryRow, balances: RunningBalances) -> None:
        """Judge a commitment by the gaps before it."""
        del balances
        if entry.act != Act.COMMIT:
            return
        for movement in entry.movements:
            account = self.context.accounts.get(movement.account_id)
            if account is None or account.side != Side.NEED or movement.to_stage != _COMMITTED:
                continue
            self.report.examined += 1
            if account.need is not None and self._id_of and not (entry.override or "").strip():
                self._judge(entry, account.need)

    def after(self, entry: EntryRow, balances: RunningBalances, short: Sequence[Shortfall]) -> None:
        """Follow the needs that others wait for."""
        del balances, short
        for movement in entry.movements:
            if movement.account_id in self._followed and movement.is_exact:
                change = _change(movement, self._moment(entry))
                self._changes[movement.account_id].append(change)

    def _judge(self, entry: EntryRow, code: str) -> None:
        """Report what is waited for under all terms that the write may have read."""
        history = self._needs.get(code)
        versions = [] if history is None else history.visible_at(self._moment(entry), self._late_by)
        found = [
            [one for one in need.after if self._is_waited_for(one, entry)]
            for need in versions
            if need is not None
        ]
        waiting = min(found, key=len, default=[])
        if waiting:
            self.report.fail(
                f"entry {entry.number}: need {code} was committed on {entry.effective_on} before "
                f"{', '.join(waiting)}, whose gap was not closed then"
            )

    def _is_waited_for(self, code: str, entry: EntryRow) -> bool:
        """Say whether a need had a gap on the entry's day whichever entries the write has read."""
        changes = self._changes.get(self._id_of.get(code, 0), ())
        of_day = [one for one in changes if one.day <= entry.effective_on]
        since = self._moment(entry) - self._late_by
        recent = next((at for at, one in enumerate(of_day) if one.moment > since), len(of_day))
        if not self._late_by:
            recent = len(of_day)
        return all(_has_gap(of_day[:size]) for size in range(recent, len(of_day) + 1))

    def _moment(self, entry: EntryRow) -> int:
        return self.context.known_from(entry.recorded_at, entry.request_id)

    @property
    def _late_by(self) -> int:
        return 0 if self.context.one_writer else LATE_BY


def _ever_named(records: Iterable[object]) -> Iterator[str]:
    for record in records:
        yield from getattr(record, "after", None) or ()


def _change(movement: MovementRow, moment: int) -> _Change:
    source, target, amount = movement.from_stage, movement.to_stage, movement.amount
    gap = amount * ((target in _GAP) - (source in _GAP))
    required = amount * ((source == _UNDECLARED) - (target == _UNDECLARED))
    return _Change(movement.effective_on, gap, required, moment)


def _has_gap(changes: Sequence[_Change]) -> bool:
    """Say whether a need has a gap, or no quantity, after some changes."""
    gap, required = (sum(one.gap for one in changes), sum(one.required for one in changes))
    return gap > 0 or required <= 0
