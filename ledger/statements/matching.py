"""Which line of a provider's statements tells of which act: the surest pairs first.

What one road has paired, no later one looks at again. So a difference is only sought where
nothing agrees, and an ordinary statement leaves nothing to seek.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from ledger.statements.facts import Act, Books, DealFacts, Line, Tolerance, amount_in
from ledger.statements.kinds import Difference, Kind
from ledger.statements.scope import Scope, Scopes


class Matching:
    """The lines and acts of one provider, and what has been found of them so far."""

    def __init__(
        self, provider: str, lines: Sequence[Line], books: Books, tolerance: Tolerance
    ) -> None:
        """Sort the acts by deal, by amount and by reference."""
        self.provider = provider
        self.books = books
        self.tolerance = tolerance
        self.lines = list(lines)
        self.confirmed: list[tuple[Line, tuple[Act, ...]]] = []
        self.differences: list[Difference] = []
        scopes = Scopes(provider, books)
        self._scopes = [scopes.of(line) for line in self.lines]
        self._open = dict.fromkeys(range(len(self.lines)))
        self._taken: set[int] = set()
        self._index()

    def _index(self) -> None:
        self._by_deal: dict[tuple[str, str], list[Act]] = defaultdict(list)
        self._by_amount: dict[tuple[str, str, int], list[Act]] = defaultdict(list)
        self._by_reference: dict[tuple[str, str], list[Act]] = defaultdict(list)
        for act in self.books.acts:
            deal = self.books.deal_of(act)
            if act.reference is not None:
                self._by_reference[act.kind, act.reference].append(act)
            if deal.provider != self.provider:
                continue
            self._by_deal[act.deal, act.kind].append(act)
            self._by_amount[act.kind, deal.need_unit.code, act.need_amount].append(act)
            if deal.crosses:
                self._by_amount[act.kind, deal.offer_unit.code, act.offer_amount].append(act)
        self._line_references = {
            (line.kind, line.reference) for line in self.lines if line.reference is not None
        }

    def left(self) -> list[tuple[int, Line, Scope]]:
        """Give the lines that nothing was found for yet, with their place and scope."""
        return [(place, self.lines[place], self._scopes[place]) for place in self._open]

    def acts_left(self) -> Iterator[Act]:
        """Give the provider's acts that no line was found for yet, in recorded order."""
        for act in self.books.acts:
            if act.entry not in self._taken and self.deal_of(act).provider == self.provider:
                yield act

    def acts_left_in(self, deal: str, kind: str) -> list[Act]:
        """Give the acts of a kind in a deal that no line was found for yet."""
        return self.untaken(self._by_deal.get((deal, kind), ()))

    def is_open(self, place: int) -> bool:
        """Say whether nothing was found for a line yet."""
        return place in self._open

    def deal_of(self, act: Act) -> DealFacts:
        """Give the deal of an act."""
        return self.books.deal_of(act)

    def untaken(self, acts: Iterable[Act]) -> list[Act]:
        """Keep the acts that no line was found for yet."""
        return [act for act in acts if act.entry not in self._taken]

    def acts_in(self, line: Line, scope: Scope) -> list[Act]:
        """Give the untaken acts of a line's kind in the deals it names; none where it names none.

        A line that names nothing is found by its reference or by an equal amount only.
        """
        if not scope.named:
            return self.with_reference(line, scope)
        return self.untaken(
            act for deal in scope.deals for act in self._by_deal.get((deal, line.kind), ())
        )

    def with_reference(self, line: Line, scope: Scope) -> list[Act]:
        """Give the untaken acts of a line's kind and scope that bear its reference."""
        return [act for act in self.anywhere_with_reference(line) if self._within(act, scope)]

    def _within(self, act: Act, scope: Scope) -> bool:
        if scope.named:
            return act.deal in scope.deals
        return self.deal_of(act).provider == self.provider

    def anywhere_with_reference(self, line: Line) -> list[Act]:
        """Give the untaken acts that bear a line's reference, whoever's they are."""
        if line.reference is None:
            return []
        return self.untaken(self._by_reference.get((line.kind, line.reference), ()))

    def with_amount(self, line: Line, scope: Scope | None = None) -> list[Act]:
        """Give the provider's untaken acts of exactly a line's amount, in its scope if given."""
        if scope is not None and scope.named:
            acts = self.acts_in(line, scope)
            return [act for act in acts if self.amount_of(act, line) == line.amount]
        return self.untaken(self._by_amount.get((line.kind, line.unit.code, line.amount), ()))

    def amount_of(self, act: Act, line: Line) -> int | None:
        """Give an act's amount in a line's unit; None where neither side counts in it."""
        return amount_in(act, self.deal_of(act), line.unit.code)

    def near(self, line: Line, act: Act) -> bool:
        """Say whether a line and an act are of days near enough, or name each other."""
        return (
            self.tolerance.admits(line.day, act.day)
            or same_reference(line, act)
            or cites(line, act)
        )

    def reserved(self, line: Line, act: Act, scope: Scope) -> bool:
        """Say whether a line or an act goes by its reference to another partner."""
        if same_reference(line, act):
            return False
        if act.reference is not None and (act.kind, act.reference) in self._line_references:
            return True
        return bool(self.with_reference(line, scope))

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
        self._taken.update(act.entry for act in acts)


def same_reference(line: Line, act: Act) -> bool:
    """Say whether both bear the same reference."""
    return line.reference is not None and line.reference == act.reference


def cites(line: Line, act: Act) -> bool:
    """Say whether an act was recorded on the strength of just this line."""
    return act.reference is not None and act.reference == line.citation


def other_papers(line: Line, act: Act) -> bool:
    """Say whether both bear a reference, and not the same."""
    return None not in (line.reference, act.reference) and line.reference != act.reference


def nearest(line: Line, acts: Iterable[Act]) -> Act | None:
    """Give the act nearest in time to a line, the one of its reference before all others."""
    return min(
        acts,
        key=lambda act: (not same_reference(line, act), abs((act.day - line.day).days), act.entry),
        default=None,
    )
