"""A thin interface to HiGHS: a model of sparse arrays in, values and a proven bound out.

Every run uses one thread and one seed, so the same model gives the same answer; a wall-clock limit
is set only where the caller asks for one. All models are maximised.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray

from ledger.solver.options import UNTIMED, BoundCallback, Deadline, SearchMonitor

FloatArray = NDArray[np.float64]
IndexArray = NDArray[np.int32]

INFINITY = highspy.kHighsInf
SEED = 20
TOLERANCE = 1e-9
"""The feasibility tolerance of rows and integers, in the scale of the model."""

_DUAL_TOLERANCE = 1e-7
_COUNTING_COST_SCALE = 2.0**20
_COUNTING_DUAL_TOLERANCE = 1e-10
_SMALLEST_ENTRY = 1e-12
"""In a model with columns that count parts, a part may add less to the objective than the dual
tolerance, and its entries may be below what HiGHS takes for zero: its bound would then leave out
whole columns of many such parts. There costs are scaled up, and both limits are the least of HiGHS.
"""
_MISREPORTED = 1e-4
_STEPS_OF_AN_ITERATION = 3
"""A simplex iteration takes about as long as this number of checks between two nodes."""


class VariableType(IntEnum):
    """The type of a column."""

    CONTINUOUS = 0
    INTEGER = 1
    SEMI_CONTINUOUS = 2


@dataclass(slots=True)
class Model:
    """A model to maximise, collected as arrays of columns, rows and entries."""

    costs: list[FloatArray] = field(default_factory=list)
    lowers: list[FloatArray] = field(default_factory=list)
    uppers: list[FloatArray] = field(default_factory=list)
    types: list[NDArray[np.uint8]] = field(default_factory=list)
    row_lowers: list[FloatArray] = field(default_factory=list)
    row_uppers: list[FloatArray] = field(default_factory=list)
    entries: list[tuple[IndexArray, IndexArray, FloatArray]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def add_columns(
        self,
        cost: FloatArray | float,
        lower: FloatArray | float,
        upper: FloatArray | float,
        kind: NDArray[np.uint8] | VariableType = VariableType.CONTINUOUS,
        *,
        count: int | None = None,
    ) -> IndexArray:
        """Add as many columns as `cost` is long, or `count`, and return their indices."""
        size = len(np.atleast_1d(cost)) if count is None else count
        for arrays, value in ((self.costs, cost), (self.lowers, lower), (self.uppers, upper)):
            arrays.append(np.broadcast_to(np.asarray(value, np.float64), size))
        self.types.append(np.broadcast_to(np.asarray(kind, np.uint8), size))
        self.columns += size
        return np.arange(self.columns - size, self.columns, dtype=np.int32)

    def add_rows(
        self, lower: FloatArray | float, upper: FloatArray | float, count: int
    ) -> IndexArray:
        """Add empty rows with these bounds, and return their indices."""
        self.row_lowers.append(np.broadcast_to(np.asarray(lower, np.float64), count))
        self.row_uppers.append(np.broadcast_to(np.asarray(upper, np.float64), count))
        self.rows += count
        return np.arange(self.rows - count, self.rows, dtype=np.int32)

    def add_entries(self, rows: Any, columns: Any, values: Any) -> None:
        """Add entries of the matrix, at most one per position."""
        shape = np.broadcast_shapes(np.shape(rows), np.shape(columns), np.shape(values), (1,))
        row_indices = np.broadcast_to(np.asarray(rows, np.int32), shape)
        column_indices = np.broadcast_to(np.asarray(columns, np.int32), shape)
        self.entries.append(
            (row_indices, column_indices, np.broadcast_to(np.asarray(values, np.float64), shape))
        )

    def relaxed(self) -> Model:
        """Return the linear relaxation, to which columns may be added apart."""
        return replace(
            self,
            costs=[*self.costs],
            lowers=[*self.lowers],
            uppers=[*self.uppers],
            types=[np.full(self.columns, VariableType.CONTINUOUS, np.uint8)],
            entries=[*self.entries],
        )

    def highs_lp(self) -> Any:
        """Return the model as HiGHS takes it, its matrix by rows."""
        highs_lp = highspy.HighsLp()
        highs_lp.num_col_, highs_lp.num_row_ = self.columns, self.rows
        highs_lp.sense_ = highspy.ObjSense.kMaximize
        highs_lp.col_cost_, highs_lp.col_lower_ = _joined(self.costs), _joined(self.lowers)
        highs_lp.col_upper_ = _joined(self.uppers)
        highs_lp.row_lower_, highs_lp.row_upper_ = (
            _joined(self.row_lowers),
            _joined(self.row_uppers),
        )
        types = np.concatenate(self.types) if self.types else np.zeros(0, np.uint8)
        if types.any():
            highs_lp.integrality_ = [_TYPES[kind] for kind in types.tolist()]
        starts, columns, values = self._by_rows()
        highs_lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        highs_lp.a_matrix_.num_col_, highs_lp.a_matrix_.num_row_ = self.columns, self.rows
        highs_lp.a_matrix_.start_, highs_lp.a_matrix_.index_ = starts, columns
        highs_lp.a_matrix_.value_ = values
        return highs_lp

    def _by_rows(self) -> tuple[IndexArray, IndexArray, FloatArray]:
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


def _joined(parts: list[FloatArray]) -> FloatArray:
    return np.concatenate(parts) if parts else np.zeros(0)


class _Silent(highspy.Highs):
    """HiGHS without output: its own option takes effect only after its first message."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def enableCallbacks(self) -> None:  # noqa: N802 - called while HiGHS is made
        """Disable output before the first call that would print the name of the solver."""
        self.setOptionValue("output_flag", False)  # noqa: FBT003 - HiGHS's own
        super().enableCallbacks()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True, kw_only=True)
class SolveResult:
    """The result of a run.

    `values` are the best solution (None: none), `bound` a bound on all solutions within the
    tolerance. `optimal`: the search ended by itself; `time_limit_reached`: the clock ended it.
    `duals` are the prices of the rows, of a model without integer columns.
    """

    optimal: bool
    infeasible: bool
    time_limit_reached: bool
    values: FloatArray | None
    value: float
    bound: float
    duals: FloatArray | None = None
    reduced_costs: FloatArray | None = None


_OUT_OF_TIME = SolveResult(
    optimal=False,
    infeasible=False,
    time_limit_reached=True,
    values=None,
    value=-INFINITY,
    bound=INFINITY,
)
"""The result of a run that was not begun, since no time was left."""


class Solver:
    """One model in HiGHS, which may be changed and run again from its last state."""

    def __init__(self, model: Model, *, tolerance: float = TOLERANCE) -> None:
        self._highs = _Silent()
        self._integral = any(part.any() for part in model.types)
        self._bound_error = _bound_error(model)
        self._cost_scale = _COUNTING_COST_SCALE if self._bound_error else 1.0
        self.columns = model.columns
        self.checks_made = 0  # how many checks all runs made
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
        if self._bound_error:
            self.set_option("dual_feasibility_tolerance", _COUNTING_DUAL_TOLERANCE)
            self.set_option("small_matrix_value", _SMALLEST_ENTRY)
        scaled = replace(model, costs=[self._cost_scale * costs for costs in model.costs])
        self._highs.passModel(scaled.highs_lp())

    def set_option(self, name: str, value: float | str | bool) -> None:  # noqa: FBT001 - HiGHS's own
        """Set an option of HiGHS by its own name."""
        status = self._highs.setOptionValue(name, value)
        assert status == highspy.HighsStatus.kOk, name

    def stop_at_gap(self, gap: float) -> None:
        """Stop a search once the gap between its value and its bound is at most this."""
        self.set_option("mip_abs_gap", gap * self._cost_scale)

    def disable_feasibility_jump(self) -> None:
        """Disable the feasibility jump heuristic: on large models its solutions mislead."""
        self.set_option("mip_heuristic_run_feasibility_jump", value=False)

    def set_bounds(self, columns: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Change the bounds of columns."""
        self._highs.changeColsBounds(len(columns), columns, lower, upper)

    def set_bounds_of_rows(self, rows: IndexArray, lower: FloatArray, upper: FloatArray) -> None:
        """Change the bounds of rows."""
        # The types of highspy leave this method out.
        self._highs.changeRowsBounds(len(rows), rows, lower, upper)  # type: ignore[attr-defined]

    def add_row(self, lower: float, upper: float, columns: IndexArray, values: FloatArray) -> None:
        """Add a row."""
        self._highs.addRow(lower, upper, len(columns), columns, values)

    def add_two_entry_rows(self, columns: IndexArray, values: FloatArray) -> None:
        """Add rows of two entries each, at most zero: one for each row of `columns`."""
        count = len(columns)
        bounds = np.full(count, -INFINITY), np.zeros(count)
        starts = np.arange(0, 2 * count, 2, dtype=np.int32)
        self._highs.addRows(count, *bounds, 2 * count, starts, columns.ravel(), values.ravel())

    def start_from(self, values: FloatArray) -> None:
        """Set a start: a solution, or values of integer columns that can be completed."""
        self._highs.setSolution(
            self.columns, np.arange(self.columns, dtype=np.int32), np.asarray(values, np.float64)
        )

    def solve(
        self,
        *,
        deadline: Deadline = UNTIMED,
        nodes: int | None = None,
        checks: int | None = None,
        steps: int | None = None,
        on_bound: BoundCallback | None = None,
    ) -> SolveResult:
        """Run until the optimum is proven, or a limit of nodes, checks, steps or time is reached.

        A check is a call of the interrupt callback; steps weigh checks by the work between them.
        Both are the same in every run, unlike seconds.
        """
        left = deadline.left
        if left == 0:
            return _OUT_OF_TIME  # HiGHS would read the model and presolve it before it looks
        self.set_option("time_limit", INFINITY if left is None else self._highs.getRunTime() + left)
        if nodes is not None:
            self.set_option("mip_max_nodes", nodes)
        self._run(checks, on_bound, steps)
        if self._objective_misreported():
            self._highs.clearSolver()
            self._run(checks, on_bound, steps)
        return self._result()

    def _run(self, checks: int | None, on_bound: BoundCallback | None, steps: int | None) -> None:
        monitor = SearchMonitor(checks, self._unscaled(on_bound), steps)
        if self._integral:
            self._highs.cbMipInterrupt.subscribe(monitor.check)
        self._highs.run()
        if self._integral:
            self._highs.cbMipInterrupt.unsubscribe(monitor.check)
        self.checks_made += monitor.checks_made
        iterations = max(0, self._highs.getInfo().simplex_iteration_count)
        self.steps += monitor.checks_made + _STEPS_OF_AN_ITERATION * iterations
        if monitor.interrupted:
            raise KeyboardInterrupt

    def _unscaled(self, on_bound: BoundCallback | None) -> BoundCallback | None:
        if on_bound is None:
            return None
        return lambda value, bound: on_bound(value / self._cost_scale, bound / self._cost_scale)

    def _objective_misreported(self) -> bool:
        """Return whether the objective of the solution differs from the reported one.

        HiGHS 1.16 may misjudge a start after presolve and report it as better than it is. Its own
        solutions are right, so it has to search again without the start.
        """
        values = self._highs.getSolution().col_value
        if not self._integral or len(values) == 0:
            return False
        reported = self._highs.getInfo().objective_function_value
        worth = sum(np.array(self._highs.getLp().col_cost_) * np.array(values))
        return bool(abs(reported - worth) > _MISREPORTED * max(1, abs(worth)))

    def _result(self) -> SolveResult:
        status = self._highs.getModelStatus()
        info = self._highs.getInfo()
        solution = self._highs.getSolution()
        feasible_status = highspy.SolutionStatus.kSolutionStatusFeasible
        feasible = info.primal_solution_status == feasible_status
        statuses = highspy.HighsModelStatus
        optimal = status in {statuses.kOptimal, statuses.kModelEmpty}
        value = info.objective_function_value / self._cost_scale
        failed = status == statuses.kSolveError
        bound = value if optimal else INFINITY
        if self._integral:
            bound = info.mip_dual_bound / self._cost_scale + self._bound_error
        has_duals = bool(solution.dual_valid) and not self._integral
        return SolveResult(
            optimal=optimal,
            infeasible=status == statuses.kInfeasible,
            time_limit_reached=status == statuses.kTimeLimit,
            values=np.array(solution.col_value) if feasible else None,
            value=value if feasible else -INFINITY,
            bound=INFINITY if failed else bound,
            duals=np.array(solution.row_dual) if has_duals else None,
            reduced_costs=np.array(solution.col_dual) if has_duals else None,
        )


def _bound_error(model: Model) -> float:
    """Return by how much the bound of a model with columns that count parts may be too low.

    That is the dual tolerance times the range of each of them; 0 for a model without any.
    """
    ranges = _joined(model.uppers) - _joined(model.lowers)
    integral = np.concatenate([*model.types, np.zeros(0)]) == VariableType.INTEGER
    counting = ranges[integral & (ranges > 1)]
    return float(counting.sum()) * _COUNTING_DUAL_TOLERANCE / _COUNTING_COST_SCALE


def solver_name() -> str:
    """Return the name and version of the solver."""
    return f"HiGHS {_Silent().version()}"
