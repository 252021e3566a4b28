"""How good, how fast and in how much memory pipelines are matched, by size and kind.

    python tests/benchmarks/bench_matching.py
    python tests/benchmarks/bench_matching.py --case dense --case plain --seed 2
    python tests/benchmarks/bench_matching.py --case dense-4000 --time-limit 60

Each case is made from a seed and solved in a process of its own: facts in, checked plan out. The
check is written here, in whole numbers, and shares nothing with what solved. A gap is the part of
the bound that the plan does not reach; the quick plan's is beside it.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from pipelines import Pipeline, dense, problem_of, sparse

from ledger.matching.plan import Allocation, Level, Solution, completeness
from ledger.matching.problem import MatchingProblem
from ledger.solver.greedy import greedy_plan
from ledger.solver.options import SolverOptions
from ledger.solver.solve import solve

CASES: dict[str, Callable[[int], Pipeline]] = {
    "small": lambda seed: dense(300, 300, seed=seed),
    "dense": lambda seed: dense(1_000, 800, seed=seed),
    "plain": lambda seed: sparse(10_000, 10_000, seed=seed, terms=False),
    "sparse": lambda seed: sparse(10_000, 10_000, seed=seed),
    "dense-4000": lambda seed: dense(4_000, 4_000, seed=seed),
    "dense-30000": lambda seed: dense(30_000, 30_000, seed=seed),
    "huge": lambda seed: sparse(100_000, 100_000, seed=seed, terms=False),
    "huge-mixed": lambda seed: sparse(100_000, 100_000, seed=seed),
}
SMALL_ENOUGH = 2_000_000
"""Pairs up to which eligible pairs are counted one by one."""


class Row(NamedTuple):
    """A column of the printed table."""

    title: str
    width: int


COLUMNS = (
    Row("case", 11),
    Row("pairs", 10),
    Row("a need", 7),
    Row("kinds", 13),
    Row("build s", 8),
    Row("level 1", 16),
    Row("gap %", 7),
    Row("quick %", 8),
    Row("quick cpu", 9),
    Row("level 2", 20),
    Row("gap %", 7),
    Row("solve s", 8),
    Row("cpu s", 8),
    Row("MB", 6),
    Row("checked", 8),
)


def main() -> None:
    """Run the cases asked for, one process each, or one of them in this process."""
    asked = _asked()
    if asked.here:
        _say(_line(_measured(asked)))
        return
    _say(_line([column.title for column in COLUMNS]))
    for case in asked.case or CASES:
        command = [sys.executable, __file__, "--here", "--case", case, "--seed", str(asked.seed)]
        if asked.time_limit is not None:
            command += ["--time-limit", str(asked.time_limit)]
        subprocess.run(command + ["--verbose"] * asked.verbose, check=False)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--case", action="append", choices=sorted(CASES), help="all by default")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--time-limit", type=int, metavar="SECONDS", help="none by default")
    parser.add_argument("--verbose", action="store_true", help="say what is being done")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _measured(asked: argparse.Namespace) -> list[str]:
    case = asked.case[0]
    pipeline = CASES[case](asked.seed)
    begun = time.perf_counter()
    problem = problem_of(pipeline)
    built = time.perf_counter()
    cpu = time.process_time()
    solution = _solved(problem, asked.time_limit, verbose=asked.verbose)
    solved, cpu = time.perf_counter(), time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    wrong = faults(problem, solution.allocations)
    first, second = solution.complete, solution.coverage
    quick_cpu = time.process_time()
    quick = completeness(problem, greedy_plan(problem))
    quick_cpu = time.process_time() - quick_cpu
    return [
        case,
        f"{_pairs(problem):,}",
        f"{_pairs(problem) / max(1, len(problem.needs)):.0f}",
        f"{len(problem.links):,}/{len(problem.offers_of_class):,}",
        f"{built - begun:.1f}",
        f"{first.value}/{first.bound}",
        f"{_percent(first)}",
        _percent(Level(quick, first.bound)),
        f"{quick_cpu:.1f}",
        f"{float(second.value):.1f}/{float(second.bound):.1f}",
        f"{_percent(second)}",
        f"{solved - built:.1f}",
        f"{cpu:.1f}",
        f"{memory:.0f}",
        "yes" if not wrong else f"NO: {wrong[0]} (and {len(wrong) - 1} more)",
    ]


def _solved(problem: MatchingProblem, seconds: int | None, *, verbose: bool) -> Solution:
    begun = time.perf_counter()

    def say(stage: str, value: Fraction, bound: Fraction) -> None:
        sys.stderr.write(f"  {time.perf_counter() - begun:6.1f} {value}/{bound} {stage}\n")

    return solve(problem, SolverOptions(seconds, say if verbose else None))


def faults(problem: MatchingProblem, allocations: Sequence[Allocation]) -> list[str]:
    """Say all that is wrong with a plan: pairs, limits, capacities, wholes and conditions."""
    result = []
    taken: dict[int, int] = defaultdict(int)
    given: dict[int, int] = defaultdict(int)
    by: dict[int, list[int]] = defaultdict(list)
    if len({(need, offer) for need, offer, _ in allocations}) < len(allocations):
        result.append("a pair gives twice")
    for need, offer, amount in allocations:
        limits, ratio = problem.limits(need, offer), problem.ratio(need, offer)
        if limits is None or ratio is None or not limits.low <= amount <= limits.high:
            result.append(f"{need} from {offer}: {amount} is not within {limits}")
            continue
        taken[offer] += -(-amount * ratio.under // ratio.over)
        given[need] += amount
        by[need].append(offer)
    result += [f"{s} gives {n}" for s, n in taken.items() if n > problem.offers[s].free]
    result += [f"{d} gets {n}" for d, n in given.items() if n > problem.needs[d].open]
    for need, offers in by.items():
        one = problem.needs[need]
        if not one.divisible and (len(offers) > 1 or given[need] != one.open):
            result.append(f"{need} is divided")
        project = problem.projects[one.project]
        integral = project.completable and all(
            given[other] == problem.needs[other].open for other in project.needs
        )
        if not integral and any(problem.offers[offer].conditional for offer in offers):
            result.append(f"{need} is given to on condition, and is not complete")
    return result


def _pairs(problem: MatchingProblem) -> int:
    by_kind = sum(
        len(problem.needs_of_class[need_class])
        * sum(len(problem.offers_of_class[offer_class]) for offer_class in links)
        for need_class, links in enumerate(problem.links)
    )
    if by_kind > SMALL_ENOUGH:
        return by_kind
    return sum(1 for need in range(len(problem.needs)) for _ in problem.eligible_offers(need))


def _percent(level: Level) -> str:
    return f"{float(Fraction(level.gap) * 100):.2f}"


def _line(cells: Sequence[str]) -> str:
    return " ".join(cell.rjust(column.width) for cell, column in zip(cells, COLUMNS, strict=True))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
