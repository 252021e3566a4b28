"""The rules for the network on whole published files, by the command line: in the ledger, or said.

The real files lie outside of the project, and their test is skipped without them. The rules
`attendance`, `debarment-list` and `popolo`, which have no such files, are tried on made ones.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from officer import Officer
from shared_files import SHARED, needs_shared_files

from ledger.usecases.check import run_checks

NETWORK = SHARED / "network"


class Whole(NamedTuple):
    """A published file with its rule, its rows, and what becomes of them."""

    rule: str
    file: str
    rows: int
    used: int
    left_out: int
    repeated: int
    table: str
    records: int


FILES = (
    Whole("twin-towns", "twin_cities.csv", 378, 360, 9, 9, "partnerships", 360),
    Whole("sister-cities", "wikidata_sistercities.tsv", 328, 325, 0, 3, "partnerships", 325),
    Whole("brt-credentials", "brt_systems.csv", 203, 203, 0, 0, "credentials", 0),
    Whole("brt-standard", "itdp_brt_standard.csv", 102, 96, 3, 3, "credentials", 96),
)


def imported(officer: Officer, one: Whole, *words: str) -> dict[str, Any]:
    said = officer.tries(f"import {NETWORK / one.file} --rules {one.rule} --yes --json", *words)
    assert said.code == 0, said.err[-2000:]
    answer: dict[str, Any] = json.loads(said.out)
    return answer


def lines_of(path: Path) -> set[int]:
    """Give the lines on which the rows of a file begin."""
    delimiter = "\t" if path.suffix == ".tsv" else ","
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        lines, before = set(), 0
        for row in reader:
            if row:
                lines.add(before + 1)
            before = reader.line_num
    return lines - {1}


@needs_shared_files
@pytest.mark.parametrize("one", FILES, ids=lambda one: one.rule)
def test_every_row_is_in_the_ledger_or_said(officer: Officer, one: Whole) -> None:
    report = imported(officer, one)["reports"][0]
    said = [part["line"] for name in ("left_out", "repeated") for part in report[name]]
    assert (report["rows"], report["used"]) == (one.rows, one.used)
    assert (len(report["left_out"]), len(report["repeated"])) == (one.left_out, one.repeated)
    assert {*said} <= lines_of(NETWORK / one.file)
    assert len({*said}) == len(said)
    assert one.used + len(said) == one.rows == len(lines_of(NETWORK / one.file))
    kind = one.table.removesuffix("s")
    listed = officer.asks(f"{kind} list")["rows"]
    assert len(listed) == (one.records or figures())
    assert "has all rows already" in officer.says(
        f"import {NETWORK / one.file} --rules {one.rule} --yes"
    )
    assert not [check for check in run_checks(officer.world.ledger) if check.failures]


def figures() -> int:
    """Count the figures of the systems in the file itself."""
    columns = (
        "DAILY_DEMAND_PASSENGERS_PER_DAY",
        "PEAK_LOAD_PASSENGERS_PER_HOUR_PER_DIRECTION",
        "SYSTEM_LENGTH_KM",
    )
    with (NETWORK / "brt_systems.csv").open(encoding="utf-8", newline="") as file:
        rows = [*csv.DictReader(file)]
    return sum(row[column] not in ("", "NA") for row in rows for column in columns)


ATTENDANCE = """\
body,meeting,name,date,place,city,country,presence,did,topics,note
METRO,GA-08,Assembly,2008-11-03,Sydney,Mashhad,Iran,present,spoke;presented,metro,
METRO,GA-08,Assembly,2008-11-03,Sydney,İstanbul,Turkey,excused,,,sent a letter
METRO,GA-08,Assembly,2008-11-03,Sydney,,,yes,,,nobody knows who
METRO,GA-08,Assembly,2008-11-03,Sydney,Mashhad,Iran,present,spoke;presented,metro,
METRO,GA-09,Assembly,2009-05-10,-,Mashhad,Islamic Republic of Iran,in part,-,,
"""


@pytest.fixture
def metro(officer: Officer) -> Officer:
    """Give an officer with an association and two cities that are known by their names."""
    officer.says("city add Mashhad --code MHD --country IR")
    officer.says("city add Istanbul --code IST --country TR")
    officer.says("body add Metropolis --code METRO --kind association")
    return officer


def test_every_row_of_an_attendance_list_is_in_the_ledger_or_said(
    metro: Officer, tmp_path: Path
) -> None:
    table = tmp_path / "attendance.csv"
    table.write_text(ATTENDANCE, encoding="utf-8")
    (report,) = metro.asks(f"import {table} --rules attendance --yes")["reports"]
    assert (report["rows"], report["used"]) == (5, 3)
    assert [(one["line"], one["reason"]) for one in report["left_out"]] == [
        (4, "a row without a city")
    ]
    assert [one["line"] for one in report["repeated"]] == [5]
    rows = metro.asks("attendance list")["rows"]
    assert sorted((one["meeting"], one["city"], one["presence"]) for one in rows) == [
        ("GA-08", "IST", "apologies"),
        ("GA-08", "MHD", "attended"),
        ("GA-09", "MHD", "part"),
    ]
    assert len(metro.asks("meeting list")["rows"]) == 2


def test_words_of_presence_in_capitals_are_read(metro: Officer, tmp_path: Path) -> None:
    table = tmp_path / "attendance.csv"
    head, of_mashhad, of_istanbul, *_ = ATTENDANCE.splitlines(keepends=True)
    rows = of_mashhad.replace("present", "Present"), of_istanbul.replace("excused", "Excused")
    table.write_text("".join((head, *rows)), encoding="utf-8")
    metro.says(f"import {table} --rules attendance --yes")
    listed = metro.asks("attendance list")["rows"]
    assert {one["city"]: one["presence"] for one in listed} == {
        "MHD": "attended",
        "IST": "apologies",
    }


def test_an_attendance_list_with_an_unknown_city_is_refused_whole(
    metro: Officer, tmp_path: Path
) -> None:
    table = tmp_path / "attendance.csv"
    table.write_text(ATTENDANCE.replace("İstanbul,Turkey", "Ankara,Turkey"), encoding="utf-8")
    with metro.world.unchanged():
        said = metro.tries(f"import {table} --rules attendance --yes", "--json")
    problems = json.loads(said.err.splitlines()[-1])["problems"]
    assert (said.code, [one["line"] for one in problems]) == (3, [3])


def test_every_entry_of_a_debarment_list_is_compared_or_said(
    metro: Officer, tmp_path: Path
) -> None:
    metro.says("provider add 'Metro Builders Ltd' --code MBL --kind firm")
    table = tmp_path / "debarred.csv"
    table.write_text(
        "Firm Name,Address,Country,From Date,To Date,Grounds\n"
        "METRO BUILDERS LIMITED,1 Street,,17-JAN-2024,Ongoing,Fraud\n"
        "Somebody Else,,Germany,17-JAN-2024,Ongoing,Fraud\n"
        "Metro Builders,,,01-FEB-2020,31-JAN-2021,over\n",
        encoding="utf-8",
    )
    said = metro.tries(f"screen {table} --rules debarment-list --json")
    counts = json.loads(said.out)["counts"]
    assert (counts["entries"], counts["ended"], counts["new"]) == (3, 1, 1)
    rows = metro.asks("finding list --where kind=name-match")["rows"]
    assert [one["subject"] for one in rows] == ["MBL"]


def test_every_part_of_a_popolo_document_is_in_the_ledger_or_said(
    metro: Officer, tmp_path: Path
) -> None:
    metro.says("seat add MHD METRO --from 1993 --until 2003-05")
    metro.says("meeting add --body METRO --name Assembly --from 2008-11-03")
    metro.says("meeting attend MT-0001 MHD IST")
    metro.says(f"export {tmp_path / 'out'} --format popolo")
    file = tmp_path / "out" / "popolo.json"
    document = json.loads(file.read_text())
    document["memberships"].append({"id": "seat:NOBODY", "organization_id": "body:METRO"})
    file.write_text(json.dumps(document))
    said = metro.tries(f"import {file} --rules popolo --yes --json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["counts"]["registers"] == 0
    (report,) = answer["reports"]
    assert (report["rows"], report["used"], len(report["left_out"])) == (10, 9, 1)
    assert "left out, memberships of no city in an organization: 1" in said.err
