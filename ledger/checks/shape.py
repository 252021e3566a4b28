"""Checks of single movements: positive, whole, in the holder's unit, and one of the allowed."""

from __future__ import annotations

from ledger.checks.books import EntryRow, MovementRow, Running
from ledger.checks.passes import JournalCheck
from ledger.journal import ALLOWED_MOVES, Act

_ALLOWED = frozenset(
    (move.act.value, move.side.value, move.from_stage.value, move.to_stage.value)
    for move in ALLOWED_MOVES
)


class Balanced(JournalCheck):
    """Each movement takes a positive whole number of its holder's unit to another stage."""

    name = "balanced"

    def before(self, entry: EntryRow, running: Running) -> None:
        """Look at each movement's amount, unit and stages."""
        del running
        for movement in entry.movements:
            self.findings.examined += 1
            for wrong in self._wrongs(movement):
                self.findings.fail(f"entry {entry.number} line {movement.line} {wrong}")

    def _wrongs(self, movement: MovementRow) -> list[str]:
        wrongs = []
        holder = self.books.holders.get(movement.holder_id)
        if not movement.is_exact:
            wrongs.append(f"moves {movement.amount!r}, not a positive whole number up to 10^17")
        if holder is None:
            wrongs.append(f"names a holder that is not there (id {movement.holder_id})")
        elif movement.unit != holder.unit or movement.unit not in self.books.units:
            wrongs.append(f"counts {holder.name} in {movement.unit}, not in {holder.unit}")
        if movement.from_stage == movement.to_stage:
            wrongs.append(f"goes from {movement.from_stage} to itself")
        return wrongs


class AllowedMoves(JournalCheck):
    """Each movement is one of the allowed moves of its entry's act and its holder's side."""

    name = "allowed-moves"

    def before(self, entry: EntryRow, running: Running) -> None:
        """Look each movement up in the one table of moves."""
        del running
        if entry.reverses is None and entry.act == Act.REVERSE:
            self.findings.fail(f"entry {entry.number} is a reversal that names nothing it reverses")
        if entry.reverses is not None and entry.act != Act.REVERSE:
            self.findings.fail(f"entry {entry.number} reverses another, but its act is {entry.act}")
        for movement in entry.movements:
            self.findings.examined += 1
            side = self.books.side_of(movement.holder_id) or "unknown"
            move = (entry.act, side, movement.from_stage, movement.to_stage)
            if move not in _ALLOWED:
                self.findings.fail(
                    f"entry {entry.number} line {movement.line}: {entry.act} may not move "
                    f"{self.books.holder_name(movement.holder_id)} from {movement.from_stage} "
                    f"to {movement.to_stage}"
                )
