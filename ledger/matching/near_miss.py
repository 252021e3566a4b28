"""The smallest single changes that would let a need and an offer meet.

Every change is made on a copy of the pair and all rules are asked again, so what is given here
has been tried. Amounts, shares and days are the least that do, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from ledger.matching import near_quantity, near_terms
from ledger.matching.pairs import AVAILABLE, RATE, Pair
from ledger.matching.trial import Change, Trial

_MAKERS: Mapping[str, tuple[Callable[[Pair], Iterator[Trial]], ...]] = {
    "quantified": (near_quantity.amount_given,),
    "topic": (near_terms.topic,),
    "sector": (near_terms.sector,),
    "geography": (near_terms.geography,),
    "instrument": (near_terms.instrument,),
    "window": (near_terms.window,),
    "start": (near_terms.start,),
    "status": (near_terms.status,),
    "ticket": (
        near_quantity.smaller_ticket,
        near_quantity.larger_ticket,
        near_quantity.larger_share,
        near_quantity.more_put_up,
        near_quantity.divided,
    ),
    "share": (near_quantity.larger_share, near_quantity.divided),
    "indivisible": (near_quantity.more_put_up, near_quantity.divided),
    AVAILABLE: (near_quantity.more_put_up,),
}
"""What could mend each failure. Another factor or unit is another offer, no change of this one."""


def single_changes(pair: Pair) -> tuple[Change, ...]:
    """Give every change that alone would let the pair meet, in the order of what it mends.

    None where nothing stands between the two, or where it takes more than one change.
    """
    failed = {failure.rule for failure in pair.failures()}
    if failed == {RATE}:
        return (_a_rate(pair),)
    found: dict[tuple[str, str, str | None], Change] = {}
    for rule, makers in _MAKERS.items():
        for make in makers if rule in failed else ():
            for change, after in make(pair):
                if not after.failures():
                    found.setdefault((change.kind, change.column, change.value), change)
    return tuple(found.values())


def _a_rate(pair: Pair) -> Change:
    """Ask for a rate: only it can tell whether the amounts then fit."""
    needed, offered = pair.need.standing.unit.code, pair.offer.standing.unit.code
    words = f"a rate between {needed} and {offered}"
    return Change("rate", f"{needed}/{offered}", "rate", None, None, words)
