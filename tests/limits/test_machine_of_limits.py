"""A machine holds, signs and releases in any order; a plain count of it says what is refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import time_machine
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from hypothesis_profiles import examples
from ledgers import Ledgers
from remarks import a_limit
from world import NOON, World

from ledger.core.errors import LedgerError
from ledger.core.factors import Stage
from ledger.journal.entries import Act
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.check import run_checks
from ledger.usecases.deals import acts

PROJECT = {"N-1": "PRJ-1", "N-2": "PRJ-1", "N-3": "PRJ-2"}
AFTER = {"N-2": ("N-1",)}
REQUIRED, OFFERED = 40, 60
Pair = tuple[str, str]
NEEDS, OFFERS = st.sampled_from(sorted(PROJECT)), st.sampled_from(["O-1", "O-2"])
AMOUNTS = st.sampled_from([1, 5, 20, 40])


class Books(RuleBasedStateMachine):
    """Counts in euros what each pair holds and has committed."""

    opened: Callable[[], str]
    refused: ClassVar[Counter[str]] = Counter()
    """How often each rule refused an act, in all examples."""

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(NOON, tick=True)
        self.travel.start()
        self.world = World(self.opened())
        self.held: dict[Pair, int] = {}
        self.committed: dict[Pair, int] = {}
        self.withdrawn = dict.fromkeys(PROJECT, 0)
        self.cap = 30
        for need, project in PROJECT.items():
            self.world.need(f"{REQUIRED} EUR", need, project=project, after=AFTER.get(need, ()))
        for offer in ("O-1", "O-2"):
            self.world.offer(f"{OFFERED} EUR", offer)
        per_project = a_limit(value=Decimal(self.cap), offers="offer=O-1", per="project")
        one_project = a_limit("LIM-2", measure="number", value=Decimal(1), unit=None, per="offer")
        self.world.do(lambda uow: (uow.add("limit", per_project), uow.add("limit", one_project)))

    def teardown(self) -> None:
        wrong = [told for one in run_checks(self.world.ledger) for told in one.failures]
        self.world.ledger.engine.dispose()
        self.travel.stop()
        assert wrong == []

    def placed(self, offer: str, need: str) -> int:
        return self.held.get((offer, need), 0) + self.committed.get((offer, need), 0)

    def open(self, need: str) -> int:
        taken = sum(self.placed(offer, need) for offer in ("O-1", "O-2"))
        return REQUIRED - taken - self.withdrawn[need]

    def available(self, offer: str) -> int:
        return OFFERED - sum(self.placed(offer, need) for need in PROJECT)

    def waits(self, need: str) -> bool:
        def gap(earlier: str) -> int:
            signed = sum(self.committed.get((offer, earlier), 0) for offer in ("O-1", "O-2"))
            return REQUIRED - self.withdrawn[earlier] - signed

        return any(gap(earlier) > 0 for earlier in AFTER.get(need, ()))

    def exceeds(self, offer: str, need: str, amount: int) -> bool:
        own = [one for one in PROJECT if PROJECT[one] == PROJECT[need]]
        there = sum(self.placed("O-1", one) for one in own)
        counted = {PROJECT[one] for one in PROJECT if self.placed(offer, one)}
        too_much = offer == "O-1" and there + amount > self.cap
        return too_much or bool(counted - {PROJECT[need]})

    def refusal(self, work: Callable[[], object]) -> str | None:
        before = len(self.world.entries())
        try:
            work()
        except LedgerError as error:
            assert len(self.world.entries()) == before
            self.refused[type(error).__name__] += 1
            return type(error).__name__
        return None

    @rule(offer=OFFERS, need=NEEDS, amount=AMOUNTS, directly=st.booleans(), says=st.booleans())
    def hold(self, offer: str, need: str, amount: int, *, directly: bool, says: bool) -> None:
        if amount > min(self.open(need), self.available(offer)):
            return
        exceeds = self.exceeds(offer, need, amount)
        waits = directly and self.waits(need)
        told = {"override": "agreed"} if says else {}
        until = {} if directly else {"until": NOON.date()}
        refused = self.refusal(
            lambda: self.world.introduce(
                f"{amount} EUR", offer=offer, need=need, directly=directly, **told, **until
            )
        )
        if says or not (exceeds or waits):
            assert refused is None
            stage = self.committed if directly else self.held
            stage[offer, need] = stage.get((offer, need), 0) + amount
            assert (self.world.entries()[-1].override is not None) == (exceeds or waits)
        else:
            assert refused == ("LimitExceeded" if exceeds else "NeedWaits")

    @rule(offer=OFFERS, need=NEEDS, says=st.booleans())
    def commit(self, offer: str, need: str, *, says: bool) -> None:
        amount = self.held.get((offer, need), 0)
        if not amount:
            return
        waits = self.waits(need)
        code, reason = self.deal(offer, need), "agreed" if says else None
        refused = self.refusal(
            lambda: self.world.do(
                lambda uow: acts.act_on(
                    uow,
                    acts.DealAct(deal=code, act=Act.COMMIT, details=uow.details(override=reason)),
                )
            )
        )
        if says or not waits:
            assert refused is None
            self.held[offer, need] = 0
            self.committed[offer, need] = self.committed.get((offer, need), 0) + amount
        else:
            assert refused == "NeedWaits"

    @rule(offer=OFFERS, need=NEEDS, signed=st.booleans())
    def release(self, offer: str, need: str, *, signed: bool) -> None:
        stage = self.committed if signed else self.held
        if stage.get((offer, need), 0):
            source = Stage.COMMITTED if signed else Stage.HELD
            self.world.release(None, self.deal(offer, need), from_stage=source)
            stage[offer, need] = 0

    @rule(need=NEEDS)
    def withdraw(self, need: str) -> None:
        if self.open(need):
            self.withdrawn[need] += self.open(need)
            self.world.withdraw("need", need)

    @rule(cap=st.sampled_from([0, 10, 30, 80]))
    def change_the_cap(self, cap: int) -> None:
        if cap != self.cap:
            self.cap = cap
            self.world.do(self._lower)

    def _lower(self, uow: UnitOfWork) -> None:
        kept = uow.find_record("limit", "LIM-1")
        uow.edit("limit", kept, replace(kept.record, value=Decimal(self.cap)))

    def deal(self, offer: str, need: str) -> str:
        found = {}
        for entry in self.world.entries():
            sides = {one.account for one in entry.movements}
            if entry.deal and {offer, need} <= sides:
                found[entry.deal] = True
        (code,) = found
        return str(code)

    @invariant()
    def stands_as_counted(self) -> None:
        for need in PROJECT:
            stages = self.world.stages("need", need)
            assert stages.get("open", 0) == 100 * self.open(need)


@pytest.mark.long
@pytest.mark.draws
def test_acts_are_refused_as_a_plain_count_says(ledgers: Ledgers) -> None:
    own: dict[str, Any] = {"opened": staticmethod(ledgers.new), "refused": Counter()}
    machine = type("BooksHere", (Books,), own)
    run_state_machine_as_test(
        machine,
        settings=examples(
            12, everyday=3, stateful_step_count=20, suppress_health_check=list(HealthCheck)
        ),
    )
    assert own["refused"].keys() == {"LimitExceeded", "NeedWaits"}, "a rule was never met"
