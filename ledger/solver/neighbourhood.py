"""Solving some projects again, exactly, while the rest of the plan stays as it is.

The projects of a neighbourhood give back what they got; what is free then is shared out anew by
a mixed-integer program over a few stores of each demand. Its answer is written down in whole
numbers and kept where it completes more weight, or as much for less of what is scarce.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ledger.solver.assignment import Book
from ledger.solver.bounds import FULL
from ledger.solver.candidates import Guide
from ledger.solver.construct import rewrite
from ledger.solver.highs import INFINITY, Deadline, Floats, Kind, Model, Places, Solver

_TOLERANCE = 1e-7
_HALF = 0.5
SMALLEST_TICKET = 1e-6
"""A part of a demand: a smallest amount below it is none."""


@dataclass(frozen=True, slots=True)
class _Arc:
    """What a store could give a demand, as parts of what is open; `load` of what it has left."""

    demand: int
    store: int
    low: float
    high: float
    load: float
    price: float


@dataclass(frozen=True, slots=True)
class Trial:
    """How hard one neighbourhood is tried: stores a demand may turn to, and what is searched."""

    arcs: int
    nodes: int
    checks: int


class Neighbourhood:
    """Some projects of a plan, to be solved again."""

    def __init__(self, book: Book, guide: Guide, ventures: list[int]) -> None:
        self._book, self._guide, self._ventures = book, guide, ventures
        problem = book.problem
        self._demands = [one for place in ventures for one in problem.ventures[place].demands]

    def improve(self, trial: Trial, deadline: Deadline | None = None) -> int:
        """Solve again and keep what is better; give the weight won, 0 or more."""
        book = self._book
        before = self._worth()
        had = {demand: self._stores_of(demand) for demand in self._demands}
        was = [float(book.is_complete(place)) for place in self._ventures]
        mark = book.mark()
        book.clear(self._demands)
        arcs = [arc for one in self._demands for arc in self._arcs(one, had[one], trial.arcs)]
        start = [had[arc.demand].get(arc.store, 0.0) for arc in arcs]
        answer = self._solve(arcs, np.array(was + start), trial, deadline)
        if answer is not None and answer[0] > before[0] - _HALF:
            self._write(arcs, answer[1].tolist())
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
        taken = self._stores_of(demand)
        if not taken:
            return 0.0
        prices = {store: price for store, _, price in self._guide.stores(demand)}
        dearest = max(prices.values(), default=0.0)
        return sum(part * prices.get(store, dearest) for store, part in taken.items())

    def _stores_of(self, demand: int) -> dict[int, float]:
        """Give what part of a demand each store fills now."""
        open_ = self._book.problem.demands[demand].open
        found: dict[int, float] = {}
        for supply, amount in self._book.given[demand].items():
            store = self._guide.store_of(supply)
            found[store] = found.get(store, 0.0) + amount / open_
        return found

    def _arcs(self, demand: int, had: Iterable[int], most: int) -> list[_Arc]:
        """Give the stores that a demand may turn to: where it is now, then the best others."""
        prices = {store: price for store, _, price in self._guide.stores(demand)}
        found: list[_Arc] = []
        for store in dict.fromkeys([*had, *prices]):
            arc = self._arc(demand, store, prices.get(store, 0.0))
            if arc is not None:
                found.append(arc)
            if len(found) == most:
                break
        return found

    def _arc(self, demand: int, store: int, price: float) -> _Arc | None:
        book, members = self._book, self._guide.members[store]
        one = book.problem.demands[demand]
        rooms = [book.room(demand, supply) for supply in members]
        high = min(one.open, sum(rooms)) if one.divisible else max(rooms)
        limits, ratio = book.limits(demand, members[0]), book.problem.ratio(demand, members[0])
        if not high or ratio is None:
            return None
        low = limits.low if limits is not None and len(members) == 1 else 1
        free = sum(book.free[supply] for supply in members)
        load = ratio.to_offer(one.open) / free
        return _Arc(demand, store, low / one.open, high / one.open, load, price)

    def _solve(
        self, arcs: list[_Arc], start: Floats, trial: Trial, deadline: Deadline | None
    ) -> tuple[float, Floats] | None:
        """Solve the program; give the weight it completes, and its columns."""
        ventures = [self._book.problem.ventures[place] for place in self._ventures]
        weights = np.array([float(one.weight * one.completable) for one in ventures])
        model = Model()
        parts = model.add_columns(weights, 0.0, np.minimum(weights, 1.0), Kind.WHOLE)
        kinds = np.array([self._kind(arc) for arc in arcs], np.uint8)
        flows = model.add_columns(
            0.0,
            np.where(kinds == Kind.SEMI_CONTINUOUS, [arc.low for arc in arcs], 0.0),
            np.array([arc.high for arc in arcs]),
            kinds,
            count=len(arcs),
        )
        self._rows(model, arcs, parts, flows)
        solver = Solver(model, tolerance=_TOLERANCE)
        solver.set_option("mip_abs_gap", 0.9)
        solver.start_from(start)
        outcome = solver.solve(nodes=trial.nodes, checks=trial.checks, deadline=deadline)
        if outcome.values is None:
            return None
        return float(outcome.values[parts] @ weights), outcome.values

    def _kind(self, arc: _Arc) -> int:
        if not self._book.problem.demands[arc.demand].divisible:
            return int(Kind.WHOLE)
        return int(Kind.SEMI_CONTINUOUS if arc.low > SMALLEST_TICKET else Kind.CONTINUOUS)

    def _rows(self, model: Model, arcs: list[_Arc], parts: Places, flows: Places) -> None:
        part_of = dict(zip(self._ventures, parts.tolist(), strict=True))
        problem = self._book.problem
        ventures = {one: part_of[problem.demands[one].venture] for one in self._demands}
        filled = model.add_rows(0.0, 0.0, len(self._demands))
        model.put(filled, np.array(list(ventures.values()), np.int32), -1.0)
        if not arcs:
            return
        row_of = dict(zip(self._demands, filled.tolist(), strict=True))
        model.put([row_of[arc.demand] for arc in arcs], flows, 1.0)
        stores = {store: row for row, store in enumerate(sorted({arc.store for arc in arcs}))}
        held = model.add_rows(-INFINITY, 1.0, len(stores))
        rows = held[[stores[arc.store] for arc in arcs]]
        model.put(rows, flows, np.array([arc.load for arc in arcs]))
        less = [at for at, arc in enumerate(arcs) if arc.high < FULL]
        shares = model.add_rows(-INFINITY, 0.0, len(less))
        model.put(shares, flows[less], 1.0)
        highs = np.array([-arcs[at].high for at in less])
        model.put(shares, [ventures[arcs[at].demand] for at in less], highs)

    def _write(self, arcs: list[_Arc], values: list[float]) -> None:
        parts = zip(self._ventures, values, strict=False)
        flows = zip(arcs, values[len(self._ventures) :], strict=True)
        rewrite(
            self._book,
            self._guide,
            [place for place, part in parts if part > _HALF],
            [(arc.demand, arc.store, flow) for arc, flow in flows if flow > _TOLERANCE],
            self._ventures,
        )
