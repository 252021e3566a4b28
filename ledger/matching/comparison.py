"""Two proposals compared: projects gained and lost, and the lines that differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.core.quantity import Unit, format_amount
from ledger.matching.proposal import Line, Proposal
from ledger.matching.variants import Span, difference
from ledger.rates.rates import OldRate


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line today and in the scenario, in the need's smallest part."""

    offer: str
    need: str
    project: str
    factor: str
    unit: Unit
    today: int
    scenario: int

    def to_dict(self) -> dict[str, Any]:
        """Return the line as in `cityfund.whatif/1`."""
        decimals = self.unit.decimals
        return {
            "project": self.project,
            "need": self.need,
            "factor": self.factor,
            "offer": self.offer,
            "today": format_amount(self.today, decimals),
            "then": format_amount(self.scenario, decimals),
            "unit": self.unit.code,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Today's proposal and that of a scenario; `suppositions` describes the scenario.

    `baseline` is the code of the stored proposal near which both were solved, if there is one.
    `old_rates` are the rates of both that rest on an old quote.
    """

    suppositions: tuple[str, ...]
    today: Proposal
    scenario: Proposal
    baseline: str | None = None
    old_rates: Sequence[OldRate] = ()

    @property
    def day(self) -> date:
        """The day of both."""
        return self.today.day

    @property
    def gained(self) -> tuple[str, ...]:
        """The projects that end complete in the scenario only."""
        return tuple(one for one in self.scenario.complete if one not in set(self.today.complete))

    @property
    def lost(self) -> tuple[str, ...]:
        """The projects that end complete today only."""
        return tuple(one for one in self.today.complete if one not in set(self.scenario.complete))

    @property
    def rise(self) -> Span:
        """The increase of level 1; a decrease is negative."""
        return difference(self.scenario.complete_level, self.today.complete_level)

    def lines(self) -> list[LineChange]:
        """Return the lines that differ, by project, need and offer."""
        today, scenario = _lines_by_pair(self.today), _lines_by_pair(self.scenario)
        lines = sorted({**today, **scenario}.items(), key=lambda one: (one[1].project, *one[0]))
        changes = []
        for pair, line in lines:
            before, after = (side[pair].amount if pair in side else 0 for side in (today, scenario))
            if before != after:
                changes.append(
                    LineChange(
                        line.offer, line.need, line.project, line.factor, line.unit, before, after
                    )
                )
        return changes

    def head(self) -> dict[str, Any]:
        """Return the head of `cityfund.whatif/1`."""
        rise = self.rise
        return {
            "schema": "cityfund.whatif/1",
            "as_of": self.day,
            "supposed": list(self.suppositions),
            "baseline": self.baseline,
            "today": _proposal_summary(self.today),
            "then": _proposal_summary(self.scenario),
            "level_1_rises_at_least": str(rise.lower),
            "level_1_rises_at_most": str(rise.upper),
            "gained": list(self.gained),
            "lost": list(self.lost),
            "old_rates": [one.to_dict() for one in self.old_rates],
        }


def _lines_by_pair(proposal: Proposal) -> dict[tuple[str, str], Line]:
    return {(line.need, line.offer): line for line in proposal.lines}


def _proposal_summary(proposal: Proposal) -> dict[str, Any]:
    return {
        "limited": proposal.limit_reached,
        "levels": proposal.levels(),
        "complete": list(proposal.complete),
        "floors": [] if proposal.floors is None else proposal.floors.to_list(),
    }
