"""The worth of the largest gaps: solve again with one more step for each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from time import monotonic

from ledger.approaches.states import asked_by_need
from ledger.core.errors import InvalidInput
from ledger.core.quantity import Unit, format_quantity, parse_quantity
from ledger.eligibility.index import ratio_between
from ledger.gaps.filters import column_named
from ledger.gaps.rows import gap_rows
from ledger.matching.plan import PlanIndex
from ledger.matching.proposal import Proposal
from ledger.matching.variants import with_extra_allocations, with_extra_offer
from ledger.matching.worth import (
    Gap,
    Keys,
    Measure,
    Worth,
    group_gaps,
    ranked,
    select_largest,
    worth_of,
)
from ledger.rates.rates import OldRate
from ledger.solver.options import UNLIMITED, SolverOptions
from ledger.store.session.ledger import Ledger
from ledger.store.session.snapshot import Snapshot
from ledger.usecases.matching.propose import (
    MATCHED,
    MatchQuery,
    MatchResult,
    Pipeline,
    read_pipeline,
    solve_pipeline,
)

MOST_GAPS = 20
_STEP_CODE = "one step more"
_SHARE_OF_TODAY = 3
"""With a time limit, today's proposal gets one part of this many; the steps share the rest."""

StepCallback = Callable[[int, int], None]
"""Called with the number of steps tried, and of all steps."""


class UnusableStep(InvalidInput, code="unusable-step"):
    """A step in a unit of which nothing stays open, or a second one in the same unit."""

    default_why = "A step is one more offer for a gap, counted in that gap's unit."
    default_next = "Give it as --step '5M EUR', once for each unit."


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthQuery:
    """The query: a matching, grouping columns (none: each need by itself), and steps."""

    match: MatchQuery
    by: Sequence[str] = ()
    steps: Sequence[str] = ()
    most: int = MOST_GAPS


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthTable:
    """The worth of each gap, the largest first, with today's proposal.

    `not_tried` counts the gaps beyond the time limit.
    """

    today: Proposal
    by: tuple[str, ...]
    rows: tuple[Worth, ...]
    not_tried: int = 0
    old_rates: Sequence[OldRate] = ()


def worth(
    ledger: Ledger,
    query: WorthQuery,
    options: SolverOptions = UNLIMITED,
    on_progress: StepCallback | None = None,
) -> WorthTable:
    """Return the increase of the levels with one more step for each of the largest gaps.

    Raises for unknown columns, `UnusableStep`, and what proposing raises.
    """
    by = tuple(dict.fromkeys(column_named(text) for text in query.by)) or ("project", "need")
    started = monotonic()
    with ledger.reader(query.match.times) as reader:
        snapshot = reader.snapshot(*MATCHED)
        # The worth of a step is what the best plans gain: nothing is given up for fewer changes.
        pipeline = read_pipeline(reader, snapshot, replace(query.match, churn=Fraction(0)))
    keys = _keys(snapshot, pipeline, by)
    measures = _measures(snapshot, pooled=not {"need", "unit"} & set(by))
    steps = _steps(snapshot.units, query.steps)
    match_result = solve_pipeline(pipeline, _options_of_today(options))
    plan_index = PlanIndex(pipeline.built.problem, match_result.solution.allocations)
    gaps = group_gaps(plan_index, keys, measures)
    _require_matching_gaps(steps, gaps)
    if steps:
        gaps = [gap for gap in gaps if gap.unit.code in steps]
    chosen = select_largest(gaps, query.most, pipeline.base.convert)
    share_of_time = partial(_share_of_time, options, started)
    rows = list(_measured(match_result, plan_index, chosen, steps, share_of_time, on_progress))
    return WorthTable(
        today=match_result.proposal,
        by=by,
        rows=tuple(ranked(rows)),
        not_tried=len(chosen) - len(rows),
        old_rates=snapshot.rate_of.old(query.match.rate_days),
    )


def _measured(
    match_result: MatchResult,
    plan_index: PlanIndex,
    gaps: Sequence[Gap],
    steps: dict[str, int],
    share_of_time: Callable[[int], SolverOptions | None],
    on_progress: StepCallback | None,
) -> Iterator[Worth]:
    from ledger.solver.solve import solve  # noqa: PLC0415 - the solver takes long to load

    problem, today = plan_index.problem, match_result.solution
    for number, gap in enumerate(gaps):
        if on_progress is not None:
            on_progress(number, len(gaps))
        options = share_of_time(len(gaps) - number)
        if options is None:
            return
        step = steps.get(gap.unit.code, gap.middle)
        problem_with_step = with_extra_offer(problem, gap.needs, step, _STEP_CODE)
        start_plan = with_extra_allocations(problem_with_step, today.allocations, gap.needs)
        yield worth_of(gap, step, plan_index, today, solve(problem_with_step, options, start_plan))


def _share_of_time(
    options: SolverOptions, started: float, remaining_steps: int
) -> SolverOptions | None:
    """Return the options of the next step, with its share of the time left; None without any."""
    without_progress = replace(options, progress=None)
    if not options.seconds:
        return without_progress
    remaining = options.seconds - int(monotonic() - started)
    if remaining <= 0:
        return None
    return replace(without_progress, seconds=max(1, remaining // remaining_steps))


def _options_of_today(options: SolverOptions) -> SolverOptions:
    if not options.seconds:
        return options
    return replace(options, seconds=max(1, options.seconds // _SHARE_OF_TODAY))


def _keys(snapshot: Snapshot, pipeline: Pipeline, by: Sequence[str]) -> dict[str, Keys]:
    """Return the group of each need: the cells of the grouping columns except factor and unit."""
    columns = [column for column in by if column not in ("factor", "unit")]
    asked = asked_by_need(snapshot.records("approach").values(), snapshot.day)
    return {
        row.need: tuple((column, row.cell(column)) for column in columns)
        for row in gap_rows(snapshot.need_facts.values(), pipeline.base, asked=asked)
    }


def _measures(snapshot: Snapshot, *, pooled: bool) -> dict[str, Measure]:
    """Return the measure of each need: its own unit or, `pooled`, the base currency.

    Money without a rate to the base currency keeps its own unit.
    """
    base = snapshot.base_unit
    measures: dict[str, Measure] = {}
    for code, facts in snapshot.need_facts.items():
        unit = facts.balance.unit
        measures[code] = Measure(facts.need.factor.value, unit)
        rate = snapshot.rate_of(unit.code, base.code) if pooled and unit.kind == "money" else None
        if rate is not None:
            ratio = ratio_between(rate.rate, unit, base)
            measures[code] = Measure(facts.need.factor.value, base, ratio)
    return measures


def _steps(units: Mapping[str, Unit], typed: Iterable[str]) -> dict[str, int]:
    steps: dict[str, int] = {}
    for text in typed:
        quantity = parse_quantity(text, units)
        if quantity.unit.code in steps:
            shown = format_quantity(quantity.amount, quantity.unit)
            raise UnusableStep(f"{shown} is a second step in {quantity.unit.code}.")
        steps[quantity.unit.code] = quantity.amount
    return steps


def _require_matching_gaps(steps: dict[str, int], gaps: Iterable[Gap]) -> None:
    open_units = {gap.unit.code for gap in gaps}
    for code in steps:
        if code not in open_units:
            counted = ", ".join(sorted(open_units)) or "nothing"
            raise UnusableStep(
                f"Nothing that is counted in {code} stays open.",
                why=f"Today's proposal leaves gaps in: {counted}.",
            )
