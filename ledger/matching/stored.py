"""A stored proposal: what was proposed, and which lines were accepted since.

It never changes; the state of its lines is read from the journal and the balances.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ledger.core.quantity import format_quantity
from ledger.deals.deal import decimal_rate
from ledger.eligibility.rules import Failure, Pairing, verdict
from ledger.matching.plan import Level
from ledger.matching.proposal import LEVEL_PLACES, Cost, Line, Proposal

RECORDED_IN_ERROR = "recorded-in-error"

COST_PLACES = 2
"""The decimal places of the cost of a proposal."""


class AcceptedLine(NamedTuple):
    """The introduction by which a line was accepted."""

    entry: int
    deal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredProposal:
    """A stored proposal: `weights` are those of the projects that it would complete.

    `selection` are its filters, `solved_on` the last entry when it was solved, `accepted` the
    accepted lines, by number.
    """

    code: str
    proposal: Proposal
    weights: Mapping[str, int]
    selection: tuple[str, ...]
    milliseconds: int
    solved_on: int | None
    recorded_at: datetime
    actor: str
    reason: str | None = None
    accepted: Mapping[int, AcceptedLine]

    @property
    def numbered_lines(self) -> list[tuple[int, Line]]:
        """Return the lines with their numbers, from one."""
        return list(enumerate(self.proposal.lines, start=1))

    @property
    def open_lines(self) -> list[int]:
        """Return the numbers of the lines not accepted yet."""
        return [number for number, _ in self.numbered_lines if number not in self.accepted]


def rounded(proposal: Proposal) -> Proposal:
    """Return a proposal with its levels and cost rounded as they are stored."""
    cost = proposal.cost
    return replace(
        proposal,
        complete_level=_rounded_level(proposal.complete_level),
        coverage_level=_rounded_level(proposal.coverage_level),
        cost=Cost(as_amount(rounded_cost(cost), cost), cost.unknown, cost.unit),
    )


def _rounded_level(level: Level) -> Level:
    value, bound = (Fraction(decimal_of(one)) for one in (level.value, level.bound))
    return Level(value, bound, level.is_bound_computed)


def decimal_of(value: Fraction, places: int = LEVEL_PLACES) -> Decimal:
    """Return a fraction rounded half-even to this number of places, in any decimal context."""
    if value.denominator == 1:
        return Decimal(value.numerator)
    parts = round(value * 10**places)
    return Decimal((int(parts < 0), tuple(map(int, str(abs(parts)))), -places))


def rounded_cost(cost: Cost) -> Decimal:
    """Return the yearly cost of a proposal in whole units of the base currency."""
    return decimal_of(cost.amount / 10**cost.unit.decimals, COST_PLACES)


def as_amount(amount: Decimal, cost: Cost) -> Fraction:
    """Return a rounded cost in smallest parts."""
    return Fraction(amount) * Fraction(10) ** cost.unit.decimals


def line_failures(line: Line, pairing: Pairing, rate: Fraction | None) -> tuple[Failure, ...]:
    """Return every reason why a line cannot be introduced as proposed; empty: it fits.

    `pairing` is its need and offer today, with the amounts of the line; `rate` is the rate of
    today.
    """
    amount_failures = _amount_failures(line, pairing)
    # Where an amount is missing, the rule on indivisible needs would repeat it.
    rules = (one for one in verdict(pairing) if not (amount_failures and one.rule == "indivisible"))
    return (*_rate_failures(line, rate), *amount_failures, *rules)


def in_error_failure(code: str) -> Failure:
    """Return why a line cannot be introduced whose need or offer was recorded in error."""
    return Failure(RECORDED_IN_ERROR, f"{code} was recorded in error")


def _rate_failures(line: Line, rate: Fraction | None) -> Sequence[Failure]:
    if rate == line.rate:
        return ()
    need_unit, offer_unit = line.unit.code, line.offer_unit.code
    today = f"today it is {decimal_rate(rate):f}" if rate is not None else "today none is known"
    proposed = f"it was proposed at {decimal_rate(line.rate):f} {offer_unit} for 1 {need_unit}"
    return (Failure("rate", f"{proposed}; {today}"),)


def _amount_failures(line: Line, pairing: Pairing) -> Sequence[Failure]:
    failures = []
    need, offer = pairing.need.balance, pairing.offer.balance
    if need.free < line.amount:
        available, required = (format_quantity(one, line.unit) for one in (need.free, line.amount))
        failures.append(Failure("open", f"the need has {available} open, not {required}"))
    if pairing.offer.offer.withdrawn:
        failures.append(Failure("available", "the offer was withdrawn"))
    elif offer.free < line.offer_amount:
        unit = line.offer_unit
        available, required = (
            format_quantity(one, unit) for one in (offer.free, line.offer_amount)
        )
        failures.append(
            Failure("available", f"the offer has {available} available, not {required}")
        )
    return failures
