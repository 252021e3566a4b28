"""Exchange local search around the projects that just miss completion.

First by exchange: a lighter project is released if a heavier one can be completed then, and is
completed again by other offers where possible. Then related projects are solved as a sub-MIP.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from ledger.solver.arcs import FloatArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList
from ledger.solver.construct import complete_project
from ledger.solver.neighbourhood import FixedRestSubMip, SubMipLimits
from ledger.solver.options import Deadline
from ledger.solver.relatedness import GroupRelatedness

_MAX_EXCHANGES = 400
_MAX_DISPLACED = 12
"""The number of projects that may be released for one that misses completion."""
_MAX_SUB_MIPS = 6
_PROJECTS_PER_SUB_MIP = 40
_SUB_MIP_LIMITS = SubMipLimits(arcs=8, nodes=20, checks=40)
_MIN_GAIN_RELATED = -3.0
"""Projects below this gain are not in sub-MIPs."""
_MIN_GAIN = -1.0
"""Projects below this gain are not tried."""


def exchange_search(
    assignment: Assignment, candidates: CandidateList, gain: FloatArray, deadline: Deadline
) -> None:
    """Complete more weight around the most promising incomplete projects.

    `gain` is the weight of each project less its cost at the prices of the relaxation.
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
    """Complete a project in place of a lighter one, which may be completed by other offers."""
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
    """Return the projects served by the offers of these, the closest and least gainful first."""
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
