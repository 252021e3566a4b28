"""Level 3 as a mixed-integer program: the fewest lines that differ from a baseline.

Parameters: `q`, the amount of each pair of the baseline; V and C, the weight and the coverage that
a plan must reach.

Variables and constraints are those of level 2 (see `formulation`), every pair with a `y`, and

- `k[n,s]` in {0, 1}: the pair of the baseline keeps its amount; `high x t` is at least `q x k`, and
  at most `high - (high - q) x k`;
- the coverage is at least C.

Objective: the sum of `k`, less the sum of `y` of the pairs that are not in the baseline. A line
counts as changed if only one side has it, or with another amount; so the changes are the lines of
the baseline less the objective.

Amounts may be fractions. The choice (which lines are kept, which pairs are used, which projects end
complete) is what the program is asked for; amounts of the choice are found again so that they cover
most, and rounded and checked in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from fractions import Fraction
from math import floor, isinf

import numpy as np

from ledger.matching.caps import admissible
from ledger.matching.goals import shortfall
from ledger.matching.plan import (
    Allocation,
    allocated_to_needs,
    completed,
    completeness,
    count_changes,
    coverage,
)
from ledger.matching.problem import MatchingProblem
from ledger.solver.columns import Formulation
from ledger.solver.formulation import (
    FormulationBuilder,
    level_two_program,
    partial_coverage_program,
)
from ledger.solver.greedy import Plan
from ledger.solver.highs import INFINITY, FloatArray, Solver, VariableType
from ledger.solver.options import Deadline
from ledger.solver.pairs import EligiblePair, EligiblePairs, restricted_pairs
from ledger.solver.repair import Flow, without_unmet_conditions
from ledger.solver.rounding import round_to_plan

_TOLERANCE = 1e-7
_WHOLE = 1e-6
_HALF = 0.5
_ROUNDS = 12
"""How many choices are tried of which no plan in whole numbers came."""


def is_feasible(problem: MatchingProblem, allocations: Iterable[Allocation]) -> bool:
    """Return whether a plan keeps every rule of the problem, in whole numbers."""
    plan_allocations = list(allocations)
    free = [offer.free for offer in problem.offers]
    for need, offer, amount in plan_allocations:
        limits, ratio = problem.limits(need, offer), problem.ratio(need, offer)
        if limits is None or ratio is None or not limits.low <= amount <= limits.high:
            return False
        free[offer] -= ratio.to_offer(amount)
    allocated = allocated_to_needs(problem, plan_allocations)
    pairs = {(need, offer) for need, offer, _ in plan_allocations}
    complete = set(completed(problem, plan_allocations))
    return (
        len(pairs) == len(plan_allocations)
        and min(free, default=0) >= 0
        and all(amount <= need.open for amount, need in zip(allocated, problem.needs, strict=True))
        and all(
            problem.needs[need].project in complete
            for need, offer in pairs
            if problem.offers[offer].conditional
        )
        and admissible(problem, plan_allocations) == tuple(sorted(plan_allocations))
    )


@dataclass(frozen=True, slots=True)
class Aim:
    """What a plan must reach, and the baseline from which it changes as little as possible.

    `shortfall` is the most that its goals may miss, None where there are none.
    """

    baseline: Plan
    weight: Fraction
    coverage: Fraction
    shortfall: Fraction | None = None

    def admits(self, pairs: EligiblePairs, plan: Plan) -> bool:
        """Return whether a plan keeps every rule and reaches weight and coverage."""
        problem = pairs.problem
        return (
            completeness(problem, plan) >= self.weight
            and coverage(problem, plan) >= self.coverage
            and (self.shortfall is None or shortfall(problem, plan) <= self.shortfall)
            and is_feasible(problem, plan)
        )

    def changes(self, plan: Plan) -> int:
        """Return the number of lines in which a plan differs from the baseline."""
        return count_changes(self.baseline, plan)


@dataclass(frozen=True, slots=True)
class LeastChanges:
    """The plan of the fewest changes that was found, and a bound below which no plan is."""

    plan: Plan
    bound: int


@dataclass(frozen=True, slots=True)
class WorkLimits:
    """The work of one program: its nodes, and its checks for a program of this many columns."""

    nodes: int
    checks_times_columns: int
    least_checks: int = 20

    def checks(self, columns: int) -> int:
        """Return the checks allowed of a program of this size."""
        return self.least_checks + self.checks_times_columns // max(1, columns)


LIMITS = WorkLimits(nodes=20_000, checks_times_columns=400_000)
"""Of a small problem, which is solved to its end as a rule."""
LIMITS_OF_KNOWN = WorkLimits(nodes=2_000, checks_times_columns=120_000)
"""Where only the pairs of the plans known are tried."""


def least_changes(
    pairs: EligiblePairs, aim: Aim, start: Plan, limits: WorkLimits, deadline: Deadline
) -> LeastChanges:
    """Return the plan of the fewest changes over these pairs, never worse than the start."""
    search = _Search(pairs, aim, start, limits, deadline)
    search.run(integral=False)
    if search.bound < aim.changes(search.best) and pairs.rounding_pairs and search.is_settled:
        search.run(integral=True)
    return LeastChanges(search.best, search.bound)


class _Search:
    def __init__(
        self, pairs: EligiblePairs, aim: Aim, start: Plan, limits: WorkLimits, deadline: Deadline
    ) -> None:
        self._pairs, self._aim, self._limits, self._deadline = pairs, aim, limits, deadline
        self.best, self.bound = start, 0
        self.is_settled = True
        """Whether the last program was solved to its end."""

    def run(self, *, integral: bool) -> None:
        """Solve the program; choices without a plan in whole numbers are excluded."""
        program = _Program(self._pairs, self._aim, integral=integral)
        solver = Solver(program.formulation.model, tolerance=_TOLERANCE)
        solver.stop_at_gap(1 - _WHOLE)
        checks = self._limits.checks(program.formulation.model.columns)
        for _ in range(_ROUNDS):
            if self.bound >= self._aim.changes(self.best) or self._deadline.passed:
                return
            solver.start_from(program.column_values(self.best))
            result = solver.solve(
                deadline=self._deadline,
                nodes=self._limits.nodes,
                checks=max(1, checks - solver.checks_made),
            )
            self.is_settled = result.optimal
            if not isinf(result.bound):
                at_least = len(self._aim.baseline) - floor(result.bound + _WHOLE)
                self.bound = max(self.bound, min(at_least, self._aim.changes(self.best)))
            if result.values is None or self._keep_best(program, result.values):
                return
            if solver.checks_made >= checks:
                return
            program.exclude(solver, result.values)

    def _keep_best(self, program: _Program, values: FloatArray) -> bool:
        """Keep the best plan of a choice; return whether it has as few changes as the choice."""
        least = program.changes_of(values)
        choice = program.choice(values)
        for plan in plans_of_choice(self._pairs, self._aim, choice, self._deadline):
            if self._aim.admits(self._pairs, plan):
                if self._aim.changes(plan) < self._aim.changes(self.best):
                    self.best = plan
                if self._aim.changes(self.best) <= least:
                    return True
        return self._aim.changes(self.best) <= least


class BaselineProgram:
    """A program over some pairs that knows which of its lines are as in a baseline."""

    formulation: Formulation

    def __init__(self, pairs: EligiblePairs, aim: Aim) -> None:
        self._pairs, self._aim = pairs, aim
        self._amounts = {(need, offer): amount for need, offer, amount in aim.baseline}

    def _is_in_baseline(self, pair: EligiblePair) -> bool:
        return (pair.need, pair.offer) in self._amounts

    def _is_unchanged(self, at: int, values: FloatArray) -> bool:
        """Return whether a solution leaves the amount of a pair as in the baseline."""
        raise NotImplementedError

    def choice(self, values: FloatArray) -> Choice:
        """Return what a solution of the program chooses."""
        amounts = self.formulation.amounts(values)
        opened = [at for at, amount in enumerate(amounts) if amount]
        pair_of = {at: self._pairs.all[at][:2] for at in opened}
        return Choice(
            {pair_of[at]: amounts[at] for at in opened},
            {pair_of[at] for at in opened if self._is_unchanged(at, values)},
            set(self.formulation.completed_projects(values)),
        )


class _Program(BaselineProgram):
    """The program of an aim over some pairs, with the columns of the lines kept."""

    def __init__(self, pairs: EligiblePairs, aim: Aim, *, integral: bool) -> None:
        super().__init__(pairs, aim)
        builder = partial_coverage_program(
            pairs, aim.weight, self._gain, opening=self._opening_gain, integral=integral
        )
        builder.add_min_coverage(aim.coverage)
        builder.add_goals(most=aim.shortfall)
        self._unchanged_columns = self._add_unchanged_columns(builder)
        self.formulation = builder.build(Fraction(1), level=3)

    def _gain(self, pair: EligiblePair) -> Fraction:
        if not pair.all_or_nothing:
            return Fraction(0)
        return Fraction(1 if self._is_in_baseline(pair) else -1, pair.high)

    def _opening_gain(self, pair: EligiblePair) -> float:
        return 0.0 if self._is_in_baseline(pair) else -1.0

    def _add_unchanged_columns(self, builder: FormulationBuilder) -> dict[int, int]:
        unchanged_columns: dict[int, int] = {}
        for at, pair in enumerate(self._pairs.all):
            amount = self._amounts.get((pair.need, pair.offer))
            if amount is None or pair.all_or_nothing:
                continue
            column, value = builder.amount_in_column(at, amount)
            most = builder.amount_in_column(at, pair.high)[1]
            (kept,) = builder.model.add_columns(1.0, 0, 1, VariableType.INTEGER, count=1).tolist()
            rows = builder.model.add_rows(
                np.array([0.0, -INFINITY]), np.array([INFINITY, most]), 2
            ).tolist()
            builder.model.add_entries(rows[0], [column, kept], [1.0, -value])
            builder.model.add_entries(rows[1], [column, kept], [1.0, most - value])
            unchanged_columns[at] = kept
        return unchanged_columns

    def column_values(self, plan: Plan) -> FloatArray:
        """Return the columns of a plan, as far as its pairs are among those of the program."""
        own = self._pairs.index_of
        known = [one for one in plan if (one.need, one.offer) in own]
        values = self.formulation.column_values(known)
        for need, offer, amount in known:
            at = own[need, offer]
            if at in self._unchanged_columns and self._amounts[need, offer] == amount:
                values[self._unchanged_columns[at]] = 1
        return values

    def changes_of(self, values: FloatArray) -> int:
        """Return the changes that a choice makes."""
        opened = [at for at in range(len(self._pairs.all)) if self._is_open(at, values)]
        return len(self._amounts) - sum(self._counts(at, values) for at in opened)

    def _counts(self, at: int, values: FloatArray) -> int:
        """Return what an open pair adds to the objective."""
        if self._is_unchanged(at, values):
            return 1
        return 0 if self._is_in_baseline(self._pairs.all[at]) else -1

    def _is_open(self, at: int, values: FloatArray) -> bool:
        return bool(values[self.formulation.open_columns[at]] > _HALF)

    def _is_unchanged(self, at: int, values: FloatArray) -> bool:
        pair = self._pairs.all[at]
        if pair.all_or_nothing:
            return self._is_in_baseline(pair)
        return at in self._unchanged_columns and bool(values[self._unchanged_columns[at]] > _HALF)

    def exclude(self, solver: Solver, values: FloatArray) -> None:
        """Exclude a choice of which no plan in whole numbers came."""
        binaries = [
            *self.formulation.project_columns.values(),
            *self._unchanged_columns.values(),
            *np.unique(self.formulation.open_columns).tolist(),
        ]
        ones = [column for column in binaries if values[column] > _HALF]
        entries = np.array([1.0 if values[column] > _HALF else -1.0 for column in binaries])
        solver.add_row(-INFINITY, len(ones) - 1, np.array(binaries, np.int32), entries)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which pairs are used, at about these amounts, which are unchanged, and what is completed."""

    amounts: Mapping[tuple[int, int], int]
    unchanged: AbstractSet[tuple[int, int]]
    completed: AbstractSet[int]


def plans_of_choice(
    pairs: EligiblePairs, aim: Aim, choice: Choice, deadline: Deadline
) -> Iterator[Plan]:
    """Yield plans in whole numbers of a choice: its own amounts, and those that cover most."""
    before = {(need, offer): amount for need, offer, amount in aim.baseline}
    unchanged = {pair: before[pair] for pair in choice.unchanged}
    amounts = {**choice.amounts, **unchanged}
    yield tuple(sorted(Allocation(*pair, amount) for pair, amount in amounts.items()))
    pairs = restricted_pairs(pairs, amounts.keys())
    yield from _repaired(_changed_first(pairs, unchanged), amounts, choice.completed)
    pairs = _with_fixed_amounts(pairs, unchanged)
    if not pairs.all or not choice.completed <= {*pairs.completable}:
        return
    for integral in (False, True) if pairs.rounding_pairs else (False,):
        program = level_two_program(
            pairs, int(aim.weight), integral=integral, shortfall=aim.shortfall
        )
        values = _solve_choice(program, choice, deadline)
        if values is None:
            continue
        if integral:
            yield pairs.plan(program.amounts(values))
        yield tuple(sorted(round_to_plan(program, values)[0]))


def _changed_first(pairs: EligiblePairs, unchanged: Mapping[tuple[int, int], int]) -> EligiblePairs:
    """Return the pairs in the order in which a repair may reduce them."""
    ordered = sorted(pairs.all, key=lambda pair: (pair.need, pair.offer) in unchanged)
    return EligiblePairs(pairs.problem, tuple(ordered), pairs.completable)


def _repaired(
    pairs: EligiblePairs,
    amounts: Mapping[tuple[int, int], int],
    completed_projects: AbstractSet[int],
) -> Iterator[Plan]:
    """Yield plans near these amounts, those of completed projects filled along augmenting paths."""
    problem = pairs.problem
    wanted = [amounts[pair.need, pair.offer] for pair in pairs.all]
    filled = [need for one in sorted(completed_projects) for need in problem.projects[one].needs]
    targets = pairs.targets(wanted, filled)
    flow = Flow(pairs, wanted, targets)
    for need in filled:
        flow.fill(need)
    yield admissible(problem, without_unmet_conditions(problem, flow.allocations()))
    flow.fill_remaining([need for need in pairs.by_need if targets[need]])
    yield admissible(problem, without_unmet_conditions(problem, flow.allocations()))


def _solve_choice(program: Formulation, choice: Choice, deadline: Deadline) -> FloatArray | None:
    """Return the amounts that cover most, with the choice fixed."""
    solver = Solver(program.model, tolerance=_TOLERANCE)
    fixed_values = np.array([float(one in choice.completed) for one in program.project_columns])
    solver.set_bounds(program.completion_columns, fixed_values, fixed_values)
    opened = program.binary_columns
    solver.set_bounds(opened, np.ones(len(opened)), np.ones(len(opened)))
    return solver.solve(deadline=deadline, nodes=50, checks=100).values


def _with_fixed_amounts(
    pairs: EligiblePairs, amounts: Mapping[tuple[int, int], int]
) -> EligiblePairs:
    """Return the pairs with those of these amounts all-or-nothing at them."""
    return EligiblePairs(
        pairs.problem,
        tuple(
            pair if amount is None else pair._replace(low=amount, high=amount)
            for pair in pairs.all
            for amount in (amounts.get((pair.need, pair.offer)),)
        ),
        pairs.completable,
    )
