"""The step of statements is killed -9 at any moment, or done by many at once: once is once.

The next run ends where an undisturbed one would have: every file is read once, every delivery
posted once, every finding opened once.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hands import BUG, DONE, Job, broken_checks, days_on, hands, sizes, tell
from kill import killed_while, span_of
from ledgers import Ledgers
from nights_world import NIGHT_WATCH, Nights, hash_of

from ledger.usecases.night_step import Night, NightOptions
from ledger.usecases.nights.statements import statements_step

DEALS, FILES = 8, 6
HEADER = "provider,statement,line,date,kind,deal,offer,need,quantity,unit,reference\n"
STEP = "statements"


def a_fund(url: str) -> None:
    """Make a fund whose deals are committed; some of what is delivered is told by statements."""
    fund = Nights(url)
    for number in range(1, DEALS + 1):
        names = (f"O-{number:04}", f"N-{number:04}")
        fund.need("1000 EUR", names[1])
        fund.offer("1000 EUR", names[0])
        fund.introduce("500 EUR", *names, directly=True, on=days_on(-30))
        fund.deliver("100 EUR", f"D-{number:04}", on=days_on(-20))
    fund.ledger.engine.dispose()


def an_inbox(folder: Path) -> Path:
    """Write statements: what agrees, what differs, what is new, and a file that is broken."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    for number in range(1, FILES + 1):
        deal, day = f"D-{number:04}", days_on(-20)
        amount = "100.00" if number % 2 else "110.00"
        lines = [
            f"BANK,S{number},1,{days_on(-30)},commitment,{deal},,,500.00,EUR,",
            f"BANK,S{number},2,{day},delivery,{deal},,,{amount},EUR,",
            f"BANK,S{number},3,{days_on(-10)},delivery,{deal},,,25.00,EUR,NEW-{number}",
        ]
        text = HEADER + "".join(f"{line}\n" for line in lines)
        (inbox / f"{number}.csv").write_text(text, encoding="utf-8")
    (inbox / "broken.csv").write_text("provider;statement\nhalf a li", encoding="utf-8")
    return inbox


def run_step(url: str, inbox: Path) -> None:
    hand = Nights(url)
    hand.night(
        only=(STEP,),
        statements={"inbox": inbox, "post_deliveries": True, "senders": (("BANK", "*"),)},
    )
    hand.ledger.engine.dispose()


@pytest.mark.parametrize("kills", sizes(2, 120))
def test_a_killed_step_is_finished_by_the_next(
    ledgers: Ledgers, kills: int, seed: int, new_fund: Callable[[], str], tmp_path: Path
) -> None:
    inbox = an_inbox(tmp_path)
    undisturbed = new_fund()
    longest = 1.1 * span_of(lambda: run_step(undisturbed, inbox))
    wanted = hash_of(undisturbed)
    assert posted(undisturbed) == [f"NEW-{number}" for number in range(1, FILES + 1)]
    chance = random.Random(seed)
    left: Counter[str] = Counter()
    for _ in range(kills):
        url = new_fund()
        work = chance.uniform(0, longest)
        killed_while(url, lambda _say, url=url: run_step(url, inbox), work)
        left[how_far(url)] += 1
        run_step(url, inbox)
        assert hash_of(url) == wanted, f"seed {seed}"
    assert broken_checks(url) == []
    tell(f"killed statements: {kills} kills, left at {dict(left)}, all finished, seed {seed}")


def posted(url: str) -> list[str]:
    """Give the references of deliveries that statements added, in order."""
    hand = Nights(url)
    found = [one.reference for one in hand.entries() if (one.reference or "").startswith("NEW-")]
    hand.ledger.engine.dispose()
    return sorted(found)


def how_far(url: str) -> str:
    hand = Nights(url)
    counts = [hand.count(name) for name in ("night_run", "statement", "finding_event")]
    hand.ledger.engine.dispose()
    if not counts[0]:
        return "no run"
    read = "all files" if counts[1] == FILES else "some files" if counts[1] else "no file"
    return f"{read}, {'findings' if counts[2] else 'no finding'}"


class Stepper(Nights):
    """A process that does the step by itself, without the lock that keeps runs apart."""

    def step(self, inbox: str) -> dict[str, Any]:
        statements = {"inbox": Path(inbox), "post_deliveries": True, "senders": (("BANK", "*"),)}
        options = NightOptions(only=(STEP,), statements=statements)
        day = self.ledger.today()
        came = statements_step(
            Night(ledger=self.ledger, day=day, run=1, who=NIGHT_WATCH, options=options)
        )
        return dict(came.figures)


@pytest.mark.parametrize("rounds", sizes(1, 25))
def test_what_many_do_at_once_is_done_once(
    rounds: int, seed: int, new_fund: Callable[[], str], tmp_path: Path
) -> None:
    inbox = an_inbox(tmp_path)
    endings: Counter[str] = Counter()
    for _ in range(rounds):
        url = new_fund()
        with hands(4, lambda url=url: Stepper(url)) as steppers:
            came = steppers.all_at_once([Job("step", (str(inbox),))] * 4)
        endings.update(one.name for one in came)
        assert BUG not in {one.name for one in came}, [one.words for one in came]
        run_step(url, inbox)
        fund = Nights(url)
        assert fund.count("statement") == FILES
        assert posted(url) == [f"NEW-{number}" for number in range(1, FILES + 1)]
        opened = fund.raw().execute("SELECT count(*) FROM finding_event WHERE event = 'opened'")
        assert opened.fetchone()[0] == fund.count("finding")
        fund.ledger.engine.dispose()
        assert broken_checks(url) == []
    assert endings[DONE] >= rounds
    tell(f"statements at once: {rounds} rounds of 4, {dict(endings)}, each file once, seed {seed}")


@pytest.fixture
def new_fund(ledgers: Ledgers) -> Callable[[], str]:
    """Give what makes a copy of a fund whose statements were not read yet."""
    made = ledgers.new()
    a_fund(made)
    ledgers.settle(made)
    return lambda: ledgers.copy(made)
