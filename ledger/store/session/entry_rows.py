"""Entries on their way into the tables: numbered at the end, when every rule has passed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ledger.journal.entries import CANONICAL_FORMAT, PROPOSED_FORMAT, Draft, Movement
from ledger.store.db import tables
from ledger.store.db.bulk import RowBuffer
from ledger.store.session.numbering import Numbering

WAITING: Final = 2**62
"""Entries that wait for their number count on from here: after all that have one."""

LAST: Final = 2**63
"""Stands for the number of an entry that is not posted yet: after all that are."""


class JournalRows:
    """The rows of the entries of one write, kept back until they are numbered."""

    def __init__(self, numbering: Numbering) -> None:
        """Start empty; `numbering` is where the numbers will come from."""
        self._numbering = numbering
        self._entries: list[dict[str, Any]] = []
        self._movements: list[dict[str, Any]] = []
        self._introduced: list[dict[str, Any]] = []
        self._numbers: list[int] = []

    @property
    def count(self) -> int:
        """How many entries were posted."""
        return len(self._entries)

    def post(
        self,
        draft: Draft,
        terms: Mapping[str, Any],
        movement_terms: Callable[[Movement], Mapping[str, Any]],
        proposal_id: int | None = None,
    ) -> int:
        """Take an entry and its movements in; give the number it has while it waits.

        `proposal_id` is that of the proposal whose line the draft names, if any.
        """
        number, details = WAITING + len(self._entries), draft.details
        self._entries.append(
            {
                **terms,
                "id": number,
                "act": draft.act,
                "effective_on": details.effective_on,
                "reference": details.reference,
                "reason": details.reason,
                "override": details.override,
                "reverses": draft.reverses,
                "lines": len(draft.movements),
                "format": CANONICAL_FORMAT if details.proposed is None else PROPOSED_FORMAT,
            }
        )
        if details.proposed is not None:
            line = details.proposed.line
            self._introduced.append({"entry_id": number, "proposal_id": proposal_id, "line": line})
        for line, movement in enumerate(draft.movements, start=1):
            self._movements.append(
                {
                    **movement_terms(movement),
                    "entry_id": number,
                    "line": line,
                    "unit": movement.unit,
                    "from_stage": movement.from_stage,
                    "to_stage": movement.to_stage,
                    "amount": movement.amount,
                    "effective_on": details.effective_on,
                    "recorded_at": terms["recorded_at"],
                }
            )
        return number

    def numbers(self) -> list[int]:
        """Give the numbers of all entries so far, drawn for those that had none."""
        missing = len(self._entries) - len(self._numbers)
        if missing:
            self._numbers += self._numbering.ids(tables.entry, missing)
        return list(self._numbers)

    def add_to(self, rows: RowBuffer) -> None:
        """Put every row in line under its number."""
        numbers = self.numbers()
        for entry, number in zip(self._entries, numbers, strict=True):
            entry["id"] = number
            reversed_ = entry["reverses"]
            if reversed_ is not None and reversed_ >= WAITING:
                entry["reverses"] = numbers[reversed_ - WAITING]
        for row in (*self._movements, *self._introduced):
            row["entry_id"] = numbers[row["entry_id"] - WAITING]
        rows.add_all(tables.entry, self._entries)
        rows.add_all(tables.movement, self._movements)
        rows.add_all(tables.introduced_line, self._introduced)
