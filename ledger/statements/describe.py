"""Describe a difference: three numbers, one sentence, and the suggested command.

The command makes the ledger agree with the provider. It is None where there is no such command,
because the statement is wrong or only its form differs: an officer then resolves the finding with a
reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from shlex import join
from typing import Final

from ledger.core.quantity import Unit, format_amount
from ledger.statements.lines import (
    DealEntry,
    DealFacts,
    Difference,
    FindingKind,
    LedgerFacts,
    LineKind,
    StatementLine,
    amount_in,
)


@dataclass(frozen=True, slots=True)
class ProposedDelivery:
    """A delivery that a statement adds to a committed deal; `amount` is the need's."""

    line: StatementLine
    deal: str
    amount: int
    quantity: str
    reference: str


def suggested_command(
    provider: str, difference: Difference, deal: DealFacts | None, today: date
) -> str | None:
    """Return the suggested command of a difference; None if an officer has to judge."""
    match difference.kind:
        case FindingKind.MISSING:
            words = ["journal", "reverse", str(difference.entries[0].number)]
            return _command_line([*words, "--reason", f"in no statement of {provider}"])
        case FindingKind.AMOUNT:
            assert deal is not None
            line, entry = difference.lines[0], difference.entries[0]
            ours = amount_in(entry, deal, line.unit.code)
            assert ours is not None
            same = line.reference is not None and entry.reference == line.reference
            reference = line.reference if same else line.citation
            more = _need_amount(line.amount - ours, line, deal)
            return _command_for_amount(line, deal, more, reference or "", today)
        case FindingKind.UNKNOWN:
            return _command_for_unknown(difference.lines[0], deal, today)
        case _:
            return None


def proposed_delivery(difference: Difference, facts: LedgerFacts) -> ProposedDelivery | None:
    """Return the delivery that a line adds to a committed deal; None for any other difference."""
    if difference.kind is not FindingKind.UNKNOWN or difference.deal is None:
        return None
    line, deal = difference.lines[0], facts.deal(difference.deal)
    if deal is None or line.kind is not LineKind.DELIVERY or line.unit.code != deal.need_unit.code:
        return None
    if not 0 < line.amount <= deal.committed:
        return None
    reference = line.reference or line.citation
    return ProposedDelivery(line, deal.code, line.amount, _quantity(line.amount, deal), reference)


def _command_for_unknown(line: StatementLine, deal: DealFacts | None, today: date) -> str | None:
    if deal is not None:
        amount = _need_amount(line.amount, line, deal)
        return _command_for_amount(line, deal, amount, line.reference or line.citation, today)
    if line.kind is LineKind.DELIVERY or line.amount < 0 or line.offer is None or line.need is None:
        return None
    quantity = f"{format_amount(line.amount, line.unit.decimals)} {line.unit.code}"
    words = ["deal", "introduce", line.offer, line.need, quantity, "--commit"]
    words += [*_date_option(line.day, today), "--reference"]
    return _command_line([*words, line.reference or line.citation])


def _command_for_amount(
    line: StatementLine, deal: DealFacts, amount: int, reference: str, today: date
) -> str | None:
    """Return the command that records more, or less, of a deal."""
    when = _date_option(line.day, today)
    # An act of today is matched with the line by its reference: its day would not match.
    tail = [*when, "--reference", reference if when else line.citation]
    quantity = _quantity(abs(amount), deal)
    if amount == 0:
        return None
    if line.kind is LineKind.DELIVERY:
        if amount > deal.committed:
            return None
        verb = "deliver" if amount > 0 else "return"
        return _command_line(["deal", verb, deal.code, quantity, *tail])
    if amount < 0:
        return _command_line(["deal", "release", deal.code, quantity, "--committed", *tail])
    if amount <= deal.held:
        return _command_line(["deal", "commit", deal.code, quantity, *tail])
    return _command_line(["deal", "introduce", deal.offer, deal.need, quantity, "--commit", *tail])


def _need_amount(amount: int, line: StatementLine, deal: DealFacts) -> int:
    """Return an amount of a line in the need's unit, rounded to whole parts."""
    if line.unit.code == deal.need_unit.code or not deal.is_cross_currency:
        return amount
    if line.unit.code != deal.offer_unit.code:
        return 0
    shift = deal.need_unit.decimals - deal.offer_unit.decimals
    return round(amount / Fraction(deal.rate) * Fraction(10) ** shift)


def _quantity(amount: int, deal: DealFacts) -> str:
    return f"{format_amount(amount, deal.need_unit.decimals)} {deal.need_unit.code}"


def _date_option(day: date, today: date) -> list[str]:
    """Return the option for the line's day; none for a day to come, which the ledger refuses."""
    return [] if day > today else ["--on", day.isoformat()]


def _command_line(words: Sequence[str]) -> str:
    return join(["cityfund", *words])


ACT_WORDS: Final = {LineKind.COMMITMENT: "committed", LineKind.DELIVERY: "delivered"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingTerms:
    """What a finding says: its subject, figures, command, and the records it concerns."""

    kind: FindingKind
    subject: str
    sentence: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRecord(FindingTerms):
    """A finding to be stored. `identity` makes it the same finding on a later night."""

    identity: tuple[str, ...]

    @property
    def key(self) -> str:
        """Return a digest of the kind and the identity."""
        words = json.dumps([self.kind, *self.identity], ensure_ascii=False)
        return hashlib.sha256(words.encode()).hexdigest()


def describe_difference(
    provider: str, difference: Difference, facts: LedgerFacts, today: date
) -> FindingRecord:
    """Describe one difference between a provider's statements and the ledger."""
    lines, entries = difference.lines, difference.entries
    deal = facts.deal(difference.deal) if difference.deal else None
    ours, theirs, between = _numbers(difference, deal)
    entry_numbers = [str(entry.number) for entry in entries]
    line_numbers = [f"{line.statement}\n{line.number}" for line in lines]
    return FindingRecord(
        kind=difference.kind,
        identity=(provider, *line_numbers, "", *entry_numbers, "", ours, theirs),
        subject=deal.code if deal is not None else provider,
        sentence=_sentence(difference, deal, provider),
        ours=ours,
        theirs=theirs,
        difference=between,
        command=suggested_command(provider, difference, deal, today),
        provider=provider,
        statement=lines[0].statement if lines else None,
        line="+".join(line.number for line in lines) or None,
        deal=deal.code if deal is not None else None,
        entry=entries[0].number if entries else None,
        office=deal.office if deal is not None else None,
    )


Numbers = tuple[str, str, str]


def quantity_text(amount: int, unit: Unit) -> str:
    """Format an amount as a command takes it: exact, with its unit."""
    return f"{format_amount(amount, unit.decimals)} {unit.code}"


def _amounts(ours: int, theirs: int, unit: Unit) -> Numbers:
    return (
        quantity_text(ours, unit),
        quantity_text(theirs, unit),
        quantity_text(theirs - ours, unit),
    )


def _numbers(difference: Difference, deal: DealFacts | None) -> Numbers:
    """Return the figures of the ledger and of the provider, and their difference."""
    if difference.kind is FindingKind.MISSING:
        assert deal is not None
        return _amounts(difference.entries[0].need_amount, 0, deal.need_unit)
    line = difference.lines[0]
    match difference.kind:
        case FindingKind.DATE:
            day = difference.entries[0].day
            return day.isoformat(), line.day.isoformat(), f"{(line.day - day).days} days"
        case FindingKind.UNIT:
            return _numbers_of_units(difference, deal)
        case FindingKind.DUPLICATE:
            return _amounts(line.amount, 2 * line.amount, line.unit)
        case FindingKind.UNKNOWN | FindingKind.PARTY:
            return _amounts(0, line.amount, line.unit)
        case _:
            ours = 0
            if deal is not None:
                entries = difference.entries
                ours = sum(amount_in(entry, deal, line.unit.code) or 0 for entry in entries)
            return _amounts(ours, sum(one.amount for one in difference.lines), line.unit)


def _numbers_of_units(difference: Difference, deal: DealFacts | None) -> Numbers:
    """Return both with their units; the difference is that of the bare figures."""
    assert deal is not None
    line, entry = difference.lines[0], difference.entries[0]
    sides = [(entry.need_amount, deal.need_unit), (entry.offer_amount, deal.offer_unit)]
    scale = max(unit.decimals for unit in (line.unit, deal.need_unit, deal.offer_unit))
    theirs: int = line.amount * 10 ** (scale - line.unit.decimals)

    def apart(side: tuple[int, Unit]) -> int:
        figure: int = side[0] * 10 ** (scale - side[1].decimals)
        return theirs - figure

    near = min(
        [side for side in sides if side[1].code != line.unit.code],
        key=lambda side: abs(apart(side)),
    )
    return (
        quantity_text(*near),
        quantity_text(line.amount, line.unit),
        format_amount(apart(near), scale),
    )


def _sentence(difference: Difference, deal: DealFacts | None, provider: str) -> str:
    entries = difference.entries
    if difference.kind is FindingKind.MISSING:
        assert deal is not None
        ours = _entries_text(entries, deal)
        return f"The ledger has {ours}; no statement of {provider} reports it."
    theirs = _lines_text(difference.lines)
    match difference.kind:
        case FindingKind.DUPLICATE:
            return f"{theirs}. Another line is the same, and the ledger has it once."
        case FindingKind.PARTY:
            return f"{theirs}. In the ledger {difference.other}."
        case FindingKind.UNKNOWN:
            lacks = f"no {difference.other}" if difference.other else "nothing that matches"
            return f"{theirs}. The ledger has {lacks}."
        case _:
            assert deal is not None
            ours, why = _entries_text(entries, deal), _WHY.get(difference.kind, "")
            return f"{theirs}. The ledger has {ours}{why}."


_WHY: Final = {
    FindingKind.ROUNDING: "; rounding the rate explains the difference",
    FindingKind.SPLIT: "; the lines add up to it",
    FindingKind.MERGED: "; they add up to it",
}


def _lines_text(lines: Sequence[StatementLine]) -> str:
    first = lines[0]
    names = ", ".join(line.number for line in lines)
    done = " and ".join(quantity_text(line.amount, line.unit) for line in lines)
    about = _codes_text(first)
    word = "line" if len(lines) == 1 else "lines"
    days = ", ".join(dict.fromkeys(line.day.isoformat() for line in lines))
    where = f"Statement {first.statement}, {word} {names}"
    return f"{where}: {done} {ACT_WORDS[first.kind]}{about} on {days}"


def _codes_text(line: StatementLine) -> str:
    codes = (("deal", line.deal), ("offer", line.offer), ("need", line.need))
    named = ", ".join(f"{name} {code}" for name, code in codes if code is not None)
    referred = f" ({line.reference})" if line.reference else ""
    return (f" for {named}" if named else "") + referred


def _entries_text(entries: Sequence[DealEntry], deal: DealFacts) -> str:
    return " and ".join(
        f"{quantity_text(entry.need_amount, deal.need_unit)}"
        + (
            f" = {quantity_text(entry.offer_amount, deal.offer_unit)}"
            if deal.is_cross_currency
            else ""
        )
        + f" {ACT_WORDS[entry.kind]} on {entry.day} for deal {deal.code} (entry {entry.number})"
        for entry in entries
    )
