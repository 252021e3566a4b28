"""Each suggested command is run as it is shown: it succeeds and the finding is gone."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from beginnings import beginning
from officer import Officer
from statement_office import StatementOffice, furnish

from ledger.statements.differences import FindingKind

LETTER = "2026-02-01,commitment,D-0001,,,5000,EUR,LETTER"
IN_PARTS = "deal deliver D-0001 '{}' --on 2026-03-10 --reference PAY-1"


class Case(NamedTuple):
    """What an officer recorded, what the bank reports, and the command that is suggested."""

    kind: FindingKind
    command: str
    recorded: tuple[str, ...]
    lines: tuple[str, ...]


NEED = "need add P1 money '9000 EUR' --code N1 --on 2026-01-01"
COMMITTED = (
    NEED,
    "deal introduce O1 N1 '5000 EUR' --commit --on 2026-02-01 --reference LETTER",
)
HELD = (NEED, "deal introduce O1 N1 '1000 EUR' --until 2026-11-21 --on 2026-02-01")
LAPSED = (*HELD, "reconcile --only lapse")
"""The hold of 1,000 EUR has lapsed on 23 November, which is today."""

RESOLVE = "finding resolve F-0001 --reason TEXT"
DELIVER, RETURN = "deal deliver D-0001", "deal return D-0001"

CASES = {
    "more was delivered": Case(
        FindingKind.AMOUNT,
        f"{DELIVER} '50.00 EUR' --on 2026-03-10 --reference PAY-1",
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,450,EUR,PAY-1"),
    ),
    "twice as much was delivered": Case(
        FindingKind.AMOUNT,
        f"{DELIVER} '400.00 EUR' --on 2026-03-10 --reference PAY-1 --again",
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,800,EUR,PAY-1"),
    ),
    "less was delivered": Case(
        FindingKind.AMOUNT,
        f"{RETURN} '10.00 EUR' --on 2026-03-10 --reference PAY-1",
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,390,EUR,PAY-1"),
    ),
    "less was committed": Case(
        FindingKind.AMOUNT,
        "deal release D-0001 '100.00 EUR' --committed --on 2026-02-01 --reference LETTER",
        COMMITTED,
        (LETTER.replace("5000", "4900"),),
    ),
    "more was committed": Case(
        FindingKind.AMOUNT,
        "deal introduce O1 N1 '100.00 EUR' --commit --on 2026-02-01 --reference LETTER",
        COMMITTED,
        (LETTER.replace("5000", "5100"),),
    ),
    "a delivery is unknown": Case(
        FindingKind.UNKNOWN,
        f"{DELIVER} '50.00 EUR' --on 2026-04-01 --reference PAY-2",
        COMMITTED,
        (LETTER, "2026-04-01,delivery,D-0001,,,50,EUR,PAY-2"),
    ),
    "a return is unknown": Case(
        FindingKind.UNKNOWN,
        f"{RETURN} '30.00 EUR' --on 2026-04-01 --reference BACK",
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,400,EUR,PAY-1",
         "2026-04-01,delivery,D-0001,,,-30,EUR,BACK"),
    ),
    "more was delivered than is committed": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        COMMITTED,
        (LETTER, "2026-04-01,delivery,D-0001,,,5000.01,EUR,PAY-2"),
    ),
    "a delivery before the commitment": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        COMMITTED,
        (LETTER, "2026-01-20,delivery,D-0001,,,50,EUR,PAY-2"),
    ),
    "more was returned than is delivered": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        COMMITTED,
        (LETTER, "2026-04-01,delivery,D-0001,,,-50,EUR,BACK"),
    ),
    "a part of a hold was signed": Case(
        FindingKind.UNKNOWN,
        "deal commit D-0001 '600.00 EUR' --on 2026-11-20 --reference LETTER",
        HELD,
        ("2026-11-20,commitment,D-0001,,,600,EUR,LETTER",),
    ),
    "signed in time, and the hold lapsed": Case(
        FindingKind.UNKNOWN,
        "deal commit D-0001 '1000.00 EUR' --on 2026-11-20 --reference LETTER",
        LAPSED,
        ("2026-11-20,commitment,D-0001,,,1000,EUR,LETTER",),
    ),
    "a part signed in time, and the hold lapsed": Case(
        FindingKind.UNKNOWN,
        "deal commit D-0001 '400.00 EUR' --on 2026-11-21 --reference BANK-11/1",
        LAPSED,
        ("2026-11-21,commitment,,O1,N1,400,EUR,",),
    ),
    "signed in time, and the offer ended": Case(
        FindingKind.UNKNOWN,
        "deal commit D-0001 '1000.00 EUR' --on 2026-11-20 --reference LETTER",
        (*HELD, "offer edit O1 --valid-until 2026-11-21", "reconcile --only lapse"),
        ("2026-11-20,commitment,D-0001,,,1000,EUR,LETTER",),
    ),
    "signed too late, and the hold lapsed": Case(
        FindingKind.UNKNOWN,
        "deal introduce O1 N1 '1000.00 EUR' --commit --on 2026-11-23 --reference BANK-11/1",
        LAPSED,
        ("2026-11-22,commitment,D-0001,,,1000,EUR,LETTER",),
    ),
    "signed in time, and the quantity was taken": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        (*LAPSED, "offer add BANK money '9000 EUR' --code O2 --on 2026-01-01",
         "deal introduce O2 N1 '8500 EUR' --until 2027-01-01"),
        ("2026-11-20,commitment,D-0001,,,1000,EUR,LETTER",),
    ),
    "a commitment of no deal": Case(
        FindingKind.UNKNOWN,
        "deal introduce O1 N1 '700.00 EUR' --commit --on 2026-02-01 --reference LETTER",
        COMMITTED[:1],
        ("2026-02-01,commitment,,O1,N1,700,EUR,LETTER",),
    ),
    "a commitment of no deal beyond the need": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        COMMITTED[:1],
        ("2026-02-01,commitment,,O1,N1,9000.01,EUR,LETTER",),
    ),
    "a commitment of an unknown offer": Case(
        FindingKind.UNKNOWN,
        RESOLVE,
        COMMITTED[:1],
        ("2026-02-01,commitment,,O9,N1,700,EUR,LETTER",),
    ),
    "a further part of a deal at its own rate and instrument": Case(
        FindingKind.UNKNOWN,
        "deal introduce O1 N1 '700.00 USD' --commit --instrument loan --rate 0.8"
        " --on 2026-02-02 --reference MORE",
        ("need add P1 money '9000 USD' --code N1 --on 2026-01-01",
         "deal introduce O1 N1 '500 USD' --commit --on 2026-02-01 --rate 0.8 --instrument loan"),
        ("2026-02-01,commitment,D-0001,,,500,USD,",
         "2026-02-02,commitment,D-0001,,,700,USD,MORE"),
    ),
    "another date": Case(
        FindingKind.DATE,
        RESOLVE,
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-20,delivery,D-0001,,,400,EUR,PAY-1"),
    ),
    "an act that no statement has": Case(
        FindingKind.MISSING,
        "journal reverse 4 --reason 'in no statement of BANK'",
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-20,delivery,D-0001,,,-1,EUR,OTHER"),
    ),
    "a commitment that no statement has, delivered since": Case(
        FindingKind.MISSING,
        RESOLVE,
        (*COMMITTED, "deal deliver D-0001 '5000 EUR' --on 2026-03-10 --reference PAY-1",
         "need add P1 money '10 EUR' --code N2 --on 2026-01-01",
         "deal introduce O1 N2 '10 EUR' --commit --on 2026-02-02 --reference OTHER"),
        ("2026-03-10,delivery,D-0001,,,5000,EUR,PAY-1",
         "2026-02-02,commitment,D-0002,,,10,EUR,OTHER"),
    ),
    "another unit": Case(
        FindingKind.UNIT,
        RESOLVE,
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,400,USD,PAY-1"),
    ),
    "the opposite sign": Case(
        FindingKind.SIGN,
        RESOLVE,
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,-400,EUR,PAY-1"),
    ),
    "an act in two lines": Case(
        FindingKind.SPLIT,
        RESOLVE,
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, "2026-03-10,delivery,D-0001,,,150,EUR,X",
         "2026-03-10,delivery,D-0001,,,250,EUR,Y"),
    ),
    "two acts in a line": Case(
        FindingKind.MERGED,
        RESOLVE,
        (*COMMITTED, "deal deliver D-0001 '150 EUR' --on 2026-03-10",
         "deal deliver D-0001 '250 EUR' --on 2026-03-10"),
        (LETTER, "2026-03-10,delivery,D-0001,,,400,EUR,X"),
    ),
    "several sets of acts": Case(
        FindingKind.UNCLEAR,
        RESOLVE,
        (*COMMITTED, *(f"deal deliver D-0001 '{amount} EUR' --on 2026-03-10"
                       for amount in (101, 202, 303, 404, 505, 606))),
        (LETTER, "2026-03-10,delivery,D-0001,,,1313,EUR,"),
    ),
    "a payment twice": Case(
        FindingKind.DUPLICATE,
        RESOLVE,
        (*COMMITTED, IN_PARTS.format("400 EUR")),
        (LETTER, *["2026-03-10,delivery,D-0001,,,400,EUR,PAY-1"] * 2),
    ),
    "another partner's deal": Case(
        FindingKind.PARTY,
        RESOLVE,
        (*COMMITTED, "provider add Other --code OTHER --kind bank",
         "offer add OTHER money '100 EUR' --code O2 --on 2026-01-01",
         "deal introduce O2 N1 '100 EUR' --commit --on 2026-02-01"),
        (LETTER, "2026-02-01,commitment,D-0002,,,100,EUR,X"),
    ),
    "a rounded rate": Case(
        FindingKind.ROUNDING,
        RESOLVE,
        ("need add P1 money '9000 USD' --code N1 --on 2026-01-01",
         "deal introduce O1 N1 '9000 USD' --commit --on 2026-02-01 --rate 0.8123456"),
        ("2026-02-01,commitment,D-0001,,,7311.15,EUR,",),
    ),
}  # fmt: skip


banked_once, ledger_url, banked = beginning("banked", furnish)


@pytest.fixture
def office(banked: Officer, tmp_path) -> StatementOffice:
    return StatementOffice(banked, tmp_path)


def run(office: StatementOffice, case: Case) -> None:
    """Compare, run the command of the finding, and compare again."""
    for line in case.recorded:
        assert office.officer.tries(line).code in {0, 1}, line
    lines = (f"BANK-11,{number},{line}" for number, line in enumerate(case.lines, start=1))
    office.sends("a.csv", *lines)

    (found,) = [one for one in office.findings() if one["kind"] == case.kind]

    assert found["command"] == f"cityfund {case.command}".replace("F-0001", found["finding"])
    office.says(found["command"].removeprefix("cityfund "))
    assert found["finding"] not in {one["finding"] for one in office.findings()}
    assert all(one["ok"] for one in office.officer.asks("check")["checks"])


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", CASES)
def test_the_command_runs_as_it_is_shown_and_the_finding_is_gone(office, name):
    run(office, CASES[name])


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(
    "name", ["twice as much was delivered", "a part signed in time, and the hold lapsed"]
)
def test_so_it_does_on_a_server(office, name):
    run(office, CASES[name])


@pytest.mark.only_on("sqlite")
def test_findings_about_files_and_providers_are_resolved_by_their_command(office):
    for line in COMMITTED:
        office.says(line)
    office.sends("a.csv", *(f"S,{n},2026-0{n}-10,delivery,D-0001,,,50,EUR," for n in (3, 4)))
    office.sends("b.csv", "S,3,2026-05-10,delivery,D-0001,,,50,EUR,",
                 "S,4,2026-03-12,delivery,D-0001,,,60,EUR,")  # fmt: skip
    office.sends("c.csv", "S,?")
    rows = office.findings("--silent-days", "0")

    kinds = {FindingKind.REPLACED, FindingKind.FILE}
    assert kinds <= {one["kind"] for one in rows}
    for one in rows:
        if one["kind"] in kinds:
            assert one["command"] == f"cityfund finding resolve {one['finding']} --reason TEXT"
            office.says(one["command"].removeprefix("cityfund "))
    assert kinds.isdisjoint(one["kind"] for one in office.findings())


def test_every_kind_of_difference_is_run():
    of_files = {FindingKind.FILE, FindingKind.SILENT, FindingKind.REPLACED}
    of_lists_of_names = {FindingKind.NAME_MATCH}
    left_out = of_files | of_lists_of_names
    assert {case.kind for case in CASES.values()} == set(FindingKind) - left_out
