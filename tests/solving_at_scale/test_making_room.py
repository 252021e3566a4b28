"""Room for a need: others move from its offers to offers with capacity left, and stay as full."""

from __future__ import annotations

import numpy as np
import pytest
from problems import ONE, broken_rules, need, offer
from problems import problem as simple

from ledger.matching.plan import Allocation
from ledger.matching.problem import MatchingProblem
from ledger.solver.arcs import Arcs
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import fill_need

LINKS = ({0: ONE, 1: ONE}, {0: ONE})
"""Needs of the first kind may take from both kinds of offers, those of the second from one."""


def served(asked: MatchingProblem) -> tuple[Assignment, CandidateList]:
    """Return an assignment in which the first offer gives all that it has to the first need."""
    arcs = Arcs(asked, per_offer=True)
    block, nothing = arcs.all(), np.zeros(len(arcs.groups.free))
    candidates = CandidateList(arcs, block, np.zeros(len(block.need)), nothing)
    assignment = Assignment(asked)
    assignment.allocate(0, 0, asked.offers[0].free)
    return assignment, candidates


def test_a_need_moves_to_another_offer_and_stays_as_full():
    asked = simple(
        [(1, [need(10)]), (1, [need(7, kind=1)])],
        [offer(10), offer(9, kind=1)],
        links=LINKS,
    )
    assignment, candidates = served(asked)

    assert fill_need(assignment, candidates, 1)
    assert assignment.plan() == (Allocation(0, 0, 1), Allocation(0, 1, 9), Allocation(1, 0, 7))
    assert not broken_rules(asked, assignment.plan())


def test_without_moving_others_there_is_no_room():
    asked = simple(
        [(1, [need(10)]), (1, [need(7, kind=1)])],
        [offer(10), offer(9, kind=1)],
        links=LINKS,
    )
    assignment, candidates = served(asked)

    assert not fill_need(assignment, candidates, 1, reallocate=False)
    assert assignment.plan() == (Allocation(0, 0, 10),)


@pytest.mark.parametrize(("free", "moves"), [(9, False), (10, True)])
def test_an_indivisible_need_moves_as_a_whole_or_stays(free, moves):
    asked = simple(
        [(1, [need(10, divisible=False)]), (1, [need(7, kind=1)])],
        [offer(10), offer(free, kind=1)],
        links=LINKS,
    )
    assignment, candidates = served(asked)

    assert fill_need(assignment, candidates, 1) is moves
    assert assignment.plan()[0] == Allocation(0, 1 if moves else 0, 10)


@pytest.mark.parametrize("conditional", [False, True])
def test_a_conditional_offer_takes_over_only_where_that_is_asked_for(conditional):
    asked = simple(
        [(1, [need(10), need(5, kind=2)]), (1, [need(7, kind=1)])],
        [offer(10), offer(10, kind=1, conditional=True)],
        links=(*LINKS, {}),
    )
    assignment, candidates = served(asked)

    assert fill_need(assignment, candidates, 2, conditional=conditional) is conditional


def test_needs_of_several_offers_move_until_there_is_enough():
    asked = simple(
        [(1, [need(4)]), (1, [need(6)]), (1, [need(10, kind=1)])],
        [offer(4), offer(6), offer(10, kind=1)],
        links=LINKS,
    )
    assignment, candidates = served(asked)
    assignment.allocate(1, 1, 6)

    assert fill_need(assignment, candidates, 2)
    assert assignment.plan() == (
        Allocation(0, 2, 4),
        Allocation(1, 2, 6),
        Allocation(2, 0, 4),
        Allocation(2, 1, 6),
    )
