"""Describe a difference: three numbers, one sentence, and the suggested command."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.core.quantity import Unit, format_amount, quantity_text
from ledger.statements.differences import Difference, FindingKind, UnclearSum
from ledger.statements.facts import DealEntry, DealFacts, LedgerFacts, amount_in
from ledger.statements.findings import FindingRecord
from ledger.statements.lines import LineKind, StatementLine
from ledger.statements.suggestions import suggested_command
from ledger.statements.versions import Replacement


@dataclass(frozen=True, slots=True)
class ProposedDelivery:
    """A delivery that a statement adds to a committed deal; `amount` is the need's."""

    line: StatementLine
    deal: str
    amount: int
    quantity: str
    reference: str


def proposed_delivery(difference: Difference, facts: LedgerFacts) -> ProposedDelivery | None:
    """Return the delivery that a line adds to a committed deal; None for any other difference."""
    if difference.kind is not FindingKind.UNKNOWN or difference.deal is None:
        return None
    if difference.doubtful:
        return None
    line, deal = difference.lines[0], facts.deal(difference.deal)
    if deal is None or line.kind is not LineKind.DELIVERY or line.unit.code != deal.need_unit.code:
        return None
    if not 0 < line.amount <= deal.committed:
        return None
    reference = line.reference or line.citation
    return ProposedDelivery(
        line, deal.code, line.amount, quantity_text(line.amount, line.unit), reference
    )


ACT_WORDS: Final = {LineKind.COMMITMENT: "committed", LineKind.DELIVERY: "delivered"}


def describe_difference(
    provider: str, difference: Difference, facts: LedgerFacts, today: date
) -> FindingRecord:
    """Describe one difference between a provider's statements and the ledger."""
    lines, entries = difference.lines, difference.entries
    deal = facts.deal(difference.deal) if difference.deal else None
    ours, theirs, between = _numbers(difference, deal, facts)
    offices = {facts.deal_of(entry).office for entry in entries} if deal is None else {deal.office}
    entry_numbers = [str(entry.number) for entry in entries]
    line_numbers = [f"{line.statement}\n{line.number}" for line in lines]
    return FindingRecord(
        kind=difference.kind,
        identity=(provider, *line_numbers, "", *entry_numbers, "", ours, theirs),
        subject=_subject(provider, difference, deal),
        sentence=_sentence(difference, facts, provider),
        ours=ours,
        theirs=theirs,
        difference=between,
        command=suggested_command(provider, difference, facts, today),
        provider=provider,
        statement=lines[0].statement if lines else None,
        line="+".join(line.number for line in lines) or None,
        deal=deal.code if deal is not None else None,
        entry=entries[0].number if entries else None,
        office=offices.pop() if len(offices) == 1 else None,
        file_name=lines[0].file if lines else None,
        content_hash=lines[0].digest if lines else None,
    )


def describe_replacement(provider: str, replacement: Replacement) -> FindingRecord:
    """Describe lines that a later file of their statement left out."""
    lines, name = replacement.lines, replacement.statement
    items = _abridged(
        "; ",
        (f"line {one.number}, {quantity_text(one.amount, one.unit)} on {one.day}" for one in lines),
    )
    count = "1 line" if len(lines) == 1 else f"{len(lines):,} lines"
    return FindingRecord(
        kind=FindingKind.REPLACED,
        identity=(
            *(provider, name),
            *(f"{one.number}\n{one.day}\n{one.amount} {one.unit.code}" for one in lines),
        ),
        subject=provider,
        sentence=(
            f"A later file of statement {name} repeats its line numbers and leaves out {count} of"
            f" other days: {items}. They are no longer compared."
        ),
        ours=count,
        provider=provider,
        statement=name,
        line="+".join(one.number for one in lines),
        file_name=lines[0].file,
        content_hash=lines[0].digest,
    )


_MOST_NAMED: Final = 8
"""The most deals that a subject names, and acts or lines that a set names."""


def _subject(provider: str, difference: Difference, deal: DealFacts | None) -> str:
    """Return the deal, or the deals of merged acts, else the provider."""
    if deal is not None or difference.kind is not FindingKind.MERGED:
        return deal.code if deal is not None else provider
    return _abridged("+", dict.fromkeys(entry.deal for entry in difference.entries))


def _abridged(between: str, texts: Iterable[str]) -> str:
    """Join texts; of many only the first, and the number of others."""
    every = list(texts)
    more = len(every) - _MOST_NAMED
    rest = [f"{more} more"] if more > 0 else []
    return between.join([*every[:_MOST_NAMED], *rest])


Numbers = tuple[str, str, str | None]


def _amounts(ours: int, theirs: int, unit: Unit) -> Numbers:
    return (
        quantity_text(ours, unit),
        quantity_text(theirs, unit),
        quantity_text(theirs - ours, unit),
    )


def _numbers(difference: Difference, deal: DealFacts | None, facts: LedgerFacts) -> Numbers:
    """Return the figures of the ledger and of the provider, and their difference."""
    if difference.kind is FindingKind.MISSING:
        assert deal is not None
        return _amounts(difference.entries[0].need_amount, 0, deal.need_unit)
    if difference.unclear is not None:
        return _numbers_of_sets(difference, difference.unclear, facts)
    line = difference.lines[0]
    match difference.kind:
        case FindingKind.DATE:
            day = difference.entries[0].day
            return day.isoformat(), line.day.isoformat(), f"{(line.day - day).days} days"
        case FindingKind.UNIT:
            return _numbers_of_units(difference, deal)
        case FindingKind.DUPLICATE:
            ours, theirs = line.amount, 2 * line.amount
        case FindingKind.UNKNOWN | FindingKind.PARTY:
            ours, theirs = 0, line.amount
        case _:
            ours = _sum_of(difference.entries, line.unit, facts)
            theirs = sum(one.amount for one in difference.lines)
    return _amounts(ours, theirs, line.unit)


def _sum_of(entries: Iterable[DealEntry], unit: Unit, facts: LedgerFacts) -> int:
    """Add up acts in a unit: each in the side of its deal that is in it."""
    return sum(amount_in(entry, facts.deal_of(entry), unit.code) or 0 for entry in entries)


def _numbers_of_sets(difference: Difference, unclear: UnclearSum, facts: LedgerFacts) -> Numbers:
    """Return the one amount, and how many sets of the other side add up to it."""
    line = difference.lines[0]
    sets = _count_text(unclear.count) if unclear.complete else _NOT_SEARCHED
    if _is_of_lines(unclear):
        return quantity_text(_sum_of(difference.entries, line.unit, facts), line.unit), sets, None
    return sets, quantity_text(line.amount, line.unit), None


_NOT_SEARCHED: Final = "not searched to the end"


def _count_text(count: int) -> str:
    return "1 set" if count == 1 else f"{count:,} sets"


def _is_of_lines(unclear: UnclearSum) -> bool:
    """Return whether the sets are of lines, for one act, and not of acts for one line."""
    return bool(unclear.sets) and isinstance(unclear.sets[0][0], StatementLine)


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


def _sentence(difference: Difference, facts: LedgerFacts, provider: str) -> str:
    ours = _entries_text(difference.entries, facts)
    if difference.kind is FindingKind.MISSING:
        return f"The ledger has {ours}; no statement of {provider} reports it."
    if difference.unclear is not None:
        return _unclear_sentence(difference, difference.unclear, facts)
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
            return f"{theirs}. The ledger has {ours}{_WHY.get(difference.kind, '')}."


def _unclear_sentence(difference: Difference, unclear: UnclearSum, facts: LedgerFacts) -> str:
    """Say how many sets there are, and show the first of them."""
    if not unclear.complete:
        theirs = _lines_text(difference.lines)
        return f"{theirs}. Whether acts add up to it was {_NOT_SEARCHED}; no set is asserted."
    if _is_of_lines(unclear):
        whole = f"The ledger has {_entries_text(difference.entries, facts)}"
        items, other = "lines", "another act needs the same lines"
    else:
        whole, items = _lines_text(difference.lines), "acts"
        other = "another line needs the same acts"
    shown = "; ".join(f"({number}) {_set_text(one, facts)}"
                      for number, one in enumerate(unclear.sets, start=1))  # fmt: skip
    if unclear.count == 1:
        return f"{whole}. One set of {items} adds up to it, but {other}; none is asserted: {shown}."
    first = "" if unclear.count == len(unclear.sets) else f" The first {len(unclear.sets)}:"
    many = f"{_count_text(unclear.count)} of {items} add up to it; none is asserted."
    return f"{whole}. {many}{first} {shown}."


def _set_text(items: Sequence[DealEntry | StatementLine], facts: LedgerFacts) -> str:
    return _abridged(" + ", (_item_text(one, facts) for one in items))


def _item_text(item: DealEntry | StatementLine, facts: LedgerFacts) -> str:
    if isinstance(item, StatementLine):
        return f"{quantity_text(item.amount, item.unit)} of line {item.number}"
    return f"{_entry_amount(item, facts)} of deal {item.deal} (entry {item.number})"


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


def _entries_text(entries: Sequence[DealEntry], facts: LedgerFacts) -> str:
    return " and ".join(
        f"{_entry_amount(entry, facts)} {ACT_WORDS[entry.kind]} on {entry.day}"
        f" for deal {entry.deal} (entry {entry.number})"
        for entry in entries
    )


def _entry_amount(entry: DealEntry, facts: LedgerFacts) -> str:
    """Return an act's amount in its own unit, and in the offer's where that is another."""
    deal = facts.deal_of(entry)
    ours = quantity_text(entry.need_amount, deal.need_unit)
    if not deal.is_cross_currency:
        return ours
    return f"{ours} = {quantity_text(entry.offer_amount, deal.offer_unit)}"
