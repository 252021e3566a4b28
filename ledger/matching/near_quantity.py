"""Changes of quantities: tickets, shares, what is put up, whether a need is divisible.

Each is the least that does: for the least amount that the pair could take at all, or, of a
smallest ticket, for the most that it could take now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from ledger.factors import Stage
from ledger.journal import MAX_AMOUNT
from ledger.matching.pairs import Pair, brief
from ledger.matching.trial import Change, Trial, need_trial, offer_trial
from ledger.quantity import format_amount
from ledger.standing import Standing

SHARE_PLACES = 4
"""Shares are proposed in hundredths of a percent."""


def smaller_ticket(pair: Pair) -> Iterator[Trial]:
    """Lower the smallest ticket to the most that the pair could take now."""
    most, before = pair.best.offer, pair.offer.offer.min_ticket
    if most is None or before is None or before <= pair.living.offer + most:
        return
    ticket = pair.living.offer + most
    yield _ticket(pair, "min_ticket", ticket, before, "a smallest ticket of")


def larger_ticket(pair: Pair) -> Iterator[Trial]:
    """Raise the largest ticket so far that the least amount fits."""
    ratio, before = pair.ratio, pair.offer.offer.max_ticket
    if ratio is None or before is None:
        return
    ticket = pair.living.offer + ratio.to_offer(pair.least(ratio))
    if ticket > before:
        yield _ticket(pair, "max_ticket", ticket, before, "a largest ticket of")


def larger_share(pair: Pair) -> Iterator[Trial]:
    """Raise the largest share so far that the least amount fits."""
    ratio, before, net = pair.ratio, pair.offer.offer.max_share, pair.need.standing.net
    if ratio is None or before is None or net <= 0:
        return
    parts = 10**SHARE_PLACES
    share = Decimal(-(-(pair.living.need + pair.least(ratio)) * parts // net)) / parts
    if before < share <= 1:
        words = f"a largest share of {percent(share)} instead of {percent(before)}"
        yield offer_trial(pair, "max_share", _plain(share), _plain(before), words, max_share=share)


def more_put_up(pair: Pair) -> Iterator[Trial]:
    """Put up so much more that the least amount is available; or bring back a withdrawn offer."""
    ratio, facts = pair.ratio, pair.offer
    if ratio is None:
        return
    if facts.offer.withdrawn:
        yield _reinstated(pair)
        return
    more = ratio.to_offer(pair.least(ratio)) - facts.standing.free
    unit, total = facts.standing.unit, facts.standing.required
    if 0 < more <= MAX_AMOUNT - total:
        words = f"{brief(more, unit)} more put up"
        after = replace(facts, standing=moved(facts.standing, Stage.AVAILABLE, more))
        yield Trial(
            Change(
                "offer",
                facts.offer.code,
                "quantity",
                format_amount(total + more, unit.decimals),
                format_amount(total, unit.decimals),
                words,
            ),
            replace(pair, offer=after),
        )


def divided(pair: Pair) -> Iterator[Trial]:
    """Let several offers share the need."""
    if not pair.need.need.divisible:
        yield need_trial(pair, "divisible", "yes", "no", "the need made divisible", divisible=True)


def amount_given(pair: Pair) -> Iterator[Trial]:
    """Give the need's amount: the least that the offer could serve."""
    ratio, standing = pair.ratio, pair.need.standing
    if ratio is None or standing.quantified:
        return
    amount, share = pair.least(ratio), pair.offer.offer.max_share
    if share is not None and pair.need.need.divisible:
        amount = _ceiling(Fraction(amount) / Fraction(share))
    known = replace(pair.need, standing=moved(standing, Stage.OPEN, amount))
    words = "its amount given"
    if amount > 1:
        words = f"{words}, at least {brief(amount, standing.unit)}"
    value = format_amount(amount, standing.unit.decimals)
    change = Change("need", pair.need.need.code, "quantity", value, None, words)
    yield Trial(change, replace(pair, need=known))


def moved(standing: Standing, stage: Stage, more: int) -> Standing:
    """Give a standing with so much more in one stage, as a declaration or revision adds it."""
    stages = {**standing.stages, stage: standing.stages.get(stage, 0) + more}
    return Standing(standing.side, standing.code, standing.unit, stages)


def percent(share: Decimal) -> str:
    """Write a share in percent: 0.25 as 25 %."""
    return f"{_plain(share * 100)} %"


def brought_back(standing: Standing, source: Stage) -> Standing:
    """Give an offer's standing with what is withdrawn, or has expired, available again."""
    amount = standing.stages.get(source, 0)
    return moved(moved(standing, Stage.AVAILABLE, amount), source, -amount)


def _ticket(pair: Pair, column: str, ticket: int, before: int, words: str) -> Trial:
    unit = pair.offer.standing.unit
    said = f"{words} {brief(ticket, unit)} instead of {brief(before, unit)}"
    value, old = (format_amount(one, unit.decimals) for one in (ticket, before))
    return offer_trial(pair, column, value, old, said, **{column: ticket})


def _reinstated(pair: Pair) -> Trial:
    facts = pair.offer
    back = brought_back(facts.standing, Stage.WITHDRAWN)
    whole = replace(pair, offer=replace(facts, standing=back))
    words = "the offer brought back"
    return offer_trial(whole, "withdrawn", "no", "yes", words, withdrawn=False)


def _ceiling(number: Fraction) -> int:
    return -(-number.numerator // number.denominator)


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
