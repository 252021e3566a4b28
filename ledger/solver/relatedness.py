"""Relatedness of projects in large-neighbourhood search: the use of the same scarce supply groups.

The projects most related to those already chosen are added one by one (Shaw 1998).
"""

from __future__ import annotations

import numpy as np

from ledger.solver.arc_choice import ArcChoice
from ledger.solver.arcs import FloatArray, IndexArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList

_GROUPS_PER_NEED = 8
"""The supply groups of a need that count: the first of its candidate list."""
_SCARCE = 1e-6


class GroupRelatedness:
    """The projects that could use each scarce supply group, and the groups of each project.

    `gain` is the weight of each project less its cost at the prices of the relaxation: those with
    much to gain or lose are certain, and less worth solving again.
    """

    def __init__(
        self,
        assignment: Assignment,
        candidates: CandidateList,
        gain: FloatArray,
        projects: list[int],
    ) -> None:
        self._groups: dict[int, list[int]] = {}
        users: dict[int, list[int]] = {}
        for project in projects:
            scarce_groups = dict.fromkeys(
                group
                for need in assignment.problem.projects[project].needs
                for group, _, price in candidates.groups(need)[:_GROUPS_PER_NEED]
                if price > _SCARCE
            )
            self._groups[project] = list(scarce_groups)
            for group in scarce_groups:
                users.setdefault(group, []).append(project)
        self._users = {group: np.array(some, np.int64) for group, some in users.items()}
        self._uncertainty = np.zeros(len(gain))
        self._uncertainty[projects] = 1 / (1 + np.abs(gain[projects]))

    def most_related(self, project: int, most: int) -> list[int]:
        """Return a project and up to `most` in all, each the most related to those before."""
        score = np.zeros(len(self._uncertainty))
        free = np.ones(len(score), dtype=bool)
        related, scored = [project], set[int]()
        free[project] = False
        while len(related) < most:
            for group in self._groups[related[-1]]:
                if group not in scored:
                    scored.add(group)
                    users: IndexArray = self._users[group]
                    score[users] += 1 / len(users)
            chosen = int(np.argmax(score * self._uncertainty * free))
            if score[chosen] <= 0 or not free[chosen]:
                break
            related.append(chosen)
            free[chosen] = False
        return related


class ArcRelatedness:
    """The scarce offers that each project could use, and the projects that could use each.

    `gain` is the weight of each project less its cost at the prices of the relaxation: those with
    much to gain or lose are certain, and less worth solving again.
    """

    def __init__(self, choice: ArcChoice, prices: FloatArray, gain: FloatArray) -> None:
        block = choice.block
        at = np.flatnonzero(choice.candidate & (prices[block.group] > _SCARCE))
        projects = choice.arcs.project[block.need[at]]
        pairs = np.unique(np.column_stack([projects, block.group[at]]), axis=0)
        self._groups: dict[int, list[int]] = {}
        self._users: dict[int, list[int]] = {}
        for project, group in pairs.tolist():
            self._groups.setdefault(project, []).append(group)
            self._users.setdefault(group, []).append(project)
        self._uncertainty = np.where(choice.completable, 1 / (1 + np.abs(gain)), 0.0)

    def most_related(self, project: int, most: int) -> list[int]:
        """Return a project and up to `most` in all, each the most related to those before."""
        score = np.zeros(len(self._uncertainty))
        free = np.ones(len(score), dtype=bool)
        related, scored = [project], set[int]()
        free[project] = False
        while len(related) < most:
            for group in self._groups.get(related[-1], ()):
                if group not in scored:
                    scored.add(group)
                    users = self._users[group]
                    score[users] += 1 / len(users)
            chosen = int(np.argmax(score * self._uncertainty * free))
            if score[chosen] * self._uncertainty[chosen] <= 0 or not free[chosen]:
                break
            related.append(chosen)
            free[chosen] = False
        return related
