"""The one thin wrapper of HiGHS: a model of sparse arrays in, values and a proven bound out.

Every run is on one thread with one seed, so the same model gives the same answer; a wall clock
is set only where the caller asks for one. All models are maximised.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from time import monotonic
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from ledger.solver.options import Heed, Watch

Floats = NDArray[np.float64]
Places = NDArray[np.int32]

INFINITY = highspy.kHighsInf
SEED = 20
TOLERANCE = 1e-9
"""How far a row or an integer may be off, in the model's own scale."""

_DUAL_TOLERANCE = 1e-7
_MISVALUED = 1e-4
_STEPS_OF_AN_ITERATION = 3
"""An iteration of the simplex method takes about as long as so many checks between two nodes."""


class Kind(IntEnum):
    """What values a column may take."""

    CONTINUOUS = 0
    WHOLE = 1
    SEMI_CONTINUOUS = 2


class Deadline:
    """The moment at which a search by the wall clock must end; without seconds, never."""

    def __init__(self, seconds: float | None = None) -> None:
        self._end = None if seconds is None else monotonic() + seconds

    @property
    def left(self) -> float | None:
        """The seconds that are left, or None where there is no limit."""
        return None if self._end is None else max(0.0, self._end - monotonic())

    def part(self, share: float) -> Deadline:
        """Give the moment at which a share of what is left is over."""
        return Deadline(None if self.left is None else self.left * share)

    @property
    def passed(self) -> bool:
        """Whether nothing is left."""
        return self.left == 0


@dataclass(slots=True)
class Model:
    """A model to maximise, gathered column by column and row by row in whole arrays."""

    costs: list[Floats] = field(default_factory=list)
    lowers: list[Floats] = field(default_factory=list)
    uppers: list[Floats] = field(default_factory=list)
    kinds: list[NDArray[np.uint8]] = field(default_factory=list)
    row_lowers: list[Floats] = field(default_factory=list)
    row_uppers: list[Floats] = field(default_factory=list)
    entries: list[tuple[Places, Places, Floats]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self,
        cost: Floats | float,
        lower: Floats | float,
        upper: Floats | float,
        kind: NDArray[np.uint8] | Kind = Kind.CONTINUOUS,
        *,
        count: int | None = None,
    ) -> Places:
        """Add as many columns as `cost` is long, or `count`, and give their places."""
        size = len(np.atleast_1d(cost)) if count is None else count
        for store, value in ((self.costs, cost), (self.lowers, lower), (self.uppers, upper)):
            store.append(np.broadcast_to(np.asarray(value, np.float64), size))
        self.kinds.append(np.broadcast_to(np.asarray(kind, np.uint8), size))
        self.columns += size
        return np.arange(self.columns - size, self.columns, dtype=np.int32)

    def add_rows(self, lower: Floats | float, upper: Floats | float, count: int) -> Places:
        """Add empty rows between these bounds, and give their places."""
        self.row_lowers.append(np.broadcast_to(np.asarray(lower, np.float64), count))
        self.row_uppers.append(np.broadcast_to(np.asarray(upper, np.float64), count))
        self.rows += count
        return np.arange(self.rows - count, self.rows, dtype=np.int32)

    def put(self, rows: Any, columns: Any, values: Any) -> None:
        """Add entries to the matrix, each place at most once."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns), np.shape(values), (1,))
        at = np.broadcast_to(np.asarray(rows, np.int32), shape)
        of = np.broadcast_to(np.asarray(columns, np.int32), shape)
        self.entries.append((at, of, np.broadcast_to(np.asarray(values, np.float64), shape)))

    def lp(self) -> Any:
        """Give the model as HiGHS takes it, its matrix by rows."""
        lp = highspy.HighsLp()
        lp.num_col_, lp.num_row_ = self.columns, self.rows
        lp.sense_ = highspy.ObjSense.kMaximize
        lp.col_cost_, lp.col_lower_ = _joined(self.costs), _joined(self.lowers)
        lp.col_upper_ = _joined(self.uppers)
        lp.row_lower_, lp.row_upper_ = _joined(self.row_lowers), _joined(self.row_uppers)
        kinds = np.concatenate(self.kinds) if self.kinds else np.zeros(0, np.uint8)
        if kinds.any():
            lp.integrality_ = [_TYPES[kind] for kind in kinds.tolist()]
        starts, columns, values = self._by_rows()
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.num_col_, lp.a_matrix_.num_row_ = self.columns, self.rows
        lp.a_matrix_.start_, lp.a_matrix_.index_ = starts, columns
        lp.a_matrix_.value_ = values
        return lp

    def _by_rows(self) -> tuple[Places, Places, Floats]:
        if not self.entries:
            return np.zeros(self.rows + 1, np.int32), np.zeros(0, np.int32), np.zeros(0)
        rows, columns, values = map(np.concatenate, zip(*self.entries, strict=True))
        order = np.lexsort((columns, rows))
        starts = np.zeros(self.rows + 1, np.int32)
        np.cumsum(np.bincount(rows, minlength=self.rows), out=starts[1:])
        return starts, columns[order], values[order]


_TYPES = (
    highspy.HighsVarType.kContinuous,
    highspy.HighsVarType.kInteger,
    highspy.HighsVarType.kSemiContinuous,
    highspy.HighsVarType.kSemiInteger,
)


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)


class _Silent(highspy.Highs):
    """HiGHS that says nothing on standard output: its own silence comes after its first words."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:  # noqa: N802 - called while HiGHS is made
        """Be silent before the first call that would say the solver's name."""
        self.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own
        super().enableCallbacks()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a run ended.

    `values` are the best columns found (None: none found), `bound` what no solution exceeds by
    more than the tolerance. `optimal`: the search ended by itself; `timed_out`: the clock cut it.
    `duals` are the prices of the rows, of a model without whole columns.
    """

    optimal: bool
    infeasible: bool
    timed_out: bool
    values: Floats | None
    value: float
    bound: float
    duals: Floats | None = None
    reduced: Floats | None = None


class Solver:
    """One model in HiGHS, which may be changed and run again from where it stood."""

    def __init__(self, model: Model, *, tolerance: float = TOLERANCE) -> None:
        self._highs = _Silent()
        self._whole = any(part.any() for part in model.kinds)
        self.columns = model.columns
        self.checked = 0  # how many checks all runs made
        self.steps = 0  # how much all runs worked: their checks, and their iterations by weight
        for option, value in (
            ("threads", 1),
            ("random_seed", SEED),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 0.0),
            ("mip_feasibility_tolerance", tolerance),
            ("primal_feasibility_tolerance", tolerance),
            ("dual_feasibility_tolerance", max(tolerance, _DUAL_TOLERANCE)),
        ):
            self.set_option(option, value)
        self._highs.passModel(model.lp())

    def set_option(self, name: str, value: float | str | bool) -> None:  # noqa: FBT001 - HiGHS's own
        """Set an option of HiGHS by its own name."""
        status = self._highs.setOptionValue(name, value)
        assert status == highspy.HighsStatus.kOk, name

    def leave_out_feasibility_jump(self) -> None:
        """Don't look for a first solution by jumping: on large models its finds lead astray."""
        self.set_option("mip_heuristic_run_feasibility_jump", value=False)

    def set_bounds(self, columns: Places, lower: Floats, upper: Floats) -> None:
        """Change between what bounds columns lie."""
        self._highs.changeColsBounds(len(columns), columns, lower, upper)

    def set_row_bounds(self, row: int, lower: float, upper: float) -> None:
        """Change between what bounds a row lies."""
        self._highs.changeRowBounds(row, lower, upper)

    def add_row(self, lower: float, upper: float, columns: Places, values: Floats) -> None:
        """Add one row."""
        self._highs.addRow(lower, upper, len(columns), columns, values)

    def add_pairs(self, columns: Places, values: Floats) -> None:
        """Add rows of two entries each, at most zero: one for each row of `columns`."""
        count = len(columns)
        bounds = np.full(count, -INFINITY), np.zeros(count)
        starts = np.arange(0, 2 * count, 2, dtype=np.int32)
        self._highs.addRows(count, *bounds, 2 * count, starts, columns.ravel(), values.ravel())

    def start_from(self, values: Floats) -> None:
        """Give a solution to start from: a whole one, or whole columns that can be filled up."""
        self._highs.setSolution(
            self.columns, np.arange(self.columns, dtype=np.int32), np.asarray(values, np.float64)
        )

    def solve(
        self,
        *,
        deadline: Deadline | None = None,
        nodes: int | None = None,
        checks: int | None = None,
        steps: int | None = None,
        heed: Heed | None = None,
    ) -> Outcome:
        """Run until the optimum is proven, or a limit of nodes, checks, steps or time is reached.

        A check is made by the solver between two parts of its search; steps weigh checks by what
        lies between them. Both measure work that is the same in every run, unlike seconds.
        """
        left = None if deadline is None else deadline.left
        self.set_option("time_limit", INFINITY if left is None else self._highs.getRunTime() + left)
        if nodes is not None:
            self.set_option("mip_max_nodes", nodes)
        self._run(checks, heed, steps)
        if self._misvalued():
            self._highs.clearSolver()
            self._run(checks, heed, steps)
        return self._outcome()

    def _run(self, checks: int | None, heed: Heed | None, steps: int | None) -> None:
        watch = Watch(checks, heed, steps)
        if self._whole:
            self._highs.cbMipInterrupt.subscribe(watch.check)
        self._highs.run()
        if self._whole:
            self._highs.cbMipInterrupt.unsubscribe(watch.check)
        self.checked += watch.made
        iterations = max(0, self._highs.getInfo().simplex_iteration_count)
        self.steps += watch.made + _STEPS_OF_AN_ITERATION * iterations
        if watch.interrupted:
            raise KeyboardInterrupt

    def _misvalued(self) -> bool:
        """Whether the solution is not worth what HiGHS says of it.

        HiGHS 1.16 may misjudge a start after presolving and keep it for better than it is. What
        it finds by itself is right, so it has to search again without the start.
        """
        values = self._highs.getSolution().col_value
        if not self._whole or len(values) == 0:
            return False
        said = self._highs.getInfo().objective_function_value
        worth = sum(np.array(self._highs.getLp().col_cost_) * np.array(values))
        return bool(abs(said - worth) > _MISVALUED * max(1, abs(worth)))

    def _outcome(self) -> Outcome:
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        solution = self._highs.getSolution()
        known = highspy.SolutionStatus.kSolutionStatusFeasible
        found = info.primal_solution_status == known
        statuses = highspy.HighsModelStatus
        optimal = status in {statuses.kOptimal, statuses.kModelEmpty}
        value = info.objective_function_value
        failed = status == statuses.kSolveError
        bound = info.mip_dual_bound if self._whole else value if optimal else INFINITY
        prices = bool(solution.dual_valid) and not self._whole
        return Outcome(
            optimal=optimal,
            infeasible=status == statuses.kInfeasible,
            timed_out=status == statuses.kTimeLimit,
            values=np.array(solution.col_value) if found else None,
            value=value if found else -INFINITY,
            bound=INFINITY if failed else bound,
            duals=np.array(solution.row_dual) if prices else None,
            reduced=np.array(solution.col_dual) if prices else None,
        )


def solver_name() -> str:
    """Give the solver's name and version."""
    return f"HiGHS {_Silent().version()}"
