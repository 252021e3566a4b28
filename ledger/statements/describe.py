"""What is told of a difference: three numbers, one sentence, and the command that would settle it.

The command does what makes the ledger say as the provider does. Where it cannot, because their
paper is wrong or nothing is amiss but the form, an officer settles the finding with a reason:
the command is then None.

The one command that would make the ledger say as a statement does, where there is one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from shlex import join
from typing import Final

from ledger.core.quantity import Unit, format_amount
from ledger.statements.lines import (
    Act,
    Books,
    DealFacts,
    Difference,
    Kind,
    Line,
    LineKind,
    amount_in,
)


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


DONE: Final = {LineKind.COMMITMENT: "committed", LineKind.DELIVERY: "delivered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A finding as it is kept. `identity` is what makes it the same finding on a later night."""

    kind: Kind
    identity: tuple[str, ...]
    subject: str
    said: str
    ours: str | None = None
    theirs: str | None = None
    difference: str | None = None
    command: str | None = None
    provider: str | None = None
    statement: str | None = None
    line: str | None = None
    deal: str | None = None
    entry: int | None = None
    office: str | None = None

    @property
    def key(self) -> str:
        """Give a digest of the kind and the identity."""
        words = json.dumps([self.kind, *self.identity], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


def told(provider: str, difference: Difference, books: Books, today: date) -> Told:
    """Tell one difference between a provider's statements and the ledger."""
    lines, acts = difference.lines, difference.acts
    deal = books.deal(difference.deal) if difference.deal else None
    ours, theirs, between = _NUMBERS[difference.kind](difference, deal)
    entries = [str(act.entry) for act in acts]
    numbers = [f"{line.statement}\n{line.number}" for line in lines]
    return Told(
        kind=difference.kind,
        identity=(provider, *numbers, "", *entries, "", ours, theirs),
        subject=deal.code if deal is not None else provider,
        said=_sentence(difference, deal, provider),
        ours=ours,
        theirs=theirs,
        difference=between,
        command=command_of(provider, difference, deal, today),
        provider=provider,
        statement=lines[0].statement if lines else None,
        line="+".join(line.number for line in lines) or None,
        deal=deal.code if deal is not None else None,
        entry=acts[0].entry if acts else None,
        office=deal.office if deal is not None else None,
    )


Numbers = tuple[str, str, str]


def quantity(amount: int, unit: Unit) -> str:
    """Write an amount as a command takes it: exact, with its unit."""
    return f"{format_amount(amount, unit.decimals)} {unit.code}"


def _amounts(ours: int, theirs: int, unit: Unit) -> Numbers:
    return quantity(ours, unit), quantity(theirs, unit), quantity(theirs - ours, unit)


def _of_both(difference: Difference, deal: DealFacts | None) -> Numbers:
    line = difference.lines[0]
    ours = 0
    if deal is not None:
        ours = sum(amount_in(act, deal, line.unit.code) or 0 for act in difference.acts)
    return _amounts(ours, sum(one.amount for one in difference.lines), line.unit)


def _of_theirs(difference: Difference, deal: DealFacts | None) -> Numbers:
    del deal
    line = difference.lines[0]
    return _amounts(0, line.amount, line.unit)


def _twice(difference: Difference, deal: DealFacts | None) -> Numbers:
    del deal
    line = difference.lines[0]
    return _amounts(line.amount, 2 * line.amount, line.unit)


def _of_ours(difference: Difference, deal: DealFacts | None) -> Numbers:
    assert deal is not None
    return _amounts(difference.acts[0].need_amount, 0, deal.need_unit)


def _of_days(difference: Difference, deal: DealFacts | None) -> Numbers:
    del deal
    line, act = difference.lines[0], difference.acts[0]
    return act.day.isoformat(), line.day.isoformat(), f"{(line.day - act.day).days} days"


def _of_units(difference: Difference, deal: DealFacts | None) -> Numbers:
    """Give both with their units; the difference is that of the bare figures."""
    assert deal is not None
    line, act = difference.lines[0], difference.acts[0]
    sides = [(act.need_amount, deal.need_unit), (act.offer_amount, deal.offer_unit)]
    scale = max(unit.decimals for unit in (line.unit, deal.need_unit, deal.offer_unit))
    theirs: int = line.amount * 10 ** (scale - line.unit.decimals)

    def apart(side: tuple[int, Unit]) -> int:
        figure: int = side[0] * 10 ** (scale - side[1].decimals)
        return theirs - figure

    near = min(
        [side for side in sides if side[1].code != line.unit.code],
        key=lambda side: abs(apart(side)),
    )
    return quantity(*near), quantity(line.amount, line.unit), format_amount(apart(near), scale)


_NUMBERS: Final[dict[Kind, Callable[[Difference, DealFacts | None], Numbers]]] = {
    Kind.AMOUNT: _of_both,
    Kind.DATE: _of_days,
    Kind.UNIT: _of_units,
    Kind.SIGN: _of_both,
    Kind.SPLIT: _of_both,
    Kind.MERGED: _of_both,
    Kind.DUPLICATE: _twice,
    Kind.UNKNOWN: _of_theirs,
    Kind.MISSING: _of_ours,
    Kind.PARTY: _of_theirs,
    Kind.ROUNDING: _of_both,
}


def _sentence(difference: Difference, deal: DealFacts | None, provider: str) -> str:
    acts = difference.acts
    if difference.kind is Kind.MISSING:
        assert deal is not None
        told_ours = _ours(acts, deal)
        return f"The ledger has {told_ours}; no statement of {provider} tells of it."
    theirs = _theirs(difference.lines)
    match difference.kind:
        case Kind.DUPLICATE:
            return f"{theirs}. Another line says the same, and the ledger has it once."
        case Kind.PARTY:
            return f"{theirs}. In the ledger {difference.other}."
        case Kind.UNKNOWN:
            lacks = f"no {difference.other}" if difference.other else "nothing of the kind"
            return f"{theirs}. The ledger has {lacks}."
        case _:
            assert deal is not None
            return f"{theirs}. The ledger has {_ours(acts, deal)}{_WHY.get(difference.kind, '')}."


_WHY: Final = {
    Kind.ROUNDING: "; rounding the rate explains the difference",
    Kind.SPLIT: "; together the lines are that",
    Kind.MERGED: "; together they are that",
}


def _theirs(lines: Sequence[Line]) -> str:
    first = lines[0]
    names = ", ".join(line.number for line in lines)
    done = " and ".join(quantity(line.amount, line.unit) for line in lines)
    about = _about(first)
    word = "line" if len(lines) == 1 else "lines"
    days = ", ".join(dict.fromkeys(line.day.isoformat() for line in lines))
    return (
        f"Statement {first.statement}, {word} {names}: {done} {DONE[first.kind]}{about} on {days}"
    )


def _about(line: Line) -> str:
    codes = (("deal", line.deal), ("offer", line.offer), ("need", line.need))
    named = ", ".join(f"{name} {code}" for name, code in codes if code is not None)
    referred = f" ({line.reference})" if line.reference else ""
    return (f" for {named}" if named else "") + referred


def _ours(acts: Sequence[Act], deal: DealFacts) -> str:
    return " and ".join(
        f"{quantity(act.need_amount, deal.need_unit)}"
        + (f" = {quantity(act.offer_amount, deal.offer_unit)}" if deal.crosses else "")
        + f" {DONE[act.kind]} on {act.day} for deal {deal.code} (entry {act.entry})"
        for act in acts
    )
