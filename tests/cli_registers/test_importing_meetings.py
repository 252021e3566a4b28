"""Tables of meetings go out and come in again, and attendance lists come in by a rule."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer

LIST = """\
body,meeting,name,date,place,city,country,presence,did,topics,note
METRO,MT-A,Assembly,2008-11-03,Sydney,Mashhad,Iran,present,spoke;presented,metro,
METRO,MT-A,Assembly,2008-11-03,Sydney,istanbul,Turkey,excused,,,by letter
METRO,MT-A,Assembly,2008-11-03,Sydney,,,-,,,apologies of the chair
METRO,MT-B,Session,2010-05-10,,Istanbul,Türkiye,by video,,,
METRO,MT-B,Session,2010-05-10,,Istanbul,Türkiye,by video,,,
"""


@pytest.fixture
def metro(fund: Officer) -> Officer:
    """Give an officer whose ledger has an association and two cities."""
    fund.says("city add Istanbul --code IST --country TR")
    fund.says("body add Metropolis --code METRO --kind association")
    return fund


def put(folder: Path, **tables: str) -> Path:
    folder.mkdir()
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_what_is_exported_changes_nothing_when_it_is_imported(
    metro: Officer, tmp_path: Path
) -> None:
    metro.says("meeting add --body METRO --name Assembly --from 2008-11-03 --complete yes")
    metro.says("meeting attend MT-0001 MHD --did spoke,chaired --topics metro")
    metro.says("motion add --meeting MT-0001 --by MHD --what 'a bank' --outcome declined")
    metro.says("motion add --meeting MT-0001 --by MHD --what 'a fund' --follows MO-0001")
    metro.says("target add --body METRO --measure present --value 0.90 --by 2012-12-31")
    folder = tmp_path / "out"
    metro.says(f"export {folder}")
    header = (folder / "attendance.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header == "meeting,city,presence,did,topics,note"
    tables = metro.asks(f"import {folder} --yes")["counts"]["tables"]
    for name, count in {"meetings": 1, "attendance": 1, "motions": 2, "targets": 1}.items():
        assert tables[name] == {"new": 0, "changed": 0, "quantities": 0, "same": count}


def test_rows_come_in_any_order_and_a_second_import_is_an_edit(
    metro: Officer, tmp_path: Path
) -> None:
    folder = put(
        tmp_path / "in",
        motions="code,meeting,by,what,follows\nMO-2,mt-1,MHD,a fund,MO-1\nMO-1,MT-1,MHD,a bank,\n",
        attendance="meeting,city,presence\nmt-1,mhd,part\n",
        meetings="code,body,name,from\nMT-1,metro,Assembly,2008-11-03\n",
    )
    metro.says(f"import {folder} --yes")
    assert metro.asks("attendance show MT-1/MHD")["presence"] == "part"
    again = put(tmp_path / "again", attendance="meeting,city,presence,did\nMT-1,MHD,,spoke\n")
    assert metro.tries(f"import {again} --yes").code == 3
    again = put(tmp_path / "later", attendance="meeting,city,presence,did\nMT-1,MHD,part,spoke\n")
    metro.says(f"import {again} --yes")
    assert metro.asks("attendance show MT-1/MHD")["did"] == ["spoke"]


@pytest.mark.parametrize(
    ("table", "rows", "code"),
    [
        ("attendance", "meeting,city,presence,did\nMT-1,MHD,absent,spoke\n", "not-there"),
        ("attendance", "meeting,city,presence\nMT-1,MHD,part\nmt-1,mhd,part\n", "twice"),
        ("attendance", "meeting,city,presence,did\nMT-1,MHD,part,sang\n", "unknown-word"),
        ("meetings", "code,body,name,from\nMT-2,METRO,assembly,2008-11-03\n", "already-there"),
        (
            "meetings",
            "code,body,name,from\nMT-2,METRO,Board,2009-01-01\nMT-3,METRO,Board,2009-01-01\n",
            "already-there",
        ),
        ("motions", "code,meeting,by,what,follows\nMO-1,MT-1,MHD,bank,MO-1\n", "not-earlier"),
        (
            "targets",
            "code,body,measure,value,by\nTG-1,METRO,present,2,2012-12-31\n",
            "out-of-range",
        ),
    ],
)
def test_a_row_that_cannot_be_is_refused_at_its_place(
    metro: Officer, tmp_path: Path, table: str, rows: str, code: str
) -> None:
    metro.says("meeting add --code MT-1 --body METRO --name Assembly --from 2008-11-03")
    folder = put(tmp_path / "in", **{table: rows})
    answer = metro.tries(f"import {folder} --yes --json")
    assert answer.code == 3
    assert f'"{code}"' in answer.err
    assert f"{table}.csv" in answer.err


def test_an_attendance_list_comes_in_by_its_rule_with_every_row_told(
    metro: Officer, tmp_path: Path
) -> None:
    file = put(tmp_path / "in", attendance=LIST) / "attendance.csv"
    preview = metro.tries(f"import {file} --rules attendance --dry-run")
    assert "5 rows: 3 used, 1 left out" in preview.err + preview.out
    counts = metro.asks(f"import {file} --rules attendance --yes")["counts"]["tables"]
    assert (counts["meetings"]["new"], counts["attendance"]["new"]) == (2, 3)
    listed = {one["city"]: one["presence"] for one in metro.asks("meeting show MT-A")["attendance"]}
    assert listed == {"IST": "apologies", "MHD": "attended"}
    assert metro.asks("attendance show MT-B/IST")["presence"] == "online"
    again = metro.asks(f"import {file} --rules attendance --yes")["counts"]["tables"]
    assert (again["meetings"]["same"], again["attendance"]["same"]) == (2, 3)


def test_an_attendance_list_of_an_unknown_city_is_refused(metro: Officer, tmp_path: Path) -> None:
    text = LIST.replace("istanbul", "Isfahan")
    file = put(tmp_path / "in", attendance=text) / "attendance.csv"
    answer = metro.tries(f"import {file} --rules attendance --yes")
    assert answer.code == 3
    assert "Isfahan" in answer.err


def test_attending_is_undone_as_one_request(metro: Officer) -> None:
    metro.says("meeting add --body METRO --name Assembly --from 2008-11-03")
    metro.says("meeting attend MT-0001 MHD")
    metro.says("meeting attend MT-0001 MHD IST --presence online")
    metro.says("undo --yes --reason 'wrong meeting'")
    rows = metro.asks("attendance list")["rows"]
    assert [(one["city"], one["presence"]) for one in rows] == [("MHD", "attended")]
    metro.says("meeting attend MT-0001 IST")
    assert len(metro.asks("attendance list")["rows"]) == 2
