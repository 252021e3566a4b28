"""Deals, entries and statement lines in a few words, and what comparing them comes to.

Days are those of October 2026 and count on beyond it: day 40 is 9 November. Amounts are in the
smallest part. Everything is about deal D-1 unless another is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from ledger.core.quantity import Unit
from ledger.core.text import normalised_code
from ledger.statements.facts import DealEntry, DealFacts, LedgerFacts
from ledger.statements.lines import LineKind, StatementLine
from ledger.statements.passes import compare_statements

BANK, FIRM = "BANK", "FIRM"
EUR, USD = Unit("EUR", 2, "money", "Euro"), Unit("USD", 2, "money", "US dollar")
GBP, JPY = Unit("GBP", 2, "money", "Pound"), Unit("JPY", 0, "money", "Yen")
TODAY = date(2027, 6, 30)
COMMITMENT, DELIVERY = LineKind.COMMITMENT, LineKind.DELIVERY


def day(number: int) -> date:
    """Return a day by its number in October 2026."""
    return date(2026, 10, 1) + timedelta(days=number - 1)


def deal(number: int = 1, **terms: Any) -> DealFacts:
    """Make the deal of that number: of offer O-1 and need N-1 if the number is 1."""
    given = {"provider": BANK, "need_unit": EUR, "offer_unit": terms.get("need_unit", EUR), **terms}
    codes = {"code": f"D-{number}", "offer": f"O-{number}", "need": f"N-{number}"}
    return DealFacts(**{**codes, **given})


def entry(number: int, amount: int, on: int = 10, **terms: Any) -> DealEntry:
    """Make an entry of so much; `theirs` is the amount in the offer's unit if that is another."""
    given = {"deal": "D-1", "kind": DELIVERY, "offer_amount": terms.pop("theirs", amount), **terms}
    return DealEntry(number=number, day=day(on), need_amount=amount, **given)


def line(number: int, amount: int, on: int = 10, **terms: Any) -> StatementLine:
    """Make the line of that number in statement S; it names deal D-1 unless it says otherwise."""
    names = {} if {"deal", "offer", "need"} & set(terms) else {"deal": "D-1"}
    given = {"provider": BANK, "statement": "S", "kind": DELIVERY, "unit": EUR, **names, **terms}
    return StatementLine(number=str(number), day=day(on), amount=amount, **given)


def nameless(number: int, amount: int, on: int = 10, **terms: Any) -> StatementLine:
    """Make a line that names neither deal nor offer nor need."""
    return line(number, amount, on, deal=None, **terms)


def ledger(*entries: DealEntry, deals: Sequence[DealFacts] = (deal(),)) -> LedgerFacts:
    """Make the ledger's side: deals and their entries."""
    return LedgerFacts(
        deals={normalised_code(one.code): one for one in deals},
        entries=entries,
        offers={normalised_code(one.offer): one.provider for one in deals},
        needs={normalised_code(one.need): one.need for one in deals},
    )


def reconcile(
    facts: LedgerFacts, *lines: StatementLine, today: date = TODAY
) -> tuple[int, list[str]]:
    """Return how many lines agree, and the differences: kind, lines, entries and deal."""
    result = compare_statements(BANK, lines, facts, today)
    texts = [
        f"{one.kind}: {_numbers(one.lines)} / {_numbers(one.entries)} of {one.deal or 'no deal'}"
        for one in result.differences
    ]
    return result.confirmed, texts


def _numbers(items: Sequence[StatementLine] | Sequence[DealEntry]) -> str:
    return "+".join(str(one.number) for one in items) or "none"
