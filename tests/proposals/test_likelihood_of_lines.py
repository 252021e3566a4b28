"""How often introductions like a line were taken up: counts, by a naive reading of the history."""

from __future__ import annotations

import contextlib
import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis_profiles import examples
from ledgers import Ledgers
from officer import Officer
from world import NEW_YEAR, World

from ledger.core.errors import LedgerError
from ledger.journal.entries import Act
from ledger.matching.likelihood import CLASSES, ENOUGH, Asked, Likelihood, Likelihoods, Terms
from ledger.registers.pairs import Approach
from ledger.store.journal.balances import Times
from ledger.usecases.matching.likelihoods import read_decided
from ledger.usecases.matching.propose import MATCHED

TERMS = st.builds(
    Terms,
    st.sampled_from(["BANK", "FUND", "FIRM"]),
    st.sampled_from(["bank", "firm"]),
    st.sampled_from(["money", "expertise"]),
    st.sampled_from(["transport", "water"]),
)


@given(st.lists(st.builds(Asked, TERMS, st.booleans()), max_size=40), TERMS)
def test_the_narrowest_class_with_enough_is_counted(decided: list[Asked], line: Terms) -> None:
    expected = None
    for names in (
        "provider factor sector",
        "provider factor",
        "kind factor sector",
        "kind factor",
        "factor",
    ):
        shared = [
            one.taken
            for one in decided
            if all(one.terms._asdict()[name] == line._asdict()[name] for name in names.split())
        ]
        if len(shared) >= 5:
            expected = Likelihood(sum(shared), len(shared), tuple(names.split()))
            break
    assert Likelihoods(decided).of(line) == expected


# A naive reading: what happened is kept as it is done, and read again for any day and moment.


class Done(NamedTuple):
    """An act of a deal: what, on which day, recorded when; or the reversal of another."""

    number: int
    act: Act
    on: date
    moment: datetime
    reverses: int | None = None


class Version(NamedTuple):
    """An approach as it was recorded at a moment."""

    moment: datetime
    approach: Approach


@dataclass
class Told:
    """What was done: the pair and the acts of each deal, and the versions of each approach."""

    pairs: dict[str, tuple[str, str]] = field(default_factory=dict)
    acts: dict[str, list[Done]] = field(default_factory=dict)
    versions: dict[str, list[Version]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    needs: dict[str, str] = field(default_factory=dict)
    offers: dict[str, tuple[str, str]] = field(default_factory=dict)

    def decided(self, day: date, moment: datetime) -> Counter[Asked]:
        """Read what was decided by a day, as known at a moment."""
        found: Counter[Asked] = Counter()
        came_of = set()
        for deal, every in self.acts.items():
            known = [one for one in every if one.moment <= moment and one.on <= day]
            standing = [one for one in known if not _is_taken_back(one, known)]
            done = [one.act for one in standing if one.act is not Act.REVERSE]
            if not done:
                continue
            came_of.add(self.origins.get(deal))
            need, offer = self.pairs[deal]
            provider, kind = self.offers[offer]
            terms = Terms(provider, kind, "money", self.needs[need])
            if Act.COMMIT in done:
                found[Asked(terms, taken=True)] += 1
            elif Act.RELEASE in done:
                found[Asked(terms, taken=False)] += 1
        for code, versions in self.versions.items():
            seen = [one.approach for one in versions if one.moment <= moment]
            if not seen or seen[-1].withdrawn or seen[-1].sent_on > day or code in came_of:
                continue
            last = seen[-1]
            declined = last.declined_on is not None and last.declined_on <= day
            interested = last.interested_on is not None and last.interested_on <= day
            if declined or (not interested and last.answer_by < day):
                kind = dict(self.offers.values())[last.provider]
                terms = Terms(last.provider, kind, "money", self.needs[last.need])
                found[Asked(terms, taken=False)] += 1
        return found


def _is_taken_back(one: Done, known: list[Done]) -> bool:
    return any(other.reverses == one.number and not _is_taken_back(other, known) for other in known)


PROVIDERS = {"BANK": "bank", "FUND": "fund"}
SECTORS = {"PRJ-0001": "transport.urban", "PRJ-0002": "energy"}


class History:
    """Does random acts on a ledger, and tells them."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.chance, self.told = world, random.Random(seed), Told()
        self.moments = []
        for code, sector in SECTORS.items():
            world.project(code, sector=sector)
            need = f"N-000{len(self.told.needs) + 1}"
            world.need("1000 EUR", need, project=code)
            self.told.needs[need] = sector.partition(".")[0]
        for at, (code, kind) in enumerate(PROVIDERS.items(), start=1):
            world.provider(code, name=code.title(), kind=kind)
            for offer in (f"O-000{at}", f"O-001{at}"):
                world.offer("1000 EUR", offer, provider=code)
                self.told.offers[offer] = code, kind

    def step(self) -> None:
        """Do one thing; what the ledger refuses did not happen."""
        chance = self.chance.random()
        with contextlib.suppress(LedgerError):
            if chance < 0.3 or not self.told.acts:
                self._introduce()
            elif chance < 0.75:
                self._go_on()
            elif chance < 0.9 or not self.told.versions:
                self._approach()
            else:
                self._answer()
        self.moments.append(datetime.now(UTC))

    def _day(self, first: date = date(2026, 2, 1)) -> date:
        return first + timedelta(self.chance.randint(0, (date(2026, 11, 23) - first).days))

    def _introduce(self) -> None:
        need, offer = (
            self.chance.choice([*self.told.needs]),
            self.chance.choice([*self.told.offers]),
        )
        origin = self.chance.choice([None, *self.told.versions])
        more = {} if origin is None else {"origin": f"approach:{origin}"}
        on = self._day()
        done = self.world.introduce("10 EUR", offer, need, on=on, until=date(2027, 1, 1), **more)
        deal = done["deal"]
        self.told.pairs[deal] = need, offer
        if origin is not None and deal not in self.told.acts:
            self.told.origins[deal] = origin
        self._tell(deal, Act.INTRODUCE, on, done["entry"])

    def _go_on(self) -> None:
        deal = self.chance.choice([*self.told.acts])
        own = self.told.acts[deal]
        on = self._day(max(one.on for one in own))
        if self.chance.random() < 0.3:
            last = self.chance.choice(own)
            done = self.world.reverse(last.number, on=last.on)
            self._tell(deal, Act.REVERSE, last.on, done["entry"], last.number)
            return
        act = self.chance.choice([Act.COMMIT, Act.DELIVER, Act.RELEASE, Act.RETURN])
        done = self.world.act(act, deal, "10 EUR" if act is Act.RETURN else None, on=on)
        self._tell(deal, act, on, done["entry"])

    def _tell(
        self, deal: str, act: Act, on: date, number: int, reverses: int | None = None
    ) -> None:
        made = Done(number, act, on, datetime.now(UTC), reverses)
        self.told.acts.setdefault(deal, []).append(made)

    def _approach(self) -> None:
        code, sent = f"AP-{len(self.told.versions) + 1:04}", self._day()
        record = Approach(
            code,
            self.chance.choice([*self.told.needs]),
            self.chance.choice([*PROVIDERS]),
            sent,
            sent + timedelta(self.chance.randint(0, 90)),
        )
        self.world.do(lambda uow: uow.add("approach", record))
        self.told.versions[code] = [Version(datetime.now(UTC), record)]

    def _answer(self) -> None:
        versions = self.told.versions[self.chance.choice([*self.told.versions])]
        before = versions[-1].approach
        on = self._day(before.sent_on)
        record = self.chance.choice(
            [
                replace(before, interested_on=on),
                replace(before, declined_on=on, reason="price"),
                replace(before, withdrawn=True),
            ]
        )
        self.world.do(
            lambda uow: uow.edit("approach", uow.find_record("approach", record.code), record)
        )
        versions.append(Version(datetime.now(UTC), record))


@pytest.mark.only_on("sqlite")  # a server is not asked of a moment within the last minute
@settings(examples(16))
@given(seed=st.integers(0, 10**6))
def test_what_was_decided_is_what_the_history_says(run_ledgers: Ledgers, seed: int) -> None:
    history = History(World(run_ledgers.new()), seed)
    for _ in range(26):
        history.step()
    for _ in range(6):
        day, moment = history._day(), history.chance.choice(history.moments)
        with history.world.ledger.reader(Times(day, moment)) as reader:
            found = Counter(read_decided(reader, reader.snapshot(*MATCHED)))
        assert found == history.told.decided(day, moment)
    history.world.ledger.engine.dispose()


@pytest.fixture
def asked(fund: Officer) -> Officer:
    """Give a fund whose bank took up four of six introductions of money for transport."""
    for number in range(1, 7):
        fund.says(f"need add PRJ-0002 money '10 EUR' --code N-10{number} --on {NEW_YEAR}")
        done = fund.asks(f"deal introduce O-0001 N-10{number} '1 EUR' --until 2027-01-01")
        deal = done["deal"]
        fund.says(f"deal {'commit' if number <= 4 else 'release'} {deal}")
    return fund


def likelihoods(answer: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    return {one["need"]: one["likelihood"] for one in answer["lines"]}


def test_each_line_shows_how_often_like_ones_were_taken_up(asked: Officer) -> None:
    answer = asked.asks("match")
    money = {"taken": 4, "asked": 6, "alike": ["provider", "factor", "sector"]}
    assert likelihoods(answer)["N-0001"] == money
    assert likelihoods(answer)["N-0002"] is None  # of implementation nothing was asked
    assert str(ENOUGH) in answer["likelihood_rule"]
    told = " ".join(asked.says("match").split())
    assert "like introductions taken up: 4 of 6 (same provider, factor and sector)" in told
    assert "How often like introductions are taken up is not given for" in told
    assert "4 of 6 (same provider, factor and sector)" in asked.says("match --format csv")
    assert "too few" in asked.says("match --format csv")


def test_a_wider_class_is_said_to_be_one(asked: Officer) -> None:
    asked.says("provider add Other --code OTHER --kind fund --country FR --new")
    asked.says(f"offer add OTHER money '500 EUR' --on {NEW_YEAR} --min-ticket '60 EUR'")
    asked.says("offer withdraw O-0001")
    (line,) = [one for one in asked.asks("match")["lines"] if one["need"] == "N-0001"]
    assert line["offer"] == "O-0003"
    alike = line["likelihood"]["alike"]
    assert alike in [[*one] for one in CLASSES[2:]]
    assert (line["likelihood"]["taken"], line["likelihood"]["asked"]) == (4, 6)


def test_what_is_held_or_waited_for_is_not_decided(asked: Officer) -> None:
    before = likelihoods(asked.asks("match"))["N-0001"]
    asked.says("deal introduce O-0001 N-101 '1 EUR' --until 2027-01-01")
    asked.says("approach add N-102 BANK")
    assert likelihoods(asked.asks("match"))["N-0001"] == before
    asked.says("approach reply AP-0001 declined --reason price")
    after = likelihoods(asked.asks("match"))["N-0001"]
    assert isinstance(after, dict)
    assert (after["taken"], after["asked"]) == (4, 7)


@pytest.mark.only_on("sqlite")  # a server is not asked of a moment within the last minute
def test_a_day_and_a_moment_before_show_what_was_decided_then(asked: Officer) -> None:
    assert likelihoods(asked.asks("match --as-of 2026-11-22"))["N-0001"] is None
    assert likelihoods(asked.asks("match --known-at 2026-11-23T11:59:59"))["N-0001"] is None


def test_the_answer_of_storing_keeps_its_figures(asked: Officer) -> None:
    first = asked.asks("match --save --key morning")
    asked.says("approach add N-102 BANK")
    asked.says("approach reply AP-0001 declined --reason price")
    again = asked.asks("match --save --key morning")
    assert again["replayed"]
    assert likelihoods(again) == likelihoods(first)
    assert any(likelihoods(first).values())
    assert "4 of 6" in asked.says("match --save --key morning")
