"""Solving a few projects again, exactly, while the rest of the plan stays as it is.

The projects of a neighbourhood give back what they got; what is free then is shared out anew by
a small mixed-integer program over a few supplies of each demand. Its answer is repaired into
whole numbers and kept where it completes more weight, or as much for less of what is scarce.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ledger.solving.highs import Floats, Kind, Model, Places, Solver
from ledger.solving.large.book import Book
from ledger.solving.large.filling import fill
from ledger.solving.large.guide import Guide

_THRIFT = 1e-3
"""What a unit of price weighs against a unit of weight: enough to prefer what is not scarce."""
_TOLERANCE = 1e-7
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class _Arc:
    demand: int
    supply: int
    low: float
    high: float
    load: float
    price: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How hard one neighbourhood is tried: supplies a demand may turn to, and nodes searched."""

    arcs: int
    nodes: int


class Neighbourhood:
    """Some projects of a plan, to be solved again."""

    def __init__(self, book: Book, guide: Guide, ventures: list[int]) -> None:
        self._book, self._guide, self._ventures = book, guide, ventures
        self._demands = [
            demand for place in ventures for demand in book.problem.ventures[place].demands
        ]

    def improve(self, trial: Trial) -> int:
        """Solve again and keep what is better; give the weight won, 0 or more."""
        book = self._book
        before = self._worth()
        current = {demand: list(book.given[demand]) for demand in self._demands}
        had = {
            (demand, supply): amount
            for demand in self._demands
            for supply, amount in book.given[demand].items()
        }
        mark = book.mark()
        book.clear(self._demands)
        arcs = [arc for demand in self._demands for arc in self._arcs(demand, current, trial.arcs)]
        answer = self._solve(arcs, had, trial, before[0])
        if answer is not None:
            self._write(arcs, *answer)
            after = self._worth()
            if after > before:
                return after[0] - before[0]
        book.go_back(mark)
        return 0

    def _worth(self) -> tuple[int, float]:
        """Give the weight completed, and how little of what is scarce it takes."""
        book = self._book
        weight = sum(
            book.problem.ventures[place].weight
            for place in self._ventures
            if book.is_complete(place)
        )
        return weight, -sum(self._price(demand) for demand in self._demands)

    def _price(self, demand: int) -> float:
        given = self._book.given[demand]
        if not given:
            return 0.0
        open_ = self._book.problem.demands[demand].open
        prices = self._guide.prices(demand)
        dearest = max(prices.values())
        return sum(amount / open_ * prices.get(supply, dearest) for supply, amount in given.items())

    def _arcs(self, demand: int, current: dict[int, list[int]], most: int) -> list[_Arc]:
        book, open_ = self._book, self._book.problem.demands[demand].open
        found: list[_Arc] = []
        kept = current[demand]
        prices = self._guide.prices(demand)
        for supply in kept + [one for one in prices if one not in kept]:
            if not book.room(demand, supply):
                continue
            limits, ratio = book.limits(demand, supply), book.problem.ratio(demand, supply)
            assert limits is not None
            assert ratio is not None
            high = min(limits.high, ratio.to_need(book.free[supply])) / open_
            load = ratio.to_offer(open_) / book.free[supply]
            found.append(
                _Arc(demand, supply, limits.low / open_, high, load, prices.get(supply, 0.0))
            )
            if len(found) == most:
                break
        return found

    def _solve(
        self, arcs: list[_Arc], had: dict[tuple[int, int], int], trial: Trial, floor: int
    ) -> tuple[list[bool], list[float]] | None:
        problem = self._book.problem
        model = Model()
        weights = [
            problem.ventures[place].weight if problem.ventures[place].completable else 0
            for place in self._ventures
        ]
        possible = np.array([1.0 if weight else 0.0 for weight in weights])
        parts = model.add_columns(np.array(weights, float), 0.0, possible, Kind.WHOLE)
        kinds = np.array([self._kind(arc) for arc in arcs], np.uint8)
        flows = model.add_columns(
            np.array([-_THRIFT * arc.price for arc in arcs]),
            np.where(kinds == Kind.SEMI_CONTINUOUS, [arc.low for arc in arcs], 0.0),
            np.array([arc.high for arc in arcs]),
            kinds,
        )
        self._rows(model, arcs, parts, flows)
        solver = Solver(model, tolerance=_TOLERANCE)
        solver.set_option("mip_abs_gap", 0.9)
        solver.set_option("presolve", "on")
        solver.start_from(self._start(arcs, had))
        outcome = solver.solve(nodes=trial.nodes)
        if outcome.values is None or outcome.value < floor - _HALF:
            return None
        values = outcome.values.tolist()
        count = len(weights)
        return [value > _HALF for value in values[:count]], values[count:]

    def _kind(self, arc: _Arc) -> int:
        if not self._book.problem.demands[arc.demand].divisible:
            return int(Kind.WHOLE)
        return int(Kind.SEMI_CONTINUOUS if arc.low > 1 / _BIG else Kind.CONTINUOUS)

    def _rows(self, model: Model, arcs: list[_Arc], parts: Places, flows: Places) -> None:
        demand_rows = model.add_rows(0.0, 0.0, len(self._demands))
        row_of = dict(zip(self._demands, demand_rows.tolist(), strict=True))
        part_of = dict(zip(self._ventures, parts.tolist(), strict=True))
        ventures = [part_of[self._book.problem.demands[one].venture] for one in self._demands]
        model.put(demand_rows, np.array(ventures, np.int32), -1.0)
        if not arcs:
            return
        model.put(np.array([row_of[arc.demand] for arc in arcs], np.int32), flows, 1.0)
        supplies = sorted({arc.supply for arc in arcs})
        held = model.add_rows(-np.inf, 1.0, len(supplies))
        hold_of = dict(zip(supplies, held.tolist(), strict=True))
        model.put(
            np.array([hold_of[arc.supply] for arc in arcs], np.int32),
            flows,
            np.array([arc.load for arc in arcs]),
        )

    def _start(self, arcs: list[_Arc], had: dict[tuple[int, int], int]) -> Floats:
        given = {demand for demand, _ in had}
        problem = self._book.problem
        parts = [
            float(all(demand in given for demand in problem.ventures[place].demands))
            for place in self._ventures
        ]
        flows = [
            had.get((arc.demand, arc.supply), 0) / problem.demands[arc.demand].open for arc in arcs
        ]
        return np.array(parts + flows)

    def _write(self, arcs: list[_Arc], chosen: list[bool], flows: list[float]) -> None:
        """Write the answer down in whole numbers; a project that can't be filled gets nothing."""
        book, problem = self._book, self._book.problem
        wanted: dict[int, list[tuple[int, float]]] = {}
        for arc, flow in zip(arcs, flows, strict=True):
            if flow > _TOLERANCE:
                wanted.setdefault(arc.demand, []).append((arc.supply, flow))
        ventures = [place for place, yes in zip(self._ventures, chosen, strict=True) if yes]
        for place in ventures:
            for demand in problem.ventures[place].demands:
                for supply, flow in wanted.get(demand, []):
                    limits, room = book.limits(demand, supply), book.room(demand, supply)
                    assert limits is not None
                    amount = min(room, max(limits.low, round(flow * problem.demands[demand].open)))
                    if amount:
                        book.give(demand, supply, amount)
        for place in ventures:
            demands = problem.ventures[place].demands
            if not all(not book.open[one] or fill(book, self._guide, one) for one in demands):
                book.clear(demands)


_BIG = 1e6
