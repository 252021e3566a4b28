"""An officer who does anything at any time, drawn from a seed, where others write as well."""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from hands import Ending, Hand, attempt, days_on
from sqlalchemy import func, select

from ledger.core.errors import ExitCode
from ledger.core.factors import Side, Stage
from ledger.interchange.planning.plan import read_incoming
from ledger.interchange.repeats.state import SourceTerms
from ledger.rates.rates import parse_rate
from ledger.store.db import tables
from ledger.usecases.deals import acts as deal_acts
from ledger.usecases.interchange.import_tables import import_tables
from ledger.usecases.interchange.sources import with_terms
from ledger.usecases.registers.measured import add_measured
from ledger.usecases.registers.parse import TypedTerms
from ledger.usecases.registers.records import add

NEEDS: Final = ("N-0001", "N-0002", "N-0003")
OFFERS: Final = ("O-0001", "O-0002", "O-0003")
FOREIGN_OFFER: Final = "O-0004"
_WORDS: Final = {
    ExitCode.DONE: "done",
    ExitCode.REFUSED: "refused",
    ExitCode.INVALID: "refused",
    ExitCode.NOT_FOUND: "refused",
}
"""How an act may end. Busy is not among these ends, nor is a bug."""


class Mixer(Hand):
    """One of several officers; `play` gives how often each act ended in which way."""

    def open_up(self) -> None:
        """Set out a few needs and offers, scarce enough that officers are in each other's way."""
        for code in NEEDS:
            self.need("40000 EUR", code)
        for code in OFFERS:
            self.offer("50000 EUR", code)
        self.offer("60000 USD", FOREIGN_OFFER)

    def play(self, seed: str, acts: int) -> tuple[Counter[str], list[Ending]]:
        """Do so many acts; give what was done, and what should never have happened."""
        self.chance, self.name = random.Random(seed), seed.rpartition("-")[2]
        told: Counter[str] = Counter()
        wrong: list[Ending] = []
        for number in range(acts):
            self.number = number
            act = self.chance.choice(_ACTS)
            ended = attempt(lambda act=act: act(self))
            told[f"{act.__name__.strip('_')} {_WORDS.get(ended.code, ended.name)}"] += 1
            if ended.code not in _WORDS:
                wrong.append(ended._replace(words=f"{act.__name__}: {ended.words}"))
        return told, wrong

    def some_need(self) -> str:
        return self.chance.choice(NEEDS)

    def some_holder(self) -> tuple[str, str]:
        return self.chance.choice(
            [*(("need", code) for code in NEEDS), *(("offer", code) for code in OFFERS)]
        )

    def some_deal(self) -> str:
        with self.ledger.read() as connection:
            codes = connection.execute(select(tables.deal.c.code)).scalars().all()
        return self.chance.choice(codes or ["D-0001"])

    def some_amount(self) -> str:
        return f"{self.chance.randint(1, 900_000) / 100:.2f} EUR"

    def some_day(self) -> date:
        return days_on(-self.chance.choice([0, 0, 0, 0, 0, 0, 1, 2, 5, 9]))

    def part_or_all(self) -> str | None:
        return self.some_amount() if self.chance.random() < 0.6 else None


def _introduce(hand: Mixer) -> None:
    abroad = hand.chance.random() < 0.2
    offer = FOREIGN_OFFER if abroad else hand.chance.choice(OFFERS)
    rate = hand.chance.choice(["1.0837", "1.1"]) if abroad else None
    terms: dict[str, Any] = {"rate": rate and parse_rate(rate), "on": hand.some_day()}
    if hand.chance.random() < 0.3:
        terms["directly"] = True
    else:
        terms["until"] = days_on(30)
    hand.introduce(hand.some_amount(), offer, hand.some_need(), **terms)


def _commit(hand: Mixer) -> None:
    hand.commit(hand.part_or_all(), hand.some_deal(), on=hand.some_day())


def _deliver(hand: Mixer) -> None:
    hand.deliver(hand.part_or_all(), hand.some_deal(), on=hand.some_day())


def _release(hand: Mixer) -> None:
    stage = hand.chance.choice([Stage.HELD, Stage.COMMITTED])
    hand.release(hand.part_or_all(), hand.some_deal(), from_stage=stage, on=hand.some_day())


def _return(hand: Mixer) -> None:
    hand.give_back(hand.part_or_all(), hand.some_deal(), on=hand.some_day())


def _withdraw(hand: Mixer) -> None:
    hand.withdraw(*hand.some_holder(), hand.some_amount(), on=hand.some_day())


def _reinstate(hand: Mixer) -> None:
    hand.reinstate(*hand.some_holder(), hand.part_or_all())


def _revise(hand: Mixer) -> None:
    hand.revise(*hand.some_holder(), f"{hand.chance.randint(30_000, 60_000)} EUR")


def _edit_terms(hand: Mixer) -> None:
    hand.edit(*hand.some_holder(), note=f"said by {hand.name}, time {hand.number}")


def _edit_deal(hand: Mixer) -> None:
    until = days_on(hand.chance.randint(1, 300))
    edit = deal_acts.DealEdit(deal=hand.some_deal(), until=until, note=f"by {hand.name}")
    hand.do(lambda uow: deal_acts.edit_deal(uow, edit))


def _add_need(hand: Mixer) -> None:
    """Add a need under the next free code, as others do at this moment."""
    terms = {"project": "PRJ-0001", "factor": "money", "quantity": hand.some_amount()}
    hand.do(lambda uow: add_measured(uow, Side.NEED, TypedTerms(terms)))


def _add_offer(hand: Mixer) -> None:
    terms = {"provider": "BANK", "factor": "money", "quantity": hand.some_amount()}
    hand.do(lambda uow: add_measured(uow, Side.OFFER, TypedTerms(terms)))


def _add_provider(hand: Mixer) -> None:
    """Add a provider, now and then under a code that another may take at this moment."""
    terms = {"name": f"Bank of {hand.name} {hand.number}", "kind": "bank"}
    if hand.chance.random() < 0.5:
        terms["code"] = f"BANK-{hand.number}"
    hand.do(lambda uow: add(uow, "provider", TypedTerms(terms)))


def _reverse(hand: Mixer) -> None:
    with hand.ledger.read() as connection:
        last = connection.execute(select(func.max(tables.entry.c.id))).scalar_one()
    hand.reverse(max(1, last - hand.chance.randrange(20)), on=days_on(0))


def _import(hand: Mixer) -> None:
    """Take a small file in, whole or not at all."""
    rows = [
        f"N-{hand.name}-{hand.number}-{row},PRJ-0001,money,{100 + row},EUR,2026-01-01"
        for row in range(3)
    ]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "needs.csv"
        file.write_text(
            "\n".join(["code,project,factor,quantity,unit,declared_on", *rows]), encoding="utf-8"
        )
        incoming = with_terms(read_incoming([file]), SourceTerms(), None)
    hand.do(lambda uow: import_tables(uow, incoming, lambda _: None), "import")


_ACTS: Final[tuple[Callable[[Mixer], None], ...]] = (
    *[_introduce] * 6,
    *[_commit] * 3,
    *[_deliver] * 3,
    *[_release] * 3,
    *[_return, _reverse] * 2,
    *[_withdraw, _reinstate, _revise, _edit_terms, _edit_deal],
    *[_add_need, _add_offer, _add_provider, _import],
)
