"""The roads by which lines and acts are brought together, one function each, surest first.

Comparing one provider's statements with the ledger, line by line and act by act.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.statements.combine import adding_up, split
from ledger.statements.lines import Act, Books, Difference, Kind, Line, Tolerance, spans
from ledger.statements.matcher import Matching, cites, nearest, same_reference
from ledger.statements.pool import Key, Papers, What
from ledger.statements.rounding import by_rounding
from ledger.statements.scope import Scope

__all__ = [
    "Comparison",
    "compare",
    "split",
]

DATE_REACH = 92
"""Days by which a date may be wrong: equal amounts a season apart are two instalments."""


def agreeing(work: Matching) -> None:
    """Pair what agrees in amount and day, those of one reference before others."""
    for reach in (0, work.tolerance.days):
        for by_reference in (True, False):
            seek = _named_alike if by_reference else _not_spoken_for
            for place, line, scope in work.left():
                if scope.foreign or scope.unknown:
                    continue
                act = seek(work, line, scope, reach)
                if act is not None:
                    work.confirm([place], [act])


def _named_alike(work: Matching, line: Line, scope: Scope, reach: int) -> Act | None:
    pool, key = work.pool(line, scope), (line.unit.code, line.amount)
    found = work.referred(line, pool, What.AMOUNT, *key, reach=reach)
    return found or work.cited(line, pool, What.AMOUNT, *key)


def _not_spoken_for(work: Matching, line: Line, scope: Scope, reach: int) -> Act | None:
    """Find an act of the amount, unless either goes by its reference to another partner."""
    pool, key = work.pool(line, scope), (line.unit.code, line.amount)
    act = work.dated(line, pool, Papers.UNCLAIMED, What.AMOUNT, *key, reach=reach)
    return None if act is None or work.is_referred(line, scope) else act


def said_twice(work: Matching) -> None:
    """Find lines that say again, word for word, what another line said of an act."""
    seen: dict[object, set[str]] = defaultdict(set)
    for line, acts in work.confirmed:
        seen[line.same_again].add(acts[0].deal)
    for place, line, scope in work.left():
        again = min(_common(seen.get(line.same_again), scope), default=None)
        if again is not None:
            work.differ(Kind.DUPLICATE, [place], deal=again)


def _common(told: set[str] | None, scope: Scope) -> Iterator[str]:
    """Give the deals told of that are in a scope; the fewer of both are looked through."""
    if told is None:
        return iter(())
    fewer, others = (told, scope.among) if len(told) < len(scope.deals) else (scope.deals, told)
    return (deal for deal in fewer if deal in others)


def merged(work: Matching) -> None:
    """Find lines that tell several acts at once; acts under the line's own name simply agree."""
    for place, line, scope in work.left():
        if scope.foreign is not None:
            continue
        acts = work.near_acts(line, scope)
        referred = [act for act in acts if same_reference(line, act)]
        for group in (referred, acts):
            amounts = [work.amount_of(act, line) for act in group]
            if not group or None in amounts:
                continue
            found = adding_up([amount or 0 for amount in amounts], line.amount)
            if found is not None:
                chosen = [group[at] for at in found]
                if group is referred or any(cites(line, act) for act in chosen):
                    work.confirm([place], chosen)
                else:
                    work.differ(Kind.MERGED, [place], chosen)
                break


def contradicted(work: Matching) -> None:
    """Find lines whose codes or reference are of another party's deal."""
    for place, line, scope in work.left():
        if scope.foreign is not None:
            act = work.anywhere_with_reference(line) or _theirs(work, line, scope)
            acts = [act] if act is not None else []
            deal = work.books.deal(line.deal) if line.deal is not None else None
            code = deal.code if deal is not None else None
            work.differ(Kind.PARTY, [place], acts, deal=code, other=scope.foreign)
        elif line.reference is not None and not work.is_referred(line, scope):
            act = work.anywhere_with_reference(line)
            if act is not None:
                _wrong_party(work, place, act)


def _theirs(work: Matching, line: Line, scope: Scope) -> Act | None:
    """Give an act of the amount near enough: in the deal that is named, if it is the provider's."""
    pool = work.pool(line, scope if scope.deals else None)
    papers = Papers.ANY if line.reference is None else Papers.NONE
    key = (line.unit.code, line.amount)
    return work.dated(line, pool, papers, What.AMOUNT, *key, reach=work.tolerance.days)


def mistaken_party(work: Matching) -> None:
    """Find lines whose amount and day are those of another deal of the same provider."""
    reach = work.tolerance.days
    for place, line, scope in work.left():
        if not scope.named:
            continue
        everything, key = work.pool(line), (line.unit.code, line.amount)
        act = work.referred(line, everything, What.AMOUNT, *key, reach=reach)
        if act is None and not work.is_referred(line, scope):
            papers = Papers.UNCLAIMED if line.reference is None else Papers.NONE
            act = work.dated(line, everything, papers, What.AMOUNT, *key, reach=reach)
        if act is not None:
            _wrong_party(work, place, act)


def _wrong_party(work: Matching, place: int, act: Act) -> None:
    deal = work.deal_of(act)
    told = f"it is deal {deal.code} of provider {deal.provider}, need {deal.need}"
    work.differ(Kind.PARTY, [place], [act], other=told)


def turned_round(work: Matching) -> None:
    """Find lines that have the amount with the other sign."""
    work.each_left(
        lambda line, scope: work.comparable(line, scope, What.AMOUNT, line.unit.code, -line.amount),
        Kind.SIGN,
    )


def misdated(work: Matching) -> None:
    """Find lines that have the amount on another day."""

    def sought(line: Line, scope: Scope) -> Act | None:
        pool, key = work.pool(line, scope), (line.unit.code, line.amount)
        act = work.referred(line, pool, What.AMOUNT, *key)
        if act is not None or not scope.named:
            return act
        papers = Papers.ANY if line.reference is None else Papers.NONE
        return work.dated(line, pool, papers, What.AMOUNT, *key, reach=DATE_REACH)

    work.each_left(sought, Kind.DATE)


def miscounted(work: Matching) -> None:
    """Find lines that count in another unit than the act they tell of."""

    def sought(line: Line, scope: Scope) -> Act | None:
        pairs = work.pool(line, scope).keys(What.UNITS)
        foreign = [pair for pair in pairs if line.unit.code not in pair]
        same = [
            work.comparable(line, scope, What.AMOUNT, *key) for key in _figures(work, line, pairs)
        ]
        others = (work.comparable(line, scope, What.UNITS, *pair) for pair in foreign)
        return nearest(line, same) or nearest(line, others)

    work.each_left(sought, Kind.UNIT)


def _figures(work: Matching, line: Line, pairs: Iterable[Key]) -> Iterator[Key]:
    """Give the line's figure as an amount of each other unit that the deals count in."""
    for unit in dict.fromkeys(str(unit) for pair in pairs for unit in pair):
        figure = line.amount * 10 ** work.decimals[unit]
        amount, rest = divmod(figure, 10**line.unit.decimals)
        if unit != line.unit.code and not rest:
            yield unit, amount


def rounded(work: Matching) -> None:
    """Find lines that differ by what rounding a rate between two currencies makes."""

    def sought(line: Line, scope: Scope) -> Act | None:
        acts = work.near_acts(line, scope, What.CROSSING)
        unit = line.unit.code
        return nearest(
            line, [act for act in acts if by_rounding(act, work.deal_of(act), line.amount, unit)]
        )

    work.each_left(sought, Kind.ROUNDING)


def otherwise(work: Matching) -> None:
    """Find lines that have another amount than the act they tell of."""
    work.each_left(
        lambda line, scope: work.comparable(line, scope, What.WAY, line.unit.code, line.amount < 0),
        Kind.AMOUNT,
    )


def said_again(work: Matching) -> None:
    """Find lines that repeat the reference and amount of an act that another line told."""
    told: dict[object, set[str]] = defaultdict(set)
    for line, acts in work.confirmed:
        told[line.same_payment].add(acts[0].deal)
    for place, line, scope in work.left():
        if line.reference is not None:
            again = _common(told.get(line.same_payment), scope)
            deal = min(again, key=work.books.rank, default=None)
            if deal is not None:
                work.differ(Kind.DUPLICATE, [place], deal=deal)


def not_here(work: Matching) -> None:
    """Take the lines that are left for what the ledger does not know."""
    for place, _, scope in work.left():
        deal = scope.deals[0] if scope.named and len(scope.deals) == 1 else None
        work.differ(Kind.UNKNOWN, [place], deal=deal, other=scope.unknown)


_ROADS = (
    agreeing,
    said_twice,
    contradicted,
    split,
    merged,
    turned_round,
    misdated,
    mistaken_party,
    miscounted,
    rounded,
    otherwise,
    said_again,
    not_here,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many lines agree with the ledger, and every difference."""

    confirmed: int
    differences: tuple[Difference, ...]


def compare(
    provider: str,
    lines: Sequence[Line],
    books: Books,
    today: date,
    tolerance: Tolerance | None = None,
) -> Comparison:
    """Compare the lines of a provider's statements, in the order they came, with its deals.

    The answer depends on nothing but what is given: the same lines and acts give it again.
    """
    work = Matching(provider, lines, books, tolerance or Tolerance())
    for road in _ROADS:
        road(work)
    _missing(work, today)
    return Comparison(len(work.confirmed), tuple(work.differences))


def _missing(work: Matching, today: date) -> None:
    """Find the acts that no line tells of, of the days and the kind the statements speak of."""
    covered = spans(work.lines, today)
    for act in _uncancelled(list(work.acts_left())):
        span = covered.get(act.kind)
        if span is not None and act.day in span:
            work.differ(Kind.MISSING, (), [act])


def _uncancelled(acts: Sequence[Act]) -> list[Act]:
    """Leave out acts that take each other back: what was undone, a provider need not tell."""
    standing: dict[tuple[str, str, int], list[Act]] = defaultdict(list)
    for act in acts:
        undone = standing[act.deal, act.kind, -act.need_amount]
        if undone:
            undone.pop()
        else:
            standing[act.deal, act.kind, act.need_amount].append(act)
    return sorted((act for same in standing.values() for act in same), key=lambda act: act.entry)
