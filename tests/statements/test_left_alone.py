"""Providers of whom nothing was recorded since all agreed are left alone, and no other."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hands import seeds
from nights import TODAY, WHO, findings, put
from world import World

from ledger.statements.differences import TOLERANCE_DAYS
from ledger.usecases.night_step import NightOptions
from ledger.usecases.nights.run import reconcile
from ledger.usecases.statements import findings as acts
from ledger.usecases.statements.compare import compare_all

COMMITTED = "BANK,2026-10,1,2026-10-02,commitment,D-0001,,,1000.00,EUR,LOAN-1"
DELIVERED = "BANK,2026-10,2,2026-10-10,delivery,D-0001,,,400.00,EUR,PAY-1"
OTHERS = "FIRM,A,1,2026-10-05,commitment,D-0002,,,700.00,EUR,"


@pytest.fixture
def fund(world: World, monkeypatch, tmp_path) -> World:
    """A fund whose two providers sent what agrees, after the night that read it."""
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))
    world.need("5000 EUR")
    world.offer("9000 EUR")
    world.provider("FIRM")
    world.offer("9000 EUR", "O-0002", provider="FIRM")
    world.introduce("1000 EUR", directly=True, reference="LOAN-1", on=date(2026, 10, 2))
    world.deliver("400 EUR", reference="PAY-1", on=date(2026, 10, 10))
    world.introduce("700 EUR", "O-0002", directly=True, on=date(2026, 10, 5))
    put(tmp_path / "inbox", "a.csv", COMMITTED, DELIVERED, OTHERS)
    assert night(world, inbox=tmp_path / "inbox")["providers_unchanged"] == 0
    return world


def night(world: World, day: date | None = None, **options: Any) -> dict[str, Any]:
    """Do the step of a night as a run does, and give its figures."""
    told = NightOptions(only=("statements",), statements=options)
    done = reconcile(world.ledger, WHO, told, lambda _event: None, day=day)
    return dict(done.last.run.steps[0].figures)


def test_what_agreed_is_left_alone_and_counted_all_the_same(fund, monkeypatch):
    monkeypatch.setattr("ledger.usecases.statements.compare.compare_statements", None)

    came = night(fund)

    assert came["providers_unchanged"] == 2
    assert (came["lines"], came["confirmed"]) == (3, 3)


def test_an_act_of_a_deal_has_its_provider_compared(fund):
    fund.deliver("25 EUR", on=date(2026, 10, 12))

    came = night(fund)

    assert (came["providers_unchanged"], came["opened"]) == (1, 1)


def test_a_reversed_act_has_its_provider_compared(fund):
    entry = fund.entries()[-1].number
    fund.reverse(entry)

    came = night(fund)

    assert (came["providers_unchanged"], came["opened"]) == (1, 1)


def test_a_new_statement_has_its_provider_compared(fund, tmp_path):
    put(tmp_path / "inbox", "b.csv", OTHERS.replace(",A,1,", ",B,1,"))

    came = night(fund, inbox=tmp_path / "inbox")

    assert (came["providers_unchanged"], came["opened"]) == (1, 1)


def test_in_a_dry_run_a_new_statement_counts_too(fund, tmp_path):
    inbox = tmp_path / "inbox"
    put(inbox, "b.csv", OTHERS.replace(",A,1,", ",B,1,"))
    options = NightOptions(only=("statements",), dry_run=True, statements={"inbox": inbox})

    done = reconcile(fund.ledger, WHO, options, lambda _event: None)

    assert done.last.run.steps[0].figures["providers_unchanged"] == 1
    assert len(done.last.findings) == 1


def test_a_provider_with_a_finding_is_compared_every_night(fund):
    fund.deliver("25 EUR", on=date(2026, 10, 12))
    night(fund)
    assert night(fund)["providers_unchanged"] == 1
    fund.do(lambda uow: acts.resolve(uow, "F-0001"), reason="they book it later")

    came = night(fund)

    assert (came["providers_unchanged"], came["open"], came["healed"]) == (1, 0, 0)


def test_another_tolerance_has_all_compared(fund):
    assert night(fund, tolerance_days=1)["providers_unchanged"] == 0
    assert night(fund, tolerance_days=1)["providers_unchanged"] == 2


def test_another_program_has_all_compared(fund, monkeypatch):
    monkeypatch.setattr("ledger.store.statements.statements.__version__", "99")

    assert night(fund)["providers_unchanged"] == 0


def test_a_missed_night_says_nothing_of_the_days_after_it(fund):
    night(fund, day=TODAY - timedelta(days=2))

    assert night(fund)["providers_unchanged"] == 0
    assert night(fund, day=TODAY - timedelta(days=1))["providers_unchanged"] == 0


@pytest.mark.only_on("postgresql")
def test_what_others_may_still_be_writing_counts_as_new(fund, monkeypatch):
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(minutes=1))
    night(fund)

    assert night(fund)["providers_unchanged"] == 0


@pytest.mark.parametrize("seed", seeds(1, 3))
def test_leaving_alone_changes_no_finding(fund, tmp_path, seed):
    chance = Random(seed)
    left = 0
    for number in range(12):
        _something(fund, chance, tmp_path, number)
        left += night(fund, inbox=tmp_path / "inbox")["providers_unchanged"]
        with fund.ledger.read() as connection:
            anew = compare_all(connection, [], TODAY, TOLERANCE_DAYS)
        standing = {one.sentence for one in findings(fund) if one.last.event.value != "healed"}
        assert standing == {one.sentence for one in anew.findings}, f"seed {seed}"
    assert left, "nothing was ever left alone"


def _something(fund: World, chance: Random, folder, number: int) -> None:
    day = date(2026, 10, 11) + timedelta(days=number)
    match chance.randrange(4):
        case 0:
            deal = chance.choice(("D-0001", "D-0002"))
            fund.deliver(f"{number + 1} EUR", deal=deal, on=day)
        case 1:
            line = f"FIRM,A{number},1,{day},delivery,D-0002,,,{number + 1}.00,EUR,"
            put(folder / "inbox", f"{number}.csv", line)
        case 2:
            fund.need("10 EUR", f"N-1{number:03}")
        case _:
            pass
