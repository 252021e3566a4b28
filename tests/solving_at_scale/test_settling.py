"""What diving leaves undecided is settled at once: never worse, and right in whole numbers."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from bench_matching import faults
from pipelines import dense, problem_of, sparse
from problems import demand, supply
from problems import problem as simple

from ledger.matching.greedy import greedy_plan
from ledger.matching.plan import completeness
from ledger.matching.problem import Problem
from ledger.solver.arc_choice import Choices
from ledger.solver.arcs import Arcs, Ground
from ledger.solver.assignment import Book
from ledger.solver.diving import dive, undecided
from ledger.solver.heuristic import solve_middle
from ledger.solver.highs import Deadline
from ledger.solver.lns import CHOICES, Settling, settle
from ledger.solver.relaxation import Relaxation, Relaxed, completable

SETTLING = Settling(left=1_000, work=2_000_000)


class Dived(NamedTuple):
    arcs: Arcs
    ground: Ground
    end: Relaxed


def dived(problem: Problem, left: int) -> Dived:
    arcs = Arcs(problem, alone=True)
    piece, may = arcs.all(), completable(arcs)
    end = dive(arcs, Relaxation(arcs, piece, may), left=left)
    assert end is not None
    return Dived(arcs, Ground(piece, may, end.prices, end.part, end.flow), end)


def settled(problem: Problem, state: Dived, book: Book) -> int:
    choices = Choices.made(state.ground, state.arcs, state.end, book, CHOICES)
    settle(choices, book, state.end, SETTLING, Deadline(None))
    return int(completeness(problem, book.plan()))


@pytest.fixture(scope="module", params=["dense", "sparse"])
def problem(request) -> Problem:
    return problem_of(dense(90, 80, seed=2) if request.param == "dense" else sparse(900, 900))


def test_diving_ends_where_few_enough_are_undecided(problem):
    counts = {left: undecided_after(problem, left) for left in (1_000, 4, 0)}

    assert counts[1_000] > 4 >= counts[4] >= counts[0]


def undecided_after(problem: Problem, left: int) -> int:
    state = dived(problem, left)
    return int(undecided(state.arcs, state.ground.piece, state.end).sum())


def test_what_is_settled_from_the_relaxation_is_a_plan_and_beats_one_pass(problem):
    book = Book(problem)

    value = settled(problem, dived(problem, left=1_000), book)

    assert not faults(problem, book.plan())
    assert value > completeness(problem, greedy_plan(problem))


def test_a_better_plan_stays_as_it_is(problem):
    best = solve_middle(problem)
    book = Book(problem)
    for give in best.gives:
        book.give(*give)

    value = settled(problem, dived(problem, left=1_000), book)

    assert value == best.complete.value
    assert book.plan() == best.gives


def test_where_nothing_is_undecided_what_the_relaxation_says_is_written():
    asked = simple([(3, [demand(5)])], [supply(5)])
    state, book = dived(asked, left=1_000), Book(asked)

    assert not undecided(state.arcs, state.ground.piece, state.end).any()
    assert settled(asked, state, book) == 3
