"""Near misses: the smallest single changes that would make a pair eligible.

Every change is applied to a copy of the pair and all rules are evaluated again, so each one has
been tested. Amounts, shares and days are the least that suffice: for the least amount that the pair
could take, or, for a minimum ticket, the most that it could take now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from ledger.core.factors import Stage
from ledger.core.numbers import format_decimal
from ledger.core.quantity import MAX_AMOUNT, Unit, format_amount
from ledger.core.text import cell_text, counted
from ledger.eligibility.rules import brief
from ledger.eligibility.verdict import AVAILABLE, RATE
from ledger.journal.balance import Balance
from ledger.matching.pairs import PairFacts
from ledger.registers.records import ACTIVE_STATUSES


class Change(NamedTuple):
    """One change: `column` of the canonical table would hold `value` instead of `before`.

    `kind` is the register: offer, need or project; or rate, whose value is not proposed. `words`
    describe it for people.
    """

    kind: str
    code: str
    column: str
    value: str | None
    before: str | None
    words: str

    def to_dict(self) -> dict[str, str | None]:
        """Return the change as in `cityfund.explanation/1`."""
        return {**self._asdict(), "command": self.command}

    @property
    def command(self) -> str | None:
        """Return the what-if command for the change; None where there is none."""
        if self.value is None:
            return None
        return f"cityfund match whatif --change {self.code} {_quoted(self)}"


class Trial(NamedTuple):
    """A change and the pair after it."""

    change: Change
    pair: PairFacts


def _trial(pair: PairFacts, register: str, words: str, **term: Any) -> Trial:
    """Change one term of the offer or the need."""
    facts = getattr(pair, register)
    record = getattr(facts, register)
    ((column, value),) = term.items()
    unit: Unit = facts.balance.unit
    cells = _cell(value, unit), _cell(getattr(record, column), unit)
    change = Change(register, record.code, column, *cells, words)
    changed = replace(facts, **{register: replace(record, **term)})
    return Trial(change, replace(pair, **{register: changed}))


def _cell(value: object, unit: Unit) -> str | None:
    """Write a term as a cell of the canonical table."""
    if isinstance(value, int) and not isinstance(value, bool):
        return format_amount(value, unit.decimals)
    return format_decimal(value) if isinstance(value, Decimal) else cell_text(value)


def _quoted(change: Change) -> str:
    text = f"{change.column}={change.value}"
    return f"'{text}'" if any(mark in text for mark in " ;") else text


SHARE_PLACES = 4
"""Shares are proposed in hundredths of a percent."""


def lower_min_ticket(pair: PairFacts) -> Iterator[Trial]:
    """Lower the minimum ticket to the most that the pair could take now."""
    most, before = pair.pairing.offer_amount, pair.offer.offer.min_ticket
    if most is None or before is None or before <= pair.outstanding.offer + most:
        return
    ticket = pair.outstanding.offer + most
    words = f"a minimum ticket of {_instead(pair, ticket, before)}"
    yield _trial(pair, "offer", words, min_ticket=ticket)


def higher_max_ticket(pair: PairFacts) -> Iterator[Trial]:
    """Raise the maximum ticket until the least amount fits."""
    ratio, before = pair.ratio, pair.offer.offer.max_ticket
    if ratio is None or before is None:
        return
    ticket = pair.outstanding.offer + ratio.to_offer(pair.least_amount(ratio))
    if ticket > before:
        words = f"a maximum ticket of {_instead(pair, ticket, before)}"
        yield _trial(pair, "offer", words, max_ticket=ticket)


def higher_max_share(pair: PairFacts) -> Iterator[Trial]:
    """Raise the maximum share until the least amount fits."""
    ratio, before, net = pair.ratio, pair.offer.offer.max_share, pair.need.balance.net
    if ratio is None or before is None or net <= 0:
        return
    amounts = 10**SHARE_PLACES
    share = (
        Decimal(-(-(pair.outstanding.need + pair.least_amount(ratio)) * amounts // net)) / amounts
    )
    if before < share <= 1:
        words = f"a maximum share of {percent(share)} instead of {percent(before)}"
        yield _trial(pair, "offer", words, max_share=share)


def larger_quantity(pair: PairFacts) -> Iterator[Trial]:
    """Raise the quantity until the least amount is available, or reinstate a withdrawn offer."""
    ratio, facts = pair.ratio, pair.offer
    if ratio is None:
        return
    if facts.offer.withdrawn:
        yield _reinstated(pair)
        return
    if pair.need.balance.quantified and pair.need.balance.free <= 0:
        return  # nothing is open: no quantity offered serves the need
    additional = ratio.to_offer(pair.least_amount(ratio)) - facts.balance.free
    unit, total = facts.balance.unit, facts.balance.required
    if 0 < additional <= MAX_AMOUNT - total:
        before, words = (
            format_amount(total, unit.decimals),
            f"{brief(additional, unit)} more offered",
        )
        yield _quantity_trial(pair, Stage.AVAILABLE, additional, before, words)


def made_divisible(pair: PairFacts) -> Iterator[Trial]:
    """Let several offers share the need."""
    if not pair.need.need.divisible:
        yield _trial(pair, "need", "the need made divisible", divisible=True)


def given_amount(pair: PairFacts) -> Iterator[Trial]:
    """State the need's amount: the least that the offer could serve."""
    ratio, balance = pair.ratio, pair.need.balance
    if ratio is None or balance.quantified:
        return
    amount, share = pair.least_amount(ratio), pair.offer.offer.max_share
    if share is not None and pair.need.need.divisible:
        amount = ceil(Fraction(amount) / Fraction(share))
    words = "its amount given"
    if amount > 1:
        words = f"{words}, at least {brief(amount, balance.unit)}"
    yield _quantity_trial(pair, Stage.OPEN, amount, None, words)


def _quantity_trial(
    pair: PairFacts, stage: Stage, additional: int, before: str | None, words: str
) -> Trial:
    """Add to the quantity of the need or the offer, whichever has the stage."""
    register = "need" if stage is Stage.OPEN else "offer"
    facts = getattr(pair, register)
    balance = with_added_amount(facts.balance, stage, additional)
    value = format_amount(balance.required, balance.unit.decimals)
    change = Change(register, balance.code, "quantity", value, before, words)
    return Trial(change, replace(pair, **{register: replace(facts, balance=balance)}))


def with_added_amount(balance: Balance, stage: Stage, additional: int) -> Balance:
    """Return a balance with an amount added to one stage, as a declaration or revision does."""
    stages = {**balance.stages, stage: balance.stages.get(stage, 0) + additional}
    return Balance(balance.side, balance.code, balance.unit, stages)


def percent(share: Decimal) -> str:
    """Write a share in percent: 0.25 as 25 %."""
    return f"{format_decimal(share * 100)} %"


def reinstated(balance: Balance, source: Stage) -> Balance:
    """Return a balance with the withdrawn or expired amount available again."""
    amount = balance.stages.get(source, 0)
    return with_added_amount(with_added_amount(balance, Stage.AVAILABLE, amount), source, -amount)


def _instead(pair: PairFacts, ticket: int, before: int) -> str:
    unit = pair.offer.balance.unit
    return f"{brief(ticket, unit)} instead of {brief(before, unit)}"


def _reinstated(pair: PairFacts) -> Trial:
    balance = reinstated(pair.offer.balance, Stage.WITHDRAWN)
    reinstated_pair = replace(pair, offer=replace(pair.offer, balance=balance))
    return _trial(reinstated_pair, "offer", "the offer brought back", withdrawn=False)


def topic(pair: PairFacts) -> Iterator[Trial]:
    """Add the topic of the need to the offer, or name a topic of the offer in the need."""
    wanted, topics = pair.need.need.topic, pair.offer.offer.topics
    if wanted is not None:
        yield _with_list_entry(pair, "topics", wanted, f"topic {wanted} added")
        return
    for one in topics:
        yield _trial(pair, "need", f"the need to name the topic {one}", topic=one)


def sector(pair: PairFacts) -> Iterator[Trial]:
    """Add the project's sector to the mandate."""
    wanted = pair.need.project.sector
    yield _with_list_entry(pair, "sectors", wanted, f"sector {wanted} added")


def geography(pair: PairFacts) -> Iterator[Trial]:
    """Remove the exclusion of the country, else add the country, or only the city."""
    offer, city = pair.offer.offer, pair.need.city
    if city.country in offer.excluded_countries:
        remaining = tuple(one for one in offer.excluded_countries if one != city.country)
        words = f"country {city.country} not excluded"
        yield _trial(pair, "offer", words, excluded_countries=remaining)
        return
    yield _with_list_entry(pair, "countries", city.country, f"country {city.country} added")
    yield _with_list_entry(pair, "cities", city.code, f"city {city.code} added")


def instrument(pair: PairFacts) -> Iterator[Trial]:
    """Accept an instrument of the offer, or offer one that the need accepts."""
    accepted = pair.need.need.instruments
    for one in pair.offer.offer.instruments:
        yield _trial(pair, "need", f"the need to accept {one}", instruments=(*accepted, one))
    for one in accepted:
        yield _with_list_entry(pair, "instruments", one, f"instrument {one} added")


def window(pair: PairFacts) -> Iterator[Trial]:
    """Start the validity of the offer by the day, or extend it to the day."""
    offer, day = pair.offer.offer, pair.day
    if offer.valid_from is not None and day < offer.valid_from:
        words = f"valid from {day}, {days_apart(day, offer.valid_from)} earlier"
        yield _trial(pair, "offer", words, valid_from=day)
    if offer.valid_until is not None and day > offer.valid_until:
        words = f"valid until {day}, {days_apart(offer.valid_until, day)} longer"
        balance = reinstated(pair.offer.balance, Stage.EXPIRED)
        longer = replace(pair, offer=replace(pair.offer, balance=balance))
        yield _trial(longer, "offer", words, valid_until=day)


def start(pair: PairFacts) -> Iterator[Trial]:
    """Make the offer available by the date needed, or the need later."""
    starts, needed_by = pair.offer.offer.available_from, pair.need.need.needed_by
    if starts is None or needed_by is None:
        return
    apart = days_apart(needed_by, starts)
    words = f"available from {needed_by}, {apart} earlier"
    yield _trial(pair, "offer", words, available_from=needed_by)
    words = f"needed by {starts}, {apart} later"
    yield _trial(pair, "need", words, needed_by=starts)


def status(pair: PairFacts) -> Iterator[Trial]:
    """Return the project to the nearest status that takes new deals."""
    project, wanted = pair.need.project, ACTIVE_STATUSES[-1]
    facts = replace(pair.need, project=replace(project, status=wanted))
    words = f"the project back in {wanted}"
    change = Change("project", project.code, "status", wanted, project.status, words)
    yield Trial(change, replace(pair, need=facts))


def days_apart(first: date, last: date) -> str:
    """Return the number of days between two dates."""
    return counted((last - first).days, "day")


def _with_list_entry(pair: PairFacts, column: str, value: str, words: str) -> Trial:
    entries = (*getattr(pair.offer.offer, column), value)
    return _trial(pair, "offer", words, **{column: entries})


_CHANGES_BY_RULE: Mapping[str, tuple[Callable[[PairFacts], Iterator[Trial]], ...]] = {
    "quantified": (given_amount,),
    "topic": (topic,),
    "sector": (sector,),
    "geography": (geography,),
    "instrument": (instrument,),
    "window": (window,),
    "start": (start,),
    "status": (status,),
    "ticket": (
        lower_min_ticket,
        higher_max_ticket,
        higher_max_share,
        larger_quantity,
        made_divisible,
    ),
    "share": (higher_max_share, made_divisible),
    "indivisible": (larger_quantity, made_divisible),
    AVAILABLE: (larger_quantity,),
}
"""The changes that may resolve each failure; another factor or unit is another offer."""


def single_changes(pair: PairFacts) -> tuple[Change, ...]:
    """Return every change that alone makes the pair eligible, in the order of the failures.

    Empty where nothing blocks the pair, or where it takes more than one change.
    """
    failed = {failure.rule for failure in pair.failures()}
    if failed == {RATE}:
        return (_missing_rate(pair),)
    changes: dict[tuple[str, str, str | None], Change] = {}
    for rule, change_makers in _CHANGES_BY_RULE.items():
        for make_changes in change_makers if rule in failed else ():
            for change, changed_pair in make_changes(pair):
                if not changed_pair.failures():
                    changes.setdefault((change.kind, change.column, change.value), change)
    return tuple(changes.values())


def _missing_rate(pair: PairFacts) -> Change:
    """Ask for a rate: only with it are the amounts known."""
    need_unit, offer_unit = pair.need.balance.unit.code, pair.offer.balance.unit.code
    words = f"a rate between {need_unit} and {offer_unit}"
    return Change("rate", f"{need_unit}/{offer_unit}", "rate", None, None, words)
