"""Filling demands in whole numbers by a guide: all of a project's demands, or none of them.

Writing a solver's answer down in whole numbers.

Making room: others that a wanted supply serves turn to supplies that have something left.

A chain goes from the demand that wants more, through supplies that would have to be relieved and
the demands that can be moved off them, to a supply with something free. Chains are found breadth
first, so that the shortest is used; an indivisible demand moves whole, to a supply with room.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ledger.solver.assignment import Book
from ledger.solver.candidates import Guide

_MOST_SEEN = 60
"""Supplies looked at before a search is given up."""
_MOST_CHAINS = 12


class _Step(NamedTuple):
    """To relieve `supply`, `demand` would move to where the search goes on."""

    supply: int
    demand: int


def reroute(book: Book, guide: Guide, demand: int, *, conditional: bool = True) -> bool:
    """Fill a demand by moving others about; say whether it is full. Others stay as full.

    Without `conditional` the demand takes nothing from offers on condition.
    """
    for _ in range(_MOST_CHAINS):
        if not book.open[demand]:
            return True
        if not _Search(book, guide, demand, conditional=conditional).one_chain():
            return False
    return not book.open[demand]


class _Search:
    def __init__(self, book: Book, guide: Guide, demand: int, *, conditional: bool) -> None:
        self._book, self._guide, self._demand = book, guide, demand
        self._conditional = conditional
        self._cause: dict[int, _Step | None] = {}

    def one_chain(self) -> bool:
        """Find a chain that brings the demand something, and use it."""
        queue = []
        for supply in self._guide.prices(self._demand):
            if self._could_take(self._demand, supply):
                self._cause[supply] = None
                queue.append(supply)
        for supply in queue:
            if len(self._cause) > _MOST_SEEN:
                return False
            for taker in sorted(self._book.takers[supply]):
                if taker == self._demand:
                    continue
                if self._moved(taker, supply, queue):
                    return True
        return False

    def _could_take(self, demand: int, supply: int) -> bool:
        return self._allowed(demand, supply) and self._book.may_add(demand, supply)

    def _allowed(self, demand: int, supply: int) -> bool:
        """Say whether no condition stands between a demand and a supply."""
        problem = self._book.problem
        if self._conditional or not problem.supplies[supply].conditional:
            return True
        return self._book.is_complete(problem.demands[demand].venture)

    def _moved(self, taker: int, supply: int, queue: list[int]) -> bool:
        """Move a taker off a supply if it has somewhere to go, else note where that might be."""
        book = self._book
        divisible = book.problem.demands[taker].divisible
        most = book.excess(taker, supply)
        for other in self._guide.prices(taker):
            if other == supply:
                continue
            if most and book.spare(taker, other, most) and self._allowed(taker, other):
                before = book.open[self._demand]
                self._shift(taker, supply, other)
                self._follow(supply)
                if book.open[self._demand] < before:
                    return True
                most = book.excess(taker, supply)
            if divisible and other not in self._cause and self._could_take(taker, other):
                self._cause[other] = _Step(supply, taker)
                queue.append(other)
        return False

    def _shift(self, taker: int, supply: int, other: int) -> bool:
        """Move what is possible and useful of a give from one supply to another."""
        book = self._book
        most = book.excess(taker, supply)
        amount = book.spare(taker, other, most)
        if not amount or (amount < most and not book.problem.demands[taker].divisible):
            return False
        book.give(taker, supply, -amount)
        book.give(taker, other, amount)
        return True

    def _follow(self, supply: int) -> None:
        """Pass what came free at a supply along the chain to the demand that wants it."""
        step = self._cause[supply]
        while step is not None:
            if not self._shift(step.demand, step.supply, supply):
                return
            supply, step = step.supply, self._cause[step.supply]
        book = self._book
        amount = book.room(self._demand, supply)
        if amount:
            book.give(self._demand, supply, amount)


def complete(book: Book, guide: Guide, venture: int, *, others: bool = True) -> bool:
    """Fill all demands of a project that have got nothing yet, or leave all as they were.

    `others`: what others have got may be moved about to make room.
    """
    demands = book.problem.ventures[venture].demands
    # What only one supply may fill comes first: it has the fewest choices.
    ordered = sorted(demands, key=lambda place: (book.problem.demands[place].divisible, place))
    for demand in ordered:
        if not fill(book, guide, demand, others=others):
            book.clear(demands)
            return False
    return True


def fill(
    book: Book, guide: Guide, demand: int, *, conditional: bool = True, others: bool = True
) -> bool:
    """Give a demand what the guide says, then whatever there is; say whether it is full.

    `conditional`: offers on condition may give; `others`: others may be moved to make room.
    """
    stores = guide.stores(demand)
    for store, amount, _ in stores:
        if amount and (conditional or not _conditional(book, guide, store)):
            draw(book, guide.members[store], demand, round(amount))
            if not book.open[demand]:
                return True
    for store, _, _ in stores:
        if conditional or not _conditional(book, guide, store):
            draw(book, guide.members[store], demand, book.open[demand])
            if not book.open[demand]:
                return True
    return others and reroute(book, guide, demand, conditional=conditional)


def _conditional(book: Book, guide: Guide, store: int) -> bool:
    return book.problem.supplies[guide.members[store][0]].conditional


def draw(book: Book, members: tuple[int, ...], demand: int, amount: int) -> None:
    """Take an amount from the members of a store, from those first that have the least."""
    if amount <= 0:
        return
    if len(members) > 1:
        with_some = [one for one in members if book.free[one] or demand in book.takers[one]]
        members = tuple(sorted(with_some, key=lambda one: book.free[one]))
    for supply in members:
        room = book.room(demand, supply)
        if room:
            limits = book.limits(demand, supply)
            assert limits is not None
            missing = limits.low - book.given[demand].get(supply, 0)
            given = min(room, max(amount, missing))
            book.give(demand, supply, given)
            amount -= given
        if amount <= 0:
            return


def rewrite(
    book: Book,
    guide: Guide,
    chosen: list[int],
    wanted: Iterable[tuple[int, int, float]],
    ventures: list[int],
) -> None:
    """Fill the chosen projects as is wanted: what part of a demand comes from what store.

    One that can't be filled gets nothing. Then the others of these projects are tried. What only
    one supply may fill is written first, as it needs the most room in one place.
    """
    problem, among = book.problem, set(chosen)
    for demand, store, part in sorted(wanted, key=lambda it: problem.demands[it[0]].divisible):
        one = problem.demands[demand]
        amount = min(book.open[demand], round(part * one.open))
        if amount and one.venture in among:
            draw(book, guide.members[store], demand, amount)
    for place in chosen:
        demands = problem.ventures[place].demands
        if not all(not book.open[one] or fill(book, guide, one) for one in demands):
            book.clear(demands)
    for place in ventures:
        if not book.is_complete(place):
            complete(book, guide, place)
