"""The reports on coverage, offers, providers and cities, asked for on the command line."""

from __future__ import annotations

import csv
import io
import itertools
import re
from decimal import Decimal

import pytest
from ledgers import Ledgers, copy_or_new
from officer import Officer, furnished

from cli.framework import output, terminal
from ledger.reports.bars import share_bar, sparkline
from ledger.reports.table import display_width

REPORTS = ("coverage", "offers", "providers", "cities")


def furnish(officer: Officer) -> None:
    """Fill a ledger: money in euro, dollars and rials, expertise of a city, a late deal."""
    for line in (
        "city add Mashhad --code MHD --country IR",
        "city add 'São Paulo' --code SAO --country BR",
        "city add Lahore --code LHE --country PK",
        "provider add Bank --code BANK --kind bank --country FR",
        "provider add 'São Paulo' --code SAO --kind city --city SAO",
        "project add Metro --city MHD --sector transport.urban --on 2026-01-10",
        "need add PRJ-0001 money '1000 EUR' --on 2026-01-10",
        "need add PRJ-0001 money '200 USD' --on 2026-01-10",
        "need add PRJ-0001 money '5000 IRR' --on 2026-01-10",
        "need add PRJ-0001 expertise '? person-day' --on 2026-01-10",
        "need add PRJ-0001 expertise '40 person-day' --on 2026-01-10",
        "rates add EUR USD 2 --on 2026-11-20 --source test",
        "offer add BANK money '600 EUR' --on 2026-02-01 --valid-until 2026-12-10",
        "offer add BANK money '50 USD' --on 2026-02-01",
        "offer add SAO expertise '40 person-day' --on 2026-02-01",
        "deal introduce O-0001 N-0001 '250 EUR' --commit --on 2026-03-01 --due 2026-10-01",
        "deal deliver D-0001 '100 EUR' --on 2026-09-01",
        "deal introduce O-0003 N-0005 '40 person-day' --commit --on 2026-03-01 --due 2026-05-01",
        "deal deliver D-0002 --on 2026-05-11",
    ):
        officer.says(line)


@pytest.fixture(scope="session")
def summed_up_once(run_ledgers: Ledgers, tmp_path_factory: pytest.TempPathFactory) -> str:
    return furnished(run_ledgers, furnish, tmp_path_factory.mktemp("summed_up"))


@pytest.fixture
def ledger_url(ledgers: Ledgers, request: pytest.FixtureRequest) -> str:
    return copy_or_new(ledgers, request, "summed_up")


@pytest.fixture
def summed_up(officer: Officer) -> Officer:
    """Give a ledger with money in three currencies, expertise of a city, and late deals."""
    return officer


def test_notes_name_one_as_one(summed_up: Officer) -> None:
    for report in ("coverage", "cities"):
        said = summed_up.tries(f"report {report}").err
        assert "Not counted: 1 need whose amount is not known." in said
    assert "Not counted: 1 city without projects or offers" in summed_up.tries("report cities").err
    only = summed_up.tries("report offers --where factor=expertise").err
    assert "1 offer: 1 used up." in only
    summed_up.says("project add Depot --city LHE --sector transport.urban --status cancelled")
    assert "Not counted: 1 project closed to new deals." in summed_up.tries("report cities").err


def test_coverage_by_factor_and_sector(summed_up: Officer) -> None:
    report = summed_up.asks("report coverage")
    assert report["schema"] == "cityfund.report-coverage/1"
    rows = {(row["factor"], row["unit"]): row for row in report["rows"]}
    assert rows["money", "EUR"]["coverage"] == "0.2500"
    assert rows["expertise", "person-day"]["coverage"] == "1.0000"
    assert rows["expertise", "person-day"]["not_counted"] == 1
    (base,) = report["in_base"]
    assert (base["net"], base["gap"], base["coverage"]) == ("1100.00", "850.00", "0.2272")
    assert (base["counted"], base["without_rate"], base["rate_date"]) == (2, 1, "2026-11-20")
    assert report["not_counted"] == {"amount_not_known": 1, "without_rate": 1}
    assert report["without_rate"] == ["IRR"]
    assert report["rates"][0]["rate"] == "0.5"
    assert "required - withdrawn" in report["rule"]


def test_coverage_is_filtered_and_grouped_by_other_columns(summed_up: Officer) -> None:
    report = summed_up.asks("report coverage --by country --where unit=USD,EUR")
    assert [(row["country"], row["unit"]) for row in report["rows"]] == [
        ("IR", "EUR"),
        ("IR", "USD"),
    ]
    assert summed_up.refused("report coverage --by colour", 2, "factor") == "unknown-column"
    both = "report coverage --trend --known-at 2026-11-01T10:00"
    assert summed_up.refused(both, 2, "--known-at") == "bad-usage"


def test_offers_used_lapsing_and_idle(summed_up: Officer) -> None:
    report = summed_up.asks("report offers")
    rows = {row["offer"]: row for row in report["rows"]}
    assert [row["offer"] for row in report["rows"]] == ["O-0001", "O-0002", "O-0003"]
    assert [rows[code]["use"] for code in rows] == ["lapsing", "idle", "used up"]
    assert (rows["O-0001"]["share_used"], rows["O-0001"]["days_left"]) == ("0.4166", 17)
    assert rows["O-0002"]["available_base"] == "25.00"
    assert report["uses"]["idle"] == 1
    base = report["totals"][-1]
    assert (base["in_base"], base["available"], base["idle"]) == (True, "375.00", "25.00")
    near = summed_up.asks("report offers --days 5 --where use='in use'")
    assert [row["offer"] for row in near["rows"]] == ["O-0001"]


def test_providers_promised_delivered_and_how_late(summed_up: Officer) -> None:
    report = summed_up.asks("report providers")
    rows = {(row["provider"], row["unit"]): row for row in report["rows"]}
    bank = rows["BANK", "EUR"]
    assert (bank["promised"], bank["delivered"], bank["outstanding"]) == (
        *("250.00", "100.00"),
        "150.00",
    )
    assert (bank["share_delivered"], bank["late"], bank["days_late"]) == ("0.4000", 1, 53)
    assert bank["overdue"] == "150.00"
    city = rows["SAO", "person-day"]
    assert (city["late"], city["days_late"], city["overdue"]) == (1, 10, "0.00")
    then = summed_up.asks("report providers --as-of 2026-04-30 --where provider=SAO")
    assert [(row["late"], row["delivered"]) for row in then["rows"]] == [(0, "0.00")]


def test_a_reversed_delivery_was_no_last_delivery(summed_up: Officer) -> None:
    entry = summed_up.asks("journal list --where deal=D-0002")["rows"][-1]["entry"]
    summed_up.says(f"journal reverse {entry} --reason wrong --on 2026-05-11")
    summed_up.says("deal deliver D-0002 --on 2026-04-30")
    (row,) = summed_up.asks("report providers --where provider=SAO")["rows"]
    assert (row["delivered"], row["late"], row["days_late"]) == ("40.00", 0, None)


def test_cities_with_what_they_lack_and_give(summed_up: Officer) -> None:
    report = summed_up.asks("report cities")
    rows = {row["city"]: row for row in report["rows"]}
    assert {*rows} == {"MHD", "SAO"}
    assert rows["MHD"]["gaps"] == ["750.00 EUR", "5000.00 IRR", "200.00 USD"]
    assert (rows["MHD"]["coverage"], rows["MHD"]["unknown"]) == ("0.2272", 1)
    assert (rows["MHD"]["needs"], rows["MHD"]["needs_covered"]) == (5, 1)
    assert (rows["SAO"]["gives"], rows["SAO"]["deals_given"]) == (["40.00 person-day"], 1)
    assert report["not_counted"]["cities_without_projects_or_offers"] == 1
    every = summed_up.asks("report cities --all --where country=PK")
    assert [row["city"] for row in every["rows"]] == ["LHE"]


def test_amounts_of_a_city_are_exact_for_programs_and_set_apart_for_people(
    summed_up: Officer,
) -> None:
    [line] = csv.DictReader(io.StringIO(summed_up.says("report cities --city MHD --format csv")))
    assert line["gaps"] == "750.00 EUR;5000.00 IRR;200.00 USD"
    assert "5,000.00 IRR" in summed_up.says("report cities --city MHD")


@pytest.mark.parametrize("name", REPORTS)
def test_every_format_has_the_same_rows_and_machines_no_bars(summed_up: Officer, name: str) -> None:
    rows = summed_up.asks(f"report {name}")["rows"]
    table = [*csv.DictReader(io.StringIO(summed_up.says(f"report {name} --format csv")))]
    assert len(table) == len(rows)
    for row, line in zip(rows, table, strict=True):
        assert "bar" not in row
        assert "bar" not in line
        assert line["factor" if "factor" in row else "city"] in row.values()
    markdown = summed_up.says(f"report {name} --format md").splitlines()
    assert len([line for line in markdown if line.startswith("|")]) == len(rows) + 2


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_says_its_day_its_formula_and_its_rates(summed_up: Officer, name: str) -> None:
    answer = summed_up.tries(f"report {name}")
    assert answer.code == 0
    for words in ("As of 2026-11-23", "Formula: ", "USD 0.5 (2026-11-20)", "base currency EUR"):
        assert words in answer.err
    assert "IRR" in answer.err or name in {"offers", "providers"}


@pytest.mark.parametrize("name", REPORTS)
def test_nothing_was_there_before_anything_was_recorded(summed_up: Officer, name: str) -> None:
    empty = summed_up.asks(f"report {name} --as-of 2025-01-01")
    assert all(not row.get("needs") for row in empty["rows"])
    then = summed_up.asks(f"report {name} --known-at 2026-11-20T10:00")
    assert then["rows"] == []


@pytest.mark.parametrize(("name", "value"), [("TERM", "dumb"), ("LC_ALL", "C"), ("LANG", "POSIX")])
@pytest.mark.only_on("sqlite")
def test_bars_are_plain_where_blocks_cannot_be_drawn(
    summed_up: Officer, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    for one in ("TERM", "LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(one, raising=False)
    assert "█" in summed_up.says("report coverage")
    monkeypatch.setenv(name, value)
    for report in (*REPORTS, "pipeline"):
        text = summed_up.says(f"report {report}")
        assert not {*"█▓▒░▁"} & {*text}
    assert "#" in summed_up.says("report coverage")


def test_bars_show_every_share_above_zero_and_lines_every_level() -> None:
    shares = [None, *(Decimal(number) / 100 for number in (0, 1, 50, 99, 100, 130))]
    assert [share_bar(one, 4) for one in shares] == [
        *("", "░░░░", "█░░░", "██░░"),
        *("███░", "████", "████"),
    ]
    assert share_bar(Decimal("0.5"), 4, unicode=False) == "##.."
    assert sparkline(shares) == " ▁▁▅███"
    assert sparkline(shares, unicode=False) == " __+###"
    widths = {len(share_bar(one, 8)) for one in shares if one is not None}
    assert widths == {8}
    pairs = itertools.pairwise(share_bar(Decimal(n) / 50, 8) for n in range(51))
    assert all(one.count("█") <= other.count("█") for one, other in pairs)


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("line", [*REPORTS, "pipeline", "coverage --by factor,country,office"])
def test_reports_fit_a_terminal_of_80_columns_with_their_bars(
    summed_up: Officer, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    for module in (output, terminal):
        monkeypatch.setattr(module, "is_terminal", lambda _stream: True)
        monkeypatch.setattr(module, "width", lambda: 80)
    summed_up.says("approach add N-0001 BANK")
    long = "naturalResources.floodProtection"
    summed_up.says(f"project add Walls --city LHE --sector {long} --on 2026-01-10")
    summed_up.says("need add PRJ-0002 money '123456789.50 EUR' --on 2026-01-10")
    text = re.sub(r"\x1b\[\d+m", "", summed_up.says(f"report {line}"))  # bold headings
    assert max(map(display_width, text.splitlines())) <= 80
    assert {*"█░"} & {*text}


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_of_a_report_has_no_bars_of_characters(summed_up: Officer, name: str) -> None:
    page = summed_up.says(f"report {name} --format html")
    assert not {*"█▓▒░"} & {*page}
    assert page.count("<tr>") > 2
