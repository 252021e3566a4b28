"""The overview: its figures are those of its JSON, its texts are escaped, it is whole by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html as parser
from officer import Officer
from overview_world import HOSTILE

SECTIONS = ["coverage", "offices", "countries", "trend", "pipeline", "gaps", "complete", "reading"]


def cells(tree, section: str, table: int = 0) -> list[list[str]]:
    """Give the texts of a table of a section."""
    found = tree.xpath(f"//section[@id='{section}']//table")[table]
    return [[one.text_content() for one in row] for row in found.xpath("tbody/tr")]


def test_the_overview_has_everything_and_adds_up(shown: Officer) -> None:
    report = shown.asks("report overview --as-of 2026-11-20")
    assert report["schema"] == "cityfund.overview/1"
    figures = report["figures"]
    assert (figures["projects"], figures["complete"], figures["covered"]) == (5, 1, 1)
    assert (figures["cities"], figures["needs"], figures["unknown"]) == (4, 9, 1)
    coverage = shown.asks("report coverage --as-of 2026-11-20")
    assert [row["gap"] for row in coverage["rows"]] == [row["gap"] for row in report["coverage"]]
    total = next(one for one in coverage["totals"] if one["in_base"])
    assert figures["money"]["gap"] == total["gap"]
    assert figures["money"]["without_rate"] == 1
    assert report["without_rate"] == ["IRR"]
    assert [one["project"] for one in report["complete"]] == ["PRJ-0004"]
    largest = report["largest_gaps"]
    money = [float(row["gap_base"]) for row in largest if row["factor"] == "money"]
    assert money == sorted(money, reverse=True)
    assert {row["day"][:7] for row in report["trend"]} == {"2026-09", "2026-10"}
    assert {row["office"]: row["needs"] for row in report["offices"]} == {"africa": 3, "asia": 6}
    stages = {row["stage"]: row["approaches"] for row in report["pipeline"]}
    assert (stages["sent"], stages["delivered"]) == (2, 1)


def test_coverage_has_a_trend_of_the_last_night_of_each_month(shown: Officer) -> None:
    line = "report coverage --trend --by factor --where unit=EUR --as-of 2026-10-15"
    (row,) = shown.asks(line)["rows"]
    assert row["trend"] == ["0.0643", "0.0643"]
    text = shown.says(line)
    assert "▁▁" in text
    assert shown.asks("report coverage --trend --as-of 2026-01-01")["rows"] == []


def test_the_page_says_what_the_json_says(shown: Officer, tmp_path: Path) -> None:
    report = shown.asks("report overview --as-of 2026-11-20")
    path = tmp_path / "o.html"
    shown.says(f"report overview --as-of 2026-11-20 --output {path}")
    tree = parser.parse(str(path))
    assert [one.get("id") for one in tree.xpath("//section")] == SECTIONS
    rows = cells(tree, "coverage")
    order = ["money", "expertise", "implementation"]
    report["coverage"].sort(key=lambda one: order.index(one["factor"]))
    assert [row[7].replace(",", "") for row in rows] == [
        one["gap"] or "unknown" for one in report["coverage"]
    ]
    money = tree.xpath("//section[@id='coverage']//figure")[0]
    assert [one.text for one in money.xpath(".//text")][1::2] == [
        *("6.00% · EUR", "0.00% · USD", "0.00% · EUR", "100.00% · EUR"),
        "0.00% · IRR",
    ]
    offices = cells(tree, "offices")
    assert [row[5].replace(",", "") for row in offices] == [one["gap"] for one in report["offices"]]
    assert [row[0] for row in cells(tree, "gaps")] == [
        one["need"] for one in report["largest_gaps"]
    ]
    assert [row[1] for row in cells(tree, "pipeline")] == [
        str(one["approaches"]) for one in report["pipeline"]
    ]
    facts = [one.text_content() for one in tree.xpath("//dl/dd")]
    assert facts == ["2026-11-20", "everything recorded by now", "EUR"]
    (rate,) = cells(tree, "reading")
    assert (rate[0], rate[2]) == ("USD", "2026-08-20")
    reading = tree.xpath("string(//section[@id='reading'])")
    assert "Currencies without a rate: IRR." in reading
    assert "1 need whose amount is not known" in reading


def test_the_page_runs_nothing_and_names_every_chart(pages_once: dict[str, Path]) -> None:
    text = pages_once["en"].read_text(encoding="utf-8")
    tree = parser.fromstring(text)
    tags = {one.tag for one in tree.iter() if isinstance(one.tag, str)}
    assert not tags & {"script", "img", "iframe", "object", "form", "link[@rel='stylesheet']"}
    values = [value for one in tree.iter() for key, value in one.items() if key in {"href", "src"}]
    assert all(value.startswith("#") or value == "data:," for value in values)
    assert not any(key.startswith("on") for one in tree.iter() for key in one.keys())  # noqa: SIM118
    assert HOSTILE in [one.text_content() for one in tree.xpath("//td")]
    charts = tree.xpath("//figure/svg")
    assert len(charts) == 7
    assert all(one.get("role") == "img" and one.get("aria-label") for one in charts)
    for one in charts:
        section = one.xpath("ancestor::section")[0]
        assert section.xpath(".//table"), "its numbers stand in a table"
    assert tree.xpath("count(//h1)") == 1
    assert all(one.get("scope") for one in tree.iter("th"))
    targets = {one.get("href") for one in tree.xpath("//nav//a")}
    assert targets == {f"#{name}" for name in SECTIONS}


def test_the_page_in_persian(pages_once: dict[str, Path]) -> None:
    tree = parser.parse(str(pages_once["fa"])).getroot()
    assert (tree.get("lang"), tree.get("dir")) == ("fa", "rtl")
    facts = [one.text_content() for one in tree.xpath("//dl/dd")]
    assert facts[0] == "۱۴۰۵/۰۹/۰۲ (2026-11-23)"
    gaps = cells(tree, "gaps")
    assert {row[2] for row in gaps} >= {"مشهد", "لاہور", "Accra"}
    assert gaps[0][5] == "۲۳۵٬۰۰۰٬۰۰۰٫۰۰ EUR"
    assert any(row[4] == "تخصص" and row[5].endswith("نفر-روز") for row in gaps)
    coverage = cells(tree, "coverage")
    assert all(not set(row[3]) & set("0123456789") for row in coverage)
    english = parser.parse(str(pages_once["en"])).getroot()
    assert len(tree.xpath("//tr")) == len(english.xpath("//tr"))
    left = [one for one in tree.xpath("//th[@scope='col']/text() | //h2/text()") if one.isascii()]
    assert left == []


def test_machine_formats_never_change_with_language(shown: Officer) -> None:
    plain = shown.says("report overview --as-of 2026-11-20 --json")
    assert shown.says("report overview --as-of 2026-11-20 --json --lang fa") == plain
    line = "report overview --as-of 2026-11-20 --lang fa"
    answer = shown.tries(line)
    assert answer.code == 2
    assert "writes it in html, and answers as a table" in " ".join(answer.err.split())


def test_an_unknown_language_is_refused(shown: Officer) -> None:
    for line in (
        "report overview --lang xx",
        "approach letter AP-0001 --lang tlh",
        "deal letter D-0001 --lang xx",
        "project brief PRJ-0001 --lang xx",
    ):
        assert shown.refused(line, 2, "en, fa") == "unknown-language"


def test_a_page_of_what_was_known_is_the_same_for_ever(shown: Officer) -> None:
    line = "report overview --format html --as-of 2026-09-30 --known-at 2026-10-20T10:00"
    before = shown.says(line)
    shown.says("need add PRJ-0001 money '77M EUR' --on 2026-09-30 --clock-is-right")
    assert shown.says(line) == before
    assert "so there is none here" in before


def test_an_empty_ledger_has_a_page_too(officer: Officer) -> None:
    page = parser.fromstring(officer.says("report overview --format html"))
    words = page.text_content()
    for text in ("No project has a need.", "No night has recorded the gaps yet.", "unknown"):
        assert text in words


@pytest.mark.only_on("sqlite")
def test_the_overview_in_the_terminal_has_bars_and_lines(
    shown: Officer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANG", "C.UTF-8")
    text = shown.says("report overview")
    for words in ("TREND BY MONTH", "GAPS BY OFFICE, MONEY IN EUR", "LARGEST GAPS", "▁"):
        assert words in text
    monkeypatch.setenv("TERM", "dumb")
    plain = shown.says("report overview")
    assert not {*"█░▁▂▃"} & {*plain}
    assert "COVERAGE BY FACTOR AND SECTOR" in plain
