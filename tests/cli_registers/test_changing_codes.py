"""The code of a city, provider or project, and a project's city, change while only declarations
rest on them; the former code stays an alias that no other record is given.
"""

from __future__ import annotations

import csv
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import time_machine
from ledgers import Ledgers
from officer import Officer

from ledger.store.completion import complete_codes
from ledger.usecases.check import run_checks

INTRODUCE = "deal introduce O-0001 N-0001 '1M EUR' --until 2027-01-01"


@pytest.fixture
def renamed(fund: Officer) -> Officer:
    """Give an officer who corrected the code of a city, of a provider and of a project."""
    fund.says("offer edit O-0001 --cities MHD")
    fund.says("audit seal")
    fund.says("city edit MHD --code MSH --reason 'misspelt'")
    fund.says("provider edit EDB --code BANK-1")
    fund.says("project edit PRJ-0001 --code METRO-3")
    return fund


def sound(officer: Officer) -> None:
    """Hold a ledger to every check."""
    assert [one.failures for one in run_checks(officer.world.ledger) if one.failures] == []


@pytest.mark.parametrize(
    ("line", "code", "former"),
    [
        ("city show {}", "MSH", "MHD"),
        ("provider show {}", "BANK-1", "EDB"),
        ("project show {}", "METRO-3", "PRJ-0001"),
    ],
)
def test_a_record_is_shown_by_either_code_with_its_former_one(
    renamed: Officer, line: str, code: str, former: str
) -> None:
    for typed in (code, former, former.lower()):
        answer = renamed.asks(line.format(typed))
        assert (answer["code"], answer["former_codes"]) == (code, [former])
    assert former in renamed.says(line.format(code))


def test_the_receipt_and_the_history_say_what_the_code_was(renamed: Officer) -> None:
    answer = renamed.asks("city edit MHD --code MASHHAD")
    assert answer["changes"] == {"code": ["MSH", "MASHHAD"]}
    assert {"kind": "city", "code": "MASHHAD", "version": 3} in answer["registers"]
    assert {"kind": "offer", "code": "O-0001", "version": 4} in answer["registers"]
    rows = renamed.asks("history city:mhd")["rows"]
    assert [row["changes"] for row in rows] == [
        [{"field": "code", "from": "MSH", "to": "MASHHAD"}],
        [{"field": "code", "from": "MHD", "to": "MSH"}],
        [],
    ]
    assert rows[1]["reason"] == "misspelt"
    assert renamed.asks("city show msh")["former_codes"] == ["MHD", "MSH"]
    sound(renamed)


def test_a_former_code_serves_wherever_a_code_is_typed(renamed: Officer, tmp_path: Path) -> None:
    renamed.says("city edit mhd --population 3300000")
    renamed.says("need add PRJ-0001 money '1M EUR'")
    renamed.says("offer add EDB money '2M EUR' --cities MHD")
    assert renamed.world.record("offer", "O-0003").cities == ("MSH",)
    for where in ("city=MHD", "city=msh", "project=PRJ-0001"):
        assert len(renamed.asks("need list --where", where)["rows"]) == 5
        assert len(renamed.asks("gaps --where", where)["rows"]) == 5
    assert len(renamed.asks("offer list --where provider=edb")["rows"]) == 3
    for line, code in (
        ("city list", "MHD"),
        ("project list", "prj-0001"),
        ("provider list", "EDB"),
    ):
        assert len(renamed.asks(f"{line} --where code={code}")["rows"]) == 1
    known = complete_codes(renamed.world.url, "project", "PRJ-")
    assert known == [("PRJ-0001", "now METRO-3")]
    (tmp_path / "needs.csv").write_text(
        "code,project,factor,quantity,unit\nN-0100,prj-0001,money,5,EUR\n", encoding="utf-8"
    )
    (tmp_path / "cities.csv").write_text("code,name,country\nMHD,Mashhad,IR\n", encoding="utf-8")
    answer = renamed.asks("import --yes", str(tmp_path))
    assert answer["counts"]["tables"]["cities"] == {
        "new": 0, "changed": 0, "quantities": 0, "same": 1,
    }  # fmt: skip
    assert renamed.world.record("need", "N-0100").project == "METRO-3"
    sound(renamed)


def test_explanations_and_suppositions_take_former_codes(renamed: Officer) -> None:
    assert renamed.asks("match explain PRJ-0001")["code"] == "METRO-3"
    renamed.says("city add Lahore --code LHE --country PK")
    supposed = "factor=money quantity=5M EUR provider={} cities={}"
    former, now = (
        renamed.asks("match whatif --add-offer", supposed.format(*codes))
        for codes in (("edb", "MHD"), ("BANK-1", "MSH"))
    )
    assert former["then"] == now["then"]
    changed = renamed.asks("match whatif --change O-0001 cities=MHD")
    assert (changed["then"], changed["lines"]) == (changed["today"], [])
    other = renamed.asks("match whatif --change O-0001 cities=LHE")
    assert other["lines"] != []
    renamed.says("match whatif --change prj-0001 weight=5")


def test_mandates_follow_the_code_of_a_city(renamed: Officer) -> None:
    assert renamed.world.record("offer", "O-0001").cities == ("MSH",)
    assert renamed.asks(INTRODUCE)["deal"] == "D-0001"


def test_a_former_code_is_never_given_to_another(renamed: Officer, tmp_path: Path) -> None:
    line = "project add Tram --city MSH --sector transport.urban"
    told = ("prj-0001", "METRO-3", "Urban railway line 3")
    assert renamed.refused(f"{line} --code prj-0001", 4, *told) == "former-code"
    assert renamed.refused("provider edit MBL --code EDB", 4, "BANK-1") == "former-code"
    assert renamed.refused("provider edit MBL --code BANK-1", 4, "BANK-1") == "already-there"
    # The program passes over the number of the former code as well.
    assert renamed.asks(line)["recorded"]["code"] == "PRJ-0002"
    renamed.says("project edit PRJ-0002 --code PRJ-0007")
    renamed.says("project edit PRJ-0007 --code PRJ-0004")
    assert renamed.asks(line.replace("Tram", "Bus"))["recorded"]["code"] == "PRJ-0008"
    file = tmp_path / "cities.csv"
    file.write_text("code,name,country\nMHD,Isfahan,IR\n", encoding="utf-8")
    assert "MSH: name Mashhad → Isfahan" in renamed.tries("import --dry-run", str(file)).err
    sound(renamed)


def test_a_record_takes_its_own_former_code_back(renamed: Officer) -> None:
    renamed.says("city edit MSH --code MHD")
    answer = renamed.asks("city show MSH")
    assert (answer["code"], answer["former_codes"]) == ("MHD", ["MSH"])
    assert renamed.world.record("offer", "O-0001").cities == ("MHD",)
    renamed.says("city edit MHD --code mhd")
    assert renamed.asks("city show MHD")["code"] == "mhd"
    sound(renamed)


def test_new_codes_are_compared_as_all_codes_are(fund: Officer) -> None:
    cyrillic = "\u041c\u041d\u0430"
    for line, code, words, refusal in (
        (f"city edit MHD --code M{cyrillic}D", 3, "several scripts", "mixed-scripts"),
        ("city edit MHD --code ''", 3, "missing", "bad-terms"),
        ("project edit PRJ-0001 --city XXX", 5, "XXX", "unknown-code"),
        ("office edit asia --code ASIA2", 2, "--code", "unknown-option"),
        ("need edit N-0001 --project PRJ-0001 --unit USD", 4, "never changes", "fixed-term"),
    ):
        assert fund.refused(line, code, words) == refusal, line


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("city edit MHD --code MSH", "code of city MHD"),
        ("provider edit EDB --code BANK-1", "code of provider EDB"),
        ("project edit PRJ-0001 --code METRO-3", "code of project PRJ-0001"),
        ("project edit PRJ-0001 --city LHE", "city of project PRJ-0001"),
    ],
)
def test_after_an_act_the_refusal_names_the_first_one(fund: Officer, line: str, named: str) -> None:
    fund.says("city add Lahore --code LHE --country PK")
    fund.says("need edit N-0001 --quantity '95M EUR'")
    number = fund.asks(INTRODUCE)["entry"]
    fund.says("deal release D-0001 '1M EUR'")
    told = (named, f"entry {number} (introduce of deal D-0001) of 2026-11-23")
    assert fund.refused(line, 4, *told) == "acts-rest-on-record"


def test_an_offer_of_the_city_itself_counts_for_its_code(fund: Officer) -> None:
    fund.says("city add Lahore --code LHE --country PK")
    fund.says("provider add Lahore --kind city --city LHE --code LHR")
    fund.says("offer add LHR money '1M EUR'")
    fund.says("city edit LHE --code LAH")
    assert fund.world.record("provider", "LHR").city == "LAH"
    fund.says("offer withdraw O-0003 '1000 EUR'")
    assert fund.refused("city edit LAH --code LHE", 4, "(withdraw)") == "acts-rest-on-record"


def test_declarations_revisions_and_their_reversals_are_no_hindrance(fund: Officer) -> None:
    number = fund.asks("need edit N-0001 --quantity '95M EUR'")["entry"]
    fund.says(f"journal reverse {number} --reason 'wrong letter' --yes")
    fund.says("project edit PRJ-0001 --code METRO-3")
    sound(fund)


def test_a_project_moves_to_another_city(fund: Officer) -> None:
    fund.says("city add Lahore --code LHE --country PK")
    answer = fund.asks("project edit PRJ-0001 --city lhe --reason 'wrong city'")
    assert answer["changes"] == {"city": ["MHD", "LHE"]}
    project = fund.asks("project show PRJ-0001")
    assert (project["city"], project["former_codes"]) == ("LHE", [])
    changes = fund.asks("history project:PRJ-0001")["rows"][0]["changes"]
    assert changes == [{"field": "city", "from": "MHD", "to": "LHE"}]
    assert {row["city"] for row in fund.asks("gaps")["rows"]} == {"LHE"}
    fund.says("city retire MHD")
    assert fund.refused("project edit PRJ-0001 --city MHD", 4, "retired") == "parent-withdrawn"
    sound(fund)


def at(moment: datetime) -> str:
    return f"--known-at {moment.isoformat()}"


def test_a_report_as_known_before_has_the_codes_of_then(fund: Officer) -> None:
    fund.says("city add Lahore --code LHE --country PK")
    with time_machine.travel("2026-11-23T15:00:00Z"):
        then = at(datetime.fromisoformat("2026-11-23T14:00:00+00:00"))
        before = {line: fund.asks(f"{line} {then}") for line in LINES}
        fund.says("city edit MHD --code MSH")
        fund.says("provider edit EDB --code BANK-1")
        fund.says("project edit PRJ-0001 --code METRO-3 --city LHE")
    with time_machine.travel("2026-11-23T18:00:00Z"):
        for line, answer in before.items():
            assert fund.asks(f"{line} {then}") == answer
            for former, code in (("PRJ-0001", "METRO-3"), ("MHD", "MSH"), ("EDB", "BANK-1")):
                if former in line:
                    assert fund.asks(f"{line.replace(former, code)} {then}") == answer
        now = at(datetime.fromisoformat("2026-11-23T16:00:00+00:00"))
        project = fund.asks(f"project show PRJ-0001 {now}")
        assert (project["code"], project["city"]) == ("METRO-3", "LHE")
        assert project["former_codes"] == ["PRJ-0001"]


LINES = (
    "city show MHD",
    "provider show EDB",
    "project show PRJ-0001",
    "need show N-0001",
    "city list",
    "project list --where city=MHD",
    "offer list --where provider=EDB",
    "need list --where project=PRJ-0001",
    "gaps",
    "need candidates N-0001 --all",
)


def test_seals_proofs_and_copies_hold(renamed: Officer, ledgers: Ledgers, tmp_path: Path) -> None:
    renamed.says("city add Lahore --code LHE --country PK")
    renamed.says("project edit METRO-3 --city LHE")
    renamed.says("project edit METRO-3 --code METRO-4")
    renamed.says("audit seal")
    sound(renamed)
    copy = ledgers.empty()
    renamed.says("db copy --to", copy)
    with time_machine.travel("2026-11-23T15:00:00Z"):
        told = renamed.asks("project show PRJ-0001")
        renamed.says("city edit LHE --code LAH")
    there = json.loads(_other(renamed, copy, "project show PRJ-0001 --json"))
    assert there == told
    assert there["former_codes"] == ["PRJ-0001", "METRO-3"]
    sound(renamed)
    renamed.says("db backup", str(tmp_path / "backup.db"))


def _other(officer: Officer, url: str, line: str) -> str:
    kept = officer.world.url
    officer.world.url = url
    try:
        return officer.says(line)
    finally:
        officer.world.url = kept


def test_codes_return_by_undo(renamed: Officer) -> None:
    renamed.says("city edit MSH --code MASHHAD --population 5")
    renamed.says("undo --reason 'was right' --yes")
    answer = renamed.asks("city show MSH")
    assert (answer["code"], answer["former_codes"]) == ("MSH", ["MHD", "MASHHAD"])
    assert answer["population"] is None
    assert renamed.world.record("offer", "O-0001").cities == ("MSH",)
    renamed.says("project edit METRO-3 --code METRO-4")
    renamed.says(INTRODUCE)
    key = "metro-5"
    assert renamed.refused(f"project edit METRO-4 --code X --key {key}", 4) == "acts-rest-on-record"
    sound(renamed)


def test_former_codes_are_exported_and_imported(
    renamed: Officer, ledgers: Ledgers, tmp_path: Path
) -> None:
    renamed.says("city edit MSH --code MASHHAD")
    folder = tmp_path / "out"
    renamed.says("export", str(folder))
    with (folder / "aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert rows == [
        ("cities", "MHD", "MASHHAD"),
        ("cities", "MSH", "MASHHAD"),
        ("providers", "EDB", "BANK-1"),
        ("projects", "PRJ-0001", "METRO-3"),
    ]
    answer = renamed.asks("import --yes", str(folder))
    assert answer["counts"]["tables"]["aliases"]["same"] == 4
    assert answer["counts"]["registers"] == 0
    other = ledgers.new()
    _other(renamed, other, f"import --yes {folder}")
    again = tmp_path / "again"
    _other(renamed, other, f"export {again}")
    for path in sorted(folder.iterdir()):
        assert (again / path.name).read_text(encoding="utf-8") == path.read_text(encoding="utf-8")
    shown = json.loads(_other(renamed, other, "city show MHD --json"))
    assert shown["former_codes"] == ["MHD", "MSH"]
    checks: Any = json.loads(_other(renamed, other, "check --json"))["checks"]
    assert [one["name"] for one in checks if not one["ok"]] == []


def test_aliases_of_an_import_that_cannot_be_are_refused(renamed: Officer, tmp_path: Path) -> None:
    file = tmp_path / "aliases.csv"
    rows = [
        "cities,MBL,MSH",
        "providers,MBL,BANK-1",
        "providers,BNK,BANK-1",
        "needs,N-1,N-0001",
        "projects,PRJ-0001,NOWHERE",
    ]
    file.write_text("\n".join(["table,alias,code", *rows]), encoding="utf-8")
    answer = renamed.tries("import --yes", str(file))
    assert answer.code == 3
    for words in (
        "The city MSH never had the code MBL here",
        "The provider MBL has this code here",
        "The provider BANK-1 never had the code BNK here",
        "aliases.csv:5",
        "There is no project 'NOWHERE'",
    ):
        assert words in answer.err


def test_an_import_moves_a_project_and_keeps_a_correction(fund: Officer, tmp_path: Path) -> None:
    fund.says("city add Lahore --code LHE --country PK")
    file = tmp_path / "projects.csv"
    head = "code,title,city,sector"
    file.write_text(f"{head}\nP-1,Tram,MHD,transport.urban\n", encoding="utf-8")
    fund.says("import --yes", str(file))
    fund.says("project edit P-1 --city LHE")
    notes = fund.asks("import --yes", str(file))["notes"]
    assert [one["text"] for one in notes] == ["P-1: city stays LHE; the file says MHD as before"]
    assert fund.world.record("project", "P-1").city == "LHE"
    moved = fund.tries("import --yes --source ministry", str(file)).err
    assert "P-1: city LHE → MHD" in moved
    assert fund.world.record("project", "P-1").city == "MHD"
    sound(fund)


def test_a_statement_names_its_provider_by_a_former_code(renamed: Officer, tmp_path: Path) -> None:
    renamed.says(f"{INTRODUCE} --on 2026-11-01")
    renamed.says("deal commit D-0001 --on 2026-11-02 --yes")
    head = "provider,statement,line,date,kind,deal,quantity,unit"
    line = "edb,2026-11,1,2026-11-02,commitment,D-0001,1000000,EUR"
    (tmp_path / "november.csv").write_text(f"{head}\n{line}\n", encoding="utf-8")
    answer = json.loads(
        renamed.tries("reconcile --only statements --json --inbox", str(tmp_path)).out
    )
    step = next(one for one in answer["steps"] if one["name"] == "statements")
    assert step["figures"]["confirmed"] == 1
