"""What the receipt of a stored proposal keeps of it: changes, floors, likelihoods and reserves.

The answer of storing a proposal shows it, the same for each repetition, and so does `match show`.
Proposals that were stored by earlier versions have receipts without it: of these `match show` says
what it always did.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cli.views.match.changes import change_lines, with_changes
from cli.views.match.line_facts import with_likelihoods, with_reserves
from cli.views.match.text import floor_lines
from ledger.matching.likelihood import RULE, recorded_likelihoods
from ledger.matching.line_changes import recorded_changes
from ledger.matching.reserves import recorded_reserves

if TYPE_CHECKING:
    from ledger.matching.stored import StoredProposal
    from ledger.store.session.snapshot import Snapshot

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RecordedFacts:
    """A stored proposal with what its receipt keeps."""

    stored: StoredProposal
    receipt: Mapping[str, Any]

    @property
    def changes(self) -> Row | None:
        """What changed from its baseline; None where it had none."""
        return self.receipt.get("since_baseline")

    @property
    def has_facts(self) -> bool:
        """Whether the receipt records anything: those of earlier versions do not."""
        return "likelihoods" in self.receipt

    def with_levels(self) -> StoredProposal:
        """Return the stored proposal with its level of changes."""
        proposal = self.stored.proposal
        changes = recorded_changes(self.changes, len(proposal.lines))
        return replace(self.stored, proposal=replace(proposal, changes=changes))

    def rows(self, rows: Sequence[Row], snapshot: Snapshot, *, as_text: bool) -> list[Row]:
        """Return the rows of the lines, each with what is kept of it."""
        lines = self.stored.proposal.lines
        told = with_changes(rows, self.changes, lines)
        likelihoods = recorded_likelihoods(self.receipt.get("likelihoods"), len(lines))
        told = with_likelihoods(told, likelihoods, as_text=as_text)
        return with_reserves(told, recorded_reserves(self.receipt.get("reserves")), snapshot)

    def head(self, head: Row) -> Row:
        """Return the head of the answer with what is kept of the proposal."""
        floors = self.receipt.get("floors")
        levels = [*head["levels"]]
        if floors:
            levels.insert(2, floors["level"])
        return {
            **head,
            "levels": levels,
            "baseline": self.changes and self.changes["baseline"],
            "dropped": self.changes["dropped"] if self.changes else [],
            "floors": floors["goals"] if floors else [],
            "likelihood_rule": RULE,
        }

    def lines(self, rows: Sequence[Row]) -> Iterator[str]:
        """Give the lines for people about floors and changes."""
        floors = self.receipt.get("floors")
        if floors:
            is_proven = floors["level"]["value"] == floors["level"]["bound"]
            yield from floor_lines(floors["goals"], is_proven=is_proven)
        coverage = self.stored.proposal.levels()[1]["value"]
        yield from change_lines(self.changes, rows, coverage=coverage)
