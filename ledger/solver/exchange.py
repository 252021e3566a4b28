"""Improving a plan round the projects that just miss completion.

First by exchange: a lighter project gives way if one that misses can be completed then, and tries
to be completed again with what else there is. Then a neighbourhood is solved again as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from ledger.solver.arcs import FloatArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import complete_project
from ledger.solver.highs import Deadline
from ledger.solver.neighbourhood import FixedRestSubMip, SubMipLimits
from ledger.solver.relatedness import GroupRelatedness

_MAX_EXCHANGES = 400
_MAX_DISPLACED = 12
"""Projects that may give way to one that misses."""
_MAX_SUB_MIPS = 6
_PROJECTS_PER_SUB_MIP = 40
_SUB_MIP_LIMITS = SubMipLimits(arcs=8, nodes=20, checks=40)
_MIN_GAIN_RELATED = -3.0
"""Those that would cost this much more are not solved again either."""
_MIN_GAIN = -1.0
"""Projects that would cost this much more than their weight are not tried."""


def exchange_search(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, deadline: Deadline
) -> None:
    """Try to complete more weight round the most promising projects that are not complete.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices.
    """
    order = np.argsort(-gain, kind="stable").tolist()
    seeds = [index for index in order if np.isfinite(gain[index]) and gain[index] > _MIN_GAIN]
    for project in [one for one in seeds if not assignment.is_complete(one)][:_MAX_EXCHANGES]:
        if deadline.passed:
            return
        _exchange(assignment, candidates, gain, project)
    related = GroupRelatedness(
        assignment, candidates, gain, [one for one in order if gain[one] > _MIN_GAIN_RELATED]
    )
    covered_projects: set[int] = set()
    sub_mips = 0
    for project in seeds:
        if deadline.passed or sub_mips == _MAX_SUB_MIPS:
            return
        if project not in covered_projects and not assignment.is_complete(project):
            most_related = related.most_related(project, _PROJECTS_PER_SUB_MIP)
            covered_projects.update(most_related)
            sub_mips += 1
            FixedRestSubMip(assignment, candidates, most_related).improve(_SUB_MIP_LIMITS, deadline)


def _exchange(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, project: int
) -> None:
    """Complete a project in place of a lighter one, which may find another way to be complete."""
    projects = assignment.problem.projects
    if complete_project(assignment, candidates, project):
        return
    competing = _competing_projects(assignment, candidates, gain, [project])
    for other in competing[:_MAX_DISPLACED]:
        if not assignment.is_complete(other):
            continue
        checkpoint = assignment.checkpoint()
        assignment.clear(projects[other].needs)
        if complete_project(assignment, candidates, project) and (
            complete_project(assignment, candidates, other)
            or projects[other].weight < projects[project].weight
        ):
            return
        assignment.roll_back(checkpoint)


def _competing_projects(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, projects: Iterable[int]
) -> list[int]:
    """Give the projects served by what could serve these, the closest and least gainful first."""
    counts: Counter[int] = Counter()
    given_projects = set(projects)
    for project in given_projects:
        for need in assignment.problem.projects[project].needs:
            for offer in candidates.prices(need):
                counts.update(
                    assignment.problem.needs[served_need].project
                    for served_need in assignment.served_needs[offer]
                )
    outside = (project for project in counts if project not in given_projects)
    return sorted(outside, key=lambda one: (-counts[one], gain[one], one))
