"""The check of snapshots: what a night kept of a need is where the journal says it stood then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import Any, Final, NamedTuple

from ledger.checks.books import Books, EntryRow, Running
from ledger.checks.findings import CheckResult
from ledger.checks.passes import JournalCheck
from ledger.factors import Side, Stage

_SETTLED: Final = 60_000_000
"""Where many write, what was recorded within so many microseconds may have come in any order."""

_STAGES: Final = (
    Stage.OPEN.value, Stage.HELD.value, Stage.COMMITTED.value, Stage.DELIVERED.value,
    Stage.WITHDRAWN.value,
)  # fmt: skip

Stood = tuple[Any, ...]


class SnapshotRow(NamedTuple):
    """A snapshot as it is kept: of which need and night, when it was recorded, and the stages."""

    need_id: Any
    day: str
    taken: Any
    request_id: Any
    recorded_at: int
    stood: Stood

    @property
    def name(self) -> str:
        """Name it by what it is of."""
        return f"snapshot {self.taken} of the night of {self.day}"


class Snapshots(JournalCheck):
    """Each snapshot of a night's own day is where its need stood when it was recorded.

    Snapshots come in the order in which they were recorded. Those of a night that was missed are
    by effective dates, and are only counted.
    """

    name = "snapshots"

    def __init__(self, books: Books, kept: Iterator[SnapshotRow]) -> None:
        """Begin before the first entry and the first snapshot."""
        super().__init__(books)
        self._kept = kept
        self._next = next(kept, None)
        self._waiting: list[SnapshotRow] = []
        self._recent: dict[int, list[tuple[int, Stood]]] = defaultdict(list)
        self._missed = 0
        self._running = Running(books)

    def before(self, entry: EntryRow, running: Running) -> None:
        """Look at the snapshots that were recorded before an entry."""
        self._running = running
        while self._next is not None and self._is_due(self._next, entry):
            self._look_at(self._next)
            self._next = next(self._kept, None)
        if not self.books.one_writer and self._next is not None:
            self._remember(entry, self._next.recorded_at)

    def _is_due(self, row: SnapshotRow, entry: EntryRow) -> bool:
        if self.books.one_writer:
            return bool(row.request_id < entry.request_id)
        return entry.recorded_at > row.recorded_at + _SETTLED

    def _remember(self, entry: EntryRow, moment: int) -> None:
        """Keep where the needs stood that an entry moves, near the moment of the next snapshot."""
        if entry.recorded_at < moment - _SETTLED:
            self._recent.clear()
            return
        for movement in entry.movements:
            before = self._stands(movement.holder_id)
            self._recent[movement.holder_id].append((entry.recorded_at, before))

    def _stands(self, holder_id: int) -> Stood:
        stages = self._running.holders.get(holder_id, {})
        return tuple(stages.get(stage, 0) for stage in _STAGES)

    def _look_at(self, row: SnapshotRow) -> None:
        self.findings.examined += 1
        if self.books.side_of(row.need_id) != Side.NEED:
            self.findings.fail(f"{row.name} is of no need there is (id {row.need_id})")
        elif row.day > self.books.day_of(row.recorded_at):
            self.findings.fail(f"{row.name} was recorded before that night")
        elif row.day < self.books.day_of(row.recorded_at):
            self._missed += 1
        elif row.stood not in self._possible(row):
            self.findings.fail(f"{self._told(row)}")

    def _possible(self, row: SnapshotRow) -> list[Stood]:
        recent = self._recent.get(row.need_id, ())
        near = (stood for moment, stood in recent if moment >= row.recorded_at - _SETTLED)
        return [*near, self._stands(row.need_id)]

    def _told(self, row: SnapshotRow) -> str:
        parts = zip(_STAGES, row.stood, self._stands(row.need_id), strict=True)
        wrong = ", ".join(
            f"{kept!r} {stage} where the journal has {due}"
            for stage, kept, due in parts
            if kept != due
        )
        return f"{row.name} says that {self.books.holder_name(row.need_id)} had {wrong}"

    def finish(self) -> CheckResult:
        """Look at what was recorded after the last entry, and answer."""
        for row in chain([] if self._next is None else [self._next], self._kept):
            self._look_at(row)
        if not self._missed:
            return self.findings.result()
        note = f"{self._missed:,} snapshots of nights that were missed are by effective dates"
        return self.findings.result(f"{note}, and were not computed again")
