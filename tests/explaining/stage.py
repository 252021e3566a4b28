"""Small pipelines to explain: projects in cities of their own, needs, offers, all in memory."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from eligibility_worlds import DAY, EUR, PACKAGE, PERSON_DAY

from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import Unit
from ledger.eligibility.rules import NeedFacts, OfferFacts
from ledger.journal.balance import Balance, DealBalance
from ledger.matching.explain import Explanation
from ledger.rates.rates import ConversionRate
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.solver.options import UNLIMITED
from ledger.store.session.snapshot import Snapshot
from ledger.usecases.matching.context import ExplanationContext, pair_facts
from ledger.usecases.matching.explaining.need import explain_need
from ledger.usecases.matching.explaining.offer import explain_offer
from ledger.usecases.matching.explaining.project import explain_project
from ledger.usecases.matching.propose import build_pipeline, solve_pipeline

UNITS: Mapping[Factor, Unit] = {
    Factor.MONEY: replace(EUR, decimals=0),
    Factor.EXPERTISE: replace(PERSON_DAY, decimals=0),
    Factor.IMPLEMENTATION: PACKAGE,
}
BANK = Provider(code="BANK", name="Sample Bank", kind="bank")


@dataclass
class Staged:
    """What a snapshot of a ledger would tell, put together by a test."""

    need_facts: dict[str, NeedFacts] = field(default_factory=dict)
    offer_facts: dict[str, OfferFacts] = field(default_factory=dict)
    deals: dict[str, DealBalance] = field(default_factory=dict)
    day: date = DAY
    base_unit: Unit = UNITS[Factor.MONEY]

    def project(
        self, code: str, *needs: tuple[str, int] | tuple[str, int, dict[str, Any]], weight: int = 1
    ) -> Staged:
        """Add a project in a city of its own, with needs of (factor, amount, terms)."""
        city = City(code=f"C-{code}", name=f"City of {code}", country="IR", office="asia")
        project = Project(
            code=code, title=code, city=city.code, sector="transport.urban", weight=weight
        )
        for number, (factor, amount, *more) in enumerate(needs, 1):
            need_code, unit = f"{code}-N{number}", UNITS[Factor(factor)]
            need = Need(
                code=need_code,
                project=code,
                factor=Factor(factor),
                unit=unit.code,
                declared_on=DAY,
                **(more[0] if more else {}),
            )
            balance = Balance(Side.NEED, need_code, unit, {Stage.OPEN: amount})
            facts = NeedFacts(need, project, city, balance, ("034", "142", "001"))
            self.need_facts[need_code] = facts
        return self

    def offer(self, code: str, factor: str, amount: int, **terms: Any) -> Staged:
        """Add an offer."""
        unit = UNITS[Factor(factor)]
        record = Offer(
            code=code,
            provider="BANK",
            factor=Factor(factor),
            unit=unit.code,
            declared_on=DAY,
            **terms,
        )
        balance = Balance(Side.OFFER, code, unit, {Stage.AVAILABLE: amount})
        self.offer_facts[code] = OfferFacts(record, BANK, balance)
        return self

    def needs_of(self, project: str) -> Iterable[NeedFacts]:
        """Give the needs of a project."""
        return [one for one in self.need_facts.values() if one.project.code == project]

    def records(self, kind: str) -> dict[str, Any]:
        """Give the projects by code."""
        assert kind == "project"
        return {one.project.code: one.project for one in self.need_facts.values()}

    def rate_of(self, one: str, other: str) -> ConversionRate | None:
        """Find the rate between equal units alone."""
        return ConversionRate(Decimal(1), self.day, "same") if one == other else None

    @property
    def snapshot(self) -> Snapshot:
        """Give this as the snapshot it stands for."""
        return cast("Snapshot", self)

    def context(self) -> ExplanationContext:
        """Solve today's proposal."""
        return ExplanationContext(
            solve_pipeline(build_pipeline(self.snapshot), UNLIMITED), UNLIMITED
        )

    def explain(self, code: str) -> Explanation:
        """Explain a project, a need or an offer."""
        context = self.context()
        if code in self.offer_facts:
            pairs = pair_facts(self.snapshot, self.need_facts.values(), [self.offer_facts[code]])
            return explain_offer(context, code, pairs)
        needs = [self.need_facts[code]] if code in self.need_facts else list(self.needs_of(code))
        pairs = pair_facts(self.snapshot, needs, self.offer_facts.values())
        if code in self.need_facts:
            return explain_need(context, code, pairs)
        return explain_project(context, code, pairs)


def reasons(found: Explanation) -> list[str]:
    """Give the reasons of an explanation."""
    return [one.reason for one in found.because]


def told(found: Explanation) -> str:
    """Give all that an explanation says."""
    return "\n".join([found.sentence, *(one.sentence for one in found.because)])


def drawn(seed: int, projects: int = 4) -> Staged:
    """Draw a small pipeline in which supply is short."""
    dice = random.Random(seed)
    stage = Staged()
    factors = ["money", "expertise", "implementation"]
    for number in range(projects):
        chosen: Sequence[str] = dice.choices(factors, [4, 2, 2], k=dice.randint(1, 3))
        needs = [(one, dice.randint(1, 12), {"divisible": dice.random() < 0.7}) for one in chosen]
        stage.project(f"P{number}", *needs, weight=dice.randint(1, 4))
    for number in range(dice.randint(3, 7)):
        smallest = dice.choice([None, None, dice.randint(1, 6)])
        stage.offer(
            f"O{number}",
            dice.choices(factors, [4, 2, 2])[0],
            dice.randint(2, 16),
            min_ticket=smallest,
            max_ticket=dice.choice([None, None, (smallest or 1) + dice.randint(0, 8)]),
            max_share=dice.choice([None, None, Decimal("0.5"), Decimal("0.75")]),
            condition=dice.choice([None, None, "complete"]),
        )
    return stage
