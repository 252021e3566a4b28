"""Comparing one provider's statements with the ledger, line by line and act by act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ledger.statements import roads
from ledger.statements.coverage import spans
from ledger.statements.facts import Act, Books, Line, Tolerance
from ledger.statements.kinds import Difference, Kind
from ledger.statements.matching import Matching

_ROADS = (
    roads.agreeing,
    roads.said_twice,
    roads.contradicted,
    roads.split,
    roads.merged,
    roads.turned_round,
    roads.misdated,
    roads.mistaken_party,
    roads.miscounted,
    roads.rounded,
    roads.otherwise,
    roads.said_again,
    roads.not_here,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many lines agree with the ledger, and every difference."""

    confirmed: int
    differences: tuple[Difference, ...]


def compare(
    provider: str,
    lines: Sequence[Line],
    books: Books,
    today: date,
    tolerance: Tolerance | None = None,
) -> Comparison:
    """Compare the lines of a provider's statements, in the order they came, with its deals.

    The answer depends on nothing but what is given: the same lines and acts give it again.
    """
    work = Matching(provider, lines, books, tolerance or Tolerance())
    for road in _ROADS:
        road(work)
    _missing(work, today)
    return Comparison(len(work.confirmed), tuple(work.differences))


def _missing(work: Matching, today: date) -> None:
    """Find the acts that no line tells of, of the days and the kind the statements speak of."""
    covered = spans(work.lines, today)
    for act in _uncancelled(list(work.acts_left())):
        span = covered.get(act.kind)
        if span is not None and act.day in span:
            work.differ(Kind.MISSING, (), [act])


def _uncancelled(acts: Sequence[Act]) -> list[Act]:
    """Leave out acts that take each other back: what was undone, a provider need not tell."""
    standing: dict[tuple[str, str, int], list[Act]] = defaultdict(list)
    for act in acts:
        undone = standing[act.deal, act.kind, -act.need_amount]
        if undone:
            undone.pop()
        else:
            standing[act.deal, act.kind, act.need_amount].append(act)
    return sorted((act for same in standing.values() for act in same), key=lambda act: act.entry)
