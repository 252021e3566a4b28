"""Every list is written in every format, where and as it was asked for, or refused."""

from __future__ import annotations

import csv
import io
import json
import warnings
from decimal import Decimal
from importlib import util
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from lxml import html
from officer import Officer
from python_calamine import CalamineWorkbook
from test_answers import on_terminal
from world import World

from cli.framework.options import READ_FORMATS
from ledger.core.factors import Factor

EXACT = Decimal("12345678901234567.89")
"""More digits than a workbook's number holds."""


@pytest.fixture
def officer(world: World, capsys: pytest.CaptureFixture[str]) -> Officer:
    world.city(name="Mashhad")
    world.project()
    world.need("400 EUR", "N-0001", topic="metro")
    world.need("10 person-day", "N-0002", factor=Factor.EXPERTISE)
    world.need(None, "N-0003", topic="tram")
    world.need(f"{EXACT} EUR", "N-0004", topic="=1+1")
    world.need("70 JPY", "N-0005")
    return Officer(world, capsys)


def sheets(path: Path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of data bars, which the reader does not know
        return openpyxl.load_workbook(path)


@pytest.mark.only_on("sqlite")
def test_every_format_says_the_same_gaps(officer: Officer, tmp_path: Path) -> None:
    wanted = officer.asks("gaps")["rows"]
    endings = {"table": "txt"}
    files = {one: tmp_path / f"g.{endings.get(one, one)}" for one in READ_FORMATS}
    for file in files.values():
        officer.says(f"gaps --output {file}")
    gaps = [None if row["gap"] is None else Decimal(row["gap"]) for row in wanted]

    for name, between in (("csv", ","), ("tsv", "\t")):
        read = csv.DictReader(
            io.StringIO(files[name].read_text(encoding="utf-8")), delimiter=between
        )
        assert [row["gap"] for row in read] == [row["gap"] or "" for row in wanted]
    lines = files["ndjson"].read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == wanted
    frame = pl.read_parquet(files["parquet"])
    assert frame["gap"].to_list() == gaps
    assert frame.schema["gap"] == pl.Decimal(38, 2)
    tree = html.fromstring(files["html"].read_text(encoding="utf-8"))
    assert len(tree.findall(".//table[1]/tbody/tr")) >= len(wanted)
    assert f"{EXACT:,} EUR" in tree.text_content()

    book = sheets(files["xlsx"])
    assert book.sheetnames == ["gaps", "Totals", "How to read this"]
    sheet = book["gaps"]
    head = [cell.value for cell in sheet[1]]
    exact = [row[head.index("Gap (exact)")].value for row in sheet.iter_rows(min_row=2)]
    assert [one and Decimal(one) for one in exact] == gaps
    shown = [row[head.index("Gap")] for row in sheet.iter_rows(min_row=2)]
    assert [cell.number_format for cell in shown if cell.value is not None] == [
        "#,##0.00",
        "#,##0.00",
        "#,##0.00",
        "#,##0",
    ]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", sheet.dimensions)
    assert sheet.conditional_formatting
    told = {(row[0].value, row[1].value) for row in book["How to read this"].iter_rows()}
    assert {("As of", "2026-11-23"), ("Base currency", "EUR")} <= told
    assert any("1 row not counted" in str(text) for _, text in told)
    notes = [text for name, text in told if name == "Note"]
    assert "N-0003 is in no total: its amount is unknown." in notes
    assert "N-0005 is not in the total in EUR: JPY has no rate." in notes
    again = CalamineWorkbook.from_path(files["xlsx"]).get_sheet_by_name("gaps").to_python()
    given = [float(row[head.index("Gap")] or 0) for row in again[1:]]
    assert given == pytest.approx([float(one or 0) for one in gaps], rel=1e-15)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("line", "figures"),
    [
        ("report coverage", {"Net", "Closed"}),
        ("report pipeline", {"Of sent", "Of before", "Days since before"}),
        ("match worth", {"Stays open", "Step", "Level 2 rise"}),
        ("match explain PRJ-0001", {"Open", "Gets", "Stays open"}),
    ],
)
def test_figures_are_numbers_in_a_workbook(
    officer: Officer, tmp_path: Path, line: str, figures: set[str]
) -> None:
    officer.world.offer("90 EUR", "O-0001")
    officer.says("approach add N-0001 BANK --on 2026-11-01")
    officer.says(f"{line} --output {tmp_path / 'a.xlsx'}")
    found = set()
    for sheet in sheets(tmp_path / "a.xlsx"):
        for column in sheet.iter_cols():
            head, *cells = (cell.value for cell in column)
            if head in figures:
                found.add(head)
                assert not [one for one in cells if isinstance(one, str) and one[0].isdigit()]
    assert found == figures


@pytest.mark.only_on("sqlite")
def test_a_record_is_written_in_every_format(officer: Officer, tmp_path: Path) -> None:
    for name in READ_FORMATS:
        officer.says(f"need show N-0001 --format {name} --output {tmp_path / 'one'}")
    officer.says(f"need show N-0001 --output {tmp_path / 'one.xlsx'}")
    assert sheets(tmp_path / "one.xlsx").sheetnames[-1] == "How to read this"
    line = officer.says("need show N-0001 --format ndjson")
    assert json.loads(line) == officer.asks("need show N-0001")


@pytest.mark.only_on("sqlite")
def test_rows_are_sorted_limited_and_chosen(officer: Officer) -> None:
    words = "gaps --sort factor,-gap --columns Need,gap,unit"
    assert officer.says(f"{words} --format csv").splitlines() == [
        "need,gap,unit",
        "N-0002,10.00,person-day",
        f"N-0004,{EXACT},EUR",
        "N-0001,400.00,EUR",
        "N-0005,70,JPY",
        "N-0003,,EUR",
    ]
    first = officer.tries(f"{words} --limit 1", "--json")
    assert json.loads(first.out)["rows"] == [
        {"need": "N-0002", "gap": "10.00", "unit": "person-day"}
    ]
    assert "Only the first row is shown" in first.err
    assert officer.says(f"{words} --limit 1").split("\n")[0].split() == ["Need", "Gap", "Unit"]


@pytest.mark.only_on("sqlite")
def test_a_report_is_stamped_with_its_times(officer: Officer) -> None:
    lines = officer.says("gaps --stamp --columns need --limit 1 --format csv --as-of 2026-11-23")
    assert lines == "as_of,known_at,base_currency,need\n2026-11-23,,EUR,N-0001\n"


@pytest.mark.only_on("sqlite")
def test_the_columns_of_a_stamp_are_named_and_sorted_by_like_others(officer: Officer) -> None:
    words = "gaps --stamp --limit 1 --format csv --as-of 2026-11-23"
    lines = officer.says(f"{words} --columns need,base_currency --sort as_of,need")
    assert lines == "as_of,known_at,need,base_currency\n2026-11-23,,N-0001,EUR\n"
    lines = officer.says(words, "--columns", "need,As of,known_at,Base currency")
    assert lines == "need,as_of,known_at,base_currency\nN-0001,2026-11-23,,EUR\n"
    row = json.loads(officer.says(f"{words} --columns need,base_currency".replace("csv", "ndjson")))
    assert row == {
        "as_of": "2026-11-23",
        "known_at": None,
        "need": "N-0001",
        "base_currency": "EUR",
    }
    without = words.replace("--stamp ", "")
    assert officer.refused("gaps --columns need,known_at", 2, "headings") == "unknown-column"
    assert officer.tries(f"{without} --columns need,known_at").code == 2


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    ("line", "refusal"),
    [
        ("gaps --output x.ods", "unknown-ending"),
        ("gaps --sort nothing", "unknown-column"),
        ("gaps --columns nothing", "unknown-column"),
        ("match --sort need --format table", "shape-refused"),
        ("gaps --stamp --format html", "shape-refused"),
        ("project list --stamp --format csv", "nothing-to-stamp"),
        ("need show N-0001 --sort need", "unknown-option"),
    ],
)
def test_what_cannot_be_honoured_is_refused(officer: Officer, line: str, refusal: str) -> None:
    answer = officer.tries(line)
    assert answer.code == 2
    if {"--format", "--output"} & set(line.split()):
        assert not answer.out
    else:
        assert officer.refused(line, 2) == refusal


@pytest.mark.only_on("sqlite")
def test_no_number_of_rows_is_refused(officer: Officer) -> None:
    assert officer.refused("gaps --limit none", 3) == "bad-count"


def test_a_workbook_does_not_go_to_a_terminal(tmp_path: Path) -> None:
    said = on_terminal(tmp_path, "offer", "list", "--format", "xlsx")
    assert "xlsx is not text, and would go to the terminal" in said.replace("\r\n", " ")
    # binary-to-terminal is said before the list is made


def test_parquet_says_what_to_install(
    officer: Officer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = util.find_spec
    monkeypatch.setattr(
        "ledger.reports.parquet.find_spec", lambda name: None if name == "polars" else found(name)
    )
    answer = officer.tries(f"gaps --output {tmp_path / 'g.parquet'}")
    assert (answer.code, "cityfund[parquet]" in answer.err) == (2, True)  # parquet-not-installed
    assert not (tmp_path / "g.parquet").exists()


@pytest.mark.only_on("sqlite")
def test_amounts_are_converted_into_the_currency_asked_for(
    officer: Officer, tmp_path: Path
) -> None:
    officer.says("rates add EUR USD 1.25 --on 2026-11-20 --source test")
    officer.says("rates add EUR JPY 160 --on 2026-11-20 --source test")
    where = "--where need=N-0001,N-0005"
    answer = officer.asks(f"gaps --currency usd {where}")
    assert answer["base_currency"] == "USD"
    assert [row["gap_base"] for row in answer["rows"]] == ["500.00", "0.55"]
    used = {"base": "USD", "date": "2026-11-20"}
    assert answer["rates"][0] == {"unit": "EUR", "rate": "1.25", **used}
    coverage = officer.asks(f"report coverage --currency USD {where}")
    assert coverage["base_currency"] == "USD"
    officer.says(f"gaps --currency USD {where} --output {tmp_path / 'g.xlsx'}")
    book = sheets(tmp_path / "g.xlsx")
    assert [cell.value for cell in book["Rates"][2]][:3] == ["EUR", "USD", 1.25]
    told = [row[1].value for row in book["How to read this"].iter_rows()]
    assert "Unit EUR, Base USD, Rate 1.25, Date 2026-11-20" in told
    assert "need=N-0001,N-0005" in told
    assert officer.refused("gaps --currency person-day", 3) == "unknown-unit"
    assert officer.refused("journal list --currency USD", 2) == "unknown-option"


@pytest.mark.only_on("sqlite")
def test_filters_take_headings_as_well_as_keys(officer: Officer) -> None:
    by_heading = officer.asks("gaps --where 'Gap in base>1' --where 'City code=MHD'")["rows"]
    assert by_heading == officer.asks("gaps --where 'gap_base>1' --where city=MHD")["rows"]
    assert by_heading
    listed = officer.asks("need list --where code=N-0001 --where 'Needed by='")["rows"]
    assert [row["code"] for row in listed] == ["N-0001"]
    assert officer.refused("need list --where 'Needed on='", 2) == "unknown-column"
