"""The worth of a gap: the increase of the levels with one more step of its factor.

A *gap* is what today's proposal leaves open of a group of needs with the same factor, unit and
grouping columns. A *step* is an additional offer of that factor, for the needs of that group only,
without any terms. Unless given, its quantity is the open amount of the group's median need (the
lower of two), so that one more typical need could be placed.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ledger.core.quantity import Unit, format_amount
from ledger.eligibility.index import Ratio
from ledger.matching.plan import Level, PlanIndex, Solution, completed
from ledger.matching.proposal import LEVEL_PLACES
from ledger.matching.variants import SAME_UNIT, Span, difference

Keys = tuple[tuple[str, str | int | None], ...]
ToBaseCurrency = Callable[[int, Unit], int | None]
"""Converts money to the base currency, None where no rate is known."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A group of needs of one factor and unit, and what the proposal leaves open of them.

    `needs` are the indices of all of its needs, each with the rate from its own unit to that of the
    gap; `left` holds the open amounts above zero, in the smallest part of `unit`.
    """

    keys: Keys
    factor: str
    unit: Unit
    needs: Mapping[int, Ratio]
    left: tuple[int, ...]

    @property
    def total(self) -> int:
        """The open amount of the group."""
        return sum(self.left)

    @property
    def middle(self) -> int:
        """The open amount of its median need."""
        return sorted(self.left)[(len(self.left) - 1) // 2]


@dataclass(frozen=True, slots=True)
class LevelRise:
    """The increase of a level: between the plans, and the proven range."""

    increase: Fraction
    range: Span

    def to_dict(self, indices: int) -> dict[str, str]:
        """Return the increase as in `cityfund.worth/1`."""
        figures = {
            "rise": self.increase,
            "at_least": self.range.lower,
            "at_most": self.range.upper,
        }
        return {
            name: format_amount(round(figure * 10**indices), indices)
            for name, figure in figures.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """The effect of one more step for a gap; with it alone, `gained` projects end complete."""

    gap: Gap
    step: int
    complete: LevelRise
    coverage: LevelRise
    gained: tuple[str, ...]
    lost: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the row as in `cityfund.worth/1`."""
        indices = self.gap.unit.decimals
        return {
            **dict(self.gap.keys),
            "factor": self.gap.factor,
            "unit": self.gap.unit.code,
            "needs": len(self.gap.left),
            "stays_open": format_amount(self.gap.total, indices),
            "step": format_amount(self.step, indices),
            "level_1": self.complete.to_dict(0),
            "level_2": self.coverage.to_dict(LEVEL_PLACES),
            "gained": list(self.gained),
            "lost": list(self.lost),
        }


class Measure(NamedTuple):
    """The unit in which the gap of a need is counted, and the rate to it."""

    factor: str
    unit: Unit
    ratio: Ratio = SAME_UNIT


def group_gaps(
    plan_index: PlanIndex, keys: Mapping[str, Keys], measures: Mapping[str, Measure]
) -> list[Gap]:
    """Group the needs of the problem; groups with nothing open are left out.

    `keys` and `measures` give the group and the measure of each need, by code.
    """
    groups: dict[tuple[Hashable, str, str], dict[int, Ratio]] = {}
    for index, need in enumerate(plan_index.problem.needs):
        measure = measures[need.code]
        key = keys[need.code], measure.factor, measure.unit.code
        groups.setdefault(key, {})[index] = measure.ratio
    gaps = []
    for indices in groups.values():
        open_ = ((ratio, plan_index.open_amounts[index]) for index, ratio in indices.items())
        left = tuple(ratio.to_offer(amount) for ratio, amount in open_ if amount)
        if left:
            code = plan_index.problem.needs[next(iter(indices))].code
            measure = measures[code]
            gaps.append(Gap(keys[code], measure.factor, measure.unit, indices, left))
    return gaps


def select_largest(gaps: Iterable[Gap], most: int, in_base: ToBaseCurrency) -> list[Gap]:
    """Choose the largest gaps: the largest of each kind, then the second of each, and so on.

    A kind is money, or one unit of work. Money is compared in the base currency; gaps without a
    rate to it come last.
    """
    by_kind: dict[str, list[tuple[int, Gap]]] = {}
    for gap in gaps:
        money = gap.unit.kind == "money"
        size = in_base(gap.total, gap.unit) if money else gap.total
        kind = "" if money else f"{gap.factor} {gap.unit.code}"
        by_kind.setdefault(kind, []).append((-1 if size is None else size, gap))
    ranks = []
    for kind, of_kind in by_kind.items():
        of_kind.sort(key=lambda one: (-one[0], _key_values(one[1].keys), one[1].unit.code))
        ranks += [(rank, kind, gap) for rank, (_, gap) in enumerate(of_kind)]
    ranks.sort(key=lambda turn: turn[:2])
    return [gap for *_, gap in ranks[:most]]


def worth_of(gap: Gap, step: int, today: PlanIndex, before: Solution, after: Solution) -> Worth:
    """Compare today's solution with the one that has a step more."""
    completed_then = set(
        completed(today.problem, after.allocations)
    )  # its needs and projects are the same
    codes = [project.code for project in today.problem.projects]
    return Worth(
        gap=gap,
        step=step,
        complete=_rise(before.complete, after.complete, never_falls=True),
        coverage=_rise(before.coverage, after.coverage),
        gained=tuple(codes[one] for one in sorted(completed_then - today.completed)),
        lost=tuple(codes[one] for one in sorted(today.completed - completed_then)),
    )


def ranked(rows: Iterable[Worth]) -> list[Worth]:
    """Order rows by the increase of level 1, then of level 2, then by group."""
    return sorted(
        rows,
        key=lambda one: (
            *(-one.complete.increase, -one.coverage.increase),
            *(_key_values(one.gap.keys), one.gap.factor, one.gap.unit.code),
        ),
    )


def _rise(before: Level, after: Level, *, never_falls: bool = False) -> LevelRise:
    span = difference(after, before)
    least = max(Fraction(0), span.lower) if never_falls else span.lower
    return LevelRise(after.value - before.value, Span(least, max(least, span.upper)))


def _key_values(keys: Sequence[tuple[str, Hashable]]) -> tuple[str, ...]:
    return tuple(str(value) for _, value in keys)
