"""Which line of a provider's statements tells of which act: the surest pairs first.

What one road has paired, no later one looks at again. So a difference is only sought where
nothing agrees, and an ordinary statement leaves nothing to seek. Every question is asked of a
pool, and answered by the nearest that fits: work grows with lines and acts, not with their pairs.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from ledger.statements.lines import (
    Act,
    Books,
    DealFacts,
    Difference,
    Kind,
    Line,
    Tolerance,
    amount_in,
)
from ledger.statements.pool import Days, Papers, Pool, What
from ledger.statements.scope import Scope, Scopes

MOST_NEAR = 200
"""So many of the nearest are tried together; one act is not told in more lines, nor in one more."""


class Matching:
    """The lines and acts of one provider, and what has been found of them so far."""

    def __init__(
        self, provider: str, lines: Sequence[Line], books: Books, tolerance: Tolerance
    ) -> None:
        """Sort the acts by deal."""
        self.provider = provider
        self.books = books
        self.tolerance = tolerance
        self.lines = list(lines)
        self.confirmed: list[tuple[Line, tuple[Act, ...]]] = []
        self.differences: list[Difference] = []
        scopes = Scopes(provider, books)
        self._scopes = [scopes.of(line) for line in self.lines]
        self._open = dict.fromkeys(range(len(self.lines)))
        self.closed: set[int] = set()
        self.taken: set[int] = set()
        self._line_references = {
            (line.kind, line.reference) for line in self.lines if line.reference is not None
        }
        self._by_deal: dict[tuple[str, str], list[Act]] = defaultdict(list)
        for act in books.acts_of(provider):
            self._by_deal[act.deal, act.kind].append(act)
        self.decimals = {
            unit.code: unit.decimals
            for deal in books.deals_of(provider)
            for unit in (deal.need_unit, deal.offer_unit)
        }
        self._pools: dict[tuple[Scope | None, str], Pool] = {}
        self._anywhere: dict[tuple[str, str], Days[Act]] = {}

    def left(self) -> list[tuple[int, Line, Scope]]:
        """Give the lines that nothing was found for yet, with their place and scope."""
        return [(place, self.lines[place], self._scopes[place]) for place in self._open]

    def acts_left(self) -> Iterator[Act]:
        """Give the provider's acts that no line was found for yet, in recorded order."""
        return (act for act in self.books.acts_of(self.provider) if act.entry not in self.taken)

    def acts_left_in(self, deal: str, kind: str) -> list[Act]:
        """Give the acts of a kind in a deal that no line was found for yet."""
        return [act for act in self._by_deal.get((deal, kind), ()) if act.entry not in self.taken]

    def deal_of(self, act: Act) -> DealFacts:
        """Give the deal of an act."""
        return self.books.deal_of(act)

    def amount_of(self, act: Act, line: Line) -> int | None:
        """Give an act's amount in a line's unit; None where neither side counts in it."""
        return amount_in(act, self.deal_of(act), line.unit.code)

    def pool(self, line: Line, scope: Scope | None = None) -> Pool:
        """Give the acts of a line's kind in its scope; all the provider's without one."""
        asked = scope if scope is not None and scope.named else None
        found = self._pools.get((asked, line.kind))
        if found is None:
            acts = self._acts_of(asked, line.kind)
            found = Pool(acts, self.deal_of, self.taken, self._is_claimed)
            self._pools[asked, line.kind] = found
        return found

    def _acts_of(self, scope: Scope | None, kind: str) -> Iterable[Act]:
        if scope is None:
            return (act for act in self.books.acts_of(self.provider) if act.kind == kind)
        acts = [act for deal in scope.deals for act in self._by_deal.get((deal, kind), ())]
        return sorted(acts, key=lambda act: act.entry)

    def _is_claimed(self, act: Act) -> bool:
        return act.reference is not None and (act.kind, act.reference) in self._line_references

    def referred(
        self, line: Line, pool: Pool, what: What, *key: object, reach: int | None = None
    ) -> Act | None:
        """Give the nearest act that bears a line's reference."""
        if line.reference is None:
            return None
        days = pool.days(Papers.NAMED, what, line.reference, *key)
        return next(days.outward(line.day, reach), None)

    def cited(self, line: Line, pool: Pool, what: What, *key: object) -> Act | None:
        """Give the nearest act that was recorded on the strength of just this line."""
        days = pool.days(Papers.NAMED, what, line.citation, *key)
        return next(days.outward(line.day), None)

    def dated(
        self, line: Line, pool: Pool, papers: Papers, what: What, *key: object, reach: int
    ) -> Act | None:
        """Give the nearest act within a reach of days."""
        return next(pool.days(papers, what, *key).outward(line.day, reach), None)

    def comparable(self, line: Line, scope: Scope, what: What, *key: object) -> Act | None:
        """Give the nearest act of a line's scope that is near enough and of no other paper.

        A line that names nothing is found by its reference or by an equal amount only.
        """
        pool = self.pool(line, scope)
        act = self.referred(line, pool, what, *key)
        if act is not None or not scope.named:
            return act
        reach = self.tolerance.days
        if line.reference is not None:
            return self.dated(line, pool, Papers.NONE, what, *key, reach=reach)
        near = self.dated(line, pool, Papers.ANY, what, *key, reach=reach)
        return nearest(line, (near, self.cited(line, pool, what, *key)))

    def near_acts(self, line: Line, scope: Scope, what: What = What.ANYTHING) -> list[Act]:
        """Give the nearest acts of a line's scope, deal by deal: by their days, or as named."""
        pool = self.pool(line, scope)
        ways = []
        if line.reference is not None:
            ways.append(pool.days(Papers.NAMED, what, line.reference).outward(line.day))
        if scope.named:
            ways.append(pool.days(Papers.NAMED, what, line.citation).outward(line.day))
            ways.append(pool.days(Papers.ANY, what).outward(line.day, self.tolerance.days))
        found = {act.entry: act for way in ways for act in islice(way, MOST_NEAR)}
        order = self.books.rank if scope.named else _anywhere
        return sorted(found.values(), key=lambda act: (order(act.deal), act.entry))

    def is_referred(self, line: Line, scope: Scope) -> bool:
        """Say whether an act of a line's scope that is left bears its reference."""
        return self.referred(line, self.pool(line, scope), What.ANYTHING) is not None

    def anywhere_with_reference(self, line: Line) -> Act | None:
        """Give the nearest act that bears a line's reference, whoever's it is."""
        if line.reference is None:
            return None
        asked = (line.kind, line.reference)
        days = self._anywhere.get(asked)
        if days is None:
            days = self._anywhere[asked] = Days(self.taken)
            for act in self.books.acts_with(*asked):
                days.add(act.entry, act.day, act)
        return next(days.outward(line.day), None)

    def confirm(self, places: Sequence[int], acts: Sequence[Act]) -> None:
        """Note that lines and acts agree."""
        self._take(places, acts)
        self.confirmed.extend((self.lines[place], tuple(acts)) for place in places)

    def differ(
        self,
        kind: Kind,
        places: Sequence[int] = (),
        acts: Sequence[Act] = (),
        *,
        deal: str | None = None,
        other: str | None = None,
    ) -> None:
        """Note a difference between lines and acts."""
        self._take(places, acts)
        self.differences.append(
            Difference(
                kind=kind,
                lines=tuple(self.lines[place] for place in places),
                acts=tuple(acts),
                deal=deal or (acts[0].deal if acts else None),
                other=other,
            )
        )

    def _take(self, places: Sequence[int], acts: Sequence[Act]) -> None:
        for place in places:
            del self._open[place]
        self.closed.update(places)
        self.taken.update(act.entry for act in acts)

    def each_left(self, sought: Callable[[Line, Scope], Act | None], kind: Kind) -> None:
        """Note a difference of one kind for every line that is left and finds its act."""
        for place, line, scope in self.left():
            act = sought(line, scope)
            if act is not None:
                self.differ(kind, [place], [act])


def _anywhere(deal: str) -> int:
    del deal
    return 0


def same_reference(line: Line, act: Act) -> bool:
    """Say whether both bear the same reference."""
    return line.reference is not None and line.reference == act.reference


def cites(line: Line, act: Act) -> bool:
    """Say whether an act was recorded on the strength of just this line."""
    return act.reference is not None and act.reference == line.citation


def nearest(line: Line, acts: Iterable[Act | None]) -> Act | None:
    """Give the act nearest in time to a line, the one of its reference before all others."""
    return min(
        (act for act in acts if act is not None),
        key=lambda act: (not same_reference(line, act), abs((act.day - line.day).days), act.entry),
        default=None,
    )
