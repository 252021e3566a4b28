"""What reports say of one thing is in the singular, on a terminal, in workbooks and in Persian."""

from __future__ import annotations

from pathlib import Path

import pytest
from officer import Officer
from openpyxl import load_workbook


@pytest.fixture
def told(officer: Officer) -> Officer:
    """Give an officer before a ledger that has one of most things."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add Istanbul --code IST --country TR",
        "body add Metropolis --code METRO --kind association",
        "seat add IST METRO",
        "meeting add --body METRO --name Board --from 2009-10-22 --cancelled yes",
        "partnership add MHD IST --kind twinning --signed 2010",
        "project add Metro --code PRJ-A --city MHD --sector transport.urban",
        "need add PRJ-A money '? JPY'",
        "project add Tram --code PRJ-B --city MHD --sector transport.urban",
        "need add PRJ-B money '5M EUR'",
        "project edit PRJ-B --status completion",
        "restriction add --countries IR --authority Council --reason War --from 2020-01-01",
    ):
        officer.says(line)
    return officer


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("report engagement", "1 cancelled meeting is left out."),
        ("report engagement", "1 seat without a known beginning expects no meeting, as its city"),
        ("report seats", ": 1 seat, 1 unused."),
        ("report seats", "Days unknown of 1 seat whose beginning is not known."),
        ("report partnerships", ": 1 partnership."),
        ("report restrictions", "Not counted: 1 need of a quantity that is not known."),
        ("report coverage", "Not counted: 1 need whose amount is not known."),
        ("gaps", "1 need of a closed project is left out; --all shows it."),
    ],
)
def test_notes_of_reports(told: Officer, line: str, said: str) -> None:
    assert said in told.tries(line).err


def test_an_import_of_one_row(told: Officer, tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text("Town,Land\nTabriz,IR\n")
    rule = tmp_path / "towns.toml"
    assert "(1 row)" in told.says(f"import --learn {file}")
    rule.unlink(missing_ok=True)


def test_gaps_name_no_closed_projects_where_all_are_shown(told: Officer) -> None:
    assert "closed project" not in told.tries("gaps --all").err
    assert "closed project" not in told.tries("gaps --where city=MHD").err
    told.says("project edit PRJ-A --status completion")
    assert "2 needs of closed projects are left out; --all shows them." in told.tries("gaps").err


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("language", "totals", "closed", "unknown"),
    [
        (
            "en",
            "1 row not counted",
            "1 need of a closed project is left out; --all shows it.",
            "N-0001 is in no total: its amount is unknown.",
        ),
        (
            "fa",
            "۱ سطر به حساب نیامده",
            "۱ نیاز از یک پروژهٔ بسته کنار گذاشته شده است؛",
            "N-0001 در هیچ جمعی نیست: مقدار آن نامعلوم است.",
        ),
    ],
)
def test_what_a_workbook_says_was_left_out(
    told: Officer, tmp_path: Path, language: str, totals: str, closed: str, unknown: str
) -> None:
    path = tmp_path / "gaps.xlsx"
    told.says(f"gaps --lang {language} --output {path}")
    texts = [str(row[1].value) for row in load_workbook(path).worksheets[-1].iter_rows()]
    assert any(one.startswith(closed) for one in texts), texts
    assert unknown in texts
    assert any(one.startswith(totals) for one in texts), texts
