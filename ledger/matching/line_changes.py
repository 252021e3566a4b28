"""What changed from a baseline: each line new, changed or kept, and the lines that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Any

from ledger.core.quantity import format_amount, format_quantity
from ledger.matching.baseline import Baseline, Dropped, DropReason
from ledger.matching.plan import Changes
from ledger.matching.problem import MatchingProblem
from ledger.matching.proposal import Line, Proposal
from ledger.matching.stored import decimal_of


class Change(StrEnum):
    """How a line stands to the baseline."""

    NEW = "new"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class LineChange:
    """The change of a line, its quantity in the proposal of the baseline, and why it changed."""

    change: Change
    before: str | None = None
    why: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the parts of a line in `cityfund.match/1`."""
        return {"change": self.change.value, "before": self.before, "change_reason": self.why}


@dataclass(frozen=True, slots=True)
class LineChanges:
    """All that changed from a baseline: of each line in order, and the lines dropped.

    `baseline` is the code of its proposal; None without one, where every line is new.
    """

    baseline: str | None
    lines: tuple[LineChange, ...]
    dropped: tuple[Dropped, ...] = ()

    def count(self, change: Change) -> int:
        """Count the lines of a kind."""
        return sum(one.change is change for one in self.lines)


def without_baseline(lines: Sequence[Line]) -> LineChanges:
    """Return the changes of lines where there is no baseline: each is new."""
    return LineChanges(None, (LineChange(Change.NEW),) * len(lines))


def line_changes(
    problem: MatchingProblem, baseline: Baseline, lines: Sequence[Line]
) -> LineChanges:
    """Compare the lines of a proposal with its baseline."""
    possible = {
        (problem.needs[need].code, problem.offers[offer].code): amount
        for need, offer, amount in baseline.plan
    }
    now = {(line.need, line.offer): line for line in lines}
    gone = {(one.line.need, one.line.offer): one for one in baseline.gone}
    serving = _by_need(lines)
    takers = _by_offer(lines)
    lost: dict[str, list[str]] = {}
    dropped = []
    for pair, line in baseline.lines.items():
        if pair in now:
            continue
        one = gone.get(pair) or Dropped(
            line, DropReason.GIVEN_UP, _why_given_up(line, serving, takers, possible)
        )
        dropped.append(one)
        lost.setdefault(line.need, []).append(line.offer)
    changes = tuple(_change(line, baseline, possible, lost) for line in lines)
    return LineChanges(baseline.code, changes, tuple(dropped))


def _change(
    line: Line,
    baseline: Baseline,
    possible: Mapping[tuple[str, str], int],
    lost: Mapping[str, Sequence[str]],
) -> LineChange:
    pair = line.need, line.offer
    stored = baseline.lines.get(pair)
    before = None if stored is None else format_amount(stored.amount, stored.unit.decimals)
    if pair not in possible:
        instead = lost.get(line.need)
        others = any(need == line.need for need, _ in possible)
        why = (
            f"in place of {' and '.join(instead)}"
            if instead
            else "in addition to the lines before"
            if others
            else "the need had no line before"
        )
        return LineChange(Change.NEW, before, why)
    if possible[pair] == line.amount:
        return LineChange(Change.KEPT, before, baseline.trimmed.get(pair))
    was = format_quantity(possible[pair], line.unit)
    trimmed = baseline.trimmed.get(pair)
    return LineChange(Change.CHANGED, before, f"{was} before" + (f"; {trimmed}" if trimmed else ""))


def _why_given_up(
    line: Line,
    serving: Mapping[str, Sequence[str]],
    takers: Mapping[str, Sequence[str]],
    possible: Mapping[tuple[str, str], int],
) -> str:
    """Describe what took the place of a line that was possible."""
    new = [one for one in serving.get(line.need, ()) if (line.need, one) not in possible]
    if new:
        return f"given up for a better plan: {_few(new)} serves the need instead"
    other = [one for one in takers.get(line.offer, ()) if (one, line.offer) not in possible]
    if other:
        return f"given up for a better plan: the offer serves {_few(other)} instead"
    return "given up for a better plan"


_MOST_NAMED = 3


def _few(codes: Sequence[str]) -> str:
    more = len(codes) - _MOST_NAMED
    return ", ".join(codes[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _by_need(lines: Iterable[Line]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for line in lines:
        grouped.setdefault(line.need, []).append(line.offer)
    return grouped


def _by_offer(lines: Iterable[Line]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for line in lines:
        grouped.setdefault(line.offer, []).append(line.need)
    return grouped


def changes_record(proposal: Proposal, changes: LineChanges) -> dict[str, Any] | None:
    """Return what changed as it is recorded with a stored proposal; None without a baseline.

    Lines that are kept unchanged are left out.
    """
    counted = proposal.changes
    if changes.baseline is None or counted is None:
        return None
    return {
        "baseline": changes.baseline,
        "value": counted.value,
        "bound": counted.bound,
        "best_coverage": f"{decimal_of(proposal.best_coverage):f}",
        "lines": {
            str(number): one.to_dict()
            for number, one in enumerate(changes.lines, start=1)
            if one.change is not Change.KEPT or one.why is not None
        },
        "dropped": [one.to_dict() for one in changes.dropped],
    }


def recorded_changes(record: Mapping[str, Any] | None, lines: int) -> Changes:
    """Return the number of changes that was recorded with a proposal of so many lines."""
    if record is None:
        return Changes(lines, lines, Fraction(0))
    return Changes(record["value"], record["bound"], Fraction(record["best_coverage"]))


def line_change_dicts(
    record: Mapping[str, Any] | None, lines: Sequence[Line]
) -> list[dict[str, Any]]:
    """Return the change of each line of a proposal, from what was recorded."""
    if record is None:
        return [LineChange(Change.NEW).to_dict() for _ in lines]
    listed = record["lines"]
    return [
        listed.get(str(number))
        or LineChange(Change.KEPT, format_amount(line.amount, line.unit.decimals)).to_dict()
        for number, line in enumerate(lines, start=1)
    ]
