"""Writing a solver's answer down in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.solving.large.book import Book
from ledger.solving.large.filling import complete, draw, fill
from ledger.solving.large.guide import Guide


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
