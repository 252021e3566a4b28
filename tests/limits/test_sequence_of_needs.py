"""The sequence of the needs of a project: what waits, is refused, noted, checked and copied."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import time_machine
from beginnings import beginning
from complete_ledger import attack
from hypothesis import given
from hypothesis import strategies as st
from ledgers import Ledgers
from officer import Officer
from world import NOON, World

from ledger.core.factors import Side, Stage
from ledger.core.quantity import Unit
from ledger.journal.balance import Balance
from ledger.limits.sequence import (
    AfterCycle,
    AfterOtherProject,
    all_before,
    cycle_through,
    is_waited_for,
)
from ledger.usecases.check import run_checks

EURO = Unit("EUR", 2, "money", "Euro")
codes = st.sampled_from("ABCDEF")
sequences = st.dictionaries(codes, st.lists(codes, max_size=3, unique=True).map(tuple), max_size=6)


def reachable(sequence: dict[str, tuple[str, ...]], code: str) -> set[str]:
    """Find what comes before a need by widening a set until it no longer grows."""
    found: set[str] = set(sequence.get(code, ()))
    while True:
        wider = found.union(*(sequence.get(one, ()) for one in found))
        if wider == found:
            return found
        found = wider


@given(sequences, codes)
def test_a_cycle_is_found_where_a_need_comes_before_itself(
    sequence: dict[str, tuple[str, ...]], code: str
) -> None:
    cycle = cycle_through(code, lambda one: sequence.get(one, ()))
    assert (cycle is not None) == (code in reachable(sequence, code))
    if cycle is not None:
        assert cycle[0] == cycle[-1] == code
        assert all(later in sequence[one] for one, later in pairwise(cycle))


@given(sequences, codes)
def test_all_that_comes_before_is_named_once(
    sequence: dict[str, tuple[str, ...]], code: str
) -> None:
    named = [*all_before(code, sequence)]
    assert len(named) == len({*named})
    assert {*named} == reachable(sequence, code)


@given(
    st.dictionaries(
        st.sampled_from([one for one in Stage if one not in {Stage.UNDECLARED, Stage.AVAILABLE}]),
        st.integers(0, 5),
    )
)
def test_a_need_is_waited_for_while_something_of_it_is_open_or_held(
    stages: dict[Stage, int],
) -> None:
    stages.pop(Stage.EXPIRED, None)
    balance = Balance(Side.NEED, "N", EURO, stages)
    unknown = not any(stages.values())
    lacks = stages.get(Stage.OPEN, 0) + stages.get(Stage.HELD, 0) > 0
    assert is_waited_for(balance) == (unknown or lacks)


def furnish_metro(officer: Officer) -> None:
    """Give an officer whose project needs expertise first, and money after it."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("provider add Bank --code BANK --kind bank")
    officer.says("project add Metro --city MHD --sector transport.urban")
    officer.says("project add Bus --city MHD --sector transport.urban")
    officer.says("need add PRJ-0001 expertise '10 person-day' --on 2026-01-01")
    officer.says("need add PRJ-0001 money '100 EUR' --after n-0001 --on 2026-01-01")
    officer.says("offer add BANK expertise '50 person-day' --on 2026-01-01")
    officer.says("offer add BANK money '500 EUR' --on 2026-01-01")


metro_once, ledger_url, metro = beginning("metro", furnish_metro)


HOLD = "deal introduce O-0002 N-0002 '40 EUR' --until 2027-01-01"
SIGN = "deal introduce O-0001 N-0001 '10 person-day' --commit --on 2026-05-01"


def failures(officer: Officer) -> list[str]:
    (result,) = run_checks(officer.world.ledger, ["sequence"])
    return [*result.failures]


def test_a_hold_waits_for_nothing_and_its_commitment_does(metro: Officer) -> None:
    metro.says(HOLD)
    told = ("N-0001 has a gap of 10.00 person-day", "--override", "need candidates N-0001")
    assert metro.refused("deal commit D-0001", 4, *told) == "need-waits"
    metro.says("deal introduce O-0001 N-0001 '10 person-day' --until 2027-01-01")
    assert metro.refused("deal commit D-0001", 4, *told) == "need-waits"
    metro.says("deal commit D-0002")
    metro.says("deal commit D-0001")
    assert failures(metro) == []


def test_a_direct_commitment_waits_too(metro: Officer) -> None:
    line = "deal introduce O-0002 N-0002 '40 EUR' --commit"
    assert metro.refused(line, 4, "N-0001") == "need-waits"
    metro.says(SIGN)
    metro.says(line)


def test_a_reason_overrides_and_is_kept_only_where_it_is_needed(metro: Officer) -> None:
    metro.says(HOLD)
    metro.says("deal commit D-0001 '10 EUR' --override 'the board agreed'")
    assert metro.world.entries()[-1].override == "the board agreed"
    metro.says(SIGN)
    metro.says("deal commit D-0001 '10 EUR' --override 'the board agreed'")
    assert metro.world.entries()[-1].override is None
    assert failures(metro) == []


def test_what_is_withdrawn_as_a_whole_is_not_waited_for(metro: Officer) -> None:
    metro.says("need withdraw N-0001")
    metro.says("deal introduce O-0002 N-0002 '40 EUR' --commit")


def test_the_gap_counts_on_the_day_of_the_commitment(metro: Officer) -> None:
    metro.says(SIGN)
    line = "deal introduce O-0002 N-0002 '40 EUR' --commit --on"
    assert metro.refused(f"{line} 2026-04-30", 4, "2026-04-30", "N-0001") == "need-waits"
    metro.says(f"{line} 2026-05-01")
    assert failures(metro) == []


def test_an_unknown_quantity_is_waited_for(metro: Officer) -> None:
    metro.says("need add PRJ-0001 implementation '? km'")
    metro.says("need edit N-0002 --after N-0003")
    line = "deal introduce O-0002 N-0002 '40 EUR' --commit"
    assert metro.refused(line, 4, "the quantity of N-0003 is not known") == "need-waits"


def test_releasing_what_came_first_is_noted(metro: Officer) -> None:
    metro.says(SIGN)
    metro.says("deal introduce O-0002 N-0002 '40 EUR' --commit")
    receipt = metro.asks("deal release D-0001 '3 person-day' --committed")
    (note,) = [one for one in receipt["notes"] if one["code"] == "sequence-reopened"]
    assert "N-0002 was committed after N-0001" in note["text"]
    assert "3.00 person-day" in note["text"]
    assert failures(metro) == []


def test_reversing_what_came_first_is_noted(metro: Officer) -> None:
    signed = metro.asks(SIGN)["entry"]
    metro.says("deal introduce O-0002 N-0002 '40 EUR' --commit")
    receipt = metro.asks(f"journal reverse {signed} --reason slip")
    assert "sequence-reopened" in [one["code"] for one in receipt["notes"]]


def test_a_sequence_has_no_cycle_and_one_project(metro: Officer) -> None:
    told = ("N-0001 after N-0002 after N-0001",)
    assert metro.refused("need edit N-0001 --after N-0002", 4, *told) == "after-cycle"
    metro.says("need add PRJ-0002 money '5 EUR'")
    told = ("PRJ-0001", "PRJ-0002")
    assert metro.refused("need edit N-0003 --after N-0001", 4, *told) == "after-other-project"
    line = "need add PRJ-0002 money '5 EUR' --after N-0009"
    assert metro.refused(line, 5, "N-0009") == "unknown-code"


def test_the_check_finds_what_was_written_past_the_rule(metro: Officer) -> None:
    metro.says("need edit N-0002 --after ''")
    metro.says("deal introduce O-0002 N-0002 '40 EUR' --commit")
    assert failures(metro) == []
    attack(metro.world.url, "UPDATE need_version SET after = 'N-0001' WHERE need_id = 2 OR 1 = 1")
    assert any("N-0002 was committed" in one and "N-0001" in one for one in failures(metro))


def test_the_terms_of_then_count(metro: Officer) -> None:
    metro.says("need edit N-0002 --after ''")
    metro.says("deal introduce O-0002 N-0002 '40 EUR' --commit")
    metro.says("need edit N-0002 --after N-0001")
    assert failures(metro) == []
    shown = metro.asks("need show N-0002")
    assert shown["after"] == ["N-0001"]
    assert "N-0001" in metro.says("need show N-0002")
    assert shown["waits_for"] == ["N-0001"]
    assert "N-0001 has a gap of 10.00 person-day" in metro.says("need show N-0002")
    assert metro.asks("need candidates N-0002")["waits_for"] == ["N-0001"]
    assert "it is committed after others" in metro.tries("need candidates N-0002").err
    metro.says(SIGN)
    assert metro.asks("need show N-0002")["waits_for"] == []
    assert "N-0001, whose gap is closed" in metro.says("need show N-0002")


def test_a_sequence_is_that_of_the_moment_of_the_report(metro: Officer) -> None:
    with time_machine.travel(NOON + timedelta(hours=1)):
        metro.says("need edit N-0002 --after ''")
    with time_machine.travel(NOON + timedelta(hours=2)):
        line = "need show N-0002 --known-at"
        assert metro.asks(f"{line} 2026-11-23T12:30Z")["after"] == ["N-0001"]
        assert metro.asks(f"{line} 2026-11-23T13:30Z")["after"] == []


def test_an_exported_ledger_is_imported_with_its_sequence(
    metro: Officer, tmp_path: Path, ledgers: Ledgers, capsys: pytest.CaptureFixture[str]
) -> None:
    metro.says(HOLD)
    metro.says("deal commit D-0001 '10 EUR' --override 'the board agreed'")
    metro.says("need edit N-0002 --after ''")
    metro.says("deal commit D-0001 '10 EUR'")
    metro.says("need edit N-0002 --after N-0001")
    metro.says(f"export {tmp_path / 'out'}")
    rows = [*csv.DictReader((tmp_path / "out" / "needs.csv").open(encoding="utf-8-sig"))]
    assert [row["after"] for row in rows] == ["", "N-0001"]
    other = Officer(World(ledgers.new()), capsys)
    other.says(f"import {tmp_path / 'out'} --yes")
    assert other.world.record("need", "N-0002").after == ("N-0001",)
    assert other.world.deal_stages() == metro.world.deal_stages()
    assert failures(other) == []


def needs(path: Path, *rows: tuple[str, str]) -> Path:
    """Write a file of needs with what each comes after."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["code", "project", "factor", "quantity", "unit", "after"])
        writer.writerows([code, "PRJ-0002", "money", "5", "EUR", after] for code, after in rows)
    return path


def test_an_import_names_needs_in_any_order(metro: Officer, tmp_path: Path) -> None:
    path = needs(tmp_path / "needs.csv", ("X-1", "X-2;X-3"), ("X-2", "X-3"), ("X-3", ""))
    metro.says(f"import {path} --yes")
    assert metro.world.record("need", "X-1").after == ("X-2", "X-3")
    fewer = needs(tmp_path / "needs.csv", ("X-1", "X-3"), ("X-2", "X-3"), ("X-3", ""))
    metro.says(f"import {fewer} --yes")
    assert metro.world.record("need", "X-1").after == ("X-3",)


def test_an_import_with_a_cycle_is_refused(metro: Officer, tmp_path: Path) -> None:
    path = needs(tmp_path / "needs.csv", ("X-1", "X-2"), ("X-2", "X-1"))
    with metro.world.unchanged():
        answer = metro.tries(f"import {path} --yes")
    assert answer.code == 4
    assert "X-1 after X-2 after X-1" in answer.err


def test_a_need_that_others_wait_for_is_not_recorded_in_error(world: World) -> None:
    world.need("10 EUR", "N-0001")
    world.need("10 EUR", "N-0002", after=("N-0001",))
    with world.refuses(AfterCycle):
        world.edit("need", "N-0001", after=("N-0002",))
    world.need("10 EUR", "N-0003", project="PRJ-0002")
    with world.refuses(AfterOtherProject):
        world.edit("need", "N-0003", after=("N-0002",))
    assert world.record("need", "N-0002").after == ("N-0001",)
    assert date(2026, 1, 1) <= world.record("need", "N-0002").declared_on


def test_matching_gives_to_a_need_only_where_what_comes_first_ends_placed(metro: Officer) -> None:
    metro.says("need edit N-0001 --quantity '90 person-day'")
    answer = metro.asks("match")
    assert {line["need"] for line in answer["lines"]} == {"N-0001"}
    told = metro.asks("match explain N-0002")
    assert [one["reason"] for one in told["because"]] == ["sequence"]
    assert "it comes after N-0001, which does not end placed" in metro.says("match explain N-0002")
    assert {offer["reason"] for offer in told["offers"]} == {"sequence"}
    assert metro.tries("match explain N-0001").code == 0
    assert metro.tries("match explain PRJ-0001").code == 0
    metro.says("need edit N-0001 --quantity '50 person-day'")
    assert {line["need"] for line in metro.asks("match")["lines"]} == {"N-0001", "N-0002"}
    metro.says("need add PRJ-0001 implementation '? km'")
    metro.says("need edit N-0002 --after N-0003")
    assert {line["need"] for line in metro.asks("match")["lines"]} == {"N-0001"}
    told = metro.asks("match explain N-0002")
    assert [one["reason"] for one in told["because"]] == ["sequence"]
