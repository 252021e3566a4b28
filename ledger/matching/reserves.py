"""Reserves: for each line of a plan, the offers that could take over all of it if it fell away.

A reserve is another offer that may serve the need, and can give the whole amount of the line of
what the plan leaves of it. Everything else of the plan stays as it is, and keeps every rule: the
tickets and shares of both pairs, conditions, floors of shares, and caps, of which the line that
falls away leaves its part. Second-best means: at the lowest cost a year, an unknown cost last.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from ledger.core.errors import RefusedByRule
from ledger.matching.caps import CapRooms
from ledger.matching.plan import Allocation, PlanIndex, unmet_floors
from ledger.matching.problem import MatchingProblem

MOST_CANDIDATES: Final = 200_000
"""The most pairs of a line and an offer among which reserves are chosen."""


class TooManyReserves(RefusedByRule, code="too-many-reserves"):
    """Reserves were asked for of a plan with more candidates than are tried."""

    default_why = "Reserves are chosen for all lines together, so that each has another offer."
    default_next = "Ask for fewer projects: cityfund match --reserves --project PROJECT"


@dataclass(frozen=True, slots=True)
class Reserve:
    """The reserve of a line: an offer by its index; `shared` if other lines have it as well.

    `enough` says that what is left of the offer suffices for all lines that have it.
    """

    offer: int
    shared: bool = False
    enough: bool = True


class LineReserve(NamedTuple):
    """The reserve of a line of a proposal, with the code of its offer."""

    offer: str
    shared: bool
    enough: bool


NO_RESERVE: Final = {"reserve": None, "reserve_shared": None, "reserve_enough": None}
"""The cells of a line without a reserve, or of which none was asked for."""


def reserve_cells(reserve: LineReserve | None) -> dict[str, Any]:
    """Return the reserve of a line as in `cityfund.match/1`."""
    if reserve is None:
        return dict(NO_RESERVE)
    return {
        "reserve": reserve.offer,
        "reserve_shared": reserve.shared,
        "reserve_enough": reserve.enough,
    }


def recorded_reserves(record: Iterable[Any] | None) -> tuple[LineReserve | None, ...] | None:
    """Return the reserves that were recorded with a proposal; None if none were asked for."""
    if record is None:
        return None
    return tuple(None if one is None else LineReserve(*one) for one in record)


def candidates_of(problem: MatchingProblem, plan: Sequence[Allocation]) -> list[list[int]]:
    """Return for each line of a plan the offers that could take over all of it, the best first.

    Raises `TooManyReserves`.
    """
    takeovers = _Takeovers(problem, plan)
    found: list[list[int]] = []
    count = 0
    for line in plan:
        own = sorted(takeovers.of(line), key=lambda offer: _cost_key(problem, offer))
        count += len(own)
        if count > MOST_CANDIDATES:
            raise TooManyReserves(
                f"The proposal has more than {MOST_CANDIDATES:,} pairs of a line and an offer that "
                "could be its reserve."
            )
        found.append(own)
    return found


def _cost_key(problem: MatchingProblem, offer: int) -> tuple[bool, object, int]:
    cost = problem.offers[offer].cost
    return cost is None, cost if cost is not None else 0, offer


class _Takeovers:
    """Which offers can take over a line of a plan."""

    def __init__(self, problem: MatchingProblem, plan: Iterable[Allocation]) -> None:
        self._problem, self._index = problem, PlanIndex(problem, plan)
        self._free = self._index.free_amounts
        self._rooms = CapRooms(problem) if problem.caps else None
        if self._rooms is not None:
            for one in self._index.allocations:
                self._rooms.allocate(*one)

    def of(self, line: Allocation) -> Iterator[int]:
        """Give the offers that can take over a line."""
        rooms = self._rooms
        if rooms is not None:
            rooms.allocate(line.need, line.offer, -line.amount)
        for offer, _ in self._problem.eligible_offers(line.need):
            if offer != line.offer and self._takes(line, offer):
                yield offer
        if rooms is not None:
            rooms.allocate(*line)

    def _takes(self, line: Allocation, offer: int) -> bool:
        problem, index = self._problem, self._index
        limits, ratio = problem.limits(line.need, offer), problem.ratio(line.need, offer)
        if limits is None or ratio is None:
            return False
        given = index.amounts.get((line.need, offer), 0)
        amount = given + line.amount
        free = self._free[offer] + ratio.to_offer(given)
        if not limits.low <= amount <= limits.high or ratio.to_offer(amount) > free:
            return False
        if problem.offers[offer].conditional and not index.ends_complete(line.need):
            return False
        rooms = self._rooms
        if rooms is not None and rooms.largest(line.need, offer, line.amount) < line.amount:
            return False
        return self._keeps_floors(line, offer)

    def _keeps_floors(self, line: Allocation, offer: int) -> bool:
        """Say whether the project of a line still counts as complete, if it did."""
        project = self._problem.projects[self._problem.needs[line.need].project]
        if not project.floors or not self._index.ends_complete(line.need):
            return True
        others = [one for one in self._index.allocations if one != line]
        return not unmet_floors(project, [*others, line._replace(offer=offer)])


def draws(problem: MatchingProblem, plan: Sequence[Allocation], line: int, offer: int) -> int:
    """Return what a line would draw on its reserve, in the offer's smallest part."""
    ratio = problem.ratio(plan[line].need, offer)
    assert ratio is not None
    given = sum(one.amount for one in plan if (one.need, one.offer) == (plan[line].need, offer))
    return ratio.to_offer(given + plan[line].amount) - ratio.to_offer(given)
