"""The baseline of a matching: what of the last stored proposal is still possible.

A line loses what was introduced since, and is trimmed to what is still eligible, open and
available. The lines of projects that the proposal would complete come first where an offer has less
than its lines would take. Lines on the condition that a project ends complete fall away where it no
longer does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ledger.core.quantity import format_amount, format_quantity
from ledger.eligibility.rules import Failure
from ledger.eligibility.verdict import AVAILABLE
from ledger.matching.caps import CapRooms
from ledger.matching.plan import Allocation, completed
from ledger.matching.problem import MatchingProblem
from ledger.matching.proposal import Line
from ledger.matching.sequence import in_sequence
from ledger.matching.stored import RECORDED_IN_ERROR, StoredProposal


class DropReason(StrEnum):
    """Why a line of the baseline is gone."""

    INTRODUCED = "introduced"
    NOT_ELIGIBLE = "not-eligible"
    NOT_OPEN = "not-open"
    NOT_AVAILABLE = "not-available"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Dropped:
    """A line of a stored proposal that is gone, the reason, and the reason in a sentence."""

    line: Line
    reason: DropReason
    why: str

    def to_dict(self) -> dict[str, str]:
        """Return the line as in `cityfund.match/1`."""
        line = self.line
        return {
            "offer": line.offer,
            "need": line.need,
            "project": line.project,
            "factor": line.factor,
            "quantity": format_amount(line.amount, line.unit.decimals),
            "unit": line.unit.code,
            "reason": self.reason.value,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """The last proposal of a selection, and what was introduced of each need and offer since."""

    stored: StoredProposal
    introduced: Mapping[tuple[str, str], int]


@dataclass(frozen=True, slots=True)
class Baseline:
    """A baseline as a plan of today's problem, with the lines of the proposal that it comes from.

    `gone` are the lines of which nothing is possible any more; `trimmed` says, by need and offer,
    why less of a line is possible than was proposed.
    """

    code: str
    plan: tuple[Allocation, ...]
    lines: Mapping[tuple[str, str], Line]
    gone: tuple[Dropped, ...] = ()
    trimmed: Mapping[tuple[str, str], str] = field(default_factory=dict)


WhyNot = Callable[[str, str], tuple[Failure, ...]]
"""Gives everything that blocks a need and an offer, by their codes; empty: nothing does."""


def baseline_of(base: StoredBaseline, problem: MatchingProblem, why_not: WhyNot) -> Baseline:
    """Trim a stored proposal to what is still possible in a problem."""
    trimming = _Trimming(base, problem, why_not)
    trimming.run()
    return trimming.baseline()


class _Trimming:
    def __init__(self, base: StoredBaseline, problem: MatchingProblem, why_not: WhyNot) -> None:
        self._base, self._problem, self._why_not = base, problem, why_not
        self._needs = {one.code: index for index, one in enumerate(problem.needs)}
        self._offers = {one.code: index for index, one in enumerate(problem.offers)}
        self._open = [need.open for need in problem.needs]
        self._free = [offer.free for offer in problem.offers]
        self._rooms = CapRooms(problem)
        self._lines = {(one.need, one.offer): one for one in base.stored.proposal.lines}
        self._amounts: dict[tuple[int, int], int] = {}
        self._gone: dict[tuple[str, str], Dropped] = {}
        self._trimmed: dict[tuple[str, str], str] = {}

    def run(self) -> None:
        """Take over each line as far as possible, those of completed projects first."""
        complete = set(self._base.stored.proposal.complete)
        for line in sorted(self._lines.values(), key=lambda one: one.project not in complete):
            self._take_over(line)
        self._drop_unmet_conditions()

    def baseline(self) -> Baseline:
        """Return what is possible of it."""
        return Baseline(
            self._base.stored.code,
            self._plan(),
            self._lines,
            tuple(self._gone[pair] for pair in self._lines if pair in self._gone),
            {pair: why for pair, why in self._trimmed.items() if pair not in self._gone},
        )

    def _plan(self) -> tuple[Allocation, ...]:
        return tuple(Allocation(*pair, amount) for pair, amount in sorted(self._amounts.items()))

    def _take_over(self, line: Line) -> None:
        introduced = self._base.introduced.get((line.need, line.offer), 0)
        wanted = line.amount - introduced
        if wanted <= 0:
            self._drop(line, DropReason.INTRODUCED, "it was introduced")
            return
        need, offer = self._needs.get(line.need), self._offers.get(line.offer)
        limits = None if need is None or offer is None else self._problem.limits(need, offer)
        if need is None or offer is None or limits is None:
            self._drop_blocked(line)
            return
        ratio = self._problem.ratio(need, offer)
        assert ratio is not None
        possible = min(wanted, limits.high, self._open[need], ratio.to_need(self._free[offer]))
        amount = self._rooms.largest(need, offer, possible)
        if amount < limits.low <= possible:
            cap = self._rooms.reached(need, offer)
            why = f"limits: {cap or 'a limit'} leaves less than the pair may take"
            self._drop(line, DropReason.NOT_ELIGIBLE, why)
            return
        if amount < limits.low:
            self._drop_short(line, need, offer)
            return
        self._open[need] -= amount
        self._free[offer] -= ratio.to_offer(amount)
        self._rooms.allocate(need, offer, amount)
        self._amounts[need, offer] = amount
        if amount < line.amount:
            unit = line.unit
            kept = format_quantity(amount, unit)
            self._trimmed[line.need, line.offer] = (
                f"{format_quantity(introduced, unit)} of it was introduced"
                if amount == wanted
                else f"only {kept} of it is still possible"
            )

    def _drop(self, line: Line, reason: DropReason, why: str) -> None:
        self._gone[line.need, line.offer] = Dropped(line, reason, why)

    def _drop_short(self, line: Line, need: int, offer: int) -> None:
        if not self._open[need]:
            self._drop(line, DropReason.NOT_OPEN, "nothing of the need is left open")
        elif not self._free[offer]:
            self._drop(line, DropReason.NOT_AVAILABLE, "nothing of the offer is left available")
        else:
            why = "what is left is below the smallest quantity that the pair may take"
            self._drop(line, DropReason.NOT_ELIGIBLE, why)

    def _drop_blocked(self, line: Line) -> None:
        failures = self._why_not(line.need, line.offer)
        in_error = any(one.rule == RECORDED_IN_ERROR for one in failures)
        taken = [one for one in failures if one.rule == AVAILABLE]
        if line.need not in self._needs and not in_error:
            self._drop(line, DropReason.NOT_OPEN, "nothing of the need is open")
        elif taken:
            self._drop(line, DropReason.NOT_AVAILABLE, taken[0].sentence)
        elif failures:
            why = "; ".join(f"{one.rule}: {one.sentence}" for one in failures)
            self._drop(line, DropReason.NOT_ELIGIBLE, why)
        else:
            self._drop(line, DropReason.NOT_AVAILABLE, "nothing of the offer is available")

    def _drop_unmet_conditions(self) -> None:
        """Drop lines on condition of completion, or that wait, until all meet what they need."""
        problem = self._problem
        while True:
            plan = self._plan()
            complete = set(completed(problem, plan))
            in_order = {(one.need, one.offer) for one in in_sequence(problem, plan)}
            unmet = {
                (need, offer): "condition: its project no longer ends complete"
                for need, offer in self._amounts
                if problem.offers[offer].conditional and problem.needs[need].project not in complete
            } | dict.fromkeys(
                self._amounts.keys() - in_order,
                "sequence: a need that comes before it no longer ends placed",
            )
            if not unmet:
                return
            for (need, offer), why in unmet.items():
                del self._amounts[need, offer]
                line = self._lines[problem.needs[need].code, problem.offers[offer].code]
                self._drop(line, DropReason.NOT_ELIGIBLE, why)
