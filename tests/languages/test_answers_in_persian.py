"""Lists and reports as pages and workbooks in Persian, read back: real figures, both calendars."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import catalogue
import pytest
from every_command import every_command
from lxml import html as parser
from officer import Officer
from openpyxl import load_workbook

from cli.framework.usage_errors import LanguageRefused
from ledger.reports.language import language_named

pytestmark = pytest.mark.only_on("sqlite")


@pytest.fixture
def told(officer: Officer) -> Officer:
    """Give an officer before a small ledger."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "project add Metro --city MHD --sector transport.urban --on 2026-01-10",
        "need add PRJ-0001 money '1234567.50 EUR' --on 2026-01-10 --needed-by 2028-03-20",
        "provider add Bank --code BANK --kind bank",
        "offer add BANK money '600 EUR' --on 2026-02-01 --valid-until 2026-12-10",
    ):
        officer.says(line)
    return officer


def test_a_page_is_in_persian_digits_and_both_calendars(told: Officer) -> None:
    tree = parser.fromstring(told.says("gaps --format html --lang fa --as-of 2026-11-20"))
    assert (tree.get("lang"), tree.get("dir")) == ("fa", "rtl")
    heads = [one.text for one in tree.xpath("(//thead)[1]//th")]
    cells = dict(zip(heads, [one.text for one in tree.xpath("(//tbody)[1]/tr[1]/*")], strict=True))
    assert cells["کمبود"] == "۱٬۲۳۴٬۵۶۷٫۵۰ EUR"
    assert cells["مهلت نیاز"] == "۱۴۰۷/۰۱/۰۱ (2028-03-20)"
    assert cells["عامل"] == "پول"
    assert "۱۴۰۵/۰۸/۲۹ (2026-11-20)" in tree.xpath("string(//dl)")
    line = "gaps --format html --lang fa --as-of 2026-11-20 --known-at 2026-11-23T10:00Z"
    assert "۱۴۰۵/۰۹/۰۲ (2026-11-23) ۱۰:۰۰:۰۰" in told.says(line)
    one = parser.fromstring(told.says("need show N-0001 --format html --lang fa"))
    assert one.get("dir") == "rtl"


def test_a_workbook_keeps_real_figures_and_days(told: Officer, tmp_path: Path) -> None:
    path = tmp_path / "offers.xlsx"
    told.says(f"report offers --lang fa --output {path}")
    book = load_workbook(path)
    sheet = book.worksheets[0]
    assert all(one.sheet_view.rightToLeft for one in book.worksheets)
    heads = [one.value for one in sheet[1]]
    row = dict(zip(heads, sheet[2], strict=True))
    assert row["موجود"].value == Decimal(600)
    assert row["موجود"].number_format == "[$-3000429]#,##0.00"
    assert row["معتبر تا"].value == datetime(2026, 12, 10)  # noqa: DTZ001 - as workbooks have it
    assert row["معتبر تا (هر دو تقویم)"].value == "۱۴۰۵/۰۹/۱۹ (2026-12-10)"
    assert book.sheetnames[-1] == "راهنمای خواندن"
    lines = [(line[0].value, line[1].value) for line in book.worksheets[-1].iter_rows()]
    reading = dict(reversed(lines))
    assert reading["تا تاریخ"].endswith("(2026-11-23)")
    assert reading["ارز پایه"] == "EUR"


REPORTS = (
    *("gaps", "report pipeline", "report seats", "report engagement", "report restrictions"),
    *("report partnerships", "report coverage", "report offers", "report providers"),
    *("report cities", "exchange standing metro", "exchange suggest metro"),
)


@pytest.mark.parametrize("line", REPORTS)
def test_formulas_are_persian(told: Officer, tmp_path: Path, line: str) -> None:
    told.says("body add Council --code COUNCIL --kind network")
    told.says("offer add BANK expertise '6 person-month' --topics metro --on 2026-02-01")
    told.says("restriction add --countries IR --authority Council --reason War --from 2020-01-01")
    rules = told.asks(line)
    wanted = [one["rule"] for one in [rules, *rules.get("totals", [])] if one.get("rule")]
    path = tmp_path / "report.xlsx"
    told.says(f"{line} --lang fa --output {path}")
    texts = [
        cell.value
        for row in load_workbook(path).worksheets[-1].iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert wanted
    assert not [one for one in texts if any(one.startswith(rule[:20]) for rule in wanted)]
    formulas = [language_named("fa").text(one) for one in [*catalogue.formulas()]]
    written = [one for one in texts if one in formulas or one.startswith(("جمع", "وضعیت در آن"))]
    assert len(written) >= len({*wanted}), texts


def test_machine_formats_are_the_same_in_every_language(told: Officer) -> None:
    for line in ("gaps", "report offers", "offer list", "need show N-0001"):
        for style in ("json", "csv", "tsv", "ndjson"):
            plain = told.says(f"{line} --format {style}")
            assert told.says(f"{line} --format {style} --lang fa") == plain


@pytest.mark.parametrize("style", ["table", "md"])
def test_texts_in_english_alone_refuse_another_language(told: Officer, style: str) -> None:
    for line in ("gaps", "report offers", "offer list", "need show N-0001", "show N-0001"):
        typed = f"{line} --format {style}"
        plain = told.says(typed)
        assert told.says(f"{typed} --lang en") == plain
        with told.world.unchanged():
            answer = told.tries(f"{typed} --lang fa")
        assert (answer.code, answer.out) == (2, "")
        assert "writes it in html, xlsx, and answers" in " ".join(answer.err.split())


def test_every_list_and_report_refuses_a_language_that_its_text_does_not_have(
    told: Officer,
) -> None:
    """Those that take the language of a page or a workbook are found by their options."""
    takes = {
        name: " X" * sum(one.required for one in command.params)
        for name, command in every_command()
        if "html" in command.formats and any(one.name == "lang" for one in command.params)
    }
    assert len(takes) > 60
    texts = {
        name: " ".join(told.tries(f"{name}{words} --lang fa").err.split())
        for name, words in takes.items()
    }
    assert {name: text for name, text in texts.items() if "answers as a table" not in text} == {}


def test_an_unknown_language_of_a_list_is_refused(told: Officer) -> None:
    assert told.refused("offer list --lang xx", 2, "en, fa") == "unknown-language"


def test_a_language_for_markdown_is_refused_by_its_code(told: Officer, tmp_path: Path) -> None:
    path = tmp_path / "gaps.md"
    answer = told.tries(f"gaps --lang fa --output {path}")
    assert answer.code == 2
    assert not path.exists()
    assert LanguageRefused.code == "language-refused"
