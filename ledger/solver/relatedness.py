"""Which projects are near one another: those that could use the same scarce stores.

Which projects belong in one block: those that could use the same scarce supplies.
"""

from __future__ import annotations

import numpy as np

from ledger.solver.arc_choice import ArcChoice
from ledger.solver.arcs import FloatArray, IndexArray
from ledger.solver.assignment import Assignment
from ledger.solver.candidates import CandidateList

_GROUPS_PER_NEED = 8
"""Stores of a demand that count: those it would turn to first."""
_SCARCE = 1e-6


class GroupRelatedness:
    """The projects that could use each scarce store, and the scarce stores each could use.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices: those
    with much or little to gain are what they are, and less worth a second look.
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
        """Give a project and up to so many others, one by one the nearest to those before."""
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
    """The scarce supplies that each project could use, and the projects that could use each.

    `gain` is what each project's weight exceeds its cost by, at the relaxation's prices: those
    with much or little to gain are what they are, and less worth a second look.
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
        """Give a project and up to so many others, one by one the nearest to those before."""
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
