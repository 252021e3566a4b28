"""What is told of a difference: three numbers, one sentence, and the command that would settle it.

The command does what makes the ledger say as the provider does. Where it cannot, because their
paper is wrong or nothing is amiss but the form, an officer settles the finding with a reason:
the command is then None.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.quantity import format_amount
from ledger.statements.commands import command_of
from ledger.statements.facts import Act, Books, DealFacts, Line, LineKind, amount_in
from ledger.statements.kinds import Difference, Kind
from ledger.units import Unit

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
