"""No path of any command raises what a barred pair has, without leave in force on that day.

A machine plays the officer: acts of any day, corrections, undo, imports and accepted proposals,
between restrictions and exemptions that come, change and are taken back. After each step the rule
is said again as it is written, of what the step recorded.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from bars import a_restriction, an_exemption
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from hypothesis_profiles import examples
from ledgers import Ledgers
from officer import Officer, Unheard
from world import NOON, World

from ledger.core.errors import LedgerError
from ledger.core.factors import Side
from ledger.journal.entries import Act, Entry
from ledger.registers.records import Exemption, Restriction
from ledger.usecases.check import run_checks

LATER = date(2027, 12, 31)
TODAY = NOON.date()
MEASURES = (("held", "committed", "delivered"), ("committed", "delivered"), ("delivered",))
DAYS = st.sampled_from([0, 0, 1, 3, 8])
TURN = st.integers(0, 11)
PAIRS = st.sampled_from([("O-0001", "N-0001"), ("O-0001", "N-0002"), ("O-0002", "N-0001")])
IDENTITY = ("code", "offer", "need", "act")
COUNTRY = {"BANK": "FR", "WORKS": "TR", "MHD": "IR", "PAR": "FR"}
PARTIES = {"O-0001": "BANK", "O-0002": "WORKS", "N-0001": "MHD", "N-0002": "PAR"}
TERMS = st.sampled_from(
    [
        {"providers": ("BANK",)},
        {"cities": ("MHD",), "factors": ("money",)},
        {"countries": ("IR",), "binds_countries": ("FR",)},
        {"countries": ("IR",)},
        {"countries": ("FR",), "binds_providers": ("WORKS",)},
    ]
)
LEAVE = st.sampled_from([{"providers": ("BANK",)}, {"cities": ("MHD",)}, {"factors": ("money",)}])


def furnish(world: World) -> None:
    world.city("PAR", country="FR", office="hq")
    world.provider("BANK", country="FR")
    world.provider("WORKS", country="TR")
    world.need("900 EUR", "N-0001")
    world.need("900 EUR", "N-0002", project="PRJ-0002")
    world.offer("900 EUR", "O-0001")
    world.offer("900 EUR", "O-0002", provider="WORKS")
    world.introduce("90 EUR", until=LATER, on=TODAY - timedelta(days=8))
    world.commit("60 EUR", on=TODAY - timedelta(days=8))
    world.deliver("30 EUR", on=TODAY - timedelta(days=3))


def is_barred(world: World, offer: str, need: str, day: date) -> bool:
    """Say the rule for a pair in money, without a look at the program's own."""
    restrictions = [world.record("restriction", one) for one in codes(world, "restriction")]
    exemptions = [world.record("exemption", one) for one in codes(world, "exemption")]
    return any(
        on(one, day)
        and bars(one, PARTIES[offer], PARTIES[need])
        and not any(
            leave.restriction == one.code and on(leave, day) and allows(leave, offer, need)
            for leave in exemptions
        )
        for one in restrictions
    )


def codes(world: World, kind: str) -> list[str]:
    every = ("RS-1", "RS-2") if kind == "restriction" else ("EX-1", "EX-2")
    return [code for code in every if world.knows(kind, code)]


def on(term: Restriction | Exemption, day: date) -> bool:
    return (term.from_ or date.min) <= day <= (term.until or date.max)


def bars(one: Restriction, provider: str, city: str) -> bool:
    def bound(party: str) -> bool:
        everybody = not one.binds_countries and not one.binds_providers
        return everybody or party in one.binds_providers or COUNTRY[party] in one.binds_countries

    def target(party: str) -> bool:
        abroad = COUNTRY[provider] != COUNTRY[city]
        return party in (*one.providers, *one.cities) or (
            abroad and COUNTRY[party] in one.countries
        )

    return (bound(provider) and target(city)) or (bound(city) and target(provider))


def allows(leave: Exemption, offer: str, need: str) -> bool:
    providers, cities = leave.providers or (PARTIES[offer],), leave.cities or (PARTIES[need],)
    return PARTIES[offer] in providers and PARTIES[need] in cities


def changes(entry: Entry, stages: tuple[str, ...]) -> int:
    return sum(
        one.amount * ((one.to_stage in stages) - (one.from_stage in stages))
        for one in entry.movements
        if one.side == "need" and one.deal
    )


class AnyPath(RuleBasedStateMachine):
    """Acts in any order, of which each is done or refused as a whole."""

    opened: Callable[[], str]
    folder: Path

    def __init__(self) -> None:
        super().__init__()
        self.travel = time_machine.travel(NOON, tick=True)
        self.travel.start()
        self.world = World(self.opened())
        self.officer = Officer(self.world, Unheard())
        self.seen = len(self.world.entries())

    def teardown(self) -> None:
        wrong = [one for result in run_checks(self.world.ledger) for one in result.failures]
        self.world.ledger.engine.dispose()
        self.travel.stop()
        assert wrong == []

    def entry(self, turn: int) -> Entry:
        entries = self.world.entries()
        return entries[-1 - turn % len(entries)]

    def deal(self, turn: int) -> str:
        deals = sorted({one.deal for one in self.world.entries() if one.deal})
        return deals[turn % len(deals)]

    def tries(self, work: Callable[[], Any]) -> None:
        with suppress(LedgerError):
            work()

    @rule(pair=PAIRS, ago=DAYS, directly=st.booleans(), override=st.sampled_from([None, "agreed"]))
    def introduce(self, pair: tuple[str, str], ago: int, *, directly: bool, override: Any) -> None:
        terms = {"until": LATER, "directly": directly, "override": override}
        day = TODAY - timedelta(days=ago)
        self.tries(lambda: self.world.introduce("20 EUR", *pair, **terms, on=day))

    @rule(
        act=st.sampled_from([Act.COMMIT, Act.DELIVER, Act.RELEASE, Act.RETURN]),
        turn=TURN, ago=DAYS, whole=st.booleans(),
    )  # fmt: skip
    def move(self, act: Act, turn: int, ago: int, *, whole: bool) -> None:
        day, deal = TODAY - timedelta(days=ago), self.deal(turn)
        quantity = None if whole and act is not Act.RETURN else "10 EUR"
        self.tries(lambda: self.world.act(act, deal, quantity, on=day))

    @rule(turn=TURN, back=st.booleans())
    def reverse(self, turn: int, *, back: bool) -> None:
        entry = self.entry(turn)
        day = entry.effective_on if back else TODAY
        self.tries(lambda: self.world.reverse(entry.number, on=day))

    @rule(turn=TURN, amount=st.sampled_from([5, 25, 70]), ago=DAYS, moved=st.booleans())
    def correct(self, turn: int, amount: int, ago: int, *, moved: bool) -> None:
        number = self.entry(turn).number
        day = f" --on {TODAY - timedelta(days=ago)}" if moved else f" --quantity '{amount} EUR'"
        self.officer.tries(f"journal correct {number} --reason misread{day}")

    @rule()
    def undo(self) -> None:
        self.officer.tries("undo --reason slip --yes", "--actor", "officer")

    @rule(pair=PAIRS, ago=DAYS, act=st.sampled_from(["introduced", "committed"]))
    def imports(self, pair: tuple[str, str], ago: int, act: str) -> None:
        path = self.folder / "deals.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow((*IDENTITY, "quantity", "unit", "effective_on", "held_until"))
            day = TODAY - timedelta(days=ago)
            until = LATER if act == "introduced" else ""
            rows.writerow((f"D-{self.seen}I", *pair, act, "5", "EUR", day, until))
        self.officer.tries(f"import {path} --yes")

    @rule(fitting=st.booleans())
    def accept(self, *, fitting: bool) -> None:
        self.tries(lambda: self.world.accept("1", LATER, fitting=fitting))

    @rule()
    def propose(self) -> None:
        self.tries(self.world.save)

    @rule(code=st.sampled_from(["RS-1", "RS-2"]), terms=TERMS, since=DAYS, lasts=st.booleans())
    def restrict(self, code: str, terms: dict[str, Any], since: int, *, lasts: bool) -> None:
        first = TODAY - timedelta(days=since)
        record = a_restriction(code, **terms, from_=first, until=None if lasts else first)
        self.put("restriction", record)

    @rule(
        code=st.sampled_from(["EX-1", "EX-2"]), of=st.sampled_from(["RS-1", "RS-2"]), terms=LEAVE,
        since=DAYS, lasts=st.integers(0, 8),
    )  # fmt: skip
    def exempt(self, code: str, of: str, terms: dict[str, Any], since: int, lasts: int) -> None:
        first = TODAY - timedelta(days=since)
        if self.world.knows("restriction", of):
            record = an_exemption(code, of, **terms, from_=first, until=first + timedelta(lasts))
            self.put("exemption", record)

    def put(self, kind: str, record: Any) -> None:
        if not self.world.knows(kind, record.code):
            self.tries(lambda: self.world.do(lambda uow: uow.add(kind, record)))
        elif (
            kind == "restriction"
            or record.restriction == self.world.record(kind, record.code).restriction
        ):
            self.world.do(lambda uow: uow.edit(kind, uow.find_record(kind, record.code), record))

    @invariant()
    def nothing_was_raised_into_a_bar(self) -> None:
        entries = self.world.entries()
        new = entries[self.seen :]
        self.seen = len(entries)
        if not new:
            return
        pairs: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for one in new:
            if one.deal:
                accounts = {move.side: move.account for move in one.movements}
                pairs[accounts[Side.OFFER], accounts[Side.NEED]].append(one)
        for (offer, need), own in pairs.items():
            for one in raising(own):
                barred = is_barred(self.world, offer, need, one.effective_on)
                assert not barred, (one, offer, need)


def raising(entries: list[Entry]) -> list[Entry]:
    """Give the entries of a request and a pair by which a measure is raised on any day."""
    found = []
    for stages in MEASURES:
        days = {one.effective_on for one in entries}
        after = {
            day: sum(changes(one, stages) for one in entries if one.effective_on <= day)
            for day in days
        }
        if any(total > 0 for total in after.values()):
            found += [one for one in entries if changes(one, stages) > 0]
    return found


EXAMPLES = {"sqlite": 6, "postgresql": 1}
"""How many histories are played by default; the profile `soak` plays more, in proportion."""


@pytest.mark.draws
def test_no_path_raises_what_a_barred_pair_has(ledgers: Ledgers, tmp_path: Path) -> None:
    made = ledgers.new()
    engine = "sqlite" if made.startswith("sqlite") else "postgresql"
    with time_machine.travel(NOON - timedelta(minutes=1), tick=True):
        world = World(made)
        furnish(world)
        world.ledger.engine.dispose()
    machine = type(
        "AnyPathHere",
        (AnyPath,),
        {"opened": staticmethod(lambda: ledgers.copy(made)), "folder": tmp_path},
    )
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(EXAMPLES[engine]).max_examples,
            stateful_step_count=20,
            phases=(Phase.generate,),  # to shrink a failure takes minutes, and it is short already
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
