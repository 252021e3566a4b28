"""The roads by which lines and acts are brought together, one function each, surest first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ledger.statements.facts import Act, Line
from ledger.statements.kinds import Kind
from ledger.statements.matching import Matching, cites, nearest, other_papers, same_reference
from ledger.statements.rounding import by_rounding
from ledger.statements.scope import Scope
from ledger.statements.sums import adding_up

DATE_REACH = 92
"""Days by which a date may be wrong: equal amounts a season apart are two instalments."""


def agreeing(work: Matching) -> None:
    """Pair what agrees in amount and day, those of one reference before others."""
    for exact_day in (True, False):
        for by_reference in (True, False):
            for place, line, scope in work.left():
                if scope.foreign or scope.unknown:
                    continue
                fitting = [
                    act
                    for act in work.with_amount(line, scope)
                    if _agrees(work, line, act, scope, exact=exact_day, referred=by_reference)
                ]
                act = nearest(line, fitting)
                if act is not None:
                    work.confirm([place], [act])


def _agrees(
    work: Matching, line: Line, act: Act, scope: Scope, *, exact: bool, referred: bool
) -> bool:
    if cites(line, act):
        return True
    near = line.day == act.day if exact else work.tolerance.admits(line.day, act.day)
    if not near:
        return False
    return same_reference(line, act) if referred else not work.reserved(line, act, scope)


def said_twice(work: Matching) -> None:
    """Find lines that say again, word for word, what another line said of an act."""
    seen: dict[object, set[str]] = defaultdict(set)
    for line, acts in work.confirmed:
        seen[line.same_again].add(acts[0].deal)
    for place, line, scope in work.left():
        told = seen.get(line.same_again)
        again = told.intersection(scope.deals) if told else None
        if again:
            work.differ(Kind.DUPLICATE, [place], deal=min(again))


def split(work: Matching) -> None:
    """Find acts that the provider tells in several lines."""
    groups: dict[tuple[str, str, str], list[tuple[int, Line]]] = defaultdict(list)
    for place, line, scope in work.left():
        deals = scope.deals if scope.named else {a.deal for a in work.with_reference(line, scope)}
        if scope.foreign is None:
            for deal in deals:
                groups[deal, line.kind, line.unit.code].append((place, line))
    for (deal, kind, _), lines in groups.items():
        if len(lines) > 1:
            for act in list(work.acts_left_in(deal, kind)):
                _split_of(work, act, lines)


def _split_of(work: Matching, act: Act, lines: Sequence[tuple[int, Line]]) -> None:
    near = [(place, line) for place, line in lines if work.is_open(place) and work.near(line, act)]
    referred = [one for one in near if same_reference(one[1], act)]
    for group in (referred, near):
        total = work.amount_of(act, group[0][1]) if group else None
        found = adding_up([line.amount for _, line in group], total) if total is not None else None
        if found is not None:
            work.differ(Kind.SPLIT, [group[at][0] for at in found], [act])
            return


def merged(work: Matching) -> None:
    """Find lines that tell several acts at once; acts under the line's own name simply agree."""
    for place, line, scope in work.left():
        if scope.foreign is not None:
            continue
        acts = [act for act in work.acts_in(line, scope) if work.near(line, act)]
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
            act = nearest(line, _theirs(work, line, scope))
            acts = [act] if act is not None else []
            deal = work.books.deal(line.deal) if line.deal is not None else None
            code = deal.code if deal is not None else None
            work.differ(Kind.PARTY, [place], acts, deal=code, other=scope.foreign)
        elif not work.with_reference(line, scope):
            act = nearest(line, work.anywhere_with_reference(line))
            if act is not None:
                _wrong_party(work, place, act)


def _theirs(work: Matching, line: Line, scope: Scope) -> list[Act]:
    found = work.anywhere_with_reference(line)
    same = [act for act in work.with_amount(line) if work.tolerance.admits(line.day, act.day)]
    within = [act for act in same if not scope.deals or act.deal in scope.deals]
    return found or [act for act in within if not other_papers(line, act)]


def mistaken_party(work: Matching) -> None:
    """Find lines whose amount and day are those of another deal of the same provider."""
    for place, line, scope in work.left():
        if not scope.named:
            continue
        near = [
            act
            for act in work.with_amount(line)
            if work.tolerance.admits(line.day, act.day) and not other_papers(line, act)
        ]
        act = nearest(line, [act for act in near if not work.reserved(line, act, scope)])
        if act is not None:
            _wrong_party(work, place, act)


def _wrong_party(work: Matching, place: int, act: Act) -> None:
    deal = work.deal_of(act)
    told = f"it is deal {deal.code} of provider {deal.provider}, need {deal.need}"
    work.differ(Kind.PARTY, [place], [act], other=told)


def turned_round(work: Matching) -> None:
    """Find lines that have the amount with the other sign."""
    for place, line, scope in work.left():
        act = nearest(
            line,
            [
                act
                for act in work.acts_in(line, scope)
                if _comparable(work, line, act) and work.amount_of(act, line) == -line.amount
            ],
        )
        if act is not None:
            work.differ(Kind.SIGN, [place], [act])


def _comparable(work: Matching, line: Line, act: Act) -> bool:
    return work.near(line, act) and not other_papers(line, act)


def misdated(work: Matching) -> None:
    """Find lines that have the amount on another day."""
    for place, line, scope in work.left():
        act = nearest(
            line,
            [
                act
                for act in work.acts_in(line, scope)
                if work.amount_of(act, line) == line.amount and _same_business(line, act)
            ],
        )
        if act is not None:
            work.differ(Kind.DATE, [place], [act])


def _same_business(line: Line, act: Act) -> bool:
    reach = abs((line.day - act.day).days) <= DATE_REACH and not other_papers(line, act)
    return same_reference(line, act) or reach


def miscounted(work: Matching) -> None:
    """Find lines that count in another unit than the act they tell of."""
    for place, line, scope in work.left():
        near = [act for act in work.acts_in(line, scope) if _comparable(work, line, act)]
        same_number = [act for act in near if _same_number(work, line, act)]
        foreign = [act for act in near if work.amount_of(act, line) is None]
        act = nearest(line, same_number) or nearest(line, foreign)
        if act is not None:
            work.differ(Kind.UNIT, [place], [act])


def _same_number(work: Matching, line: Line, act: Act) -> bool:
    """Say whether the figure is that of a side which counts in another unit than the line."""
    deal = work.deal_of(act)
    sides = ((deal.need_unit, act.need_amount), (deal.offer_unit, act.offer_amount))
    return any(
        unit.code != line.unit.code
        and amount * 10**line.unit.decimals == line.amount * 10**unit.decimals
        for unit, amount in sides
    )


def rounded(work: Matching) -> None:
    """Find lines that differ by what rounding a rate between two currencies makes."""
    for place, line, scope in work.left():
        acts = [act for act in work.acts_in(line, scope) if work.near(line, act)]
        act = nearest(
            line,
            [a for a in acts if by_rounding(a, work.deal_of(a), line.amount, line.unit.code)],
        )
        if act is not None:
            work.differ(Kind.ROUNDING, [place], [act])


def otherwise(work: Matching) -> None:
    """Find lines that have another amount than the act they tell of."""
    for place, line, scope in work.left():
        near = [act for act in work.acts_in(line, scope) if _comparable(work, line, act)]
        same_way = [
            act
            for act in near
            if (amount := work.amount_of(act, line)) is not None
            and (amount < 0) == (line.amount < 0)
        ]
        act = nearest(line, same_way)
        if act is not None:
            work.differ(Kind.AMOUNT, [place], [act])


def said_again(work: Matching) -> None:
    """Find lines that repeat the reference and amount of an act that another line told."""
    told = {
        (acts[0].deal, line.kind, line.amount, line.unit.code, line.reference)
        for line, acts in work.confirmed
        if line.reference is not None
    }
    for place, line, scope in work.left():
        for deal in scope.deals if line.reference is not None else ():
            if (deal, line.kind, line.amount, line.unit.code, line.reference) in told:
                work.differ(Kind.DUPLICATE, [place], deal=deal)
                break


def not_here(work: Matching) -> None:
    """Take the lines that are left for what the ledger does not know."""
    for place, _, scope in work.left():
        deal = scope.deals[0] if scope.named and len(scope.deals) == 1 else None
        work.differ(Kind.UNKNOWN, [place], deal=deal, other=scope.unknown)
