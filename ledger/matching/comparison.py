"""Two proposals side by side: what would be gained, what lost, and the lines that differ."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.core.quantity import Unit, format_amount
from ledger.matching.proposal import Line, Proposal
from ledger.matching.variants import Span


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line as it is today and as it would be, in the need's smallest part."""

    offer: str
    need: str
    project: str
    factor: str
    unit: Unit
    today: int
    then: int

    def to_dict(self) -> dict[str, Any]:
        """Give the line as `cityfund.whatif/1` has it."""
        places = self.unit.decimals
        return {
            "project": self.project,
            "need": self.need,
            "factor": self.factor,
            "offer": self.offer,
            "today": format_amount(self.today, places),
            "then": format_amount(self.then, places),
            "unit": self.unit.code,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Today's proposal beside that of a supposed world. `said` tells what is supposed."""

    said: tuple[str, ...]
    today: Proposal
    then: Proposal

    @property
    def day(self) -> date:
        """The day both are of."""
        return self.today.day

    @property
    def gained(self) -> tuple[str, ...]:
        """The projects that would end complete and do not today."""
        return tuple(one for one in self.then.complete if one not in set(self.today.complete))

    @property
    def lost(self) -> tuple[str, ...]:
        """The projects that end complete today and would not."""
        return tuple(one for one in self.today.complete if one not in set(self.then.complete))

    @property
    def rise(self) -> Span:
        """By how much level 1 would rise; below nothing it would fall."""
        today, then = self.today.complete_level, self.then.complete_level
        return Span(then.value - today.bound, then.bound - today.value)

    def lines(self) -> list[LineChange]:
        """Give the lines that differ, by project, need and offer."""
        today, then = _by_pair(self.today), _by_pair(self.then)
        every = sorted({**today, **then}.items(), key=lambda one: (one[1].project, *one[0]))
        found = []
        for pair, line in every:
            before, after = (side[pair].amount if pair in side else 0 for side in (today, then))
            if before != after:
                found.append(
                    LineChange(
                        line.offer, line.need, line.project, line.factor, line.unit, before, after
                    )
                )
        return found

    def head(self) -> dict[str, Any]:
        """Give what stands before the lines in `cityfund.whatif/1`."""
        rise = self.rise
        return {
            "schema": "cityfund.whatif/1",
            "as_of": self.day,
            "supposed": list(self.said),
            "today": _side(self.today),
            "then": _side(self.then),
            "level_1_rises_at_least": str(rise.least),
            "level_1_rises_at_most": str(rise.most),
            "gained": list(self.gained),
            "lost": list(self.lost),
        }


def _by_pair(proposal: Proposal) -> dict[tuple[str, str], Line]:
    return {(line.need, line.offer): line for line in proposal.lines}


def _side(proposal: Proposal) -> dict[str, Any]:
    return {
        "limited": proposal.limited,
        "levels": proposal.levels(),
        "complete": list(proposal.complete),
    }
