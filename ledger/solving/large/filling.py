"""Filling demands in whole numbers by a guide: all of a project's demands, or none of them."""

from __future__ import annotations

from ledger.solving.large.book import Book
from ledger.solving.large.guide import Guide
from ledger.solving.large.rerouting import reroute


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
