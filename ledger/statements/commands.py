"""The one command that would make the ledger say as a statement does, where there is one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from shlex import join

from ledger.quantity import format_amount
from ledger.statements.facts import Books, DealFacts, Line, LineKind, amount_in
from ledger.statements.kinds import Difference, Kind


@dataclass(frozen=True, slots=True)
class Posting:
    """A delivery that a statement adds to a committed deal; `amount` is the need's."""

    line: Line
    deal: str
    amount: int
    quantity: str
    reference: str


def command_of(
    provider: str, difference: Difference, deal: DealFacts | None, today: date
) -> str | None:
    """Give the command that would settle a difference; None where an officer has to judge."""
    match difference.kind:
        case Kind.MISSING:
            words = ["journal", "reverse", str(difference.acts[0].entry)]
            return _said([*words, "--reason", f"in no statement of {provider}"])
        case Kind.AMOUNT:
            assert deal is not None
            line, act = difference.lines[0], difference.acts[0]
            ours = amount_in(act, deal, line.unit.code)
            assert ours is not None
            same = line.reference is not None and act.reference == line.reference
            reference = line.reference if same else line.citation
            more = _need_amount(line.amount - ours, line, deal)
            return _doing(line, deal, more, reference or "", today)
        case Kind.UNKNOWN:
            return _adding(difference.lines[0], deal, today)
        case _:
            return None


def posting_of(difference: Difference, books: Books) -> Posting | None:
    """Give the delivery that a line adds to a committed deal; None for any other difference."""
    if difference.kind is not Kind.UNKNOWN or difference.deal is None:
        return None
    line, deal = difference.lines[0], books.deal(difference.deal)
    if deal is None or line.kind is not LineKind.DELIVERY or line.unit.code != deal.need_unit.code:
        return None
    if not 0 < line.amount <= deal.committed:
        return None
    reference = line.reference or line.citation
    return Posting(line, deal.code, line.amount, _quantity(line.amount, deal), reference)


def _adding(line: Line, deal: DealFacts | None, today: date) -> str | None:
    if deal is not None:
        amount = _need_amount(line.amount, line, deal)
        return _doing(line, deal, amount, line.reference or line.citation, today)
    if line.kind is LineKind.DELIVERY or line.amount < 0 or line.offer is None or line.need is None:
        return None
    quantity = f"{format_amount(line.amount, line.unit.decimals)} {line.unit.code}"
    words = ["deal", "introduce", line.offer, line.need, quantity, "--commit"]
    return _said([*words, *_when(line.day, None, today), *_paper(line.reference or line.citation)])


def _doing(line: Line, deal: DealFacts, amount: int, reference: str, today: date) -> str | None:
    """Say how so much more, or less, is recorded of a deal."""
    when = _when(line.day, deal.last_on, today)
    # An act of today is known for the line's by naming it: its day would not tell.
    tail = [*when, *_paper(reference if when else line.citation)]
    quantity = _quantity(abs(amount), deal)
    if amount == 0:
        return None
    if line.kind is LineKind.DELIVERY:
        if amount > deal.committed:
            return None
        verb = "deliver" if amount > 0 else "return"
        return _said(["deal", verb, deal.code, quantity, *tail])
    if amount < 0:
        return _said(["deal", "release", deal.code, quantity, "--committed", *tail])
    if amount <= deal.held:
        return _said(["deal", "commit", deal.code, quantity, *tail])
    return _said(["deal", "introduce", deal.offer, deal.need, quantity, "--commit", *tail])


def _need_amount(amount: int, line: Line, deal: DealFacts) -> int:
    """Give an amount of a line in the need's unit, as near as whole parts come."""
    if line.unit.code == deal.need_unit.code or not deal.crosses:
        return amount
    if line.unit.code != deal.offer_unit.code:
        return 0
    shift = deal.need_unit.decimals - deal.offer_unit.decimals
    return round(amount / Fraction(deal.rate) * Fraction(10) ** shift)


def _quantity(amount: int, deal: DealFacts) -> str:
    return f"{format_amount(amount, deal.need_unit.decimals)} {deal.need_unit.code}"


def _when(day: date, last: date | None, today: date) -> list[str]:
    """Give the day of the paper, unless the ledger would refuse it: then it is today's act."""
    refused = day > today or (last is not None and day < last)
    return [] if refused else ["--on", day.isoformat()]


def _paper(reference: str) -> list[str]:
    return ["--reference", reference]


def _said(words: Sequence[str]) -> str:
    return join(["cityfund", *words])
