"""Solving a block of projects again, exactly, while the others end as they do.

Inside the block everything is open: which projects end complete, which supply fills what only one
may fill, which pairs give at all. Outside, projects end as they do, what only one supply may fill
stays where it is, and of the pairs with a smallest amount those give that do; but how much they
give may change, so that room can be made for the block wherever flows can turn elsewhere.

Settling at once, exactly, what diving leaves undecided.

Diving decides one thing after the other, and what it decides last costs the most: there is little
left to turn to. So it stops while some projects are undecided, and those are decided together,
by a block in the state where diving stopped.

Which blocks of a plan are solved again, and how hard each is tried.

A block grows from a project that is not complete through those that could use the same scarce
stores. The search ends when some in a row win nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ledger.solver.arc_choice import Choices, Few, State
from ledger.solver.arcs import Flags
from ledger.solver.assignment import Book
from ledger.solver.bounds import weights
from ledger.solver.diving import FLOWS, TINY, undecided
from ledger.solver.highs import INFINITY, Deadline, Floats, Kind, Model, Places, Solver
from ledger.solver.pairs import Pair, Pairs
from ledger.solver.relatedness import Nearness
from ledger.solver.relaxation import Relaxed
from ledger.solver.repair import Flow
from ledger.solver.rounding import sparing

_TOLERANCE = 1e-6
_FINE = 1e-9
_HALF = 0.5
_GAP = 0.9
"""Weights are whole, so that less than one is no gap."""


@dataclass(frozen=True, slots=True)
class Result:
    """The weight a block won, 0 or more; whether no more can be won in it; the work it took."""

    won: int
    proven: bool
    work: int


class Block:
    """Some projects of a plan, to be solved again while flows outside may turn elsewhere.

    The plan is that in the book, or a `state` that was never written down.
    """

    def __init__(
        self, choices: Choices, book: Book, ventures: list[int], state: State | None = None
    ) -> None:
        self._choices, self._book, self._ventures = choices, book, ventures
        self._written = state is None
        state = choices.written(book) if state is None else state
        self._done, self._used = state.done, state.used
        self._inside = np.zeros(len(choices.may), dtype=bool)
        self._inside[ventures] = True
        self._places = np.flatnonzero(self._kept())

    def _kept(self) -> Flags:
        choices, used = self._choices, self._used > 0
        piece, arcs = choices.piece, choices.arcs
        venture = arcs.venture[piece.demand]
        free = choices.near & (choices.low == 0) & arcs.divisible[piece.demand]
        found: Flags = np.where(
            self._inside[venture], choices.near | used, self._done[venture] & (free | used)
        )
        return found

    def improve(self, work: int, nodes: int, deadline: Deadline) -> Result:
        """Solve again and keep what is better, with so much work: columns times checks."""
        model = Model()
        weight = weights(self._choices.arcs)
        may = self._choices.may[self._ventures].astype(np.float64)
        parts = model.add_columns(weight[self._ventures], 0.0, may, Kind.WHOLE)
        flows = self._add_flows(model)
        self._add_fills(model, parts, flows)
        holds = self._add_holds(model, flows)
        self._add_limits(model, parts, flows)
        solver = Solver(model, tolerance=_TOLERANCE)
        solver.set_option("mip_abs_gap", _GAP)
        solver.leave_out_feasibility_jump()
        if self._written:
            was = self._done[self._ventures].astype(np.float64)
            solver.start_from(np.concatenate([was, self._used[self._places]]))
        outcome = solver.solve(nodes=nodes, checks=max(1, work // model.columns), deadline=deadline)
        won = 0
        outside = float(weight @ (self._done & ~self._inside))
        if outcome.values is not None and outside + outcome.value > self._weight() + _HALF:
            roomier = self._roomier(model, outcome.values, flows, holds)
            won = self._write(outcome.values if roomier is None else roomier, flows)
        return Result(won, outcome.optimal, solver.checked * model.columns)

    def _add_flows(self, model: Model) -> Places:
        choices, at = self._choices, self._places
        demand = choices.piece.demand[at]
        inside = self._inside[choices.arcs.venture[demand]]
        whole, low = ~choices.arcs.divisible[demand], choices.low[at]
        high = np.where(whole, 1.0, choices.piece.share[at])
        kinds = np.full(len(at), int(Kind.CONTINUOUS), np.uint8)
        kinds[inside & whole] = int(Kind.WHOLE)
        kinds[inside & ~whole & (low > 0)] = int(Kind.SEMI_CONTINUOUS)
        lows = np.where(whole, np.where(inside, 0.0, 1.0), low)
        return model.add_columns(0.0, np.minimum(lows, high), high, kinds, count=len(at))

    def _add_fills(self, model: Model, parts: Places, flows: Places) -> None:
        choices = self._choices
        venture = choices.arcs.venture
        inside = self._inside[venture]
        demands = np.flatnonzero(inside | self._done[venture])
        row_of = np.full(len(venture), -1, np.int64)
        whole = np.where(inside[demands], 0.0, 1.0)
        row_of[demands] = model.add_rows(whole, whole, len(demands))
        part_of = np.full(len(choices.may), -1, np.int64)
        part_of[self._ventures] = parts
        block = np.flatnonzero(inside)
        model.put(row_of[block], part_of[venture[block]], -1.0)
        model.put(row_of[choices.piece.demand[self._places]], flows, 1.0)

    def _add_holds(self, model: Model, flows: Places) -> Places:
        """Add what each store has; give the row of each flow."""
        piece, at = self._choices.piece, self._places
        stores, row = np.unique(piece.store[at], return_inverse=True)
        holds = model.add_rows(-INFINITY, 1.0, len(stores))
        model.put(holds[row], flows, piece.load[at])
        found: Places = holds[row]
        return found

    def _add_limits(self, model: Model, parts: Places, flows: Places) -> None:
        choices, at = self._choices, self._places
        piece, venture = choices.piece, choices.arcs.venture[choices.piece.demand[at]]
        part_of = np.full(len(choices.may), -1, np.int64)
        part_of[self._ventures] = parts
        less = np.flatnonzero(self._inside[venture] & choices.tight[at])
        rows = model.add_rows(-INFINITY, 0.0, len(less))
        model.put(rows, flows[less], 1.0)
        model.put(rows, part_of[venture[less]], -piece.share[at][less])

    def _roomier(self, model: Model, values: Floats, flows: Places, holds: Places) -> Floats | None:
        """Solve again with all choices made, keeping back what rounding may cost, if it can be."""
        kinds = np.concatenate(model.kinds)
        lost = np.where(values[flows] > _TOLERANCE, self._lost(), 0.0)
        back = np.bincount(holds, lost, model.rows).astype(np.float64)
        rows = np.flatnonzero(back).astype(np.int32)
        fixed = sparing(replace(model, costs=[np.zeros(model.columns)]), rows, back[rows])
        solver = Solver(fixed, tolerance=_FINE)
        whole = np.flatnonzero(kinds == Kind.WHOLE).astype(np.int32)
        solver.set_bounds(whole, np.round(values[whole]), np.round(values[whole]))
        closed = np.flatnonzero((kinds == Kind.SEMI_CONTINUOUS) & (values < _TOLERANCE))
        nothing = np.zeros(len(closed))
        solver.set_bounds(closed.astype(np.int32), nothing, nothing)
        found = solver.solve().values
        return None if found is None else found[: model.columns]

    def _lost(self) -> Floats:
        """Give what rounding across currencies may cost each flow, as a part of its store."""
        choices, problem = self._choices, self._book.problem
        found = np.zeros(len(self._places))
        for place, at in enumerate(self._places.tolist()):
            supply = int(choices.supply[at])
            demand = int(choices.piece.demand[at])
            ratio = problem.ratio(demand, supply)
            divisible = problem.demands[demand].divisible
            if divisible and ratio is not None and ratio.under != ratio.over:
                found[place] = (ratio.to_offer(1) + 1) / problem.supplies[supply].free
        return found

    def _write(self, values: Floats, flows: Places) -> int:
        """Write an answer down in whole numbers, if it completes more then; say how much."""
        book, problem = self._book, self._book.problem
        before = self._weight()
        ends = self._done & ~self._inside
        ends[np.array(self._ventures, np.int64)[values[: len(self._ventures)] > _HALF]] = True
        demands = [place for place, one in enumerate(problem.demands) if ends[one.venture]]
        gives = self._flow(values[flows], ends, demands).gives()
        mark = book.mark()
        book.clear(range(len(problem.demands)))
        for give in gives:
            book.give(*give)
        for place in np.flatnonzero(ends).tolist():
            if not book.is_complete(place):
                book.clear(problem.ventures[place].demands)
        won = self._weight() - before
        if won <= 0:
            book.go_back(mark)
        return max(0, won)

    def _flow(self, given: Floats, ends: Flags, demands: list[int]) -> Flow:
        """Give the nearest flow in whole numbers that fills these demands, as far as there is."""
        book, choices = self._book, self._choices
        every: list[Pair] = []
        amounts: list[int] = []
        for at, part in zip(self._places.tolist(), given.tolist(), strict=True):
            demand, supply = int(choices.piece.demand[at]), int(choices.supply[at])
            limits, ratio = book.limits(demand, supply), book.problem.ratio(demand, supply)
            one = book.problem.demands[demand]
            if limits is None or ratio is None or not ends[one.venture]:
                continue
            every.append(Pair(demand, supply, *limits, ratio))
            amounts.append(round(part * one.open) if part > _TOLERANCE else 0)
        targets = [0] * len(book.problem.demands)
        for demand in demands:
            targets[demand] = book.problem.demands[demand].open
        flow = Flow(Pairs(book.problem, tuple(every), ()), amounts, targets)
        for demand in demands:
            flow.fill(demand)
        return flow

    def _weight(self) -> int:
        ventures = enumerate(self._book.problem.ventures)
        return sum(one.weight for place, one in ventures if self._book.is_complete(place))


CHOICES = Few(divisible=8, indivisible=12)
_UNDECIDED_NODES = 300


@dataclass(frozen=True, slots=True)
class Settling:
    """How many projects diving may leave to settle, and the work on them, in columns times checks.

    Where diving leaves none, nothing is settled.
    """

    left: int
    work: int


def settle(
    choices: Choices, book: Book, end: Relaxed, settling: Settling, deadline: Deadline
) -> None:
    """Decide what is undecided where diving ended; keep it where it completes more than the book.

    `end` is over all arcs of the choices.
    """
    open_ = undecided(choices.arcs, choices.piece, end) & choices.may
    state = State((end.part > 1 - TINY) & ~open_, np.where(end.flow > FLOWS, end.flow, 0.0))
    block = Block(choices, book, np.flatnonzero(open_).tolist(), state)
    block.improve(settling.work, _UNDECIDED_NODES, deadline)


_HOPELESS = -1.5
"""Projects that would cost this much more than their weight begin no block."""


@dataclass(frozen=True, slots=True)
class Stage:
    """How many projects a block has, the work on each, and what ends the stage.

    That is so many blocks in vain, or so much work in all.
    """

    ventures: int
    work: int
    in_vain: int = 1
    in_all: int = 600_000


STAGES = (Stage(200, 600_000),)
BEGINNING = (Stage(80, 200_000),)
"""Where another search goes on from the plan."""
_NODES = 500


class Blocks:
    """The blocks of a plan, one after the other."""

    def __init__(
        self, choices: Choices, book: Book, prices: Floats, gain: Floats, deadline: Deadline
    ) -> None:
        self._choices, self._book = choices, book
        self._deadline = deadline
        order = np.argsort(-gain, kind="stable").tolist()
        self._seeds = [one for one in order if np.isfinite(gain[one]) and gain[one] > _HOPELESS]
        self._near = Nearness(choices, prices, gain)

    def rounds(self, stages: tuple[Stage, ...] = STAGES) -> Iterator[int]:
        """Solve one block after the other, and give what each has won."""
        for stage in stages:
            vain = work = 0
            for ventures in self._around(stage.ventures):
                if self._deadline.passed or vain == stage.in_vain or work >= stage.in_all:
                    break
                block = Block(self._choices, self._book, ventures)
                result = block.improve(stage.work, _NODES, self._deadline)
                vain = 0 if result.won else vain + 1
                work += result.work
                yield result.won

    def _around(self, size: int) -> Iterator[list[int]]:
        """Give the block round each project that is not complete and was in none before."""
        seen: set[int] = set()
        for venture in self._seeds:
            if venture not in seen and not self._book.is_complete(venture):
                found = self._near.around(venture, size)
                seen.update(found)
                yield found
