"""How long comparing takes where one provider's statements are long and their amounts few.

    python tests/benchmarks/bench_statements.py
    python tests/benchmarks/bench_statements.py --lines 20000 --lines 100000 --amounts 1

A provider has deals with monthly deliveries of some few amounts, and tells of them in statements
that name the deal, only the offer, or nothing; one line of ten is not as the ledger has it: another
amount, another day, split, said twice, unheard of. Nothing is read from a ledger here; that is what
the step of a night adds. Figures are seconds of the processor.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from bench_world import say

from ledger.reference.units import shipped_units
from ledger.statements.facts import DealEntry, DealFacts, LedgerFacts
from ledger.statements.lines import LineKind, StatementLine
from ledger.statements.passes import compare_statements

FIRST, TODAY = date(2026, 1, 1), date(2026, 12, 1)
DAYS = 240
OFFERS = 10
NAMED_BY = ("deal", "offer", "nothing")
PROVIDER = "BANK"


def main() -> None:
    """Compare statements of each length, named in each way, and print the seconds."""
    parser = argparse.ArgumentParser(description="Comparing long statements.")
    parser.add_argument("--lines", type=int, action="append")
    parser.add_argument("--deals", type=int, default=500)
    parser.add_argument("--amounts", type=int, default=20, help="different amounts")
    parser.add_argument("--named-by", choices=NAMED_BY, action="append")
    said = parser.parse_args()
    for named_by in said.named_by or NAMED_BY:
        for count in said.lines or (10_000, 100_000):
            lines, facts = statements(count, said.deals, said.amounts, named_by)
            begun = time.process_time()
            came = compare_statements(PROVIDER, lines, facts, TODAY)
            spent = time.process_time() - begun
            kinds = Counter(one.kind.value for one in came.differences)
            say(f"{len(lines):>8,} lines named by {named_by:<8} {spent:7.2f} s, "
                f"{spent / len(lines) * 1e6:6.0f} us a line; {came.confirmed:,} confirmed, "
                f"{dict(kinds.most_common())}")  # fmt: skip


def statements(
    count: int, deals: int, amounts: int, named_by: str
) -> tuple[list[StatementLine], LedgerFacts]:
    """Make about so many lines, and the acts that they tell of."""
    chance = random.Random(1)
    euro = shipped_units()["EUR"]
    deal_facts = [
        DealFacts(code=f"D-{n}", offer=f"O-{n % OFFERS}", need=f"N-{n}", provider=PROVIDER,
                  need_unit=euro, offer_unit=euro)
        for n in range(deals)
    ]  # fmt: skip
    acts = []
    for entry in range(1, count + 1):
        day = FIRST + timedelta(days=entry * DAYS // count)
        amount = 10_000 * chance.randrange(1, amounts + 1)
        paper = f"PAY-{entry}" if chance.random() < 0.3 else None
        deal = deal_facts[entry % deals].code
        act = DealEntry(number=entry, deal=deal, kind=LineKind.DELIVERY, day=day,
                  need_amount=amount,
                  offer_amount=amount, reference=paper)  # fmt: skip
        acts.append(act)
    facts = LedgerFacts(
        deals={one.code.casefold(): one for one in deal_facts},
        entries=acts,
        offers={f"o-{n}": PROVIDER for n in range(OFFERS)},
        needs={one.need.casefold(): one.need for one in deal_facts},
    )
    lines = []
    for act in acts:
        deal = deal_facts[act.number % deals]
        line = StatementLine(provider=PROVIDER, statement=f"{act.day:%Y-%m}", number="",
                    day=act.day,
                    kind=act.kind, amount=act.need_amount, unit=euro, reference=act.reference,
                    deal=deal.code if named_by == "deal" else None,
                    offer=deal.offer if named_by == "offer" else None)  # fmt: skip
        lines += list(_told(chance, line))
    return [replace(line, number=str(at)) for at, line in enumerate(lines, start=1)], facts


def _told(chance: random.Random, line: StatementLine) -> Iterator[StatementLine]:
    """Give the line as it should be, or one time in ten otherwise."""
    wrong = chance.randrange(60)
    if wrong == 0:
        yield replace(line, amount=line.amount + 77)
    elif wrong == 1:
        yield replace(line, day=line.day + timedelta(days=11))
    elif wrong == 2:
        yield replace(line, amount=3_300)
        yield replace(line, amount=line.amount - 3_300)
    elif wrong == 3:
        yield from (line, line)
    elif wrong == 4:
        yield replace(line, amount=-line.amount)
    elif wrong == 5:
        yield from (line, replace(line, amount=123, reference="NEW"))
    else:
        yield line


if __name__ == "__main__":
    main()
